"""Run the `mainstay` command: in this process where that is enough, as a program of its own where it is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from mainstay.commands.main import app

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "cases"
_PROGRAM = "from mainstay.commands.main import run; run()"


class Ran(NamedTuple):
    """What a run came to."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Its output without line breaks: where a line ends depends on the terminal."""
        return " ".join(self.out.split())

    @property
    def data(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.out)


def mainstay(*args: str | Path, given: str | bytes = "", columns: int = 100) -> Ran:
    """Run it in this process."""
    ran = CliRunner(env={"COLUMNS": str(columns)}).invoke(app, [str(arg) for arg in args], input=given)
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return Ran(ran.exit_code, ran.stdout, ran.stderr)


def program(*args: str | Path, given: bytes = b"", **environment: str) -> Ran:
    """Run it as a program of its own, its output into a pipe."""
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *map(str, args)],
        input=given,
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        timeout=120,
    )
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def chart(entries: str, *, now: str = "2026-03-03 08:40", zone: str = "America/New_York") -> str:
    """A chart document with these entries."""
    return f"chart: A chart for tests\nnow: {now}\ntimezone: {zone}\nentries:\n{entries}"


# Someone who was asked everything the gates ask, nine hours after heroin, with fresh vital signs.
WELL_KNOWN = """\
  - at: 2026-03-02 23:30
    recorded: 2026-03-03 02:25
    took: {substance: heroin, dose: 0.5 g, route: injected}
  - at: 2026-03-03 02:10
    happened: [admission, outside doses asked]
    told:
      {age: 34 years, weight: 71 kg, pregnancy: negative, tolerance: usual, consent_recorded: "yes", full_agonist_continues: "no",
       naloxone_on_unit: "yes", alcohol_dependence: "no", sedative_dependence: "no",
       severe_respiratory_compromise: "no", severe_liver_disease: "no", long_qt_syndrome: "no"}
    takes: {medicines: [], complete: "yes"}
    allergies: []
  - at: 2026-03-03 08:30
    measured:
      {systolic_bp: 124 mmHg, diastolic_bp: 76 mmHg, heart_rate: 104 /min, respiratory_rate: 16 /min, spo2: 98 %,
       temperature: 98.6 F, breathing: air, consciousness: alert, sedation: awake, intoxicated: "no"}
    assessed:
      instrument: cows
      answers:
        {pulse: 2, sweating: 2, restlessness: 1, pupils: 2, aches: 2, nose_tears: 2, gi: 2, tremor: 1, yawning: 1,
         anxiety: 1, gooseflesh: 3}
"""

KNOWN = chart(WELL_KNOWN)
# The same chart at a moment when the waiting time is over and the readings were taken again.
LATER = chart(WELL_KNOWN.replace("2026-03-03 08:30", "2026-03-03 12:30"), now="2026-03-03 12:40")
LOW_PRESSURE = chart(WELL_KNOWN.replace("systolic_bp: 124 mmHg", "systolic_bp: 84 mmHg"))
COWS = "1,1,1,0,1,1,1,0,0,1,0"
