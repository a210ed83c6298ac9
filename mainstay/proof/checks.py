"""What is proved of each protocol, over every chart that could exist (architecture §5, a to d).

a) no dead step, and no rule that can never speak, each with a witness: a chart where it does;
b) no two steps that permit different acts for one chart;
c) a step that permits its dose keeps every limit of the drug, from any chart;
d) where a total rests on spacing alone, how many doses fit in a day.

An answer counts only when the solver settles it in time, and an example only when the engine, given
the same chart, says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import z3

from mainstay.engine import conditions, decide, limits
from mainstay.engine.conditions import ALWAYS, All, Compare, Condition, Leaf, parse_leaf
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge.library import Library, every_rule
from mainstay.engine.knowledge.models import Drug, Give, Limit, Protocol, Step
from mainstay.engine.orders import proposal
from mainstay.engine.quantities import UNITS, Quantity
from mainstay.engine.truth import NO, YES
from mainstay.engine.verdicts import Verdict
from mainstay.proof.charts import Example, Story, facts_of, names_in, shortest
from mainstay.proof.solver import Asker, Budget, Term, Undecided, World

CHECKS = {
    "a": "every step and rule can speak",
    "b": "no two steps disagree",
    "c": "what a step permits keeps every limit",
    "d": "totals that rest on spacing",
    "g": "nothing newly permitted",
}
_DAY = 1_440
# So many counterexamples of one protocol are made into charts; a list of fifty helps nobody.
ENOUGH = 6
# Below this a spacing is about watching the last dose, not about the day's total.
_LEAST_SPACING = 3_600


class Line(NamedTuple):
    """One stretch of time with marks on it, for the report: hours ago of each dose in the window."""

    minutes: tuple[int, ...]
    says: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """One thing asked: what of, whether it was proved, and the chart that shows it (or shows it wrong)."""

    check: str
    about: str
    proved: bool
    says: str
    # A witness where proved, else a counterexample.
    example: Example | None = None
    # What a scenario of that chart asks and expects: the engine's own answer.
    answer: Answer = field(default_factory=dict)
    # Why the answer is none: time, or no chart could be made.
    undecided: bool = False


@dataclass(frozen=True)
class Finding:
    """Something worth knowing that is no failure."""

    about: str
    says: str
    window: Line | None = None


@dataclass(frozen=True)
class Proof:
    """All that was asked of one protocol."""

    protocol: Protocol
    results: tuple[Result, ...]
    findings: tuple[Finding, ...]
    # Limits left to a later check, by name.
    not_here: tuple[str, ...]
    seconds: float

    @property
    def proved(self) -> bool:
        """Whether every single answer is a proof."""
        return all(one.proved for one in self.results)

    @property
    def failures(self) -> tuple[Result, ...]:
        return tuple(one for one in self.results if not one.proved)


def prove(library: Library, budget: Budget, only: str | None = None, which: str = "abcd") -> Iterator[Proof]:
    """Prove every protocol of a library (or `only` one), one after another, by the checks named."""
    for protocol in library.protocols.values():
        if only is None or protocol.id == only:
            yield _Prover(library, protocol, budget, which).proof()


# Doses -------------------------------------------------------------------------------------------


class Largest(NamedTuple):
    """The largest dose a step may recommend, as a term (or a number) and in words."""

    steps: Term | int
    shown: str


def _mg(steps: int) -> str:
    return str(Quantity(steps, UNITS["mg"]))


def largest(give: Give, world: World) -> Largest:
    """The upper end of what a step gives, as `decide.proposals` works it out."""
    if give.dose_fact is None:
        dose = give.up_to or give.dose
        assert dose is not None
        return Largest(dose.steps, str(dose))
    fact = give.dose_fact.name
    true = world[fact].true
    if give.plus is not None:
        return Largest(true + give.plus.steps, f"{fact} + {give.plus}")
    if give.up_to is not None:
        most = give.up_to.steps
        return Largest(z3.If(true > most, true, z3.IntVal(most)), f"{fact}, up to {give.up_to}")
    return Largest(true, fact)


def dose_named(give: Give, facts: FactSheet) -> Quantity | None:
    """The largest dose a step names for one chart; None while it names none."""
    dose = give.dose
    if give.dose_fact is not None:
        value = facts[give.dose_fact.name]
        if not value.is_known or value.least == 0:
            return None
        dose = Quantity(value.least, UNITS["mg"])
    assert dose is not None
    if give.plus is not None:
        return dose + give.plus
    return give.up_to if give.up_to is not None and give.up_to > dose else dose


def gives(give: Give | None, world: World) -> list[Term]:
    """What must be so for the step to name a dose at all: a dose that is a fact is known, and not nothing."""
    if give is None or give.dose_fact is None:
        return []
    symbol = world[give.dose_fact.name]
    return [symbol.known, symbol.true > 0]


def kept(world: World, limit: Limit, medicine: str, dose: Term | int) -> Term:
    """That `dose` definitely keeps `limit`: its `only_when` is definitely false, or what breaks it is."""
    library = world.library
    if limit.largest_dose is not None:
        keeps = dose <= limit.largest_dose.steps if not isinstance(dose, int) else z3.BoolVal(
            dose <= limit.largest_dose.steps
        )  # fmt: skip
    elif limit.largest_total is not None:
        ingredient = library.ingredient_of(medicine).replace("-", "_")
        keeps = world[f"{ingredient}_in_24_hours"].most + dose <= limit.largest_total.steps
    elif limit.largest_rise is not None and limit.over is not None:
        keeps = world[limit.over.name].least + limit.largest_rise.steps >= dose
    else:
        keeps = world.pair(limits.broken(library, limit, medicine, None)).no
    return keeps if limit.only_when == ALWAYS else z3.Or(world.pair(limit.only_when).no, keeps)


def concerning(library: Library, give: Give, pathway: str) -> tuple[Limit, ...]:
    """The limits that speak of what a step gives, and are more than told."""
    return tuple(
        limit
        for limit in limits.limits_of(library, give.drug)
        if limit.then >= Verdict.ASK and limit.concerns(pathway, give.route)
    )


# One protocol --------------------------------------------------------------------------------------


class _Prover:
    def __init__(self, library: Library, protocol: Protocol, budget: Budget, which: str) -> None:
        self.library, self.protocol, self.budget, self.which = library, protocol, budget, which
        self.began = budget.used
        self.world = World(library)
        self.permits = {step.id: decide.permit(library, protocol, step) for step in protocol.steps}
        # Each guard as the bedside asks it, for the charts the solver finds.
        self.asks = {step: conditions.bedside(permit) for step, permit in self.permits.items()}
        self.results: list[Result] = []
        self.findings: list[Finding] = []
        self.not_here: dict[str, None] = {}
        self.limits: dict[str, tuple[Limit, ...]] = {}

    def proof(self) -> Proof:
        self._all()
        return Proof(
            self.protocol,
            tuple(self.results),
            tuple(self.findings),
            tuple(self.not_here),
            self.budget.used - self.began,
        )

    def _all(self) -> None:
        world = self.world
        for step in self.protocol.steps:
            world.pair(self.permits[step.id])
            if step.give is not None:
                self.limits[step.id] = concerning(self.library, step.give, self.protocol.id)
                for limit in self.limits[step.id]:
                    if not limit.company:
                        kept(world, limit, step.give.drug, largest(step.give, world).steps)
                for leaf in self._allergies(step.give):
                    world.pair(leaf)
        for _, rule in every_rule(self.protocol):
            world.pair(rule.when)
        for offer in self.protocol.alternatives:
            world.pair(offer.when)
        self.asker = world.solver(self.budget)
        self.examples = Examples(world, self.protocol.drugs, self.budget)
        if "a" in self.which:
            self._can_speak()
        if "b" in self.which:
            self._no_disagreement()
        for step in self.protocol.steps:
            if step.give is not None and "c" in self.which:
                self._keeps_limits(step, step.give)
                self._no_allergy(step, step.give)
                self._makeable(step, step.give)
            if step.give is not None and "d" in self.which:
                self._spacing(step, step.give)

    def _no_answer(self, check: str, about: str, why: Undecided) -> None:
        self.results.append(Result(check, about, False, f"Not proved: {why}.", undecided=True))

    # a ---------------------------------------------------------------------------------------

    def _can_speak(self) -> None:
        for step in self.protocol.steps:
            permit = self.permits[step.id]
            self._witness(f"step {step.id}", permit, gives(step.give, self.world), pretty=True)
        for section, rule in every_rule(self.protocol):
            about = f"{section} {rule.id}"
            self._witness(about, rule.when, [])
            self._not_always(about, rule.when)
        for number, offer in enumerate(self.protocol.alternatives, 1):
            if offer.when != ALWAYS:
                self._witness(f"alternative {number}", offer.when, [])

    def _witness(self, about: str, condition: Condition, also: list[Term], *, pretty: bool = False) -> None:
        """A chart where the condition is definitely true; or why there is none."""
        try:
            wanted = [self.world.pair(condition).yes, *also]
            example = self._example(about, wanted, lambda facts: _is_true(condition, facts), pretty=pretty)
            if example is not None:
                answer = advised(self.library, self.protocol, example)
                self.results.append(Result("a", about, True, "It can speak.", example, answer))
            elif self.asker.possible(*wanted) is None:
                self.results.append(
                    Result("a", about, False, "It can never speak: no chart at all makes it true.")
                )
            else:
                says = (
                    "Not shown: the solver finds facts that make it true, but no chart we can make has them."
                )
                self.results.append(Result("a", about, False, says, undecided=True))
        except Undecided as why:
            self._no_answer("a", about, why)

    def _not_always(self, about: str, condition: Condition) -> None:
        try:
            if self.asker.possible(z3.Not(self.world.pair(condition).yes)) is None:
                self.results.append(
                    Result("a", about, False, "It is always true, for every chart: it says nothing.")
                )
        except Undecided as why:
            self._no_answer("a", about, why)

    # b ---------------------------------------------------------------------------------------

    def _no_disagreement(self) -> None:
        steps = self.protocol.steps
        wrong = 0
        for one, other in combinations(steps, 2):
            if _same_act(one, other):
                continue
            about = f"steps {one.id} and {other.id}"
            try:
                both = [self.world.pair(self.permits[step.id]).yes for step in (one, other)]
                both += [*gives(one.give, self.world), *gives(other.give, self.world)]
                if self.asker.possible(*both) is None:
                    continue
                wrong += 1

                def agree(facts: FactSheet, one: Step = one, other: Step = other) -> bool:
                    return all(_is_true(self.permits[step.id], facts) for step in (one, other))

                self._counterexample("b", about, "Both permit, and they are not the same act.", both, agree)
            except Undecided as why:
                wrong += 1
                self._no_answer("b", about, why)
        if not wrong:
            pairs = len(steps) * (len(steps) - 1) // 2
            self.results.append(
                Result("b", "all steps", True, f"For every chart at most one step ({pairs} pairs).")
            )

    # c ---------------------------------------------------------------------------------------

    def _keeps_limits(self, step: Step, give: Give) -> None:
        dose = largest(give, self.world)
        permit = self.permits[step.id]
        premise = [self.world.pair(permit).yes, *gives(give, self.world)]
        proved = 0
        with self.asker.given(*premise):
            for limit in self.limits[step.id]:
                about = f"step {step.id}: {limit.owner} {limit.id}"
                if limit.company:
                    self.not_here[f"{limit.owner}: {limit.id}"] = None
                    continue
                try:
                    broken = z3.Not(kept(self.world, limit, give.drug, dose.steps))
                    if self.asker.possible(broken) is None:
                        proved += 1
                        continue
                    self._breaks(step, give, dose, limit, about, [*premise, broken])
                except Undecided as why:
                    self._no_answer("c", about, why)
        if proved:
            says = f"Permitting {dose.shown} keeps {proved} limits of {give.drug}, from any chart."
            self.results.append(Result("c", f"step {step.id}", True, says))

    def _breaks(
        self, step: Step, give: Give, dose: Largest, limit: Limit, about: str, terms: list[Term]
    ) -> None:
        def breaks(facts: FactSheet) -> bool:
            if self.asks[step.id](facts, []) is not YES:
                return False
            amount = dose_named(give, facts)
            broken = All((limit.only_when, limits.broken(self.library, limit, give.drug, amount)))
            return amount is not None and conditions.evaluate(broken, facts).truth is not NO

        says = (
            f"The step permits {dose.shown} of {give.drug}, and “{limit.because}” does not surely allow it."
        )
        self._counterexample("c", about, says, terms, breaks, give)

    def _allergies(self, give: Give) -> list[Leaf]:
        facts = self.library.vocabulary
        names = dict.fromkeys((give.drug, self.library.ingredient_of(give.drug)))
        return [parse_leaf(f"allergic_to_{name.replace('-', '_')} = yes", facts) for name in names]

    def _no_allergy(self, step: Step, give: Give) -> None:
        """The interlock refuses a drug whose allergy is recorded: a step must never permit it either."""
        permit = self.permits[step.id]
        for leaf in self._allergies(give):
            name = leaf.fact.subject
            terms = [self.world.pair(permit).yes, *gives(give, self.world), self.world.pair(leaf).yes]
            try:
                if self.asker.possible(*terms) is None:
                    continue
                says = f"The step permits {give.drug} with an allergy to {name} recorded."

                def allergic(facts: FactSheet, leaf: Condition = leaf) -> bool:
                    return _is_true(permit, facts) and _is_true(leaf, facts)

                about = f"step {step.id}: {name} allergy"
                self._counterexample("c", about, says, terms, allergic, give)
            except Undecided as why:
                self._no_answer("c", f"step {step.id}: {name} allergy", why)

    def _makeable(self, step: Step, give: Give) -> None:
        drug = self.library.drugs[give.drug]
        amounts = [one for one in (give.dose, give.up_to, give.plus) if one is not None]
        for amount in amounts:
            if not limits.makeable(drug, amount, give.route):
                strengths = ", ".join(sorted({str(form.strength) for form in drug.forms if form.strength}))
                says = f"{amount} of {drug.title} can't be made from what exists ({strengths})."
                self.results.append(Result("c", f"step {step.id}: strength", False, says))
                return
        if amounts:
            shown = " and ".join(str(one) for one in amounts)
            self.results.append(
                Result("c", f"step {step.id}: strength", True, f"{shown} can be made of what exists.")
            )

    # d ---------------------------------------------------------------------------------------

    def _spacing(self, step: Step, give: Give) -> None:
        """What spacing alone would keep, for a fixed dose under a rolling total."""
        dose = largest(give, self.world).steps
        if not isinstance(dose, int):
            return
        ingredient = self.library.ingredient_of(give.drug).replace("-", "_")
        try:
            totals = [
                limit
                for limit in self.limits[step.id]
                if limit.largest_total and self._can_apply(step, limit)
            ]
            seconds = self._guaranteed(step, f"time_since_last_{ingredient}") if totals else 0
            if seconds < _LEAST_SPACING:
                return
            times = fits(seconds // 60, self.budget)
        except Undecided as why:
            self._no_answer("d", f"step {step.id}", why)
            return
        counts = f"{ingredient}_in_24_hours" in names_in(self.permits[step.id])
        limit = min(totals, key=_total)
        self.findings.append(_window(f"step {step.id}", limit, dose, seconds, times, guarded=counts))

    def _can_apply(self, step: Step, limit: Limit) -> bool:
        """Whether the limit is for anyone the step is for."""
        pairs = self.world.pair(self.permits[step.id]), self.world.pair(limit.only_when)
        return self.asker.possible(pairs[0].yes, z3.Not(pairs[1].no)) is not None

    def _guaranteed(self, step: Step, fact: str) -> int:
        """The longest time since the last dose the step's guard surely waits for."""
        waits = {
            leaf.steps
            for leaf in conditions.leaves(self.permits[step.id])
            if isinstance(leaf, Compare) and leaf.fact.name == fact
        }
        permitted = self.world.pair(self.permits[step.id]).yes
        with self.asker.given(permitted):
            for seconds in sorted(waits, reverse=True):
                if self.asker.possible(self.world[fact].least < seconds) is None:
                    return seconds
        return 0

    # Examples ----------------------------------------------------------------------------------

    def _example(
        self, title: str, terms: list[Term], holds: Callable[[FactSheet], bool], *, pretty: bool
    ) -> Example | None:
        """A chart that makes `terms` true, as the engine agrees; None where there is none."""

        def agrees(example: Example) -> bool:
            facts = facts_of(example, self.library)
            return facts is not None and holds(facts)

        return self.examples.find(title, terms, agrees, pretty=pretty)

    def _counterexample(
        self, check: str, about: str, says: str, terms: list[Term], holds: Callable[[FactSheet], bool],
        give: Give | None = None,
    ) -> None:  # fmt: skip
        library, protocol = self.library, self.protocol

        def agrees(example: Example) -> bool:
            facts = facts_of(example, library)
            return facts is not None and holds(facts)

        def answer(example: Example) -> Answer:
            facts = FactSheet(example.chart(library), library.vocabulary)
            dose = None if give is None else dose_named(give, facts)
            if give is None or dose is None:
                return advised(library, protocol, example)
            return judged(library, facts, give.drug, dose, give.route, protocol.id)

        self.results.append(self.examples.against(check, about, says, terms, agrees, answer))


