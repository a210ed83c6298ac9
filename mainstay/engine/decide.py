"""Decide: for one chart, what each protocol says now: ready, or not yet and why, what to measure, what instead.

A step *permits* its dose when one condition is definitely true: `permit` below. The bedside asks it
piece by piece, so that every piece can be explained; the proofs and the sweep read it whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from mainstay.engine import limits, words
from mainstay.engine.chart import Chart
from mainstay.engine.conditions import (
    All,
    Answers,
    Compare,
    Condition,
    Leaf,
    Not,
    RuleSet,
    Used,
    Within,
    conjuncts,
)  # fmt: skip
from mainstay.engine.facts.registry import FactSheet, Kind
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Alternative, Give, Protocol, Rule, Step, Substance
from mainstay.engine.limits import Judgement
from mainstay.engine.orders import Proposal
from mainstay.engine.quantities import UNITS, Quantity
from mainstay.engine.sources import Citation
from mainstay.engine.truth import NO, UNKNOWN, YES, Truth
from mainstay.engine.verdicts import Verdict


class State(StrEnum):
    """Where a protocol stands for this person now."""

    READY = "ready"
    NOT_YET = "not yet"
    HELD = "held"
    ASK = "ask first"
    RULED_OUT = "ruled out"
    NOT_FOR = "not for this person"
    ON_ANOTHER = "on another protocol"
    OVER = "over"
    NOT_OFFERED = "not offered: not proved"


class Reason(NamedTuple):
    """One because: words, the facts behind it, its sources, and what to do about it."""

    because: str
    truth: Truth
    used: tuple[Used, ...]
    cited: tuple[Citation, ...]
    do: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """When a step usually becomes possible, by the time course of what was last used."""

    substance: Substance
    start: datetime | None
    end: datetime | None
    says: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What one protocol says of one chart."""

    protocol: Protocol
    state: State
    verdict: Verdict
    because: tuple[Reason, ...] = ()
    step: Step | None = None
    # The dose recommended, and the upper end where it is a range. Never set unless the interlock let it pass.
    recommended: Proposal | None = None
    up_to: Quantity | None = None
    judgement: Judgement | None = None
    ask: tuple[str, ...] = ()
    not_before: datetime | None = None
    window: Window | None = None
    offers: tuple[Alternative, ...] = ()
    # What to measure next, and how many seconds from now (or from the dose).
    measure: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything said of a chart at its moment, with the digest of the knowledge it came from."""

    now: datetime
    advice: tuple[Advice, ...]
    digest: str
    look_again_at: datetime | None

    def of(self, protocol: str) -> Advice:
        """The advice of one protocol. Raises KeyError."""
        for one in self.advice:
            if one.protocol.id == protocol:
                return one
        raise KeyError(protocol)


# The one condition ---------------------------------------------------------------------------


def holds_of(library: Library, protocol: Protocol) -> tuple[Rule, ...]:
    """What holds a dose of this protocol: its own rules, and those of the gates."""
    shared = tuple(rule for gate in library.gates if gate.id != protocol.id for rule in gate.hold_if)
    return (*protocol.hold_if, *shared)


def permit(library: Library, protocol: Protocol, step: Step) -> Condition:
    """The condition under which a step permits its dose: permitted exactly while it is definitely true.

    The interlock is left out on purpose, so that the proofs say something (settled 19).
    """
    must = [rule.when for rule in protocol.for_whom]
    if step.starts:
        must += [rule.when for rule in protocol.start_when]
    must += [step.when, *step.before]
    must_not = [
        rule.when for rule in (*protocol.never_if, *(holds_of(library, protocol) if step.give else ()))
    ]
    return All((*must, *(Not(condition) for condition in must_not)))


# Ready to ask --------------------------------------------------------------------------------


class _Section(NamedTuple):
    """Some rules of a protocol, and where the first of them stands in its rule set."""

    rules: tuple[Rule, ...]
    first: int


class _StepReady(NamedTuple):
    """A step, with the places of its guard's parts and of the readings it wants fresh."""

    step: Step
    parts: tuple[Condition, ...]
    first_part: int
    first_before: int


