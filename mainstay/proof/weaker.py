"""Weaker than before (architecture §5, g): what an edit newly permits, by example.

Two libraries, the one in force and the edited one, are read into one world. An edit is weaker where
a step permits a dose that nothing in the old protocol permitted for that chart, where the old
interlock stopped a dose and the new one lets it pass, or where somebody is no longer called. An
edit that only adds caution finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import z3

from mainstay.engine import conditions, decide, limits
from mainstay.engine.conditions import ALWAYS, Compare, Condition, Within, walk
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Give, Limit, Protocol, Rule
from mainstay.engine.orders import proposal
from mainstay.engine.quantities import UNITS, Quantity
from mainstay.engine.truth import YES
from mainstay.engine.verdicts import Verdict
from mainstay.proof.charts import Example, facts_of, piece_of
from mainstay.proof.checks import Answer, Examples, Result, advised, dose_named, gives, judged, largest
from mainstay.proof.solver import Budget, Pair, Term, Undecided, World, compared

CHECK = "g"


def weaker(old: Library, new: Library, budget: Budget, only: str | None = None) -> Iterator[Result]:
    """Everything `new` permits that `old` did not, each with a chart. `only`: one protocol, or one drug's list."""
    for protocol in new.protocols.values():
        if only is None or protocol.id == only:
            yield from _guarded(protocol.id, lambda protocol=protocol: _protocol(old, new, protocol, budget))  # type: ignore[misc]
    for drug in new.drugs:
        if drug in old.drugs and only in (None, drug):
            yield from _guarded(drug, lambda drug=drug: _interlock(old, new, drug, budget))  # type: ignore[misc]


def _guarded(about: str, found: Callable[[], Iterator[Result]]) -> Iterator[Result]:
    try:
        yield from found()
    except Undecided as why:
        yield Result(CHECK, about, False, f"Not compared: {why}.", undecided=True)


# Same as before? -----------------------------------------------------------------------------------


class _Words:
    """Reads a condition as nested words and numbers, so that two libraries' conditions can be compared."""

    def compare(self, leaf: Compare) -> Any:
        fact = leaf.fact
        value = fact.choices[leaf.steps] if fact.choices else leaf.steps
        return (
            fact.name,
            leaf.comparison,
            value,
            fact.greatest_age,
            fact.least,
            fact.most if not fact.choices else 0,
        )

    def within(self, leaf: Within) -> Any:
        return leaf.fact.name, "within", leaf.seconds, leaf.fact.greatest_age

    def all(self, parts: list[Any]) -> Any:
        return "all", *parts

    def any(self, parts: list[Any]) -> Any:
        return "any", *parts

    def negate(self, part: Any) -> Any:
        return "not", part


_WORDS = _Words()


def meaning(condition: Condition) -> Any:
    """What a condition says, whoever's facts it is about."""
    return walk(condition, _WORDS)


def _meaning_of_limit(library: Library, limit: Limit, medicine: str) -> Any:
    fixed = None
    rise = (limit.largest_rise.steps, limit.over.name) if limit.largest_rise and limit.over else None
    if limit.largest_dose is None and limit.largest_total is None and rise is None:
        fixed = meaning(limits.broken(library, limit, medicine, None))
    dose = limit.largest_dose.steps if limit.largest_dose else None
    total = limit.largest_total.steps if limit.largest_total else None
    return limit.then, dose, total, rise, fixed, meaning(limit.only_when), limit.at_dose_only


def _meaning_of_give(give: Give) -> Any:
    amounts = [None if one is None else one.steps for one in (give.dose, give.up_to, give.plus)]
    return give.drug, give.route, *amounts, give.dose_fact and give.dose_fact.name


# Protocols -------------------------------------------------------------------------------------------