Answer = dict[str, Any]


def advised(library: Library, protocol: Protocol, example: Example) -> Answer:
    """What a protocol says of an example, as a scenario expects it. The gates have no advice of their own."""
    if protocol.shared:
        return {}
    advice = decide.advise(protocol, FactSheet(example.chart(library), library.vocabulary), library)
    expect = {"state": str(advice.state)}
    if advice.step is not None:
        expect["step"] = advice.step.id
    return {"expect": expect}


def judged(library: Library, facts: FactSheet, drug: str, dose: Quantity, route: str, pathway: str) -> Answer:
    """What the interlock says to a dose, as a scenario asks and expects it."""
    verdict = limits.judge(
        proposal(library, drug, dose, route=route, pathway=pathway), facts, library
    ).verdict
    asks = {"judge": f"{drug} {dose} {route}", "pathway": pathway}
    return {**asks, "expect": {"verdict": str(verdict)}}


class Examples:
    """Makes charts of what the solver finds, and lets the engine judge them."""

    def __init__(self, world: World, drugs: Iterable[str], budget: Budget, *also: Term) -> None:
        self.story = Story(world, drugs)
        self.asker = Asker([*world.axioms, *self.story.says, *also], budget)
        self.shown = 0

    def find(
        self, title: str, terms: list[Term], agrees: Callable[[Example], bool], *, pretty: bool
    ) -> Example | None:
        """A chart that makes `terms` true, and with which the engine agrees; None where there is none."""
        model = self.asker.best(self.story.wishes(), *terms) if pretty else self.asker.possible(*terms)
        if model is None:
            return None
        example = Example(title, self.story.now(model), tuple(self.story.write(model)))
        return example if agrees(example) else None

    def against(
        self, check: str, about: str, says: str, terms: list[Term], agrees: Callable[[Example], bool],
        answer: Callable[[Example], Answer],
    ) -> Result:  # fmt: skip
        """What speaks against a proof: the shortest chart, or that none could be made, which is no proof either."""
        if self.shown >= ENOUGH:
            return Result(check, about, False, f"{says} (No chart made: {ENOUGH} are shown already.)")
        self.shown += 1
        example = self.find(about, terms, agrees, pretty=True)
        if example is None:
            says += " The solver finds such facts, but no chart we can make has them: a link between facts is missing."
            return Result(check, about, False, says, undecided=True)
        example = shortest(example, agrees)
        return Result(check, about, False, says, example, answer(example))


