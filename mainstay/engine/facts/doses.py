"""The ledger of each ingredient: what was given, how much, how long ago.

In-unit facts are known from admission on. Facts that reach further back are known only when
outside doses were asked about (settled 9); else they are bounds.
"""

from __future__ import annotations

from datetime import datetime

from mainstay.engine.chart import DAY, TAKEN, AsGiven, Chart, given_between
from mainstay.engine.facts.registry import NEVER, Found, Kind, fact, fact_for_each, known, unknown

_MOST = (0, 5_000)
_NOT_ASKED = "what was taken before admission has not been asked"


def covered(chart: Chart, since: datetime) -> bool:
    """Whether everything taken after `since` is in the chart."""
    if chart.outside_asked_at is not None:
        return True
    return chart.admitted_at is not None and chart.admitted_at <= since


@fact_for_each("ingredient", "{it}_in_24_hours", "mg", _MOST, kind=Kind.LEDGER)
def in_24_hours(chart: Chart, ingredient: str) -> Found:
    """How much {it} was taken in the last 24 hours; a dose exactly 24 hours old no longer counts."""
    start = chart.now - DAY
    given = given_between(chart.taken(ingredient), start, chart.now)
    total = sum(one.dose or 0 for one in given)
    # What may have been taken just before the window began counts as perhaps.
    unsure = sum(one.dose or 0 for one in given if one.at <= start)
    if any(one.dose is None for one in given):
        return unknown("an outside dose of unknown size counts too", least=total - unsure)
    if not covered(chart, start):
        return unknown(_NOT_ASKED, least=total - unsure)
    if unsure:
        return unknown("the time of an outside dose is not sure", least=total - unsure, most=total)
    return known(total)


@fact_for_each("ingredient", "time_since_last_{it}", "h", kind=Kind.LEDGER)
def time_since_last(chart: Chart, ingredient: str) -> Found:
    """How long ago {it} was last taken; "never" if it was not."""
    return since_last(chart, chart.taken(ingredient))


def since_last(chart: Chart, given: list[AsGiven]) -> Found:
    """How long since the last of `given` (oldest first), as far as the chart can tell."""
    if not given:
        if chart.outside_asked_at is not None:
            return known(NEVER)
        least = 0 if chart.admitted_at is None else _seconds(chart, chart.admitted_at)
        return unknown(_NOT_ASKED, least=least)
    last = given[-1]
    earliest = min(last.latest, last.at)
    if earliest < last.latest:
        return unknown(
            "the time of last use is not sure",
            least=_seconds(chart, last.latest),
            most=_seconds(chart, earliest),
        )
    # A recorded outside use is the patient's answer to "when last?": nothing later is expected before admission.
    return known(_seconds(chart, last.latest))


def _seconds(chart: Chart, moment: datetime) -> int:
    return int((chart.now - moment).total_seconds())


def _in_unit(chart: Chart, ingredient: str) -> list[AsGiven]:
    return [one for one in chart.taken(ingredient) if one.in_unit]


def on_day(chart: Chart, ingredient: str, day: int) -> list[AsGiven]:
    """What the unit gave on one medication day."""
    return [one for one in _in_unit(chart, ingredient) if chart.medication_day(one.at) == day]


def _total(given: list[AsGiven]) -> int:
    return sum(one.dose or 0 for one in given)


@fact_for_each("ingredient", "last_{it}_dose", "mg", _MOST, kind=Kind.LEDGER)
def last_dose(chart: Chart, ingredient: str) -> Found:
    """The size of the last {it} dose the unit gave; 0 if none."""
    given = _in_unit(chart, ingredient)
    return known((given[-1].dose or 0) if given else 0)


@fact_for_each("ingredient", "last_{it}_vomited", kind=Kind.LEDGER, choices=("no", "yes"))
def last_vomited(chart: Chart, ingredient: str) -> Found:
    """Whether the last {it} dose the unit gave was vomited: nobody knows how much of it counts."""
    taken = [event for event in chart.dosed if event.ingredient == ingredient and event.outcome in TAKEN]
    return known(int(bool(taken) and taken[-1].outcome == "vomited"))


@fact_for_each("ingredient", "{it}_today", "mg", _MOST, kind=Kind.LEDGER)
def today(chart: Chart, ingredient: str) -> Found:
    """How much {it} the unit gave since this medication day began."""
    return known(_total(on_day(chart, ingredient, chart.today)))


@fact_for_each("ingredient", "{it}_yesterday", "mg", _MOST, kind=Kind.LEDGER)
def yesterday(chart: Chart, ingredient: str) -> Found:
    """How much {it} the unit gave on the medication day before."""
    return known(_total(on_day(chart, ingredient, chart.today - 1)))


@fact_for_each("ingredient", "{it}_day", "", (0, 400), kind=Kind.LEDGER)
def day_of(chart: Chart, ingredient: str) -> Found:
    """Which medication day of {it} this is: 0 before the first dose in the unit, 1 on its day."""
    given = _in_unit(chart, ingredient)
    return known(chart.today - chart.medication_day(given[0].at) + 1 if given else 0)


@fact_for_each("ingredient", "{it}_doses_today", "", (0, 48), kind=Kind.LEDGER)
def doses_today(chart: Chart, ingredient: str) -> Found:
    """How many {it} doses the unit gave since this medication day began."""
    return known(len(on_day(chart, ingredient, chart.today)))


