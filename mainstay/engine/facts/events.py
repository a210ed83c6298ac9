"""What happened: vomiting, seizures, precipitated withdrawal."""

from __future__ import annotations

from datetime import timedelta

from mainstay.engine.chart import Chart
from mainstay.engine.facts.registry import NEVER, Found, Kind, fact, known

EVENTS = (
    "admission", "discharge", "outside doses asked", "vomiting", "diarrhoea", "seizure", "hallucination", "fall", "syncope",
    "precipitated withdrawal", "precipitated withdrawal over", "myocardial infarction", "naloxone given", "refused assessment",
    "asleep",
)  # fmt: skip


def _within(chart: Chart, event: str, time: timedelta) -> int:
    return sum(one.at > chart.now - time for one in chart.happened(event))


@fact("", (0, 100), kind=Kind.LEDGER)
def vomits_in_4_hours(chart: Chart) -> Found:
    """How often vomiting was seen in the last four hours."""
    return known(_within(chart, "vomiting", timedelta(hours=4)))


@fact("", (0, 100), kind=Kind.LEDGER)
def vomits_in_24_hours(chart: Chart) -> Found:
    """How often vomiting was seen in the last 24 hours."""
    return known(_within(chart, "vomiting", timedelta(hours=24)))


@fact("h", kind=Kind.LEDGER)
def time_since_vomiting(chart: Chart) -> Found:
    """How long ago vomiting was last seen; "never" if it was not."""
    vomited = chart.happened("vomiting")
    return known(int((chart.now - vomited[-1].at).total_seconds()) if vomited else NEVER)


@fact("", (0, 100), kind=Kind.LEDGER)
def seizures_in_24_hours(chart: Chart) -> Found:
    """How many seizures were seen in the last 24 hours."""
    return known(_within(chart, "seizure", timedelta(hours=24)))


@fact("", (0, 100), kind=Kind.LEDGER)
def syncopes_in_24_hours(chart: Chart) -> Found:
    """How often the patient fainted in the last 24 hours."""
    return known(_within(chart, "syncope", timedelta(hours=24)))


@fact(kind=Kind.LEDGER, choices=("no", "yes"))
def precipitated_withdrawal_open(chart: Chart) -> Found:
    """Whether precipitated withdrawal was named in the last 24 hours and not closed since."""
    begun = chart.happened("precipitated withdrawal")
    if not begun or begun[-1].at <= chart.now - timedelta(hours=24):
        return known(0)
    over = chart.happened("precipitated withdrawal over")
    return known(int(not over or over[-1].at < begun[-1].at))


@fact("", (0, 48), kind=Kind.LEDGER)
def buprenorphine_since_precipitated_withdrawal(chart: Chart) -> Found:
    """How many buprenorphine doses the unit gave since precipitated withdrawal was last named; 0 if it never was."""
    begun = chart.happened("precipitated withdrawal")
    if not begun:
        return known(0)
    return known(sum(one.in_unit and one.at >= begun[-1].at for one in chart.taken("buprenorphine")))
