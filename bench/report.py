"""What was found, as rows of a table: printed while it is taken, and written to RESULTS.md."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Row:
    """One figure. `measured` is what the target is about: a ratio, or a time in the target's own unit."""

    what: str
    ours: str = ""
    peer: str = ""
    theirs: str = ""
    measured: float | None = None
    shown: str = ""
    must: float | None = None
    stretch: float | None = None
    unit: str = TIMES
    at_most: bool = False
    # Set when the figure does not count: the two sides gave different answers.
    void: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target is met."""
        if self.void:
            return f"does not count: {self.void}"
        if self.measured is None:
            return ""
        if self.stretch is not None and self._reaches(self.stretch):
            return "stretch met"
        if self.must is None:
            return ""
        return "met" if self._reaches(self.must) else "**missed**"

    def _reaches(self, target: float) -> bool:
        assert self.measured is not None
        return self.measured <= target if self.at_most else self.measured >= target

    def cells(self) -> list[str]:
        """The row as the table shows it."""
        return [
            self.what,
            self.ours,
            self.peer,
            self.theirs,
            self.shown,
            self._target(self.must),
            self._target(self.stretch),
            self.verdict,
        ]

    def _target(self, value: float | None) -> str:
        if value is None:
            return ""
        sign = "≤" if self.at_most else "≥"
        return f"{sign} {value:g}{TIMES if self.unit == TIMES else ' ' + self.unit}"


def against(
    what: str,
    ours: float,
    peer: str,
    theirs: float,
    ratio: float,
    *,
    by_cpu: float | None = None,
    must: float | None = None,
    stretch: float | None = None,
    void: str = "",
) -> Row:
    """A rate of ours by a rate of theirs; in brackets the ratio by CPU seconds, where the other is by the clock.

    The target is held against the lower of the two: other work on the machine slows some engines more than others.
    """
    shown = f"{ratio:.1f}{TIMES}" + (f" ({by_cpu:.1f}{TIMES})" if by_cpu is not None else "")
    lower = ratio if by_cpu is None else min(ratio, by_cpu)
    return Row(what, per_second(ours), peer, per_second(theirs), lower, shown, must, stretch, void=void)


def time_of(
    what: str,
    value: float,
    unit: str,
    shown: str,
    must: float,
    stretch: float | None = None,
    peer: str = "",
    theirs: str = "",
) -> Row:
    """A time of ours that should be short."""
    return Row(what, shown, peer, theirs, value, "", must, stretch, unit, at_most=True)


def per_second(rate: float) -> str:
    """A rate with three figures that count: 1,230 /s · 61.2 M/s · 2.1 G/s."""
    for power, letter in ((9, "G"), (6, "M")):
        if rate >= 10**power:
            return f"{rate / 10**power:.3g} {letter}/s"
    return f"{float(f'{rate:.3g}'):,.0f} /s"


@dataclass
class Section:
    """Rows of one kind, with what they rest on, and what is missing from them."""

    title: str
    about: str
    rows: list[Row] = field(default_factory=list)
    agreement: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """The section as it stands in RESULTS.md."""
        heads = ["figure", "ours", "beside", "theirs", "ratio", "must", "stretch", "verdict"]
        lines = [f"## {self.title}", "", self.about, ""]
        if self.rows:
            lines += ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
            lines += ["| " + " | ".join(row.cells()) + " |" for row in self.rows]
            lines.append("")
        lines += [f"- Agreement: {one}" for one in self.agreement]
        lines += [f"- Left out: {one}" for one in self.left_out]
        return "\n".join(lines).rstrip() + "\n"

    def plain(self) -> str:
        """The section for a terminal, its columns aligned."""
        heads = ["figure", "ours", "beside", "theirs", "ratio", "must", "stretch", "verdict"]
        rows = [heads, *(row.cells() for row in self.rows)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
        lines = ["", self.title]
        if self.rows:
            lines += [
                "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                for row in rows
            ]
        lines += [f"  agreement: {one}" for one in self.agreement]
        lines += [f"  LEFT OUT: {one}" for one in self.left_out]
        return "\n".join(lines)


def machine() -> str:
    """Processor, cores and memory; no names or addresses of the machine."""
    model, memory = "unknown processor", ""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        model = found[1] if found else platform.machine()
        found = re.search(r"^MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
        memory = f", {int(found[1]) / 2**20:.0f} GiB" if found else ""
    except OSError:
        model = platform.processor() or model
    return f"{model}, {os.cpu_count()} cores{memory}, {platform.system()}"


def versions(node: str | None) -> str:
    """The languages' versions and the peers' pinned ones."""
    said = [f"Python {platform.python_version()}"]
    if node:
        said.append(
            "Node "
            + subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
            .stdout.strip()
            .lstrip("v")
        )
    pins = (HERE / "requirements.txt").read_text() + (HERE / "package.json").read_text().replace('": "', "==")
    for name in ("zen-engine", "OpenFisca-Core", "json-rules-engine", "cql-execution", "numpy"):
        found = re.search(rf"{name}==([\d.]+)", pins)
        if found:
            said.append(f"{name} {found[1]}")
    return ", ".join(said)


def write(sections: list[Section], *, date: str, node: str | None, took: float, busy: float) -> Path:
    """RESULTS.md, whole. `busy`: how many processes wanted a core before this began."""
    head = f"""# Figures

Taken by `make bench` on {date}, in {took / 60:.0f} minutes. Written by `python -m bench`; not edited by hand.
{machine()}. {versions(node)}.
Processes that wanted a core before it began: {busy:.1f}{"" if busy < 0.5 else " (other work was running: times are too long)"}.

Read the ratios, not the absolute figures: those drift with the machine and with what else runs on it. Engines take turns
(A B A B ...), each already warm, one working at a time; every ratio is the median of the ratios of each round. A figure
counts only where both sides gave the same answers. Where a target of the project is known it stands in the row.

"""
    path = HERE / "RESULTS.md"
    path.write_text(head + "\n".join(section.markdown() for section in sections), encoding="utf-8")
    return path