@fact_for_each("ingredient", "{it}_doses_given", "", (0, 2_000), kind=Kind.LEDGER)
def doses_given(chart: Chart, ingredient: str) -> Found:
    """How many {it} doses the unit gave in this stay."""
    return known(len(_in_unit(chart, ingredient)))


@fact_for_each("ingredient", "time_since_first_{it}", "h", kind=Kind.LEDGER)
def time_since_first(chart: Chart, ingredient: str) -> Found:
    """How long ago the unit gave the first {it} of this stay; "never" if it did not."""
    given = _in_unit(chart, ingredient)
    return known(_seconds(chart, given[0].at) if given else NEVER)


@fact_for_each("ingredient", "time_since_first_{it}_of_last_day", "h", kind=Kind.LEDGER)
def time_since_first_of_last_day(chart: Chart, ingredient: str) -> Found:
    """How long ago the first {it} of the last medication day before this one was given; "never" if none."""
    earlier = [one for one in _in_unit(chart, ingredient) if chart.medication_day(one.at) < chart.today]
    if not earlier:
        return known(NEVER)
    last_day = chart.medication_day(earlier[-1].at)
    first = next(one for one in earlier if chart.medication_day(one.at) == last_day)
    return known(_seconds(chart, first.at))


@fact_for_each("ingredient", "{it}_days_at_this_total", "", (0, 400), kind=Kind.LEDGER)
def days_at_this_total(chart: Chart, ingredient: str) -> Found:
    """For how many medication days up to yesterday the {it} total has been yesterday's."""
    by_day: dict[int, int] = {}
    for one in _in_unit(chart, ingredient):
        day = chart.medication_day(one.at)
        by_day[day] = by_day.get(day, 0) + (one.dose or 0)
    day = chart.today - 1
    wanted, days = by_day.get(day), 0
    while wanted is not None and by_day.get(day) == wanted:
        days, day = days + 1, day - 1
    return known(days)


@fact_for_each("ingredient", "{it}_not_taken", "", (0, 200), kind=Kind.LEDGER)
def not_taken(chart: Chart, ingredient: str) -> Found:
    """How many {it} doses were held, missed or refused since the last one taken."""
    count = 0
    for event in reversed([event for event in chart.dosed if event.ingredient == ingredient]):
        if event.outcome in TAKEN:
            break
        count += event.outcome in ("held", "missed", "refused")
    return known(count)


# Injections that go on acting for weeks ------------------------------------------------------------------

NALTREXONE_INJECTION = 380_000_000
_INJECTED = ("intramuscular", "subcutaneous", "injected")


@fact("h", kind=Kind.LEDGER)
def time_since_last_naltrexone_injection(chart: Chart) -> Found:
    """How long ago the monthly naltrexone injection was last given, here or elsewhere; naltrexone of unknown form may have been it."""
    sure = [
        AsGiven(dosed.at, dosed.at, dosed.dose.steps, dosed.drug, True)
        for dosed in chart.dosed
        if dosed.ingredient == "naltrexone" and dosed.outcome in TAKEN
        and (dosed.dose.steps >= NALTREXONE_INJECTION or dosed.route in _INJECTED)
    ]  # fmt: skip
    perhaps = []
    for took in chart.took:
        if took.ingredient != "naltrexone":
            continue
        dose = None if took.dose is None else took.dose.steps
        given = AsGiven(took.at, took.latest or took.at, dose, took.substance, False)
        if (
            took.substance == "naltrexone-injection"
            or took.route in _INJECTED
            or (dose or 0) >= NALTREXONE_INJECTION
        ):
            sure.append(given)
        elif took.route != "oral" and dose is None:
            perhaps.append(given)
    return _since_last_or_perhaps(
        chart, sure, perhaps, "whether the naltrexone taken outside was the injection is not known"
    )


@fact("h", kind=Kind.LEDGER)
def time_since_last_buprenorphine_injection(chart: Chart) -> Found:
    """How long ago a weekly or monthly buprenorphine injection was last given, here or elsewhere."""
    sure = [
        AsGiven(took.at, took.latest or took.at, None, took.substance, False)
        for took in chart.took
        if took.substance == "buprenorphine-injection"
        or (took.ingredient == "buprenorphine" and took.route in ("subcutaneous", "depot"))
    ]
    sure += [
        AsGiven(dosed.at, dosed.at, dosed.dose.steps, dosed.drug, True)
        for dosed in chart.dosed
        if dosed.drug == "buprenorphine-injection" and dosed.outcome in TAKEN
    ]
    return _since_last_or_perhaps(chart, sure, [], "")


def _since_last_or_perhaps(chart: Chart, sure: list[AsGiven], perhaps: list[AsGiven], why: str) -> Found:
    """How long since the last that surely counts, or since a later one that may."""

    def ended(one: AsGiven) -> tuple[datetime, datetime]:
        return one.latest, one.at

    found = since_last(chart, sorted(sure, key=ended))
    if not perhaps:
        return found
    last = max(perhaps, key=ended)
    least = _seconds(chart, last.latest)
    if found.most is not None and found.most <= least:
        return found
    return unknown(why, least=min(least, found.least or 0), most=found.most)
