"""zen-engine on the rules: as a decision graph one at a time, with its trace, in batches, or its expressions alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zen

from bench.worker import follow_up, serve


def main(folder: Path, way: str) -> None:
    """Serve the samples in `folder`, in one of four ways."""
    graph = json.loads((folder / "jdm.json").read_text())
    facts = json.loads((folder / "facts.json").read_text())
    follows = follow_up(json.loads((folder / "rules.json").read_text()))
    keys = [one["key"] for one in graph["nodes"][1]["content"]["expressions"]]
    formulas = [one["value"] for one in graph["nodes"][1]["content"]["expressions"]]

    def mask_of(answers: dict[str, bool]) -> int:
        mask = 0
        for number, key in enumerate(keys):
            if answers[key]:
                mask |= 1 << number
        return mask

    def concluded(mask: int) -> int:
        follows(mask)
        return mask

    ways: dict[str, Callable[[], list[int]]] = {}
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    ways["graph"] = lambda: [concluded(mask_of(decision.evaluate(one)["result"])) for one in facts]
    traced: dict[str, Any] = {"trace": True}
    ways["traced"] = lambda: [concluded(mask_of(decision.evaluate(one, traced)["result"])) for one in facts]

    batches = zen.ZenEngine({"loader": {"type": "static", "content": {"rules": graph}}})
    requests = [{"key": "rules", "context": one} for one in facts]
    ways["batch"] = lambda: [
        concluded(mask_of(one["data"]["result"])) for one in batches.evaluate_batch(requests)
    ]
    expression = zen.compile_expression("[" + ", ".join(formulas) + "]")
    ways["expression"] = lambda: [
        concluded(sum(true << number for number, true in enumerate(expression.evaluate(one))))
        for one in facts
    ]
    serve(ways[way], len(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
