"""One decision on a whole stay, as the bedside asks for it."""

from __future__ import annotations

import statistics

from bench.report import Row, Section, per_second, time_of
from bench.setting import Setting
from bench.timing import NoAnswer, answered, percentile

_ABOUT = """A made-up stay of ten days (`charts.py`), read at its end: the chart as it stands now is put together from the course, every
protocol and alarm is considered, and the whole advice is written out in words. Twelve stays, over and over, in one process."""


def take(setting: Setting) -> Section:
    """Median, p95 and p99 of a decision with its words."""
    section = Section("A whole stay: ten days, about 1,500 entries", _ABOUT)
    try:
        found = answered(setting.ours("whole_stay", "2" if setting.quick else "20"), 120)
    except NoAnswer as error:
        section.left_out.append(f"the whole stay: {error}")
        return section
    times = found["times"]
    median, p95, p99 = statistics.median(times), percentile(times, 0.95), percentile(times, 0.99)
    what = f"decision with its words, {found['entries']:,} entries, {found['protocols']} protocols"
    section.rows += [
        Row(f"{what}: median", f"{median:.2f} ms"),
        Row(f"{what}: p95", f"{p95:.2f} ms"),
        time_of(f"{what}: p99 of {len(times):,}", p99, "ms", f"{p99:.2f} ms", must=20, stretch=5),
        Row("such decisions", per_second(1000 / statistics.mean(times))),
    ]
    return section