def _total(limit: Limit) -> int:
    return limit.largest_total.steps if limit.largest_total else 0


def _is_true(condition: Condition, facts: FactSheet) -> bool:
    return conditions.evaluate(condition, facts).truth is YES


def _same_act(one: Step, other: Step) -> bool:
    if one.give is None or other.give is None:
        return one.give is None and other.give is None and one.do == other.do
    return one.give == other.give


# Windows -------------------------------------------------------------------------------------------


def fits(spacing: int, budget: Budget) -> tuple[int, ...]:
    """The most doses at least `spacing` minutes apart within (t - 24 h, t], as minutes before the last one.

    In whole minutes: a dose exactly 24 hours old no longer counts (settled 6).
    """
    asker = Asker([], budget)
    found: tuple[int, ...] = (0,)
    while True:
        ages = [z3.Int(f"dose {number}") for number in range(len(found) + 1)]
        apart = [later - sooner >= spacing for sooner, later in pairwise(ages)]
        model = asker.possible(ages[0] == 0, ages[-1] < _DAY, *apart)
        if model is None:
            return found
        # Evenly as they come: each as soon as the one before allows.
        found = tuple(number * spacing for number in range(len(ages)))


def _window(
    about: str, limit: Limit, dose: int, seconds: int, minutes: tuple[int, ...], *, guarded: bool
) -> Finding:
    total, allowed = dose * len(minutes), _total(limit)
    apart = Quantity(seconds, UNITS["h"])
    counted = f"At {apart} spacing {len(minutes)} doses of {_mg(dose)} fit in 24 h: {_mg(total)}"
    name = f"{limit.owner} {limit.id}"
    if total <= allowed:
        says = f"{counted}, within the {_mg(allowed)} of “{name}”. Spacing alone keeps it."
    elif guarded:
        says = f"{counted}, above the {_mg(allowed)} of “{name}”. Spacing alone does not keep the total; the cap does the work."
    else:
        says = f"{counted}, above the {_mg(allowed)} of “{name}”, and nothing here counts the last 24 hours."
    return Finding(about, says, Line(minutes, tuple(_mg(dose) for _ in minutes)))


