"""Charts drawn at random, shaped like a ward's: doses in and outside, unsure times, clocks changing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from mainstay.engine.chart import (
    Assessed,
    Chart,
    Dosed,
    Entry,
    Happened,
    Measured,
    Ordered,
    Takes,
    Took,
    make_chart,
)
from mainstay.engine.facts.registry import Fact
from mainstay.engine.knowledge.library import Library
from mainstay.engine.quantities import UNITS, Quantity

# Nights the clocks change, forward and back, and ordinary ones.
NIGHTS = (
    ((2026, 3, 8), "America/New_York"), ((2026, 11, 1), "America/New_York"), ((2026, 3, 29), "Europe/London"),
    ((2026, 10, 25), "Europe/London"), ((2026, 4, 5), "Australia/Lord_Howe"), ((2026, 6, 10), "Asia/Kolkata"),
    ((2026, 6, 10), "UTC"),
)  # fmt: skip
THEMES = ("buprenorphine", "methadone", "lofexidine", "clonidine")
DRUGS = ("buprenorphine", "buprenorphine-naloxone", "methadone", "lofexidine", "clonidine", "naltrexone")
EVENTS = (
    "vomiting", "diarrhoea", "seizure", "syncope", "precipitated withdrawal", "precipitated withdrawal over",
    "naloxone given", "myocardial infarction",
)  # fmt: skip


@st.composite
def charts(draw: st.DrawFn, library: Library) -> Chart:
    """One chart."""
    night, zone = draw(st.sampled_from(NIGHTS))
    # Often about the hour a medication day ends or begins, where a long day shows.
    about = datetime(*night, 6, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    now = about + timedelta(minutes=draw(st.one_of(st.integers(-70, 10), st.integers(-2_000, 3_000))))
    return make_chart(now, draw(_entries(library, now)), zone)


def _ages(most: int = 4 * 1_440) -> st.SearchStrategy[int]:
    """Minutes ago: often at a boundary, where mistakes live."""
    near = st.sampled_from((0, 60, 240, 480, 1_200, 1_380, 1_439, 1_440, 1_441, 1_470, 1_500, 2_880))
    return st.one_of(st.integers(0, most), near, st.integers(1_380, 1_500))


@st.composite
def _entries(draw: st.DrawFn, library: Library, now: datetime) -> list[Entry]:
    made: list[Entry] = []

    def base(minutes: int) -> dict[str, Any]:
        at = now - timedelta(minutes=minutes)
        return {"id": f"e{len(made)}", "at": at, "recorded_at": now}

    if draw(st.booleans()):
        made.append(Happened(event="admission", **base(draw(_ages()))))
    if draw(st.booleans()):
        made.append(Happened(event="outside doses asked", **base(draw(_ages()))))
    # Mostly of one ingredient, so that its ledger has something to say.
    theme = draw(st.sampled_from([name for name in THEMES if name in library.drugs]))
    drugs = st.one_of(
        st.just(theme), st.just(theme), st.sampled_from([one for one in DRUGS if one in library.drugs])
    )
    own = [one.id for one in library.substances.values() if one.ingredient == theme] or sorted(
        library.substances
    )
    substances = st.one_of(st.sampled_from(own), st.sampled_from(sorted(library.substances)))
    for name in draw(st.lists(drugs, max_size=5)):
        ingredient = library.ingredient_of(name)
        outcome = draw(
            st.sampled_from(("given", "given", "given", "vomited", "part_given", "held", "refused", "missed"))
        )
        amount = Quantity(draw(st.sampled_from((1, 2, 4, 8))) * 90_000, UNITS["mg"])
        made.append(
            Dosed(
                drug=name, ingredient=ingredient, dose=amount, kind=_kind(library, ingredient), outcome=outcome,
                **base(draw(_ages())),
            )
        )  # fmt: skip
    for name in draw(st.lists(substances, max_size=3)):
        substance = library.substances[name]
        earliest = draw(st.one_of(_ages(), _ages(20 * 1_440)))
        latest = draw(st.one_of(st.none(), st.integers(0, earliest)))
        dose = draw(
            st.one_of(
                st.none(), st.sampled_from((50_000, 4_000_000)).map(lambda ng: Quantity(ng, UNITS["mg"]))
            )
        )
        made.append(
            Took(
                substance=name, kind=substance.kind, ingredient=substance.ingredient, dose=dose,
                latest=None if latest is None else now - timedelta(minutes=latest), **base(earliest),
            )
        )  # fmt: skip
    for event in draw(st.lists(st.sampled_from(EVENTS), max_size=4)):
        made.append(Happened(event=event, **base(draw(_ages()))))
    for _ in range(draw(st.integers(0, 3))):
        made.append(draw(_rating(library, base(draw(_ages())))))
    entered = sorted(name for name, fact in library.vocabulary.items() if fact.entered)
    for name in draw(st.lists(st.sampled_from(entered), max_size=12)):
        made.append(
            Measured(what=name, steps=draw(_value(library.vocabulary[name])), **base(draw(_ages(12 * 1_440))))
        )
    for name in draw(st.lists(st.sampled_from(library.medicines), max_size=2)):
        made.append(Ordered(drug=name, ingredient=library.ingredient_of(name), **base(draw(_ages()))))
    if draw(st.booleans()):
        listed = tuple(draw(st.lists(st.sampled_from(library.medicines), max_size=3)))
        made.append(Takes(medicines=listed, complete=draw(st.booleans()), **base(draw(_ages()))))
    if draw(st.booleans()):
        made.append(Measured(what="allergies", steps=0, **base(draw(_ages()))))
        name = draw(st.sampled_from(library.medicines))
        made.append(Measured(what=f"allergy {name}", steps=1, **base(draw(_ages()))))
    if draw(st.booleans()):
        pathway = library.vocabulary["pathway"]
        made.append(Measured(what="pathway", steps=draw(st.integers(0, pathway.most)), **base(draw(_ages()))))
    return made


def _kind(library: Library, ingredient: str) -> str:
    """As documents work it out."""
    for substance in library.substances.values():
        if ingredient in (substance.ingredient, substance.id):
            return substance.kind
    return ""


def _value(fact: Fact) -> st.SearchStrategy[int]:
    return st.integers(fact.least, fact.most)


@st.composite
def _rating(draw: st.DrawFn, library: Library, base: dict[str, Any]) -> Assessed:
    cows = library.instruments["cows"]
    if draw(st.booleans()):
        return Assessed(instrument="cows", total=draw(st.integers(cows.least, cows.most)), **base)
    answers = {
        key: draw(st.sampled_from([answer.points for answer in item.answers]))
        for key, item in cows.items.items()
    }
    for key in draw(st.lists(st.sampled_from(sorted(answers)), max_size=2)):
        answers.pop(key, None)
    return Assessed(instrument="cows", answers=answers, **base)
