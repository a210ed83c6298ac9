"""The chart: what could be read at a moment, whatever order it was written in."""

from datetime import UTC, datetime, time, timedelta

import pytest

from mainstay.engine.chart import (
    DAY,
    AsGiven,
    Chart,
    Course,
    Entry,
    Happened,
    InTheFuture,
    Measured,
    given_between,
    make_chart,
)
from tests.charts import NOW, ago, chart, cows, dosed, happened, measured, ordered, stopped, takes, took
from tests.sample_knowledge import library


def reading(
    name: str, steps: int, at: datetime, recorded: datetime | None = None, corrects: str = ""
) -> Measured:
    return Measured(
        id=name, at=at, recorded_at=recorded or at, corrects=corrects, what="heart_rate", steps=steps
    )


def rates(course: Course, now: datetime) -> list[int]:
    return [one.steps for one in course.chart_at(now).measured("heart_rate")]


# What could be read when ---------------------------------------------------------------------


def test_entries_come_in_the_order_they_happened_whatever_order_they_were_written() -> None:
    course = Course(
        (reading("b", 90, ago("1 h")), reading("a", 80, ago("2 h")), reading("c", 70, ago("3 h"), NOW))
    )
    assert rates(course, NOW) == [70, 80, 90]
    assert course.chart_at(NOW).newest("heart_rate") == course.entries[0]


def test_a_late_entry_is_not_there_before_it_was_written() -> None:
    course = Course((reading("a", 80, ago("2 h")), reading("late", 130, ago("1 h"), ago("10 min"))))
    assert rates(course, ago("30 min")) == [80]
    assert rates(course, ago("11 min")) == [80]
    assert rates(course, ago("10 min")) == [80, 130]


def test_nothing_is_there_before_it_happened() -> None:
    course = Course((reading("a", 80, ago("2 h")),))
    assert rates(course, ago("121 min")) == []
    assert rates(course, ago("2 h")) == [80]


def test_a_correction_replaces_what_it_corrects_from_when_it_was_written() -> None:
    course = Course((reading("a", 190, ago("2 h")), reading("b", 90, ago("2 h"), ago("1 h"), "a")))
    assert rates(course, ago("90 min")) == [190]
    assert rates(course, NOW) == [90]


def test_a_correction_of_a_correction_leaves_only_the_last() -> None:
    course = Course(
        (
            reading("c", 95, ago("2 h"), ago("30 min"), "b"),
            reading("a", 190, ago("2 h")),
            reading("b", 90, ago("2 h"), ago("1 h"), "a"),
        )
    )
    assert rates(course, ago("45 min")) == [90]
    assert rates(course, NOW) == [95]


def test_a_correction_of_an_entry_with_several_acts_replaces_them_all() -> None:
    at = ago("2 h")
    wrong: tuple[Entry, ...] = (
        reading("a", 190, at),
        Happened(id="a", at=at, recorded_at=at, event="vomiting"),
    )
    course = Course((*wrong, reading("b", 90, at, ago("1 h"), "a")))
    assert len(course.chart_at(ago("90 min")).entries) == 2
    now = course.chart_at(NOW)
    assert not now.happened("vomiting")
    assert rates(course, NOW) == [90]


def test_a_correction_may_move_what_happened_to_another_time() -> None:
    course = Course((reading("a", 80, ago("10 min")), reading("b", 80, ago("6 h"), ago("5 min"), "a")))
    newest = course.chart_at(NOW).newest("heart_rate")
    assert newest is not None
    assert newest.at == ago("6 h")


def test_the_moments_of_a_course_are_when_something_was_written() -> None:
    course = Course(
        (reading("b", 90, ago("3 h"), ago("1 h")), reading("a", 80, ago("2 h")), happened("fall", "2 h"))
    )
    assert course.moments == [ago("2 h"), ago("1 h")]


def test_the_future_is_refused() -> None:
    with pytest.raises(
        InTheFuture, match=r"Entry a is of 2026-03-03 12:01 UTC, after now, 2026-03-03 12:00 UTC"
    ):
        make_chart(NOW, [reading("a", 80, NOW + timedelta(minutes=1))])
    with pytest.raises(InTheFuture, match="Nothing can be recorded in the future"):
        make_chart(NOW, [reading("b", 80, NOW), reading("a", 80, NOW, NOW + timedelta(minutes=1))])
    assert len(make_chart(NOW, [reading("a", 80, NOW)]).entries) == 1


def test_now_is_an_instant_whatever_its_offset() -> None:
    eastern = datetime.fromisoformat("2026-03-03T07:00-05:00")
    assert make_chart(eastern, [reading("a", 80, NOW)]).now == NOW


# What a chart lists --------------------------------------------------------------------------


def test_an_empty_chart_lists_nothing() -> None:
    empty = chart()
    assert empty.newest("heart_rate") is None
    assert empty.measured("heart_rate") == empty.assessed("cows") == empty.happened("fall") == []
    assert empty.took == empty.dosed == empty.orders == empty.taken("methadone") == []
    assert empty.ingredients == ()
    assert empty.own_medicines is None
    assert empty.admitted_at is None
    assert empty.outside_asked_at is None