def _protocol(old: Library, new: Library, protocol: Protocol, budget: Budget) -> Iterator[Result]:
    before = old.protocols.get(protocol.id)
    known = set()
    if before is not None:
        known = {
            (_meaning_of_give(step.give), meaning(decide.permit(old, before, step)))
            for step in before.steps
            if step.give
        }
    changed = [
        step
        for step in protocol.steps
        if step.give
        and (_meaning_of_give(step.give), meaning(decide.permit(new, protocol, step))) not in known
    ]
    silenced = [] if before is None else list(_calls_changed(before, protocol))
    if not changed and not silenced:
        return
    world = World(new, old)
    permits = {step.id: decide.permit(new, protocol, step) for step in changed}
    for permit in permits.values():
        world.pair(permit)
    earlier: list[tuple[Give, Condition, Term]] = []
    for step in before.steps if before is not None else ():
        if step.give is not None:
            permit = decide.permit(old, before, step) if before is not None else ALWAYS
            earlier.append((step.give, permit, z3.And(world.pair(permit).yes, *gives(step.give, world))))
    for rule, rules in silenced:
        for one in (rule, *rules):
            world.pair(one.when)
    asks = _Asks(world, old, new, protocol.drugs, budget)

    def answer(example: Example) -> Answer:
        """What was said before the edit: what a scenario should go on expecting."""
        return {} if before is None else advised(old, before, example)

    for step in changed:
        assert step.give is not None
        dose = largest(step.give, world)
        covered = [
            z3.And(term, largest(give, world).steps >= dose.steps)
            for give, _, term in earlier
            if (give.drug, give.route) == (step.give.drug, step.give.route)
        ]
        terms = [world.pair(permits[step.id]).yes, *gives(step.give, world), z3.Not(z3.Or(*covered))]
        agrees = _newly_permitted(old, new, permits[step.id], step.give, earlier)
        says = f"{dose.shown} of {step.give.drug} is permitted, and before this edit it was not."
        yield from asks.found(f"{protocol.id}: step {step.id}", says, terms, agrees, answer)
    for rule, rules in silenced:
        terms = [world.pair(rule.when).yes, *(z3.Not(world.pair(one.when).yes) for one in rules)]
        says = f"Before this edit somebody was called: “{rule.because}” Now nobody is."
        agrees = _newly_silent(old, new, rule, rules)
        yield from asks.found(f"{protocol.id}: {rule.id}", says, terms, agrees, answer)


class _Asks:
    """Asks one world of two libraries, and makes charts of it only once something is found."""

    def __init__(
        self, world: World, old: Library, new: Library, drugs: tuple[str, ...], budget: Budget
    ) -> None:
        self.world, self.old, self.new, self.drugs, self.budget = world, old, new, drugs, budget
        self.asker = world.solver(budget)

    @cached_property
    def examples(self) -> Examples:
        """Charts that both libraries can read: on a pathway both have."""
        also = []
        if "pathway" in self.world.symbols and "pathway" in self.old.vocabulary:
            words = self.world.choices(self.world.facts["pathway"])
            both = set(self.old.vocabulary["pathway"].choices) & set(self.new.vocabulary["pathway"].choices)
            also.append(z3.Or(*(self.world["pathway"].true == words.index(word) for word in sorted(both))))
        return Examples(self.world, self.drugs, self.budget, *also)

    def found(
        self,
        about: str,
        says: str,
        terms: list[Term],
        agrees: Callable[[Example], bool],
        answer: Callable[[Example], Answer],
    ) -> Iterator[Result]:
        """A finding, if there is one."""
        if self.asker.possible(*terms) is not None:
            yield self.examples.against(CHECK, about, says, terms, agrees, answer)


def _newly_permitted(
    old: Library, new: Library, permit: Condition, give: Give, earlier: list[tuple[Give, Condition, Term]]
) -> Callable[[Example], bool]:
    def agrees(example: Example) -> bool:
        then, now = facts_of(example, old), facts_of(example, new)
        if then is None or now is None or not _true(permit, now):
            return False
        dose = dose_named(give, now)
        for before, guard, _ in earlier:
            same = (before.drug, before.route) == (give.drug, give.route)
            allowed = dose_named(before, then)
            if same and _true(guard, then) and dose is not None and allowed is not None and allowed >= dose:
                return False
        return dose is not None

    return agrees


def _true(condition: Condition, facts: FactSheet) -> bool:
    return conditions.evaluate(condition, facts).truth is YES


# Who is called ---------------------------------------------------------------------------------------


def _calls_changed(before: Protocol, protocol: Protocol) -> Iterator[tuple[Rule, tuple[Rule, ...]]]:
    """Each rule that called somebody and is not there any more as it was, with those of its section now."""
    for section in ("alarms", "escalate"):
        rules: tuple[Rule, ...] = getattr(protocol, section)
        now = {meaning(rule.when) for rule in rules}
        for rule in getattr(before, section):
            if meaning(rule.when) not in now:
                yield rule, rules


def _newly_silent(
    old: Library, new: Library, rule: Rule, rules: tuple[Rule, ...]
) -> Callable[[Example], bool]:
    def agrees(example: Example) -> bool:
        then, now = facts_of(example, old), facts_of(example, new)
        if then is None or now is None:
            return False
        return _true(rule.when, then) and not any(_true(one.when, now) for one in rules)

    return agrees


# The interlock -----------------------------------------------------------------------------------------


