"""Made-up patients as chart documents: those of `patients.py`, and a stay of ten days with about 1,500 entries."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.patients import COWS, MG, Patient

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
Document = dict[str, Any]

_UNITS = {
    "systolic_bp": "mmHg",
    "diastolic_bp": "mmHg",
    "standing_systolic_bp": "mmHg",
    "heart_rate": "/min",
    "respiratory_rate": "/min",
    "spo2": "%",
    "pain_score": "points",
    "qtc": "ms",
    "age": "years",
}
_ROUTES = {"buprenorphine": "sublingual", "clonidine": "oral", "lofexidine": "oral"}


def of_patient(patient: Patient) -> Document:
    """The patient's records as a chart document, for Mainstay to work the facts out itself."""
    slow = ("qtc", "potassium", "magnesium")
    vitals = {name: steps for name, steps in patient.readings.items() if name not in (*slow, "age")}
    entries: list[Document] = [
        {"at": _at(75 * 60), "happened": ["admission", "outside doses asked"]},
        {"at": _at(70 * 60), "told": {"age": _shown("age", patient.readings["age"])}},
        {"at": _at(20 * 60), "measured": {name: _shown(name, patient.readings[name]) for name in slow}},
        {"at": _at(patient.last_full_agonist), "took": {"substance": "fentanyl", "route": "smoked"}},
        {"at": _at(2), "measured": {name: _shown(name, steps) for name, steps in vitals.items()}},
        {
            "at": _at(1),
            "measured": {"standing_systolic_bp": _shown("standing_systolic_bp", patient.standing)},
        },
    ]
    entries += [
        {
            "at": _at(at),
            "assessed": {
                "instrument": "cows",
                "answers": {item: str(points) for item, points in items.items()},
            },
        }
        for at, items in patient.assessments
    ]
    entries += [
        {"at": _at(at), "dose": {"drug": drug, "amount": _mg(dose), "route": _ROUTES[drug]}}
        for at, drug, dose in patient.doses
    ]
    entries += [{"at": _at(at), "happened": ["vomiting"]} for at in patient.vomited]
    return {"chart": "Made up for measuring", "now": _written(NOW), "entries": entries}


def _at(minutes: int) -> str:
    return _written(NOW - timedelta(minutes=minutes))


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _shown(name: str, steps: int) -> str:
    if name == "temperature":
        return f"{steps // 10}.{steps % 10} C"
    if name in ("potassium", "magnesium"):
        return f"{steps // 100}.{steps % 100:02} mmol/L"
    return f"{steps} {_UNITS[name]}"


def _mg(nanograms: int) -> str:
    return f"{nanograms / MG:.2f}".rstrip("0").rstrip(".") + " mg"


def ten_days(seed: int) -> Document:
    """A stay of ten days with about 1,500 readings, scores, doses and events, read at its end.

    The first four days run close (every half hour, COWS every two hours), as on a real unit; later days are calmer.
    """
    drawn = random.Random(seed)
    entries: list[Document] = [
        {"at": _at(10 * 24 * 60), "happened": ["admission"]},
        {"at": _at(10 * 24 * 60 - 5), "happened": ["outside doses asked"]},
        {
            "at": _at(10 * 24 * 60 + 60 * drawn.randint(8, 40)),
            "took": {"substance": "fentanyl", "route": "smoked"},
        },
        {
            "at": _at(10 * 24 * 60 - 10),
            "told": {"age": f"{drawn.randint(19, 65)} years", "pregnancy": "negative"},
        },
        {"at": _at(10 * 24 * 60 - 10), "takes": {"medicines": ["sertraline"], "complete": "yes"}},
        {"at": _at(10 * 24 * 60 - 10), "allergies": []},
        *_observations(drawn),
        *_given(drawn),
    ]
    return {
        "chart": "Made up for measuring",
        "now": _written(NOW),
        "timezone": "America/New_York",
        "entries": entries,
    }


def _observations(drawn: random.Random) -> Iterator[Document]:
    begun = 10 * 24 * 60 - 30
    for minutes in range(begun, 5, -30):
        at, close = _at(minutes - drawn.randint(0, 4)), minutes > begun - 4 * 24 * 60
        hour = (begun - minutes) // 60
        if close or minutes % 60 == 0:
            yield {
                "at": at,
                "measured": {
                    "respiratory_rate": f"{drawn.randint(11, 20)} /min",
                    "spo2": f"{drawn.randint(93, 99)} %",
                },
            }
        if minutes % 60 == 0 and (close or hour % 4 == 0):
            systolic = drawn.randint(95, 150)
            yield {
                "at": at,
                "measured": {
                    "systolic_bp": f"{systolic} mmHg",
                    "diastolic_bp": f"{systolic - drawn.randint(30, 50)} mmHg",
                    "heart_rate": f"{drawn.randint(58, 110)} /min",
                    "temperature": f"36.{drawn.randint(2, 9)} C",
                    "sedation": drawn.choice(("awake", "easily_roused")),
                },
            }
        if minutes % 120 == 0 and (close or hour % 4 == 0):
            ill = max(0.1, 0.9 - hour / 120)
            answers = {
                item: str(points[int(len(points) * ill * drawn.random())]) for item, points in COWS.items()
            }
            yield {"at": at, "assessed": {"instrument": "cows", "answers": answers}}
        if hour % 24 == 6 and minutes % 60 == 0:
            yield {
                "at": at,
                "measured": {
                    "qtc": f"{drawn.randint(410, 455)} ms",
                    "potassium": f"{drawn.randint(34, 48) / 10} mmol/L",
                },
            }
        if close and drawn.random() < 0.05:
            yield {"at": at, "happened": ["vomiting"]}


def _given(drawn: random.Random) -> Iterator[Document]:
    for day in range(10):
        start = (10 - day) * 24 * 60 - 4 * 60
        doses = (4, 4, 8) if day == 0 else (8, 8)
        for number, dose in enumerate(doses):
            yield _dose(start - number * 6 * 60, "buprenorphine", f"{dose} mg", "sublingual")
        for number in range(4 if day < 4 else 1):
            yield _dose(
                start - number * 6 * 60 - 10,
                "clonidine",
                "0.1 mg",
                "oral",
                "held" if drawn.random() < 0.2 else "given",
            )
        if day < 3:
            yield _dose(start - 30, "ondansetron", "4 mg", "oral")


def _dose(minutes: int, drug: str, amount: str, route: str, outcome: str = "given") -> Document:
    dose = {"drug": drug, "amount": amount, "route": route, "outcome": outcome}
    return {"at": _at(minutes), "dose": dose | ({"because": "pressure low"} if outcome == "held" else {})}
