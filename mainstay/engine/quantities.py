"""Exact quantities with units: amounts of drug, times, pressures, points.

A quantity is a whole number of the smallest step of its kind (a nanogram, a
second, 1 mmHg ...), so nothing is ever rounded and no float holds a dose.
Quantities of different kinds never mix: comparing mg with mL raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import total_ordering


class UnitMismatch(TypeError):
    """Two quantities of different kinds met where only one kind makes sense."""


class NotAQuantity(ValueError):
    """The text is not a number followed by a unit we know, or is finer than can be measured."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: `steps` is how many smallest steps of its kind make one of it."""

    name: str
    kind: str
    steps: int

    def __str__(self) -> str:
        return self.name


_UNITS = [
    # Amounts of drug count in nanograms: a quarter of a 0.5 mg film is still exact.
    Unit("mg", "amount", 1_000_000),
    Unit("mcg", "amount", 1_000),
    Unit("g", "amount", 1_000_000_000),
    # A salt is its own kind on purpose: 0.2 mg of lofexidine HCl is 0.18 mg of base.
    Unit("mg HCl", "salt", 1_000_000),
    Unit("mL", "volume", 1_000),
    Unit("mg/mL", "concentration", 1_000_000),
    Unit("s", "time", 1),
    Unit("min", "time", 60),
    Unit("h", "time", 3_600),
    Unit("d", "time", 86_400),
    Unit("mmHg", "pressure", 1),
    Unit("/min", "rate", 1),
    Unit("C", "temperature", 10),
    Unit("%", "percent", 1),
    Unit("ms", "interval", 1),
    Unit("mmol/L", "electrolyte", 100),
    Unit("mL/min/1.73m2", "filtration", 10),
    Unit("x ULN", "multiple of normal", 10),
    Unit("points", "points", 1),
    Unit("", "number", 1),
    Unit("years", "age", 1),
    Unit("kg", "body weight", 10),
]

UNITS: dict[str, Unit] = {unit.name: unit for unit in _UNITS}

# Other spellings people write, each meaning exactly one unit. "mg" and "mcg" have
# only safe ones: "ug" and the Greek letter are on the ISMP list of confused abbreviations.
_SPELLINGS = {
    "microgram": "mcg", "micrograms": "mcg", "milligram": "mg", "milligrams": "mg", "ml": "mL",
    "sec": "s", "seconds": "s", "second": "s", "minutes": "min", "minute": "min",
    "hours": "h", "hour": "h", "hr": "h", "days": "d", "day": "d",
    "bpm": "/min", "per minute": "/min", "°C": "C", "percent": "%", "msec": "ms",
    "mL/min": "mL/min/1.73m2", "point": "points", "year": "years",
}  # fmt: skip

