"""`--json`: whole, valid, and every reason with its facts' values, ages and sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.commands.running import CASES, COWS, KNOWN, LATER, LOW_PRESSURE, mainstay

FACT = {
    "condition", "answer", "fact", "in_words", "known", "value", "at_least", "at_most", "age_seconds", "measured_at",
    "why_unknown",
}  # fmt: skip

# What Mainstay says of its own: no publication stands behind it.
OWN = (
    "The patient is on ",
    "Its proof is missing",
    "An allergy to ",
    "Mainstay has no file",
    "Mainstay knows ",
)


def reasons(data: Any) -> Iterator[dict[str, Any]]:
    """Every reason, finding and alarm anywhere in an answer."""
    if isinstance(data, dict):
        if "because" in data and isinstance(data["because"], str):
            yield data
        for value in data.values():
            yield from reasons(value)
    elif isinstance(data, list):
        for value in data:
            yield from reasons(value)


@pytest.mark.parametrize("given", [KNOWN, LATER, LOW_PRESSURE], ids=["known", "later", "low pressure"])
def test_every_reason_has_its_facts_with_value_and_age_and_its_source(given: str) -> None:
    advised = mainstay("advise", "-", "--draft", "--json", given=given).data
    judged = mainstay("judge", "-", "--order", "methadone 20 mg oral", "--dose", "--json", given=given).data
    found = [*reasons(advised), *reasons(judged)]
    assert found
    for reason in found:
        assert reason["sources"] or reason["because"].startswith(OWN), reason
        for source in reason["sources"]:
            assert set(source) == {"source", "where", "confidence", "verified"}
        for fact in reason["facts"]:
            assert set(fact) == FACT
            assert fact["value"] is not None if fact["known"] else fact["why_unknown"], fact
            assert fact["known"] is False or fact["measured_at"] is None or fact["age_seconds"] >= 0


def test_moments_are_instants_with_an_offset() -> None:
    data = mainstay("advise", "-", "--draft", "--json", given=KNOWN).data
    moments = [data["now"], data["look_again_at"], *(one["not_before"] for one in data["advice"])]
    assert all(datetime.fromisoformat(moment).tzinfo is not None for moment in moments if moment)


def test_an_answer_names_the_knowledge_it_came_from() -> None:
    first, again = (mainstay("advise", "-", "--json", given=KNOWN).data for _ in range(2))
    assert len(first["knowledge"]) == 64
    assert first == again


def test_a_recommendation_has_dose_route_step_and_what_the_interlock_said() -> None:
    data = mainstay("advise", "-", "--draft", "--json", "--protocol", "P1", given=LATER).data
    (advice,) = data["advice"]
    assert advice["state"] == "ready"
    assert advice["recommended"] == {
        "drug": "buprenorphine-naloxone", "dose": "2 mg", "up_to": "4 mg", "route": "sublingual",
    }  # fmt: skip
    assert advice["interlock"]["verdict"] == advice["verdict"]
    assert advice["step"]


def test_what_waits_says_what_to_ask_until_when_and_what_is_possible_now() -> None:
    data = mainstay("advise", "-", "--draft", "--json", "--protocol", "P1", given=KNOWN).data
    (advice,) = data["advice"]
    assert advice["state"] == "not yet"
    assert advice["not_before"] == "2026-03-03T16:30:00+00:00"
    assert advice["window"]["substance"] == "heroin"
    assert advice["possible_now"]
    assert advice["measure"]


def test_what_is_not_known_says_so_in_its_words_too() -> None:
    given = KNOWN.replace(', severe_liver_disease: "no"', "")
    data = mainstay("advise", "-", "--draft", "--json", given=given).data
    unknown = [one for one in reasons(data["advice"]) if one.get("answer") == "unknown" and one["facts"]]
    assert unknown
    for reason in unknown:
        assert reason["in_words"].startswith(("Not known: ", "Needed")), reason


def test_a_score_has_its_band_its_band_set_and_its_parts() -> None:
    data = mainstay("score", "cows", COWS, "--json").data
    assert (data["total"], data["band"], data["band_set"]) == (7, "mild", "form")
    assert sum(data["subscores"].values()) == 7
    assert mainstay("score", "cows", "pulse=4", "--json").data["total"] is None


def test_a_replayed_moment_has_what_was_done_judged_and_said() -> None:
    (case,) = mainstay("replay", CASES / "too-early-after-fentanyl.yaml", "--draft", "--json").data
    assert [moment["at"] for moment in case["moments"]] == [
        "2024-01-11T17:00:00+00:00", "2024-01-11T17:10:00+00:00", "2024-01-11T17:40:00+00:00",
    ]  # fmt: skip
    dose = case["moments"][1]
    assert dose["judged"][0]["outcome"] == "given"
    assert dose["before"]["advice"]
    assert dose["after"]["advice"]


@pytest.mark.parametrize(
    "args",
    [("facts",), ("protocol",), ("protocol", "P1"), ("knowledge", "check")],
    ids=" ".join,
)
def test_what_lists_knowledge_lists_it_as_json_too(args: tuple[str, ...]) -> None:
    ran = mainstay(*args, "--json")
    assert ran.data
    assert ran.err == ""
