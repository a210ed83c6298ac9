"""Vital signs, sedation, and the fall of pressure on standing."""

import pytest

from mainstay.engine.chart import Entry
from tests.charts import dosed, fact, measured, says, took
from tests.sample_knowledge import library

VITALS = [name for name, one in library().vocabulary.items() if one.topic == "vitals" and one.entered]


@pytest.mark.parametrize("name", VITALS)
def test_a_vital_sign_is_the_newest_and_too_old_after_four_hours(name: str) -> None:
    one = library().vocabulary[name]
    low, high = one.show(one.least), one.show(one.most)
    newest = fact(name, measured(name, high, "6 h"), measured(name, low, "3 h"))
    assert newest.least == newest.most == one.least
    assert fact(name, measured(name, high, "4 h")).is_known
    assert fact(name, measured(name, high, "241 min")).is_known is (name == "spo2_scale")
    assert not fact(name).is_known


@pytest.mark.parametrize(
    ("entries", "sedated"),
    [
        ([], "unknown: never measured"),
        ([("sedation", "awake", "5 min")], "no, 5 min old"),
        ([("sedation", "easily_roused", "5 min")], "no, 5 min old"),
        ([("sedation", "drifts_off", "5 min")], "yes, 5 min old"),
        ([("consciousness", "alert", "5 min")], "no, 5 min old"),
        ([("consciousness", "confused", "5 min")], "yes, 5 min old"),
        ([("consciousness", "voice", "9 min"), ("sedation", "awake", "5 min")], "no, 5 min old"),
        ([("sedation", "awake", "9 min"), ("consciousness", "voice", "5 min")], "yes, 5 min old"),
        ([("sedation", "awake", "5 min"), ("consciousness", "voice", "5 min")], "yes, 5 min old"),
        ([("sedation", "hard_to_rouse", "5 min"), ("consciousness", "alert", "5 min")], "yes, 5 min old"),
        ([("sedation", "awake", "241 min")], "unknown: last one is no, 4 h 1 min old, older than 4 h"),
    ],
)
def test_sedated_is_by_the_newest_look_and_the_worse_of_two(
    entries: list[tuple[str, str, str]], sedated: str
) -> None:
    assert says("sedated", *(measured(*one) for one in entries)) == sedated


@pytest.mark.parametrize(
    ("lying", "standing", "fall"),
    [
        (("120 mmHg", "5 min"), ("95 mmHg", "3 min"), "25 mmHg, 3 min old"),
        (("95 mmHg", "5 min"), ("120 mmHg", "3 min"), "0 mmHg, 3 min old"),
        (("120 mmHg", "13 min"), ("95 mmHg", "3 min"), "25 mmHg, 3 min old"),
        (("120 mmHg", "3 min"), ("95 mmHg", "13 min"), "25 mmHg, 13 min old"),
        (
            ("120 mmHg", "14 min"),
            ("95 mmHg", "3 min"),
            "unknown: no lying pressure within ten minutes of the standing one",
        ),
    ],
)
def test_the_fall_on_standing_needs_both_within_ten_minutes(
    lying: tuple[str, str], standing: tuple[str, str], fall: str
) -> None:
    both = measured("systolic_bp", *lying), measured("standing_systolic_bp", *standing)
    assert says("systolic_bp_fall_on_standing", *both) == fall
    assert says("systolic_bp_fall_on_standing", both[0]) == "unknown: standing pressure never measured"


_TEST_DOSE = dosed("clonidine", "0.1 mg", "6 h", route="oral")


def _checked(when: str, systolic: str = "110 mmHg", dizzy: str = "no") -> list[Entry]:
    return [
        measured("systolic_bp", systolic, when),
        measured("diastolic_bp", "70 mmHg", when),
        measured("heart_rate", "64 /min", when),
        measured("dizzy_or_faint", dizzy, when),
    ]


@pytest.mark.parametrize(
    ("when", "known"),
    [("361 min", False), ("316 min", False), ("315 min", True), ("2 h", True), ("119 min", False)],
)
def test_a_test_dose_is_checked_from_45_minutes_to_4_hours_after_it(when: str, known: bool) -> None:
    entries = [_TEST_DOSE, *_checked(when)]
    assert fact("clonidine_test_systolic_bp", *entries).is_known is known
    assert fact("clonidine_test_dizzy", *entries).is_known is known


@pytest.mark.parametrize("missing", range(4))
def test_a_test_dose_is_not_checked_while_one_reading_is_missing(missing: int) -> None:
    checks = _checked("5 h")
    del checks[missing]
    for name in ("systolic_bp", "diastolic_bp", "heart_rate", "dizzy"):
        assert not fact(f"clonidine_test_{name}", _TEST_DOSE, *checks).is_known


def test_after_a_test_dose_the_lowest_of_four_hours_counts() -> None:
    entries = [
        _TEST_DOSE,
        *_checked("340 min", "88 mmHg", "yes"),
        *_checked("5 h"),
        *_checked("1 h", "80 mmHg"),
    ]
    assert says("clonidine_test_systolic_bp", *entries) == "88 mmHg, 5 h old"
    assert says("clonidine_test_diastolic_bp", *entries) == "70 mmHg, 5 h old"
    assert says("clonidine_test_heart_rate", *entries) == "64 /min, 5 h old"
    assert says("clonidine_test_dizzy", *entries) == "yes, 5 h old"


def test_an_unchecked_dose_or_one_from_outside_is_no_test_dose() -> None:
    again = dosed("clonidine", "0.1 mg", "90 min", route="oral")
    assert (
        says("clonidine_test_systolic_bp", _TEST_DOSE, again, *_checked("30 min", "101 mmHg"))
        == "101 mmHg, 30 min old"
    )
    assert not fact(
        "clonidine_test_dizzy", took("heroin", "6 h", ingredient="clonidine"), *_checked("5 h")
    ).is_known
