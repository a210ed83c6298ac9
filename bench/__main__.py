"""Takes every figure and writes bench/RESULTS.md: `python -m bench` (about five minutes), `--quick` to look only."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import decisions, report, starts, stays, sweeps
from bench.setting import prepared

_PARTS = {"decisions": decisions.take, "sweeps": sweeps.take, "stays": stays.take, "starts": starts.take}


def main() -> int:
    """Exit 0: the figures were taken. A missed target, or a row left out, is said and is no failure."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument(
        "--quick", action="store_true", help="small sizes, under a minute; RESULTS.md is left alone"
    )
    asked.add_argument(
        "--only", choices=list(_PARTS), action="append", help="only this part; RESULTS.md is left alone"
    )
    asked.add_argument(
        "--date", default=f"{datetime.now(UTC):%Y-%m-%d}", help="the date to write down; left out: today"
    )
    options = asked.parse_args()
    began, busy = time.perf_counter(), os.getloadavg()[0]
    if busy >= 0.5:
        print(
            f"Other work is running here (load {busy:.1f}): trust the ratios more than the times.", flush=True
        )
    with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as folder:
        setting = prepared(Path(folder), quick=options.quick)
        sections = []
        for name in options.only or _PARTS:
            sections.append(_PARTS[name](setting))
            print(sections[-1].plain(), flush=True)
    took = time.perf_counter() - began
    if options.quick or options.only:
        print(f"\n{took:.0f} s. Only a look: RESULTS.md was left alone.")
    else:
        written = report.write(sections, date=options.date, node=setting.node, took=took, busy=busy)
        print(f"\n{took:.0f} s. Written: bench/{written.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
