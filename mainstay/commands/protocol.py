"""`mainstay protocol`: a protocol as a clinician reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mainstay.commands import terminal
from mainstay.commands.terminal import DIM, Page
from mainstay.engine import certificates, explain, words
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
        page = Page()
        for row in rows:
            proved = "" if row["proved"] else " Not proved: shown, not offered."
            page.line((str(row["title"]), ""), mark=f"{row['code']:7}")
            page.line(f"{row['id']}; checked by {row['checked_by']}.{proved}", indent=7, style=DIM)
        return 0
    one = terminal.protocol_named(library, name)
    if as_json:
        terminal.print_json(as_data(one))
        return 0
    _show(Page(), one, library, proved=one.digest in certified)
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


def _show(page: Page, protocol: Protocol, library: Library, *, proved: bool) -> None:
    page.rule(f"{protocol.code}  {protocol.title}")
    page.line(protocol.says)
    page.line(
        f"Written by {protocol.review.written_by}; checked by ", (protocol.review.checked_by, "bold"),
        f"; look again by {protocol.review.review_by}. ",
        ("Proved." if proved else "Not proved: shown, not offered.", "green" if proved else "magenta"),
    )  # fmt: skip
    for section, title in SECTIONS.items():
        rules = getattr(protocol, section)
        if rules:
            page.gap()
            page.line((title, "bold"))
        for rule in rules:
            _show_rule(page, rule)
        if section == "start_when":
            _show_steps(page, protocol)
    if protocol.alternatives:
        page.gap()
        page.line(("Possible when not yet", "bold"))
        for one in protocol.alternatives:
            page.line(one.offer, indent=2, mark="· ")
    if not protocol.shared and library.gates:
        page.gap()
        page.line(f"The gates hold for it too: {', '.join(gate.id for gate in library.gates)}.", style=DIM)


def _show_rule(page: Page, rule: Rule) -> None:
    then = f"  {str(rule.then).replace('_', ' ')}" if rule.then is not None else ""
    page.line(
        words.condition_text(rule.when), (then, terminal.COLOURS.get(str(rule.then), "")), indent=2, mark="· "
    )
    page.line(rule.because, indent=6, style="cyan")
    if rule.do:
        page.line(rule.do, indent=6, mark="→ ")
    page.line(explain.sources_text(rule.cited), indent=6, style=DIM)


def _show_steps(page: Page, protocol: Protocol) -> None:
    if protocol.steps:
        page.gap()
        page.line(("Steps", "bold"), " (at most one of them applies)")
    for step in protocol.steps:
        page.line(
            (step.title, "bold"), (" (a first step)" if step.starts else "", "cyan"), indent=2, mark="· "
        )
        page.line((give_text(step) or step.do, "green"), indent=6)
        page.line(words.condition_text(step.when), indent=6, mark="when ")
        if step.before:
            page.line(_before_text(step), indent=6, mark="before it ")
        if step.reassess:
            again = ", ".join(
                f"{words.fact_name(name)} after {Quantity(after, UNITS['h'])}"
                for name, after in step.reassess
            )
            page.line(again, indent=6, mark="then ")
        page.line(step.because, indent=6, style="cyan")
        page.line(explain.sources_text(step.cited), indent=6, style=DIM)


def _before_text(step: Step) -> str:
    by_age: dict[int, list[str]] = {}
    for leaf in step.before:
        by_age.setdefault(leaf.seconds, []).append(words.fact_name(leaf.fact.name))
    return "; ".join(
        f"{', '.join(names)} no older than {Quantity(age, UNITS['s'])}" for age, names in by_age.items()
    )
