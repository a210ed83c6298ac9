"""Watch: what must be told to someone now, whatever protocol the patient is on."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from mainstay.engine import instruments
from mainstay.engine.conditions import Compiled, Used, bedside
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Alarm, Rule
from mainstay.engine.sources import Citation
from mainstay.engine.truth import YES

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
    for scored in instruments.newest_scores(facts.chart, library):
        for fired in scored.triggers:
            raised.append(
                Raised(
                    f"{scored.instrument.id}: {fired.trigger.level}", fired.says, LADDERS[fired.trigger.level], (),
                    fired.trigger.cited,
                )
            )  # fmt: skip
    return tuple(sorted(raised, key=lambda one: one.alarm.within))
