"""Which opioids were used, and how long since each kind."""

from __future__ import annotations

from datetime import timedelta

from mainstay.engine.chart import TAKEN, AsGiven, Chart
from mainstay.engine.facts.doses import since_last, time_since_last_buprenorphine_injection
from mainstay.engine.facts.registry import Found, Kind, fact, known, unknown

FULL_AGONISTS = ("short_acting", "fentanyl", "long_acting", "methadone")
# Which kind decides the start rules when several were used: the slowest to leave first.
KINDS = ("none", "short_acting", "fentanyl", "long_acting", "methadone", "buprenorphine")
_PRECEDENCE = ("methadone", "long_acting", "fentanyl", "short_acting", "buprenorphine")
# A buprenorphine injection releases for weeks: counted as monthly, and 14 days more, in seconds.
_INJECTION_COUNTS_FOR = 45 * 86_400


def taken_of_kind(chart: Chart, *kinds: str) -> list[AsGiven]:
    """Every use of these kinds, in and outside the unit, oldest first."""
    found = [
        AsGiven(
            took.at,
            took.latest or took.at,
            None if took.dose is None else took.dose.steps,
            took.substance,
            False,
        )
        for took in chart.took
        if took.kind in kinds
    ]
    found += [
        AsGiven(dosed.at, dosed.at, dosed.dose.steps, dosed.drug, True)
        for dosed in chart.dosed
        if dosed.kind in kinds and dosed.outcome in TAKEN
    ]
    return sorted(found, key=lambda one: (one.latest, one.at, one.drug))


@fact("h", kind=Kind.HISTORY)
def time_since_last_short_acting(chart: Chart) -> Found:
    """How long ago heroin or another short-acting opioid was last used; "never" if it was not."""
    return since_last(chart, taken_of_kind(chart, "short_acting"))


@fact("h", kind=Kind.HISTORY)
def time_since_last_fentanyl(chart: Chart) -> Found:
    """How long ago fentanyl was last used; "never" if it was not."""
    return since_last(chart, taken_of_kind(chart, "fentanyl"))


@fact("h", kind=Kind.HISTORY)
def time_since_last_long_acting(chart: Chart) -> Found:
    """How long ago a long-acting or slow-release opioid other than methadone was last used."""
    return since_last(chart, taken_of_kind(chart, "long_acting"))


@fact("h", kind=Kind.HISTORY)
def time_since_last_full_agonist(chart: Chart) -> Found:
    """How long ago any full agonist was last used or given: the newest of all kinds."""
    return since_last(chart, taken_of_kind(chart, *FULL_AGONISTS))


@fact("h", kind=Kind.HISTORY)
def time_since_last_opioid(chart: Chart) -> Found:
    """How long ago any opioid was last used or given, buprenorphine too."""
    return since_last(chart, taken_of_kind(chart, *FULL_AGONISTS, "buprenorphine"))


@fact(kind=Kind.HISTORY, choices=KINDS)
def opioid_kind(chart: Chart) -> Found:
    """What kind of opioid decides how to start: of all used in the 14 days before (a buprenorphine injection: 45), the slowest to leave."""
    since = chart.now - timedelta(days=14)
    used = {
        kind
        for kind in _PRECEDENCE
        if any(one.latest > since and not one.in_unit for one in taken_of_kind(chart, kind))
    }
    screens = (("urine_fentanyl", "fentanyl"), ("urine_methadone", "methadone"))
    # A positive urine screen counts as use, whatever was told: supplies hold what nobody asked for.
    used |= {kind for screen, kind in screens if (found := chart.newest(screen)) and found.steps == 1}
    injected = time_since_last_buprenorphine_injection(chart).most
    if injected is not None and injected < _INJECTION_COUNTS_FOR:
        used.add("buprenorphine")
    for kind in _PRECEDENCE:
        if kind in used:
            return known(KINDS.index(kind))
    if chart.took or chart.outside_asked_at is not None:
        return known(0)
    return unknown("no opioid history recorded")


@fact(kind=Kind.HISTORY, choices=("no", "yes"))
def fentanyl_used(chart: Chart) -> Found:
    """Whether fentanyl was used in the 14 days before, told or found in urine."""
    screen = chart.newest("urine_fentanyl")
    if screen and screen.steps == 1:
        return known(1)
    since = chart.now - timedelta(days=14)
    if any(one.latest > since for one in taken_of_kind(chart, "fentanyl")):
        return known(1)
    return known(0) if chart.took else unknown("no opioid history recorded")
