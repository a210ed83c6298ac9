"""The ledger: how much, how long ago, which day. Known only as far back as somebody asked (settled 9)."""

from datetime import datetime, timedelta

import pytest

from tests.charts import chart, dosed, fact, happened, says, took
from tests.sample_knowledge import library

FACTS = library().vocabulary
ADMITTED = happened("admission", "30 h")
ASKED = happened("outside doses asked", "1 h")


# In 24 hours ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("when", "total"), [("1439 min", "10 mg"), ("24 h", "0 mg"), ("1441 min", "0 mg")])
def test_a_dose_exactly_24_hours_old_no_longer_counts(when: str, total: str) -> None:
    assert says("methadone_in_24_hours", ADMITTED, dosed("methadone", "10 mg", when)) == total


def test_doses_of_one_ingredient_add_up_whatever_the_product() -> None:
    doses = dosed("buprenorphine", "2 mg", "3 h"), dosed("buprenorphine-naloxone", "4 mg", "1 h")
    assert says("buprenorphine_in_24_hours", ADMITTED, *doses) == "6 mg"


@pytest.mark.parametrize(("admitted", "known"), [("1439 min", False), ("24 h", True), ("1441 min", True)])
def test_the_ledger_is_known_from_24_hours_after_admission_on(admitted: str, known: bool) -> None:
    found = fact("methadone_in_24_hours", happened("admission", admitted), dosed("methadone", "10 mg", "1 h"))
    assert found.is_known is known
    assert found.least == 10_000_000


def test_before_that_it_is_a_lower_bound_until_outside_doses_are_asked_about() -> None:
    lately = happened("admission", "2 h"), dosed("methadone", "10 mg", "1 h")
    assert says("methadone_in_24_hours", *lately) == (
        "at least 10 mg; what was taken before admission has not been asked"
    )
    assert says("methadone_in_24_hours", *lately, ASKED) == "10 mg"
    assert says("methadone_in_24_hours", *lately, ASKED, took("methadone", "20 h", "30 mg")) == "40 mg"


def test_a_chart_that_does_not_say_when_the_stay_began_is_not_known() -> None:
    assert not fact("methadone_in_24_hours").is_known


def test_an_outside_dose_of_unknown_size_leaves_a_lower_bound() -> None:
    unsure = took("methadone", "20 h"), dosed("methadone", "10 mg", "1 h")
    assert (
        says("methadone_in_24_hours", ASKED, *unsure)
        == "at least 10 mg; an outside dose of unknown size counts too"
    )
    assert says("methadone_in_24_hours", ASKED, took("methadone", "25 h")) == "0 mg"


def test_a_use_that_may_be_inside_the_window_counts_as_perhaps() -> None:
    unsure = took("methadone", "30 h", "30 mg", latest="23 h")
    assert says("methadone_in_24_hours", ASKED, unsure).startswith("at most 30 mg")
    surely = took("methadone", "2 h", "10 mg")
    assert says("methadone_in_24_hours", ASKED, unsure, surely).startswith("at least 10 mg")


# Since the last ------------------------------------------------------------------------------


def test_time_since_the_last_dose_is_since_the_newest() -> None:
    doses = dosed("methadone", "10 mg", "26 h"), dosed("methadone", "10 mg", "90 min")
    assert says("time_since_last_methadone", ADMITTED, *doses) == "1 h 30 min"


def test_never_is_known_only_when_outside_doses_were_asked_about() -> None:
    assert says("time_since_last_methadone", ADMITTED, ASKED) == "never"
    assert says("time_since_last_methadone", ADMITTED).startswith(
        "at least 30 h; what was taken before admission"
    )
    assert says("time_since_last_methadone").startswith("unknown: what was taken before admission")


def test_an_unsure_time_of_use_is_a_stretch() -> None:
    unsure = fact("time_since_last_methadone", took("methadone", "20 h", latest="16 h"))
    assert (unsure.least, unsure.most) == (16 * 3_600, 20 * 3_600)
    assert str(unsure) == "at least 16 h; the time of last use is not sure"


def test_a_sure_later_use_settles_an_unsure_earlier_one() -> None:
    assert (
        says("time_since_last_methadone", took("methadone", "20 h", latest="16 h"), took("methadone", "15 h"))
        == "15 h"
    )


# By medication day (06:00 UTC here; NOW is 12:00) ---------------------------------------------


def test_today_begins_with_the_medication_day_and_counts_only_the_unit() -> None:
    doses = (
        dosed("methadone", "10 mg", "361 min"),
        dosed("methadone", "5 mg", "6 h"),
        took("methadone", "1 h", "30 mg"),
    )
    assert says("methadone_today", *doses) == "5 mg"
    assert says("methadone_doses_today", *doses) == "1"
    assert says("methadone_yesterday", *doses) == "10 mg"
    assert says("methadone_doses_given", *doses) == "2"


