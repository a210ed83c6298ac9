"""What a fact is, and how one is declared: with its kind, unit, possible range and greatest age.

A fact is a function of a chart. It answers with a stretch, `least`..`most`: the same number when
the fact is known, a half-open guess when only a bound is known ("at least 12"), and the whole
possible range when nothing is. Freshness is part of being known: a reading older than its
greatest age is unknown again, and says how old it is.

    @fact("mmHg", 0, 200, kind=Kind.READING, greatest_age="30 min")
    def systolic_bp_fall_on_standing(chart): ...

Some facts come once for each drug, instrument or class of medicine in the knowledge files
(`@fact_for_each_drug`): adding the file adds the fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from mainstay.engine import quantities
from mainstay.engine.quantities import Quantity, Unit

if TYPE_CHECKING:
    from mainstay.engine.chart import Chart


class Kind(StrEnum):
    """What being unknown means for a fact."""

    READING = "reading"  # measured: may be unknown, has an age
    HISTORY = "history"  # told or looked up: may be unknown, may have an age
    LEDGER = "ledger"  # computed from what was given: known from admission on (settled 9)


class Found(NamedTuple):
    """What a fact's function answers. `why` says, in words, why it is not known."""

    least: int | None
    most: int | None
    at: datetime | None = None
    why: str = ""


def known(steps: int, at: datetime | None = None) -> Found:
    """The fact is `steps`, as of `at` (none: no age, true now)."""
    return Found(steps, steps, at)


def unknown(
    why: str, at: datetime | None = None, *, least: int | None = None, most: int | None = None
) -> Found:
    """The fact is not known; a bound may be. None means the end of the fact's possible range."""
    return Found(least, most, at, why)


class FactValue(NamedTuple):
    """A fact of one chart at its moment. Known when `least == most`. `age` is in seconds."""

    fact: Fact
    least: int
    most: int
    age: int | None
    at: datetime | None
    why: str

    @property
    def is_known(self) -> bool:
        return self.least == self.most

    def __str__(self) -> str:
        fact = self.fact
        if self.least == self.most:
            shown = fact.show(self.least)
            if self.age is None or fact.kind is Kind.LEDGER:
                return shown
            return f"{shown}, {quantities.show_age(self.age)}"
        if self.least > fact.least and not fact.choices:
            return f"at least {fact.show(self.least)}; {self.why}"
        if self.most < fact.most and not fact.choices:
            return f"at most {fact.show(self.most)}; {self.why}"
        return f"unknown: {self.why}"


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """A declared fact. `least` and `most` are its possible range in the unit's smallest steps."""

    name: str
    kind: Kind
    unit: Unit
    least: int
    most: int
    choices: tuple[str, ...]
    greatest_age: int | None
    says: str
    topic: str
    read: Callable[[Chart], Found]
    # True when the fact is a plain entry: the chart document may give it under its own name.
    entered: bool = False
    # For computed facts of one drug, instrument or class: which.
    subject: str = ""

    @property
    def kind_of_quantity(self) -> str:
        return self.unit.kind

    def show(self, steps: int) -> str:
        """`steps` as a person reads it: a choice's word, or a number with its unit."""
        if self.choices:
            return self.choices[steps]
        # Only "never" lies at the far end of an elapsed time.
        if self.unit.kind == "time" and steps >= NEVER and self.most == NEVER:
            return "never"
        return str(Quantity(steps, self.unit))

    def value(self, chart: Chart) -> FactValue:
        """This fact of `chart`, at the chart's moment."""
        least, most, at, why = self.read(chart)
        age = None if at is None else int((chart.now - at).total_seconds())
        if age is not None and self.greatest_age is not None and age > self.greatest_age:
            shown = "" if least is None or least != most else f"{self.show(least)}, "
            why = (
                f"last one is {shown}{quantities.show_age(age)}, older than "
                f"{Quantity(self.greatest_age, quantities.UNITS['h'])}"
            )
            return FactValue(self, self.least, self.most, age, at, why)
        return FactValue(
            self,
            self.least if least is None else max(self.least, min(least, self.most)),
            self.most if most is None else min(self.most, max(most, self.least)),
            age,
            at,
            why,
        )


class FactSheet(dict[str, FactValue]):
    """The facts of one chart, each computed when first asked for and kept."""

    def __init__(self, chart: Chart, vocabulary: Mapping[str, Fact]) -> None:
        super().__init__()
        self.chart = chart
        self._vocabulary = vocabulary

    def __missing__(self, name: str) -> FactValue:
        value = self[name] = self._vocabulary[name].value(self.chart)
        return value


