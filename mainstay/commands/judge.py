"""`mainstay judge`: one order or dose against everything that must not happen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mainstay.commands import terminal
from mainstay.engine import as_data, explain, limits, orders
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.verdicts import Verdict
from mainstay.engine.watch import watch

EXITS = {
    Verdict.ALLOW: 0, Verdict.INFORM: 0, Verdict.ASK: 10, Verdict.NEEDS_REASON: 11, Verdict.HOLD: 12, Verdict.REFUSE: 13,
}  # fmt: skip


@terminal.refusing
def run(
    chart: Path,
    order: str,
    pathway: str | None,
    now: str | None,
    *,
    act: str,
    as_json: bool,
    knowledge: Path | None,
    site: Path | None,
) -> int:
    library = terminal.library(knowledge, site)
    document = terminal.document(chart, library, now)
    if document.now is None:
        raise terminal.BadInput(f"{chart.name} does not say `now`: write it in, or give --now.")
    read = document.chart()
    facts = FactSheet(read, library.vocabulary)
    on = pathway or facts["pathway"].fact.choices[facts["pathway"].least]
    if on != "none":
        on = terminal.protocol_named(library, on).id
    proposal = replace(orders.read_order(order, library, act=act), pathway=on)
    judgement = limits.judge(proposal, facts, library)
    if as_json:
        alarms = [as_data.raised(one) for one in watch(facts, library)]
        terminal.print_json({"chart": document.title, **as_data.judgement(judgement), "alarms": alarms})
        return EXITS[judgement.verdict]
    console = terminal.console()
    verdict = str(judgement.verdict)
    console.print(f"[bold]{proposal}[/]: [{terminal.COLOURS[verdict]}]{verdict}[/]")
    for finding in judgement.findings:
        console.print(f"  · {explain.finding_text(finding, read)}")
    if judgement.asks:
        console.print(f"  Measure or ask first: [bold]{', '.join(judgement.asks)}[/]")
    for raised in watch(facts, library):
        console.print(f"[bold white on red] ALARM [/] {explain.raised_text(raised)}")
    return EXITS[judgement.verdict]
