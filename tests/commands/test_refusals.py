"""Bad input: one clear message with the place, exit code 2, nothing on standard output, no traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mainstay.engine.knowledge.library import SHIPPED
from tests.commands.running import COWS, KNOWN, Ran, chart, mainstay


def is_refused(ran: Ran, *words: str) -> None:
    """One message, on standard error only."""
    assert ran.code == 2, ran
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert ran.err.count("Not done: ") + ran.err.count("cannot be used:") == 1, ran.err
    for word in words:
        assert word in ran.err


def entry(words: str, at: str = "2026-03-03 08:00") -> str:
    return chart(f"  - at: {at}\n    {words}\n")


CHARTS = {
    "not YAML": ("chart: [x\n", ["chart.yaml:2", "not YAML"]),
    "empty": ("", ["chart.yaml:1", "empty"]),
    "a list": ("- a\n- b\n", ["chart.yaml:1", "not a list"]),
    "an unknown key": (entry("mesured: {systolic_bp: 88 mmHg}"), ["chart.yaml:6", "Did you mean `measured`?"]),
    "a key twice": (entry("note: x\n    note: y"), ["chart.yaml:7", "written twice (first on line 6)"]),
    "an unknown fact": (entry("measured: {sistolic_bp: 88 mmHg}"), ["chart.yaml:6", "Did you mean `systolic_bp`?"]),
    "a wrong unit": (entry("measured: {systolic_bp: 88 mg}"), ["chart.yaml:6", "write it in 'mmHg'"]),
    "an impossible value": (entry("measured: {systolic_bp: 880 mmHg}"), ["chart.yaml:6", "lies between"]),
    "a value that is worked out": (entry("measured: {cows_total: 8}"), ["chart.yaml:6", "worked out from other entries"]),
    "the future": (entry("note: x", at="2026-03-03 09:00"), ["chart.yaml:5", "in the future"]),
    "written before it happened": (
        entry("recorded: 2026-03-03 07:00\n    note: x"), ["chart.yaml:5", "written down before it happened"],
    ),
    "an hour that was twice": (
        chart("  - at: 2026-11-01 01:30\n    note: x\n", now="2026-11-02 08:40"),
        ["chart.yaml:5", "was twice in America/New_York", "Give the offset"],
    ),
    "an hour that never was": (
        chart("  - at: 2026-03-08 02:30\n    note: x\n", now="2026-03-09 08:40"),
        ["chart.yaml:5", "never was in America/New_York"],
    ),
    "no such zone": (chart("  []\n", zone="America/Nowhere").replace("entries:\n  []", "entries: []"), ["not a time zone"]),
    "an unknown instrument": (entry("assessed: {instrument: cowz, total: 6}"), ["chart.yaml:6", "Did you mean `cows`?"]),
    "a bare SOWS": (
        entry("assessed: {instrument: sows, total: 6}"), ["chart.yaml:6", "sows_gossop_10", "sows_handelsman_16"],
    ),
    "an answer that is not on the form": (
        entry("assessed: {instrument: cows, answers: {pulse: 3}}"), ["chart.yaml:6", "one of 0, 1, 2, 4, not 3"],
    ),
    "a total beyond the form": (entry("assessed: {instrument: cows, total: 60}"), ["chart.yaml:6", "total 0 to 48"]),
    "an unknown substance": (entry("took: {substance: fentanil}"), ["chart.yaml:6", "Did you mean `fentanyl`?"]),
    "a dose of nothing": (entry("dose: {drug: methadone, amount: 0 mg}"), ["chart.yaml:6", "more than nothing"]),
    "a salt": (entry("dose: {drug: lofexidine, amount: 0.2 mg HCl}"), ["chart.yaml:6", "0.2 mg HCl is 0.18 mg"]),
    "an unknown protocol": (entry("pathway: buprenorphine-standard"), ["Did you mean `buprenorphine-standard-start`?"]),
    "an unknown event": (entry("happened: vomitting"), ["chart.yaml:5", "Did you mean `vomiting`?"]),
    "an anchor": (entry("note: &a x\n    by: *a"), ["chart.yaml:6", "anchors"]),
    "no moment to read it at": ("chart: x\nentries: []\n", ["does not say `now`"]),
    "a moment that is none": ("chart: x\nnow: yesterday\nentries: []\n", ["chart.yaml:2", "not a time"]),
}  # fmt: skip


@pytest.mark.parametrize(("document", "words"), CHARTS.values(), ids=CHARTS)
def test_a_chart_that_cannot_be_used_is_refused_with_the_place(
    document: str, words: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "chart.yaml"
    file.write_text(document, encoding="utf-8")
    is_refused(mainstay("advise", file, "--draft"), *words)


def test_of_standard_input_the_line_is_named_too() -> None:
    is_refused(mainstay("advise", "-", given=entry("measured: {sistolic_bp: 88 mmHg}")), "standard input:6")


def test_a_file_that_is_not_there_a_folder_and_a_binary_are_refused(tmp_path: Path) -> None:
    is_refused(mainstay("advise", tmp_path / "nope.yaml"), "nope.yaml: this can't be read: No such file")
    is_refused(mainstay("advise", tmp_path), "Is a directory")
    (tmp_path / "binary").write_bytes(b"\x00\xff\xfe")
    is_refused(mainstay("advise", tmp_path / "binary"), "binary: this is not text in UTF-8")
    is_refused(mainstay("advise", "-", given=b"\xff\xfe"), "standard input is not text in UTF-8")


@pytest.mark.parametrize("nested", ["[" * 3_000, "{a: " * 3_000], ids=["lists", "fields"])
def test_a_document_nested_without_end_is_refused(nested: str) -> None:
    is_refused(mainstay("advise", "-", given=nested))


def test_of_several_cases_one_that_is_bad_leaves_nothing_half_done(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(KNOWN, encoding="utf-8")
    bad.write_text("chart: [", encoding="utf-8")
    is_refused(mainstay("replay", good, bad, "--draft"), "bad.yaml")


ARGUMENTS = {
    "an order without an amount": (["judge", "-", "--order", "methadone"], "is not an order"),
    "an order in an unknown unit": (["judge", "-", "--order", "methadone 20 mgs oral"], "not a unit"),
    "an order of nothing": (["judge", "-", "--order", "methadone 0 mg oral"], "more than nothing"),
    "an order of a salt": (["judge", "-", "--order", "lofexidine 0.2 mg HCl oral"], "0.18 mg"),
    "an order on no pathway": (["judge", "-", "--order", "methadone 20 mg oral", "--pathway", "P99"], "no protocol `P99`"),
    "a protocol that is none": (["advise", "-", "--protocol", "P99"], "there is no protocol `P99`"),
    "gates as a protocol": (["advise", "-", "--protocol", "universal-gates"], "advise nothing alone"),
    "now in words": (["advise", "-", "--now", "yesterday"], "--now"),
    "now without an offset": (["advise", "-", "--now", "2026-03-03T08:40"], "has no offset"),
    "now before what was written": (["advise", "-", "--now", "2026-03-03T01:00-05:00"], "in the future"),
    "no folder of knowledge": (["advise", "-", "--knowledge", "/nowhere"], "not a folder of knowledge files"),
    "no site file": (["advise", "-", "--site", "/nowhere"], "no site file"),
    "a sheet that is too short": (["score", "cows", "1,2"], "has 11 items, and 2 answers"),
    "an illegal answer": (["score", "cows", "pulse=3"], "allows 0, 1, 2, 4 and nothing else"),
    "an item twice": (["score", "cows", "pulse=1", "pulse=2"], "twice"),
    "an item that is none": (["score", "cows", "puls=1"], "Did you mean `pulse`?"),
    "points that are none": (["score", "cows", "pulse=two"], "whole number"),
    "a rater who may not": (["score", "cows", COWS, "--by", "patient"], "not by patient"),
    "bands that are none": (["score", "cows", COWS, "--bands", "mine"], "no band set `mine`"),
    "a scale of two names": (["score", "sows", "1"], "sows_gossop_10"),
    "an instrument that is none": (["score", "cowz", "1"], "Did you mean `cows`?"),
    "an impossible reading": (["score", "news2", "respiratory_rate=900"], "lies between"),
    "no instruments there": (["score", "cows", COWS, "--knowledge", "/nowhere"], "not a folder of knowledge files"),
    "a protocol to show that is none": (["protocol", "P99"], "there is no protocol"),
    "a kind of file that is none": (["schema", "recipes"], "no kind of file"),
    "a place that can't be written": (["schema", "--write", "/proc/nowhere"], "can't be written"),
    "facts of no such name": (["facts", "zzzz"], "no fact has zzzz"),
}  # fmt: skip


@pytest.mark.parametrize(("args", "words"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_an_argument_that_cannot_be_used_is_refused_in_one_line(args: list[str], words: str) -> None:
    ran = mainstay(*args, given=KNOWN)
    is_refused(ran, words)
    assert ran.err.count("\n") == 1


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copied") / "knowledge"
    return shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("*.scenarios.yaml", "schema"))


BROKEN = {
    "not YAML": ("sources/bccsu.yaml", "title: [x\n", "sources/bccsu.yaml:2: this is not YAML"),
    "an unknown key": ("sources/bccsu.yaml", "titel: x\nyear: x\nread: x\n", "sources/bccsu.yaml:1: `titel`"),
    "not text": ("sources/bccsu.yaml", b"\xff\xfe", "sources/bccsu.yaml: this is not text in UTF-8"),
    "an unknown kind": ("recipes/soup.yaml", "title: x\n", "there is no kind of knowledge file `recipes`"),
}


@pytest.mark.parametrize(("file", "content", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_knowledge_file_is_named_alone(
    file: str, content: str | bytes, words: str, copied: Path
) -> None:
    broken = copied / file
    before = broken.read_bytes() if broken.exists() else None
    broken.parent.mkdir(exist_ok=True)
    broken.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        ran = mainstay("advise", "-", "--knowledge", copied, given=KNOWN)
    finally:
        if before is None:
            shutil.rmtree(broken.parent)
        else:
            broken.write_bytes(before)
    is_refused(ran, words)
    assert ran.err.count(".yaml") == 1, ran.err


def test_a_site_file_that_is_not_signed_twice_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        "unit: Ours\nvalues: {vitals_age: 20 min}\nsigned:\n"
        "  - {name: A, role: pharmacist, on: 2026-01-01}\n  - {name: B, role: pharmacist, on: 2026-01-01}\n",
        encoding="utf-8",
    )
    ran = mainstay("advise", "-", "--site", site, given=KNOWN)
    is_refused(ran, "two signatures")


def test_a_command_that_does_not_exist_is_refused_by_its_name() -> None:
    ran = mainstay("advice")
    assert (ran.code, ran.out) == (2, "")
    assert "advice" in ran.err
