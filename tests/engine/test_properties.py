"""What is true of every chart, over the shipped library: each property stated as exactly as it is true.

Charts are drawn by `strategies.courses`: stays as a ward could have written them down, to the minute,
late entries and corrections among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from mainstay.engine import decide, limits
from mainstay.engine.chart import Assessed, Chart, Course, Entry, Measured, Took
from mainstay.engine.conditions import All, AnyOf, Compare, Condition, Judged, Not, RuleSet, Within, leaves
from mainstay.engine.decide import Advice, Decision, State
from mainstay.engine.facts import links
from mainstay.engine.facts.links import Shape
from mainstay.engine.facts.registry import FactSheet, FactValue
from mainstay.engine.knowledge.models import Drug
from mainstay.engine.orders import Proposal
from mainstay.engine.quantities import UNITS, Quantity
from mainstay.engine.truth import NO, YES
from mainstay.engine.verdicts import Verdict
from mainstay.simulation.sweep import Sweep, columns_from, compile_rules
from tests import strategies
from tests.strategies import shipped


def decided(chart: Chart, facts: FactSheet | None = None) -> Decision:
    return decide.decide(chart, shipped(), facts=facts)


def recommended(decision: Decision) -> dict[str, Advice]:
    """The advice that recommends a dose, by protocol."""
    return {one.protocol.id: one for one in decision.advice if one.recommended is not None}


def most(advice: Advice) -> Quantity:
    """The most an advice recommends."""
    assert advice.recommended is not None
    assert advice.recommended.dose is not None
    return advice.up_to or advice.recommended.dose


# The draws say something ---------------------------------------------------------------------


def test_the_charts_drawn_lead_to_advice_of_every_kind() -> None:
    states: Counter[State] = Counter()
    protocols: set[str] = set()
    verdicts: set[Verdict] = set()

    @given(strategies.charts())
    def count(chart: Chart) -> None:
        decision = decided(chart)
        states.update(one.state for one in decision.advice)
        protocols.update(recommended(decision))
        verdicts.update(one.verdict for one in recommended(decision).values())

    count()
    assert set(State) - {State.NOT_OFFERED} <= set(states)
    giving = {one.id for one in shipped().protocols.values() if any(step.give for step in one.steps)}
    assert protocols == giving
    assert {Verdict.ALLOW, Verdict.NEEDS_REASON} <= verdicts


# Forgetting ----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def permits() -> list[tuple[str, Condition]]:
    """The one condition of every step that gives a dose."""
    return [
        (f"{protocol.id} {step.id}", decide.permit(shipped(), protocol, step))
        for protocol in shipped().protocols.values()
        for step in protocol.steps
        if step.give is not None
    ]


@lru_cache(maxsize=512)
def _compiled(condition: Condition) -> RuleSet:
    return RuleSet([condition])


def evaluate(condition: Condition, facts: FactSheet) -> Judged:
    """`conditions.evaluate`, keeping what it compiles."""
    answers = _compiled(condition)(facts)
    return Judged(answers.truths[0], answers.used(0))


@lru_cache(maxsize=64)
def steps_of(protocol: str) -> tuple[list[str], RuleSet]:
    """The ids of a protocol's steps, and their one conditions."""
    one = shipped().protocols[protocol]
    return [step.id for step in one.steps], RuleSet(
        [decide.permit(shipped(), one, step) for step in one.steps]
    )


def can_be_forgotten(name: str) -> bool:
    """Whether a fact may be unknown at all: what the unit itself did is always known (settled 9)."""
    return links.shape(shipped().vocabulary[name]) is not Shape.KNOWN


@lru_cache(maxsize=1)
def judged_facts() -> list[str]:
    """The facts that any rule or limit asks for and that may be unknown."""
    asked = {leaf.fact.name for _, condition in permits() for leaf in leaves(condition)}
    return sorted(name for name in {*asked, *limited_facts()} if can_be_forgotten(name))


