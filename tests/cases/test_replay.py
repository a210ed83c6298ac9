"""The cases, walked: what Mainstay says at each moment of real and told courses, read from its data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pytest

from mainstay.commands import replay, terminal
from mainstay.engine.chart import Measured
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge import library as libraries
from tests.commands.running import CASES


class Walked:
    """One case as data."""

    def __init__(self, name: str) -> None:
        library = libraries.load()
        self.document = terminal.document(CASES / f"{name}.yaml", library)
        self.moments = list(replay.walk(self.document.course, library, draft=True))
        self.data: Mapping[str, Any] = replay.case_data(self.document, library, draft=True)

    def at(self, shown: str) -> Any:
        """The moment the ward would call this: "Tue 3 Mar 08:40"."""
        for moment, data in zip(self.moments, self.data["moments"], strict=True):
            if moment.chart.shown(moment.at) == shown:
                return data
        raise KeyError(shown)


@lru_cache
def walked(name: str) -> Walked:
    return Walked(name)


def advice(decision: Any, code: str) -> Any:
    return next(one for one in decision["advice"] if one["code"] == code)


def facts(reasons: Any) -> dict[str, Any]:
    """Every fact that reasons or findings rest on, by name."""
    return {fact["fact"]: fact for reason in reasons for fact in reason["facts"]}


def alarms(moment: Any) -> dict[str, Any]:
    return {alarm["alarm"]: alarm for alarm in moment["after"]["alarms"]}


# Buprenorphine given too early after fentanyl ----------------------------------------------------


def early(shown: str) -> Any:
    return walked("too-early-after-fentanyl").at(shown)


def test_eighteen_hours_after_fentanyl_at_cows_6_a_start_is_not_yet_and_why() -> None:
    said = advice(early("Thu 11 Jan 12:00")["after"], "P2")
    assert said["state"] == "not yet"
    cows = facts(said["because"])["cows_total"]
    assert (cows["value"], cows["condition"], cows["answer"]) == ("6 points", "cows_total >= 13 points", "no")
    assert said["window"]["start"] is None
    assert "No window" in said["window"]["says"]
    assert said["possible_now"]
    assert "cows_objective_signs" in said["ask"]


def test_the_dose_that_was_given_is_held_and_its_being_given_raises_an_alarm() -> None:
    moment = early("Thu 11 Jan 12:10")
    (judged,) = moment["judged"]
    assert (judged["proposal"], judged["outcome"]) == ("Buprenorphine/naloxone 4 mg sublingual", "given")
    assert judged["verdict"] == "hold"
    assert facts(judged["findings"][:1])["cows_total"]["value"] == "6 points"
    assert "given despite" in alarms(moment)


def test_eleven_points_in_thirty_minutes_are_suspected_precipitated_withdrawal_by_both_definitions() -> None:
    raised = alarms(early("Thu 11 Jan 12:40")).values()
    rises = {
        name: fact["value"] for alarm in raised for name, fact in facts([alarm]).items() if "rise" in name
    }
    assert rises["cows_rise_within_60_minutes"] == "11 points"
    assert rises["cows_rise_within_4_hours"] == "11 points"
    sources = {source["source"] for alarm in raised for source in alarm["sources"]}
    assert {"dunn-2023", "thakrar-2024"} <= sources


def test_the_plan_for_precipitated_withdrawal_opens_at_once() -> None:
    said = advice(early("Thu 11 Jan 12:40")["after"], "P11-A")
    assert said["state"] == "ready"
    assert "prescriber" in said["says"]
    assert said["recommended"] is None
    assert said["measure"]


def test_fahrenheit_is_converted_and_both_are_kept() -> None:
    entries = walked("too-early-after-fentanyl").document.course.entries
    (temperature,) = (one for one in entries if isinstance(one, Measured) and one.what == "temperature")
    assert (temperature.steps, temperature.written) == (370, "98.6 F")
    assert "temperature 37.0 °C (written 98.6 F)" in early("Thu 11 Jan 12:00")["done"]


# Low-dose start from injectable agonist treatment -------------------------------------------------


def low(day: str) -> Any:
    return walked("low-dose-start").at(day)


@pytest.mark.parametrize(
    ("shown", "due"),
    [
        ("Tue 1 Jan 09:00", "day-1"),
        ("Wed 2 Jan 09:00", "day-2"),
        ("Thu 3 Jan 09:00", "day-2"),
        ("Fri 4 Jan 09:00", "day-3"),
        ("Mon 7 Jan 09:00", "day-3"),
        ("Sat 12 Jan 09:00", "day-4"),
    ],
)
def test_a_day_of_the_plan_that_was_not_completed_is_due_again(shown: str, due: str) -> None:
    assert advice(low(shown)["before"], "P3")["step"] == due


def test_no_dose_of_the_plan_is_recommended_while_nothing_is_measured() -> None:
    for moment in walked("low-dose-start").data["moments"]:
        said = advice(moment["after"], "P3")
        assert said["recommended"] is None
        assert said["state"] != "ready"


def test_cows_was_measured_once_in_24_days_and_is_unknown_on_all_but_that_one() -> None:
    case = walked("low-dose-start")
    assert sum("COWS" in words for moment in case.data["moments"] for words in moment["done"]) == 1
    vocabulary = libraries.load().vocabulary
    known = [one for one in case.moments if FactSheet(one.chart, vocabulary)["cows_total"].is_known]
    assert [one.chart.shown(one.at) for one in known] == ["Fri 4 Jan 09:00"]


def test_no_pressure_pulse_or_breathing_is_made_up() -> None:
    course = walked("low-dose-start").document.course
    assert not {one.what for one in course.entries if isinstance(one, Measured)} & {
        "systolic_bp", "diastolic_bp", "heart_rate", "respiratory_rate", "spo2", "temperature",
    }  # fmt: skip


def test_a_full_dose_after_days_without_is_not_the_dose_it_was() -> None:
    (judged,) = (
        one for one in low("Sun 13 Jan 09:00")["judged"] if one["proposal"].startswith("hydromorphone 170 mg")
    )
    assert judged["verdict"] == "needs_reason"
    (finding,) = (one for one in judged["findings"] if one["verdict"] == "needs_reason")
    gone = facts([finding])["time_since_last_full_agonist"]
    assert gone["value"] == "156 h"
    assert "olerance" in finding["because"]


def test_what_was_taken_beside_the_plan_leaves_its_total_unknown_and_holds() -> None:
    said = advice(low("Mon 14 Jan 12:00")["after"], "P3")
    assert said["state"] == "held"
    total = facts(said["because"])["buprenorphine_in_24_hours"]
    assert total["known"] is False
    reasons = [
        one
        for one in said["because"]
        if any(fact["fact"] == "buprenorphine_in_24_hours" for fact in one["facts"])
    ]
    assert any(source["source"] == "bmj-case-2020" for one in reasons for source in one["sources"])


# One episode, hour by hour ------------------------------------------------------------------------


def hour(shown: str) -> Any:
    return walked("episode").at(shown)


def test_clonidine_is_held_at_diastolic_58_as_the_nurse_held_it() -> None:
    (judged,) = hour("Tue 3 Mar 06:30")["judged"]
    assert (judged["outcome"], judged["verdict"]) == ("held", "hold")
    finding = judged["findings"][0]
    assert facts([finding])["diastolic_bp"]["value"] == "58 mmHg"
    assert facts([finding])["diastolic_bp"]["age_seconds"] == 0
    assert "recheck" in finding["do"]
    assert "luids" in finding["do"]


def test_what_the_patient_feels_is_never_averaged_with_what_is_seen() -> None:
    assert {"COWS 7 (by nurse)", "SOWS-Gossop 24 (by patient)"} <= set(hour("Tue 3 Mar 02:50")["done"])


def test_on_the_round_at_08_40_buprenorphine_is_not_yet_with_what_is_missing_and_what_is_possible_now() -> (
    None
):
    said = advice(hour("Tue 3 Mar 08:40")["after"], "P2")
    assert said["state"] == "not yet"
    rests_on = facts(said["because"])
    assert (rests_on["cows_total"]["value"], rests_on["cows_total"]["age_seconds"]) == ("12 points", 600)
    assert rests_on["cows_total"]["condition"] == "cows_total >= 13 points"
    assert rests_on["cows_objective_signs"]["value"] == "1"
    assert rests_on["cows_objective_signs"]["condition"] == "cows_objective_signs >= 2"
    assert said["window"]["substance"] == "fentanyl"
    offered = " ".join(one["offer"] for one in said["possible_now"])
    for way in ("Wait with symptom medicines", "Low-dose start", "Methadone"):
        assert way in offered


def test_methadone_at_qtc_482_is_a_matter_of_a_reason_not_of_course() -> None:
    said = advice(hour("Tue 3 Mar 08:40")["after"], "P5")
    assert said["says"] == "only with a reason"
    assert facts(said["because"])["qtc"]["value"] == "482 ms"


def test_with_strong_withdrawal_that_can_be_seen_the_start_is_ready() -> None:
    said = advice(hour("Tue 3 Mar 13:40")["after"], "P2")
    assert said["state"] == "ready"
    assert (said["recommended"]["dose"], said["recommended"]["up_to"]) == ("2 mg", "4 mg")
    assert facts(said["because"])["cows_total"]["value"] == "22 points"
    assert {"fact": "cows_total", "in_seconds": 3_600} in said["measure"]


def test_the_dose_then_given_is_allowed() -> None:
    (judged,) = hour("Tue 3 Mar 13:50")["judged"]
    assert judged["verdict"] in ("allow", "inform")


def test_nine_points_in_55_minutes_call_the_prescriber() -> None:
    raised = alarms(hour("Tue 3 Mar 14:45"))
    rises = {
        name: fact["value"]
        for one in raised.values()
        for name, fact in facts([one]).items()
        if "rise" in name
    }
    assert {
        "cows_rise_within_60_minutes": "9 points",
        "cows_rise_within_4_hours": "9 points",
    }.items() <= rises.items()
    assert {one["to"] for one in raised.values() if any("rise" in name for name in facts([one]))} == {
        "prescriber"
    }
    assert advice(hour("Tue 3 Mar 14:45")["after"], "P11-A")["state"] == "ready"


def test_the_dose_that_treats_it_is_not_stopped() -> None:
    (judged,) = hour("Tue 3 Mar 15:00")["judged"]
    assert judged["verdict"] in ("allow", "inform", "needs_reason")
    assert judged["proposal"] == "Buprenorphine/naloxone 8 mg sublingual"


def test_no_dose_of_the_episode_was_one_mainstay_would_have_refused() -> None:
    judged = [one for moment in walked("episode").data["moments"] for one in moment["judged"]]
    given = [one for one in judged if one["outcome"] == "given"]
    assert len(given) >= 5
    assert not [one for one in given if one["verdict"] in ("refuse", "hold", "ask")]


def test_a_case_says_where_it_was_published_or_that_it_was_made_up() -> None:
    for name in ("episode", "low-dose-start", "too-early-after-fentanyl"):
        assert walked(name).data["source"]
        assert walked(name).data["about"]
