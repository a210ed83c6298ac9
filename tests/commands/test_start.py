"""The command as a program: what it imports, where it writes, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.commands.running import CASES, COWS, KNOWN, ROOT, mainstay, program

HEAVY = ("django", "numpy", "z3")
_LISTS_IMPORTS = """
import sys
sys.argv = ["mainstay", *sys.argv[1:]]
from mainstay.commands.main import run
try:
    run()
except SystemExit:
    pass
print("\\n" + " ".join(sys.modules), file=sys.stderr)
"""


def imported_by(*args: str) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-c", _LISTS_IMPORTS, *args], capture_output=True, check=False, cwd=ROOT, input=KNOWN.encode(), timeout=120,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return {name.partition(".")[0] for name in ran.stderr.decode().splitlines()[-1].split()} | set(
        ran.stderr.decode().splitlines()[-1].split()
    )


@pytest.mark.parametrize(
    "args",
    [["--help"], ["score", "cows", COWS], ["advise", "-", "--draft"], ["facts", "cows"]],
    ids=lambda args: args[0],
)
def test_a_command_starts_without_what_it_does_not_need(args: list[str]) -> None:
    assert not imported_by(*args) & set(HEAVY)


@pytest.mark.parametrize(
    "args", [["--help"], ["score", "cows", COWS], ["advise", "--help"]], ids=lambda args: " ".join(args[:2])
)
def test_the_quick_ones_start_without_the_pages_the_chart_and_the_facts(args: list[str]) -> None:
    imported = imported_by(*args)
    assert not imported & {
        "rich",
        "mainstay.engine.chart",
        "mainstay.engine.facts",
        "mainstay.engine.knowledge.library",
    }


def test_score_reads_no_other_instrument_than_its_own() -> None:
    from mainstay.engine.knowledge import instrument_files

    assert list(instrument_files.load("cows").instruments) == ["cows"]
    assert len(instrument_files.load("COWS").instruments) > 1


def test_a_pipe_without_a_reader_ends_quietly_and_is_no_answer() -> None:
    ran = subprocess.Popen(
        [sys.executable, "-c", "from mainstay.commands.main import run; run()", "replay", str(CASES / "episode.yaml"), "--draft"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.stdout is not None
    assert ran.stderr is not None
    ran.stdout.close()
    said = ran.stderr.read()
    ran.stderr.close()
    assert (ran.wait(timeout=120), said) == (141, b"")


@pytest.mark.parametrize(
    "environment", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": ""}], ids=str
)
def test_a_pipe_gets_no_colours(environment: dict[str, str]) -> None:
    ran = program("advise", "-", "--draft", given=KNOWN.encode(), **environment)
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b" not in ran.out


def test_colours_can_be_asked_for() -> None:
    assert "\x1b[" in program("advise", "-", "--draft", given=KNOWN.encode(), FORCE_COLOR="1").out


@pytest.mark.parametrize("columns", [40, 60, 100, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    ran = mainstay("replay", *sorted(CASES.glob("*.yaml")), "--draft", columns=columns)
    assert max(len(line) for line in ran.out.splitlines()) <= columns


def test_words_from_a_chart_are_never_read_as_markup() -> None:
    given = KNOWN.replace("A chart for tests", "'[red]Ward [/] 7[/bold] :skull:'")
    assert "[red]Ward [/] 7[/bold] :skull:" in mainstay("advise", "-", "--draft", given=given).out


def test_output_is_the_same_however_often_it_is_asked() -> None:
    first, again = (mainstay("replay", CASES / "low-dose-start.yaml", "--draft").out for _ in range(2))
    assert first == again


def test_a_moment_in_the_past_is_read_with_the_knowledge_of_today_and_no_clock() -> None:
    assert (
        mainstay("advise", "-", "--draft", "--json", given=KNOWN).data["now"] == "2026-03-03T13:40:00+00:00"
    )