@lru_cache(maxsize=1)
def limited_facts() -> list[str]:
    """The facts that limits ask for and that may be unknown."""
    asked: list[str] = []
    for drug in shipped().drugs.values():
        for limit in limits.limits_of(shipped(), drug.id):
            condition = limits.broken(shipped(), limit, drug.id, Quantity(1, UNITS["mg"]))
            asked += [leaf.fact.name for part in (condition, limit.only_when) for leaf in leaves(part)]
    return sorted(name for name in set(asked) if can_be_forgotten(name))


# What the files count only where it is known -------------------------------------------------
#
# `fact within duration` is never unknown: we know what was written down. Beside a bound (`qtc within 7 d` and
# `qtc >= 500 ms`) it makes a rule say nothing where the reading is missing, so forgetting that reading opens what it
# closed. Each place that does so is listed here, to be looked at by a person when the list changes; the properties
# below hold for every other fact.

# (protocol, fact): a step's guard or hold asks for it only where it is recorded.
STEPS_ONLY_WHERE_KNOWN = {
    ("clonidine-withdrawal", "egfr"),  # not known: the smaller dose
    ("lofexidine-withdrawal", "alpha2_taper"),  # an older decision, two days on: the next step down
}
# (medicine, limit, fact): the reading is not asked for, but where it is there and bad it stops the dose.
LIMITS_ONLY_WHERE_KNOWN: set[tuple[str, str, str]] = set()
ONLY_WHERE_KNOWN = {fact for _, fact in STEPS_ONLY_WHERE_KNOWN} | {
    fact for _, _, fact in LIMITS_ONLY_WHERE_KNOWN
}


def against(condition: Condition, *, wanted: bool = False) -> Iterator[str]:
    """The facts whose being written down speaks against the condition: forgetting them may make it true."""
    if isinstance(condition, Not):
        yield from against(condition.part, wanted=not wanted)
    elif isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from against(part, wanted=wanted)
    elif isinstance(condition, Within) and wanted:
        yield condition.fact.name


def test_no_step_but_those_listed_rests_on_something_not_being_written_down() -> None:
    found = {(name.split()[0], fact) for name, condition in permits() for fact in against(condition)}
    assert found == STEPS_ONLY_WHERE_KNOWN


def well() -> Chart:
    """A person who is well and of whom everything was asked."""

    class Calm(Random):
        def choice(self, seq: Any) -> Any:
            return seq[0]

        def sample(self, population: Any, k: int, *, counts: Any = None) -> list[Any]:
            return []

        def randint(self, a: int, b: int) -> int:
            return a

        def random(self) -> float:
            return 0.5

    now = datetime(2026, 3, 9, 12, tzinfo=UTC)
    return strategies.Ward(shipped(), Calm(), now, strategies.STAYS[0]).course().chart_at(now)


def breaking(condition: Condition, facts: FactSheet, chance: Random) -> dict[str, FactValue] | None:
    """Values of its facts, at and beside its bounds, that make the condition true."""
    values: dict[str, set[int]] = {}
    for leaf in leaves(condition):
        near = (
            (leaf.steps - 1, leaf.steps, leaf.steps + 1)
            if isinstance(leaf, Compare)
            else (facts[leaf.fact.name].least,)
        )
        values.setdefault(leaf.fact.name, set()).update(
            min(max(one, leaf.fact.least), leaf.fact.most) for one in near
        )
    for _ in range(2_000):
        tried = FactSheet(facts.chart, shipped().vocabulary)
        for name, choices in values.items():
            one = chance.choice(sorted(choices))
            tried[name] = facts[name]._replace(least=one, most=one, age=60)
        if evaluate(condition, tried).truth is YES:
            return dict(tried)
    return None


