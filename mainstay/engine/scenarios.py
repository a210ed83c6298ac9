"""Scenarios: what a knowledge file says of a patient, written beside it as test and explanation.

    base:                                   # charts the scenarios start from, by name
      ready: {chart: ..., now: ..., entries: [...]}
    scenarios:
      - scenario: A pressure of 89 holds the dose
        base: ready
        with: {systolic_bp: 89 mmHg}        # the facts as if they were so; `unknown` forgets one
        expect: {state: held, says: [pressure]}
      - scenario: Ninety is enough          # one fact, several values, in a table
        base: ready
        table: systolic_bp
        rows: {89 mmHg: held, 90 mmHg: ready usual-dose, 91 mmHg: ready, unknown: ask first}

Beside a protocol the answer is its advice (state, step, dose); with `judge: DRUG AMOUNT ROUTE`, or
beside a drug, it is the interlock's verdict; beside an instrument, `answers` are scored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mainstay.engine import decide, documents, explain, instruments, limits, orders, quantities, watch
from mainstay.engine.conditions import Compare, did_you_mean, leaves
from mainstay.engine.facts.registry import FactSheet, FactValue, Kind
from mainstay.engine.knowledge import text
from mainstay.engine.knowledge.grammar import (
    AsWritten,
    Form,
    Id,
    ListOf,
    MapOf,
    OneOf,
    OneOrMore,
    Part,
    Record,
    Words,
)
from mainstay.engine.knowledge.library import Library, every_rule
from mainstay.engine.knowledge.text import Fields, Node, Place, Refused, Text
from mainstay.engine.verdicts import Verdict, verdict_named

EXPECT = Form(
    {
        "state": Part(OneOf(tuple(str(state) for state in decide.State)), "The protocol's state."),
        "step": Part(Id(), "Which step."),
        "dose": Part(Words(), "The dose recommended."),
        "up_to": Part(Words(), "Its upper end."),
        "verdict": Part(OneOf(tuple(str(verdict) for verdict in Verdict)), "The verdict."),
        "ask": Part(OneOrMore(Words()), "Facts it must ask for."),
        "says": Part(OneOrMore(Words()), "Words the explanation must hold."),
        "alarm": Part(
            OneOrMore(Words()), "Alarms it must raise, as `protocol: rule`; `none` where there must be none."
        ),
        "not_before": Part(Words(), "The earliest moment, as the unit's clock shows it: `2026-03-03 14:40`."),
        "total": Part(Words(), "The score, or `none`."),
        "band": Part(Words(), "What the score is called."),
        "at_least": Part(Words(), "The lower bound while an item is missing."),
    }
)

SCENARIO = Form(
    {
        "scenario": Part(Words(), "What it shows, as a sentence.", required=True),
        "base": Part(Words(), "Which base chart it starts from."),
        "chart": Part(AsWritten(), "A whole chart document of its own, in place of a base."),
        "also": Part(AsWritten(), "Entries added to the base."),
        "now": Part(Words(), "Another moment than the base's."),
        "with": Part(MapOf(Words(), Words()), "Facts as if they were so; `unknown` forgets one."),
        "judge": Part(Words(), "An order to judge, such as `clonidine 0.1 mg oral`."),
        "act": Part(OneOf(("order", "dose")), "Whether it is ordered, or given now (left out: given now)."),
        "protocol": Part(Id(), "Beside the gates, which have no steps of their own: whose advice is asked."),
        "pathway": Part(Words(), "On which pathway it is judged."),
        "answers": Part(AsWritten(), "Beside an instrument: the answers."),
        "expect": Part(EXPECT, "What Mainstay answers."),
        "table": Part(Words(), "One fact, tried with several values."),
        "rows": Part(
            MapOf(Words(), Words()), "Value to answer: `state [step]` beside a protocol, else a verdict."
        ),
    },
    one_of=("expect", "rows"),
)

FILE = Form(
    {
        "about": Part(Words(), "What the scenarios are about."),
        "base": Part(MapOf(Words(), AsWritten()), "Charts by name."),
        "scenarios": Part(ListOf(SCENARIO, least=1), "The scenarios.", required=True),
    }
)


@dataclass(frozen=True)
class Outcome:
    """One scenario (or one row of a table) after it ran: what was wrong, if anything."""

    name: str
    place: Place
    wrong: tuple[str, ...]
    facts: Mapping[str, FactValue] = field(default_factory=dict, repr=False)

    @property
    def passed(self) -> bool:
        return not self.wrong


def files(library: Library) -> list[Path]:
    """The scenario files beside a library's knowledge files."""
    return sorted(library.folder.rglob("*.scenarios.yaml"))


def run_file(library: Library, path: Path) -> list[Outcome]:
    """Run every scenario of one file. Raises Refused if the file is not in the grammar."""
    file = path.relative_to(library.folder).as_posix()
    kind, _, name = file.removesuffix(".scenarios.yaml").rpartition("/")
    return list(run(library, kind, name, path.read_text(encoding="utf-8"), file))


