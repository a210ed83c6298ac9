"""Objective signs, scores before and after the last use, and rises after a dose."""

import pytest

from mainstay.engine.facts.withdrawal import OBJECTIVE
from tests.charts import cows, dosed, fact, happened, says, took

# Objective signs (settled 10) ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "below", "at"),
    [("pulse", 1, 2), ("pupils", 0, 2), ("nose_tears", 0, 2), ("yawning", 0, 2), ("gooseflesh", 0, 3)],
)
def test_an_item_is_a_sign_from_its_points_on(item: str, below: int, at: int) -> None:
    assert says("cows_objective_signs", cows("5 min", **{item: below})) == "0, 5 min old"
    assert says("cows_objective_signs", cows("5 min", **{item: at})) == "1, 5 min old"
    assert OBJECTIVE[item] == at


@pytest.mark.parametrize("event", ["vomiting", "diarrhoea"])
@pytest.mark.parametrize(("when", "signs"), [("65 min", 1), ("66 min", 0), ("1 min", 1)])
def test_vomiting_and_diarrhoea_count_when_seen_within_an_hour(event: str, when: str, signs: int) -> None:
    assert says("cows_objective_signs", cows("5 min"), happened(event, when)) == f"{signs}, 5 min old"


def test_the_stomach_item_alone_is_no_sign() -> None:
    assert says("cows_objective_signs", cows("5 min", stomach=5)) == "0, 5 min old"


def test_all_seven_signs_at_once() -> None:
    sheet = cows("5 min", pulse=4, pupils=5, nose_tears=4, yawning=4, gooseflesh=5)
    assert says(
        "cows_objective_signs", sheet, happened("vomiting", "9 min"), happened("diarrhoea", "9 min")
    ) == ("7, 5 min old")


def test_signs_not_answered_are_a_stretch() -> None:
    bounds = fact("cows_objective_signs", cows("5 min", pulse=2, pupils=-1, yawning=-1))
    assert (bounds.least, bounds.most) == (1, 3)
    assert says("cows_objective_signs") == "unknown: COWS never rated"
    assert fact("cows_objective_signs", cows("5 min", 13)).most == 5


# Before or after the last use ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["cows_after_last_use", "cows_after_last_dose"])
@pytest.mark.parametrize(("rated", "after"), [("5 h", "no"), ("6 h", "no"), ("299 min", "yes")])
def test_a_score_counts_as_after_only_when_it_is(name: str, rated: str, after: str) -> None:
    use = took("heroin", "5 h")
    found = fact(name, use, cows(rated, 12))
    assert (
        found.fact.show(found.least) == after if found.age and found.age <= 4 * 3_600 else not found.is_known
    )


@pytest.mark.parametrize("name", ["cows_after_last_use", "cows_after_last_dose"])
@pytest.mark.parametrize(("rated", "after"), [("31 min", "no"), ("30 min", "no"), ("29 min", "yes")])
def test_a_score_at_the_moment_of_use_is_not_after_it(name: str, rated: str, after: str) -> None:
    assert says(name, took("fentanyl", "2 h", latest="30 min"), cows(rated, 12)).startswith(after)
    assert says(name) == "unknown: COWS never rated"
    assert says(name, cows("5 min", 12)) == "yes, 5 min old"


def test_buprenorphine_is_a_dose_but_no_last_use() -> None:
    entries = cows("30 min", 12), dosed("buprenorphine", "2 mg", "10 min")
    assert says("cows_after_last_use", *entries).startswith("yes")
    assert says("cows_after_last_dose", *entries).startswith("no")


# Rises ---------------------------------------------------------------------------------------

BEFORE, DOSE = cows("130 min", 8), dosed("buprenorphine", "4 mg", "2 h")


def test_no_dose_is_no_rise() -> None:
    for name in (
        "cows_rise_within_60_minutes",
        "cows_rise_within_4_hours",
        "cows_rise_after_last_buprenorphine",
    ):
        assert says(name, cows("5 min", 30)) == "0 points"


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("cows_rise_within_60_minutes", "60 min", "59 min"),
        ("cows_rise_within_4_hours", "1 min", None),
    ],
)
def test_a_rise_counts_up_to_the_end_of_its_time(name: str, inside: str, outside: str | None) -> None:
    assert says(name, BEFORE, DOSE, cows(inside, 14)).startswith("6 points")
    if outside:
        # Nobody can rate inside it any more: no rise was seen, and nothing is asked for that cannot be had.
        assert says(name, BEFORE, DOSE, cows(outside, 14)) == "0 points"


def test_the_four_hours_end_with_the_fourth() -> None:
    early = cows("250 min", 8), dosed("buprenorphine", "2 mg", "245 min")
    assert says("cows_rise_within_4_hours", *early, cows("5 min", 14)) == "6 points, 5 min old"
    assert says("cows_rise_within_4_hours", *early, cows("4 min", 14)) == "0 points"