def test_a_dose_that_a_limit_stops_stays_stopped_when_what_told_it_is_forgotten() -> None:
    """Every line of every `never` list, broken on purpose in a person who is otherwise well."""
    facts, chance, opened, broken = FactSheet(well(), shipped().vocabulary), Random(7), set(), 0
    for drug in shipped().drugs.values():
        dose = doses(drug)[0]
        for limit in limits.limits_of(shipped(), drug.id):
            pathway = next((one for one in ("none", *shipped().protocols) if limit.concerns(one, "")), None)
            condition = All((limit.only_when, limits.broken(shipped(), limit, drug.id, dose)))
            values = None if pathway is None else breaking(condition, facts, chance)
            if values is None:
                continue
            proposal = Proposal(drug.id, drug, dose, pathway=pathway or "none")

            def passes(values: dict[str, FactValue], proposal: Proposal = proposal) -> bool:
                sheet = FactSheet(facts.chart, shipped().vocabulary)
                sheet.update(values)
                return limits.judge(proposal, sheet, shipped()).passes

            if passes(values):
                continue
            broken += 1
            for name in filter(can_be_forgotten, values):
                fact = values[name].fact
                gone = values[name]._replace(least=fact.least, most=fact.most, age=None, why="forgotten")
                if passes({**values, name: gone}):
                    opened.add((drug.id, limit.id, name))
    assert broken > 50
    assert opened == LIMITS_ONLY_WHERE_KNOWN


@st.composite
def forgetting(draw: st.DrawFn, facts: FactSheet, telling: Iterable[str], others: Iterable[str]) -> FactSheet:
    """The same facts with some widened: mostly of those that told the answer, at times any other."""
    telling, others = (
        [one for one in dict.fromkeys(names) if can_be_forgotten(one)] for names in (telling, others)
    )
    fewer = FactSheet(facts.chart, shipped().vocabulary)
    # All that told the answer, or a few of it: what holds a dose often does so for more than one reason.
    names = telling if telling and draw(st.booleans()) else []
    names += draw(st.lists(st.sampled_from(telling + others), max_size=4, unique=True))
    for name in names:
        fewer[name] = draw(strategies.wider(facts[name]))
    return fewer


def told_by(reasons: Iterable[Any]) -> list[str]:
    """The facts behind reasons or findings."""
    return [used.leaf.fact.name for reason in reasons for used in reason.used]


@given(strategies.charts(), st.data())
def test_forgetting_never_makes_a_step_permit_a_dose(chart: Chart, data: st.DataObject) -> None:
    """Each step's one condition is monotone: what is definitely true with less known was so with more."""
    facts = FactSheet(chart, shipped().vocabulary)
    name, condition = data.draw(st.sampled_from(permits()), label="step")
    # What makes it not true now: the facts to forget, if forgetting could open it.
    against = [used.leaf.fact.name for used in evaluate(condition, facts).used if used.truth is not YES]
    fewer = data.draw(
        forgetting(facts, against, (leaf.fact.name for leaf in leaves(condition))), label="fewer"
    )
    if evaluate(condition, fewer).truth is YES:
        event("permitted with less known")
        assert evaluate(condition, facts).truth is YES, name


@given(strategies.charts(), st.data())
def test_forgetting_never_lets_a_stopped_dose_pass_the_interlock(chart: Chart, data: st.DataObject) -> None:
    """A dose that is held, refused or asked about stays so.

    Allergies are left out: not asked about is not judged as an allergy, since gate G1 holds every
    recommendation until they are, and an emergency dose must not wait for it.
    """
    facts = FactSheet(chart, shipped().vocabulary)
    drug = shipped().drugs[data.draw(st.sampled_from(sorted(shipped().drugs)), label="drug")]
    dose = data.draw(st.sampled_from(doses(drug)), label="dose")
    proposal = Proposal(
        drug.id, drug, dose, act="dose", pathway=data.draw(st.sampled_from(("none", *shipped().protocols)))
    )
    before = limits.judge(proposal, facts, shipped())
    telling, others = (
        [name for name in names if not name.startswith("allergic_to_")]
        for names in (told_by(before.findings), judged_facts())
    )
    fewer = data.draw(forgetting(facts, telling, others), label="fewer")
    after = limits.judge(proposal, fewer, shipped())
    if after.passes:
        event("passes with less known")
        assert before.passes, before.findings
    assert after.verdict >= min(before.verdict, Verdict.ASK) or before.verdict is Verdict.INFORM


