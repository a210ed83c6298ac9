"""Mainstay's side of every figure: the only module of bench/ that knows Mainstay's engine.

Run as a process of its own, like a peer: `python -m bench.ours FOLDER facts|chart|sweep` answers the questions of
`worker.py`, and `python -m bench.ours FOLDER QUESTION` answers one of the others at once, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench import charts
from bench.worker import follow_up, measured, serve
from mainstay.engine import documents, explain
from mainstay.engine.chart import Course
from mainstay.engine.conditions import All, AnyOf, Compiled, Condition, Not, Used, bedside, parse_leaf
from mainstay.engine.decide import Decision, decide
from mainstay.engine.facts.registry import Fact, FactSheet, FactValue
from mainstay.engine.knowledge import library as libraries
from mainstay.engine.knowledge.library import Library
from mainstay.engine.truth import NO, YES
from mainstay.engine.watch import watch

Asked = list[tuple[int, Compiled]]


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


def _asked(data: dict[str, Any], vocabulary: Mapping[str, Fact]) -> Asked:
    return [
        (1 << number, bedside(condition)) for number, condition in enumerate(conditions(data, vocabulary))
    ]


def explained(asked: Asked, facts: Any) -> tuple[int, list[list[Used]]]:
    """The mask, and for each rule every fact it used with value, age and verdict."""
    mask, reasons = 0, []
    for bit, ask in asked:
        used: list[Used] = []
        if ask(facts, used) is YES:
            mask |= bit
        reasons.append(used)
    return mask, reasons


def on_facts(folder: Path, data: dict[str, Any], library: Library) -> tuple[Callable[[], list[int]], int]:
    """From plain numbers, as the peers get them, to a decision with its whole explanation."""
    samples = json.loads((folder / "facts.json").read_text())
    asked, follows = _asked(data, library.vocabulary), follow_up(data)
    facts = [(name, library.vocabulary[name]) for name in data["facts"]]

    def decided(sample: dict[str, int]) -> int:
        sheet = {name: FactValue(fact, sample[name], sample[name], None, None, "") for name, fact in facts}
        mask, _reasons = explained(asked, sheet)
        follows(mask)
        return mask

    return lambda: [decided(sample) for sample in samples], len(samples)


def on_charts(folder: Path, data: dict[str, Any], library: Library) -> tuple[Callable[[], list[int]], int]:
    """From a course of entries (six COWS, ten doses, readings) to a decision with its whole explanation."""
    courses = [(one.course, one.now) for one in _documents(folder, library)]
    asked, follows = _asked(data, library.vocabulary), follow_up(data)

    def decided(course: Course, now: Any) -> int:
        mask, _reasons = explained(asked, FactSheet(course.chart_at(now), library.vocabulary))
        follows(mask)
        return mask

    return lambda: [decided(course, now) for course, now in courses], len(courses)


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


def on_columns(folder: Path, data: dict[str, Any], library: Library) -> tuple[Callable[[], Any], int]:
    """The same conditions over arrays, everything known: where is each rule definitely true?"""
    import numpy as np

    from mainstay.simulation import sweep

    stored = np.load(folder / "columns.npy")
    columns = sweep.Columns(
        {
            name: sweep.exact(library.vocabulary[name], column)
            for name, column in zip(data["facts"], stored, strict=True)
        }
    )
    ready = sweep.compile_rules(conditions(data, library.vocabulary))
    return lambda: ready.yes(columns), stored.shape[1]


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
    asked = _asked(data, library.vocabulary)
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
            for bit, ask in asked:
                truth = ask(sheet, [])
                said_yes |= bit if truth is YES else 0
                said_no |= bit if truth is NO else 0
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
        serve(one_pass, samples, _kept(folder) if question == "sweep" else list)
    elif question == "facts_differ":
        print(json.dumps(facts_differ(folder, data, library)))
    elif question == "both_planes":
        print(json.dumps(both_planes(folder, data, library)))
    else:
        print(json.dumps(sweep_differs(folder, data, library, int(rest[0]))))


def _kept(folder: Path) -> Callable[[Any], dict[str, str]]:
    import numpy as np

    from bench.peers.array_sweep import masks_of

    def keep(answers: Any) -> dict[str, str]:
        np.save(folder / "ours.npy", masks_of(answers))
        return {"saved": "ours.npy"}

    return keep


_SERVED: dict[str, Callable[[Path, dict[str, Any], Library], tuple[Callable[[], Any], int]]] = {
    "facts": on_facts,
    "chart": on_charts,
    "sweep": on_columns,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
