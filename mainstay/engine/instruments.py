"""Instruments: which one a name means, which answers are allowed, and what a sheet of answers comes to.

No instrument is known here by name: items, allowed answers, bands and triggers come from
`knowledge/instruments/`. Four promises hold for all of them. No total while an item is missing:
the least it can be, and what is missing, instead. An answer that is not on the form is refused.
A trigger may fire on a lower bound, and is never cleared by one. Totals of two instruments,
or on two scales, are never compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from mainstay.engine.hints import did_you_mean
from mainstay.engine.knowledge.instrument_files import Band, Held, Instrument, Item, Trigger
from mainstay.engine.quantities import Quantity

if TYPE_CHECKING:
    from mainstay.engine.facts.registry import Fact, FactValue
    from mainstay.engine.knowledge.library import Library

# Which instrument -----------------------------------------------------------------------------


class NoSuchInstrument(LookupError):
    """No instrument Mainstay holds is meant by this name."""


class UnclearName(NoSuchInstrument):
    """The name may mean an instrument we hold, or several: `candidates` are their ids."""

    def __init__(self, message: str, candidates: Iterable[Instrument]) -> None:
        super().__init__(message)
        self.candidates = tuple(one.id for one in candidates)


def find(
    library: Library | Held,
    name: str,
    *,
    items: int | None = None,
    highest: int | None = None,
    total: int | None = None,
) -> Instrument:
    """The instrument `name` means, by its id or an exact other name.

    `items`, `highest` (the highest answer of one item) and `total` are what was seen of the form. They
    settle a name that several instruments share ("SOWS"); an exact name must fit them as well.
    Raises UnclearName or NoSuchInstrument, with the real names and how to tell them apart.
    """
    held = library.instruments.values()
    exact = [one for one in held if _is_among(name, (one.id, one.short, one.title, *one.also))]
    unclear = [one for one in held if _is_among(name, one.unclear_names)]
    wrong = [one for one in held if _is_among(name, one.wrong_names)]
    fitting = [one for one in exact or unclear if _fits(one, items, highest, total)]
    if len(fitting) == 1 and (exact or len(unclear) > 1 or items is not None):
        return fitting[0]
    if exact or unclear:
        if not fitting:
            why = "was asked for, but the form that was seen is not it"
        elif len(fitting) > 1:
            why = "is the name of several scales, and nothing seen so far settles which"
        else:
            why = "is used loosely: count the items of the form"
        candidates = fitting or exact or unclear
        raise UnclearName(f"`{name}` {why}. {_how_to_tell(candidates)}", candidates)
    if wrong:
        raise UnclearName(f"`{name}` names no published instrument. {_how_to_tell(wrong)}", wrong)
    names = [word.casefold() for one in held for word in (one.id, one.short, one.title, *one.also)]
    hint = did_you_mean(name.casefold(), names)
    raise NoSuchInstrument(
        f"`{name}` is not an instrument Mainstay holds.{hint} It holds {', '.join(sorted(library.instruments))}."
    )


def _is_among(name: str, names: Iterable[str]) -> bool:
    """Whether two names differ only in capitals, spaces, dashes and dots."""
    return _plain(name) in {_plain(one) for one in names}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _highest(instrument: Instrument) -> int:
    return max(high for _, high in instrument.spans.values())


def _fits(instrument: Instrument, items: int | None, highest: int | None, total: int | None) -> bool:
    return (
        (items is None or items == len(instrument.items))
        and (highest is None or highest == _highest(instrument))
        and (total is None or instrument.least <= total <= instrument.most)
    )


def _how_to_tell(candidates: Iterable[Instrument]) -> str:
    shapes = [
        f"`{one.id}` is the {one.title}: {len(one.items)} items of up to {_highest(one)}, total {one.least} to "
        f"{one.most}, rated by {' or '.join(one.rater)}"
        for one in candidates
    ]
    return f"Say by its id which form was used: {'; '.join(shapes)}."


# What was answered ----------------------------------------------------------------------------


class Unanswered(StrEnum):
    """Why an item has no answer. None of these is a zero."""

    NOT_ASSESSED = "not assessed"
    UNABLE_TO_ASSESS = "unable to assess"
    REFUSED = "refused"


Answers = Mapping[str, int | Unanswered | None]


class AnswerRefused(ValueError):
    """Some answers cannot stand on this form; the message names each, and what is allowed."""


class NotARater(ValueError):
    """Whoever rated it may not rate this instrument."""


def check_answers(instrument: Instrument, answers: Answers) -> None:
    """Raises AnswerRefused, naming every item that is not on the form and every answer it does not allow."""
    problems = [problem for key, answer in answers.items() if (problem := _problem(instrument, key, answer))]
    if problems:
        raise AnswerRefused(f"{instrument.short}: {' '.join(problems)}")


def _problem(instrument: Instrument, key: str, answer: object) -> str:
    item = instrument.items.get(key)
    if item is None:
        return f"there is no item `{key}`.{did_you_mean(key, instrument.items)} Items: {', '.join(instrument.items)}."
    if answer is None or isinstance(answer, Unanswered):
        return ""
    # True is not an answer, though Python counts it as 1; nor is 2.0.
    if type(answer) is int and (key, answer) in instrument.legal:
        return ""
    allowed = ", ".join(str(one.points) for one in item.answers)
    return f"`{key}` ({item.label}) can't be {answer!r}: it allows {allowed} and nothing else."


# The score ------------------------------------------------------------------------------------

NOTHING_MISSING: Mapping[str, Unanswered] = MappingProxyType({})
_WHOLE_NUMBERS = {int}


class Incomparable(TypeError):
    """Two scores that must not be compared: other instruments, other scales, or no total."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one sheet comes to. `total` is None while an item is missing; `at_least` is the least it can be."""

    instrument: Instrument
    subscores: Mapping[str, int]
    total: int | None
    at_least: int
    missing: Mapping[str, Unanswered]
    band: Band | None
    fired: tuple[Trigger, ...]
    rated_by: str
    scale: str

    @property
    def at_most(self) -> int:
        """The most the total can be, once what is missing is answered."""
        return sum(self.subscores.values()) + sum(self.instrument.spans[key][1] for key in self.missing)

    @property
    def window(self) -> str:
        """The time the answers are about."""
        return self.instrument.window

    @property
    def level(self) -> str:
        """The most pressing level of what fired, or nothing."""
        return self.fired[0].level if self.fired else ""

    @property
    def not_cleared(self) -> tuple[Trigger, ...]:
        """The triggers that did not fire and still could, once what is missing is answered."""
        worst = {**self.subscores, **{key: self.instrument.spans[key][1] for key in self.missing}}
        possible = _fired(self.instrument, worst, self.at_most)
        return tuple(trigger for trigger in possible if trigger not in self.fired)

    @property
    def bands(self) -> dict[str, Band | None]:
        """The band of the total in every band set there is."""
        return {one: self.band_in(one) for one in self.instrument.band_sets}

    def band_in(self, band_set: str) -> Band | None:
        """The band of the total in one band set. None without a total. Raises NoSuchBandSet."""
        table = _bands(self.instrument, band_set)
        return None if self.total is None else table.get(self.total)

    @property
    def words(self) -> str:
        """What the score is called: the band's word, or why there is none."""
        own = [trigger.band for trigger in self.fired if trigger.band]
        if own and not any(trigger.on_total for trigger in self.fired):
            return own[0] if self.total is not None else f"at least {own[0]}"
        if self.total is None:
            return "no total"
        return self.band.name if self.band else "no published band"

    def __sub__(self, earlier: Score) -> int:
        """How far the total rose since `earlier`. Raises Incomparable."""
        mine, other = _totals(self, earlier)
        return mine - other

    def __lt__(self, other: Score) -> bool:
        mine, others = _totals(self, other)
        return mine < others

    def __le__(self, other: Score) -> bool:
        mine, others = _totals(self, other)
        return mine <= others


