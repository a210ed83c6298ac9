"""The chart: what is known of one patient at one moment, frozen.

A `Course` holds every entry ever written for a stay. `Course.chart_at(now)` is the chart as it
could be read at `now`: entries written down by then, corrected ones replaced by their
corrections. All times are UTC instants; the unit's time zone only decides where its medication
day starts and how times are shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from mainstay.engine.quantities import Quantity


class InTheFuture(ValueError):
    """An entry says it happened, or was written, after the moment it is read at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing written down. `at` is when it happened, `recorded_at` when it was written."""

    id: str
    at: datetime
    recorded_at: datetime
    by: str = ""
    corrects: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Entry):
    """A reading or a piece of history: one plain fact, in its smallest steps (or its choice's place)."""

    what: str
    steps: int
    # As it was written, where the unit was converted (98.6 F): shown beside the value.
    written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed(Entry):
    """An instrument's answers. `total` only where nothing but the total was published or handed over."""

    instrument: str
    answers: Mapping[str, int] = field(default_factory=dict)
    total: int | None = None


# What counts as taken by the patient: a vomited dose may have been absorbed, so it counts.
TAKEN = frozenset({"given", "part_given", "vomited"})
OUTCOMES = ("given", "part_given", "held", "refused", "missed", "vomited", "wasted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosed(Entry):
    """One dose event in the unit: given, part-given, held, refused, missed, vomited or wasted."""

    drug: str
    ingredient: str
    dose: Quantity
    route: str = ""
    # How the start rules count it, as for what is taken outside: methadone, short_acting ...
    kind: str = ""
    outcome: str = "given"
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took(Entry):
    """Something taken outside the unit, illicit or not. `at` is the earliest, `latest` the latest it can have been."""

    substance: str
    kind: str
    ingredient: str = ""
    dose: Quantity | None = None
    route: str = ""
    latest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(Entry):
    """A medicine ordered in the unit, until a `Stopped` of the same drug."""

    drug: str
    ingredient: str
    dose: Quantity | None = None
    every: int | None = None
    route: str = ""
    as_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Entry):
    """An order stopped."""

    drug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes(Entry):
    """The patient's own medicines, as listed at one time. `complete`: everything was asked about."""

    medicines: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(Entry):
    """An event with a name: vomiting, seizure, admission ..."""

    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Entry):
    """Free text. It is shown and never read by a rule."""

    text: str


class AsGiven(NamedTuple):
    """One amount of an ingredient taken, in or outside the unit. `dose` is None when nobody knows how much."""

    at: datetime
    latest: datetime
    dose: int | None
    drug: str
    in_unit: bool


# Under which word the entries of a kind are kept; the others under the kind's own name.
_KEYS: dict[type[Entry], Callable[[Any], str]] = {
    Measured: attrgetter("what"),
    Assessed: lambda entry: f"assessed {entry.instrument}",
    Happened: lambda entry: f"happened {entry.event}",
}


