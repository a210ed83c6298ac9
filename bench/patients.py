"""Made-up patients from a seed: what was written down in two days, and the facts that follow from it.

The facts are worked out here a second, plainer way than in `mainstay/engine/facts/`, so that the other engines'
input does not come from ours. `ours.py` checks that Mainstay finds the same facts in the same patients' charts.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

# The allowed points of each COWS item (Wesson and Ling 2003): not contiguous.
COWS = {
    "pulse": (0, 1, 2, 4),
    "sweating": (0, 1, 2, 3, 4),
    "restlessness": (0, 1, 3, 5),
    "pupils": (0, 1, 2, 5),
    "aches": (0, 1, 2, 4),
    "nose_tears": (0, 1, 2, 4),
    "gi": (0, 1, 2, 3, 5),
    "tremor": (0, 1, 2, 4),
    "yawning": (0, 1, 2, 4),
    "anxiety": (0, 1, 2, 4),
    "gooseflesh": (0, 3, 5),
}
OBJECTIVE = {"pulse": 2, "pupils": 2, "nose_tears": 2, "yawning": 2, "gooseflesh": 3}
MG = 1_000_000  # nanograms
DAY = 24 * 60


@dataclass(frozen=True)
class Patient:
    """Times are minutes before now. Readings are in smallest steps, as Mainstay counts them."""

    assessments: list[tuple[int, dict[str, int]]]
    doses: list[tuple[int, str, int]]
    readings: dict[str, int]
    standing: int
    last_full_agonist: int
    vomited: list[int] = field(default_factory=list)


def patients(number: int, seed: int = 2) -> list[Patient]:
    """The first `number` patients of this seed: six COWS of eleven items and ten doses each."""
    drawn = random.Random(seed)
    return [_patient(drawn) for _ in range(number)]


def _patient(drawn: random.Random) -> Patient:
    ill = drawn.random()
    assessed_at = drawn.randint(10, 120)
    assessments = []
    for _ in range(6):
        assessments.append((assessed_at, _cows(drawn, ill)))
        # Less than four hours apart: each dose has a score near enough before it.
        assessed_at += drawn.randint(150, 230)
        ill = min(1.0, max(0.0, ill + drawn.uniform(-0.35, 0.35)))
    assessments.reverse()
    newest, oldest = assessments[-1][0], assessments[0][0]
    count = drawn.randint(2, 5)
    given_at: set[int] = set()
    while len(given_at) < count:
        # A dose of the last four hours has a score within the hour after it, so that the rise is known.
        lately = drawn.random() < 0.2
        given_at.add(drawn.randint(newest + 5, newest + 55) if lately else drawn.randint(240, oldest))
    doses = [(at, "buprenorphine", drawn.choice((2, 4, 4, 8)) * MG) for at in sorted(given_at)]
    for _ in range(10 - count):
        drug, dose = drawn.choice(
            (("clonidine", MG // 10), ("clonidine", MG // 5), ("lofexidine", 18 * MG // 100))
        )
        doses.append((drawn.randint(5, 40 * 60), drug, dose))
    systolic, diastolic = drawn.randint(75, 160), drawn.randint(45, 100)
    return Patient(
        assessments=assessments,
        doses=sorted(doses, reverse=True),
        readings={
            "systolic_bp": systolic,
            "diastolic_bp": min(diastolic, systolic - 20),
            "heart_rate": drawn.randint(44, 125),
            "respiratory_rate": drawn.randint(7, 24),
            "spo2": drawn.randint(85, 100),
            "temperature": drawn.randint(358, 388),
            "pain_score": drawn.randint(0, 10),
            "qtc": drawn.randint(380, 520),
            "potassium": drawn.randint(26, 58) * 10,
            "magnesium": drawn.randint(5, 11) * 10,
            "age": drawn.randint(18, 75),
        },
        standing=systolic - drawn.randint(0, 28),
        last_full_agonist=drawn.randint(4 * 60, 60 * 60),
        vomited=[drawn.randint(1, 30 * 60) for _ in range(drawn.choice((0, 0, 0, 1, 2, 3, 4, 5)))],
    )


def _cows(drawn: random.Random, ill: float) -> dict[str, int]:
    return {
        item: points[min(len(points) - 1, int(len(points) * ill * drawn.random() * 1.4))]
        for item, points in COWS.items()
    }


def facts_of(patient: Patient) -> dict[str, int]:
    """Every fact rules.yaml uses, each a whole number of its smallest step."""
    newest_at, newest = patient.assessments[-1]
    buprenorphine = [(at, dose) for at, drug, dose in patient.doses if drug == "buprenorphine"]
    last_at, last_dose = buprenorphine[-1]
    lately = {
        name: sum(dose for at, drug, dose in patient.doses if drug == name and at < DAY)
        for name in ("buprenorphine", "clonidine", "lofexidine")
    }
    witnessed = any(abs(at - newest_at) <= 60 for at in patient.vomited)
    return {
        "cows_total": sum(newest.values()),
        **{f"cows_{item}": newest[item] for item in ("pulse", "pupils", "gi", "anxiety", "tremor")},
        "cows_objective_signs": sum(newest[item] >= least for item, least in OBJECTIVE.items()) + witnessed,
        "cows_rise_within_60_minutes": max([0, *(_rise(patient, at) for at, _ in buprenorphine if at < 240)]),
        **patient.readings,
        "systolic_bp_fall_on_standing": patient.readings["systolic_bp"] - patient.standing,
        "vomits_in_24_hours": sum(at < DAY for at in patient.vomited),
        **{f"{name}_in_24_hours": total for name, total in lately.items()},
        "last_buprenorphine_dose": last_dose,
        "buprenorphine_doses_given": len(buprenorphine),
        "time_since_last_buprenorphine": last_at * 60,
        "time_since_last_full_agonist": patient.last_full_agonist * 60,
    }


def _rise(patient: Patient, dosed: int) -> int:
    """How far COWS rose within an hour of a dose, from the last score of the four hours before it."""
    before = [sum(items.values()) for at, items in patient.assessments if dosed <= at <= dosed + 240]
    after = [sum(items.values()) for at, items in patient.assessments if dosed - 60 <= at < dosed]
    return max(after) - before[-1]


# The lowest and highest value, and the step between, that the sweep's charts are drawn from.
_DRAWN = {
    "cows_total": (0, 48, 1),
    "cows_pulse": (0, 4, 1),
    "cows_pupils": (0, 5, 1),
    "cows_gi": (0, 5, 1),
    "cows_anxiety": (0, 4, 1),
    "cows_tremor": (0, 4, 1),
    "cows_objective_signs": (0, 7, 1),
    "cows_rise_within_60_minutes": (0, 20, 1),
    "systolic_bp": (75, 160, 1),
    "diastolic_bp": (45, 100, 1),
    "systolic_bp_fall_on_standing": (0, 30, 1),
    "heart_rate": (44, 125, 1),
    "respiratory_rate": (7, 24, 1),
    "spo2": (85, 100, 1),
    "temperature": (358, 388, 1),
    "pain_score": (0, 10, 1),
    "qtc": (380, 520, 1),
    "potassium": (260, 580, 10),
    "magnesium": (50, 110, 10),
    "age": (18, 75, 1),
    "vomits_in_24_hours": (0, 5, 1),
    "buprenorphine_in_24_hours": (0, 32 * MG, 2 * MG),
    "last_buprenorphine_dose": (2 * MG, 8 * MG, 2 * MG),
    "buprenorphine_doses_given": (1, 8, 1),
    "time_since_last_buprenorphine": (0, 72_000, 60),
    "clonidine_in_24_hours": (0, MG, MG // 10),
    "lofexidine_in_24_hours": (0, 2 * MG, 18 * MG // 100),
    "time_since_last_full_agonist": (14_400, 216_000, 60),
}

Columns = dict[str, NDArray[np.int64]]


def columns(number: int, seed: int = 2) -> Columns:
    """The facts of `number` made-up charts, as arrays: one value of each fact for each chart."""
    drawn = np.random.default_rng(seed)
    return {
        fact: low + step * drawn.integers(0, (high - low) // step, number, endpoint=True)
        for fact, (low, high, step) in _DRAWN.items()
    }


def known(number: int, seed: int = 3, missing: float = 0.1) -> dict[str, NDArray[np.bool_]]:
    """Which facts are known in each chart, a share of `missing` of them not."""
    drawn = np.random.default_rng(seed)
    return {fact: drawn.random(number) >= missing for fact in _DRAWN}