def test_nothing_given_is_nothing() -> None:
    for name, shown in {
        "methadone_today": "0 mg", "methadone_yesterday": "0 mg", "last_methadone_dose": "0 mg", "methadone_day": "0",
        "methadone_doses_today": "0", "methadone_doses_given": "0", "time_since_first_methadone": "never",
        "time_since_first_methadone_of_last_day": "never", "methadone_days_at_this_total": "0",
        "methadone_not_taken": "0", "last_methadone_vomited": "no",
    }.items():  # fmt: skip
        assert says(name) == shown, name
        assert fact(name).is_known


def test_the_last_dose_is_the_units_last() -> None:
    doses = (
        dosed("methadone", "10 mg", "9 h"),
        dosed("methadone", "5 mg", "2 h"),
        took("methadone", "1 h", "30 mg"),
    )
    assert says("last_methadone_dose", *doses) == "5 mg"


@pytest.mark.parametrize(("first", "day"), [("6 h", "1"), ("361 min", "2"), ("54 h", "3"), ("3241 min", "4")])
def test_the_day_of_a_drug_counts_from_its_first(first: str, day: str) -> None:
    assert (
        says("methadone_day", dosed("methadone", "10 mg", first), dosed("methadone", "10 mg", "1 h")) == day
    )


def test_time_since_the_first_is_since_the_units_first() -> None:
    doses = took("methadone", "90 h"), dosed("methadone", "10 mg", "50 h"), dosed("methadone", "10 mg", "1 h")
    assert says("time_since_first_methadone", *doses) == "50 h"


def test_the_first_of_the_last_day_is_of_the_day_before_this_one_that_had_any() -> None:
    doses = (
        dosed("methadone", "10 mg", "52 h"),
        dosed("methadone", "5 mg", "46 h"),
        dosed("methadone", "10 mg", "1 h"),
    )
    assert says("time_since_first_methadone_of_last_day", *doses) == "52 h"
    assert says("time_since_first_methadone_of_last_day", doses[2]) == "never"


@pytest.mark.parametrize(
    ("totals", "days"),
    [
        ([20, 20, 20], "3"),
        ([20, 30, 30], "2"),
        ([20, 30, 20], "1"),
        ([20, 20, 0], "0"),
        ([0, 0, 20], "1"),
        ([20, 0, 20], "1"),
    ],
)
def test_days_at_this_total_end_with_yesterday(totals: list[int], days: str) -> None:
    given = [
        dosed("methadone", f"{total // 2} mg", f"{24 * (3 - day) - hour} h")
        for day, total in enumerate(totals)
        for hour in (0, 3)
        if total
    ]
    assert says("methadone_days_at_this_total", *given, dosed("methadone", "1 mg", "1 h")) == days


def test_not_taken_counts_back_to_the_last_one_taken() -> None:
    events = [
        dosed("methadone", "10 mg", when, outcome=outcome)
        for when, outcome in (
            ("9 h", "missed"),
            ("8 h", "given"),
            ("7 h", "held"),
            ("6 h", "wasted"),
            ("5 h", "refused"),
        )
    ]
    assert (
        says("methadone_not_taken", *events, dosed("lofexidine", "0.18 mg", "1 h", outcome="missed")) == "2"
    )


def test_a_vomited_dose_is_remembered_until_the_next_is_taken() -> None:
    vomited = dosed("methadone", "10 mg", "9 h", outcome="vomited")
    assert says("last_methadone_vomited", vomited) == "yes"
    assert (
        says("last_methadone_vomited", vomited, dosed("methadone", "10 mg", "8 h", outcome="held")) == "yes"
    )
    assert says("last_methadone_vomited", vomited, dosed("methadone", "10 mg", "7 h")) == "no"


def test_two_doses_across_the_spring_change_are_of_two_days() -> None:
    now = datetime.fromisoformat("2026-03-08T06:30-04:00")
    before, after = (datetime.fromisoformat(f"2026-03-08T{clock}-04:00") for clock in ("05:59", "06:00"))
    one = chart(
        *(dosed("methadone", "10 mg", "1 h", at=at, recorded_at=at) for at in (before, after)),
        now=now, zone="America/New_York",
    )  # fmt: skip
    assert str(FACTS["methadone_today"].value(one)) == str(FACTS["methadone_yesterday"].value(one)) == "10 mg"
    assert after - before == timedelta(minutes=1)
