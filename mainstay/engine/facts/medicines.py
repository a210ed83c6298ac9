"""Which medicines the patient is on, own or ordered here, and which are allergies."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from mainstay.engine.chart import Chart, given_between
from mainstay.engine.facts.registry import Found, Kind, fact_for_each, known, unknown

_NO_YES = ("no", "yes")


class Group(NamedTuple):
    """A class of medicines, as far as a fact needs it."""

    id: str
    members: tuple[str, ...]


@fact_for_each("medicine", "on_{it}", kind=Kind.HISTORY, choices=_NO_YES)
def on_medicine(chart: Chart, medicine: str) -> Found:
    """Whether the patient is on {it}: ordered here, given within 24 hours, or among the own medicines."""
    if any(medicine in (order.drug, order.ingredient) for order in chart.orders):
        return known(1)
    if given_between(chart.taken(medicine), chart.now - timedelta(hours=24), chart.now):
        return known(1)
    own = chart.own_medicines
    if own is not None and medicine in own.medicines:
        return known(1)
    return (
        known(0) if own is not None and own.complete else unknown("the list of own medicines is not complete")
    )


@fact_for_each("medicine", "{it}_ordered", kind=Kind.LEDGER, choices=_NO_YES)
def ordered(chart: Chart, medicine: str) -> Found:
    """Whether {it} is ordered here now, whatever else the patient takes."""
    return known(int(any(medicine in (order.drug, order.ingredient) for order in chart.orders)))


@fact_for_each("medicine", "allergic_to_{it}", kind=Kind.HISTORY, choices=_NO_YES)
def allergic_to(chart: Chart, medicine: str) -> Found:
    """Whether an allergy (not an intolerance) to {it} is recorded."""
    newest = chart.newest(f"allergy {medicine}")
    if newest is not None:
        return known(newest.steps)
    return known(0) if chart.newest("allergies") else unknown("allergies have not been asked about")


@fact_for_each("class", "on_any_{it}", kind=Kind.HISTORY, choices=_NO_YES)
def on_any(chart: Chart, group: Group) -> Found:
    """Whether the patient is on any medicine of the class {it}."""
    found = [on_medicine(chart, medicine) for medicine in group.members]
    if any(one.least == 1 for one in found):
        return known(1)
    return next((one for one in found if one.least is None), known(0))
