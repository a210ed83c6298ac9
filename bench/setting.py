"""What every figure needs: the rules in each engine's form and the samples, in one folder; the peers; the sizes."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench import charts, cql_records, install, patients, translate
from bench.rules import RuleSet
from bench.rules import read as read_rules


@dataclass
class Setting:
    """Where things are, and how much of each to do."""

    folder: Path
    quick: bool
    rules: RuleSet
    # The Python and the node that have the peers; None where they could not be had, and why.
    python: Path | None = None
    node: str | None = None
    missing: list[str] = field(default_factory=list)

    @property
    def rounds(self) -> int:
        """How often the engines take turns."""
        return 3 if self.quick else 7

    @property
    def seconds(self) -> float:
        """For how long each engine works in one turn."""
        return 0.2 if self.quick else 1.0

    def ours(self, question: str, *rest: str) -> list[str]:
        """The command that asks Mainstay."""
        return [sys.executable, "-m", "bench.ours", str(self.folder), question, *rest]


def prepared(folder: Path, *, quick: bool) -> Setting:
    """Fetch the peers if they are missing, and write everything they read into `folder`."""
    rules = read_rules()
    setting = Setting(folder, quick, rules)
    try:
        setting.python = install.python_peers()
    except install.NotToBeHad as error:
        setting.missing.append(f"zen-engine and OpenFisca: {error}")
    try:
        setting.node = install.node_peers()
    except install.NotToBeHad as error:
        setting.missing.append(f"json-rules-engine and cql-execution: {error}")
    _write_rules(folder, rules)
    _write_samples(folder, rules, quick=quick)
    return setting


def _write_rules(folder: Path, rules: RuleSet) -> None:
    _json(folder, "rules", rules.as_data())
    _json(folder, "jdm", translate.jdm(rules))
    _json(folder, "json_rules", translate.json_rules(rules))
    for name, library in (("facts", translate.elm(rules)), ("records", cql_records.elm_records(rules))):
        _json(folder, f"elm_{name}", library)
        _json(folder, f"elm_{name}_clauses", translate.with_clauses(library))
    for language in ("c", "c_usual"):
        (folder / f"{language}.c").write_text(translate.c_source(rules, language))


def _write_samples(folder: Path, rules: RuleSet, *, quick: bool) -> None:
    people = patients.patients(300 if quick else 2_000)
    _json(folder, "facts", [patients.facts_of(one) for one in people])
    _json(folder, "records", [cql_records.records_of(one) for one in people])
    _json(folder, "charts", [charts.of_patient(one) for one in people])
    number = 50_000 if quick else 1_000_000
    columns, known = patients.columns(number), patients.known(number)
    np.save(folder / "columns.npy", np.stack([columns[fact] for fact in rules.facts]))
    np.save(folder / "known.npy", np.stack([known[fact] for fact in rules.facts]))


def _json(folder: Path, name: str, what: Any) -> None:
    (folder / f"{name}.json").write_text(json.dumps(what))