def _interlock(old: Library, new: Library, drug: str, budget: Budget) -> Iterator[Result]:
    """Doses of one drug that the old interlock stops and the new one lets pass, on any pathway and by any route."""
    seen = set()
    told = set()
    for pathway in ("none", *(name for name in new.protocols if name in old.protocols)):
        for route in dict.fromkeys(form.route for form in new.drugs[drug].forms):
            then = _speaking(old, drug, pathway, route)
            now = _speaking(new, drug, pathway, route)
            key = tuple(id(limit) for limit in (*then, *now))
            if key in seen:
                continue
            seen.add(key)
            for result in _loosened(old, new, drug, pathway, route, then, now, budget):
                if result.about not in told:
                    told.add(result.about)
                    yield result


def _speaking(library: Library, drug: str, pathway: str, route: str) -> tuple[Limit, ...]:
    return tuple(
        limit
        for limit in limits.limits_of(library, drug)
        if limit.then >= Verdict.ASK and limit.concerns(pathway, route)
    )


def _loosened(
    old: Library, new: Library, drug: str, pathway: str, route: str, then: tuple[Limit, ...], now: tuple[Limit, ...],
    budget: Budget,
) -> Iterator[Result]:  # fmt: skip
    kept = {_meaning_of_limit(new, limit, drug) for limit in now}
    changed = [limit for limit in then if _meaning_of_limit(old, limit, drug) not in kept]
    if not changed:
        return
    world = World(new, old)
    piece = piece_of(new, new.drugs[drug])
    count = z3.Int("pieces of the dose")
    dose = count * piece
    world.axioms += [count >= 1, count <= limits.MOST_PIECES]
    pairs = [(limit, _breaks(world, new, limit, drug, dose)) for limit in now]
    before = [(limit, _breaks(world, old, limit, drug, dose)) for limit in changed]
    asks = _Asks(world, old, new, (drug,), budget)
    for limit, was in before:
        strong = [pair for other, pair in pairs if other.then >= limit.then]
        silent = [pair for other, pair in pairs if limit.at_dose_only or not other.at_dose_only]
        questions = [
            [was.yes, *(z3.Not(pair.yes) for pair in strong)],
            [z3.Not(was.no), *(pair.no for pair in silent)],
        ]
        about = f"{drug}: {limit.owner} {limit.id}"
        says = f"The interlock said {limit.then}: “{limit.because}” Now it lets the dose pass, or says less."
        for terms in questions:
            if asks.asker.possible(*terms) is not None:
                yield _let_pass(
                    asks.examples, old, new, drug, pathway, route, about, says, terms, count, piece
                )
                break


def _breaks(world: World, library: Library, limit: Limit, drug: str, dose: Term) -> Pair:
    """Definitely broken, definitely kept, for a dose that is a term."""
    if limit.largest_dose is not None:
        pair = Pair(dose > limit.largest_dose.steps, dose <= limit.largest_dose.steps)
    elif limit.largest_total is not None:
        symbol = world[f"{library.ingredient_of(drug).replace('-', '_')}_in_24_hours"]
        pair = compared(">", symbol.least + dose, symbol.most + dose, limit.largest_total.steps)
    elif limit.largest_rise is not None and limit.over is not None:
        symbol = world[limit.over.name]
        pair = compared(
            "<", symbol.least + limit.largest_rise.steps, symbol.most + limit.largest_rise.steps, dose
        )
    else:
        pair = world.pair(limits.broken(library, limit, drug, None))
    if limit.only_when == ALWAYS:
        return pair
    only = world.pair(limit.only_when)
    return Pair(z3.And(only.yes, pair.yes), z3.Or(only.no, pair.no))


def _let_pass(
    examples: Examples, old: Library, new: Library, drug: str, pathway: str, route: str, about: str, says: str,
    terms: list[Term], count: Term, piece: int,
) -> Result:  # fmt: skip
    """The example, for the smallest dose that shows it."""
    each = range(1, limits.MOST_PIECES + 1)
    shown = (number for number in each if examples.asker.possible(*terms, count == number) is not None)
    pieces = next(shown, limits.MOST_PIECES)
    amount = Quantity(pieces * piece, UNITS["mg"])

    def agrees(example: Example) -> bool:
        then, now = facts_of(example, old), facts_of(example, new)
        if then is None or now is None:
            return False
        before = limits.judge(proposal(old, drug, amount, route=route, pathway=pathway), then, old)
        after = limits.judge(proposal(new, drug, amount, route=route, pathway=pathway), now, new)
        return after.verdict < before.verdict

    says = f"{amount} of {drug} {route}, on pathway {pathway}. {says}"

    def answer(example: Example) -> Answer:
        facts = FactSheet(example.chart(old), old.vocabulary)
        return judged(old, facts, drug, amount, route, pathway)

    return examples.against(CHECK, about, says, [*terms, count == pieces], agrees, answer)
