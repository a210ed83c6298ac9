"""Laboratory, ECG and tests."""

from __future__ import annotations

from datetime import datetime, timedelta

from mainstay.engine.chart import TAKEN, Chart
from mainstay.engine.facts.medicines import Group
from mainstay.engine.facts.registry import Found, Kind, fact, fact_for_each, known, plain, unknown

plain(
    __name__, "egfr", "Estimated glomerular filtration rate.", "mL/min/1.73m2", (0, 200), greatest_age="30 d"
)
plain(
    __name__, "child_pugh_score", "Child-Pugh score of the liver; 0 where there is no liver disease.",
    "points", (0, 15), greatest_age="30 d",
)  # fmt: skip
plain(
    __name__,
    "alt",
    "Alanine aminotransferase, as a multiple of the upper limit of normal.",
    "x ULN",
    (0, 200),
    greatest_age="30 d",
)
plain(
    __name__, "pregnancy", "Pregnancy: negative (tested, or cannot be), possible, positive.", choices=("negative", "possible", "positive"),
    kind=Kind.HISTORY,
)  # fmt: skip
plain(
    __name__, "urine_opioids", "Urine screen for opioids other than fentanyl, methadone and buprenorphine.",
    choices=("negative", "positive"), greatest_age="24 h",
)  # fmt: skip
plain(
    __name__,
    "urine_fentanyl",
    "Urine screen for fentanyl.",
    choices=("negative", "positive"),
    greatest_age="24 h",
)
plain(
    __name__,
    "urine_methadone",
    "Urine screen for methadone.",
    choices=("negative", "positive"),
    greatest_age="24 h",
)
plain(
    __name__, "urine_buprenorphine", "Urine screen for buprenorphine.", choices=("negative", "positive"), greatest_age="24 h"
)  # fmt: skip
plain(
    __name__, "urine_benzodiazepine", "Urine screen for benzodiazepines.", choices=("negative", "positive"), greatest_age="7 d"
)  # fmt: skip
plain(
    __name__, "naloxone_challenge", "Result of the newest naloxone challenge.", choices=("negative", "positive"), greatest_age="24 h"
)  # fmt: skip


def _electrolyte(chart: Chart, what: str) -> Found:
    newest = chart.newest(what)
    if newest is None:
        return unknown("never measured")
    # While fluid is being lost a value of last week says nothing (settled 8: 24 h while vomiting, else 7 days).
    losing = any(
        event.at > newest.at
        for event in chart.happened("vomiting")
        if event.at > chart.now - timedelta(hours=24)
    )
    if losing and newest.at < chart.now - timedelta(hours=24):
        return unknown("measured more than 24 h ago, and the patient has vomited since", newest.at)
    return known(newest.steps, newest.at)


@fact("mmol/L", (1, 10), kind=Kind.READING, greatest_age="7 d", entered=True)
def potassium(chart: Chart) -> Found:
    """Serum potassium: 24 hours old at most while the patient vomits, else seven days."""
    return _electrolyte(chart, "potassium")


@fact("mmol/L", (0, 5), kind=Kind.READING, greatest_age="7 d", entered=True)
def magnesium(chart: Chart) -> Found:
    """Serum magnesium: 24 hours old at most while the patient vomits, else seven days."""
    return _electrolyte(chart, "magnesium")


def _one_more_since(chart: Chart, group: Group, moment: datetime) -> str:
    """The QT medicine first given here after `moment` on top of another one, or nothing.

    An ECG from before the first such medicine is its baseline and stays good; one from before a second says nothing
    of the two together.
    """
    first: dict[str, datetime] = {}
    for dosed in chart.dosed:
        if dosed.ingredient in group.members and dosed.outcome in TAKEN:
            first.setdefault(dosed.ingredient, dosed.at)
    added = sorted(first, key=lambda name: first[name])[1:]
    return next((name for name in added if first[name] > moment), "")


def _of_the_ecg(chart: Chart, group: Group, steps: int, moment: datetime) -> Found:
    added = _one_more_since(chart, group, moment)
    if added:
        return unknown(f"{added} was added to another QT medicine since the last ECG", moment)
    return known(steps, moment)


@fact_for_each(
    "qt medicines", "qtc", "ms", (200, 800), kind=Kind.READING, greatest_age=lambda _: "7 d", entered=True
)
def qtc(chart: Chart, group: Group) -> Found:
    """Corrected QT of the newest ECG, seven days old at most, and none taken before a second QT medicine was added."""
    newest = chart.newest("qtc")
    return unknown("no ECG") if newest is None else _of_the_ecg(chart, group, newest.steps, newest.at)


@fact_for_each("qt medicines", "qtc_rise", "ms", (0, 600), kind=Kind.READING, greatest_age=lambda _: "7 d")
def qtc_rise(chart: Chart, group: Group) -> Found:
    """How much longer the newest QTc is than the first of this stay; 0 while there is only one."""
    measured = chart.measured("qtc")
    if not measured:
        return unknown("no ECG")
    rise = max(0, measured[-1].steps - measured[0].steps)
    return _of_the_ecg(chart, group, rise, measured[-1].at)
