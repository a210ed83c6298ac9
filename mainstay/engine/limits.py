"""Limits: the interlock. Every dose recommended, ordered or about to be given is judged here.

Each line of the `never` lists (of the drug, of the drug it counts as, of its classes) becomes a
condition that says "this dose would break it", judged in three values: definitely broken gives the
line's verdict, unknown asks for what is missing, definitely kept says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from mainstay.engine.conditions import (
    ALWAYS,
    NEVER,
    Answers,
    AnyOf,
    Compare,
    Condition,
    RuleSet,
    Used,
    answered,
    parse_leaf,
)  # fmt: skip
from mainstay.engine.facts.registry import FactSheet, Kind
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Alarm, DoseForm, Drug, Limit
from mainstay.engine.orders import Proposal
from mainstay.engine.quantities import UNITS, Quantity
from mainstay.engine.sources import Citation, parse_citation
from mainstay.engine.truth import NO, UNKNOWN, YES, Truth
from mainstay.engine.verdicts import Verdict

DAY = 86_400


class Finding(NamedTuple):
    """One thing said about a proposal: how strongly, why, because of which facts, on whose authority."""

    verdict: Verdict
    about: str  # the limit's owner and id, or what was checked
    because: str
    used: tuple[Used, ...] = ()
    cited: tuple[Citation, ...] = ()
    do: str = ""
    until: datetime | None = None
    alarm: Alarm | None = None


_STOPS = (Verdict.ASK, Verdict.HOLD, Verdict.REFUSE)


class Judgement(NamedTuple):
    """What the interlock says to a proposal. `verdict` is the strongest finding's."""

    proposal: Proposal
    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def asks(self) -> tuple[str, ...]:
        """The facts that must be measured or asked before this can be judged."""
        return missing(
            used for finding in self.findings if finding.verdict is Verdict.ASK for used in finding.used
        )

    @property
    def passes(self) -> bool:
        """Whether nothing holds the dose and no question is open: at most a note, or a reason to be given."""
        return not any(finding.verdict in _STOPS for finding in self.findings)

    @property
    def alarms(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.alarm is not None)


def missing(used: Iterable[Used]) -> tuple[str, ...]:
    """The facts among these that are unknown, or older than was asked for."""
    return tuple(
        dict.fromkeys(
            one.leaf.fact.name for one in used if not one.value.is_known or not isinstance(one.leaf, Compare)
        )
    )


# Which limits speak of a medicine ------------------------------------------------------------


def limits_of(library: Library, medicine: str) -> Iterator[Limit]:
    """Every line that holds for a medicine: its own, those of the drug it counts as, those of its classes."""
    ingredient = library.ingredient_of(medicine)
    for name in dict.fromkeys((medicine, ingredient)):
        if name in library.drugs:
            yield from library.drugs[name].never
    seen: set[str] = set()
    for name in (medicine, ingredient):
        for one in library.classes_of(name):
            if one.id not in seen:
                seen.add(one.id)
                yield from one.never


def company_of(library: Library, limit: Limit, medicine: str) -> Condition:
    """Being on any of the medicines `limit` forbids beside `medicine`: members of classes, never itself."""
    itself = {medicine, library.ingredient_of(medicine)}
    itself |= {drug.id for drug in library.drugs.values() if drug.ingredient in itself}
    members: dict[str, None] = {}
    for word in limit.company:
        for member in library.classes[word].members if word in library.classes else (word,):
            if member not in itself:
                members[member] = None
    facts = library.vocabulary
    return AnyOf(
        tuple(
            parse_leaf(f"on_{member.replace('-', '_')} = yes", facts, None, limit.cited) for member in members
        )
    )


def broken(library: Library, limit: Limit, medicine: str, dose: Quantity | None) -> Condition:
    """The condition under which `dose` of `medicine` breaks `limit`, without its `only_when`."""
    ingredient = library.ingredient_of(medicine).replace("-", "_")
    if limit.largest_dose is not None:
        return ALWAYS if dose is not None and dose > limit.largest_dose else NEVER
    if limit.largest_total is not None:
        left = limit.largest_total.steps - (dose.steps if dose else 0)
        fact = library.vocabulary[f"{ingredient}_in_24_hours"]
        return Compare(fact, ">", left, str(Quantity(left, UNITS["mg"])), "", limit.cited)
    if limit.largest_rise is not None and limit.over is not None:
        if dose is None:
            return NEVER
        least = dose.steps - limit.largest_rise.steps
        return Compare(limit.over, "<", least, str(Quantity(least, UNITS["mg"])), "", limit.cited)
    if limit.least_spacing is not None:
        fact = library.vocabulary[f"time_since_last_{ingredient}"]
        shown = str(Quantity(limit.least_spacing, UNITS["s"]))
        return Compare(fact, "<", limit.least_spacing, shown, "", limit.cited)
    if limit.company:
        return company_of(library, limit, medicine)
    return limit.hold_when or NEVER


