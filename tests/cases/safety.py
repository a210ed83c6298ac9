"""Turns a safety case (context, action, expected) into a chart document, and asks the engine about it.

Whatever a case does not list stays unknown; only controls get the defaults the file gives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from mainstay.engine import decide, documents, explain, limits, orders
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.facts.withdrawal import OBJECTIVE
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Alarm
from mainstay.engine.quantities import NotAQuantity
from mainstay.engine.watch import given_despite, watch

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "safety_examples.yaml"
NOW = "2026-03-03 12:00"

_DRUGS = {
    "buprenorphine_sl": ("buprenorphine", "sublingual"),
    "naltrexone_oral": ("naltrexone", "oral"),
    "naltrexone_xr": ("naltrexone", "intramuscular"),
    "methadone oral concentrate 10 mg/mL": ("methadone", "oral"),
}
_PATHWAYS = {"standard_start": "buprenorphine-standard-start"}
_PROTOCOLS = {"lofexidine_withdrawal": "lofexidine-withdrawal"}
_PROBLEMS: dict[str, dict[str, str]] = {
    "acute severe asthma": {"severe_respiratory_compromise": "yes"},
    "no alcohol or sedative dependence": {"alcohol_dependence": "no", "sedative_dependence": "no"},
    "injects drugs": {},
    "COPD with documented hypercapnia": {"respiratory_disease": "yes"},
}
_VITALS = {
    "sbp": ("systolic_bp", "mmHg"), "dbp": ("diastolic_bp", "mmHg"), "hr": ("heart_rate", "/min"),
    "rr": ("respiratory_rate", "/min"), "spo2": ("spo2", "%"), "temp": ("temperature", "C"),
}  # fmt: skip
# How a case's words on consciousness are charted.
_CONSCIOUS = {
    "alert": {"consciousness": "alert", "sedation": "awake"},
    "drowsy": {"sedation": "drifts_off"},
    "responds to voice": {"consciousness": "voice", "sedation": "hard_to_rouse"},
    "confused": {"consciousness": "confused"},
}


def cases() -> list[dict[str, Any]]:
    """The given cases; none where ../shared is not beside the project."""
    return yaml.safe_load(SHARED.read_text(encoding="utf-8"))["cases"] if SHARED.exists() else []


@dataclass
class Answer:
    """What Mainstay said: its decision in the file's words, whether an alarm came, and the explanation."""

    decision: str
    alarmed: bool
    said: str
    # In how many seconds the most pressing alarm must be acknowledged.
    within: float = math.inf


def ago(thing: dict[str, Any], default: int = 0) -> str:
    minutes = int(
        thing.get("min_ago", 0) + 60 * thing.get("hours_ago", 0) + 1440 * thing.get("days_ago", 0) or default
    )
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min ago"


def cows_sheet(library: Library, total: int, signs: int) -> dict[str, int]:
    """A COWS sheet with this total and this many objective signs."""
    items = library.instruments["cows"].items
    objective = {key: [a.points for a in items[key].answers] for key in OBJECTIVE}
    others = [key for key in items if key not in OBJECTIVE]
    reach: dict[int, dict[str, int]] = {0: {}}
    for key in others:
        reach = {
            sum_ + answer.points: {**sheet, key: answer.points}
            for sum_, sheet in reach.items()
            for answer in items[key].answers
        }
    for points in product(*objective.values()):
        sheet = dict(zip(objective, points, strict=True))
        if (
            sum(sheet[key] >= least for key, least in OBJECTIVE.items()) == signs
            and total - sum(points) in reach
        ):
            return {**sheet, **reach[total - sum(points)]}
    raise ValueError(f"no COWS sheet of {total} has {signs} objective signs")


