"""Vital signs, sedation, and the fall of pressure on standing."""

import pytest

from tests.charts import fact, measured, says
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
def test_sedated_is_by_the_newest_look_and_the_worse_of_two(entries: list[tuple[str, str, str]], sedated: str) -> None:
    assert says("sedated", *(measured(*one) for one in entries)) == sedated


@pytest.mark.parametrize(
    ("lying", "standing", "fall"),
    [
        (("120 mmHg", "5 min"), ("95 mmHg", "3 min"), "25 mmHg, 3 min old"),
        (("95 mmHg", "5 min"), ("120 mmHg", "3 min"), "0 mmHg, 3 min old"),
        (("120 mmHg", "13 min"), ("95 mmHg", "3 min"), "25 mmHg, 3 min old"),
        (("120 mmHg", "3 min"), ("95 mmHg", "13 min"), "25 mmHg, 13 min old"),
        (("120 mmHg", "14 min"), ("95 mmHg", "3 min"), "unknown: no lying pressure within ten minutes of the standing one"),
    ],
)
def test_the_fall_on_standing_needs_both_within_ten_minutes(
    lying: tuple[str, str], standing: tuple[str, str], fall: str
) -> None:
    both = measured("systolic_bp", *lying), measured("standing_systolic_bp", *standing)
    assert says("systolic_bp_fall_on_standing", *both) == fall
    assert says("systolic_bp_fall_on_standing", both[0]) == "unknown: standing pressure never measured"
