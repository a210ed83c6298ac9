"""Instrument files: what a rating instrument is, and how one file becomes one.

They stand alone: scoring a sheet reads one file here, and nothing else of the library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from mainstay.engine import quantities
from mainstay.engine.hints import did_you_mean
from mainstay.engine.knowledge import text
from mainstay.engine.knowledge.forms import INSTRUMENT
from mainstay.engine.knowledge.grammar import Record
from mainstay.engine.knowledge.text import KnowledgeRefused, Refused
from mainstay.engine.sources import Citation

SHIPPED = Path(__file__).resolve().parents[2] / "knowledge"

Citing = Callable[[Any], tuple[Citation, ...]]


@dataclass(frozen=True, slots=True)
class Review:
    """Who wrote a file, who checked it, when it must be looked at again."""

    written_by: str
    checked_by: str
    review_by: date

    @property
    def is_checked(self) -> bool:
        return self.checked_by != "nobody yet"


@dataclass(frozen=True, slots=True)
class Answer:
    """One allowed answer of an item."""

    points: int
    means: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class ReadingBand:
    """Readings up to `up_to` (steps; None: no end), or of these words, give `points`."""

    points: int
    up_to: int | None = None
    words: tuple[str, ...] = ()
    scale: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item: the allowed answers, and how a reading becomes one."""

    key: str
    label: str
    answers: tuple[Answer, ...]
    window: str = ""
    from_reading: str = ""
    bands: tuple[ReadingBand, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BandSet:
    """Named bands of one publication: (from, to, name), lowest first."""

    id: str
    title: str
    bands: tuple[tuple[int, int, str], ...]
    cited: tuple[Citation, ...]


class Band(NamedTuple):
    """One band of one band set: a band is never shown without saying whose it is."""

    band_set: str
    name: str
    least: int
    most: int


LEVELS = ("emergency", "urgent", "prompt")


@dataclass(frozen=True, slots=True)
class Trigger:
    """What one item, any item, the total, or its rise calls for, whatever the rest says."""

    level: str
    because: str
    cited: tuple[Citation, ...]
    item: str = ""
    any_item: int | None = None
    at_least: int | None = None
    rises_by: int | None = None
    within: int | None = None  # seconds
    band: str = ""

    @property
    def on_total(self) -> bool:
        """Whether it looks at the total itself."""
        return self.at_least is not None and not self.item


@dataclass(frozen=True)
class Instrument:
    """A rating instrument. Scored by `engine/instruments.py`.

    What scoring needs at every sheet is worked out once, so this class keeps no slots.
    """

    id: str
    short: str
    title: str
    says: str
    rater: tuple[str, ...]
    window: str
    greatest_age: int
    licence: str
    items: Mapping[str, Item]
    band_sets: Mapping[str, BandSet]
    default_bands: str
    triggers: tuple[Trigger, ...]
    cited: tuple[Citation, ...]
    review: Review
    also: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    unclear_names: tuple[str, ...] = ()
    wrong_names: tuple[str, ...] = ()

    @cached_property
    def least(self) -> int:
        """The lowest total there is."""
        return sum(low for low, _ in self.spans.values())

    @cached_property
    def most(self) -> int:
        """The highest total there is."""
        return sum(high for _, high in self.spans.values())

    @cached_property
    def spans(self) -> dict[str, tuple[int, int]]:
        """The lowest and highest answer of each item. Between them, not every number is allowed."""
        points = {key: [answer.points for answer in item.answers] for key, item in self.items.items()}
        return {key: (min(allowed), max(allowed)) for key, allowed in points.items()}

    @cached_property
    def legal(self) -> frozenset[tuple[str, int]]:
        """Every (item, answer) that is allowed; no other is."""
        return frozenset((key, answer.points) for key, item in self.items.items() for answer in item.answers)

    @cached_property
    def bands_by_total(self) -> dict[str, dict[int, Band]]:
        """For each band set, the band of each total that has one."""
        return {
            one.id: {
                total: Band(one.id, name, low, high)
                for low, high, name in one.bands
                for total in range(low, high + 1)
            }
            for one in self.band_sets.values()
        }

    @cached_property
    def alerts(self) -> tuple[Trigger, ...]:
        """The triggers that one sheet can fire, the most pressing first."""
        return tuple(
            sorted(
                (one for one in self.triggers if one.rises_by is None),
                key=lambda one: LEVELS.index(one.level),
            )
        )

    @cached_property
    def scales(self) -> tuple[str, ...]:
        """The scales a reading may be scored on, where there are several (NEWS2: SpO2 scales 1 and 2)."""
        return tuple(
            sorted({band.scale for item in self.items.values() for band in item.bands if band.scale})
        )


# Reading -------------------------------------------------------------------------------------


class Held(NamedTuple):
    """The instruments of a folder, by id."""

    instruments: Mapping[str, Instrument]


def load(name: str, folder: Path | None = None, *, readings: bool = True) -> Held:
    """The instrument of this id, or all of them where no file has it (another spelling, or a mistake).

    Without `readings` the bands that turn a reading into an answer are left out, and the facts they are
    checked against: a sheet that was rated by hand needs neither. Raises KnowledgeRefused with every problem found.
    """
    folder = SHIPPED if folder is None else folder
    files = {path.stem: path for path in (folder / "instruments").glob("*.yaml") if "." not in path.stem}
    files = {name: files[name]} if name in files else dict(sorted(files.items()))
    sources = {path.stem for path in (folder / "sources").glob("*.yaml")}
    held: dict[str, Instrument] = {}
    problems: list[Refused] = []
    for one, path in files.items():
        file = path.relative_to(folder).as_posix()
        try:
            record = INSTRUMENT.read(text.read(text.words(path, file), file))
            held[one] = made(one, record, lambda cited: citations(cited, sources), readings=readings)
        except Refused as problem:
            problems.append(problem)
    if problems:
        raise KnowledgeRefused(problems)
    return Held(held)


def citations(cited: Any, sources: Mapping[str, Any] | set[str]) -> tuple[Citation, ...]:
    """The citations of a record, each of a source that has its file. Raises Refused."""
    for citation, place in cited:
        if citation.source not in sources:
            hint = did_you_mean(citation.source, list(sources))
            raise Refused(place, f"there is no source `{citation.source}` in sources/.{hint}")
    return tuple(citation for citation, _ in cited)


def review(record: Record) -> Review:
    """Who wrote and checked a file."""
    return Review(record["written_by"], record["checked_by"], record["review_by"])


def made(name: str, record: Record, cited: Citing, *, readings: bool = True) -> Instrument:
    """The instrument one file describes. `cited` looks its sources up. Raises Refused."""
    items = {key: _item(key, item, readings=readings) for key, item in record["items"].items()}
    band_sets = {}
    for key, one in record.get("bands", {}).items():
        bands = tuple((band["from"], band["to"], band["name"]) for band in one["bands"])
        if any(low > high for low, high, _ in bands) or any(a[1] >= b[0] for a, b in pairwise(bands)):
            raise Refused(one.place, f"the bands of `{key}` overlap or run backwards.")
        points = [[answer.points for answer in item.answers] for item in items.values()]
        least, most = sum(map(min, points)), sum(map(max, points))
        if bands[0][0] < least or bands[-1][1] > most:
            raise Refused(one.place, f"totals run from {least} to {most}; the bands of `{key}` go beyond.")
        band_sets[key] = BandSet(key, one["title"], bands, cited(one["source"]))
    default = record.get("default_bands", "")
    if default and default not in band_sets:
        raise Refused(record.place, f"`default_bands` names `{default}`, which is not one of its band sets.")
    triggers = []
    for one in record.get("triggers", ()):
        if one.get("item") and one["item"] not in items:
            raise Refused(one.place, f"there is no item `{one['item']}`.{did_you_mean(one['item'], items)}")
        if ("rises_by" in one) != ("within" in one):
            raise Refused(one.place, "`rises_by` and `within` come together: so many points, in that time.")
        if "item" in one and "at_least" not in one:
            raise Refused(one.place, f"say from how many points `{one['item']}` speaks: `at_least`.")
        triggers.append(
            Trigger(
                one["level"], one["because"], cited(one["source"]), one.get("item", ""),
                one.get("any_item"), one.get("at_least"), one.get("rises_by"),
                one["within"].steps if "within" in one else None, one.get("band", ""),
            )
        )  # fmt: skip
    return Instrument(
        name, record["short"], record["title"], record["says"], record["rater"], record["window"],
        record["greatest_age"].steps, record["licence"], items, band_sets, default, tuple(triggers),
        cited(record["source"]), review(record["review"]), record.get("also", ()), record.get("codes", {}),
        record.get("unclear_names", ()), record.get("wrong_names", ()),
    )  # fmt: skip


def _item(key: str, record: Record, *, readings: bool) -> Item:
    answers = tuple(Answer(one["points"], one["means"], one.get("code", "")) for one in record["values"])
    if len({answer.points for answer in answers}) != len(answers):
        raise Refused(record.place, f"item `{key}` allows the same points twice.")
    reading = record.get("from_reading", "")
    bands: list[ReadingBand] = []
    if reading and readings:
        # Imported where it is needed: a sheet rated by hand is scored without the facts.
        from mainstay.engine import facts

        fact = facts.declared().get(reading)
        if fact is None or not fact.entered:
            hint = did_you_mean(reading, facts.declared())
            raise Refused(record.place, f"`{reading}` is not a reading.{hint}")
        for band in record.get("bands", ()):
            up_to = None
            if "up_to" in band:
                try:
                    up_to = quantities.parse(band["up_to"], fact.kind_of_quantity).steps
                except quantities.NotAQuantity as error:
                    raise Refused(band.place, str(error)) from error
            words = band.get("words", ())
            for word in words:
                if word not in fact.choices:
                    raise Refused(band.place, f"`{word}` is not one of {', '.join(fact.choices)}.")
            if band["points"] not in {answer.points for answer in answers}:
                raise Refused(band.place, f"{band['points']} is not an allowed answer of `{key}`.")
            bands.append(ReadingBand(band["points"], up_to, words, band.get("scale", ""), band.get("on", "")))
    return Item(
        key,
        record["label"],
        answers,
        record.get("window", ""),
        reading,
        tuple(bands),
        record.get("codes", {}),
    )
