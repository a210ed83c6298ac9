"""A measured engine lives in a process of its own and answers two questions, one line of JSON each.

    masks            → every sample decided once: which rules are true, as one number each
    measure SECONDS  → whole passes over the samples for about so long: {"decisions", "wall", "cpu"}

So engines in different languages can take turns (A B A B ...), each already warm, one working at a time. The
JavaScript engines speak the same lines (`peers/worker.mjs`). Only the standard library is used here: peers run this
in their own virtual environment.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any


def serve(one_pass: Callable[[], Any], samples: int, answer: Callable[[Any], Any] = list) -> None:
    """Answer questions from standard input until it closes. `one_pass` decides all `samples` once.

    `answer` makes of its result what `masks` answers.
    """
    one_pass()
    _say({"ready": True})
    for line in sys.stdin:
        question, *rest = line.split()
        if question == "masks":
            _say(answer(one_pass()))
        elif question == "measure":
            _say(measured(one_pass, samples, float(rest[0])))


def measured(one_pass: Callable[[], Any], samples: int, seconds: float) -> dict[str, float]:
    """Whole passes for at least `seconds`."""
    decisions = 0
    wall, cpu = time.perf_counter(), time.process_time()
    while True:
        one_pass()
        decisions += samples
        passed = time.perf_counter() - wall
        if passed >= seconds:
            return {"decisions": decisions, "wall": passed, "cpu": time.process_time() - cpu}


def follow_up(data: dict[str, Any]) -> Callable[[int], tuple[str, int]]:
    """From a mask, the dose class and minutes to the next check of the first rule that is true."""
    outcomes = [(rule["dose"], rule["check"]) for rule in data["rules"]]
    none = ("none", 240)

    def follows(mask: int) -> tuple[str, int]:
        return outcomes[(mask & -mask).bit_length() - 1] if mask else none

    return follows


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