class _Ready(NamedTuple):
    """A protocol made ready: whom it is for is asked first, and the rest only of those it is for."""

    whom: RuleSet
    rest: RuleSet
    never_if: _Section
    ends_when: _Section
    start_when: _Section
    holds: _Section
    steps: tuple[_StepReady, ...]
    first_offer: int


@lru_cache(maxsize=512)
def _ready(library: Library, protocol_id: str) -> _Ready:
    protocol = library.protocols[protocol_id]
    asked: list[Condition] = []

    def add(conditions: Iterable[Condition]) -> int:
        first = len(asked)
        asked.extend(conditions)
        return first

    def section(rules: tuple[Rule, ...]) -> _Section:
        return _Section(rules, add(rule.when for rule in rules))

    never_if, ends_when = section(protocol.never_if), section(protocol.ends_when)
    start_when, holds = section(protocol.start_when), section(holds_of(library, protocol))
    steps = []
    for step in protocol.steps:
        parts = conjuncts(step.when)
        steps.append(_StepReady(step, parts, add(parts), add(step.before)))
    first_offer = add(offer.when for offer in protocol.alternatives)
    whom = RuleSet([rule.when for rule in protocol.for_whom])
    return _Ready(whom, RuleSet(asked), never_if, ends_when, start_when, holds, tuple(steps), first_offer)


def _reasons(section: _Section, answers: Answers, *wanted: Truth) -> list[tuple[Rule, Reason]]:
    """The rules of a section that answered one of `wanted`, with why."""
    return [
        (rule, Reason(rule.because, answers.truths[place], answers.used(place), rule.cited, rule.do))
        for place, rule in enumerate(section.rules, section.first)
        if answers.truths[place] in wanted
    ]


# Deciding ------------------------------------------------------------------------------------


def decide(
    chart: Chart, library: Library, certified: frozenset[str] | None = None, facts: FactSheet | None = None
) -> Decision:
    """What every protocol says of `chart` at its moment.

    `certified` holds the digests that have a proof certificate: a protocol without one is shown but not
    offered. None: do not ask (the proofs themselves, and scenarios of a draft).
    """
    facts = FactSheet(chart, library.vocabulary) if facts is None else facts
    advice = tuple(
        advise(protocol, facts, library, certified)
        for protocol in library.protocols.values()
        if not protocol.shared
    )
    ordered = tuple(sorted(advice, key=lambda one: _ORDER[one.state]))
    return Decision(chart.now, ordered, library.digest, _look_again(chart, ordered))


_ORDER = {state: place for place, state in enumerate(State)}


def advise(
    protocol: Protocol, facts: FactSheet, library: Library, certified: frozenset[str] | None = None
) -> Advice:
    """What one protocol says of these facts."""
    ready = _ready(library, protocol.id)
    found = _reasons(_Section(protocol.for_whom, 0), ready.whom(facts), NO, UNKNOWN)
    wrong = [reason for _, reason in found if reason.truth is NO]
    if wrong:
        return Advice(protocol, State.NOT_FOR, Verdict.INFORM, tuple(wrong))
    asks = [reason for _, reason in found]
    other = _on_another(protocol, facts, library)
    if other:
        return other
    if certified is not None and protocol.digest not in certified:
        because = "Its proof is missing or is of another version. Run `mainstay prove`."
        return Advice(protocol, State.NOT_OFFERED, Verdict.HOLD, (Reason(because, NO, (), ()),))
    answers = ready.rest(facts)
    found = _reasons(ready.never_if, answers, YES, UNKNOWN)
    out = [(rule, reason) for rule, reason in found if reason.truth is YES]
    if out:
        verdict = max((rule.then for rule, _ in out if rule.then is not None), default=Verdict.REFUSE)
        offers = _offers(protocol, ready, answers)
        return Advice(protocol, State.RULED_OUT, verdict, tuple(reason for _, reason in out), offers=offers)
    asks += [reason for _, reason in found]
    over = _reasons(ready.ends_when, answers, YES)
    if over:
        return Advice(protocol, State.OVER, Verdict.INFORM, tuple(reason for _, reason in over))
    return _steps(protocol, ready, answers, asks, facts, library)


