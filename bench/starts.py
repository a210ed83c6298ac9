"""Whole processes: how soon the command answers, how long the knowledge takes to read, and its proof."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from bench.report import Row, Section, time_of
from bench.setting import Setting
from bench.timing import ROOT, NoAnswer, Ran, answered, whole_process

_ABOUT = """Whole processes from start to end, each command in turn, after one round that does not count. `python -c pass` is what any
Python program costs here. *Cold* is the first reading of all knowledge files in a fresh process (the disk is warm). The edited
protocol is a copy of the library with one protocol file changed, of which only that protocol is proved again."""

_SCORE = ["score", "cows", "1,1,0,1,1,2,1,0,1,1,0"]
_EDITED = "buprenorphine-standard-start"


def take(setting: Setting) -> Section:
    """Start-up of the command, cold knowledge, proofs."""
    section = Section("Start, knowledge, proof", _ABOUT)
    _starts(setting, section)
    _knowledge(setting, section)
    if setting.quick:
        section.left_out.append("the proofs: not in a quick look.")
    else:
        _proofs(section)
    return section


def mainstay() -> str | None:
    """The `mainstay` command of this Python, or the one on the path."""
    beside = Path(sys.executable).parent / "mainstay"
    return str(beside) if beside.exists() else shutil.which("mainstay")


def _starts(setting: Setting, section: Section) -> None:
    command = mainstay()
    if command is None:
        section.left_out.append(
            "start-up: the `mainstay` command is not installed in this Python (`make setup`)."
        )
        return
    commands = {
        "pass": [sys.executable, "-c", "pass"],
        "help": [command, "--help"],
        "score": [command, *_SCORE],
    }
    ran: dict[str, list[Ran]] = {name: [] for name in commands}
    for turn in range(1 + (9 if setting.quick else 15)):
        for name, one in commands.items():
            found = whole_process(one)
            if turn:
                ran[name].append(found)
    usual = _shown(ran["pass"])
    for name, must, stretch in (("help", 150, 60), ("score", 200, 110)):
        failed = next((one for one in ran[name] if one.code), None)
        what = f"`mainstay {'--help' if name == 'help' else 'score cows …'}`, whole process, median"
        if failed:
            section.left_out.append(f"{what}: it ended with {failed.code}: {failed.said}")
            continue
        wall = statistics.median(one.wall for one in ran[name]) * 1000
        section.rows.append(
            time_of(what, wall, "ms", _shown(ran[name]), must, stretch, "`python -c pass`", usual)
        )


def _shown(ran: list[Ran]) -> str:
    wall, cpu = (statistics.median(getattr(one, of) for one in ran) * 1000 for of in ("wall", "cpu"))
    return f"{wall:.0f} ms ({cpu:.0f} ms CPU)"


def _knowledge(setting: Setting, section: Section) -> None:
    try:
        found = [answered(setting.ours("knowledge"), 60) for _ in range(3 if setting.quick else 9)]
    except NoAnswer as error:
        section.left_out.append(f"knowledge, cold: {error}")
        return
    wall = statistics.median(one["wall"] for one in found)
    section.rows.append(time_of("all knowledge read, cold", wall, "s", f"{wall * 1000:.0f} ms", must=0.5))


def _proofs(section: Section) -> None:
    command = mainstay()
    if command is None:
        section.left_out.append(
            "the proofs: the `mainstay` command is not installed in this Python (`make setup`)."
        )
        return
    _proof(section, "proof of the library", [command, "prove"], 60)
    with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as folder:
        copy = Path(folder) / "knowledge"
        shutil.copytree(ROOT / "mainstay" / "knowledge", copy)
        edited = copy / "protocols" / f"{_EDITED}.yaml"
        if not edited.exists():
            section.left_out.append(f"the proof of one edited protocol: there is no protocol `{_EDITED}`.")
            return
        edited.write_text(
            edited.read_text(encoding="utf-8") + "\n# Edited, for measuring.\n", encoding="utf-8"
        )
        _proof(
            section,
            "proof of one edited protocol",
            [command, "prove", "--knowledge", str(copy), "--protocol", _EDITED],
            5,
        )


def _proof(section: Section, what: str, command: list[str], must: float) -> None:
    try:
        ran = whole_process(command, timeout=130)
    except NoAnswer as error:
        section.left_out.append(f"{what}: {error}")
        return
    if ran.code not in (0, 1):
        section.left_out.append(f"{what}: it ended with {ran.code}: {ran.said}")
        return
    void = "" if ran.code == 0 else "not everything was proved"
    section.rows.append(
        Row(f"{what}, whole process", f"{ran.wall:.1f} s ({ran.cpu:.1f} s CPU)", measured=ran.wall, must=must, unit="s", at_most=True, void=void)
    )  # fmt: skip
