"""OpenFisca on the rules: each fact an input, each rule a variable with a formula, everyone at once.

"ready": the inputs are set once, and only the rules are worked out again. "fresh": each pass is given the charts anew.
"""

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


def main(folder: Path, way: str) -> None:
    """Serve the charts in `folder`: one pass works out every rule for all of them."""
    data = json.loads((folder / "rules.json").read_text())
    person = build_entity("person", "persons", "One patient.", is_person=True)
    system = taxbenefitsystems.TaxBenefitSystem([person])
    for fact in data["facts"]:
        system.add_variable(_variable(fact, int, person))
    for number, rule in enumerate(data["rules"]):
        made = formula(rule["when"], "numpy", "ask('{}', period)")
        worked_out = eval(f"lambda ask, period: {made}")  # noqa: S307 - our own formula, from our own file
        system.add_variable(_variable(f"r{number}", bool, person, worked_out))
    period = periods.period("2026-01")
    # Its own whole numbers are of 32 bits: given so, nothing is converted later.
    given = dict(zip(data["facts"], np.load(folder / "columns.npy").astype(np.int32), strict=True))
    number = len(given[data["facts"][0]])
    variables = [f"r{rule}" for rule in range(len(data["rules"]))]

    def simulation() -> Any:
        made = simulations.SimulationBuilder().build_default_simulation(system, count=number)
        for fact, column in given.items():
            made.set_input(fact, period, column)
        return made

    ready = simulation()

    def judge_ready() -> list[Any]:
        for variable in variables:
            ready.delete_arrays(variable)
        return [ready.calculate(variable, period) for variable in variables]

    def judge_fresh() -> list[Any]:
        fresh = simulation()
        return [fresh.calculate(variable, period) for variable in variables]

    def keep(answers: list[Any]) -> dict[str, str]:
        np.save(folder / f"openfisca_{way}.npy", masks_of(answers))
        return {"saved": f"openfisca_{way}.npy"}

    serve(judge_ready if way == "ready" else judge_fresh, number, keep)


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
    main(Path(sys.argv[1]), sys.argv[2])
