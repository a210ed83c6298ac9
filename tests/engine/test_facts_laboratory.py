"""Laboratory and ECG: how old they may be, and what losing fluid does to that."""

import pytest

from tests.charts import fact, happened, measured, says


@pytest.mark.parametrize(
    ("name", "value", "at", "above"),
    [
        ("egfr", "60 mL/min", "30 d", "43201 min"),
        ("child_pugh_score", "7 points", "30 d", "43201 min"),
        ("alt", "3.2 x ULN", "30 d", "43201 min"),
        ("urine_opioids", "positive", "24 h", "1441 min"),
        ("urine_fentanyl", "positive", "24 h", "1441 min"),
        ("urine_methadone", "positive", "24 h", "1441 min"),
        ("urine_buprenorphine", "positive", "24 h", "1441 min"),
        ("urine_benzodiazepine", "positive", "7 d", "10081 min"),
        ("naloxone_challenge", "positive", "24 h", "1441 min"),
        ("potassium", "3.4 mmol/L", "7 d", "10081 min"),
        ("magnesium", "0.69 mmol/L", "7 d", "10081 min"),
        ("qtc", "499 ms", "7 d", "10081 min"),
    ],
)
def test_a_result_is_known_up_to_its_greatest_age(name: str, value: str, at: str, above: str) -> None:
    assert not fact(name).is_known
    assert fact(name, measured(name, value, at)).is_known
    assert not fact(name, measured(name, value, above)).is_known


@pytest.mark.parametrize("name", ["potassium", "magnesium"])
@pytest.mark.parametrize(
    ("taken", "vomited", "known"),
    [
        ("1441 min", "1 h", False),
        ("24 h", "1 h", True),
        ("23 h", "1 h", True),
        ("1441 min", None, True),
        ("1441 min", "1439 min", False),
        ("1441 min", "24 h", True),
        ("1441 min", "25 h", True),
        ("6 d", "30 h", True),
    ],
)
def test_electrolytes_are_a_day_old_at_most_while_the_patient_vomits(
    name: str, taken: str, vomited: str | None, known: bool
) -> None:
    entries = [measured(name, "4 mmol/L", taken)] + ([happened("vomiting", vomited)] if vomited else [])
    assert fact(name, *entries).is_known is known
    if not known:
        assert "vomited since" in says(name, *entries)


def test_an_electrolyte_never_measured_says_so() -> None:
    assert says("potassium") == "unknown: never measured"
    assert says("qtc") == "unknown: no ECG"


@pytest.mark.parametrize(("newest", "rise"), [("480 ms", "60 ms"), ("420 ms", "0 ms"), ("400 ms", "0 ms")])
def test_the_rise_of_qtc_is_from_the_first_of_the_stay(newest: str, rise: str) -> None:
    ecgs = measured("qtc", "420 ms", "3 d"), measured("qtc", "600 ms", "2 d"), measured("qtc", newest, "1 h")
    assert says("qtc_rise", *ecgs) == f"{rise}, 1 h old"


def test_one_ecg_shows_no_rise() -> None:
    assert says("qtc_rise", measured("qtc", "420 ms", "1 h")) == "0 ms, 1 h old"
    assert says("qtc_rise") == "unknown: no ECG"
