"""`mainstay advise`: what every protocol says of a chart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mainstay.commands import terminal
from mainstay.commands.terminal import DIM, Page
from mainstay.engine import as_data, certificates, decide, explain
from mainstay.engine.chart import Chart
from mainstay.engine.decide import Advice, Decision, Reason, State
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge.library import Library
from mainstay.engine.truth import UNKNOWN
from mainstay.engine.verdicts import Verdict
from mainstay.engine.watch import Raised, watch

# Said in one line together, unless everything is asked for.
_QUIET = (State.RULED_OUT, State.NOT_FOR, State.ON_ANOTHER, State.OVER, State.NOT_OFFERED)
# So many reasons are read; the others are counted.
_MOST_REASONS = 6
MOST_ASKED = 8


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
    read = terminal.chart_of(document, chart)
    decision, alarms = decided(read, used, draft=draft)
    if protocol is not None:
        wanted = terminal.protocol_named(used, protocol)
        if wanted.shared:
            raise terminal.BadInput(
                f"{wanted.code} are gates: they hold for every protocol and advise nothing alone."
            )
        decision = replace(decision, advice=(decision.of(wanted.id),))
    if as_json:
        terminal.print_json({"chart": document.title, **as_data.decision(decision, alarms)})
        return 0
    page = Page()
    page.line((document.title, "bold"), f"  {read.shown(read.now)} ({read.zone})")
    if document.not_checked:
        page.line(
            ("Not checked", "magenta"), f": {', '.join(document.not_checked)}. Mainstay has no file on them."
        )
    show(page, decision, alarms, read, every=every or protocol is not None)
    return 0


def decided(chart: Chart, library: Library, *, draft: bool) -> tuple[Decision, tuple[Raised, ...]]:
    """The decision and the alarms of one chart."""
    facts = FactSheet(chart, library.vocabulary)
    certified = None if draft else certificates.certified(library)
    return decide.decide(chart, library, certified, facts), watch(facts, library)


def show(page: Page, decision: Decision, alarms: tuple[Raised, ...], chart: Chart, *, every: bool) -> None:
    """Print a decision for a person: alarms first, then what is ready, then what is not and why."""
    for raised in alarms:
        page.gap()
        show_alarm(page, raised)
    quiet: dict[State, list[str]] = {}
    for advice in decision.advice:
        with_reason = advice.verdict is Verdict.NEEDS_REASON
        if advice.state in _QUIET and not with_reason and not every:
            quiet.setdefault(advice.state, []).append(advice.protocol.code)
        else:
            page.gap()
            show_advice(page, advice, chart, every=every)
    if quiet:
        said = "; ".join(f"{state}: {', '.join(codes)}" for state, codes in quiet.items())
        page.gap()
        page.line(f"Also looked at, {said}. --all shows why.", style=DIM)
    if State.NOT_OFFERED in quiet:
        page.line("`mainstay prove --certify` proves them; --draft shows what they would say.", style=DIM)
    if decision.look_again_at:
        page.line(f"Time alone changes this at {chart.shown(decision.look_again_at)}.", style=DIM)
    unchecked = [advice.protocol.code for advice in decision.advice if not advice.protocol.review.is_checked]
    if unchecked:
        page.line(f"Not yet checked by a clinician: {', '.join(unchecked)}.", style=DIM)
    page.line("Mainstay recommends; a named person decides.", style=DIM)


def show_alarm(page: Page, raised: Raised) -> None:
    """Print one alarm: whom to tell, why, what to do, on whose authority."""
    page.line((" ALARM ", "bold white on red"), (f" {explain.alarm_text(raised)}", "bold red"))
    page.line(raised.because, indent=4)
    facts = tuple(dict.fromkeys(explain.used_text(one) for one in raised.used))
    if facts:
        page.line(" · ".join(facts), indent=6, style="cyan")
    if raised.do:
        page.line(raised.do, indent=4, mark="→ ")
    if raised.cited:
        page.line(explain.sources_text(raised.cited), indent=6, style=DIM)


def show_advice(page: Page, advice: Advice, chart: Chart, *, every: bool) -> None:
    """Print one protocol's advice: the answer, then why, then what is missing, when, and what instead."""
    colour = terminal.COLOURS[str(advice.state)]
    word, _, answer = explain.headline(advice).partition(": ")
    code = f"{advice.protocol.code:<6}"
    page.line((code, "bold"), (word.upper(), colour), (f"  {answer}" if answer else "", "bold"))
    step = advice.step.title if advice.step and advice.state is not State.NOT_FOR else ""
    page.line(advice.protocol.title + (f" — {step}" if step else ""), indent=6, style=DIM)
    show_reasons(page, advice, every=every)
    show_missing(page, advice, chart, every=every)
    if advice.measure:
        page.line(("Next    ", "bold"), explain.measure_text(advice), indent=6)
    for offer in advice.offers:
        page.line((offer.offer, "green"), indent=6, mark="Possible now: ")
    cited = tuple(citation for reason in reasons_shown(advice, every=every)[0] for citation in reason.cited)
    if cited:
        page.line(explain.sources_text(cited), indent=6, mark="Says so: ", style=DIM)


def show_reasons(page: Page, advice: Advice, *, every: bool) -> None:
    """Print why: each reason, with the facts behind it."""
    shown, left = reasons_shown(advice, every=every)
    # What the headline says already, and what two reasons ask for alike, is said once.
    told = {explain.headline(advice).partition(": ")[2]}
    for reason in shown:
        page.line(explain.because_text(reason), indent=6, mark="· ")
        facts = explain.facts_of(reason)
        if facts:
            page.line(" · ".join(facts), indent=8, style="cyan")
        if reason.do and reason.do not in told:
            page.line(reason.do, indent=8, mark="→ ")
            told.add(reason.do)
    if left:
        page.line(f"and {left} more reason{'s' if left > 1 else ''}: --all", indent=6, style=DIM)
    for finding in advice.judgement.findings if advice.judgement else ():
        if finding.verdict is not Verdict.HOLD and finding.because not in {
            reason.because for reason in shown
        }:
            page.line(
                f"{finding.verdict}: {explain.finding_because(finding)}", indent=6, mark="! ", style="yellow"
            )


def reasons_shown(advice: Advice, *, every: bool) -> tuple[list[Reason], int]:
    """The reasons worth reading first, and how many are left out: what is only not known is in what to ask."""
    if every:
        return list(advice.because), 0
    known = [reason for reason in advice.because if reason.truth is not UNKNOWN or _is_half_known(reason)]
    return known[:_MOST_REASONS], len(known[_MOST_REASONS:])


def _is_half_known(reason: Reason) -> bool:
    """Whether something is known after all: "at least 4 mg" is worth reading."""
    return any(not one.value.is_known and one.value.least > one.leaf.fact.least for one in reason.used)


def show_missing(page: Page, advice: Advice, chart: Chart, *, every: bool) -> None:
    """Print what to measure or ask, and when it may be time."""
    if advice.ask:
        asked = explain.asked_text(advice.ask, None if every else MOST_ASKED)
        page.line((asked, "bold"), indent=6, mark="Ask or measure first: ")
    for words in (explain.until_text(advice.not_before, chart), explain.window_text(advice, chart)):
        if words:
            page.line(words, indent=6)