def windows(library: Library, budget: Budget) -> Iterator[Finding]:
    """For each drug whose list has a largest dose, a spacing and a total: does spacing keep the total?"""
    for drug in library.drugs.values():
        plain = [limit for limit in drug.never if limit.only_when == ALWAYS and not limit.only_on]
        doses = [one.largest_dose.steps for one in plain if one.largest_dose is not None]
        waits = [one.least_spacing for one in plain if one.least_spacing is not None]
        totals = [one for one in plain if one.largest_total is not None]
        if not doses or not waits:
            continue
        minutes = fits(max(waits) // 60, budget)
        if totals:
            yield _window(
                f"drug {drug.id}", min(totals, key=_total), min(doses), max(waits), minutes, guarded=True
            )
        else:
            yield _uncapped(drug, min(doses), max(waits), minutes)


def _uncapped(drug: Drug, dose: int, seconds: int, minutes: tuple[int, ...]) -> Finding:
    apart = Quantity(seconds, UNITS["h"])
    says = f"At {apart} spacing {len(minutes)} doses of {_mg(dose)} fit in 24 h: {_mg(dose * len(minutes))}, and no total is kept."
    return Finding(f"drug {drug.id}", says, Line(minutes, tuple(_mg(dose) for _ in minutes)))


__all__ = ["CHECKS", "Finding", "Proof", "Result", "fits", "prove", "windows"]
