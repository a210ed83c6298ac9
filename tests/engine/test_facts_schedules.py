"""Which day of a day-by-day plan is due, and which protocol was chosen."""

import pytest

from tests.charts import dosed, measured, says, took

# The slow start of tests: 0.5 mg once · 0.5 mg twice · 2 mg twice. NOW is 12:00; the day starts 06:00.
FULL = {1: ["0.5 mg"], 2: ["0.5 mg", "0.5 mg"], 3: ["2 mg", "2 mg"]}


def days(*given: list[str]) -> list[object]:
    """Doses of each medication day up to yesterday, newest last."""
    return [
        dosed("buprenorphine", dose, f"{24 * (len(given) - day) - number} h")
        for day, doses in enumerate(given)
        for number, dose in enumerate(doses)
    ]


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ([], "1"),
        ([FULL[1]], "2"),
        ([FULL[1], FULL[2]], "3"),
        ([FULL[1], FULL[2], FULL[3]], "4"),
        ([FULL[1], FULL[2], FULL[3], FULL[3]], "4"),
        ([FULL[1], ["0.5 mg"]], "2"),
        ([FULL[1], ["0.5 mg"], FULL[2]], "3"),
        ([FULL[1], ["8 mg"]], "3"),
        ([["0.25 mg"]], "1"),
    ],
)
def test_a_day_not_completed_is_repeated(given: list[list[str]], due: str) -> None:
    assert says("slow_start_day", *days(*given)) == due  # type: ignore[arg-type]


def test_what_was_given_today_does_not_move_the_day_on() -> None:
    assert says("slow_start_day", *days(FULL[1]), dosed("buprenorphine", "1 mg", "1 h")) == "2"  # type: ignore[arg-type]


def test_what_was_taken_outside_is_no_day_of_the_plan() -> None:
    assert says("slow_start_day", took("buprenorphine", "30 h", "8 mg")) == "1"
    assert says("slow_start_days_missed", took("buprenorphine", "90 h", "8 mg")) == "0"


@pytest.mark.parametrize(
    ("last", "missed"), [("1 h", "0"), ("361 min", "0"), ("30 h", "0"), ("1801 min", "1"), ("54 h", "1"), ("100 h", "3")]
)
def test_missed_days_lie_between_the_last_dose_and_today(last: str, missed: str) -> None:
    assert says("slow_start_days_missed", dosed("buprenorphine", "0.5 mg", last)) == missed


def test_no_dose_misses_no_day() -> None:
    assert says("slow_start_days_missed") == "0"


def test_the_pathway_is_the_newest_chosen() -> None:
    assert says("pathway") == "none"
    chosen = measured("pathway", "start", "9 h"), measured("pathway", "slow-start", "1 h")
    assert says("pathway", *chosen) == "slow-start"