# Gate G1 asks for allergies before any dose; a recorded one is not given as usual care.
_ON_ALLERGIES = (parse_citation("settled-policy G1 (SITE)"),)


class _Ready(NamedTuple):
    """The limits of a medicine, and one function that answers for all of them.

    `rules` answers first every `only_when`, then what breaks each limit, then the allergies; a bound that
    depends on the dose is worked out in `_by_amount` instead.
    """

    limits: tuple[Limit, ...]
    allergies: tuple[str, ...]
    rules: RuleSet


@lru_cache(maxsize=4_096)
def _ready(library: Library, medicine: str) -> _Ready:
    limits = tuple(limits_of(library, medicine))
    scopes = [limit.only_when for limit in limits]
    breaks = [NEVER if _by_dose(limit) else broken(library, limit, medicine, None) for limit in limits]
    allergies = tuple(dict.fromkeys((medicine, library.ingredient_of(medicine))))
    listed = [
        parse_leaf(f"allergic_to_{name.replace('-', '_')} = yes", library.vocabulary) for name in allergies
    ]
    return _Ready(limits, allergies, RuleSet([*scopes, *breaks, *listed]))


def _by_dose(limit: Limit) -> bool:
    return limit.largest_dose is not None or limit.largest_total is not None or limit.largest_rise is not None


# Judging -------------------------------------------------------------------------------------


def judge(proposal: Proposal, facts: FactSheet, library: Library) -> Judgement:
    """Judge one dose or order against everything that must not happen, with the facts of this chart."""
    findings = list(_findings(proposal, facts, library))
    findings.sort(key=lambda finding: -finding.verdict)
    verdict = findings[0].verdict if findings else Verdict.ALLOW
    return Judgement(proposal, verdict, tuple(findings))


def _findings(proposal: Proposal, facts: FactSheet, library: Library) -> Iterator[Finding]:
    medicine, drug = proposal.medicine, proposal.drug
    if medicine not in library.medicines:
        yield Finding(
            Verdict.ASK, "not checked", f"Mainstay has no file on {medicine}: nothing about it was checked.",
            do="Ask the pharmacist.",
        )  # fmt: skip
        return
    if drug is None:
        yield Finding(
            Verdict.INFORM,
            "partly checked",
            f"Mainstay knows {medicine} only by its class: doses were not checked.",
        )
    else:
        yield from _can_be_given(proposal, drug)
    ready = _ready(library, medicine)
    answers = ready.rules(facts)
    for place, name in enumerate(ready.allergies, 2 * len(ready.limits)):
        if answers.truths[place] is YES:
            because = f"An allergy to {name} is recorded."
            stop = Verdict.INFORM if drug is not None and drug.emergency else Verdict.REFUSE
            yield Finding(stop, f"{name} allergy", because, answers.used(place), _ON_ALLERGIES)
    for place, limit in enumerate(ready.limits):
        if answers.truths[place] is not NO and limit.concerns(proposal.pathway, proposal.route):
            yield from _one(limit, place, answers, proposal, facts, library)


def _one(
    limit: Limit, place: int, answers: Answers, proposal: Proposal, facts: FactSheet, library: Library
) -> Iterator[Finding]:
    broken_at = place + len(_ready(library, proposal.medicine).limits)
    used = list(answers.used(place))
    until = None
    if _by_dose(limit):
        found, until = _by_amount(limit, proposal, facts, library, used)
    elif (
        limit.least_spacing is not None
        and proposal.every is not None
        and proposal.every < limit.least_spacing
    ):
        found = YES
    else:
        found = answers.truths[broken_at]
        if found is NO:
            return
        used += answers.used(broken_at)
    truth = min(answers.truths[place], found)
    # A mere note says nothing while nobody knows whether it applies.
    if truth is NO or (truth is UNKNOWN and limit.then is Verdict.INFORM):
        return
    verdict = _verdict(limit, truth, proposal, used)
    yield Finding(
        verdict, f"{limit.owner}: {limit.id}", limit.because, _telling(used, truth, limit.then), limit.cited, limit.do,
        until or (_until(used, facts) if truth is YES else None),
        limit.alarm if truth is YES else None,
    )  # fmt: skip