_NUMBER_AND_UNIT = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*(\S.*?)?\s*$")


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """`steps` smallest steps of the unit's kind, printed in `unit`."""

    steps: int
    unit: Unit

    @property
    def kind(self) -> str:
        return self.unit.kind

    def same_kind(self, other: Quantity) -> None:
        """Raises UnitMismatch unless `other` is of this kind."""
        if self.unit.kind != other.unit.kind:
            raise UnitMismatch(
                f"{self} is an amount of {self.unit.kind} and {other} of {other.unit.kind}: "
                "they can't be added or compared."
            )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        self.same_kind(other)
        return self.steps == other.steps

    def __lt__(self, other: Quantity) -> bool:
        self.same_kind(other)
        return self.steps < other.steps

    def __hash__(self) -> int:
        return hash((self.steps, self.unit.kind))

    def __add__(self, other: Quantity) -> Quantity:
        self.same_kind(other)
        return Quantity(self.steps + other.steps, self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        self.same_kind(other)
        return Quantity(self.steps - other.steps, self.unit)

    def __mul__(self, times: int) -> Quantity:
        if not isinstance(times, int):
            raise TypeError(f"{self} can be multiplied by a whole number only, not by {times!r}.")
        return Quantity(self.steps * times, self.unit)

    __rmul__ = __mul__

    def split(self, parts: int) -> Quantity:
        """One of `parts` equal parts. Raises NotAQuantity if that is not a whole number of steps."""
        if self.steps % parts:
            raise NotAQuantity(f"{self} can't be split exactly into {parts} parts.")
        return Quantity(self.steps // parts, self.unit)

    def in_unit(self, name: str) -> Quantity:
        """The same quantity, printed in another unit of its kind."""
        other = Quantity(self.steps, UNITS[name])
        self.same_kind(other)
        return other

    def number(self) -> Decimal:
        """How many of its unit, exactly."""
        return Decimal(self.steps) / Decimal(self.unit.steps)

    def __str__(self) -> str:
        if self.unit.kind == "time":
            return _show_time(self.steps)
        number = format(self.number().normalize(), "f")
        return f"{number} {self.unit.name}".strip()

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"


def _show_time(seconds: int) -> str:
    """Hours and minutes as a ward says them: "11 h 10 min", "3 d", "45 min"."""
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    if seconds >= 72 * 3_600 and seconds % 86_400 == 0:
        return f"{sign}{seconds // 86_400} d"
    hours, rest = divmod(seconds, 3_600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    parts += [f"{left} s"] if left else []
    return sign + (" ".join(parts) or "0 min")


def show_age(seconds: int) -> str:
    """How long ago: "just now", "5 min old"."""
    return "just now" if seconds < 60 else f"{_show_time(seconds - seconds % 60)} old"


def _said(kind: str) -> str:
    """A kind in a sentence."""
    word = {"amount": "amount of drug", "salt": "amount of salt"}.get(kind, kind)
    return f"{'an' if word[0] in 'aei' else 'a'} {word}"


def unit_named(name: str) -> Unit:
    """The unit `name` spells. Raises NotAQuantity, with the nearest one we know."""
    name = _SPELLINGS.get(name, name)
    if name in UNITS:
        return UNITS[name]
    near = get_close_matches(name, [*UNITS, *_SPELLINGS], 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise NotAQuantity(f"{name!r} is not a unit Mainstay knows.{hint}")


def parse(text: str, kind: str | None = None) -> Quantity:
    """Read "0.18 mg", "62 /min", "98.6 F", "12": a number and its unit, exactly.

    With `kind`, the unit must be of that kind. A temperature in F is converted and
    rounded once, here, to 0.1 C. Raises NotAQuantity, saying what is wrong.
    """
    match = _NUMBER_AND_UNIT.match(text)
    if not match:
        raise NotAQuantity(f"{text!r} is not a number and a unit, such as '0.18 mg' or '62 /min'.")
    number, name = Decimal(match[1]), (match[2] or "")
    if name in ("F", "°F"):
        number, name = ((number - 32) * 5 / 9).quantize(Decimal("0.1")), "C"
    unit = unit_named(name)
    if kind is not None and unit.kind != kind:
        # A bare number is a number of points where points are meant: "cows_total >= 11".
        if unit.kind == "number" and kind == "points":
            unit = UNITS["points"]
        else:
            wanted = " or ".join(repr(u.name) for u in _UNITS if u.kind == kind and u.name) or "a bare number"
            raise NotAQuantity(f"{text.strip()!r} is not {_said(kind)}: write it in {wanted}.")
    try:
        steps = number * unit.steps
        whole = int(steps)
    except (
        InvalidOperation,
        OverflowError,
    ) as error:  # pragma: no cover - Decimal refuses only absurd exponents
        raise NotAQuantity(f"{text!r} is too large.") from error
    if whole != steps:
        raise NotAQuantity(f"{text.strip()!r} is finer than Mainstay measures {_said(unit.kind)}.")
    return Quantity(whole, unit)


def amount_in(volume: Quantity, concentration: Quantity) -> Quantity:
    """How much drug a volume of a solution holds: 30 mL of 10 mg/mL is 300 mg."""
    if volume.kind != "volume" or concentration.kind != "concentration":
        raise UnitMismatch(f"An amount comes from mL and mg/mL, not from {volume} and {concentration}.")
    steps, finer = divmod(volume.steps * concentration.steps, UNITS["mL"].steps)
    if finer:
        raise NotAQuantity(f"{volume} of {concentration} is not a whole number of nanograms.")
    return Quantity(steps, UNITS["mg"])


def minutes(number: int) -> Quantity:
    """A time of `number` minutes."""
    return Quantity(number * 60, UNITS["min"])


def hours(number: int) -> Quantity:
    """A time of `number` hours."""
    return Quantity(number * 3_600, UNITS["h"])