@pytest.mark.parametrize(
    ("name", "running", "over"),
    [("cows_rise_within_60_minutes", "60 min", "61 min"), ("cows_rise_within_4_hours", "4 h", "241 min")],
)
def test_a_rise_is_not_known_only_while_it_can_still_be_rated(name: str, running: str, over: str) -> None:
    assert says(name, dosed("buprenorphine", "4 mg", running)).startswith("unknown")
    assert says(name, dosed("buprenorphine", "4 mg", over)) == "0 points"
    both = dosed("buprenorphine", "4 mg", over), dosed("buprenorphine", "4 mg", running)
    assert says(name, *both).startswith("unknown")


@pytest.mark.parametrize(("dose", "known"), [("2 mg", "6 points"), ("1.5 mg", "0 points")])
def test_the_four_hour_rise_is_of_doses_of_2_mg_and_more(dose: str, known: str) -> None:
    given = dosed("buprenorphine", dose, "2 h")
    assert says("cows_rise_within_4_hours", BEFORE, given, cows("5 min", 14)).startswith(known)


@pytest.mark.parametrize(
    ("before", "known"), [("361 min", False), ("6 h", True), ("2 h", True)]
)  # the dose is 2 h ago: scores from 6 h ago up to its own moment are before it
def test_the_score_before_is_at_most_four_hours_before_the_dose(before: str, known: bool) -> None:
    assert fact("cows_rise_within_4_hours", cows(before, 8), DOSE, cows("5 min", 14)).is_known is known


def test_the_largest_rise_counts_as_of_the_newest_score() -> None:
    scores = cows("100 min", 20), cows("70 min", 9)
    assert says("cows_rise_within_60_minutes", BEFORE, DOSE, *scores) == "12 points, 1 h 10 min old"


def test_a_fall_is_no_rise() -> None:
    assert says("cows_rise_within_4_hours", BEFORE, DOSE, cows("5 min", 3)) == "0 points, 5 min old"


def test_incomplete_scores_show_no_rise() -> None:
    assert not fact("cows_rise_within_4_hours", BEFORE, DOSE, cows("5 min", pulse=-1, pupils=5)).is_known


def test_complete_sheets_show_a_rise_as_totals_do() -> None:
    sheet = cows("5 min", pupils=5, nose_tears=4, sweating=4)
    assert says("cows_rise_within_4_hours", BEFORE, DOSE, sheet) == "5 points, 5 min old"


@pytest.mark.parametrize(
    ("when", "before", "after", "rise"), [("4 h", "5 h", "200 min", "0"), ("239 min", "5 h", "200 min", "6")]
)
def test_the_hour_after_naloxone_or_a_dose_is_looked_at_for_four_hours(
    when: str, before: str, after: str, rise: str
) -> None:
    scores = cows(before, 8), cows(after, 14)
    for given in (happened("naloxone given", when), dosed("buprenorphine", "0.5 mg", when)):
        assert says("cows_rise_within_60_minutes", *scores, given).startswith(f"{rise} points")


def test_naloxone_counts_as_a_dose_and_as_an_event() -> None:
    assert says("time_since_naloxone_given") == "never"
    assert says("time_since_naloxone_given", happened("naloxone given", "3 h")) == "3 h"
    assert (
        says(
            "time_since_naloxone_given", happened("naloxone given", "3 h"), happened("naloxone given", "9 h")
        )
        == "3 h"
    )
    assert (
        says(
            "time_since_naloxone_given", dosed("naloxone", "0.4 mg", "1 h"), happened("naloxone given", "3 h")
        )
        == "1 h"
    )


@pytest.mark.parametrize(("when", "rise"), [("24 h", "0 points"), ("1439 min", "unknown")])
def test_the_rise_since_the_last_buprenorphine_is_looked_at_for_a_day(when: str, rise: str) -> None:
    assert says("cows_rise_after_last_buprenorphine", dosed("buprenorphine", "0.5 mg", when)).startswith(rise)


def test_the_rise_since_the_last_buprenorphine_is_of_the_last_one() -> None:
    scores = cows("130 min", 8), cows("100 min", 20), cows("61 min", 10), cows("5 min", 12)
    doses = DOSE, dosed("buprenorphine", "4 mg", "1 h")
    assert says("cows_rise_after_last_buprenorphine", *scores, *doses) == "2 points, 5 min old"


def test_a_dose_not_taken_precipitates_nothing() -> None:
    assert (
        says("cows_rise_within_4_hours", dosed("buprenorphine", "4 mg", "2 h", outcome="refused"))
        == "0 points"
    )


# The day's highest ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "shown"),
    [
        ("20 h", "14 points, 1 h old"),
        ("1199 min", "at least 14 points; COWS has been rated for less than 20 h"),
        ("1439 min", "14 points, 1 h old"),
        ("24 h", "at least 9 points; COWS has been rated for less than 20 h"),
    ],
)
def test_the_highest_score_of_a_day_needs_most_of_a_day(first: str, shown: str) -> None:
    assert says("cows_highest_in_24_hours", cows(first, 14), cows("1 h", 9)) == shown


def test_no_score_has_no_highest() -> None:
    assert says("cows_highest_in_24_hours", cows("30 h", 9)) == "unknown: COWS was not rated in the last 24 h"
