"""What was done, in words: the entries of a chart as a ward would read them out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from mainstay.engine import words
from mainstay.engine.chart import (
    TAKEN,
    Assessed,
    Chart,
    Course,
    Dosed,
    Entry,
    Happened,
    Measured,
    Noted,
    Ordered,
    Stopped,
    Takes,
    Took,
)
from mainstay.engine.facts.registry import Kind
from mainstay.engine.facts.scores import total_of
from mainstay.engine.knowledge.library import Library
from mainstay.engine.quantities import UNITS, Quantity

# Read out together, in the order a nurse takes them.
_VITALS = ("heart_rate", "respiratory_rate", "spo2", "temperature")
# Their values speak for themselves.
_BARE = ("consciousness", "sedation")
# What a case is asked about at its end.
_SIGNS = ("systolic_bp", "heart_rate", "respiratory_rate", "spo2")
# A medicine taken again after so long is worth a word of its own.
_LONG_GAP = timedelta(days=2)


def lines(entries: Iterable[Entry], chart: Chart, library: Library) -> list[str]:
    """What these entries say was done, those of one kind together."""
    every = list(entries)
    measured = [one for one in every if isinstance(one, Measured) and one.what in library.vocabulary]
    readings = [one for one in measured if library.vocabulary[one.what].kind is Kind.READING]
    made = [
        ", ".join(part for part in (_vitals(measured), _others(readings, library)) if part),
        _others([one for one in measured if library.vocabulary[one.what].kind is not Kind.READING], library),
        ", ".join(entry_text(one, library) for one in every if isinstance(one, Assessed)),
    ]
    for one in every:
        if isinstance(one, Measured | Assessed):
            continue
        said = entry_text(one, library) + _late(one, chart)
        made.append(said + _gap(one, chart) if isinstance(one, Dosed) else said)
    return [line for line in dict.fromkeys(made) if line]


def _vitals(measured: list[Measured]) -> str:
    by_name = {one.what: one for one in measured}
    said = []
    if "systolic_bp" in by_name and "diastolic_bp" in by_name:
        said.append(f"blood pressure {by_name['systolic_bp'].steps}/{by_name['diastolic_bp'].steps} mmHg")
    return ", ".join([*said, *(_reading(by_name[name]) for name in _VITALS if name in by_name)])


def _reading(one: Measured) -> str:
    from mainstay.engine.facts.registry import declared

    fact = declared()[one.what]
    written = f" (written {one.written})" if one.written else ""
    return f"{words.fact_name(one.what)} {words.steps_text(fact, one.steps)}{written}"


def _others(measured: list[Measured], library: Library) -> str:
    pressures = {"systolic_bp", "diastolic_bp"}
    skipped = {*_VITALS, *(pressures if pressures <= {one.what for one in measured} else ())}
    left = [one for one in measured if one.what not in skipped]
    no = [one for one in left if library.vocabulary[one.what].choices == ("no", "yes") and one.steps == 0]
    said = [_plain(one, library) for one in left if one not in no]
    denied = ", ".join(words.fact_name(one.what) for one in no)
    return ", ".join([*said, *([f"no to: {denied}"] if denied else [])])


def _plain(one: Measured, library: Library) -> str:
    fact = library.vocabulary[one.what]
    name, value = words.fact_name(one.what), words.steps_text(fact, one.steps)
    if one.what in _BARE:
        return value
    if fact.choices == ("no", "yes"):
        return name if value == "yes" else f"{name}: no"
    return f"{name} {value}" + (f" (written {one.written})" if one.written else "")


def _late(entry: Entry, chart: Chart) -> str:
    if entry.at == entry.recorded_at:
        return ""
    latest = entry.latest if isinstance(entry, Took) else None
    return f", {chart.shown(entry.at)}" + (f" to {chart.shown(latest)}" if latest else "")


def _gap(dose: Dosed, chart: Chart) -> str:
    """How long the patient had gone without, where it was long."""
    if dose.outcome not in TAKEN:
        return ""
    earlier = [one.latest for one in chart.taken(dose.ingredient) if one.latest < dose.at]
    if not earlier or dose.at - earlier[-1] < _LONG_GAP:
        return ""
    gone = int((dose.at - earlier[-1]).total_seconds())
    return f" (the first in {words.elapsed_text(gone)})"


def entry_text(entry: Entry, library: Library) -> str:
    """What one entry says was done."""
    return _said(entry, library) + (" (a correction)" if entry.corrects else "")


def _said(entry: Entry, library: Library) -> str:
    if isinstance(entry, Measured):
        return _plain(entry, library) if entry.what in library.vocabulary else entry.what
    if isinstance(entry, Assessed):
        instrument = library.instruments[entry.instrument]
        total = total_of(entry, len(instrument.items))
        by = f" (by {entry.by})" if entry.by else ""
        return f"{instrument.short} {total if total is not None else 'incomplete, no total'}{by}"
    if isinstance(entry, Dosed):
        drug = library.drugs.get(entry.drug)
        what = f"{drug.title if drug else entry.drug} {entry.dose} {entry.route}".strip()
        because = f" ({entry.because})" if entry.because else ""
        return f"{entry.outcome.replace('_', ' ')}: {what}{because}"
    if isinstance(entry, Took):
        how = ", ".join(str(part) for part in (entry.dose or "amount not known", entry.route) if part)
        return f"had taken {library.substances[entry.substance].title} outside the unit ({how})"
    if isinstance(entry, Ordered):
        every = f" every {Quantity(entry.every, UNITS['h'])}" if entry.every else ""
        return f"ordered: {entry.drug} {entry.dose or ''}{every}".strip()
    if isinstance(entry, Stopped):
        return f"stopped: {entry.drug}"
    if isinstance(entry, Takes):
        return f"own medicines: {', '.join(entry.medicines) or 'none'}{'' if entry.complete else ' (not complete)'}"
    if isinstance(entry, Happened):
        return entry.event
    return f"“{entry.text}”" if isinstance(entry, Noted) else type(entry).__name__


def course_lines(course: Course, library: Library) -> list[str]:
    """What a whole course measured, and what it never did."""
    first, last = course.moments[0], course.moments[-1]
    span = words.elapsed_text(int((last - first).total_seconds()))
    rated = [entry for entry in course.entries if isinstance(entry, Assessed)]
    counts = {
        one.short: sum(entry.instrument == one.id for entry in rated) for one in library.instruments.values()
    }
    said = ", ".join(
        f"{short} {count} time{'s' if count > 1 else ''}" for short, count in counts.items() if count
    )
    measured = {entry.what for entry in course.entries if isinstance(entry, Measured)}
    never = [words.fact_name(name) for name in _SIGNS if name not in measured]
    made = [f"In {span}: {said or 'nothing rated'}."]
    if never:
        made.append(f"Never in this chart: {', '.join(never)}. What is not there is unknown, not normal.")
    return made