class NoSuchBandSet(LookupError):
    """The instrument has no band set of that name."""


def score(
    instrument: Instrument,
    answers: Answers,
    *,
    band_set: str | None = None,
    rated_by: str | None = None,
    scale: str = "",
) -> Score:
    """What a sheet of answers comes to: total, band in `band_set` (its own default, when None), and triggers.

    An item that is absent, None or `Unanswered` is missing: never a zero. `scale` says on which scale
    a reading was scored, where an instrument has several, and stays with the score.
    Raises AnswerRefused, NotARater or NoSuchBandSet.
    """
    if rated_by is not None and rated_by not in instrument.rater:
        raise NotARater(
            f"{instrument.short} is rated by {' or '.join(instrument.rater)}, not by {rated_by}. "
            "Have it rated again; a rating by someone else is another measure."
        )
    if scale and scale not in instrument.scales:
        raise AnswerRefused(f"{instrument.short} has no scale {scale!r}.")
    bands = _bands(instrument, instrument.default_bands if band_set is None else band_set)
    points: dict[str, int]
    if (
        len(answers) == len(instrument.items)
        and set(map(type, answers.values())) == _WHOLE_NUMBERS
        and instrument.legal.issuperset(answers.items())
    ):
        # Every answer is on the form and as many as items: the sheet is complete.
        points = dict(answers)  # type: ignore[arg-type]
        total = sum(points.values())
        fired = _fired(instrument, points, total)
        return Score(
            instrument, points, total, total, NOTHING_MISSING, bands.get(total), fired, rated_by or "", scale
        )
    check_answers(instrument, answers)
    points = {key: answer for key, answer in answers.items() if type(answer) is int}
    missing = {
        key: answers.get(key) or Unanswered.NOT_ASSESSED for key in instrument.items if key not in points
    }
    at_least = sum(points.values()) + sum(instrument.spans[key][0] for key in missing)
    fired = _fired(instrument, points, at_least)
    return Score(
        instrument, points, None, at_least, missing, None, fired, rated_by or "", scale  # type: ignore[arg-type]
    )  # fmt: skip