def run(library: Library, kind: str, name: str, words: str, file: str) -> Iterator[Outcome]:
    """Run the scenarios written beside knowledge file `kind/name`."""
    known = getattr(library, kind, {})
    if name not in known:
        raise Refused(
            Place(file, 1), f"these scenarios stand beside no file of {kind}/.{did_you_mean(name, known)}"
        )
    record = FILE.read(text.read(words, file))
    for scenario in record["scenarios"]:
        yield from _Run(library, kind, name, record.get("base", {}), scenario).outcomes()


class _Run:
    def __init__(
        self, library: Library, kind: str, name: str, bases: Mapping[str, Node], scenario: Record
    ) -> None:
        self.library, self.kind, self.name, self.bases, self.scenario = library, kind, name, bases, scenario

    def outcomes(self) -> Iterator[Outcome]:
        scenario = self.scenario
        if self.kind == "instruments":
            yield self._outcome(scenario["scenario"], self._score(scenario), {})
            return
        if "rows" not in scenario:
            facts = self._facts(scenario.get("with", {}))
            yield self._outcome(scenario["scenario"], self._compare(scenario["expect"], facts), facts)
            return
        for value, expected in scenario["rows"].items():
            facts = self._facts({**scenario.get("with", {}), scenario["table"]: value})
            yield self._outcome(
                f"{scenario['scenario']} [{scenario['table']}: {value}]", self._row(expected, facts), facts
            )

    def _outcome(self, name: str, wrong: list[str], facts: Mapping[str, FactValue]) -> Outcome:
        return Outcome(name, self.scenario.place, tuple(wrong), dict(facts))

    # The chart -------------------------------------------------------------------------------

    def _document(self) -> documents.Document:
        scenario = self.scenario
        if "chart" in scenario:
            node = scenario["chart"]
        else:
            base = scenario.get("base", next(iter(self.bases), ""))
            if base not in self.bases:
                raise Refused(
                    scenario.place, f"there is no base chart `{base}`.{did_you_mean(base, list(self.bases))}"
                )
            node = self.bases[base]
        if not isinstance(node, Fields):
            raise Refused(node.place, "a chart is a set of fields.")
        changed = dict(node.fields)
        if "now" in scenario:
            changed["now"] = Text(scenario.place, scenario["now"])
        if "also" in scenario:
            extra, entries = scenario["also"], changed["entries"]
            if not isinstance(extra, text.Items) or not isinstance(entries, text.Items):
                raise Refused(scenario.place, "`also` and `entries` are lists of entries.")
            changed["entries"] = text.Items(entries.place, (*entries.items, *extra.items))
        keys = {key: node.keys.get(key, scenario.place) for key in changed}
        return documents.from_node(Fields(node.place, changed, keys), self.library)

    def _facts(self, changed: Mapping[str, str]) -> FactSheet:
        facts = FactSheet(self._document().chart(), self.library.vocabulary)
        for name, value in changed.items():
            fact = self.library.vocabulary.get(name)
            if fact is None:
                hint = did_you_mean(name, self.library.vocabulary)
                raise Refused(self.scenario.place, f"`{name}` is not a fact.{hint}")
            if value == "unknown":
                facts[name] = FactValue(fact, fact.least, fact.most, None, None, "forgotten")
                continue
            words, _, age = value.partition(", ")
            steps = fact.most if words == "never" else documents.steps_of(fact, words, self.scenario.place)
            seconds = quantities.parse(age.removesuffix(" old"), "time").steps if age else 0
            facts[name] = FactValue(fact, steps, steps, seconds, facts.chart.now, "")
        return facts

    # Comparing -------------------------------------------------------------------------------

    def _row(self, expected: str, facts: FactSheet) -> list[str]:
        if self._judges():
            verdict = str(self._judgement(facts).verdict)
            return [] if verdict == expected else [f"expected {expected}, got {verdict}"]
        advice = self._advice(facts)
        found = str(advice.state)
        if advice.step is not None and expected != found:
            found = f"{found} {advice.step.id}"
        return [] if found == expected else [f"expected {expected}, got {found}: {self._why(advice)}"]

    def _judges(self) -> bool:
        return "judge" in self.scenario or self.kind in ("drugs", "classes")

    def _judgement(self, facts: FactSheet) -> limits.Judgement:
        if "judge" not in self.scenario:
            raise Refused(self.scenario.place, "say with `judge` which order is judged.")
        try:
            proposal = orders.read_order(
                self.scenario["judge"], self.library, act=self.scenario.get("act", "dose")
            )
        except quantities.NotAQuantity as error:
            raise Refused(self.scenario.place, str(error)) from error
        return limits.judge(
            replace(proposal, pathway=self.scenario.get("pathway", "none")), facts, self.library
        )

    def _advice(self, facts: FactSheet) -> decide.Advice:
        name = self.scenario.get("protocol", self.name)
        if name not in self.library.protocols:
            raise Refused(
                self.scenario.place,
                f"there is no protocol `{name}`.{did_you_mean(name, self.library.protocols)}",
            )
        return decide.advise(self.library.protocols[name], facts, self.library)

    def _why(self, advice: decide.Advice) -> str:
        return "; ".join(reason.because for reason in advice.because)

    def _compare(self, expect: Record, facts: FactSheet) -> list[str]:
        if self._judges():
            judgement = self._judgement(facts)
            found: dict[str, Any] = {"verdict": str(judgement.verdict)}
            ask, said = judgement.asks, explain.judgement_text(judgement, facts.chart)
        else:
            advice = self._advice(facts)
            found = {
                "state": str(advice.state),
                "verdict": str(advice.verdict),
                "step": advice.step.id if advice.step else "none",
                "dose": str(advice.recommended.dose) if advice.recommended else "none",
                "up_to": str(advice.up_to) if advice.up_to else "none",
                "not_before": self._shown(advice.not_before, facts),
            }
            ask, said = advice.ask, explain.advice_text(advice, facts.chart)
        wrong = [
            f"expected {key} {expect[key]}, got {value} ({said})"
            for key, value in found.items()
            if expect.get(key, value) != value
        ]
        wrong += [
            f"does not ask for {name} (asks {', '.join(ask) or 'nothing'})"
            for name in expect.get("ask", ())
            if name not in ask
        ]
        wrong += [
            f"does not say {words!r}: {said}"
            for words in expect.get("says", ())
            if words.lower() not in said.lower()
        ]
        if "alarm" in expect:
            raised = [one.id for one in watch.watch(facts, self.library)]
            wanted = [name for name in expect["alarm"] if name != "none"]
            wrong += [
                f"does not raise {name} (raises {', '.join(raised) or 'nothing'})"
                for name in wanted
                if name not in raised
            ]
            if "none" in expect["alarm"] and raised:
                wrong.append(f"raises {', '.join(raised)}")
        return wrong

    def _shown(self, moment: datetime | None, facts: FactSheet) -> str:
        if moment is None:
            return "none"
        from zoneinfo import ZoneInfo

        return f"{moment.astimezone(ZoneInfo(facts.chart.zone)):%Y-%m-%d %H:%M}"

    def _score(self, scenario: Record) -> list[str]:
        instrument = self.library.instruments[self.name]
        node = scenario.get("answers")
        if not isinstance(node, Fields):
            raise Refused(scenario.place, "beside an instrument a scenario has `answers`.")
        try:
            answers = {key: int(value.value) for key, value in node.fields.items() if isinstance(value, Text)}
            scored = instruments.score(instrument, answers)
        except ValueError as error:
            return [str(error)] if scenario["expect"].get("total") != "refused" else []
        found = {
            "total": "none" if scored.total is None else str(scored.total),
            "at_least": str(scored.at_least),
            "band": scored.words,
        }
        expect = scenario["expect"]
        return [
            f"expected {key} {expect[key]}, got {value}"
            for key, value in found.items()
            if expect.get(key, value) != value
        ]


