"""What happened, inside and outside its window."""

import pytest

from tests.charts import dosed, happened, says, took


@pytest.mark.parametrize(("when", "count"), [("239 min", "1"), ("4 h", "0"), ("241 min", "0")])
def test_vomiting_in_four_hours_leaves_out_exactly_four_hours_ago(when: str, count: str) -> None:
    assert says("vomits_in_4_hours", happened("vomiting", when)) == count


@pytest.mark.parametrize(("when", "count"), [("1439 min", "2"), ("24 h", "1"), ("1441 min", "1")])
def test_vomiting_seizures_and_syncopes_in_24_hours(when: str, count: str) -> None:
    assert says("vomits_in_24_hours", happened("vomiting", when), happened("vomiting", "1 h")) == count
    assert says("seizures_in_24_hours", happened("seizure", when), happened("seizure", "1 h")) == count
    assert says("seizures_in_24_hours", happened("vomiting", when)) == "0"
    assert says("syncopes_in_24_hours", happened("syncope", when), happened("syncope", "1 h")) == count


def test_time_since_vomiting() -> None:
    assert says("time_since_vomiting") == "never"
    assert (
        says("time_since_vomiting", happened("vomiting", "3 h"), happened("vomiting", "20 min")) == "20 min"
    )


@pytest.mark.parametrize(
    ("begun", "over", "open_"),
    [
        (None, None, "no"),
        ("1 h", None, "yes"),
        ("1439 min", None, "yes"),
        ("24 h", None, "no"),
        ("5 h", "1 h", "no"),
        ("5 h", "5 h", "no"),
        ("1 h", "5 h", "yes"),
    ],
)
def test_precipitated_withdrawal_is_open_for_a_day_until_closed(
    begun: str | None, over: str | None, open_: str
) -> None:
    events = [
        happened(event, when)
        for event, when in (("precipitated withdrawal", begun), ("precipitated withdrawal over", over))
        if when
    ]
    assert says("precipitated_withdrawal_open", *events) == open_


def test_doses_since_precipitated_withdrawal_count_from_its_moment_on() -> None:
    doses = [dosed("buprenorphine", "2 mg", when) for when in ("4 h", "3 h", "1 h")]
    name = "buprenorphine_since_precipitated_withdrawal"
    assert says(name, *doses) == "0"
    assert says(name, *doses, happened("precipitated withdrawal", "3 h"), took("buprenorphine", "2 h")) == "2"
    assert (
        says(
            name,
            *doses,
            happened("precipitated withdrawal", "9 h"),
            happened("precipitated withdrawal", "2 h"),
        )
        == "1"
    )