@given(strategies.charts(), st.data())
def test_forgetting_makes_no_recommendation_appear(chart: Chart, data: st.DataObject) -> None:
    """No protocol recommends a drug, or more of one, that it did not with more known.

    One exception, which is no hold: a protocol that is over may no longer be known to be.
    """
    facts = FactSheet(chart, shipped().vocabulary)
    before = decided(chart, facts)
    stopped = data.draw(st.sampled_from(before.advice), label="stopped")
    fewer = data.draw(forgetting(facts, told_by(stopped.because), judged_facts()), label="fewer")
    appeared(before, decided(chart, fewer))


def appeared(before: Decision, after: Decision) -> None:
    """Fails if `after` recommends what `before` did not."""
    had = recommended(before)
    for name, advice in recommended(after).items():
        event("recommended with less known")
        if before.of(name).state is State.OVER:
            continue
        assert name in had, (
            name,
            before.of(name).state,
            [reason.because for reason in before.of(name).because],
        )
        assert advice.recommended is not None
        assert had[name].recommended is not None
        assert advice.recommended.medicine == had[name].recommended.medicine
        assert most(advice) <= most(had[name])


# What may be dropped from the chart altogether. Left out: what counts only where it is known, what counts as something when it is not recorded
# (tolerance, a confirmed methadone dose), and urine screens for opioids, which add a use nobody told.
_COUNT_AS = {"tolerance", "methadone_verified", "urine_fentanyl", "urine_methadone", *ONLY_WHERE_KNOWN}
# Two readings that answer one question are forgotten together: an older look must not become the newest.
_TOGETHER = {"sedation": ("sedation", "consciousness"), "consciousness": ("sedation", "consciousness")}


def droppable() -> list[str]:
    return sorted(name for name, one in shipped().vocabulary.items() if one.entered and name not in _COUNT_AS)


def dropped(chart: Chart, name: str) -> Chart:
    """The chart without any entry of one fact: it is as if it never had been measured or asked."""

    def is_of_it(entry: Entry) -> bool:
        if name == "cows":
            return isinstance(entry, Assessed)
        if not isinstance(entry, Measured):
            return False
        return entry.what in _TOGETHER.get(name, (name,)) or (
            name == "allergies" and entry.what.startswith("allergy ")
        )

    return replace(chart, entries=tuple(entry for entry in chart.entries if not is_of_it(entry)))


@given(strategies.charts(), st.data())
def test_dropping_every_entry_of_a_fact_makes_no_recommendation_appear(
    chart: Chart, data: st.DataObject
) -> None:
    """*Every* entry: without only the newest, the one before would be the newest, and that is another chart."""
    before = decided(chart)
    can = [*droppable(), "cows"]
    stopped = data.draw(st.sampled_from(before.advice), label="stopped")
    names = {"cows" if name.startswith("cows") else name for name in told_by(stopped.because)}
    telling = sorted(names & set(can))
    name = data.draw(
        st.sampled_from(telling) if telling and data.draw(st.booleans()) else st.sampled_from(can),
        label="dropped",
    )
    appeared(before, decided(dropped(chart, name)))


# More of one drug ----------------------------------------------------------------------------


@lru_cache(maxsize=64)
def doses(drug: Drug) -> list[Quantity]:
    """Doses that can be made, from the smallest piece to beyond every limit, each limit's neighbours among them."""
    pieces = sorted({form.smallest for form in drug.forms if form.smallest} or {500_000})
    bounds = [
        bound.steps
        for limit in limits.limits_of(shipped(), drug.id)
        for bound in (limit.largest_dose, limit.largest_total)
        if bound is not None
    ]
    steps = {piece * count for piece in pieces for count in (1, 2, 3, 4, 6, 8, 12, 20)}
    steps |= {
        bound // piece * piece + more * piece for bound in bounds for piece in pieces for more in (-1, 0, 1)
    }
    found = [Quantity(one, UNITS["mg"]) for one in sorted(steps) if one > 0]
    return [one for one in found if limits.makeable(drug, one)]


