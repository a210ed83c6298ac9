"""docs/command-line.md: every example in it was run, and is what the command answers today."""

from __future__ import annotations

import os
import re
import shlex

import pytest

from tests.commands.running import ROOT, mainstay

PAGE = ROOT / "docs" / "command-line.md"
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^```yaml file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_CUT = re.compile(r" \| (head|tail) -(\d+)$")


def answered(line: str) -> str:
    """What `$ mainstay ...` prints, cut as the line says."""
    cut = _CUT.search(line)
    words = shlex.split(_CUT.sub("", line))[1:]
    ran = mainstay(*words, columns=88)
    # The digest changes with every byte of knowledge; no page could keep up with it.
    lines = _DIGEST.sub("…", (ran.out + ran.err).strip("\n")).splitlines()
    if cut:
        number = int(cut[2])
        lines = lines[:number] if cut[1] == "head" else lines[-number:]
    return "\n".join(line.rstrip() for line in lines)


def as_it_is_now(page: str) -> str:
    """The page with every example run again."""

    def run_again(block: re.Match[str]) -> str:
        commands = [line[2:] for line in block[1].splitlines() if line.startswith("$ mainstay")]
        return "```console\n" + "\n\n".join(f"$ {line}\n{answered(line)}" for line in commands) + "\n```"

    def read_again(block: re.Match[str]) -> str:
        content = (ROOT / block[1]).read_text(encoding="utf-8")
        return f"```yaml file={block[1]}\n{content}```"

    return _FILE.sub(read_again, _CONSOLE.sub(run_again, page))


def test_every_example_is_what_the_command_answers_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    written = PAGE.read_text(encoding="utf-8")
    now = as_it_is_now(written)
    if os.environ.get("MAINSTAY_DOCS") == "write":
        PAGE.write_text(now, encoding="utf-8")
        return
    assert written == now, "MAINSTAY_DOCS=write pytest tests/commands/test_documentation.py writes it anew"


def test_every_command_has_its_place_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for line in mainstay("--help").out.partition("Commands:")[2].splitlines():
        if line.strip():
            assert f"`mainstay {line.split()[0]}" in page