def _on_another(protocol: Protocol, facts: FactSheet, library: Library) -> Advice | None:
    if not protocol.one_at_a_time:
        return None
    pathway = facts["pathway"]
    chosen = pathway.fact.choices[pathway.least]
    other = library.protocols.get(chosen)
    if other is None or other.id == protocol.id or other.one_at_a_time != protocol.one_at_a_time:
        return None
    # A protocol that is over blocks nothing: the next one takes over by itself.
    ready = _ready(library, other.id)
    if _reasons(ready.ends_when, ready.rest(facts), YES):
        return None
    because = f"The patient is on {other.code}, {other.title}. One protocol of this kind at a time."
    return Advice(protocol, State.ON_ANOTHER, Verdict.INFORM, (Reason(because, NO, (), ()),))


def _steps(
    protocol: Protocol,
    ready: _Ready,
    answers: Answers,
    asks: list[Reason],
    facts: FactSheet,
    library: Library,
) -> Advice:
    if not ready.steps:
        return Advice(
            protocol, State.NOT_YET, Verdict.INFORM, tuple(asks), offers=_offers(protocol, ready, answers)
        )
    one = min(ready.steps, key=lambda step: _rank(step, ready, answers))
    no, unknown = _parts(one, answers)
    if one.step.starts:
        starts = [reason for _, reason in _reasons(ready.start_when, answers, NO, UNKNOWN)]
        no += [reason for reason in starts if reason.truth is NO]
        unknown += [reason for reason in starts if reason.truth is UNKNOWN]
    if no:
        return _waiting(protocol, ready, answers, State.NOT_YET, one.step, no + unknown, facts, library)
    unknown = asks + unknown
    stale = _stale(one, answers)
    held = [reason for _, reason in _reasons(ready.holds, answers, YES, UNKNOWN)] if one.step.give else []
    stop = [reason for reason in held if reason.truth is YES]
    if stop:
        # What nobody knows holds as well: it is asked for at once, not when the first hold has gone.
        stop += [reason for reason in held if reason.truth is UNKNOWN]
        return _waiting(protocol, ready, answers, State.HELD, one.step, stop, facts, library)
    unknown += [reason for reason in held if reason.truth is UNKNOWN]
    if unknown or stale:
        return _waiting(protocol, ready, answers, State.ASK, one.step, unknown + stale, facts, library)
    if one.step.give is None:
        reason = Reason(one.step.because, YES, _used(one, answers), one.step.cited)
        return Advice(protocol, State.READY, Verdict.INFORM, (reason,), one.step, measure=one.step.reassess)
    return _recommend(protocol, ready, answers, one, one.step.give, facts, library)


def _parts(one: _StepReady, answers: Answers) -> tuple[list[Reason], list[Reason]]:
    """The parts of a step's guard that are not true, and those nobody knows."""
    no: list[Reason] = []
    unknown: list[Reason] = []
    for place, part in enumerate(one.parts, one.first_part):
        truth = answers.truths[place]
        if truth is not YES:
            cited = getattr(part, "cited", ()) or one.step.cited
            reason = Reason(
                f"Needed for this step: {words.part_text(part)}.", truth, answers.used(place), cited
            )
            (no if truth is NO else unknown).append(reason)
    return no, unknown


