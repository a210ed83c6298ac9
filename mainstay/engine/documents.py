"""Chart documents: a chart, or a whole stay, written down in YAML or JSON by a person or another program.

Strict about units, times and words; tolerant of order. Every entry has the moment it happened and
may have the moment it was written down. Nothing may lie in the future. `mainstay schema chart`
prints the JSON Schema.

    chart: Fentanyl, first day
    now: 2026-03-03 08:40
    timezone: America/New_York
    entries:
      - at: 2026-03-02 21:30
        took: {substance: fentanyl, route: smoked}
      - at: 2026-03-03 08:30
        measured: {heart_rate: 92 /min, systolic_bp: 128 mmHg}
        assessed: {instrument: cows, answers: {pulse: 1, ...}}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mainstay.engine import instruments, quantities
from mainstay.engine.chart import (
    OUTCOMES,
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
)  # fmt: skip
from mainstay.engine.conditions import did_you_mean
from mainstay.engine.facts.events import EVENTS
from mainstay.engine.facts.registry import Fact
from mainstay.engine.knowledge import text
from mainstay.engine.knowledge.grammar import (
    Amount,
    AsWritten,
    Form,
    ListOf,
    OneOf,
    OneOrMore,
    Part,
    Record,
    Whole,
    Words,
    text_of,
)  # fmt: skip
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Drug
from mainstay.engine.knowledge.text import Fields, Node, Place, Refused
from mainstay.engine.orders import amount
from mainstay.engine.quantities import Quantity

_YES_NO = OneOf(("yes", "no"))

ENTRY = Form(
    {
        "at": Part(Words(), "When it happened: `2026-03-03 08:40`, with an offset if you like, or `35 min ago`.", required=True),
        "recorded": Part(Words(), "When it was written down, if later."),
        "id": Part(Words(), "A name, so that a later entry can correct it."),
        "corrects": Part(Words(), "The id of the entry this one replaces."),
        "by": Part(Words(), "Who: nurse, prescriber, patient ..."),
        "measured": Part(AsWritten(), "Readings by name: `systolic_bp: 128 mmHg`."),
        "told": Part(AsWritten(), "History by name: `age: 31 years`, `pregnancy: negative`."),
        "assessed": Part(
            Form(
                {
                    "instrument": Part(Words(), "Which instrument.", required=True),
                    "answers": Part(AsWritten(), "Each item's points, by name."),
                    "total": Part(Whole(), "Only where nothing but the total is known."),
                },
                one_of=("answers", "total"),
            ),
            "A rating.",
        ),
        "took": Part(
            OneOrMore(
                Form(
                    {
                        "substance": Part(Words(), "What.", required=True),
                        "dose": Part(Words(), "How much, if known."),
                        "route": Part(Words(), "How."),
                        "latest": Part(Words(), "The latest it can have been, if the time is not sure."),
                    }
                )
            ),
            "Taken outside the unit, illicit or not.",
        ),
        "dose": Part(
            OneOrMore(
                Form(
                    {
                        "drug": Part(Words(), "Which medicine.", required=True),
                        "amount": Part(Words(), "How much.", required=True),
                        "route": Part(Words(), "How."),
                        "outcome": Part(OneOf(OUTCOMES), "What became of it; left out: given."),
                        "because": Part(Words(), "Why, if not as ordered."),
                    }
                )
            ),
            "A dose event in the unit.",
        ),
        "ordered": Part(
            OneOrMore(
                Form(
                    {
                        "drug": Part(Words(), "Which medicine.", required=True),
                        "amount": Part(Words(), "How much each time."),
                        "every": Part(Amount("time"), "How often."),
                        "route": Part(Words(), "How."),
                        "as_needed": Part(_YES_NO, "Only when needed."),
                    }
                )
            ),
            "A medicine ordered in the unit.",
        ),
        "stopped": Part(OneOrMore(Words()), "Orders stopped, by medicine."),
        "takes": Part(
            Form(
                {
                    "medicines": Part(ListOf(Words()), "The patient's own medicines, by name.", required=True),
                    "complete": Part(_YES_NO, "Whether everything was asked about.", required=True),
                }
            ),
            "The patient's own medicines.",
        ),
        "allergies": Part(ListOf(Words()), "Allergies; an empty list says there are none."),
        "intolerances": Part(ListOf(Words()), "Intolerances: noted, not allergies."),
        "happened": Part(OneOrMore(Words()), f"Events: {', '.join(EVENTS)}."),
        "pathway": Part(Words(), "The protocol chosen for the patient."),
        "note": Part(Words(), "Free text. Shown, never judged."),
    }
)  # fmt: skip

DOCUMENT = Form(
    {
        "chart": Part(Words(), "What it is, in a line.", required=True),
        "about": Part(Words(), "More about it: who, where, what is unknown."),
        "source": Part(Words(), "Where it was published, if it was; `made up` if it was not."),
        "now": Part(Words(), "The moment the chart is read at."),
        "timezone": Part(Words(), "The unit's time zone, such as America/New_York; left out: UTC."),
        "medication_day_starts": Part(Words(), "When the unit's medication day begins; left out: 06:00."),
        "entries": Part(ListOf(ENTRY), "What was written down, in any order.", required=True),
    }
)

_AGO = re.compile(r"^(?:(\d+) d)?\s*(?:(\d+) h)?\s*(?:(\d+) min)? ago$")
_LOCAL = re.compile(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?$")


@dataclass(frozen=True)
class Document:
    """A chart document as read: the course, and the moment it asks about (None: the reader says)."""

    title: str
    about: str
    source: str
    course: Course
    now: datetime | None
    # Words no list of ours knows: shown as *not checked*, never taken as safe.
    not_checked: tuple[str, ...] = field(default=())

    def chart(self) -> Chart:
        """The chart at its `now`. Raises ValueError if it has none."""
        if self.now is None:
            raise ValueError("the chart does not say `now`: write it in, or give a moment.")
        return self.course.chart_at(self.now)


def read(words: str, library: Library, file: str = "chart", now: datetime | None = None) -> Document:
    """Read a chart document. `now` replaces the one written. Raises Refused with the place of what is wrong."""
    return from_node(text.read(words, file), library, now)


def from_node(node: Node, library: Library, now: datetime | None = None) -> Document:
    """Read a chart document that is already parsed."""
    return _Reader(DOCUMENT.read(node), library, now).document()


class _Reader:
    def __init__(self, record: Record, library: Library, now: datetime | None) -> None:
        self.record = record
        self.library = library
        self.zone = record.get("timezone", "UTC")
        try:
            self.tz = ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Refused(
                record.place, f"`{self.zone}` is not a time zone such as America/New_York."
            ) from error
        self.now: datetime | None = now
        if now is None and "now" in record:
            self.now = self._instant(record["now"], record.node.fields["now"].place)
        self.not_checked: list[str] = []

    def document(self) -> Document:
        record = self.record
        entries: list[Entry] = []
        ids: set[str] = set()
        for number, entry in enumerate(record["entries"], 1):
            name = entry.get("id", f"entry-{number}")
            if name in ids:
                raise Refused(entry.place, f"two entries are called `{name}`.")
            ids.add(name)
            entries += self._entry(entry, name)
        for entry in record["entries"]:
            if "corrects" in entry and entry["corrects"] not in ids:
                hint = did_you_mean(entry["corrects"], sorted(ids))
                raise Refused(
                    entry.place, f"`corrects` names `{entry['corrects']}`, which is no entry's id.{hint}"
                )
        self._one_value_at_a_time(entries)
        course = Course(tuple(entries), self.zone, self._day_starts())
        return Document(
            record["chart"], record.get("about", ""), record.get("source", ""), course, self.now,
            tuple(dict.fromkeys(self.not_checked)),
        )  # fmt: skip

    def _one_value_at_a_time(self, entries: list[Entry]) -> None:
        """Refuse two values of one thing for one moment: nobody could say which is the newer."""
        corrected = {entry.corrects for entry in entries}
        seen: dict[tuple[str, datetime, datetime], Measured | Assessed] = {}
        for entry in entries:
            if entry.id in corrected or not isinstance(entry, Measured | Assessed):
                continue
            what = entry.what if isinstance(entry, Measured) else entry.instrument
            other = seen.setdefault((what, entry.at, entry.recorded_at), entry)
            if _value(other) != _value(entry):
                raise Refused(
                    self.record.place,
                    f"`{what}` has two values for one moment, in `{other.id}` and `{entry.id}`: correct one of them.",
                )

    def _day_starts(self) -> time:
        written = self.record.get("medication_day_starts", "06:00")
        try:
            return time.fromisoformat(written)
        except ValueError as error:
            raise Refused(self.record.place, f"`{written}` is not a time of day such as 06:00.") from error

    # Times -----------------------------------------------------------------------------------

    def _instant(self, words: str, place: Place) -> datetime:
        ago = _AGO.match(words)
        if ago and any(ago.groups()):
            if self.now is None:
                raise Refused(place, f"`{words}` needs the chart's `now`.")
            days, hours, minutes = (int(part or 0) for part in ago.groups())
            return self.now - timedelta(days=days, hours=hours, minutes=minutes)
        if words == "now" and self.now is not None:
            return self.now
        try:
            moment = datetime.fromisoformat(words)
        except ValueError as error:
            raise Refused(
                place,
                f"`{words}` is not a time. Write `2026-03-03 08:40`, `2026-03-03T08:40-05:00` or `35 min ago`.",
            ) from error
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        if not _LOCAL.match(words):
            raise Refused(place, f"`{words}` has no time of day. Write `2026-03-03 08:40`.")
        return self._from_wall_clock(moment, words, place)

    def _from_wall_clock(self, moment: datetime, words: str, place: Place) -> datetime:
        first, second = (moment.replace(tzinfo=self.tz, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first.astimezone(self.tz).replace(tzinfo=None) != moment:
            raise Refused(
                place,
                f"`{words}` never was in {self.zone}: the clocks went forward over it. Give the offset.",
            )
        if first != second:
            raise Refused(
                place,
                f"`{words}` was twice in {self.zone}: the clocks went back. Give the offset, as -04:00.",
            )
        return first

    # Entries ---------------------------------------------------------------------------------

    def _entry(self, record: Record, name: str) -> list[Entry]:
        fields = record.node.fields
        at = self._instant(record["at"], fields["at"].place)
        # What was used at the latest at some hour was told at that hour at the soonest.
        uses = [self._instant(one["latest"], one.place) for one in record.get("took", ()) if "latest" in one]
        recorded = (
            self._instant(record["recorded"], fields["recorded"].place)
            if "recorded" in record
            else max([at, *uses])
        )
        if recorded < at:
            raise Refused(
                record.place, "this was written down before it happened: check `at` and `recorded`."
            )
        if self.now is not None and recorded > self.now:
            raise Refused(
                record.place, "this lies after the chart's `now`: nothing can be recorded in the future."
            )
        base: dict[str, Any] = {
            "id": name, "at": at, "recorded_at": recorded, "by": record.get("by", ""), "corrects": record.get("corrects", ""),
        }  # fmt: skip
        made: list[Entry] = []
        for key in ("measured", "told"):
            if key in record:
                made += self._measured(record[key], base)
        if "assessed" in record:
            made.append(self._assessed(record["assessed"], base))
        made += [self._took(one, base) for one in record.get("took", ())]
        made += [self._dosed(one, base) for one in record.get("dose", ())]
        made += [self._ordered(one, base) for one in record.get("ordered", ())]
        made += [Stopped(drug=self._medicine(word), **base) for word in record.get("stopped", ())]
        if "takes" in record:
            takes = record["takes"]
            medicines = tuple(self._medicine(word) for word in takes["medicines"])
            made.append(Takes(medicines=medicines, complete=takes["complete"] == "yes", **base))
        if "allergies" in record:
            made.append(Measured(what="allergies", steps=0, **base))
            for word in record["allergies"]:
                made.append(Measured(what=f"allergy {self._medicine(word)}", steps=1, **base))
        made += [Noted(text=f"intolerance: {word}", **base) for word in record.get("intolerances", ())]
        for word in record.get("happened", ()):
            if word not in EVENTS:
                raise Refused(record.place, f"`{word}` is not an event we know.{did_you_mean(word, EVENTS)}")
            made.append(Happened(event=word, **base))
        if "pathway" in record:
            made.append(self._pathway(record, base))
        if "note" in record:
            made.append(Noted(text=record["note"], **base))
        if not made and not base["corrects"]:
            raise Refused(record.place, "this entry says when, but not what happened.")
        # A correction with nothing in it takes an entry back: it must be in the course to do so.
        return made or [Noted(text="taken back", **base)]

    def _pathway(self, record: Record, base: dict[str, Any]) -> Entry:
        choices = self.library.vocabulary["pathway"].choices
        if record["pathway"] not in choices:
            hint = did_you_mean(record["pathway"], choices)
            raise Refused(record.place, f"there is no protocol `{record['pathway']}`.{hint}")
        return Measured(what="pathway", steps=choices.index(record["pathway"]), **base)

    def _measured(self, node: Node, base: dict[str, Any]) -> list[Entry]:
        if not isinstance(node, Fields):
            raise Refused(node.place, "write readings by name: `systolic_bp: 128 mmHg`.")
        made: list[Entry] = []
        for name, value in node.fields.items():
            fact = fact_entered(name, self.library.vocabulary, node.keys[name])
            words = text_of(value, "a value")
            # Fahrenheit is the one unit that is rounded on the way in.
            written = words if words.endswith("F") else ""
            made.append(
                Measured(what=name, steps=steps_of(fact, words, value.place), written=written, **base)
            )
        return made

    def _assessed(self, record: Record, base: dict[str, Any]) -> Entry:
        try:
            instrument = instruments.find(self.library, record["instrument"], total=record.get("total"))
        except instruments.NoSuchInstrument as error:
            raise Refused(record.place, str(error)) from error
        if "total" in record:
            return Assessed(instrument=instrument.id, total=record["total"], **base)
        node = record["answers"]
        if not isinstance(node, Fields):
            raise Refused(node.place, "write answers by item: `pulse: 1`.")
        answers: dict[str, int] = {}
        for key, value in node.fields.items():
            item = instrument.items.get(key)
            if item is None:
                hint = did_you_mean(key, instrument.items)
                raise Refused(node.keys[key], f"{instrument.short} has no item `{key}`.{hint}")
            words = text_of(value, "points")
            allowed = [answer.points for answer in item.answers]
            coded = {answer.code: answer.points for answer in item.answers if answer.code}
            points = coded.get(words, int(words) if re.fullmatch(r"\d+", words) else -1)
            if points not in allowed:
                shown = ", ".join(str(one) for one in allowed)
                raise Refused(value.place, f"`{key}` of {instrument.short} is one of {shown}, not {words}.")
            answers[key] = points
        return Assessed(instrument=instrument.id, answers=answers, **base)

    def _medicine(self, word: str) -> str:
        found = self.library.medicine_named(word)
        if found is None:
            self.not_checked.append(word)
            return word
        return found

    def _took(self, record: Record, base: dict[str, Any]) -> Entry:
        word = record["substance"].lower()
        substance = self.library.substances.get(word.replace(" ", "-")) or next(
            (
                one
                for one in self.library.substances.values()
                if word in (other.lower() for other in one.also)
            ),
            None,
        )
        if substance is None:
            hint = did_you_mean(word, self.library.substances)
            raise Refused(record.place, f"`{record['substance']}` is not a substance we know.{hint}")
        latest = self._instant(record["latest"], record.place) if "latest" in record else None
        if latest is not None and latest < base["at"]:
            raise Refused(record.place, "`latest` comes before `at`.")
        if latest is not None and latest > base["recorded_at"]:
            raise Refused(record.place, "`latest` lies after this was written down: nobody knew that yet.")
        dose = self._amount(record["dose"], None, record.place) if "dose" in record else None
        return Took(
            substance=substance.id, kind=substance.kind, ingredient=substance.ingredient, dose=dose,
            route=record.get("route", ""), latest=latest, **base,
        )  # fmt: skip

    def _kind(self, ingredient: str) -> str:
        for substance in self.library.substances.values():
            if ingredient in (substance.ingredient, substance.id):
                return substance.kind
        return ""

    def _dosed(self, record: Record, base: dict[str, Any]) -> Entry:
        drug = self._medicine(record["drug"])
        ingredient = self.library.ingredient_of(drug)
        dose = self._amount(record["amount"], self.library.drugs.get(drug), record.place)
        return Dosed(
            drug=drug, ingredient=ingredient, dose=dose, route=record.get("route", ""), kind=self._kind(ingredient),
            outcome=record.get("outcome", "given"), because=record.get("because", ""), **base,
        )  # fmt: skip

    def _ordered(self, record: Record, base: dict[str, Any]) -> Entry:
        drug = self._medicine(record["drug"])
        dose = None
        if "amount" in record:
            dose = self._amount(record["amount"], self.library.drugs.get(drug), record.place)
        return Ordered(
            drug=drug, ingredient=self.library.ingredient_of(drug), dose=dose, route=record.get("route", ""),
            every=record["every"].steps if "every" in record else None, as_needed=record.get("as_needed") == "yes", **base,
        )  # fmt: skip

    def _amount(self, words: str, drug: Drug | None, place: Place) -> Quantity:
        try:
            return amount(words, drug)
        except quantities.NotAQuantity as error:
            raise Refused(place, str(error)) from error


def _value(entry: Measured | Assessed) -> object:
    return entry.steps if isinstance(entry, Measured) else (entry.answers, entry.total)


def fact_entered(name: str, vocabulary: Mapping[str, Fact], place: Place) -> Fact:
    """The fact a document may give under this name. Raises Refused, saying what to write instead."""
    fact = vocabulary.get(name)
    if fact is None:
        hint = did_you_mean(name, [known for known, one in vocabulary.items() if one.entered])
        raise Refused(place, f"`{name}` is not a reading or a piece of history we know.{hint}")
    if not fact.entered:
        raise Refused(
            place, f"`{name}` is worked out from other entries: write down those (doses, scores, uses)."
        )
    return fact


def steps_of(fact: Fact, words: str, place: Place) -> int:
    """A value of `fact` as written, in its smallest steps. Raises Refused."""
    if fact.choices:
        if words not in fact.choices:
            hint = did_you_mean(words, fact.choices)
            raise Refused(place, f"`{fact.name}` is one of {', '.join(fact.choices)}, not `{words}`.{hint}")
        return fact.choices.index(words)
    try:
        steps = quantities.parse(words, fact.kind_of_quantity).steps
    except quantities.NotAQuantity as error:
        raise Refused(place, f"`{fact.name}`: {error}") from error
    if not fact.least <= steps <= fact.most:
        raise Refused(
            place,
            f"`{fact.name}` lies between {fact.show(fact.least)} and {fact.show(fact.most)}, not at {words}.",
        )
    return steps