def _bands(instrument: Instrument, band_set: str) -> Mapping[int, Band]:
    if not band_set:
        return {}
    if band_set not in instrument.bands_by_total:
        hint = did_you_mean(band_set, instrument.band_sets)
        known = ", ".join(instrument.band_sets) or "none published"
        raise NoSuchBandSet(f"{instrument.short} has no band set `{band_set}`.{hint} Known: {known}.")
    return instrument.bands_by_total[band_set]


def _fired(instrument: Instrument, points: Mapping[str, int], at_least: int) -> tuple[Trigger, ...]:
    """The triggers these points fire, the most pressing first and only that one for each thing looked at."""
    fired: list[Trigger] = []
    for trigger in instrument.alerts:
        if trigger.any_item is not None:
            fires = trigger.any_item <= max(points.values(), default=0)
        elif trigger.item:
            fires = trigger.at_least <= points.get(trigger.item, -1)  # type: ignore[operator]
        else:
            fires = trigger.at_least <= at_least  # type: ignore[operator]
        if fires and not any((one.item, one.on_total) == (trigger.item, trigger.on_total) for one in fired):
            fired.append(trigger)
    return tuple(fired)


# Change ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """How far a total moved, at least and at most, and the triggers on a rise that fired."""

    instrument: Instrument
    least: int
    most: int
    fired: tuple[Trigger, ...]

    @property
    def points(self) -> int | None:
        """By how many points; None while an item of either sheet is missing."""
        return self.least if self.least == self.most else None


def change(earlier: Score, later: Score, *, apart: timedelta | None = None) -> Change:
    """How far the total moved between two sheets of one instrument, `apart` in time.

    A rise fires its trigger when it is at least so large, within the trigger's time; a sheet with missing
    items counts with the least rise it allows. Raises Incomparable for two instruments or two scales.
    """
    if apart is not None and apart < timedelta(0):
        raise ValueError(f"The earlier {earlier.instrument.short} comes after the later one. Swap them.")
    _same(earlier, later)
    least, most = later.at_least - earlier.at_most, later.at_most - earlier.at_least
    fired = tuple(
        trigger
        for trigger in later.instrument.triggers
        if trigger.rises_by is not None
        and trigger.within is not None
        and apart is not None
        and least >= trigger.rises_by
        and apart <= timedelta(seconds=trigger.within)
    )
    return Change(later.instrument, least, most, fired)


def _same(one: Score, other: Score) -> None:
    """Raises Incomparable unless both are of the same form and scale."""
    first, second = one.instrument, other.instrument
    if first.id != second.id or first.legal != second.legal:
        raise Incomparable(
            f"A total of {first.short} and one of {second.short} measure different things: show both, "
            "and follow each on its own."
        )
    if one.scale != other.scale:
        raise Incomparable(
            f"These {first.short} were scored on scale {one.scale or 'unknown'} and {other.scale or 'unknown'}. "
            "Score both on one scale first."
        )