# Are the thresholds covered? -----------------------------------------------------------------


def uncovered(library: Library, protocol: str, outcomes: list[Outcome]) -> list[str]:
    """The thresholds of a protocol that no scenario tries at, below and above, or with the fact missing.

    Gates and generated schedule days are covered where they are written.
    """
    one = library.protocols[protocol]
    conditions = [rule.when for section, rule in every_rule(one) if section != "alternatives"]
    conditions += [step.when for step in one.steps if not (one.schedule and step.id.startswith("day-"))]
    seen: dict[str, list[FactValue]] = {}
    for outcome in outcomes:
        for name, value in outcome.facts.items():
            seen.setdefault(name, []).append(value)
    missing: list[str] = []
    for leaf in dict.fromkeys(leaf for condition in conditions for leaf in leaves(condition)):
        if not isinstance(leaf, Compare):
            continue
        values = seen.get(leaf.fact.name, [])
        tried = {
            (value.least > leaf.steps) - (value.least < leaf.steps) for value in values if value.is_known
        }
        wanted = {"at": 0}
        if not leaf.fact.choices:
            wanted |= {"below": -1} if leaf.steps > leaf.fact.least else {}
            wanted |= {"above": 1} if leaf.steps < leaf.fact.most else {}
        missing += [f"{leaf}: no scenario {side}" for side, sign in wanted.items() if sign not in tried]
        if leaf.fact.choices and not tried - {0}:
            missing.append(f"{leaf}: no scenario with another choice")
        if leaf.fact.kind is not Kind.LEDGER and all(value.is_known for value in values):
            missing.append(f"{leaf}: no scenario with `{leaf.fact.name}` missing")
    return missing


__all__ = ["FILE", "Outcome", "files", "run", "run_file", "uncovered", "verdict_named"]
