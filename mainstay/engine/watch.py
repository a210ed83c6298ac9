"""Watch: what must be told to someone now, whatever protocol the patient is on."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from mainstay.engine import instruments
from mainstay.engine.conditions import Compiled, Used, bedside
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.instruments import Score
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Alarm, Instrument, Rule
from mainstay.engine.limits import Judgement
from mainstay.engine.sources import Citation
from mainstay.engine.truth import YES
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


@lru_cache(maxsize=64)
def _alarms(library: Library) -> tuple[tuple[str, Rule, Compiled], ...]:
    return tuple(
        (f"{protocol.id}: {rule.id}", rule, bedside(rule.when))
        for protocol in library.protocols.values()
        for rule in (*protocol.alarms, *(rule for rule in protocol.hold_if if rule.alarm))
    )


def watch(facts: FactSheet, library: Library) -> tuple[Raised, ...]:
    """Every alarm this chart raises: of the protocols and gates, and of single items and totals."""
    raised = []
    for name, rule, asks in _alarms(library):
        used: list[Used] = []
        if asks(facts, used) is YES:
            telling = tuple(one for one in used if one.truth is YES)
            raised.append(Raised(name, rule.because, rule.alarm or LADDERS["prompt"], telling, rule.cited, rule.do))
    for scored in scores(facts, library):
        for trigger in scored.fired:
            name = f"{scored.instrument.id}: {trigger.item or ('an item' if trigger.any_item is not None else 'total')}"
            because = f"{scored.instrument.short} {_points(scored)}. {trigger.because}"
            raised.append(Raised(name, because, LADDERS[trigger.level], (), trigger.cited))
    return tuple(sorted(raised, key=lambda one: one.alarm.within))


def given_despite(judgement: Judgement) -> Raised | None:
    """The alarm for a dose that was given although it should not have been: recorded all the same, never silently."""
    if judgement.verdict < Verdict.HOLD:
        return None
    worst = judgement.findings[0]
    because = f"{judgement.proposal} was given although Mainstay said {judgement.verdict}: {worst.because}"
    alarm = worst.alarm or LADDERS["urgent"]
    return Raised("given despite", because, alarm, worst.used, worst.cited, worst.do or "Observe closely and tell the prescriber.")


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
