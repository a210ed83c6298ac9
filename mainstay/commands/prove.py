"""`mainstay prove`: can any chart at all make a protocol go wrong?

Exit 0: proved. 1: not proved, or the certificate is stale. 2: bad knowledge, or no solver. 3: weaker than before.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mainstay.commands import terminal
from mainstay.engine import certificates
from mainstay.engine.knowledge.library import Library

if TYPE_CHECKING:
    from mainstay.proof.report import Report

NOT_PROVED, WEAKER = 1, 3


@terminal.refusing
def run(
    *,
    knowledge: Path | None = None,
    site: Path | None = None,
    against: Path | None = None,
    protocol: str | None = None,
    html: Path | None = None,
    as_json: bool = False,
    budget: float = 60,
    certify: bool = False,
) -> int:
    used = terminal.library(knowledge, site)
    before = None if against is None else terminal.library(against, site)
    only = None if protocol is None else terminal.protocol_named(used, protocol).id
    if certify and only is not None:
        raise terminal.BadInput("a certificate is of the whole library: leave --protocol out.")
    report = make(used, before, only, budget, str(against) if against is not None else None)
    if certify:
        certificates.write(used, report.checks)
        report = _certified(report)
    show(report, html, as_json=as_json)
    if not report.proved or (report.stale and only is None):
        return NOT_PROVED
    return WEAKER if report.weaker else 0


def make(
    used: Library, before: Library | None, only: str | None, budget: float, against: str | None
) -> Report:
    """Ask everything. Raises BadInput where the solver is not installed."""
    try:
        from mainstay.proof import checks, report, weaker
        from mainstay.proof.solver import Budget, Undecided
    except ModuleNotFoundError as missing:
        if missing.name != "z3":
            raise
        raise terminal.BadInput(
            "proving needs the solver z3, which the bedside does not. Install it with `pip install mainstay[proof]`."
        ) from missing
    limit = Budget(budget, time.monotonic)
    proofs = tuple(checks.prove(used, limit, only))
    windows: tuple[checks.Finding, ...] = ()
    weak: tuple[checks.Result, ...] = ()
    # When the time is up, the proofs say so already.
    with suppress(Undecided):
        windows = tuple(checks.windows(used, limit)) if only is None else ()
    if before is not None:
        weak = tuple(weaker.weaker(before, used, limit, only))
    proved = {
        proof.protocol.id: tuple(sorted({one.check for one in proof.results}))
        for proof in proofs
        if proof.proved
    }
    stale = certificates.stale(used, proved)
    return report.Report(used, proofs, windows, against, weak, stale, limit.used, limit.asked)


def _certified(report: Report) -> Report:
    return replace(report, stale=certificates.stale(report.library, report.checks))


def show(report: Report, html: Path | None, *, as_json: bool) -> None:
    """Print the report, and write its page."""
    from mainstay.proof import report as reports

    if html is not None:
        try:
            html.write_text(reports.page(report), encoding="utf-8")
        except OSError as error:
            raise terminal.BadInput(f"{html} can't be written: {error}") from error
    if as_json:
        terminal.print_json(reports.data(report))
    else:
        print(reports.text(report), end="")
