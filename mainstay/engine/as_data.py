"""Answers as plain data, for `--json` and for keeping: every value with its unit, every reason with its source."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mainstay.engine import explain, words
from mainstay.engine.conditions import Used
from mainstay.engine.decide import Advice, Decision, Reason
from mainstay.engine.facts.registry import FactValue
from mainstay.engine.limits import Judgement
from mainstay.engine.sources import Citation
from mainstay.engine.watch import Raised


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def citations(cited: tuple[Citation, ...]) -> list[dict[str, Any]]:
    return [
        {"source": one.source, "where": one.where, "confidence": one.confidence, "verified": one.verified}
        for one in cited
    ]


def fact_value(value: FactValue) -> dict[str, Any]:
    fact = value.fact
    return {
        "fact": fact.name,
        "in_words": words.value_text(value),
        "known": value.is_known,
        "value": fact.show(value.least) if value.is_known else None,
        "at_least": fact.show(value.least) if not value.is_known and value.least > fact.least else None,
        "at_most": fact.show(value.most) if not value.is_known and value.most < fact.most else None,
        "age_seconds": value.age,
        "measured_at": moment(value.at),
        "why_unknown": value.why if not value.is_known else None,
    }


def used(one: Used) -> dict[str, Any]:
    return {"condition": str(one.leaf), "answer": str(one.truth), **fact_value(one.value)}


def reason(one: Reason) -> dict[str, Any]:
    return {
        "because": one.because, "in_words": explain.because_text(one), "answer": str(one.truth), "facts": [used(each) for each in one.used],
        "sources": citations(one.cited), "do": one.do or None,
    }  # fmt: skip


def advice(one: Advice) -> dict[str, Any]:
    proposal, window = one.recommended, one.window
    return {
        "protocol": one.protocol.id,
        "code": one.protocol.code,
        "title": one.protocol.title,
        "checked_by": one.protocol.review.checked_by,
        "state": str(one.state),
        "verdict": str(one.verdict),
        "says": explain.headline(one),
        "step": one.step.id if one.step else None,
        "recommended": None
        if proposal is None
        else {
            "drug": proposal.medicine, "dose": str(proposal.dose), "up_to": str(one.up_to) if one.up_to else None,
            "route": proposal.route,
        },
        "because": [reason(each) for each in one.because],
        "interlock": judgement(one.judgement) if one.judgement else None,
        "ask": list(one.ask),
        "not_before": moment(one.not_before),
        "window": None
        if window is None
        else {"start": moment(window.start), "end": moment(window.end), "says": window.says, "substance": window.substance.id},
        "possible_now": [
            {"offer": each.offer, "protocol": each.protocol or None, "sources": citations(each.cited)} for each in one.offers
        ],
        "measure": [{"fact": name, "in_seconds": after} for name, after in one.measure],
    }  # fmt: skip


def judgement(one: Judgement) -> dict[str, Any]:
    return {
        "proposal": str(one.proposal),
        "verdict": str(one.verdict),
        "findings": [
            {
                "verdict": str(each.verdict), "about": each.about, "because": each.because,
                "facts": [used(fact) for fact in each.used], "sources": citations(each.cited), "do": each.do or None,
                "until": moment(each.until), "alarm": each.alarm.to if each.alarm else None,
            }
            for each in one.findings
        ],
        "ask": list(one.asks),
    }  # fmt: skip


def raised(one: Raised) -> dict[str, Any]:
    return {
        "alarm": one.id, "because": one.because, "to": one.alarm.to, "within_seconds": one.alarm.within,
        "then_to": one.alarm.then_to or None, "facts": [used(each) for each in one.used],
        "sources": citations(one.cited), "do": one.do or None,
    }  # fmt: skip


def decision(one: Decision, alarms: tuple[Raised, ...]) -> dict[str, Any]:
    return {
        "now": moment(one.now),
        "knowledge": one.digest,
        "look_again_at": moment(one.look_again_at),
        "advice": [advice(each) for each in one.advice],
        "alarms": [raised(each) for each in alarms],
    }