def _totals(one: Score, other: Score) -> tuple[int, int]:
    _same(one, other)
    if one.total is None or other.total is None:
        raise Incomparable(f"One of these {one.instrument.short} has no total: items are missing.")
    return one.total, other.total


# From readings --------------------------------------------------------------------------------

# The readings that choose how another one is banded.
_SCALE, _BREATHING = "spo2_scale", "breathing"
_DEFAULT_SCALE = "1"

# A reading in its smallest steps, as a quantity or a choice's word, or as a fact of a chart.
Reading: TypeAlias = "int | str | Quantity | FactValue | None"


class ReadingRefused(ValueError):
    """A reading is not possible, or not of its kind."""


@dataclass(frozen=True, slots=True)
class FromReadings:
    """The answers that readings give, why the others are missing, and on which scale."""

    answers: Mapping[str, int]
    why_missing: Mapping[str, str]
    scale: str


def answers_from_readings(instrument: Instrument, readings: Mapping[str, Reading]) -> FromReadings:
    """The answers of the items that follow from readings; the other items are left to the rater.

    A named choice is given as its word. SpO2 is on scale 1 unless `spo2_scale` says otherwise. A reading
    that is absent or unknown leaves its item missing. Raises ReadingRefused.
    """
    scale = (_reading(_SCALE, readings)[0] or _DEFAULT_SCALE) if instrument.scales else ""
    breathing = _reading(_BREATHING, readings)[0] if instrument.scales else None
    answers: dict[str, int] = {}
    why_missing: dict[str, str] = {}
    for key, item in instrument.items.items():
        if item.from_reading:
            value, why = _reading(item.from_reading, readings)
            if value is not None:
                points, why = _points(item, value, str(scale), breathing)
                if points is not None:
                    answers[key] = points
                    continue
            why_missing[key] = why
    return FromReadings(answers, why_missing, str(scale))


def score_readings(
    instrument: Instrument,
    readings: Mapping[str, Reading],
    *,
    band_set: str | None = None,
    rated_by: str | None = None,
) -> Score:
    """The score that readings alone give, with the scale they were scored on."""
    read = answers_from_readings(instrument, readings)
    return score(instrument, read.answers, band_set=band_set, rated_by=rated_by, scale=read.scale)


def _reading(name: str, readings: Mapping[str, Reading]) -> tuple[int | str | None, str]:
    """The reading's steps or word; or None, and why."""
    # Imported for the forms that need it: one rated by hand is scored without the facts.
    from mainstay.engine.facts.registry import FactValue, declared

    fact = declared()[name]
    try:
        value = readings[name]
    except KeyError:
        value = None
    if value is None:
        return None, f"{name} was not measured"
    if isinstance(value, FactValue):
        if not value.is_known:
            return None, f"{name}: {value.why}"
        value = fact.show(value.least) if fact.choices else value.least
    if fact.choices:
        return _choice(fact, value), ""
    return _steps(fact, value), ""


def _choice(fact: Fact, value: object) -> str:
    # A choice's place is not taken for it: place 1 of `spo2_scale` is scale 2.
    if not isinstance(value, str) or value not in fact.choices:
        raise ReadingRefused(f"`{fact.name}` is one of {', '.join(fact.choices)}, not {value!r}.")
    return value


def _steps(fact: Fact, value: object) -> int:
    if isinstance(value, Quantity) and value.kind == fact.kind_of_quantity:
        value = value.steps
    if type(value) is not int:
        raise ReadingRefused(
            f"`{fact.name}` is a number in {fact.unit.name or fact.kind_of_quantity}, not {value!s}."
        )
    if not fact.least <= value <= fact.most:
        raise ReadingRefused(
            f"`{fact.name}` can't be {fact.show(value)}: it lies between {fact.show(fact.least)} and "
            f"{fact.show(fact.most)}. Measure again."
        )
    return value


def _points(item: Item, value: int | str, scale: str, breathing: int | str | None) -> tuple[int | None, str]:
    """The points of the first band that holds the reading; or None, and why."""
    for band in item.bands:
        if band.scale not in ("", scale):
            continue
        holds = value in band.words if isinstance(value, str) else band.up_to is None or value <= band.up_to
        if holds and band.on and breathing is None:
            return (
                None,
                f"whether the patient breathes air or oxygen decides {item.from_reading}, and is not known",
            )
        if holds and band.on in ("", breathing):
            return band.points, ""
    return None, f"no band of `{item.key}` holds this {item.from_reading}"
