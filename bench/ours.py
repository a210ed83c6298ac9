"""Mainstay's side of every figure: the only module of bench/ that knows Mainstay's engine.

Run as a process of its own, like a peer: `python -m bench.ours FOLDER WAY`, with a way of `_SERVED`, answers the questions
of `worker.py`, and `python -m bench.ours FOLDER QUESTION` answers one of the others at once, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bench import charts
from bench.worker import follow_up, measured, serve
from mainstay.engine import documents, explain
from mainstay.engine.chart import Course
from mainstay.engine.conditions import All, AnyOf, Condition, Not, RuleSet, parse_leaf
from mainstay.engine.decide import Decision, decide
from mainstay.engine.facts.registry import Fact, FactSheet, FactValue
from mainstay.engine.knowledge import library as libraries
from mainstay.engine.knowledge.library import Library
from mainstay.engine.truth import NO, YES
from mainstay.engine.watch import watch

# One pass over the samples, and how many they are.
Served = tuple[Callable[[], Any], int]


# The rules -----------------------------------------------------------------------------------


def conditions(data: dict[str, Any], vocabulary: Mapping[str, Fact]) -> list[Condition]:
    """The thirty rules as Mainstay's conditions, read from the words they were written in."""
    return [_condition(rule["written"], vocabulary) for rule in data["rules"]]


def _condition(written: Any, vocabulary: Mapping[str, Fact]) -> Condition:
    if isinstance(written, str):
        return parse_leaf(written, vocabulary)
    ((joined, inner),) = written.items()
    if joined == "not":
        return Not(_condition(inner, vocabulary))
    parts = tuple(_condition(part, vocabulary) for part in inner)
    return All(parts) if joined == "all" else AnyOf(parts)


def decided(rules: RuleSet, facts: Any, *, written: bool) -> int:
    """The mask. The answers keep every comparison's verdict and every fact's value and age, as the explanation.

    `written`: the reasons of all thirty rules are written out too, each fact it used with value, age and verdict.
    """
    answers = rules(facts)
    mask = 0
    for number, truth in enumerate(answers.truths):
        if truth is YES:
            mask |= 1 << number
    if written:
        for number in range(len(answers.truths)):
            answers.used(number)
    return mask


def on_facts(folder: Path, data: dict[str, Any], library: Library, *, written: bool) -> Served:
    """From plain numbers, as the peers get them, to an explained decision."""
    samples = json.loads((folder / "facts.json").read_text())
    rules, follows = RuleSet(conditions(data, library.vocabulary)), follow_up(data)
    facts = [(name, library.vocabulary[name]) for name in data["facts"]]

    def mask_of(sample: dict[str, int]) -> int:
        sheet = {name: FactValue(fact, sample[name], sample[name], None, None, "") for name, fact in facts}
        mask = decided(rules, sheet, written=written)
        follows(mask)
        return mask

    return lambda: [mask_of(sample) for sample in samples], len(samples)


def on_charts(folder: Path, data: dict[str, Any], library: Library, *, written: bool) -> Served:
    """From a course of entries (six COWS, ten doses, readings) to an explained decision."""
    courses = [(one.course, one.now) for one in _documents(folder, library)]
    rules, follows = RuleSet(conditions(data, library.vocabulary)), follow_up(data)

    def mask_of(course: Course, now: Any) -> int:
        mask = decided(rules, FactSheet(course.chart_at(now), library.vocabulary), written=written)
        follows(mask)
        return mask

    return lambda: [mask_of(course, now) for course, now in courses], len(courses)


def _documents(folder: Path, library: Library) -> list[documents.Document]:
    return [
        documents.read(json.dumps(one), library) for one in json.loads((folder / "charts.json").read_text())
    ]


def facts_differ(folder: Path, data: dict[str, Any], library: Library) -> dict[str, int]:
    """Which facts Mainstay finds otherwise in a chart than the plain sums do, and in how many charts."""
    differ: dict[str, int] = {}
    for document, wanted in zip(
        _documents(folder, library), json.loads((folder / "facts.json").read_text()), strict=True
    ):
        sheet = FactSheet(document.chart(), library.vocabulary)
        for name in data["facts"]:
            found = sheet[name]
            if not found.is_known or found.least != wanted[name]:
                differ[name] = differ.get(name, 0) + 1
    return differ


# The sweep -----------------------------------------------------------------------------------


def on_columns(folder: Path, data: dict[str, Any], library: Library) -> Served:
    """The same conditions over arrays, everything known: where is each rule definitely true?"""
    ready, columns, number = _known(folder, data, library)
    handed = columns()
    return lambda: ready.yes(handed), number


def on_fresh_columns(folder: Path, data: dict[str, Any], library: Library) -> Served:
    """The same, each pass given the charts anew: ranges checked, and put in their smallest form."""
    ready, columns, number = _known(folder, data, library)
    return lambda: ready.yes(columns()), number


def _known(folder: Path, data: dict[str, Any], library: Library) -> tuple[Any, Callable[[], Any], int]:
    import numpy as np

    from mainstay.simulation import sweep

    stored = np.load(folder / "columns.npy").astype(np.int32)
    given = [(library.vocabulary[name], column) for name, column in zip(data["facts"], stored, strict=True)]

    def columns() -> Any:
        return sweep.Columns({fact.name: sweep.exact(fact, column) for fact, column in given})

    return sweep.compile_rules(conditions(data, library.vocabulary)), columns, stored.shape[1]