@given(strategies.charts(), st.data())
def test_more_of_one_drug_is_never_judged_safer(chart: Chart, data: st.DataObject) -> None:
    """Doses that can be made, of one drug by one route in one chart (settled 18), given now or ordered.

    In the order of verdicts: where nobody knows whether a smaller dose is more than usual, it asks; where a
    larger one surely is, it needs a reason.
    """
    facts = FactSheet(chart, shipped().vocabulary)
    drug = shipped().drugs[data.draw(st.sampled_from(sorted(shipped().drugs)), label="drug")]
    route = data.draw(st.sampled_from(sorted({"", *(form.route for form in drug.forms)})), label="route")
    can = [one for one in doses(drug) if limits.makeable(drug, one, route)]
    pathway = data.draw(st.sampled_from(("none", *shipped().protocols)), label="pathway")
    act, every = data.draw(
        st.sampled_from((("dose", None), ("order", None), ("order", 6 * 3_600), ("order", 86_400)))
    )
    judged = [
        limits.judge(Proposal(drug.id, drug, one, route, every, False, act, pathway), facts, shipped())
        for one in can
    ]
    for less, more in pairwise(judged):
        assert less.verdict <= more.verdict, (less.proposal, more.proposal)


# Moving and mixing ---------------------------------------------------------------------------


def said(decision: Decision) -> list[Any]:
    """All a decision says, with moments as seconds from its own."""

    def since(moment: datetime | None) -> float | None:
        return None if moment is None else (moment - decision.now).total_seconds()

    def used(one: Any) -> Any:
        return str(one.leaf), one.truth, one.value.least, one.value.most, one.value.age, one.value.why

    return [
        (
            one.protocol.id, one.state, one.verdict, one.step and one.step.id, str(one.recommended), str(one.up_to), one.ask,
            since(one.not_before), one.window and (since(one.window.start), since(one.window.end)), one.measure,
            [offer.offer for offer in one.offers],
            [(reason.because, reason.truth, [used(each) for each in reason.used]) for reason in one.because],
            one.judgement and [(f.about, f.verdict, since(f.until)) for f in one.judgement.findings],
        )
        for one in decision.advice
    ] + [since(decision.look_again_at)]  # fmt: skip


def moved(course: Course, by: timedelta, day_starts: time) -> Course:
    """The whole stay at another time."""
    entries = []
    for entry in course.entries:
        later: dict[str, Any] = {"at": entry.at + by, "recorded_at": entry.recorded_at + by}
        if isinstance(entry, Took) and entry.latest is not None:
            later["latest"] = entry.latest + by
        entries.append(replace(entry, **later))
    return Course(tuple(entries), course.zone, day_starts)


@given(strategies.courses(), st.integers(-500, 500))
def test_moving_a_whole_stay_by_weeks_changes_nothing(drawn: tuple[Course, datetime], weeks: int) -> None:
    """In UTC, where no clock changes."""
    course, now = drawn
    by = timedelta(weeks=weeks)
    then = moved(course, by, course.day_starts)
    assert said(decided(then.chart_at(now + by))) == said(decided(course.chart_at(now)))


@given(strategies.courses(), st.integers(-100_000, 100_000))
def test_moving_it_by_minutes_with_its_medication_day_changes_nothing(
    drawn: tuple[Course, datetime], minutes: int
) -> None:
    course, now = drawn
    by = timedelta(minutes=minutes)
    starts = (datetime.combine(now.date(), course.day_starts) + by).time()
    assert said(decided(moved(course, by, starts).chart_at(now + by))) == said(decided(course.chart_at(now)))


