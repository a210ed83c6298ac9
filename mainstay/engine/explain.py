"""Explain: advice, judgements and alarms in words: what, why, on whose authority, what is missing, what instead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mainstay.engine import words
from mainstay.engine.chart import Chart
from mainstay.engine.conditions import Compare, Used
from mainstay.engine.decide import Advice, Reason, State
from mainstay.engine.facts.registry import Kind
from mainstay.engine.limits import Finding, Judgement
from mainstay.engine.orders import Proposal
from mainstay.engine.quantities import UNITS, Quantity
from mainstay.engine.sources import Citation
from mainstay.engine.truth import NO, UNKNOWN, YES, Truth
from mainstay.engine.verdicts import Verdict
from mainstay.engine.watch import Raised

# The answer -----------------------------------------------------------------------------------


def headline(advice: Advice) -> str:
    """The answer in a line: "ready: Buprenorphine/naloxone 2 mg to 4 mg sublingual"."""
    if advice.state is State.READY and advice.recommended is not None:
        reason = " (needs a reason)" if advice.verdict is Verdict.NEEDS_REASON else ""
        return f"ready: {dose_text(advice)}{reason}"
    if advice.state is State.READY and advice.step is not None:
        return f"ready: {advice.step.do}"
    if advice.state is State.RULED_OUT and advice.verdict is Verdict.NEEDS_REASON:
        return "only with a reason"
    return str(advice.state)


def dose_text(advice: Advice) -> str:
    """The dose recommended, with its upper end."""
    proposal = advice.recommended
    assert proposal is not None
    assert proposal.drug is not None
    up_to = f" to {advice.up_to}" if advice.up_to else ""
    every = advice.step.give.every if advice.step and advice.step.give else None
    often = f", then every {Quantity(every, UNITS['h'])}" if every else ""
    return f"{proposal.drug.title} {proposal.dose}{up_to} {proposal.route}{often}".strip()


# Why ------------------------------------------------------------------------------------------


def telling(used: Iterable[Used], truth: Truth) -> tuple[Used, ...]:
    """The facts that made an answer what it is, each once."""
    every = tuple(used)
    if truth is UNKNOWN:
        told = tuple(one for one in every if not one.value.is_known) or every
    else:
        told = tuple(one for one in every if one.truth is truth) or every
    return tuple({one.leaf.fact.name: one for one in reversed(told)}.values())[::-1]


def facts_of(reason: Reason) -> tuple[str, ...]:
    """The facts behind a reason in words; beside what is not there yet, how much of it is wanted."""
    bounds = {(one.leaf.fact.name, str(one.leaf)) for one in reason.used if isinstance(one.leaf, Compare)}
    # Beside a fact that several alternatives ask for, one of their bounds would mislead.
    alternatives = len(bounds) > len({name for name, _ in bounds})
    wanted = reason.truth is NO or reason.because.startswith("Needed")
    say = words.wanted_text if wanted and not alternatives else words.used_text
    return tuple(dict.fromkeys(say(one) for one in _worth_saying(telling(reason.used, reason.truth))))


def _worth_saying(used: tuple[Used, ...]) -> tuple[Used, ...]:
    """Without what only says for whom the rule is (no dose so far), or what its because says already (nobody asked)."""
    said = tuple(
        one
        for one in used
        if one.leaf.fact.kind is not Kind.LEDGER or not (_is_nothing(one) or _is_yes_or_no(one))
    )
    not_asked = [one for one in said if one.leaf.fact.name.startswith("on_") and not one.value.is_known]
    # One medicine nobody asked about stands for a whole class of them.
    return tuple(one for one in said if len(not_asked) <= 3 or one not in not_asked)


def _is_nothing(one: Used) -> bool:
    return one.value.most == 0 and not one.leaf.fact.name.startswith("time_since")


def _is_yes_or_no(one: Used) -> bool:
    return one.leaf.fact.choices == ("no", "yes") and not one.leaf.fact.name.startswith("on_")


def because_text(reason: Reason) -> str:
    """A because in words. What is only not known is never said as if it were so."""
    if reason.truth is not UNKNOWN or not reason.used or reason.because.startswith("Needed"):
        return reason.because
    return f"Not known: {_not_known(reason.used)}. It matters here: {reason.because}"


def _not_known(used: Iterable[Used]) -> str:
    """What nobody knows, each thing once: forty medicines nobody was asked about are one question."""
    told = [one.leaf.fact.name for one in telling(used, UNKNOWN)]
    medicines = sum(name.startswith("on_") for name in told)
    names = (
        words.asked_name(name) if medicines > 3 and name.startswith("on_") else words.fact_name(name)
        for name in told
    )
    return ", ".join(dict.fromkeys(names))


def used_text(used: Used) -> str:
    """One fact as it was read: "systolic blood pressure 88 mmHg, 5 min old"."""
    return words.used_text(used)


def sources_text(cited: tuple[Citation, ...]) -> str:
    """Who says so; an unverified source says that it is."""
    said = [f"{citation}" + ("" if citation.verified else ", unverified") for citation in cited]
    return "; ".join(dict.fromkeys(said))


def reason_text(reason: Reason) -> str:
    """A because, with the facts behind it and its source."""
    facts = "; ".join(facts_of(reason))
    parts = [
        because_text(reason), f"({facts})" if facts else "", reason.do,
        f"[{sources_text(reason.cited)}]" if reason.cited else "",
    ]  # fmt: skip
    return " ".join(part for part in parts if part)


def finding_facts(finding: Finding, proposal: Proposal | None = None) -> tuple[str, ...]:
    """The facts behind a finding of the interlock, in words; beside a total, the dose that comes on top."""
    truth = UNKNOWN if finding.verdict is Verdict.ASK else YES
    said = []
    for one in _worth_saying(telling(finding.used, truth)):
        on_top = (
            proposal is not None and proposal.dose is not None and one.leaf.fact.name.endswith("_in_24_hours")
        )
        said.append(words.used_text(one) + (f" and this {proposal.dose}" if on_top and proposal else ""))
    return tuple(dict.fromkeys(said))


def finding_because(finding: Finding) -> str:
    """What the interlock found, in words. What is only not known is never said as if it were so."""
    unknown = [one for one in finding.used if one.truth is UNKNOWN]
    if any(one.truth is YES for one in finding.used) or not unknown:
        return finding.because
    return f"Not known: {_not_known(unknown)}. It matters here: {finding.because}"


def finding_text(finding: Finding, chart: Chart) -> str:
    """One finding of the interlock."""
    facts = "; ".join(finding_facts(finding))
    parts = [
        f"{finding.verdict}: {finding_because(finding)}",
        f"({facts})" if facts else "",
        finding.do,
        finding_until(finding, chart),
        f"[{sources_text(finding.cited)}]" if finding.cited else "",
    ]
    return " ".join(part for part in parts if part)


def finding_until(finding: Finding, chart: Chart) -> str:
    """When time alone ends a finding: "Not before Tue 3 Mar 14:40.", or from when no reason is needed."""
    if finding.until is None or finding.verdict >= Verdict.HOLD:
        return until_text(finding.until, chart)
    return f"From {chart.shown(finding.until)} this no longer stands against it."


# When, what is missing, what instead ----------------------------------------------------------


def until_text(moment: datetime | None, chart: Chart) -> str:
    """ "Not before Tue 3 Mar 14:40." or nothing."""
    return f"Not before {chart.shown(moment)}." if moment else ""


def waits_for_withdrawal(advice: Advice) -> bool:
    """Whether what is missing is withdrawal itself, or time since the last use: only then a window helps."""
    leaves = [used.leaf for reason in advice.because for used in reason.used if used.truth is not YES]
    return any(
        isinstance(leaf, Compare)
        and leaf.fact.name.startswith(("cows_total", "cows_objective", "time_since_last_"))
        for leaf in leaves
    )


def window_text(advice: Advice, chart: Chart) -> str:
    """When the step usually becomes possible, or why nobody can say."""
    window = advice.window
    if window is None or not waits_for_withdrawal(advice):
        return ""
    uses = [took.latest or took.at for took in chart.took if took.substance == window.substance.id]
    since = Quantity(int((chart.now - max(uses)).total_seconds()) // 60 * 60, UNITS["h"])
    after = f"{since} after {window.substance.title.lower()}"
    if window.start is None or window.end is None:
        return f"{after}: {window.says}"
    return f"{after}: likely {chart.shown(window.start)} to {chart.shown(window.end)}. {window.says}"


def asked_text(names: Iterable[str], most: int | None = None) -> str:
    """What to measure or ask, as it is called at the bedside: all of it, or the first `most` and how many more."""
    asked = list(dict.fromkeys(words.asked_name(name) for name in names))
    left = 0 if most is None else len(asked) - most
    return ", ".join(asked[:most]) + (f" and {left} more" if left > 0 else "")


def measure_text(advice: Advice) -> str:
    """What to measure next, and when: those of one time together."""
    by_time: dict[int, list[str]] = {}
    for name, after in advice.measure:
        by_time.setdefault(after, []).append(words.fact_name(name))
    return "; ".join(
        f"{', '.join(names)} in {Quantity(after, UNITS['h'])}" for after, names in by_time.items()
    )


# Whole ----------------------------------------------------------------------------------------


def advice_text(advice: Advice, chart: Chart) -> str:
    """One protocol's advice as plain text, every part of it."""
    lines = [f"{advice.protocol.code} {advice.protocol.title}: {headline(advice)}."]
    lines += [f"Because: {reason_text(reason)}" for reason in advice.because]
    if advice.judgement is not None:
        lines += [finding_text(finding, chart) for finding in advice.judgement.findings]
    if advice.ask:
        lines.append(f"Measure or ask first: {asked_text(advice.ask)}.")
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


def alarm_text(raised: Raised) -> str:
    """Whom to tell, and how soon."""
    within = Quantity(raised.alarm.within, UNITS["min"])
    then = f", then {raised.alarm.then_to}" if raised.alarm.then_to else ""
    return f"Tell {raised.alarm.to} within {within}{then}"


def raised_text(raised: Raised) -> str:
    """An alarm as plain text."""
    facts = "; ".join(dict.fromkeys(words.used_text(one) for one in raised.used))
    parts = [f"{alarm_text(raised)}: {raised.because}", f"({facts})" if facts else "", raised.do]
    return " ".join(part for part in parts if part)