@dataclass(frozen=True)
class Chart:
    """What is known at `now`. `entries` are in the order they happened, corrections applied."""

    now: datetime
    entries: tuple[Entry, ...] = ()
    zone: str = "UTC"
    day_starts: time = time(6)

    @cached_property
    def _by_type(self) -> dict[str, list[Entry]]:
        sorted_by: dict[str, list[Entry]] = {}
        for entry in self.entries:
            key = _KEYS.get(type(entry))
            sorted_by.setdefault(key(entry) if key else type(entry).__name__, []).append(entry)
        return sorted_by

    def measured(self, what: str) -> list[Measured]:
        """The readings of one plain fact, oldest first."""
        return self._by_type.get(what, [])  # type: ignore[return-value]

    def newest(self, what: str) -> Measured | None:
        """The newest reading of one plain fact."""
        found = self._by_type.get(what)
        return found[-1] if found else None  # type: ignore[return-value]

    def assessed(self, instrument: str) -> list[Assessed]:
        """The assessments with one instrument, oldest first."""
        return self._by_type.get(f"assessed {instrument}", [])  # type: ignore[return-value]

    def happened(self, event: str) -> list[Happened]:
        """The events of one name, oldest first."""
        return self._by_type.get(f"happened {event}", [])  # type: ignore[return-value]

    @cached_property
    def took(self) -> list[Took]:
        """What was taken outside the unit, oldest first."""
        return self._by_type.get("Took", [])  # type: ignore[return-value]

    @cached_property
    def dosed(self) -> list[Dosed]:
        """The dose events of the unit, oldest first."""
        return self._by_type.get("Dosed", [])  # type: ignore[return-value]

    @cached_property
    def _taken(self) -> dict[str, list[AsGiven]]:
        taken: dict[str, list[AsGiven]] = {}
        for dosed in self.dosed:
            if dosed.outcome in TAKEN:
                given = AsGiven(dosed.at, dosed.at, dosed.dose.steps, dosed.drug, True)
                taken.setdefault(dosed.ingredient, []).append(given)
        for took in self.took:
            if took.ingredient:
                dose = None if took.dose is None else took.dose.steps
                given = AsGiven(took.at, took.latest or took.at, dose, took.substance, False)
                taken.setdefault(took.ingredient, []).append(given)
        for given_of_one in taken.values():
            given_of_one.sort(key=lambda one: (one.latest, one.at, one.dose or 0, one.drug))
        return taken

    def taken(self, ingredient: str) -> list[AsGiven]:
        """Every amount of an ingredient the patient took, in and outside the unit, oldest first."""
        return self._taken.get(ingredient, [])

    @cached_property
    def ingredients(self) -> tuple[str, ...]:
        """The ingredients taken so far."""
        return tuple(self._taken)

    @cached_property
    def orders(self) -> list[Ordered]:
        """The orders active now: the newest of each drug, unless stopped since."""
        active: dict[str, Ordered] = {}
        for entry in self.entries:
            if isinstance(entry, Ordered):
                active[entry.drug] = entry
            elif isinstance(entry, Stopped):
                active.pop(entry.drug, None)
        return list(active.values())

    @cached_property
    def own_medicines(self) -> Takes | None:
        """The newest list of the patient's own medicines."""
        lists = self._by_type.get("Takes")
        return lists[-1] if lists else None  # type: ignore[return-value]

    @cached_property
    def admitted_at(self) -> datetime | None:
        """When the stay began: the first `admission` event."""
        admissions = self.happened("admission")
        return admissions[0].at if admissions else None

    @cached_property
    def outside_asked_at(self) -> datetime | None:
        """When outside doses were last asked about (settled 9: an act of its own)."""
        asked = self.happened("outside doses asked")
        return asked[-1].at if asked else None

    # The medication day ----------------------------------------------------------------------

    def medication_day(self, moment: datetime) -> int:
        """Which medication day `moment` lies in, as a running number (its local date's ordinal)."""
        local = moment.astimezone(_zone(self.zone))
        # The wall clock decides, as it does for the ward: a day the clocks change is 23 or 25 hours long.
        return local.date().toordinal() - (local.time() < self.day_starts)

    @cached_property
    def today(self) -> int:
        """The medication day of `now`."""
        return self.medication_day(self.now)

    def shown(self, moment: datetime) -> str:
        """A time as the unit reads it: "Tue 3 Mar 08:40"."""
        return f"{moment.astimezone(_zone(self.zone)):%a %-d %b %H:%M}"


_zones: dict[str, ZoneInfo] = {}


def _zone(name: str) -> ZoneInfo:
    if name not in _zones:
        _zones[name] = ZoneInfo(name)
    return _zones[name]


@dataclass(frozen=True)
class Course:
    """Everything written down over one stay, whatever its order."""

    entries: tuple[Entry, ...]
    zone: str = "UTC"
    day_starts: time = time(6)

    def chart_at(self, now: datetime) -> Chart:
        """The chart as it could be read at `now`: only what was written by then, corrections applied."""
        now = now.astimezone(UTC)
        written = [entry for entry in self._as_happened if entry.recorded_at <= now]
        replaced = {entry.corrects for entry in written if entry.corrects}
        entries = (
            tuple(entry for entry in written if entry.id not in replaced) if replaced else tuple(written)
        )
        _nothing_after(now, entries)
        return Chart(now, entries, self.zone, self.day_starts)

    @cached_property
    def _as_happened(self) -> list[Entry]:
        return sorted(self.entries, key=_order)

    @cached_property
    def moments(self) -> list[datetime]:
        """Each instant something was written down, in order."""
        return sorted({entry.recorded_at for entry in self.entries})


def make_chart(
    now: datetime, entries: Iterable[Entry], zone: str = "UTC", day_starts: time = time(6)
) -> Chart:
    """A chart of these entries at `now`. Raises InTheFuture for any entry after `now`."""
    now = now.astimezone(UTC)
    ordered = tuple(sorted(entries, key=_order))
    _nothing_after(now, ordered)
    return Chart(now, ordered, zone, day_starts)


def _order(entry: Entry) -> tuple[datetime, datetime, str]:
    return entry.at, entry.recorded_at, entry.id


def _nothing_after(now: datetime, ordered: tuple[Entry, ...]) -> None:
    if ordered and (ordered[-1].at > now or any(entry.recorded_at > now for entry in ordered)):
        late = next(entry for entry in ordered if entry.at > now or entry.recorded_at > now)
        raise InTheFuture(
            f"Entry {late.id} is of {max(late.at, late.recorded_at):%Y-%m-%d %H:%M} UTC, after now, "
            f"{now:%Y-%m-%d %H:%M} UTC. Nothing can be recorded in the future."
        )


def given_between(given: list[AsGiven], after: datetime, until: datetime) -> list[AsGiven]:
    """Those taken in (after, until]: a dose exactly as old as the window no longer counts (settled 6)."""
    start = bisect_right(given, after, key=lambda one: one.latest)
    return [one for one in given[start:] if one.latest <= until]


DAY = timedelta(hours=24)
