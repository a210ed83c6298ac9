"""One decision at a time: thirty rules for one patient, on every engine."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from bench.report import Row, Section, against, per_second
from bench.setting import Setting
from bench.timing import Engine, NoAnswer, Rates, answered, in_turn, ratio
from bench.translate import formula

_ABOUT = """Thirty rules, 102 comparisons, nested up to three deep (`rules.yaml`: made up, no clinical knowledge). A decision is which rules
are true, and the dose class and next check of the first; the last two are looked up in the host language on every side,
which spares the peers work. *On facts*: each engine gets the same 28 whole numbers. *On records*: six COWS of eleven items,
ten doses and readings, from which Mainstay (its chart and facts) and CQL work the facts out themselves.
*Explained*: every comparison's verdict and every fact's value and age are kept with the answer, to be shown when somebody
asks, as CQL's clause results and zen's trace are. *Written out*: the reasons of all thirty rules are listed as well, each
fact it used with value, age and verdict. Of the peers only the rows marked so explain anything. Every fact is known here: the
peers have no third answer for what is missing. Ratios are by the clock, and in brackets by CPU seconds; the lower of
the two is held against the target."""

_OURS = {
    "facts": "on facts, explained",
    "facts_written": "on facts, written out",
    "chart": "on records, explained",
    "chart_written": "on records, written out",
}
_CLAUSES = "cql-execution, keeping every clause's result (its explanation)"

# ours, theirs, how theirs is shown, must, stretch
_BESIDE: list[tuple[str, str, str, float | None, float | None]] = [
    ("facts", "cql facts clauses", _CLAUSES, 20, 80),
    ("facts_written", "cql facts clauses", _CLAUSES, 20, 80),
    ("facts", "cql facts", "cql-execution, answers only", None, None),
    ("chart", "cql records clauses", _CLAUSES, 20, 80),
    ("chart_written", "cql records clauses", _CLAUSES, 20, 80),
    ("chart", "cql records", "cql-execution, answers only", None, None),
    ("facts", "zen traced", "zen-engine, decision graph with trace (its explanation)", 5, 15),
    ("facts_written", "zen traced", "zen-engine, decision graph with trace (its explanation)", 5, 15),
    ("facts", "zen graph", "zen-engine, decision graph, answers only", None, None),
    ("facts", "zen batch", "zen-engine, the graph in one batch of all patients, answers only", None, None),
    ("facts", "zen expression", "zen-engine, one compiled expression without engine or graph", None, None),
    ("facts", "json-rules-engine", "json-rules-engine (results of every rule)", 5, 15),
    ("facts_written", "json-rules-engine", "json-rules-engine (results of every rule)", 5, 15),
]


def take(setting: Setting) -> Section:
    """All engines side by side, after all have given the same masks."""
    section = Section("Decisions, one patient at a time", _ABOUT, left_out=list(setting.missing))
    engines = list(_started(setting, section))
    try:
        wrong = _disagreements(setting, engines, section)
        rates = in_turn(engines, setting.rounds, setting.seconds)
    finally:
        for engine in engines:
            engine.close()
    section.rows += _rows(rates, wrong)
    return section


def _started(setting: Setting, section: Section) -> Iterator[Engine]:
    folder = str(setting.folder)
    commands = {way: setting.ours(way) for way in _OURS}
    if setting.python:
        for way in ("graph", "traced", "batch", "expression"):
            commands[f"zen {way}"] = [str(setting.python), "-m", "bench.peers.zen_rules", folder, way]
    if setting.node:
        commands["json-rules-engine"] = [setting.node, "bench/peers/json_rules.mjs", folder]
        for way in ("facts", "facts clauses", "records", "records clauses"):
            commands[f"cql {way}"] = [setting.node, "bench/peers/cql.mjs", folder, *way.split()]
    for name, command in commands.items():
        try:
            yield Engine(name, command)
        except NoAnswer as error:
            section.left_out.append(f"{name}: {error}")


def _disagreements(setting: Setting, engines: list[Engine], section: Section) -> dict[str, str]:
    """For each engine whose masks differ from the plain ones, how many. The plain ones are worked out here."""
    facts = json.loads((setting.folder / "facts.json").read_text())
    columns = {name: np.array([one[name] for one in facts]) for name in setting.rules.facts}
    plain = np.zeros(len(facts), dtype=np.int64)
    for number, rule in enumerate(setting.rules.rules):
        true = eval(formula(rule.when, "numpy"), {}, columns)  # noqa: S307 - our own formula, from our own file
        plain |= true.astype(np.int64) << number
    wrong: dict[str, str] = {}
    for engine in engines:
        differ = int((np.array(engine.ask("masks")) != plain).sum())
        if differ:
            wrong[engine.name] = f"{differ} of {len(facts)} masks differ"
    section.agreement.append(
        f"{len(engines)} ways of asking, {len(facts):,} patients, {len(wrong)} ways with any mask that differs from plain NumPy's"
        + "".join(f"; {name}: {said}" for name, said in wrong.items())
        + f". {_spread(plain, len(setting.rules.rules))}"
    )
    try:
        differ_in = answered(setting.ours("facts_differ"), 120)
        said = ", ".join(f"{name} in {count}" for name, count in differ_in.items()) or "none"
        section.agreement.append(
            f"facts that Mainstay finds otherwise in the patients' charts than plain sums do: {said}."
        )
    except NoAnswer as error:
        section.left_out.append(f"the check of Mainstay's facts against plain sums: {error}")
    return wrong


def _spread(masks: np.ndarray, count: int) -> str:
    shares = [(masks >> number & 1).mean() for number in range(count)]
    return f"Each rule is true for {min(shares):.0%} to {max(shares):.0%} of patients."


def _rows(rates: dict[str, Rates], wrong: dict[str, str]) -> Iterator[Row]:
    for ours, theirs, shown, must, stretch in _BESIDE:
        if ours in rates and theirs in rates:
            one, other = rates[ours], rates[theirs]
            void = wrong.get(ours) or wrong.get(theirs) or ""
            yield against(
                _OURS[ours], one.per_second, shown, other.per_second, ratio(one.wall, other.wall),
                by_cpu=ratio(one.cpu, other.cpu), must=must, stretch=stretch, void=void,
            )  # fmt: skip
    for name, rate in rates.items():
        if not any(
            name in (ours, theirs) and ours in rates and theirs in rates for ours, theirs, *_ in _BESIDE
        ):
            yield Row(_OURS.get(name, name), per_second(rate.per_second), void=wrong.get(name, ""))
