"""Which opioids were used, and how long since each kind."""

import pytest

from tests.charts import dosed, fact, happened, measured, says, took

ASKED = happened("outside doses asked", "1 h")


@pytest.mark.parametrize(
    ("name", "substance"),
    [
        ("time_since_last_short_acting", "heroin"),
        ("time_since_last_fentanyl", "fentanyl"),
        ("time_since_last_long_acting", "oxycodone-sr"),
        ("time_since_last_full_agonist", "methadone"),
        ("time_since_last_opioid", "buprenorphine"),
    ],
)
def test_time_since_each_kind_is_since_its_newest_use(name: str, substance: str) -> None:
    assert says(name, took(substance, "40 h"), took(substance, "13 h"), took("alcohol", "1 h")) == "13 h"
    assert says(name, ASKED) == "never"
    assert says(name) == "unknown: what was taken before admission has not been asked"


def test_a_use_of_another_kind_says_nothing_of_this_one() -> None:
    assert not fact("time_since_last_short_acting", took("fentanyl", "13 h")).is_known
    assert says("time_since_last_short_acting", took("fentanyl", "13 h"), ASKED) == "never"


def test_a_full_agonist_is_any_but_buprenorphine() -> None:
    uses = took("heroin", "30 h"), took("fentanyl", "20 h"), took("buprenorphine", "2 h"), ASKED
    assert says("time_since_last_full_agonist", *uses) == "20 h"
    assert says("time_since_last_opioid", *uses) == "2 h"


def test_what_the_unit_gave_counts_too() -> None:
    given = dosed("methadone", "10 mg", "3 h"), dosed("methadone", "10 mg", "1 h", outcome="refused")
    assert says("time_since_last_full_agonist", took("heroin", "30 h"), *given) == "3 h"


# What decides how to start -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("substances", "kind"),
    [
        (["heroin"], "short_acting"),
        (["heroin", "fentanyl"], "fentanyl"),
        (["fentanyl", "oxycodone-sr"], "long_acting"),
        (["oxycodone-sr", "methadone", "heroin"], "methadone"),
        (["buprenorphine"], "buprenorphine"),
        (["buprenorphine", "heroin"], "short_acting"),
        (["alcohol"], "none"),
    ],
)
def test_the_slowest_to_leave_decides(substances: list[str], kind: str) -> None:
    assert says("opioid_kind", *(took(one, f"{hours + 9} h") for hours, one in enumerate(substances))) == kind


def test_nobody_asked_is_unknown_and_nothing_told_is_none() -> None:
    assert says("opioid_kind") == "unknown: no opioid history recorded"
    assert says("opioid_kind", ASKED) == "none"


@pytest.mark.parametrize(
    ("when", "kind"), [("20159 min", "methadone"), ("14 d", "short_acting"), ("15 d", "short_acting")]
)
def test_a_use_decides_for_14_days(when: str, kind: str) -> None:
    assert says("opioid_kind", took("methadone", when), took("heroin", "9 h")) == kind


@pytest.mark.parametrize(
    ("when", "kind"), [("64799 min", "buprenorphine"), ("45 d", "none"), ("20 d", "buprenorphine")]
)
def test_a_buprenorphine_injection_decides_for_45_days(when: str, kind: str) -> None:
    assert says("opioid_kind", took("buprenorphine", when, route="subcutaneous")) == kind


def test_a_buprenorphine_injection_comes_after_every_full_agonist() -> None:
    injected = took("buprenorphine", "20 d", route="subcutaneous")
    assert says("opioid_kind", injected, took("heroin", "9 h")) == "short_acting"
    assert (
        says("opioid_kind", took("buprenorphine", "20 d"), took("heroin", "9 h"), injected) == "short_acting"
    )


def test_what_the_unit_gave_does_not_decide_how_to_start() -> None:
    assert says("opioid_kind", took("heroin", "9 h"), dosed("methadone", "10 mg", "3 h")) == "short_acting"


@pytest.mark.parametrize(
    ("screen", "kind"), [("urine_fentanyl", "fentanyl"), ("urine_methadone", "methadone")]
)
def test_a_positive_screen_counts_as_use_whatever_was_told(screen: str, kind: str) -> None:
    assert says("opioid_kind", took("heroin", "9 h"), measured(screen, "positive", "1 h")) == kind
    assert says("opioid_kind", took("heroin", "9 h"), measured(screen, "negative", "1 h")) == "short_acting"
    assert says("opioid_kind", measured(screen, "positive", "1 h")) == kind


@pytest.mark.parametrize(
    ("when", "used"), [("9 h", "yes"), ("20159 min", "yes"), ("14 d", "no"), ("20161 min", "no")]
)
def test_fentanyl_counts_as_used_for_14_days(when: str, used: str) -> None:
    assert says("fentanyl_used", took("fentanyl", when)) == used


def test_fentanyl_may_be_found_in_urine_or_not_known() -> None:
    assert says("fentanyl_used") == "unknown: no opioid history recorded"
    assert says("fentanyl_used", took("heroin", "9 h")) == "no"
    assert (
        says("fentanyl_used", took("heroin", "9 h"), measured("urine_fentanyl", "positive", "1 h")) == "yes"
    )
    assert says("fentanyl_used", took("heroin", "9 h"), measured("urine_fentanyl", "negative", "1 h")) == "no"
