"""`mainstay judge`: one order or dose against everything that must not happen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mainstay.commands import terminal
from mainstay.commands.advise import show_alarm
from mainstay.commands.terminal import DIM, Page
from mainstay.engine import as_data, explain, limits, orders
from mainstay.engine.chart import Chart
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.limits import Finding, Judgement
from mainstay.engine.orders import Proposal
from mainstay.engine.verdicts import Verdict
from mainstay.engine.watch import watch

EXITS = {
    Verdict.ALLOW: 0, Verdict.INFORM: 0, Verdict.ASK: 10, Verdict.NEEDS_REASON: 11, Verdict.HOLD: 12, Verdict.REFUSE: 13,
}  # fmt: skip

MEANS = {
    Verdict.ALLOW: "nothing stands against it",
    Verdict.INFORM: "it may go ahead; note this",
    Verdict.ASK: "something must be measured or asked first",
    Verdict.NEEDS_REASON: "a person may go on with a recorded reason",
    Verdict.HOLD: "not now",
    Verdict.REFUSE: "not as usual care",
}


@terminal.refusing
def run(
    chart: Path,
    order: str,
    pathway: str | None,
    now: str | None,
    *,
    act: str,
    every: bool,
    as_json: bool,
    knowledge: Path | None,
    site: Path | None,
) -> int:
    library = terminal.library(knowledge, site)
    document = terminal.document(chart, library, now)
    read = terminal.chart_of(document, chart)
    facts = FactSheet(read, library.vocabulary)
    on = pathway or facts["pathway"].fact.choices[facts["pathway"].least]
    if on != "none":
        on = terminal.protocol_named(library, on).id
    proposal = replace(orders.read_order(order, library, act=act), pathway=on)
    judgement = limits.judge(proposal, facts, library)
    alarms = watch(facts, library)
    if as_json:
        raised = [as_data.raised(one) for one in alarms]
        terminal.print_json({"chart": document.title, **as_data.judgement(judgement), "alarms": raised})
        return EXITS[judgement.verdict]
    page = Page()
    for one in alarms:
        show_alarm(page, one)
        page.gap()
    show_judgement(page, judgement, read, every=every)
    page.gap()
    page.line(
        f"As {'a dose now' if act == 'dose' else 'an order'}, on {document.title}, {read.shown(read.now)}.",
        style=DIM,
    )
    return EXITS[judgement.verdict]


def show_judgement(page: Page, judgement: Judgement, chart: Chart, *, every: bool) -> None:
    """Print the verdict, then each finding, the strongest first."""
    verdict = str(judgement.verdict)
    page.line(
        (f"{verdict.upper().replace('_', ' ')}  ", terminal.COLOURS[verdict]), (str(judgement.proposal), "bold"),
        f": {MEANS[judgement.verdict]}.",
    )  # fmt: skip
    # What is only not known is in what to ask, in a line, unless all is wanted.
    shown = [one for one in judgement.findings if every or one.verdict is not Verdict.ASK or not one.used]
    for finding in shown:
        show_finding(page, finding, judgement.proposal, chart)
    if judgement.asks:
        asked = explain.asked_text(judgement.asks)
        page.line((asked, "bold"), indent=2, mark="Ask or measure first: ")
    left = len(judgement.findings) - len(shown)
    if left:
        page.line(
            f"{left} finding{'s' if left > 1 else ''} wait{'' if left > 1 else 's'} for that: --all shows why.",
            indent=2,
            style=DIM,
        )


def show_finding(page: Page, finding: Finding, proposal: Proposal, chart: Chart, indent: int = 2) -> None:
    """Print one finding: why, because of which facts, what to do, on whose authority."""
    verdict = str(finding.verdict)
    page.line(
        (verdict.replace("_", " "), terminal.COLOURS[verdict]),
        f": {explain.finding_because(finding)}",
        indent=indent,
        mark="· ",
    )
    facts = explain.finding_facts(finding, proposal)
    if facts:
        page.line(" · ".join(facts), indent=indent + 2, style="cyan")
    for words in (finding.do, explain.finding_until(finding, chart)):
        if words:
            page.line(words, indent=indent + 2, mark="→ ")
    if finding.alarm:
        page.line(f"Tell {finding.alarm.to}.", indent=indent + 2, mark="→ ")
    if finding.cited:
        page.line(explain.sources_text(finding.cited), indent=indent + 2, style=DIM)
