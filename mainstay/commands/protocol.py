"""`mainstay protocol`: a protocol as a clinician reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mainstay.commands import terminal
from mainstay.engine import certificates, explain
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Protocol, Rule, Step
from mainstay.engine.quantities import UNITS, Quantity

SECTIONS = {
    "for_whom": "For", "never_if": "Never if", "start_when": "Start when", "hold_if": "Hold if", "alarms": "Tell someone",
    "escalate": "To the prescriber", "ends_when": "Ends when",
}  # fmt: skip


@terminal.refusing
def run(name: str | None, *, as_json: bool, knowledge: Path | None, site: Path | None) -> int:
    library = terminal.library(knowledge, site)
    certified = certificates.certified(library)
    if name is None:
        rows = [
            {
                "id": one.id, "code": one.code, "title": one.title, "checked_by": one.review.checked_by,
                "proved": one.digest in certified,
            }
            for one in library.protocols.values()
        ]  # fmt: skip
        if as_json:
            terminal.print_json(rows)
            return 0
        for row in rows:
            proved = "proved" if row["proved"] else "not proved"
            print(f"{row['code']:6} {row['id']:44} {row['title']} ({proved}; checked by {row['checked_by']})")
        return 0
    one = terminal.protocol_named(library, name)
    if as_json:
        terminal.print_json(as_data(one))
        return 0
    _show(terminal.console(), one, library, proved=one.digest in certified)
    return 0


def as_data(protocol: Protocol) -> dict[str, Any]:
    """A protocol as plain data."""
    return {
        "id": protocol.id,
        "code": protocol.code,
        "title": protocol.title,
        "says": protocol.says,
        "digest": protocol.digest,
        "review": {"written_by": protocol.review.written_by, "checked_by": protocol.review.checked_by,
                   "review_by": str(protocol.review.review_by)},
        **{section: [rule_data(rule) for rule in getattr(protocol, section)] for section in SECTIONS},
        "steps": [step_data(step) for step in protocol.steps],
        "alternatives": [{"offer": one.offer, "protocol": one.protocol or None} for one in protocol.alternatives],
    }  # fmt: skip


def rule_data(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id, "when": str(rule.when), "because": rule.because, "do": rule.do or None,
        "then": str(rule.then) if rule.then is not None else None, "sources": [str(one) for one in rule.cited],
    }  # fmt: skip


def step_data(step: Step) -> dict[str, Any]:
    return {
        "id": step.id, "title": step.title, "starts": step.starts, "when": str(step.when), "give": give_text(step),
        "do": step.do or None, "before": [str(one) for one in step.before], "because": step.because,
        "sources": [str(one) for one in step.cited],
    }  # fmt: skip


def give_text(step: Step) -> str | None:
    """The dose of a step in words."""
    give = step.give
    if give is None:
        return None
    dose = str(give.dose) if give.dose is not None else str(give.dose_fact.name if give.dose_fact else "")
    more = f" plus {give.plus}" if give.plus else f" to {give.up_to}" if give.up_to else ""
    every = f", every {Quantity(give.every, UNITS['h'])}" if give.every else ""
    return f"{give.drug} {dose}{more} {give.route}{every}"


def _show(console: Any, protocol: Protocol, library: Library, *, proved: bool) -> None:
    console.print(f"[bold]{protocol.code}  {protocol.title}[/]\n{protocol.says}")
    console.print(
        f"Written by {protocol.review.written_by}; checked by [bold]{protocol.review.checked_by}[/]; look again by "
        f"{protocol.review.review_by}. {'Proved' if proved else '[magenta]Not proved[/]'}.",
    )
    for section, title in SECTIONS.items():
        rules = getattr(protocol, section)
        if rules:
            console.print(f"\n[bold]{title}[/]")
        for rule in rules:
            then = f" [{terminal.COLOURS[str(rule.then)]}]{rule.then}[/]" if rule.then is not None else ""
            console.print(f"  · {rule.when}{then}")
            console.print(f"      {rule.because}" + (f" → {rule.do}" if rule.do else ""))
            console.print(f"      {explain.sources_text(rule.cited)}", style="bright_black")
        if section == "start_when":
            _show_steps(console, protocol)
    if protocol.alternatives:
        console.print("\n[bold]Possible when not yet[/]")
        for one in protocol.alternatives:
            console.print(f"  · {one.offer}")
    if not protocol.shared:
        gates = ", ".join(gate.id for gate in library.gates)
        console.print(f"\n[bright_black]The gates hold for it too: {gates}.[/]")


def _show_steps(console: Any, protocol: Protocol) -> None:
    if protocol.steps:
        console.print("\n[bold]Steps[/]")
    for step in protocol.steps:
        console.print(f"  [bold]{step.id}[/]  {step.title}" + (" [cyan](a first step)[/]" if step.starts else ""))
        console.print(f"      when {step.when}")
        console.print(f"      [green]{give_text(step) or step.do}[/]")
        if step.before:
            console.print(f"      before: {', '.join(str(one) for one in step.before)}")
        if step.reassess:
            again = ", ".join(f"{name} after {Quantity(after, UNITS['h'])}" for name, after in step.reassess)
            console.print(f"      then: {again}")
        console.print(f"      {step.because}")
        console.print(f"      {explain.sources_text(step.cited)}", style="bright_black")
