"""What the newest assessment says: no total while an item is missing."""

import pytest

from tests.charts import cows, fact, says


def test_a_complete_sheet_has_its_sum() -> None:
    assert says("cows_total", cows("5 min", pulse=2, pupils=5, nose_tears=4)) == "11 points, 5 min old"
    assert says("cows_pulse", cows("5 min", pulse=2)) == "2 points, 5 min old"


def test_a_missing_item_leaves_a_lower_bound_and_its_name() -> None:
    sheet = cows("5 min", pulse=2, pupils=5, tremor=-1, anxiety=-1)
    assert says("cows_total", sheet) == "at least 7 points; incomplete: tremor, anxiety missing"
    assert says("cows_tremor", sheet) == "unknown: not answered"
    assert says("cows_pupils", sheet) == "5 points, 5 min old"


def test_never_rated_is_unknown() -> None:
    assert says("cows_total") == says("cows_pulse") == "unknown: never rated"


def test_a_published_total_stands_alone() -> None:
    assert says("cows_total", cows("5 min", 13)) == "13 points, 5 min old"
    assert says("cows_pulse", cows("5 min", 13)) == "unknown: not answered"


def test_the_newest_sheet_counts_even_if_incomplete() -> None:
    assert not fact("cows_total", cows("2 h", 13), cows("5 min", pulse=-1)).is_known


@pytest.mark.parametrize(("age", "known"), [("239 min", True), ("4 h", True), ("241 min", False)])
def test_a_score_is_known_up_to_its_greatest_age(age: str, known: bool) -> None:
    assert fact("cows_total", cows(age, 13)).is_known is known
    assert fact("cows_pulse", cows(age, pulse=1)).is_known is known