def both_planes(folder: Path, data: dict[str, Any], library: Library) -> dict[str, float]:
    """The sweep where one fact in ten is not known: definitely true and definitely false, both."""
    ready, columns, number = _partly_known(folder, data, library)
    ready.judge(columns)
    return measured(lambda: ready.judge(columns), number, 2.0)


def _partly_known(folder: Path, data: dict[str, Any], library: Library) -> tuple[Any, Any, int]:
    import numpy as np

    from mainstay.simulation import sweep

    stored, known = np.load(folder / "columns.npy"), np.load(folder / "known.npy")
    columns = sweep.Columns(
        {
            name: sweep.known_where(library.vocabulary[name], stored[row], known[row])
            for row, name in enumerate(data["facts"])
        }
    )
    return sweep.compile_rules(conditions(data, library.vocabulary)), columns, stored.shape[1]


def sweep_differs(folder: Path, data: dict[str, Any], library: Library, half: int) -> dict[str, int]:
    """In how many charts the sweep and the bedside answer otherwise, one fact in ten not known; half of all charts."""
    import numpy as np

    ready, columns, number = _partly_known(folder, data, library)
    answers = ready.judge(columns)
    weights = np.uint32(1) << np.arange(len(data["rules"]), dtype=np.uint32)
    swept_yes, swept_no = (
        sum(row.astype(np.uint32) * weight for row, weight in zip(plane, weights, strict=True))
        for plane in answers
    )
    stored, known = np.load(folder / "columns.npy"), np.load(folder / "known.npy")
    rules = RuleSet(conditions(data, library.vocabulary))
    facts = [library.vocabulary[name] for name in data["facts"]]
    differ = 0
    start, stop = (0, number // 2) if half == 0 else (number // 2, number)
    for first in range(start, stop, 10_000):
        part = slice(first, min(first + 10_000, stop))
        values, are_known = stored[:, part].T.tolist(), known[:, part].T.tolist()
        wanted = zip(swept_yes[part].tolist(), swept_no[part].tolist(), strict=True)
        for row, row_known, (yes, no) in zip(values, are_known, wanted, strict=True):
            sheet = {
                fact.name: FactValue(fact, value, value, None, None, "")
                if is_known
                else FactValue(fact, fact.least, fact.most, None, None, "not known")
                for fact, value, is_known in zip(facts, row, row_known, strict=True)
            }
            said_yes = said_no = 0
            for number, truth in enumerate(rules(sheet).truths):
                said_yes |= (truth is YES) << number
                said_no |= (truth is NO) << number
            differ += (said_yes, said_no) != (yes, no)
    return {"charts": stop - start, "differ": differ}


# A whole stay, and the knowledge -------------------------------------------------------------


def whole_stay(library: Library, seconds: float) -> dict[str, Any]:
    """Times of one decision and its words, in ms: ten days, about 1,500 entries, every protocol and alarm.

    Asked as for proved protocols: one without a certificate would be answered too quickly.
    """
    courses = [documents.read(json.dumps(charts.ten_days(seed)), library) for seed in range(12)]

    def said(document: documents.Document) -> tuple[Decision, list[str]]:
        chart = document.chart()
        facts = FactSheet(chart, library.vocabulary)
        decision = decide(chart, library, facts=facts)
        alarms = watch(facts, library)
        words = [explain.advice_text(advice, chart) for advice in decision.advice]
        return decision, words + [explain.raised_text(one) for one in alarms]

    for document in courses:
        said(document)
    times: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for document in courses:
            start = time.perf_counter()
            said(document)
            times.append((time.perf_counter() - start) * 1000)
    decision, _ = said(courses[0])
    entries = sorted(len(document.course.entries) for document in courses)
    return {"times": times, "entries": entries[len(entries) // 2], "protocols": len(decision.advice)}


def knowledge_cold() -> dict[str, float]:
    """Reading every knowledge file in a fresh process."""
    start, cpu = time.perf_counter(), time.process_time()
    library = libraries.load()
    return {
        "wall": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
        "protocols": len(library.protocols),
    }


def main(folder: Path, question: str, *rest: str) -> None:
    """Serve, or answer one question."""
    if question == "knowledge":
        print(json.dumps(knowledge_cold()))
        return
    library = libraries.load()
    if question == "whole_stay":
        print(json.dumps(whole_stay(library, float(rest[0]))))
        return
    data = json.loads((folder / "rules.json").read_text())
    if question in _SERVED:
        one_pass, samples = _SERVED[question](folder, data, library)
        serve(one_pass, samples, _kept(folder, question) if question in ("sweep", "sweep_fresh") else list)
    elif question == "facts_differ":
        print(json.dumps(facts_differ(folder, data, library)))
    elif question == "both_planes":
        print(json.dumps(both_planes(folder, data, library)))
    else:
        print(json.dumps(sweep_differs(folder, data, library, int(rest[0]))))


def _kept(folder: Path, question: str) -> Callable[[Any], dict[str, str]]:
    import numpy as np

    from bench.peers.array_sweep import masks_of

    def keep(answers: Any) -> dict[str, str]:
        np.save(folder / f"ours_{question}.npy", masks_of(answers))
        return {"saved": f"ours_{question}.npy"}

    return keep


_SERVED: dict[str, Callable[[Path, dict[str, Any], Library], Served]] = {
    "facts": partial(on_facts, written=False),
    "facts_written": partial(on_facts, written=True),
    "chart": partial(on_charts, written=False),
    "chart_written": partial(on_charts, written=True),
    "sweep": on_columns,
    "sweep_fresh": on_fresh_columns,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