def _rank(one: _StepReady, ready: _Ready, answers: Answers) -> int:
    """How near a step is: the nearest is the one to speak of.

    What a start waits for does not count as far: a first step whose own guard holds is the near one. Of two
    as near as each other, the one that gives something comes first.
    """
    parts = range(one.first_part, one.first_part + len(one.parts))
    far = sum(_distance(place, answers) for place in parts if answers.truths[place] is NO)
    waits = [*parts, *range(ready.start_when.first, ready.holds.first)] if one.step.starts else parts
    worst = min((answers.truths[place] for place in waits), default=YES)
    return far * 8 + (4 if worst is NO else 2 if worst is UNKNOWN else 0) + (one.step.give is None)


def _distance(place: int, answers: Answers) -> int:
    """How far away a part that is not true is: waiting and measuring come by themselves, another state does not."""
    rules = answers.rules
    return max(
        (_far(rules.leaves[leaf]) for leaf in rules.uses[place] if answers.found[leaf] is not YES), default=5
    )


def _far(leaf: Leaf) -> int:
    if leaf.fact.kind_of_quantity == "time" or leaf.fact.kind is Kind.READING:
        return 1
    # A rolling total falls and a count rises as hours go by; a state that must be equal does not come by waiting.
    return 2 if isinstance(leaf, Compare) and leaf.comparison not in ("=", "!=") else 5


def _used(one: _StepReady, answers: Answers) -> tuple[Used, ...]:
    places = range(one.first_part, one.first_before + len(one.step.before))
    return tuple(used for place in places for used in answers.used(place))


def _stale(one: _StepReady, answers: Answers) -> list[Reason]:
    return [
        Reason(
            f"Needed before this dose: {words.leaf_text(leaf)}.", UNKNOWN, answers.used(place),
            leaf.cited or one.step.cited,
        )
        for place, leaf in enumerate(one.step.before, one.first_before)
        if answers.truths[place] is not YES
    ]  # fmt: skip


def _waiting(
    protocol: Protocol,
    ready: _Ready,
    answers: Answers,
    state: State,
    step: Step,
    because: list[Reason],
    facts: FactSheet,
    library: Library,
) -> Advice:
    used = [one for reason in because for one in reason.used if one.truth is not YES or reason.truth is YES]
    ask = limits.missing(one for one in used if not one.value.is_known or isinstance(one.leaf, Within))
    measure = protocol.waiting or step.reassess
    return Advice(
        protocol, state, Verdict.ASK if state is State.ASK else Verdict.HOLD, tuple(because), step, ask=ask,
        not_before=_not_before(because, facts), window=_window(protocol, step, facts, library),
        offers=_offers(protocol, ready, answers), measure=measure,
    )  # fmt: skip


def _not_before(because: list[Reason], facts: FactSheet) -> datetime | None:
    """The earliest moment at which every elapsed time that is too short has passed."""
    ends = [
        facts.chart.now + timedelta(seconds=used.leaf.steps - used.value.least)
        for reason in because
        for used in reason.used
        if isinstance(used.leaf, Compare) and used.leaf.fact.kind_of_quantity == "time" and used.value.is_known
        and ((used.leaf.comparison in (">=", ">") and used.truth is NO)
             or (used.leaf.comparison == "<" and used.truth is YES and reason.truth is YES))
    ]  # fmt: skip
    return max(ends) if ends else None


def _window(protocol: Protocol, step: Step, facts: FactSheet, library: Library) -> Window | None:
    if not (step.starts and protocol.one_at_a_time == "opioid-start"):
        return None
    used = [
        took
        for took in facts.chart.took
        if library.substances[took.substance].kind not in ("sedative", "other")
    ]
    if not used:
        return None
    last = max(used, key=lambda took: took.latest or took.at)
    substance = library.substances[last.substance]
    if substance.ready is None:
        return Window(substance, None, None, substance.ready_says)
    start, end = substance.ready
    return Window(
        substance,
        last.at + timedelta(seconds=start),
        (last.latest or last.at) + timedelta(seconds=end),
        substance.ready_says,
    )


