"""OpenFisca on the rules: each fact an input, each rule a variable with a formula, everyone at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core import periods, simulations, taxbenefitsystems
from openfisca_core.entities import build_entity
from openfisca_core.variables import Variable

from bench.peers.array_sweep import masks_of
from bench.translate import formula
from bench.worker import serve


def main(folder: Path) -> None:
    """Serve the charts in `folder`: one pass works out every rule for all of them."""
    data = json.loads((folder / "rules.json").read_text())
    columns = np.load(folder / "columns.npy", mmap_mode="r")
    person = build_entity("person", "persons", "One patient.", is_person=True)
    system = taxbenefitsystems.TaxBenefitSystem([person])
    for fact in data["facts"]:
        system.add_variable(_variable(fact, int, person))
    for number, rule in enumerate(data["rules"]):
        made = formula(rule["when"], "numpy", "ask('{}', period)")
        worked_out = eval(f"lambda ask, period: {made}")  # noqa: S307 - our own formula, from our own file
        system.add_variable(_variable(f"r{number}", bool, person, worked_out))
    period = periods.period("2026-01")
    simulation = simulations.SimulationBuilder().build_default_simulation(system, count=columns.shape[1])
    for fact, column in zip(data["facts"], columns, strict=True):
        # Its own whole numbers are of 32 bits: given so, nothing is converted later.
        simulation.set_input(fact, period, column.astype(np.int32))
    count = len(data["rules"])

    def one_pass() -> list[Any]:
        for number in range(count):
            simulation.delete_arrays(f"r{number}")
        return [simulation.calculate(f"r{number}", period) for number in range(count)]

    def keep(answers: list[Any]) -> dict[str, str]:
        np.save(folder / "openfisca.npy", masks_of(answers))
        return {"saved": "openfisca.npy"}

    serve(one_pass, columns.shape[1], keep)


def _variable(
    name: str, kind: type, person: Any, worked_out: Callable[..., Any] | None = None
) -> type[Variable]:
    attributes: dict[str, Any] = {
        "value_type": kind,
        "entity": person,
        "definition_period": periods.DateUnit.MONTH,
        "label": name,
    }
    if worked_out is not None:
        attributes["formula"] = worked_out
    return type(name, (Variable,), attributes)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