class Case:
    """One case as a chart."""

    def __init__(self, case: dict[str, Any], library: Library) -> None:
        self.case, self.library = case, library
        self.context: dict[str, Any] = dict(case["context"])
        self.entries: list[dict[str, Any]] = []
        self.control = case["kind"] == "control"
        self._fill()

    def _add(self, at: str, **fields: Any) -> None:
        self.entries.append({"at": at, **fields})

    def _drug(self, name: str) -> tuple[str, str]:
        return _DRUGS.get(name, (name, ""))

    def _fill(self) -> None:
        context = self.context
        told: dict[str, str] = {}
        measured: dict[str, str] = {}
        if self.control:
            self._defaults(told, measured)
        for dose in context.get("doses", ()):
            drug, route = self._drug(dose["drug"])
            self._add(
                ago(dose), dose={"drug": drug, "amount": f"{dose['dose']} mg", "route": route or "oral"}
            )
        for order in context.get("orders", ()):
            drug, route = self._drug(order["drug"])
            every = {"every": f"{order['every_h']} h"} if "every_h" in order else {}
            self._add(
                "24 h ago",
                ordered={"drug": drug, "amount": f"{order['dose']} mg", "route": route or "oral", **every},
            )
        last = context.get("last_full_agonist")
        if isinstance(last, dict):
            took = {"substance": last["drug"]} | ({"dose": f"{last['dose']} mg"} if "dose" in last else {})
            self._add(ago(last), took=took)
        opioid = context.get("opioid")
        if opioid:
            name = opioid if isinstance(opioid, str) else opioid["drug"]
            self._add("20 h ago", took={"substance": name})
        meds = [word.split(" ")[0] for word in context.get("current_meds", ())]
        if meds or self.control:
            self._add("30 min ago", takes={"medicines": meds, "complete": "yes" if self.control else "no"})
        for problem in context.get("problems", ()):
            name = problem if isinstance(problem, str) else problem["name"]
            if name == "myocardial infarction":
                self._add(ago(problem), happened=["myocardial infarction"])
            else:
                told |= _PROBLEMS[name]
        vitals = context.get("vitals")
        if vitals:
            self._vitals(vitals, ago(vitals))
        if "consciousness" in context:
            self._add(ago(vitals or {}), measured=_CONSCIOUS[context["consciousness"]])
        self._scores()
        units = {
            "qtc": ("qtc", "ms"), "k": ("potassium", "mmol/L"), "egfr": ("egfr", "mL/min/1.73m2"),
            "child_pugh_score": ("child_pugh_score", "points"),
        }  # fmt: skip
        measured |= {name: f"{context[key]} {unit}" for key, (name, unit) in units.items() if key in context}
        told |= {"age": f"{context['age']} years"} if "age" in context else {}
        told |= {"weight": f"{context['weight_kg']} kg"} if "weight_kg" in context else {}
        told |= {"pregnancy": "positive"} if "pregnant_weeks" in context else {}
        told |= (
            {"methadone_verified": "yes" if context["otp_verified"] else "no"}
            if "otp_verified" in context
            else {}
        )
        told |= {"spo2_scale": str(context["news2_scale"])} if "news2_scale" in context else {}
        for place, qtc in enumerate(context.get("qtc_series", ())):
            self._add(f"{48 - 24 * place} h ago", measured={"qtc": f"{qtc} ms"})
        screens = {"opioids": "urine_opioids", "opiates": "urine_opioids", "fentanyl": "urine_fentanyl", "buprenorphine": "urine_buprenorphine"}  # fmt: skip
        measured |= {
            screens[name]: result
            for name, result in context.get("uds", {}).items()
            if result in ("positive", "negative")
        }
        challenge = context.get("naloxone_challenge")
        if challenge:
            self._add(ago(challenge), measured={"naloxone_challenge": challenge["result"]})
        for event in context.get("events", ()):
            self._add(ago(event), happened=[event["what"]])
        allergies = [
            one["substance"] for one in context.get("allergies", ()) if one.get("kind") != "intolerance"
        ]
        if allergies or self.control:
            self._add("30 min ago", allergies=allergies)
        if context.get("pathway") in _PATHWAYS:
            self._add("30 min ago", pathway=_PATHWAYS[context["pathway"]])
        if measured:
            self._add("5 min ago", measured=measured)
        if told:
            self._add("30 min ago", told=told)

    def _defaults(self, told: dict[str, str], measured: dict[str, str]) -> None:
        """What the file says every control may take for granted, unless the control says otherwise."""
        opioid = (
            self.context.get("last_full_agonist") or self.context.get("orders") or self.context.get("doses")
        )
        told |= {"age": "35 years", "weight": "75 kg", "pregnancy": "negative", "consent_recorded": "yes"}
        told |= {"tolerance": "usual"} if opioid else {}
        measured |= {
            "egfr": "95 mL/min/1.73m2", "child_pugh_score": "0 points", "qtc": "425 ms", "potassium": "4.1 mmol/L",
        }  # fmt: skip
        self._add("5 d ago", happened=["admission", "outside doses asked"])
        self._vitals({"rr": 16, "spo2": 98, "sbp": 122, "dbp": 76, "hr": 78, "temp": 36.8}, "10 min ago")
        self._add("10 min ago", measured={"consciousness": "alert", "sedation": "awake", "breathing": "air"})

    def _vitals(self, vitals: dict[str, Any], at: str) -> None:
        readings = {name: f"{vitals[key]} {unit}" for key, (name, unit) in _VITALS.items() if key in vitals}
        readings |= {"breathing": "air" if vitals["air"] else "oxygen"} if "air" in vitals else {}
        readings |= _CONSCIOUS[vitals["consciousness"]] if "consciousness" in vitals else {}
        self._add(at, measured=readings)

    def _scores(self) -> None:
        cows = self.context.get("cows")
        if cows:
            if "objective_signs" in cows:
                answers = cows_sheet(self.library, cows["score"], cows["objective_signs"])
                self._add(ago(cows), assessed={"instrument": "cows", "answers": answers})
            else:
                self._add(ago(cows), assessed={"instrument": "cows", "total": cows["score"]})
        series = self.context.get("cows_series", ())
        spacing = self.context.get("spacing_h", 4)
        for place, total in enumerate(series):
            self._add(
                f"{spacing * (len(series) - 1 - place)} h 0 min ago",
                assessed={"instrument": "cows", "total": total},
            )

    # Asking ----------------------------------------------------------------------------------

    def facts(self) -> FactSheet:
        document = yaml.safe_dump(
            {"chart": self.case["title"], "now": NOW, "entries": _as_text(self.entries)}
        )
        return FactSheet(documents.read(document, self.library).chart(), self.library.vocabulary)

    def answer(self) -> Answer:
        """What Mainstay says to the case's action."""
        action = self.case["action"]
        ask = {
            "order": self._judged, "administer": self._judged, "order_set": self._set, "record": self._recorded,
            "record_given": self._given, "start_protocol": self._started,
        }[action["type"]]  # fmt: skip
        return ask(action)

    def _proposal(self, action: dict[str, Any]) -> orders.Proposal:
        drug, route = self._drug(action["drug"])
        amount = action.get("amount") or f"{action['dose']} mg"
        if action["drug"].endswith("mg/mL"):
            amount = f"{amount} of {action['drug'].rpartition('concentrate ')[2]}"
        every = f" every {action['every_h']} h" if "every_h" in action else ""
        act = "dose" if action["type"] in ("administer", "record_given") else "order"
        pathway = _PATHWAYS.get(self.context.get("pathway", ""), "none")
        words = f"{drug} {amount} {action.get('route', route) or 'oral'}{every}".replace(" PO", " oral")
        return orders.read_order(words, self.library, act=act, pathway=pathway)

    def _judged(self, action: dict[str, Any]) -> Answer:
        facts = self.facts()
        try:
            proposal = self._proposal(action)
        except NotAQuantity as refused:
            return Answer("refuse", False, str(refused))
        judgement = limits.judge(proposal, facts, self.library)
        raised = watch(facts, self.library)
        said = explain.judgement_text(judgement, facts.chart)
        said += "\n" + "\n".join(explain.raised_text(one) for one in raised)
        alarms = [one.alarm for one in (*judgement.alarms, *raised)]
        return Answer(str(judgement.verdict), bool(alarms), said, _soonest(alarms))

    def _set(self, action: dict[str, Any]) -> Answer:
        answers = []
        for words in action["drugs"]:
            drug, dose, often = words.split()
            order = {"type": "order", "drug": drug, "dose": dose, "every_h": often.strip("qh")}
            answers.append(self._judged(order))
        strength = ["allow", "inform", "ask", "needs_reason", "hold", "refuse"]
        worst = max(answers, key=lambda answer: strength.index(answer.decision))
        return Answer(worst.decision, any(a.alarmed for a in answers), "\n".join(a.said for a in answers))

    def _recorded(self, action: dict[str, Any]) -> Answer:
        if isinstance(action.get("vitals"), dict):
            self._vitals(action["vitals"], "0 h 0 min ago")
        facts = self.facts()
        raised = watch(facts, self.library)
        said = "\n".join(explain.raised_text(one) for one in raised)
        within = _soonest([one.alarm for one in raised])
        return Answer("alarm" if raised else "allow", bool(raised), said, within)

    def _given(self, action: dict[str, Any]) -> Answer:
        facts = self.facts()
        judgement = limits.judge(self._proposal(action), facts, self.library)
        raised = given_despite(judgement)
        said = explain.judgement_text(judgement, facts.chart)
        within = _soonest([raised.alarm] if raised else [])
        return Answer("alarm" if raised else str(judgement.verdict), raised is not None, said, within)

    def _started(self, action: dict[str, Any]) -> Answer:
        facts = self.facts()
        advice = decide.advise(self.library.protocols[_PROTOCOLS[action["protocol"]]], facts, self.library)
        return Answer(str(advice.verdict), False, explain.advice_text(advice, facts.chart))


def _soonest(alarms: list[Alarm | None]) -> float:
    return min((alarm.within for alarm in alarms if alarm), default=math.inf)


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(one) for key, one in value.items()}
    return [_as_text(one) for one in value] if isinstance(value, list) else str(value)