# An elapsed time that never started counts as this long. Ten years: longer than any rule asks for.
NEVER = 3_650 * 86_400

# Declaring -----------------------------------------------------------------------------------

Reads = Callable[["Chart"], Found]
ReadsOne = Callable[["Chart", Any], Found]
Range = tuple[float, float]

_declared: dict[str, Fact] = {}
_for_each: dict[str, list[Callable[[Any], Fact]]] = {}


def _make(
    name: str,
    says: str,
    read: Reads,
    topic: str,
    unit: str,
    span: Range,
    kind: Kind,
    choices: tuple[str, ...],
    greatest_age: str | None,
    *,
    entered: bool = False,
    subject: str = "",
) -> Fact:
    made = quantities.UNITS[""] if choices else quantities.unit_named(unit)
    if choices:
        least, most = 0, len(choices) - 1
    elif made.kind == "time":
        least, most = 0, NEVER
    else:
        least, most = (quantities.parse(f"{bound} {unit}".strip()).steps for bound in span)
    age = None if greatest_age is None else quantities.parse(greatest_age, "time").steps
    return Fact(
        name, kind, made, least, most, choices, age, " ".join(says.split()), topic.rpartition(".")[2], read, entered,
        subject,
    )  # fmt: skip


def _add(made: Fact) -> None:
    if made.name in _declared:
        raise ValueError(f"The fact `{made.name}` is declared twice.")
    _declared[made.name] = made


def fact(
    unit: str = "",
    span: Range = (0, 0),
    *,
    kind: Kind,
    choices: Iterable[str] = (),
    greatest_age: str | None = None,
    entered: bool = False,
) -> Callable[[Reads], Reads]:
    """Declare a fact by its function: its name is the fact's, its docstring what it says.

    `span` is the possible range in `unit`; times run from nothing to "never". `entered`: the chart
    document may give readings under this name, and the function works out the fact from them.
    """

    def declare(read: Reads) -> Reads:
        _add(
            _make(
                read.__name__, read.__doc__ or "", read, read.__module__, unit, span, kind, tuple(choices), greatest_age,
                entered=entered,
            )
        )  # fmt: skip
        return read

    return declare


def plain(
    topic: str,
    name: str,
    says: str,
    unit: str = "",
    span: Range = (0, 0),
    *,
    kind: Kind = Kind.READING,
    choices: Iterable[str] = (),
    greatest_age: str | None = None,
) -> None:
    """Declare a fact that is simply the newest entry of that name in the chart."""

    def read(chart: Chart) -> Found:
        newest = chart.newest(name)
        if newest is None:
            return unknown("never recorded" if kind is Kind.HISTORY else "never measured")
        return known(newest.steps, newest.at)

    _add(_make(name, says, read, topic, unit, span, kind, tuple(choices), greatest_age, entered=True))


def fact_for_each(
    what: str,
    name: str,
    unit: str = "",
    span: Range | Callable[[Any], Range] = (0, 0),
    *,
    kind: Kind,
    choices: Iterable[str] | Callable[[Any], Iterable[str]] = (),
    greatest_age: Callable[[Any], str] | None = None,
    entered: bool = False,
) -> Callable[[ReadsOne], ReadsOne]:
    """Declare one fact for each ingredient, medicine, instrument ...: `{it}` in `name` stands for its id."""

    def declare(read: ReadsOne) -> ReadsOne:
        def make(subject: Any) -> Fact:
            it = str(getattr(subject, "id", subject))

            def read_one(chart: Chart) -> Found:
                return read(chart, subject)

            return _make(
                name.format(it=it.replace("-", "_")),
                (read.__doc__ or "").replace("{it}", it.replace("-", " ")),
                read_one,
                read.__module__,
                unit,
                span(subject) if callable(span) else span,
                kind,
                tuple(choices(subject) if callable(choices) else choices),
                None if greatest_age is None else greatest_age(subject),
                entered=entered,
                subject=it,
            )

        _for_each.setdefault(what, []).append(make)
        return read

    return declare


def declared() -> dict[str, Fact]:
    """The facts that do not depend on the knowledge files."""
    return dict(_declared)


def made_for(what: str, subjects: Iterable[Any]) -> dict[str, Fact]:
    """The facts that come with each of `subjects`."""
    made = [make(subject) for subject in subjects for make in _for_each.get(what, ())]
    return {one.name: one for one in made}
