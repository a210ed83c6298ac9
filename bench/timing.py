"""Takes times: engines in turn (A B A B ...), medians over the rounds, CPU seconds beside wall."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


class NoAnswer(RuntimeError):
    """A measured process ended or refused. Carries the last thing it said."""


class Engine:
    """One measured process. It speaks the lines of `worker.py`."""

    def __init__(self, name: str, command: list[str], cwd: Path = ROOT) -> None:
        self.name = name
        self.process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
        )  # fmt: skip
        self._read()

    def ask(self, question: str) -> Any:
        """Its answer to one line. Raises NoAnswer."""
        assert self.process.stdin is not None
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        line = self.process.stdout.readline()
        if not line:
            raise NoAnswer(last_words(self.process.stderr.read()))
        return json.loads(line)

    def close(self) -> None:
        """End this process."""
        self.process.kill()
        self.process.communicate()


ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}


def last_words(said: str) -> str:
    """The last line a process left, which names what was wrong."""
    lines = [line for line in said.strip().splitlines() if line.strip() and not line.startswith("Node.js")]
    errors = [line for line in lines if "Error" in line or "Refused" in line]
    return (errors or lines or ["it ended without a word"])[-1].strip()


@dataclass
class Rates:
    """What one engine did in each round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """The median rate by the clock."""
        return statistics.median(self.wall)

    @property
    def per_cpu_second(self) -> float:
        """The median rate by the processor's time, of all threads."""
        return statistics.median(self.cpu)


def in_turn(engines: list[Engine], rounds: int, seconds: float) -> dict[str, Rates]:
    """Each engine in each round, one working at a time."""
    rates = {engine.name: Rates() for engine in engines}
    for _ in range(rounds):
        for engine in engines:
            found = engine.ask(f"measure {seconds}")
            rates[engine.name].wall.append(found["decisions"] / found["wall"])
            rates[engine.name].cpu.append(found["decisions"] / found["cpu"])
    return rates


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median over the rounds of our rate by theirs in the same round."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def answered(command: list[str], timeout: float) -> Any:
    """What a process prints as JSON. Raises NoAnswer."""
    try:
        done = subprocess.run(
            command, check=False, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=timeout
        )
    except subprocess.TimeoutExpired as error:
        raise NoAnswer(f"no answer in {timeout:.0f} s") from error
    if done.returncode:
        raise NoAnswer(last_words(done.stderr))
    return json.loads(done.stdout)


def answered_together(commands: list[list[str]], timeout: float) -> list[Any]:
    """What several processes print as JSON, running at once. Raises NoAnswer."""
    running = [
        subprocess.Popen(
            one, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for one in commands
    ]
    try:
        answers = []
        for one in running:
            said, wrong = one.communicate(timeout=timeout)
            if one.returncode:
                raise NoAnswer(last_words(wrong))
            answers.append(json.loads(said))
        return answers
    except subprocess.TimeoutExpired as error:
        raise NoAnswer(f"no answer in {timeout:.0f} s") from error
    finally:
        for one in running:
            one.kill()


@dataclass(frozen=True)
class Ran:
    """A whole process: seconds by the clock and of the processor, how it ended, and what it said last."""

    wall: float
    cpu: float
    code: int
    said: str


def whole_process(command: list[str], timeout: float = 60) -> Ran:
    """Run a command to its end, in the environment a person has. Raises NoAnswer if it takes longer than `timeout`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    try:
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise NoAnswer(f"not finished in {timeout:.0f} s") from error
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ran(wall, cpu, done.returncode, last_words(done.stderr or done.stdout))
