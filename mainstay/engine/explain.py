"""Explain: advice, judgements and alarms in words: what, why, on whose authority, what is missing, what instead."""

from __future__ import annotations

from datetime import datetime

from mainstay.engine.chart import Chart
from mainstay.engine.conditions import Used
from mainstay.engine.decide import Advice, Reason, State
from mainstay.engine.limits import Finding, Judgement
from mainstay.engine.quantities import UNITS, Quantity
from mainstay.engine.sources import Citation
from mainstay.engine.watch import Raised


def headline(advice: Advice) -> str:
    """The answer in a line: "ready: Buprenorphine/naloxone 2 mg to 4 mg sublingual"."""
    if advice.state is State.READY and advice.recommended is not None:
        reason = " (needs a reason)" if advice.verdict.name == "NEEDS_REASON" else ""
        return f"ready: {dose_text(advice)}{reason}"
    if advice.state is State.READY and advice.step is not None:
        return f"ready: {advice.step.do}"
    return str(advice.state)


def dose_text(advice: Advice) -> str:
    """The dose recommended, with its upper end."""
    proposal = advice.recommended
    assert proposal is not None and proposal.drug is not None
    up_to = f" to {advice.up_to}" if advice.up_to else ""
    every = advice.step.give.every if advice.step and advice.step.give else None
    often = f", then every {Quantity(every, UNITS['h'])}" if every else ""
    return f"{proposal.drug.title} {proposal.dose}{up_to} {proposal.route}{often}".strip()


def used_text(used: Used) -> str:
    """One fact as it was read: "systolic_bp 88 mmHg, 5 min old"."""
    return f"{used.leaf.fact.name} {used.value}"


def sources_text(cited: tuple[Citation, ...]) -> str:
    """Who says so; an unverified source says that it is."""
    said = [f"{citation}" + ("" if citation.verified else ", unverified") for citation in cited]
    return "; ".join(dict.fromkeys(said))


def reason_text(reason: Reason) -> str:
    """A because, with the facts behind it and its source."""
    facts = "; ".join(dict.fromkeys(used_text(one) for one in reason.used))
    parts = [reason.because, f"({facts})" if facts else "", f"[{sources_text(reason.cited)}]" if reason.cited else ""]
    return " ".join(part for part in parts if part)


def finding_text(finding: Finding, chart: Chart) -> str:
    """One finding of the interlock."""
    facts = "; ".join(dict.fromkeys(used_text(one) for one in finding.used))
    parts = [
        f"{finding.verdict}: {finding.because}",
        f"({facts})" if facts else "",
        finding.do,
        until_text(finding.until, chart),
        f"[{sources_text(finding.cited)}]" if finding.cited else "",
    ]
    return " ".join(part for part in parts if part)


def until_text(moment: datetime | None, chart: Chart) -> str:
    """ "Not before Tue 3 Mar 14:40." or nothing."""
    return f"Not before {chart.shown(moment)}." if moment else ""


def window_text(advice: Advice, chart: Chart) -> str:
    """When the step usually becomes possible, or why nobody can say."""
    window = advice.window
    if window is None:
        return ""
    if window.start is None or window.end is None:
        return f"{window.substance.title}: {window.says}"
    return f"Likely {chart.shown(window.start)} to {chart.shown(window.end)}: {window.says}"


def measure_text(advice: Advice) -> str:
    """What to measure next, and when."""
    return ", ".join(f"{name} in {Quantity(after, UNITS['h'])}" for name, after in advice.measure)


def advice_text(advice: Advice, chart: Chart) -> str:
    """One protocol's advice as plain text, every part of it."""
    lines = [f"{advice.protocol.code} {advice.protocol.title}: {headline(advice)}."]
    lines += [f"Because: {reason_text(reason)}" for reason in advice.because]
    if advice.judgement is not None:
        lines += [finding_text(finding, chart) for finding in advice.judgement.findings]
    if advice.ask:
        lines.append(f"Measure or ask first: {', '.join(advice.ask)}.")
    lines += [until_text(advice.not_before, chart), window_text(advice, chart)]
    if advice.measure:
        lines.append(f"Next: {measure_text(advice)}.")
    lines += [f"Possible now: {offer.offer}" for offer in advice.offers]
    return "\n".join(line for line in lines if line)


def judgement_text(judgement: Judgement, chart: Chart) -> str:
    """What the interlock says to a proposal, as plain text."""
    lines = [f"{judgement.proposal}: {judgement.verdict}."]
    lines += [finding_text(finding, chart) for finding in judgement.findings]
    return "\n".join(lines)


def raised_text(raised: Raised) -> str:
    """An alarm as plain text."""
    within = Quantity(raised.alarm.within, UNITS["min"])
    then = f", then {raised.alarm.then_to}" if raised.alarm.then_to else ""
    facts = "; ".join(dict.fromkeys(used_text(one) for one in raised.used))
    parts = [f"Tell {raised.alarm.to} within {within}{then}: {raised.because}", f"({facts})" if facts else "", raised.do]
    return " ".join(part for part in parts if part)
