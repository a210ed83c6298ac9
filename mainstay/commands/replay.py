"""`mainstay replay`: walk a case: at each moment what was done, what Mainstay would have said, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mainstay.commands import terminal
from mainstay.commands.advise import decided
from mainstay.engine import as_data, explain, limits
from mainstay.engine.chart import (
    TAKEN, Assessed, Chart, Course, Dosed, Entry, Happened, Measured, Noted, Ordered, Stopped, Takes, Took, make_chart,
)  # fmt: skip
from mainstay.engine.decide import Advice, Decision, State
from mainstay.engine.documents import Document
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge.library import Library
from mainstay.engine.limits import Judgement
from mainstay.engine.orders import Proposal
from mainstay.engine.watch import Raised


@dataclass(frozen=True)
class Moment:
    """One moment of a case: what was written down, how each dose would have been judged, and the advice after."""

    at: datetime
    chart: Chart
    done: tuple[Entry, ...]
    before: Decision | None
    judged: tuple[tuple[Dosed, Judgement], ...]
    after: Decision
    alarms: tuple[Raised, ...]


def walk(course: Course, library: Library, *, draft: bool) -> Iterator[Moment]:
    """Every moment of a course in order. A dose is judged on the chart as it was before it was given."""
    for at in course.moments:
        chart = course.chart_at(at)
        done = tuple(entry for entry in chart.entries if entry.recorded_at == at)
        doses = [entry for entry in done if isinstance(entry, Dosed) and entry.outcome in TAKEN]
        before, judged = None, []
        if doses:
            without = make_chart(
                at, (entry for entry in chart.entries if entry not in doses), chart.zone, chart.day_starts
            )
            before, _ = decided(without, library, draft=draft)
            facts = FactSheet(without, library.vocabulary)
            pathway = facts["pathway"].fact.choices[facts["pathway"].least]
            for dose in doses:
                proposal = Proposal(dose.drug, library.drugs.get(dose.drug), dose.dose, dose.route, pathway=pathway)
                judged.append((dose, limits.judge(proposal, facts, library)))
        after, alarms = decided(chart, library, draft=draft)
        yield Moment(at, chart, done, before, tuple(judged), after, alarms)


@terminal.refusing
def run(cases: list[Path], *, draft: bool, as_json: bool, knowledge: Path | None, site: Path | None) -> int:
    library = terminal.library(knowledge, site)
    # Everything is read before anything is shown: bad input leaves nothing half done.
    documents = [terminal.document(case, library) for case in cases]
    if as_json:
        terminal.print_json([case_data(document, library, draft=draft) for document in documents])
        return 0
    console = terminal.console()
    for document in documents:
        _show_case(console, document, library, draft=draft)
    return 0


def case_data(document: Document, library: Library, *, draft: bool) -> dict[str, Any]:
    """A walked case as plain data."""
    return {
        "case": document.title,
        "source": document.source,
        "moments": [
            {
                "at": moment.at.isoformat(),
                "done": [done_text(entry, library) for entry in moment.done],
                "judged": [as_data.judgement(judgement) for _, judgement in moment.judged],
                "before": as_data.decision(moment.before, ()) if moment.before else None,
                "after": as_data.decision(moment.after, moment.alarms),
            }
            for moment in walk(document.course, library, draft=draft)
        ],
    }


def _show_case(console: Any, document: Document, library: Library, *, draft: bool) -> None:
    console.rule(f"[bold]{document.title}[/]")
    for words in (document.about, f"Source: {document.source}" if document.source else ""):
        if words:
            console.print(words, style="italic")
    said: dict[str, str] = {}
    alarmed: set[str] = set()
    for moment in walk(document.course, library, draft=draft):
        console.print(f"\n[bold reverse] {moment.chart.shown(moment.at)} [/]")
        for entry in moment.done:
            words = done_text(entry, library)
            late = "" if entry.at == entry.recorded_at else f" (happened {moment.chart.shown(entry.at)})"
            console.print(f"  done     {words}{late}")
        for _, judgement in moment.judged:
            verdict = str(judgement.verdict)
            console.print(f"  [{terminal.COLOURS[verdict]}]{verdict:8}[/] {judgement.proposal}, as the chart stood before it")
            for finding in judgement.findings[:4]:
                console.print(f"           · {explain.finding_text(finding, moment.chart)}", style=terminal.COLOURS[str(finding.verdict)])
        if moment.before is not None:
            _show_changes(console, moment.before, moment.chart, said, "before")
        for raised in moment.alarms:
            if raised.id not in alarmed:
                console.print(f"  [bold white on red]ALARM[/]    {explain.raised_text(raised)}")
        alarmed = {raised.id for raised in moment.alarms}
        _show_changes(console, moment.after, moment.chart, said, "says")


def _show_changes(console: Any, decision: Decision, chart: Chart, said: dict[str, str], when: str) -> None:
    """Print each protocol whose answer is another than last time."""
    for advice in decision.advice:
        if advice.state in (State.NOT_FOR, State.ON_ANOTHER):
            said.pop(advice.protocol.id, None)
            continue
        words = _short(advice, chart)
        if said.get(advice.protocol.id) == words:
            continue
        said[advice.protocol.id] = words
        colour = terminal.COLOURS[str(advice.state)]
        console.print(f"  {when:8} [bold]{advice.protocol.code}[/] [{colour}]{explain.headline(advice)}[/]")
        for line in words.splitlines()[1:]:
            console.print(f"           · {line}")


def _short(advice: Advice, chart: Chart) -> str:
    lines = [explain.headline(advice)]
    if advice.state is not State.READY:
        lines += list(dict.fromkeys(reason.because for reason in advice.because))[:4]
        if advice.ask:
            lines.append(f"Measure or ask first: {', '.join(advice.ask[:6])}")
        lines += [words for words in (explain.until_text(advice.not_before, chart), explain.window_text(advice, chart)) if words]
        if advice.offers:
            lines.append("Possible now: " + "; ".join(offer.offer for offer in advice.offers))
    return "\n".join(lines)


def done_text(entry: Entry, library: Library) -> str:
    """What an entry says was done, in a line."""
    corrects = " (correction)" if entry.corrects else ""
    return _plain(entry, library) + corrects


def _plain(entry: Entry, library: Library) -> str:
    if isinstance(entry, Measured):
        fact = library.vocabulary.get(entry.what)
        return f"{entry.what} {fact.show(entry.steps) if fact else ''}".strip()
    if isinstance(entry, Assessed):
        instrument = library.instruments[entry.instrument]
        from mainstay.engine.facts.scores import total_of

        total = total_of(entry, instrument)
        return f"{instrument.short} {total if total is not None else 'incomplete'}" + (f" by {entry.by}" if entry.by else "")
    if isinstance(entry, Dosed):
        because = f": {entry.because}" if entry.because else ""
        return f"{entry.outcome.replace('_', ' ')} {entry.drug} {entry.dose} {entry.route}".strip() + because
    if isinstance(entry, Took):
        return f"took {entry.substance} {entry.dose or ''} outside".replace("  ", " ")
    if isinstance(entry, Ordered):
        return f"ordered {entry.drug} {entry.dose or ''}".strip()
    if isinstance(entry, Stopped):
        return f"stopped {entry.drug}"
    if isinstance(entry, Takes):
        return f"own medicines: {', '.join(entry.medicines) or 'none'}"
    if isinstance(entry, Happened):
        return entry.event
    return f"note: {entry.text}" if isinstance(entry, Noted) else type(entry).__name__


__all__ = ["Moment", "case_data", "run", "walk"]
