"""Vital signs, and what follows from several of them."""

from __future__ import annotations

from datetime import timedelta

from mainstay.engine.chart import Chart, Measured
from mainstay.engine.facts.registry import Found, Kind, fact, known, plain, unknown

# A vital sign older than this says nothing of now. How fresh a dose needs it is the protocols' (settled 8).
_AGE = "4 h"

plain(
    __name__,
    "systolic_bp",
    "Systolic blood pressure, lying or sitting.",
    "mmHg",
    (30, 300),
    greatest_age=_AGE,
)
plain(
    __name__,
    "diastolic_bp",
    "Diastolic blood pressure, lying or sitting.",
    "mmHg",
    (10, 200),
    greatest_age=_AGE,
)
plain(__name__, "heart_rate", "Resting heart rate.", "/min", (10, 300), greatest_age=_AGE)
plain(__name__, "respiratory_rate", "Breaths counted over a minute.", "/min", (0, 80), greatest_age=_AGE)
plain(__name__, "spo2", "Oxygen saturation by pulse oximeter.", "%", (30, 100), greatest_age=_AGE)
plain(__name__, "temperature", "Body temperature.", "C", (25, 45), greatest_age=_AGE)
plain(
    __name__,
    "breathing",
    "Whether the patient breathes air or oxygen.",
    choices=("air", "oxygen"),
    greatest_age=_AGE,
)
plain(
    __name__, "spo2_scale", "Which NEWS2 SpO2 scale was prescribed; scale 2 only by a named clinician.",
    choices=("1", "2"), kind=Kind.HISTORY,
)  # fmt: skip
plain(
    __name__, "consciousness", "ACVPU: alert, new confusion, responds to voice or pain, unresponsive.",
    choices=("alert", "confused", "voice", "pain", "unresponsive"), greatest_age=_AGE,
)  # fmt: skip
plain(
    __name__, "sedation", "How sleepy: awake, easily roused, drifts off in mid-sentence, hard to rouse.",
    choices=("awake", "easily_roused", "drifts_off", "hard_to_rouse"), greatest_age=_AGE,
)  # fmt: skip
plain(
    __name__,
    "standing_systolic_bp",
    "Systolic pressure after standing.",
    "mmHg",
    (30, 300),
    greatest_age=_AGE,
)
plain(
    __name__, "dizzy_or_faint", "Whether the patient is dizzy or faint, lying or on standing.",
    choices=("no", "yes"), greatest_age=_AGE,
)  # fmt: skip
plain(
    __name__,
    "intoxicated",
    "Whether the patient seems intoxicated by anything.",
    choices=("no", "yes"),
    greatest_age=_AGE,
)
plain(__name__, "pain_score", "Pain, 0 to 10, as the patient says it.", "points", (0, 10), greatest_age=_AGE)
plain(__name__, "glucose", "Blood glucose.", "mmol/L", (0, 50), greatest_age=_AGE)


@fact(kind=Kind.READING, choices=("no", "yes"), greatest_age=_AGE)
def sedated(chart: Chart) -> Found:
    """Sleepier than easily roused, or not alert: by the newest of `sedation` and `consciousness`."""
    found = [reading for what in ("sedation", "consciousness") if (reading := chart.newest(what))]
    if not found:
        return unknown("never measured")
    newest = max(reading.at for reading in found)
    # Two looks at the same moment: the worse one counts.
    now = [reading for reading in found if reading.at == newest]
    bad = any(reading.steps >= (2 if reading.what == "sedation" else 1) for reading in now)
    return known(int(bad), newest)


@fact("mmHg", (0, 270), kind=Kind.READING, greatest_age=_AGE)
def systolic_bp_fall_on_standing(chart: Chart) -> Found:
    """How far systolic pressure falls on standing: both taken within ten minutes."""
    standing = chart.newest("standing_systolic_bp")
    if standing is None:
        return unknown("standing pressure never measured")
    lying = [
        reading
        for reading in chart.measured("systolic_bp")
        if abs(reading.at - standing.at) <= timedelta(minutes=10)
    ]
    if not lying:
        return unknown("no lying pressure within ten minutes of the standing one", standing.at)
    return known(max(0, lying[-1].steps - standing.steps), standing.at)


# A dose counts as checked when all of these were looked at again about an hour later, and before its peak has passed.
_CHECKED = ("systolic_bp", "diastolic_bp", "heart_rate", "dizzy_or_faint")
_CHECKED_FROM, _CHECKED_UNTIL = timedelta(minutes=45), timedelta(hours=4)


def _after_the_test_dose(chart: Chart, what: str) -> list[Measured]:
    """Readings of `what` in the four hours after the first clonidine dose of this stay that was checked."""
    for dose in chart.taken("clonidine"):
        after = {
            one: [
                reading for reading in chart.measured(one) if dose.at < reading.at <= dose.at + _CHECKED_UNTIL
            ]
            for one in _CHECKED
        }
        if dose.in_unit and all(
            found and found[-1].at >= dose.at + _CHECKED_FROM for found in after.values()
        ):
            return after[what]
    return []


def _lowest(chart: Chart, what: str) -> Found:
    found = _after_the_test_dose(chart, what)
    if not found:
        return unknown(
            "pressure, pulse and dizziness were not all looked at an hour after the clonidine test dose"
        )
    return known(min(reading.steps for reading in found), found[-1].at)


@fact("mmHg", (30, 300), kind=Kind.READING)
def clonidine_test_systolic_bp(chart: Chart) -> Found:
    """The lowest systolic pressure in the four hours after the clonidine test dose, once looked at about an hour after it."""
    return _lowest(chart, "systolic_bp")


@fact("mmHg", (10, 200), kind=Kind.READING)
def clonidine_test_diastolic_bp(chart: Chart) -> Found:
    """The lowest diastolic pressure in the four hours after the clonidine test dose, once looked at about an hour after it."""
    return _lowest(chart, "diastolic_bp")


@fact("/min", (10, 300), kind=Kind.READING)
def clonidine_test_heart_rate(chart: Chart) -> Found:
    """The lowest pulse in the four hours after the clonidine test dose, once looked at about an hour after it."""
    return _lowest(chart, "heart_rate")


@fact(kind=Kind.READING, choices=("no", "yes"))
def clonidine_test_dizzy(chart: Chart) -> Found:
    """Whether the patient was dizzy or faint in the four hours after the clonidine test dose, once asked about an hour after it."""
    found = _after_the_test_dose(chart, "dizzy_or_faint")
    if not found:
        return _lowest(chart, "dizzy_or_faint")
    return known(max(reading.steps for reading in found), found[-1].at)