def _by_amount(
    limit: Limit, proposal: Proposal, facts: FactSheet, library: Library, used: list[Used]
) -> tuple[Truth, datetime | None]:
    """Bounds that depend on the dose, and a total that an order breaks by how often it repeats."""
    dose = proposal.dose
    if limit.largest_dose is not None:
        return (YES if dose is not None and dose > limit.largest_dose else NO), None
    if dose is None:
        return (UNKNOWN if limit.largest_total is not None else NO), None
    total = limit.largest_total
    if total is not None and proposal.every is not None and dose * -(-DAY // proposal.every) > total:
        return YES, None
    leaf = broken(library, limit, proposal.medicine, dose)
    assert isinstance(leaf, Compare)
    answer = answered(leaf, facts[leaf.fact.name])
    used.append(answer)
    broken_now = total is not None and answer.truth is YES and dose <= total
    return answer.truth, _room_at(limit, proposal, facts, library) if broken_now else None


def _verdict(limit: Limit, truth: Truth, proposal: Proposal, used: list[Used]) -> Verdict:
    at_order = proposal.act == "order"
    if truth is YES:
        # What is asked fresh before each dose, and how far apart doses are, is only told when ordering.
        if at_order and (
            limit.then is Verdict.ASK or (limit.least_spacing is not None and proposal.every is None)
        ):
            return Verdict.INFORM
        return limit.then
    unknown = [one for one in used if not one.value.is_known]
    only_readings = all(one.value.fact.kind is Kind.READING for one in unknown)
    if at_order and (limit.at_dose_only or only_readings):
        return min(Verdict.INFORM, limit.then)
    return min(Verdict.ASK, limit.then)


def _telling(used: list[Used], truth: Truth, then: Verdict) -> tuple[Used, ...]:
    """The facts worth showing: those that made it so. A list of forty medicines nobody takes explains nothing."""

    def tells(one: Used) -> bool:
        # Where a reading is asked for, the one that is not fresh is what made it so.
        return one.truth >= truth or (then is Verdict.ASK and not isinstance(one.leaf, Compare))

    telling = tuple(one for one in used if tells(one))
    return telling or tuple(used)


def _until(used: list[Used], facts: FactSheet) -> datetime | None:
    """When an elapsed time that is too short will be long enough; nothing where a new reading could end it sooner."""
    if any(one.truth is YES and one.value.fact.kind is Kind.READING for one in used):
        return None
    ends = [
        facts.chart.now + timedelta(seconds=one.leaf.steps - one.value.least)
        for one in used
        if one.truth is YES and isinstance(one.leaf, Compare) and one.leaf.comparison == "<"
        and one.leaf.fact.kind_of_quantity == "time" and one.leaf.fact.name.startswith("time_since")
    ]  # fmt: skip
    return max(ends) if ends else None


def _room_at(limit: Limit, proposal: Proposal, facts: FactSheet, library: Library) -> datetime | None:
    """When enough of what was given will be more than 24 hours old."""
    assert limit.largest_total is not None
    assert proposal.dose is not None
    chart = facts.chart
    window = timedelta(seconds=limit.window)
    given = [
        one
        for one in chart.taken(library.ingredient_of(proposal.medicine))
        if one.latest > chart.now - window
    ]
    total = sum(one.dose or 0 for one in given)
    for one in given:
        total -= one.dose or 0
        if total + proposal.dose.steps <= limit.largest_total.steps:
            return one.latest + window
    return None


# What exists to give -------------------------------------------------------------------------


def _can_be_given(proposal: Proposal, drug: Drug) -> Iterator[Finding]:
    # What saves a life is never stopped over a strength: it is told, and the dose goes on.
    stop = Verdict.INFORM if drug.emergency else Verdict.REFUSE
    if proposal.route and proposal.route not in {form.route for form in drug.forms}:
        routes = ", ".join(sorted({form.route for form in drug.forms}))
        yield Finding(
            stop, f"{drug.id}: route", f"{drug.title} is not given {proposal.route}: only {routes}.",
            cited=_cited(drug.forms),
        )  # fmt: skip
    elif proposal.dose is not None and not makeable(drug, proposal.dose, proposal.route):
        shown = ", ".join(sorted({str(form.strength) for form in drug.forms if form.strength}))
        yield Finding(
            stop, f"{drug.id}: strength",
            f"{proposal.dose} of {drug.title} can't be made from what exists ({shown}): check the unit and the drug.",
            cited=_cited(drug.forms),
        )  # fmt: skip


def _cited(forms: tuple[DoseForm, ...]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(citation for form in forms for citation in form.cited))


# More pieces than this of one drug at once is a slip of the unit, not a dose.
MOST_PIECES = 40


def makeable(drug: Drug, dose: Quantity, route: str = "") -> bool:
    """Whether a whole number of allowed pieces makes the dose (settled 14). A solution makes any dose."""
    forms = [form for form in drug.forms if not route or form.route == route]
    if any(form.concentration for form in forms):
        return True
    pieces = sorted({form.smallest for form in forms if form.smallest}, reverse=True)
    return _adds_up(dose.steps, tuple(pieces), MOST_PIECES)


@lru_cache(maxsize=4_096)
def _adds_up(amount: int, pieces: tuple[int, ...], most: int) -> bool:
    if not pieces:
        return False
    largest, rest = pieces[0], pieces[1:]
    for count in range(min(most, amount // largest), -1, -1):
        left = amount - count * largest
        if left == 0 or _adds_up(left, rest, most - count):
            return True
    return False
