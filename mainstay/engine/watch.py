"""Watch: what must be told to someone now, whatever protocol the patient is on."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from mainstay.engine import instruments
from mainstay.engine.conditions import RuleSet, Used
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.instruments import Score
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Alarm, Instrument, Protocol, Rule
from mainstay.engine.limits import Judgement
from mainstay.engine.sources import Citation
from mainstay.engine.truth import YES, Truth
from mainstay.engine.verdicts import Verdict

# Within how many seconds each level must be acknowledged, and by whom (settled 21, SITE).
LADDERS = {
    "emergency": Alarm("everyone on the unit", 60, "prescriber"),
    "urgent": Alarm("nurse", 5 * 60, "prescriber"),
    "prompt": Alarm("nurse", 15 * 60, ""),
}


class Raised(NamedTuple):
    """One thing somebody must be told."""

    id: str
    because: str
    alarm: Alarm
    used: tuple[Used, ...]
    cited: tuple[Citation, ...]
    do: str = ""


# What is beyond a protocol goes to the prescriber, at the time urgent things reach them (settled 21, SITE).
TO_THE_PRESCRIBER = Alarm("prescriber", 10 * 60, "medical lead")


class _Watched(NamedTuple):
    """The rules that call someone, the rules of which protocols are in play, and one function for them all."""

    called: tuple[tuple[str, Rule], ...]
    escalated: tuple[tuple[Protocol, int, int], ...]
    rules: RuleSet


@lru_cache(maxsize=64)
def _watched(library: Library) -> _Watched:
    called = [
        (f"{protocol.id}: {rule.id}", rule)
        for protocol in library.protocols.values()
        for rule in (*protocol.alarms, *(rule for rule in protocol.hold_if if rule.alarm))
    ]
    asked = [rule.when for _, rule in called]
    escalated = []
    for protocol in library.protocols.values():
        if protocol.escalate:
            whom = len(asked)
            asked += [rule.when for rule in protocol.for_whom]
            escalated.append((protocol, whom, len(asked)))
            asked += [rule.when for rule in protocol.escalate]
    return _Watched(tuple(called), tuple(escalated), RuleSet(asked))


def watch(facts: FactSheet, library: Library) -> tuple[Raised, ...]:
    """Every alarm this chart raises: of protocols and gates, of what is beyond a protocol in play, and of scores."""
    watched = _watched(library)
    answers = watched.rules(facts)
    raised = [
        _raised(name, rule, answers.used(place), LADDERS["prompt"])
        for place, (name, rule) in enumerate(watched.called)
        if answers.truths[place] is YES
    ]
    for protocol, whom, first in watched.escalated:
        if _in_play(protocol, answers.truths[whom:first], facts, library):
            raised += [
                _raised(f"{protocol.id}: escalate {rule.id}", rule, answers.used(place), TO_THE_PRESCRIBER)
                for place, rule in enumerate(protocol.escalate, first)
                if answers.truths[place] is YES
            ]
    for scored in scores(facts, library):
        for trigger in scored.fired:
            name = f"{scored.instrument.id}: {trigger.item or ('an item' if trigger.any_item is not None else 'total')}"
            because = f"{scored.instrument.short} {_points(scored)}. {trigger.because}"
            raised.append(Raised(name, because, LADDERS[trigger.level], (), trigger.cited))
    return tuple(sorted(raised, key=lambda one: one.alarm.within))


def _raised(name: str, rule: Rule, used: tuple[Used, ...], otherwise: Alarm) -> Raised:
    telling = tuple(one for one in used if one.truth is YES)
    return Raised(name, rule.because, rule.alarm or otherwise, telling, rule.cited, rule.do)


def _in_play(protocol: Protocol, for_whom: tuple[Truth, ...], facts: FactSheet, library: Library) -> bool:
    """Whether the patient is on a protocol: it was chosen, or it fits and one of its drugs was given here."""
    pathway = facts["pathway"]
    if pathway.fact.choices[pathway.least] == protocol.id:
        return True
    if any(truth is not YES for truth in for_whom):
        return False
    ingredients = {library.ingredient_of(drug) for drug in protocol.drugs}
    return not ingredients or any(one.in_unit for name in ingredients for one in facts.chart.taken(name))


def given_despite(judgement: Judgement) -> Raised | None:
    """The alarm for a dose that was given although it should not have been: recorded all the same, never silently."""
    if judgement.verdict < Verdict.HOLD:
        return None
    stops = [finding for finding in judgement.findings if finding.verdict >= Verdict.HOLD]
    # The most pressing alarm of all that stood against it calls; its words are the first to say.
    worst = min(
        stops, key=lambda finding: finding.alarm.within if finding.alarm else LADDERS["urgent"].within
    )
    because = f"{judgement.proposal} was given although Mainstay said {judgement.verdict}: {worst.because}"
    do = worst.do or "Observe closely and tell the prescriber."
    return Raised("given despite", because, worst.alarm or LADDERS["urgent"], worst.used, worst.cited, do)


def scores(facts: FactSheet, library: Library) -> list[Score]:
    """The newest score of each instrument that is not too old: as rated, or as this moment's readings give it."""
    found = []
    chart = facts.chart
    for instrument in library.instruments.values():
        if all(item.from_reading for item in instrument.items.values()):
            readings = {name: facts[name] for name in _readings(instrument)}
            if any(value.is_known and value.at is not None for value in readings.values()):
                found.append(instruments.score_readings(instrument, readings))
            continue
        rated = chart.assessed(instrument.id)
        if not rated or (chart.now - rated[-1].at).total_seconds() > instrument.greatest_age:
            continue
        # Where only a total was handed over there are no items to look at.
        if rated[-1].total is None:
            found.append(instruments.score(instrument, rated[-1].answers))
    return found


def _readings(instrument: Instrument) -> tuple[str, ...]:
    names = [item.from_reading for item in instrument.items.values()]
    return (*names, "spo2_scale") if instrument.scales else tuple(names)


def _points(scored: Score) -> str:
    if scored.total is None:
        return f"at least {scored.at_least}, {', '.join(scored.missing)} missing"
    return str(scored.total)