def test_entries_are_found_by_what_they_are() -> None:
    full = chart(
        measured("heart_rate", "80 /min", "2 h"), measured("heart_rate", "90 /min", "1 h"), cows("1 h", 12),
        happened("admission", "9 h"), happened("admission", "1 h"), happened("outside doses asked", "8 h"),
        happened("outside doses asked", "2 h"), takes("haloperidol", when="8 h"), takes("diazepam", when="2 h"),
    )  # fmt: skip
    assert [one.steps for one in full.measured("heart_rate")] == [80, 90]
    assert [one.total for one in full.assessed("cows")] == [12]
    assert full.admitted_at == ago("9 h")
    assert full.outside_asked_at == ago("2 h")
    assert full.own_medicines is not None
    assert full.own_medicines.medicines == ("diazepam",)


def test_the_orders_active_are_the_newest_of_each_drug_not_stopped_since() -> None:
    full = chart(
        ordered("methadone", "9 h", every=86_400), ordered("methadone", "5 h", every=43_200), ordered("lofexidine", "9 h"),
        stopped("lofexidine", "4 h"), stopped("buprenorphine", "4 h"), ordered("buprenorphine", "3 h"),
    )  # fmt: skip
    assert [(one.drug, one.every) for one in full.orders] == [("methadone", 43_200), ("buprenorphine", None)]


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        ("given", True), ("part_given", True), ("vomited", True), ("held", False), ("refused", False), ("missed", False),
        ("wasted", False),
    ],
)  # fmt: skip
def test_only_what_went_in_counts_as_taken(outcome: str, counts: bool) -> None:
    full = chart(dosed("methadone", "10 mg", "1 h", outcome=outcome))
    assert bool(full.taken("methadone")) is counts


def test_taken_is_what_was_given_here_and_outside_by_ingredient() -> None:
    full = chart(
        dosed("buprenorphine-naloxone", "2 mg", "1 h"), dosed("buprenorphine", "4 mg", "3 h"),
        took("buprenorphine", "20 h", latest="2 h"), took("heroin", "20 h"),
    )  # fmt: skip
    assert full.ingredients == ("buprenorphine",)
    assert [(one.dose, one.in_unit) for one in full.taken("buprenorphine")] == [
        (4_000_000, True), (None, False), (2_000_000, True),
    ]  # fmt: skip


def test_a_window_leaves_out_a_dose_exactly_as_old_as_it() -> None:
    given = [
        AsGiven(ago(when), ago(when), 1, "x", True) for when in ("1441 min", "24 h", "1439 min", "0 min")
    ]
    assert given_between(given, NOW - DAY, NOW) == given[2:]
    assert given_between(given, NOW - DAY, ago("1 min")) == given[2:3]


# The medication day --------------------------------------------------------------------------


def day_of(local: str, zone: str = "America/New_York", starts: time = time(6)) -> int:
    return Chart(NOW, zone=zone, day_starts=starts).medication_day(
        datetime.fromisoformat(local).astimezone(UTC)
    )


def test_the_medication_day_begins_at_its_hour_and_runs_past_midnight() -> None:
    third = day_of("2026-03-03T06:00-05:00")
    assert day_of("2026-03-03T05:59-05:00") == third - 1
    assert day_of("2026-03-03T23:59-05:00") == day_of("2026-03-04T00:00-05:00") == third
    assert day_of("2026-03-04T05:59-05:00") == third
    assert day_of("2026-03-04T06:00-05:00") == third + 1


def test_a_unit_may_begin_its_day_at_another_hour() -> None:
    assert (
        day_of("2026-03-03T00:00-05:00", starts=time(0))
        == day_of("2026-03-02T23:59-05:00", starts=time(0)) + 1
    )


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [
        ("2026-03-07T06:00-05:00", "2026-03-08T06:00-04:00", 23),  # clocks go forward at 02:00
        ("2026-10-31T06:00-04:00", "2026-11-01T06:00-05:00", 25),  # and back
    ],
)
def test_the_day_the_clocks_change_is_an_hour_shorter_or_longer(begins: str, ends: str, hours: int) -> None:
    first, last = datetime.fromisoformat(begins), datetime.fromisoformat(ends)
    assert last - first == timedelta(hours=hours)
    assert day_of(begins) + 1 == day_of(ends)
    assert day_of((last - timedelta(minutes=1)).isoformat()) == day_of(begins)


@pytest.mark.parametrize(
    ("given", "now", "since"),
    [
        ("2026-03-07T23:00-05:00", "2026-03-08T05:00-04:00", "5 h"),
        ("2026-10-31T23:00-04:00", "2026-11-01T05:00-05:00", "7 h"),
        ("2026-03-03T23:30-05:00", "2026-03-04T00:30-05:00", "1 h"),
    ],
)
def test_durations_are_between_instants_across_clock_changes_and_midnight(
    given: str, now: str, since: str
) -> None:
    at = datetime.fromisoformat(given).astimezone(UTC)
    moment = datetime.fromisoformat(now).astimezone(UTC)
    dose = dosed("methadone", "10 mg", "1 h", at=at, recorded_at=at)
    one = chart(dose, now=moment, zone="America/New_York")
    assert str(library().vocabulary["time_since_last_methadone"].value(one)) == since


def test_today_and_times_are_shown_in_the_units_zone() -> None:
    eastern = chart(now=datetime(2026, 3, 3, 10, 59, tzinfo=UTC), zone="America/New_York")
    assert eastern.today == day_of("2026-03-02T12:00-05:00")
    assert eastern.shown(NOW) == "Tue 3 Mar 07:00"
