"""What each instrument's newest assessment says. Adding an instrument file adds these facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mainstay.engine.chart import Assessed, Chart
from mainstay.engine.facts.registry import Found, Kind, fact_for_each, known, unknown

if TYPE_CHECKING:
    from mainstay.engine.knowledge.models import Instrument, Item


@dataclass(frozen=True)
class ItemOf:
    """One item of one instrument: `cows_pulse`."""

    instrument: Instrument
    item: Item

    @property
    def id(self) -> str:
        return f"{self.instrument.id}_{self.item.key}"


def total_of(assessed: Assessed, items: int) -> int | None:
    """The total of a form of so many items, or None while one is missing: never a zero for what was not asked."""
    if assessed.total is not None:
        return assessed.total
    if len(assessed.answers) < items:
        return None
    return sum(assessed.answers.values())


def _age(instrument: Any) -> str:
    return f"{instrument.greatest_age} s"


def _span(instrument: Any) -> tuple[float, float]:
    return instrument.least, instrument.most


@fact_for_each("instrument", "{it}_total", "points", _span, kind=Kind.READING, greatest_age=_age)
def total(chart: Chart, instrument: Instrument) -> Found:
    """The total of the newest {it}; unknown while an item is missing."""
    assessed = chart.assessed(instrument.id)
    if not assessed:
        return unknown("never rated")
    newest = assessed[-1]
    points = total_of(newest, len(instrument.items))
    if points is None:
        missing = [key for key in instrument.items if key not in newest.answers]
        return unknown(
            f"incomplete: {', '.join(missing)} missing", newest.at, least=_at_least(newest, instrument)
        )
    return known(points, newest.at)


def _at_least(assessed: Assessed, instrument: Instrument) -> int:
    """The least the total can be: what was answered, and the lowest answer of each item that was not."""
    lowest = sum(
        min(answer.points for answer in item.answers)
        for key, item in instrument.items.items()
        if key not in assessed.answers
    )
    return sum(assessed.answers.values()) + lowest


def _item_span(one: Any) -> tuple[float, float]:
    points = [answer.points for answer in one.item.answers]
    return min(points), max(points)


@fact_for_each(
    "item", "{it}", "points", _item_span, kind=Kind.READING, greatest_age=lambda one: _age(one.instrument)
)
def item(chart: Chart, one: ItemOf) -> Found:
    """The answer to {it} in the newest assessment."""
    assessed = chart.assessed(one.instrument.id)
    if not assessed:
        return unknown("never rated")
    newest = assessed[-1]
    points = newest.answers.get(one.item.key)
    return unknown("not answered", newest.at) if points is None else known(points, newest.at)
