"""Every scenario beside the knowledge files, and what the scenario grammar itself refuses and notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.engine import scenarios
from mainstay.engine.knowledge import library as libraries
from mainstay.engine.knowledge.text import Refused
from mainstay.engine.scenarios import Outcome
from tests.sample_knowledge import library

BASE = """
base:
  asked:
    chart: Asked
    now: 2026-03-03 08:00
    entries:
      - {at: 20 h ago, took: {substance: heroin}}
      - {at: 10 min ago, measured: {systolic_bp: 120 mmHg}, told: {severe_liver_disease: "no", pregnancy: negative}}
  words: [a, b]
scenarios:
"""


def ran(scenario: str, *, kind: str = "protocols", name: str = "start") -> list[Outcome]:
    return list(scenarios.run(library(), kind, name, BASE + scenario, "start.scenarios.yaml"))


def refused(scenario: str, *, kind: str = "protocols", name: str = "start") -> str:
    with pytest.raises(Refused) as error:
        ran(scenario, kind=kind, name=name)
    return error.value.why


FILES = scenarios.files(libraries.load())


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_scenario_holds(path: Path) -> None:
    wrong = [(one.name, one.wrong) for one in scenarios.run_file(libraries.load(), path) if not one.passed]
    assert not wrong


@pytest.mark.parametrize("protocol", sorted(libraries.load().protocols))
def test_every_threshold_of_a_protocol_is_tried_at_below_above_and_missing(protocol: str) -> None:
    shipped = libraries.load()
    path = shipped.folder / "protocols" / f"{protocol}.scenarios.yaml"
    assert scenarios.uncovered(shipped, protocol, scenarios.run_file(shipped, path)) == []


def test_scenarios_beside_no_file_are_refused() -> None:
    assert "Did you mean `start`?" in refused("  - {scenario: x, expect: {state: ready}}", name="strat")


def test_an_unknown_base_is_refused() -> None:
    assert "Did you mean `asked`?" in refused("  - {scenario: x, base: askd, expect: {state: ready}}")


def test_a_chart_that_is_no_set_of_fields_is_refused() -> None:
    assert "set of fields" in refused("  - {scenario: x, base: words, expect: {state: ready}}")


def test_entries_added_are_a_list() -> None:
    assert "lists of entries" in refused("  - {scenario: x, also: {at: now}, expect: {state: ready}}")


def test_a_fact_nobody_knows_of_is_refused() -> None:
    assert "Did you mean `systolic_bp`?" in refused(
        "  - {scenario: x, with: {sistolic_bp: 90 mmHg}, expect: {state: ready}}"
    )


def test_beside_a_drug_an_order_must_be_named() -> None:
    assert "which order is judged" in refused(
        "  - {scenario: x, expect: {verdict: allow}}", kind="drugs", name="methadone"
    )


def test_an_order_that_cannot_be_read_is_refused() -> None:
    assert "not an order" in refused("  - {scenario: x, judge: lots, expect: {verdict: allow}}")


def test_advice_of_no_protocol_is_refused() -> None:
    assert "Did you mean `start`?" in refused(
        "  - {scenario: x, protocol: strat, expect: {state: ready}}", name="gates"
    )


def test_beside_an_instrument_there_are_answers() -> None:
    assert "`answers`" in refused("  - {scenario: x, expect: {total: '1'}}", kind="instruments", name="cows")


def test_a_row_that_does_not_hold_says_what_was_got_and_why() -> None:
    (one,) = ran("  - {scenario: x, table: pregnancy, rows: {positive: ready}}")
    assert one.name == "x [pregnancy: positive]"
    assert one.wrong == ("expected ready, got ruled out: Another way in pregnancy.",)


def test_what_is_not_asked_or_said_or_raised_is_noticed() -> None:
    (one,) = ran("  - {scenario: x, expect: {ask: qtc, says: moonlight, alarm: nobody}}")
    assert [words.split(" (")[0].split(":")[0] for words in one.wrong] == [
        "does not ask for qtc",
        "does not say 'moonlight'",
        "does not raise nobody",
    ]


def test_an_alarm_nobody_expected_is_noticed() -> None:
    answers = "answers: {pulse: 4, sweating: 4, gi: 5}"
    shipped = libraries.load()
    words = f"""
base:
  ill: {{chart: Ill, now: 2026-03-03 08:00, entries: [{{at: now, assessed: {{instrument: cows, {answers}}}}}]}}
scenarios:
  - {{scenario: x, expect: {{alarm: none}}}}
"""
    (one,) = scenarios.run(shipped, "protocols", "buprenorphine-standard-start", words, "x")
    assert one.wrong[0].startswith("raises cows: gi")


def test_a_threshold_nobody_tries_is_named() -> None:
    missing = scenarios.uncovered(library(), "start", [])
    assert "systolic_bp < 90 mmHg: no scenario below" in missing
    assert "systolic_bp < 90 mmHg: no scenario with `systolic_bp` missing" in missing
    assert "pregnancy = positive: no scenario with another choice" in missing
