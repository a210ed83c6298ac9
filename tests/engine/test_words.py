"""Facts, conditions, findings and alarms as a nurse reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.engine import explain, words
from mainstay.engine.conditions import All, AnyOf, Not, Used, evaluate, parse_leaf
from mainstay.engine.knowledge import instrument_files
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Alarm
from mainstay.engine.knowledge.text import KnowledgeRefused
from mainstay.engine.limits import Finding
from mainstay.engine.verdicts import Verdict
from mainstay.engine.watch import Raised
from tests.charts import cows, measured, sheet, took


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("systolic_bp < 90 mmHg", "systolic blood pressure below 90 mmHg"),
        ("cows_total >= 13", "COWS 13 or more"),
        ("cows_total != 13", "COWS other than 13"),
        ("cows_total within 60 min", "COWS no older than 1 h"),
        ("time_since_last_lofexidine >= 6 h", "at least 6 h since the last lofexidine"),
        ("time_since_last_short_acting < 12 h", "less than 12 h since the last short-acting opioid"),
        ("severe_liver_disease = yes", "severe liver disease"),
        ("severe_liver_disease = no", "not severe liver disease"),
        ("pregnancy != negative", "pregnancy is not negative"),
        ("temperature > 38 C", "temperature above 38.0 °C"),
    ],
)
def test_a_comparison_is_said_in_words(condition: str, said: str, sample: Library) -> None:
    assert words.condition_text(parse_leaf(condition, sample.vocabulary)) == said


def test_what_is_joined_is_bracketed_and_what_is_too_long_is_named_by_its_facts(sample: Library) -> None:
    low, score = (parse_leaf(one, sample.vocabulary) for one in ("systolic_bp < 90 mmHg", "cows_total >= 8"))
    either = AnyOf((low, All((score, Not(low)))))
    said = "systolic blood pressure below 90 mmHg or (COWS 8 or more and not (systolic blood pressure below 90 mmHg))"
    assert words.part_text(either) == said
    assert (
        words.part_text(AnyOf((either, either)))
        == "one of several combinations of systolic blood pressure, COWS"
    )


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("on_diazepam", "the patient's own medicines"),
        ("allergic_to_methadone", "allergies"),
        ("time_since_last_methadone", "methadone taken outside, and when"),
        ("methadone_in_24_hours", "methadone taken outside, and when"),
        ("vomits_in_24_hours", "vomits in 24 h"),
        ("systolic_bp", "systolic blood pressure"),
    ],
)
def test_what_is_missing_is_asked_for_in_words(name: str, asked: str) -> None:
    assert words.asked_name(name) == asked


@pytest.mark.parametrize(
    ("seconds", "said"), [(60, "1 min"), (156 * 3_600, "6 d 12 h"), (5 * 86_400 + 60, "5 d")]
)
def test_long_times_are_said_in_days(seconds: int, said: str) -> None:
    assert words.elapsed_text(seconds) == said


def used(condition: str, facts: object, library: Library) -> tuple[Used, ...]:
    return evaluate(parse_leaf(condition, library.vocabulary), facts).used  # type: ignore[arg-type]


def test_a_finding_that_is_only_not_known_is_never_said_as_if_it_were_so(sample: Library) -> None:
    unknown = used("severe_liver_disease = yes", sheet(), sample)
    finding = Finding(Verdict.ASK, "drug: liver", "The liver is bad.", unknown)
    assert (
        explain.finding_because(finding)
        == "Not known: severe liver disease. It matters here: The liver is bad."
    )
    known = used("severe_liver_disease = yes", sheet(measured("severe_liver_disease", "yes")), sample)
    assert explain.finding_because(finding._replace(used=known)) == "The liver is bad."


def test_an_alarm_says_whom_how_soon_who_is_next_why_and_what_to_do(sample: Library) -> None:
    low = used("systolic_bp < 90 mmHg", sheet(measured("systolic_bp", "84 mmHg", "5 min")), sample)
    raised = Raised("low", "Pressure is low.", Alarm("nurse", 300, "prescriber"), low, (), "Lay flat.")
    assert explain.raised_text(raised) == (
        "Tell nurse within 5 min, then prescriber: Pressure is low. "
        "(systolic blood pressure 84 mmHg, 5 min old) Lay flat."
    )


def test_values_are_said_with_their_age_or_why_they_are_not_known() -> None:
    facts = sheet(cows("10 min", 12), took("heroin", "18 h"), measured("age", "31 years", "3 h"))
    assert words.value_text(facts["cows_total"]) == "COWS 12, 10 min old"
    assert words.value_text(facts["time_since_last_short_acting"]) == "last short-acting opioid 18 h ago"
    assert words.value_text(facts["age"]) == "age 31 years"
    assert words.value_text(facts["systolic_bp"]) == "systolic blood pressure: not known (never measured)"


def test_an_instrument_file_read_alone_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments" / "mine.yaml").write_text("titel: x\n", encoding="utf-8")
    with pytest.raises(KnowledgeRefused, match=r"instruments/mine\.yaml:1: `titel`"):
        instrument_files.load("mine", tmp_path)
