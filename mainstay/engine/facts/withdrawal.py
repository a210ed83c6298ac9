"""Withdrawal: objective signs, and rises after a dose that can precipitate it."""

from __future__ import annotations

from datetime import datetime, timedelta

from mainstay.engine.chart import TAKEN, Chart
from mainstay.engine.facts.opioids import FULL_AGONISTS, taken_of_kind
from mainstay.engine.facts.registry import NEVER, Found, Kind, fact, known, unknown
from mainstay.engine.facts.scores import total_of

# From which answer an item counts as an objective sign (settled 10).
OBJECTIVE = {"pulse": 2, "pupils": 2, "nose_tears": 2, "yawning": 2, "gooseflesh": 3}
_WITNESSED = ("vomiting", "diarrhoea")
_COWS_ITEMS = 11

# What can precipitate withdrawal, by ingredient.
PRECIPITANTS = ("buprenorphine", "naltrexone", "naloxone")


def _totals(chart: Chart) -> list[tuple[datetime, int]]:
    rated = ((one.at, total_of(one, _COWS_ITEMS)) for one in chart.assessed("cows"))
    return [(at, points) for at, points in rated if points is not None]


@fact("", (0, 7), kind=Kind.READING, greatest_age="4 h")
def cows_objective_signs(chart: Chart) -> Found:
    """How many objective signs the newest COWS shows, with vomiting and diarrhoea when witnessed within an hour of it."""
    assessed = chart.assessed("cows")
    if not assessed:
        return unknown("COWS never rated")
    newest = assessed[-1]
    seen = sum(newest.answers.get(key, 0) >= least for key, least in OBJECTIVE.items())
    seen += sum(
        any(abs(event.at - newest.at) <= timedelta(hours=1) for event in chart.happened(what))
        for what in _WITNESSED
    )
    missing = sum(key not in newest.answers for key in OBJECTIVE)
    if missing:
        return unknown("some objective items were not answered", newest.at, least=seen, most=seen + missing)
    return known(seen, newest.at)


@fact(kind=Kind.READING, choices=("no", "yes"), greatest_age="4 h")
def cows_after_last_use(chart: Chart) -> Found:
    """Whether the newest COWS was rated after the last full agonist: an earlier one says nothing of now."""
    assessed = chart.assessed("cows")
    if not assessed:
        return unknown("COWS never rated")
    used = taken_of_kind(chart, *FULL_AGONISTS)
    newest = assessed[-1].at
    return known(int(not used or newest > used[-1].latest), newest)


@fact(kind=Kind.READING, choices=("no", "yes"), greatest_age="4 h")
def cows_after_last_dose(chart: Chart) -> Found:
    """Whether the newest COWS was rated after the last opioid given or used."""
    assessed = chart.assessed("cows")
    if not assessed:
        return unknown("COWS never rated")
    used = taken_of_kind(chart, *FULL_AGONISTS, "buprenorphine")
    newest = assessed[-1].at
    return known(int(not used or newest > used[-1].latest), newest)


def _doses(chart: Chart, ingredients: tuple[str, ...], least: int = 0) -> list[datetime]:
    return sorted(
        event.at
        for event in chart.dosed
        if event.ingredient in ingredients and event.outcome in TAKEN and event.dose.steps >= least
    )


def rises_after(chart: Chart, dose: datetime, until: datetime) -> list[tuple[datetime, int]]:
    """When COWS was rated after a dose up to `until`, and how far it had risen since before the dose (a fall is negative)."""
    totals = _totals(chart)
    before = [points for at, points in totals if dose - timedelta(hours=4) <= at <= dose]
    return [(at, points - before[-1]) for at, points in totals if dose < at <= until] if before else []


def _rise(chart: Chart, doses: list[datetime], within: timedelta) -> Found:
    """The largest rise of COWS seen from before a dose to within `within` after it, of any of `doses`."""
    rises = [rise for dose in doses for rise in rises_after(chart, dose, dose + within)]
    if not rises:
        # Once the time is over nobody can rate inside it any more: no rise was seen, and asking on would wait for nothing.
        if all(dose + within < chart.now for dose in doses):
            return known(0)
        return unknown("no COWS both before and after the dose")
    # As of the newest score: rating again makes it known again, however long ago the highest was.
    return known(max(0, *(rise for _, rise in rises)), max(at for at, _ in rises))


@fact("points", (0, 48), kind=Kind.READING, greatest_age="4 h")
def cows_rise_within_60_minutes(chart: Chart) -> Found:
    """How far COWS was seen to rise within 60 minutes of buprenorphine, naltrexone or naloxone (Dunn 2023)."""
    doses = [at for at in _doses(chart, PRECIPITANTS) if at > chart.now - timedelta(hours=4)]
    doses += [
        event.at for event in chart.happened("naloxone given") if event.at > chart.now - timedelta(hours=4)
    ]
    return _rise(chart, sorted(doses), timedelta(minutes=60))


# Doses up to 8 hours old are looked at, so a score after one of them is never older than that.
@fact("points", (0, 48), kind=Kind.READING, greatest_age="8 h")
def cows_rise_within_4_hours(chart: Chart) -> Found:
    """How far COWS was seen to rise within four hours of a buprenorphine dose of at least 2 mg (Thakrar 2024)."""
    doses = [at for at in _doses(chart, ("buprenorphine",), 2_000_000) if at > chart.now - timedelta(hours=8)]
    return _rise(chart, doses, timedelta(hours=4))


@fact("points", (0, 48), kind=Kind.READING, greatest_age="4 h")
def cows_rise_after_last_buprenorphine(chart: Chart) -> Found:
    """How far COWS rose since before the last buprenorphine dose of the last 24 hours; 0 without one."""
    doses = [at for at in _doses(chart, ("buprenorphine",)) if at > chart.now - timedelta(hours=24)]
    return _rise(chart, doses[-1:], timedelta(hours=24))


@fact("h", kind=Kind.LEDGER)
def time_since_naloxone_given(chart: Chart) -> Found:
    """How long ago naloxone was last given against an overdose, as a dose or as an event; "never" if it was not."""
    given = [event.at for event in chart.happened("naloxone given")]
    given += [one.latest for one in chart.taken("naloxone")]
    return known(int((chart.now - max(given)).total_seconds()) if given else NEVER)


@fact("points", (0, 48), kind=Kind.READING, greatest_age="4 h")
def cows_highest_in_24_hours(chart: Chart) -> Found:
    """The highest COWS of the last 24 hours; unknown until it has been rated over at least 20 of them."""
    rated = [(at, points) for at, points in _totals(chart) if at > chart.now - timedelta(hours=24)]
    if not rated:
        return unknown("COWS was not rated in the last 24 h")
    most, newest = max(points for _, points in rated), max(at for at, _ in rated)
    if rated[0][0] > chart.now - timedelta(hours=20):
        return unknown("COWS has been rated for less than 20 h", newest, least=most)
    return known(most, newest)
