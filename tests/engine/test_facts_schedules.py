"""Which day of a day-by-day plan is due, and which protocol was chosen."""

import pytest

from tests.charts import cows, dosed, measured, says, took

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


@pytest.mark.parametrize(
    ("given", "due"),
    [
        # The last day that was given lies one day back, and nothing was given since: its step comes again.
        ([FULL[1], []], "1"),
        ([FULL[1], FULL[2], []], "2"),
        ([FULL[1], FULL[2], [], FULL[2]], "3"),
        ([FULL[1], FULL[2], [], []], "2"),
        ([FULL[1], ["0.5 mg"], []], "2"),
        # The plan was done before the day without: it stays done once it went on by itself for a day.
        ([FULL[1], FULL[2], FULL[3], []], "3"),
        ([FULL[1], FULL[2], FULL[3], ["8 mg"], []], "4"),
    ],
)
def test_after_a_day_without_a_dose_the_last_step_is_done_again(given: list[list[str]], due: str) -> None:
    assert says("slow_start_day", *days(*given)) == due  # type: ignore[arg-type]


@pytest.mark.parametrize(("rise", "due"), [(5, "3"), (6, "2"), (7, "2")])
@pytest.mark.parametrize("after", ["22 h", "1 h"])
def test_a_day_after_which_cows_rose_is_done_again(rise: int, due: str, after: str) -> None:
    given = days(FULL[1], FULL[2])
    scores = cows("25 h", 5), cows(after, 5 + rise)
    assert says("slow_start_day", *given, *scores) == due  # type: ignore[arg-type]


def test_a_rise_after_any_dose_of_the_day_counts_and_one_of_another_day_does_not() -> None:
    given = [
        dosed("buprenorphine", "0.5 mg", "50 h"),
        dosed("buprenorphine", "0.5 mg", "28 h"),
        dosed("buprenorphine", "0.5 mg", "19 h"),
    ]
    assert says("slow_start_day", *given) == "3"
    after_the_first = cows("28 h", 5), cows("27 h", 11), cows("20 h", 5)
    assert says("slow_start_day", *given, *after_the_first) == "2"
    # Rated after today's dose it is today's.
    today = dosed("buprenorphine", "2 mg", "2 h")
    assert says("slow_start_day", *given, cows("20 h", 5), today, cows("1 h", 12)) == "3"
    # More than a day after the dose it says nothing of it.
    alone = dosed("buprenorphine", "0.5 mg", "29 h")
    assert says("slow_start_day", alone, cows("30 h", 5), cows("4 h", 12)) == "2"


def test_what_was_given_today_does_not_move_the_day_on() -> None:
    assert says("slow_start_day", *days(FULL[1]), dosed("buprenorphine", "1 mg", "1 h")) == "2"  # type: ignore[arg-type]


def test_what_was_taken_outside_is_no_day_of_the_plan() -> None:
    assert says("slow_start_day", took("buprenorphine", "30 h", "8 mg")) == "1"
    assert says("slow_start_days_missed", took("buprenorphine", "90 h", "8 mg")) == "0"


@pytest.mark.parametrize(
    ("last", "missed"),
    [("1 h", "0"), ("361 min", "0"), ("30 h", "0"), ("1801 min", "1"), ("54 h", "1"), ("100 h", "3")],
)
def test_missed_days_lie_between_the_last_dose_and_today(last: str, missed: str) -> None:
    assert says("slow_start_days_missed", dosed("buprenorphine", "0.5 mg", last)) == missed


def test_no_dose_misses_no_day() -> None:
    assert says("slow_start_days_missed") == "0"


def test_the_pathway_is_the_newest_chosen() -> None:
    assert says("pathway") == "none"
    chosen = measured("pathway", "start", "9 h"), measured("pathway", "slow-start", "1 h")
    assert says("pathway", *chosen) == "slow-start"
