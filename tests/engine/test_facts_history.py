"""What was told, and what nobody has asked yet."""

import pytest

from tests.charts import allergic, fact, happened, measured, no_allergies, says, takes, took
from tests.sample_knowledge import library

HISTORY = [
    name
    for name, one in library().vocabulary.items()
    if one.topic == "history" and one.entered
    and name not in ("tolerance", "methadone_verified", "recent_myocardial_infarction", "allergies")
]  # fmt: skip


@pytest.mark.parametrize("name", HISTORY)
def test_history_is_unknown_until_told_and_then_the_newest(name: str) -> None:
    one = library().vocabulary[name]
    assert says(name) == "unknown: never recorded"
    low, high = one.show(one.least), one.show(one.most)
    told = fact(name, measured(name, low, "90 d"), measured(name, high, "1 d"))
    assert told.least == told.most == one.most


def test_tolerance_not_ticked_counts_as_low() -> None:
    assert says("tolerance") == "low"
    assert fact("tolerance").why == "not recorded: counts as low"
    assert says("tolerance", measured("tolerance", "high", "5 min")) == "high, 5 min old"


def test_a_methadone_dose_nobody_confirmed_counts_as_not_confirmed() -> None:
    assert says("methadone_verified") == "no"
    assert fact("methadone_verified").why == "not recorded: counts as not confirmed"
    assert says("methadone_verified", measured("methadone_verified", "yes", "5 min")) == "yes, 5 min old"


@pytest.mark.parametrize(
    ("when", "recent"), [("91 d", "yes"), ("2207 h", "yes"), ("92 d", "no"), ("93 d", "no")]
)
def test_an_infarction_is_recent_for_three_months(when: str, recent: str) -> None:
    assert says("recent_myocardial_infarction", happened("myocardial infarction", when)).startswith(recent)


def test_an_infarction_may_be_told_instead() -> None:
    assert says("recent_myocardial_infarction") == "unknown: never recorded"
    told = measured("recent_myocardial_infarction", "yes", "5 min")
    assert says("recent_myocardial_infarction", told) == "yes, 5 min old"
    assert (
        says("recent_myocardial_infarction", told, happened("myocardial infarction", "100 d"))
        == "yes, 5 min old"
    )


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("weight_recorded", measured("weight", "75 kg", "90 d")),
        ("pregnancy_recorded", measured("pregnancy", "possible", "1 h")),
        ("allergies_recorded", no_allergies()),
        ("allergies_recorded", allergic("methadone")),
        ("medicines_recorded", takes()),
        ("last_opioid_recorded", took("heroin", "9 h")),
    ],
)
def test_what_the_first_gate_asks_is_recorded_or_not(name: str, entry: object) -> None:
    assert says(name) == "no"
    assert says(name, entry) == "yes"  # type: ignore[arg-type]


def test_an_incomplete_list_of_medicines_is_not_recorded() -> None:
    assert says("medicines_recorded", takes("diazepam", complete=False)) == "no"


def test_alcohol_is_not_the_last_opioid() -> None:
    assert says("last_opioid_recorded", took("alcohol", "2 h")) == "no"