@given(strategies.courses(), st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(drawn: tuple[Course, datetime], chance: Any) -> None:
    course, now = drawn
    mixed = list(course.entries)
    chance.shuffle(mixed)
    chart, again = course.chart_at(now), replace(course, entries=tuple(mixed)).chart_at(now)
    assert again == chart
    assert said(decided(again)) == said(decided(chart))


@given(strategies.courses())
def test_what_is_written_later_changes_nothing_before(drawn: tuple[Course, datetime]) -> None:
    """A chart at a moment is the same whether read then or at the end of the stay."""
    course, now = drawn
    moment = now - timedelta(minutes=30)
    then = replace(course, entries=tuple(entry for entry in course.entries if entry.recorded_at <= moment))
    assert course.chart_at(moment) == then.chart_at(moment)


# What is recommended -------------------------------------------------------------------------


@given(strategies.charts(), st.data())
def test_every_recommendation_passes_the_interlock(chart: Chart, data: st.DataObject) -> None:
    """The dose, and the upper end of its range: nothing held, refused or still to be asked."""
    facts = FactSheet(chart, shipped().vocabulary)
    if data.draw(st.booleans()):
        facts = data.draw(forgetting(facts, (), limited_facts()), label="fewer")
    decision = decided(chart, facts)
    for advice in recommended(decision).values():
        assert advice.state is State.READY
        assert advice.recommended is not None
        for dose in {advice.recommended.dose, most(advice)}:
            judged = limits.judge(replace(advice.recommended, dose=dose), facts, shipped())
            assert judged.passes, judged.findings
            assert judged.verdict <= advice.verdict
            assert judged.verdict in (Verdict.ALLOW, Verdict.INFORM, Verdict.NEEDS_REASON)


@given(strategies.charts(), st.data())
def test_a_dose_is_recommended_only_where_its_one_condition_is_definitely_true(
    chart: Chart, data: st.DataObject
) -> None:
    """And the other way round: a step that permits its dose is ready, unless the interlock or the end stops it."""
    facts = FactSheet(chart, shipped().vocabulary)
    had = sorted(recommended(decided(chart, facts)))
    if had and data.draw(st.booleans()):
        # Of what a dose was recommended on, something is forgotten.
        _, rules = steps_of(data.draw(st.sampled_from(had)))
        asked = sorted({leaf.fact.name for leaf in rules.leaves})
        facts = data.draw(forgetting(facts, (), asked), label="fewer")
    for advice in decided(chart, facts).advice:
        steps, rules = steps_of(advice.protocol.id)
        permitting = {step for step, truth in zip(steps, rules(facts).truths, strict=True) if truth is YES}
        if advice.state is State.READY:
            assert advice.step is not None
            assert advice.step.id in permitting
        elif advice.state not in (State.OVER, State.ON_ANOTHER) and advice.judgement is None:
            assert not permitting or "repeats is not known" in advice.because[0].because, (
                advice.state,
                permitting,
            )


@given(strategies.charts())
def test_advice_always_says_why_on_whose_authority(chart: Chart) -> None:
    for advice in decided(chart).advice:
        for reason in advice.because:
            assert reason.because
            assert reason.cited or advice.state in (State.ON_ANOTHER, State.HELD), (advice.state, reason)
        if advice.state is State.ASK and advice.step is not None:
            assert advice.ask or "not known" in advice.because[0].because
        if advice.recommended is not None:
            assert advice.recommended.dose is not None


@lru_cache(maxsize=1)
def every_rule() -> tuple[Sweep, RuleSet]:
    """Every permit, and every limit as it stands for 4 mg: over arrays, and at the bedside."""
    conditions = [condition for _, condition in permits()]
    for drug in shipped().drugs.values():
        conditions += [
            limits.broken(shipped(), limit, drug.id, Quantity(4_000_000, UNITS["mg"]))
            for limit in limits.limits_of(shipped(), drug.id)
        ]
    return compile_rules(conditions), RuleSet(conditions)


@given(st.lists(strategies.charts(), min_size=1, max_size=8))
def test_the_sweep_says_the_same_of_every_shipped_rule(charts: list[Chart]) -> None:
    sweep, bedside = every_rule()
    sheets = [FactSheet(chart, shipped().vocabulary) for chart in charts]
    swept = sweep.judge(columns_from(sheets, sweep.facts.values()))
    for number, sheet in enumerate(sheets):
        truths = bedside(sheet).truths
        assert [truth is YES for truth in truths] == swept.yes[:, number].tolist()
        assert [truth is NO for truth in truths] == swept.no[:, number].tolist()


@pytest.mark.parametrize(
    "name", ["systolic_bp", "cows_total", "time_since_last_full_agonist", "on_lofexidine"]
)
def test_the_facts_most_asked_for_can_be_forgotten(name: str) -> None:
    assert name in judged_facts()
