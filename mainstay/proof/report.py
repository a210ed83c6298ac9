"""The report of a proof: what was asked, what was shown, by which charts, and what is not proved here."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from mainstay.engine.knowledge.library import Library
from mainstay.proof.checks import CHECKS, Finding, Line, Proof, Result

NOT_PROVED = (
    "That readings, last-use history and the limits themselves are true. A proof speaks of what is written down.",
    "Limits on company (which medicines together): check f, with pairs of protocols that run together, comes later.",
    "That somebody is called in the end, whatever happens (check e) comes later.",
    "That a dose which is a fact (yesterday's total) can be made of what exists: it is taken as made of doses that were.",
    "More than one step ahead. Each step is proved from any chart, so that no history has to be assumed.",
    "Charts are taken to keep the declared links between facts (engine/facts/links.py), which are tested, not proved.",
)


@dataclass(frozen=True)
class Report:
    """One run of `mainstay prove`."""

    library: Library
    proofs: tuple[Proof, ...]
    windows: tuple[Finding, ...]
    # Against which knowledge it was compared, and what that found. None: it was not.
    against: str | None
    weaker: tuple[Result, ...]
    # Protocols proved whose certificate is missing or of another version.
    stale: tuple[str, ...]
    seconds: float
    asked: int

    @property
    def proved(self) -> bool:
        """Whether every protocol is proved."""
        return all(proof.proved for proof in self.proofs)

    @property
    def checks(self) -> dict[str, tuple[str, ...]]:
        """The protocols that are fully proved, with the checks that were made: what a certificate says."""
        return {
            proof.protocol.id: tuple(sorted({result.check for result in proof.results}))
            for proof in self.proofs
            if proof.proved
        }


# In words ------------------------------------------------------------------------------------------


def text(report: Report, *, every: bool = False) -> str:
    """The report for a terminal. `every`: with each witness too."""
    lines: list[str] = []
    for proof in report.proofs:
        lines += _proof_lines(proof, every=every)
    if report.windows:
        lines += ["", "The drugs' own lists"]
        lines += [f"  · {finding.about}: {finding.says}" for finding in report.windows]
    if report.against is not None:
        lines += ["", f"Against {report.against}"]
        lines += [line for result in report.weaker for line in _failure(result)]
        if not report.weaker:
            lines.append("  ✓ nothing is newly permitted")
    lines += ["", "Not proved here"]
    lines += [f"  · {words}" for words in NOT_PROVED]
    left = sorted({name for proof in report.proofs for name in proof.not_here})
    if left:
        lines.append(f"  · company, by name: {', '.join(left)}")
    lines += ["", _closing(report)]
    return "\n".join(lines) + "\n"


def _proof_lines(proof: Proof, *, every: bool) -> list[str]:
    mark = "✓" if proof.proved else "✗"
    lines = [
        f"{mark} {proof.protocol.code}  {proof.protocol.title}  ({proof.protocol.id}, {proof.seconds:.1f} s)"
    ]
    for check in sorted({result.check for result in proof.results}):
        of_it = [result for result in proof.results if result.check == check]
        good = [result for result in of_it if result.proved]
        lines.append(
            f"  {'✓' if len(good) == len(of_it) else '✗'} {check}) {CHECKS[check]}: {len(good)} of {len(of_it)}"
        )
        for result in of_it:
            if not result.proved:
                lines += [f"  {line}" for line in _failure(result)]
            elif every:
                lines.append(f"    ✓ {result.about}: {result.says}")
                lines += [f"        {line}" for line in _timeline(result)]
    lines += [f"  · {finding.about}: {finding.says}" for finding in proof.findings]
    return lines


def _failure(result: Result) -> list[str]:
    lines = [f"  ✗ {result.about}: {result.says}"]
    if result.example is not None:
        lines += [f"      {line}" for line in result.example.timeline()]
        lines += ["      As a scenario:"]
        lines += [f"        {line}" for line in result.example.scenario(result.answer).splitlines()]
    return lines


def _timeline(result: Result) -> list[str]:
    return [] if result.example is None else result.example.timeline()


def _closing(report: Report) -> str:
    good = sum(proof.proved for proof in report.proofs)
    words = f"{good} of {len(report.proofs)} protocols proved, {report.asked} questions in {report.seconds:.1f} s."
    if report.stale:
        words += f" Certificate missing or stale: {', '.join(report.stale)}. Run `mainstay prove --certify`."
    return f"{words} Knowledge {report.library.digest[:12]}."


# For machines --------------------------------------------------------------------------------------


def data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "proved": report.proved,
        "digest": report.library.digest,
        "seconds": round(report.seconds, 2),
        "questions": report.asked,
        "protocols": [_proof_data(proof) for proof in report.proofs],
        "findings": [_finding_data(finding) for finding in report.windows],
        "against": report.against,
        "weaker": [_result_data(result) for result in report.weaker],
        "stale_certificates": list(report.stale),
        "not_proved": list(NOT_PROVED),
    }


def _proof_data(proof: Proof) -> dict[str, Any]:
    return {
        "protocol": proof.protocol.id, "code": proof.protocol.code, "digest": proof.protocol.digest,
        "proved": proof.proved, "seconds": round(proof.seconds, 2),
        "results": [_result_data(result) for result in proof.results],
        "findings": [_finding_data(finding) for finding in proof.findings],
        "company_not_proved": list(proof.not_here),
    }  # fmt: skip


def _result_data(result: Result) -> dict[str, Any]:
    made: dict[str, Any] = {
        "check": result.check, "about": result.about, "proved": result.proved, "says": result.says,
    }  # fmt: skip
    if result.undecided:
        made["undecided"] = True
    if result.example is not None:
        made["chart"] = result.example.document()
        made["timeline"] = result.example.timeline()
        made.update(result.answer)
    return made


def _finding_data(finding: Finding) -> dict[str, Any]:
    made: dict[str, Any] = {"about": finding.about, "says": finding.says}
    if finding.window is not None:
        made["minutes_before"] = list(finding.window.minutes)
    return made


# As a page -----------------------------------------------------------------------------------------

_CSS = """
:root { color-scheme: light dark; --ink: #1c2733; --paper: #fbfaf7; --line: #d5d2c8; --good: #1f7a4d; --bad: #b3261e;
        --dim: #5d6875; --card: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --paper: #14181c; --line: #343c45; --good: #6fcf97; --bad: #ff8a80; --dim: #9aa5b1;
          --card: #1b2127; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 60rem; background: var(--paper); color: var(--ink);
       font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
section, details { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem 1rem;
                   margin: .6rem 0; }
summary { cursor: pointer; }
.good { color: var(--good); } .bad { color: var(--bad); } .dim { color: var(--dim); }
.result { margin: .35rem 0; } pre { overflow-x: auto; font-size: .82rem; line-height: 1.4; }
ul { padding-left: 1.2rem; } svg { max-width: 100%; height: auto; display: block; }
svg text { fill: var(--ink); font: 11px system-ui, sans-serif; } svg .axis { stroke: var(--dim); }
svg .dose { fill: var(--bad); } svg .window { fill: var(--line); }
"""


def page(report: Report) -> str:
    """The report as one page that needs nothing else."""
    state = "good" if report.proved and not report.weaker else "bad"
    parts = [
        "<!doctype html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">', "<title>Mainstay: proof report</title>",
        f"<style>{_CSS}</style>", "</head>", "<body>", "<main>", "<h1>Proof report</h1>",
        f'<p class="{state}">{escape(_closing(report))}</p>',
        f'<p class="dim">Digest of all knowledge read: <code>{report.library.digest}</code></p>',
    ]  # fmt: skip
    if report.against is not None:
        parts.append(f"<h2>Against {escape(report.against)}</h2>")
        parts += [_result_html(result) for result in report.weaker] or [
            '<p class="good">Nothing is newly permitted.</p>'
        ]
    for proof in report.proofs:
        parts += _proof_html(proof)
    if report.windows:
        parts += ["<h2>The drugs&rsquo; own lists</h2>", *map(_finding_html, report.windows)]
    parts += ["<h2>What is not proved</h2>", "<ul>", *(f"<li>{escape(words)}</li>" for words in NOT_PROVED)]
    left = sorted({name for proof in report.proofs for name in proof.not_here})
    parts += [f"<li>Company: {escape(name)}</li>" for name in left]
    parts += ["</ul>", "</main>", "</body>", "</html>", ""]
    return "\n".join(parts)


def _proof_html(proof: Proof) -> list[str]:
    protocol = proof.protocol
    word, state = ("proved", "good") if proof.proved else ("not proved", "bad")
    parts = [
        f'<h2>{escape(protocol.code)} · {escape(protocol.title)} <span class="{state}">{word}</span></h2>',
        f'<p class="dim"><code>{escape(protocol.id)}</code> · digest <code>{protocol.digest[:12]}</code> · {proof.seconds:.1f} s</p>',
    ]
    for check in sorted({result.check for result in proof.results}):
        of_it = [result for result in proof.results if result.check == check]
        bad = [result for result in of_it if not result.proved]
        mark = f'<span class="{"bad" if bad else "good"}">{len(of_it) - len(bad)} of {len(of_it)}</span>'
        opened = " open" if bad else ""
        parts.append(f"<details{opened}><summary>{check}) {escape(CHECKS[check])}: {mark}</summary>")
        parts += [_result_html(result) for result in (*bad, *(one for one in of_it if one.proved))]
        parts.append("</details>")
    parts += [_finding_html(finding) for finding in proof.findings]
    return parts


def _result_html(result: Result) -> str:
    state, mark = ("good", "✓") if result.proved else ("bad", "✗")
    says = (
        f'<span class="{state}">{mark}</span> <strong>{escape(result.about)}</strong> {escape(result.says)}'
    )
    if result.example is None:
        return f'<div class="result">{says}</div>'
    opened = "" if result.proved else " open"
    lines = escape("\n".join(result.example.timeline()))
    scenario = escape(result.example.scenario(result.answer))
    return (
        f"<details{opened}><summary>{says}</summary><pre>{lines}</pre>"
        f"<details><summary>As a scenario</summary><pre>{scenario}</pre></details></details>"
    )


def _finding_html(finding: Finding) -> str:
    drawn = "" if finding.window is None else _svg(finding.window, finding.says)
    return (
        f"<section><p><strong>{escape(finding.about)}</strong>: {escape(finding.says)}</p>{drawn}</section>"
    )


def _svg(line: Line, says: str) -> str:
    """The doses of one window on a line of 24 hours, the last one at its right end."""
    width, left, right, axis = 640, 20, 620, 40

    def across(minutes: int) -> float:
        return round(right - (right - left) * minutes / 1_440, 1)

    hours = "".join(
        f'<text x="{across(hour * 60)}" y="62" text-anchor="middle">{f"&minus;{hour} h" if hour else "now"}</text>'
        f'<line class="axis" x1="{across(hour * 60)}" x2="{across(hour * 60)}" y1="{axis}" y2="46"/>'
        for hour in range(0, 25, 4)
    )
    doses = "".join(
        f'<circle class="dose" cx="{across(minutes)}" cy="{axis}" r="5"/>'
        f'<text x="{across(minutes)}" y="24" text-anchor="middle">{escape(shown)}</text>'
        for minutes, shown in zip(line.minutes, line.says, strict=True)
    )
    return (
        f'<svg viewBox="0 0 {width} 70" role="img" aria-label="{escape(says)}">'
        f'<rect class="window" x="{left}" y="{axis - 3}" width="{right - left}" height="6" rx="3"/>{hours}{doses}</svg>'
    )
