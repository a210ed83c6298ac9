"""Charts in a line, for tests: what happened, how long before NOW."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from mainstay.engine import quantities
from mainstay.engine.chart import (
    Assessed,
    Chart,
    Dosed,
    Entry,
    Happened,
    Measured,
    Ordered,
    Stopped,
    Takes,
    Took,
    make_chart,
)
from mainstay.engine.facts.registry import FactSheet, FactValue
from mainstay.engine.knowledge.library import Library
from tests import sample_knowledge

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
_numbers = count(1)


def ago(time: str) -> datetime:
    """So long before NOW: "90 min", "24 h"."""
    return NOW - timedelta(seconds=quantities.parse(time, "time").steps)


def _entry(kind: type[Entry], when: str, more: dict[str, Any]) -> Any:
    at = ago(when)
    return kind(**{"id": f"entry-{next(_numbers)}", "at": at, "recorded_at": at} | more)


def measured(what: str, value: str, when: str = "5 min", **more: Any) -> Measured:
    """A reading or piece of history, as written: `measured("systolic_bp", "120 mmHg", "10 min")`."""
    fact = sample_knowledge.library().vocabulary[what]
    steps = (
        fact.choices.index(value) if fact.choices else quantities.parse(value, fact.kind_of_quantity).steps
    )
    return _entry(Measured, when, {"what": what, "steps": steps, **more})


def dosed(drug: str, dose: str, when: str, **more: Any) -> Dosed:
    """A dose in the unit."""
    library = sample_knowledge.library()
    ingredient = library.ingredient_of(drug)
    kind = library.substances[ingredient].kind if ingredient in library.substances else ""
    made = {"drug": drug, "ingredient": ingredient, "dose": quantities.parse(dose, "amount"), "kind": kind}
    return _entry(Dosed, when, made | more)


def took(substance: str, when: str, dose: str = "", latest: str = "", **more: Any) -> Took:
    """Something taken outside."""
    one = sample_knowledge.library().substances[substance]
    made: dict[str, Any] = {"substance": substance, "kind": one.kind, "ingredient": one.ingredient}
    made["dose"] = quantities.parse(dose, "amount") if dose else None
    made["latest"] = ago(latest) if latest else None
    return _entry(Took, when, made | more)


def cows(when: str, total: int | None = None, /, **answers: int) -> Assessed:
    """A COWS: its total, or answers (those left out are 0 unless given as -1: not answered)."""
    if total is not None:
        return _entry(Assessed, when, {"instrument": "cows", "total": total})
    items = sample_knowledge.library().instruments["cows"].items
    given = {key: answers.get(key, 0) for key in items if answers.get(key, 0) >= 0}
    return _entry(Assessed, when, {"instrument": "cows", "answers": given})


def happened(event: str, when: str) -> Happened:
    """An event."""
    return _entry(Happened, when, {"event": event})


def ordered(drug: str, when: str, **more: Any) -> Ordered:
    """An order in the unit."""
    return _entry(
        Ordered, when, {"drug": drug, "ingredient": sample_knowledge.library().ingredient_of(drug), **more}
    )


def stopped(drug: str, when: str) -> Stopped:
    """An order stopped."""
    return _entry(Stopped, when, {"drug": drug})


def takes(*medicines: str, complete: bool = True, when: str = "1 h") -> Takes:
    """The patient's own medicines."""
    return _entry(Takes, when, {"medicines": medicines, "complete": complete})


def no_allergies(when: str = "1 h") -> Measured:
    """Allergies asked about: none."""
    return measured("allergies", "asked", when)


def allergic(medicine: str, when: str = "1 h") -> tuple[Measured, Measured]:
    """An allergy, as a chart document writes one."""
    return no_allergies(when), _entry(Measured, when, {"what": f"allergy {medicine}", "steps": 1})


def chart(*entries: Entry | tuple[Entry, ...], now: datetime = NOW, zone: str = "UTC") -> Chart:
    """A chart of these at NOW."""
    flat = [one for entry in entries for one in (entry if isinstance(entry, tuple) else (entry,))]
    return make_chart(now, flat, zone)


def sheet(*entries: Entry | tuple[Entry, ...], library: Library | None = None) -> FactSheet:
    """The facts of these, in the small library's words."""
    return FactSheet(chart(*entries), (library or sample_knowledge.library()).vocabulary)


def fact(name: str, *entries: Entry | tuple[Entry, ...]) -> FactValue:
    """One fact of these."""
    return sheet(*entries)[name]


def says(name: str, *entries: Entry | tuple[Entry, ...]) -> str:
    """One fact of these, as shown: its value, or why it is not known."""
    return str(fact(name, *entries))
