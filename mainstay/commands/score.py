"""`mainstay score`: one sheet of answers."""

from __future__ import annotations

import re
from pathlib import Path

from mainstay.commands import terminal
from mainstay.engine import instruments, quantities
from mainstay.engine.instruments import (
    AnswerRefused,
    NoSuchBandSet,
    NoSuchInstrument,
    NotARater,
    ReadingRefused,
    Score,
)
from mainstay.engine.knowledge import instrument_files
from mainstay.engine.knowledge.instrument_files import Instrument

INCOMPLETE = 3


@terminal.refusing
def run(
    name: str, answers: list[str], by: str | None, bands: str | None, *, as_json: bool, knowledge: Path | None
) -> int:
    try:
        instrument = _instrument(name, answers, terminal.folder(knowledge))
        scored = _score(instrument, answers, by, bands)
    except (AnswerRefused, NoSuchBandSet, NoSuchInstrument, NotARater, ReadingRefused) as error:
        raise terminal.BadInput(str(error)) from error
    if as_json:
        terminal.print_json(as_data(scored))
    else:
        _show(scored)
    return 0 if scored.total is not None else INCOMPLETE


def _instrument(name: str, words: list[str], folder: Path | None) -> Instrument:
    """The instrument, with the bands of its readings where some were given."""
    instrument = instruments.find(instrument_files.load(name, folder, readings=False), name)
    keys = {word.partition("=")[0] for word in words if "=" in word}
    if keys <= set(instrument.items) - _readings(instrument):
        return instrument
    return instruments.find(instrument_files.load(instrument.id, folder), instrument.id)


def _score(instrument: Instrument, words: list[str], by: str | None, bands: str | None) -> Score:
    if len(words) == 1 and re.fullmatch(r"\d+(,\d+)*", words[0]) and len(instrument.items) > 1:
        points = [int(one) for one in words[0].split(",")]
        if len(points) != len(instrument.items):
            raise terminal.BadInput(
                f"{instrument.short} has {len(instrument.items)} items, and {len(points)} answers were given. "
                f"The order is {', '.join(instrument.items)}."
            )
        return instruments.score(
            instrument, dict(zip(instrument.items, points, strict=True)), band_set=bands, rated_by=by
        )
    given: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key or key in given:
            raise terminal.BadInput(f"`{word}` is not item=points, or names an item twice.")
        given[key] = value
    readings = {key: value for key, value in given.items() if key in _readings(instrument)}
    if readings:
        read = instruments.answers_from_readings(
            instrument, {key: _reading(key, value) for key, value in readings.items()}
        )
        answers = {key: _points(key, value) for key, value in given.items() if key not in readings}
        return instruments.score(
            instrument, {**read.answers, **answers}, band_set=bands, rated_by=by, scale=read.scale
        )
    return instruments.score(
        instrument, {key: _points(key, value) for key, value in given.items()}, band_set=bands, rated_by=by
    )


def _readings(instrument: Instrument) -> set[str]:
    """The readings that items of this instrument follow from; every other key is an answer."""
    read = {item.from_reading for item in instrument.items.values() if item.from_reading}
    return read | {"spo2_scale", "breathing"} if instrument.scales else read


def _points(key: str, value: str) -> int:
    if not re.fullmatch(r"-?\d+", value):
        raise terminal.BadInput(f"`{key}={value}`: points are a whole number.")
    return int(value)


def _reading(key: str, value: str) -> str | quantities.Quantity:
    from mainstay.engine.facts.registry import declared

    fact = declared()[key]
    if fact.choices:
        return value
    # A bare number is taken in the reading's own unit: NEWS2 sheets are written so.
    text = value if re.search(r"[^\d.\-]", value) else f"{value} {fact.unit.name}"
    return quantities.parse(text, fact.kind_of_quantity)


def as_data(scored: Score) -> dict[str, object]:
    """A score as plain data."""
    return {
        "instrument": scored.instrument.id, "total": scored.total, "at_least": scored.at_least, "at_most": scored.at_most,
        "missing": {key: str(why) for key, why in scored.missing.items()},
        "band": scored.band.name if scored.band else None, "band_set": scored.band.band_set if scored.band else None,
        "words": scored.words, "subscores": dict(scored.subscores), "rater": list(scored.instrument.rater),
        "window": scored.window, "scale": scored.scale or None,
        "triggers": [
            {"level": one.level, "because": one.because, "sources": [str(each) for each in one.cited]} for one in scored.fired
        ],
        "checked_by": scored.instrument.review.checked_by,
    }  # fmt: skip


def _show(scored: Score) -> None:
    # Plain prints: the quickest command stays quick.
    instrument = scored.instrument
    if scored.total is not None:
        whose = f" ({instrument.band_sets[scored.band.band_set].title})" if scored.band else ""
        print(f"{instrument.short} {scored.total} of {instrument.most}: {scored.words}{whose}")
    else:
        print(f"{instrument.short}: no total. At least {scored.at_least}, at most {scored.at_most}.")
        print(f"  missing: {', '.join(scored.missing)}")
    if scored.scale:
        print(f"  SpO2 scale {scored.scale}")
    for trigger in scored.fired:
        print(f"  {trigger.level}: {trigger.because}")
    print(
        f"  Rated by {' or '.join(instrument.rater)}. {instrument.window} Checked by {instrument.review.checked_by}."
    )
