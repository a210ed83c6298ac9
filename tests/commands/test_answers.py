"""What each command answers on real input, and with which exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.running import CASES, COWS, KNOWN, LATER, LOW_PRESSURE, chart, mainstay

# Score -----------------------------------------------------------------------------------------


def test_a_complete_sheet_has_a_total_and_says_whose_word_it_is() -> None:
    ran = mainstay("score", "cows", COWS)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("COWS 7 of 48: mild (The form's own bands")
    assert "Checked by nobody yet." in ran.out


def test_an_incomplete_sheet_has_bounds_no_total_and_its_own_exit_code() -> None:
    ran = mainstay("score", "cows", "pulse=4", "pupils=5")
    assert ran.code == 3
    assert "no total. At least 9" in ran.out
    assert "missing: sweating" in ran.out


def test_answers_by_name_and_in_order_come_to_the_same() -> None:
    items = [
        "pulse",
        "sweating",
        "restlessness",
        "pupils",
        "aches",
        "nose_tears",
        "gi",
        "tremor",
        "yawning",
        "anxiety",
        "gooseflesh",
    ]
    named = [f"{item}={points}" for item, points in zip(items, COWS.split(","), strict=True)]
    assert mainstay("score", "cows", *named).out == mainstay("score", "cows", COWS).out


def test_readings_are_scored_with_their_scale() -> None:
    vitals = [
        "respiratory_rate=25",
        "spo2=91",
        "breathing=air",
        "systolic_bp=90",
        "heart_rate=131",
        "consciousness=voice",
    ]
    ran = mainstay("score", "news2", *vitals, "temperature=98.6 F", "--json")
    assert ran.data["total"] == 3 + 3 + 0 + 3 + 3 + 3 + 0
    assert ran.data["scale"] == "1"
    assert ran.data["triggers"][0]["sources"]


# Advise ----------------------------------------------------------------------------------------


def test_advice_says_not_yet_why_with_values_and_ages_until_when_and_what_instead() -> None:
    ran = mainstay("advise", "-", "--protocol", "P1", "--draft", given=KNOWN)
    assert (ran.code, ran.err) == (0, "")
    assert "P1    NOT YET" in ran.out
    assert "last short-acting opioid 9 h 10 min ago (at least 12 h wanted)" in ran.out
    assert "Not before Tue 3 Mar 11:30." in ran.out
    assert "Possible now: " in ran.out
    assert "asam-2015 withdrawal management (C)" in ran.out


def test_advice_is_ready_with_dose_route_and_the_readings_it_rests_on() -> None:
    ran = mainstay("advise", "-", "--draft", given=LATER)
    assert "P1    READY  Buprenorphine/naloxone 2 mg to 4 mg sublingual" in ran.out
    assert "COWS 19, 10 min old" in ran.out
    assert "heart rate 104 /min, 10 min old" in ran.out


def test_a_site_value_is_marked_unverified() -> None:
    ran = mainstay("advise", "-", "--draft", given=LOW_PRESSURE)
    assert "settled-policy G2 (SITE), unverified" in ran.text


def test_what_is_only_not_known_is_never_said_as_if_it_were_so() -> None:
    asked = KNOWN.replace(', severe_liver_disease: "no"', "")
    asked = asked.replace('full_agonist_continues: "no"', 'full_agonist_continues: "yes"')
    ran = mainstay("advise", "-", "--protocol", "P3", "--draft", "--all", given=asked)
    text = ran.text
    assert "Not known: severe liver disease. It matters here: " in text
    assert "· The liver is severely impaired" not in text


def test_an_unproved_protocol_is_named_but_not_offered(tmp_path: Path) -> None:
    knowledge = copied_without_certificate(tmp_path)
    ran = mainstay("advise", "-", "--knowledge", knowledge, given=LATER)
    assert "not offered: not proved" in ran.out
    assert "2 mg" not in ran.out


def copied_without_certificate(folder: Path) -> Path:
    """The shipped knowledge as an author has it before `prove --certify`."""
    import shutil

    from mainstay.engine.knowledge.library import SHIPPED

    copied = folder / "knowledge"
    shutil.copytree(
        SHIPPED, copied, ignore=shutil.ignore_patterns("certificate.json", "*.scenarios.yaml", "schema")
    )
    return copied


def test_every_protocol_can_be_shown_with_why_not() -> None:
    some, every = (mainstay("advise", "-", "--draft", *more, given=KNOWN).out for more in ([], ["--all"]))
    assert "Also looked at" in some
    assert "Also looked at" not in every
    assert len(every) > len(some)


def test_a_medicine_without_a_file_is_not_checked_and_never_called_safe() -> None:
    ran = mainstay("advise", "-", "--draft", given=KNOWN.replace("medicines: []", "medicines: [melatonin]"))
    assert "Not checked: melatonin." in ran.out


def test_the_moment_asked_about_can_be_given() -> None:
    ran = mainstay("advise", "-", "--draft", "--json", "--now", "2026-03-03T12:00-05:00", given=KNOWN)
    assert ran.data["now"] == "2026-03-03T17:00:00+00:00"


# Judge -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "order", "more", "verdict", "code"),
    [
        (LATER, "buprenorphine-naloxone 4 mg sublingual", ["--dose"], "allow", 0),
        (LATER, "buprenorphine-naloxone 6 mg sublingual", ["--dose", "--pathway", "P1"], "needs_reason", 11),
        (LOW_PRESSURE, "clonidine 0.1 mg oral", ["--dose"], "hold", 12),
        (LATER, "lofexidine 1.08 mg oral", [], "refuse", 13),
        (
            chart("  - at: 2026-03-03 08:00\n    note: nothing known\n"),
            "clonidine 0.1 mg oral",
            ["--dose"],
            "ask",
            10,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value else None,
)
def test_each_verdict_has_its_exit_code(
    given: str, order: str, more: list[str], verdict: str, code: int
) -> None:
    ran = mainstay("judge", "-", "--order", order, *more, "--json", given=given)
    assert (ran.data["verdict"], ran.code) == (verdict, code), ran.out


def test_a_judgement_says_the_verdict_first_then_why_and_what_to_do() -> None:
    ran = mainstay("judge", "-", "--order", "clonidine 0.1 mg oral", "--dose", given=LOW_PRESSURE)
    verdict = ran.out.index("HOLD  Clonidine 0.1 mg oral: not now.")
    assert verdict < ran.out.index("systolic blood pressure 84 mmHg, 10 min old") < ran.out.index("→")


def test_beside_a_total_stands_the_dose_that_comes_on_top() -> None:
    given = "  - at: 2026-03-03 08:00\n    dose: {drug: lofexidine, amount: 2.7 mg}\n"
    ran = mainstay("judge", "-", "--order", "lofexidine 0.36 mg oral", "--dose", given=chart(given))
    assert "lofexidine in 24 h" in ran.out
    assert "and this 0.36 mg" in ran.text


# The others -------------------------------------------------------------------------------------


def test_facts_are_narrowed_by_words_and_say_what_they_mean() -> None:
    ran = mainstay("facts", "cows", "rise")
    assert "cows_rise_within_60_minutes" in ran.out
    assert "Dunn" in ran.out
    assert "systolic_bp" not in ran.out


def test_a_protocol_is_shown_by_its_code_as_by_its_id() -> None:
    by_code = mainstay("protocol", "p8")
    assert by_code.code == 0
    assert by_code.out == mainstay("protocol", "clonidine-withdrawal").out
    assert "checked by nobody yet" in by_code.text


def test_all_protocols_are_listed_with_who_checked_them() -> None:
    ran = mainstay("protocol", "--json")
    assert {"P1", "P2", "P3", "P5", "P7", "P8", "P11-A"} <= {row["code"] for row in ran.data}
    assert all(row["checked_by"] for row in ran.data)


def test_every_kind_of_file_has_a_schema(tmp_path: Path) -> None:
    kinds = mainstay("schema").out.split()
    assert {"chart", "drugs", "protocols", "scenarios"} <= set(kinds)
    assert mainstay("schema", "--write", tmp_path / "made").code == 0
    for kind in kinds:
        assert (tmp_path / "made" / f"{kind}.json").read_text(encoding="utf-8") == mainstay(
            "schema", kind
        ).out


def test_the_schemas_beside_the_knowledge_are_those_the_command_prints() -> None:
    from mainstay.engine.knowledge.library import SHIPPED

    for kind in mainstay("schema").out.split():
        shipped = (SHIPPED / "schema" / f"{kind}.json").read_text(encoding="utf-8")
        assert mainstay("schema", kind).out == shipped, f"run `mainstay schema --write {SHIPPED / 'schema'}`"


def test_a_replay_shows_each_moment_once_and_what_the_case_comes_to() -> None:
    ran = mainstay("replay", CASES / "too-early-after-fentanyl.yaml", "--draft")
    assert (ran.code, ran.err) == (0, "")
    for moment in ("Thu 11 Jan 12:00", "Thu 11 Jan 12:10", "Thu 11 Jan 12:40"):
        assert f" {moment}\n" in ran.out
    assert "1 dose given, judged: 1 hold." in ran.out


def test_several_cases_are_replayed_one_after_the_other() -> None:
    ran = mainstay("replay", *sorted(CASES.glob("*.yaml")), "--draft", "--json")
    assert len(ran.data) == 3


def test_a_chart_comes_from_standard_input_as_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "chart.yaml"
    file.write_text(KNOWN, encoding="utf-8")
    assert mainstay("advise", file, "--json").data == mainstay("advise", "-", "--json", given=KNOWN).data