def _offers(protocol: Protocol, ready: _Ready, answers: Answers) -> tuple[Alternative, ...]:
    offers = enumerate(protocol.alternatives, ready.first_offer)
    return tuple(offer for place, offer in offers if answers.truths[place] is YES)


def proposals(protocol: Protocol, give: Give, facts: FactSheet, library: Library) -> list[Proposal]:
    """The dose a step recommends, and its upper end where it is a range; none while its fact is not known."""
    drug = library.drugs[give.drug]
    dose = give.dose
    if give.dose_fact is not None:
        value = facts[give.dose_fact.name]
        if not value.is_known or value.least == 0:
            return []
        dose = Quantity(value.least, UNITS["mg"])
    assert dose is not None
    doses = [dose]
    if give.plus is not None:
        doses.append(dose + give.plus)
    elif give.up_to is not None and give.up_to > dose:
        doses.append(give.up_to)
    return [
        Proposal(give.drug, drug, one, give.route, give.every, False, "dose", protocol.id) for one in doses
    ]


def _recommend(
    protocol: Protocol,
    ready: _Ready,
    answers: Answers,
    one: _StepReady,
    give: Give,
    facts: FactSheet,
    library: Library,
) -> Advice:
    """Let the interlock judge the dose before it is said. The upper end of a range only where it judges alike."""
    proposed = [_once(proposal) for proposal in proposals(protocol, give, facts, library)]
    if not proposed:
        reason = Reason("The dose this step repeats is not known.", UNKNOWN, (), one.step.cited)
        return _waiting(protocol, ready, answers, State.ASK, one.step, [reason], facts, library)
    judged = [limits.judge(proposal, facts, library) for proposal in proposed]
    judgement = judged[0]
    why = Reason(one.step.because, YES, _used(one, answers), one.step.cited)
    if not judgement.passes:
        # A question left open stops a dose even where what is known only needs a reason.
        held = judgement.verdict >= Verdict.HOLD
        state, verdict = (State.HELD, judgement.verdict) if held else (State.ASK, Verdict.ASK)
        stops = [
            Reason(f.because, YES if held else UNKNOWN, f.used, f.cited, f.do)
            for f in judgement.findings
            if f.verdict is verdict
        ]
        advice = _waiting(protocol, ready, answers, state, one.step, stops, facts, library)
        return Advice(
            protocol, state, verdict, advice.because, one.step, judgement=judgement, ask=judgement.asks,
            not_before=max((f.until for f in judgement.findings if f.until), default=None), offers=advice.offers,
            measure=advice.measure,
        )  # fmt: skip
    upper = judged[-1] if judged[-1].passes and judged[-1].verdict <= judgement.verdict else judgement
    recommended = upper.proposal if give.plus is not None else proposed[0]
    up_to = upper.proposal.dose if give.plus is None and upper is not judgement else None
    return Advice(
        protocol,
        State.READY,
        judgement.verdict,
        (why,),
        one.step,
        recommended,
        up_to,
        upper,
        measure=one.step.reassess,
    )


def _once(proposal: Proposal) -> Proposal:
    """The dose due now, judged as one dose: how often it comes again is judged when it is ordered."""
    return Proposal(
        proposal.medicine, proposal.drug, proposal.dose, proposal.route, None, False, "dose", proposal.pathway
    )


def _look_again(chart: Chart, advice: tuple[Advice, ...]) -> datetime | None:
    """The next moment at which time alone changes what is said: a wait over, or a reading gone stale."""
    moments = [one.not_before for one in advice if one.not_before]
    for one in advice:
        for reason in one.because if one.state is State.READY else ():
            for used in reason.used:
                if isinstance(used.leaf, Within) and used.value.at is not None:
                    moments.append(used.value.at + timedelta(seconds=used.leaf.seconds + 1))
    return min((moment for moment in moments if moment > chart.now), default=None)
