"""`mainstay advise`: what every protocol says of a chart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mainstay.commands import terminal
from mainstay.engine import as_data, certificates, decide, explain
from mainstay.engine.chart import Chart
from mainstay.engine.decide import Advice, Decision, State
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge.library import Library
from mainstay.engine.watch import Raised, watch

_QUIET = (State.NOT_FOR, State.ON_ANOTHER)


@terminal.refusing
def run(
    chart: Path,
    protocol: str | None,
    now: str | None,
    *,
    every: bool,
    draft: bool,
    as_json: bool,
    knowledge: Path | None,
    site: Path | None,
) -> int:
    used = terminal.library(knowledge, site)
    document = terminal.document(chart, used, now)
    if document.now is None:
        raise terminal.BadInput(f"{chart.name} does not say `now`: write it in, or give --now.")
    read = document.chart()
    decision, alarms = decided(read, used, draft=draft)
    if protocol is not None:
        wanted = terminal.protocol_named(used, protocol)
        decision = decide.Decision(
            decision.now, (decision.of(wanted.id),), decision.digest, decision.look_again_at
        )
    if as_json:
        terminal.print_json({"chart": document.title, **as_data.decision(decision, alarms)})
        return 0
    console = terminal.console()
    console.print(f"[bold]{document.title}[/]  {read.shown(read.now)}  ({read.zone})")
    if document.not_checked:
        console.print(f"[magenta]Not checked[/]: {', '.join(document.not_checked)}. Mainstay has no file on them.")
    show(console, decision, alarms, read, used, every=every or protocol is not None)
    return 0


def decided(chart: Chart, library: Library, *, draft: bool) -> tuple[Decision, tuple[Raised, ...]]:
    """The decision and the alarms of one chart."""
    facts = FactSheet(chart, library.vocabulary)
    certified = None if draft else certificates.certified(library)
    return decide.decide(chart, library, certified, facts), watch(facts, library)


def show(
    console: Any, decision: Decision, alarms: tuple[Raised, ...], chart: Chart, library: Library, *, every: bool
) -> None:
    """Print a decision for a person: alarms first, then what is ready, then what is not and why."""
    for raised in alarms:
        console.print(f"[bold white on red] ALARM [/] {explain.raised_text(raised)}")
        if raised.cited:
            console.print(f"        [bright_black]{explain.sources_text(raised.cited)}[/]")
    quiet = []
    for advice in decision.advice:
        if advice.state in _QUIET and not every:
            quiet.append(advice)
        else:
            show_advice(console, advice, chart)
    if quiet:
        codes = ", ".join(f"{advice.protocol.code} ({advice.state})" for advice in quiet)
        console.print(f"\n[bright_black]Not shown: {codes}. --all shows why.[/]")
    if decision.look_again_at:
        console.print(f"[bright_black]Time alone changes this at {chart.shown(decision.look_again_at)}.[/]")
    console.print("[bright_black]Mainstay recommends; a named person decides. Nobody clinical has checked these files yet.[/]"
                  if any(advice.protocol.review.checked_by == "nobody yet" for advice in decision.advice) else "")  # fmt: skip


def show_advice(console: Any, advice: Advice, chart: Chart) -> None:
    """Print one protocol's advice."""
    colour = terminal.COLOURS[str(advice.state)]
    console.print(
        f"\n[bold]{advice.protocol.code}[/] {advice.protocol.title}\n  [{colour}]{explain.headline(advice)}[/]"
        f" [bright_black]{advice.verdict}[/]"
    )
    for reason in advice.because:
        console.print(f"  · {reason.because}")
        for text in dict.fromkeys(explain.used_text(one) for one in reason.used):
            console.print(f"      {text}", style="cyan")
        if reason.do:
            console.print(f"      → {reason.do}")
        if reason.cited:
            console.print(f"      {explain.sources_text(reason.cited)}", style="bright_black")
    if advice.judgement is not None:
        for finding in advice.judgement.findings:
            console.print(f"  · {explain.finding_text(finding, chart)}", style="yellow")
    if advice.ask:
        console.print(f"  Measure or ask first: [bold]{', '.join(advice.ask)}[/]")
    for text in (explain.until_text(advice.not_before, chart), explain.window_text(advice, chart)):
        if text:
            console.print(f"  {text}")
    if advice.measure:
        console.print(f"  Next: {explain.measure_text(advice)}")
    for offer in advice.offers:
        console.print(f"  Possible now: {offer.offer}", style="green")
