"""What Hypothesis draws for Mainstay: facts and conditions of any shape, and courses a ward could have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from hypothesis import strategies as st

from mainstay.engine import quantities
from mainstay.engine.chart import (
    Assessed,
    Chart,
    Course,
    Dosed,
    Entry,
    Happened,
    Measured,
    Ordered,
    Stopped,
    Takes,
    Took,
)
from mainstay.engine.conditions import All, AnyOf, Compare, Condition, Not, Within
from mainstay.engine.facts.registry import NEVER, Fact, FactValue, Kind, unknown
from mainstay.engine.knowledge import library as knowledge
from mainstay.engine.knowledge.library import Library
from mainstay.engine.quantities import UNITS, Quantity

# Any vocabulary ------------------------------------------------------------------------------


def made_up(name: str, kind: Kind, unit: str, least: int, most: int, choices: tuple[str, ...] = ()) -> Fact:
    """A fact of no chart, for conditions whose values are drawn."""
    if choices:
        least, most = 0, len(choices) - 1
    return Fact(
        name, kind, UNITS[unit], least, most, choices, None, name, "test", lambda chart: unknown("drawn")
    )


# One of each sort: narrow and wide ranges, an empty low end, choices of two and of more, ledgers.
VOCABULARY = (
    made_up("points", Kind.READING, "points", 0, 6),
    made_up("pressure", Kind.READING, "mmHg", 30, 300),
    made_up("fall", Kind.READING, "mmHg", -20, 20),
    made_up("pregnant", Kind.HISTORY, "", 0, 0, ("negative", "possible", "positive")),
    made_up("asked", Kind.LEDGER, "", 0, 0, ("no", "yes")),
    made_up("given", Kind.LEDGER, "mg", 0, 5_000_000_000),
    made_up("since", Kind.LEDGER, "h", 0, NEVER),
)

# Values worth meeting of the wide ranges: their ends, a few that thresholds share, and finer than a microgram.
_NEAR = {
    "given": (0, 1, 1_500, 2_000_000, 2_000_001, 4_000_000, 4_999_999_999, 5_000_000_000),
    "since": (0, 1, 3_599, 3_600, 3_601, 86_400, NEVER - 1, NEVER),
}
AGES = (0, 59, 60, 1_799, 1_800, 1_801, 86_400, NEVER)


def steps(fact: Fact) -> st.SearchStrategy[int]:
    """A value of the fact."""
    if fact.name in _NEAR:
        return st.sampled_from(_NEAR[fact.name]) | st.integers(fact.least, fact.most)
    return st.integers(fact.least, fact.most)


@st.composite
def conditions(draw: st.DrawFn, facts: tuple[Fact, ...] = VOCABULARY, deep: int = 3) -> Condition:
    """A condition of any shape, empty joins included."""
    shape = draw(
        st.sampled_from(("leaf", "leaf", "within", "all", "any", "not") if deep else ("leaf", "within"))
    )
    if shape in ("all", "any"):
        parts = tuple(draw(st.lists(conditions(facts, deep - 1), max_size=4)))
        return All(parts) if shape == "all" else AnyOf(parts)
    if shape == "not":
        return Not(draw(conditions(facts, deep - 1)))
    fact = draw(st.sampled_from(facts))
    if shape == "within":
        return Within(fact, draw(st.sampled_from(AGES)))
    comparison = draw(st.sampled_from(("=", "!=") if fact.choices else ("<", "<=", "=", "!=", ">=", ">")))
    number = draw(steps(fact))
    return Compare(fact, comparison, number, fact.show(number))


@st.composite
def fact_values(draw: st.DrawFn, fact: Fact) -> FactValue:
    """The fact known, unknown, or bounded on one or both sides, with or without an age."""
    shape = draw(st.sampled_from(("known", "known", "unknown", "at least", "at most", "between")))
    low, high = sorted((draw(steps(fact)), draw(steps(fact))))
    least = low if shape in ("known", "at least", "between") else fact.least
    most = least if shape == "known" else high if shape in ("at most", "between") else fact.most
    age = draw(st.none() | st.sampled_from(AGES))
    return FactValue(fact, least, most, age, None, "drawn")


def sheets(facts: tuple[Fact, ...] = VOCABULARY) -> st.SearchStrategy[dict[str, FactValue]]:
    """A value of every fact."""
    return st.fixed_dictionaries({fact.name: fact_values(fact) for fact in facts})


def narrower(value: FactValue) -> st.SearchStrategy[FactValue]:
    """What the fact may turn out to be once more is known: any stretch inside, the same age."""

    def inside(ends: tuple[int, int]) -> FactValue:
        low, high = sorted(ends)
        return value._replace(least=low, most=high)

    ends = st.integers(value.least, value.most)
    return st.tuples(ends, ends).map(inside)


def wider(value: FactValue) -> st.SearchStrategy[FactValue]:
    """The same fact with something of it forgotten: a wider stretch, an older age or none."""
    fact = value.fact
    low = st.sampled_from((value.least, fact.least)) | st.integers(fact.least, value.least)
    high = st.sampled_from((value.most, fact.most)) | st.integers(value.most, fact.most)
    older = (
        st.none()
        if value.age is None
        else st.none() | st.integers(0, NEVER).map(lambda more: (value.age or 0) + more)
    )

    def forgotten(part: tuple[int, int, int | None]) -> FactValue:
        return value._replace(least=part[0], most=part[1], age=part[2], why="forgotten")

    return st.tuples(low, high, older | st.just(value.age)).map(forgotten)


# Courses a ward could have -------------------------------------------------------------------

# A person about whom everything was asked and who is well: where draws start, to spoil a few things.
TOLD = {
    "weight": ("75 kg", "40 kg"), "age": ("35 years", "17 years", "59 years", "60 years"),
    "pregnancy": ("negative", "possible", "positive"), "tolerance": ("usual", "low", "high"),
    "methadone_daily_dose": ("0 mg", "30 mg", "40 mg"), "consent_recorded": ("yes", "no"),
    "naloxone_on_unit": ("yes", "no"), "other_withdrawal_assessed": ("yes", "no"), "follow_up_booked": ("no", "yes"),
    "agonist_declined_or_waiting": ("yes", "no"), "methadone_setting_legal": ("yes", "no"), "beta_blocker_plan": ("yes", "no"),
}  # fmt: skip
VITALS = {
    "systolic_bp": ("128 mmHg", "89 mmHg", "90 mmHg", "91 mmHg", "179 mmHg", "180 mmHg"),
    "standing_systolic_bp": ("118 mmHg", "89 mmHg", "90 mmHg", "108 mmHg", "109 mmHg"),
    "diastolic_bp": ("78 mmHg", "59 mmHg", "60 mmHg", "61 mmHg", "109 mmHg", "110 mmHg"),
    "heart_rate": ("88 /min", "49 /min", "50 /min", "59 /min", "60 /min", "119 /min", "120 /min"),
    "respiratory_rate": ("16 /min", "9 /min", "11 /min", "12 /min"),
    "spo2": ("98 %", "91 %", "92 %", "93 %"),
    "sedation": ("awake", "easily_roused", "drifts_off"),
    "consciousness": ("alert", "confused"),
    "intoxicated": ("no", "yes"),
    "dizzy_or_faint": ("no", "yes"),
}  # fmt: skip
LABORATORY = {
    "child_pugh_score": ("0 points", "6 points", "7 points", "9 points", "10 points"),
    "egfr": ("100 mL/min", "89 mL/min", "90 mL/min", "29 mL/min", "30 mL/min", "9 mL/min"),
    "qtc": ("420 ms", "450 ms", "451 ms", "499 ms", "500 ms"),
    "potassium": ("4.1 mmol/L", "3.4 mmol/L", "3.5 mmol/L", "2.9 mmol/L"),
    "magnesium": ("0.85 mmol/L", "0.69 mmol/L", "0.7 mmol/L"),
    "alt": ("1 x ULN", "3 x ULN", "5 x ULN"),
    "urine_opioids": ("negative", "positive"), "urine_benzodiazepine": ("negative", "positive"),
}  # fmt: skip
MEDICINES = ("diazepam", "citalopram", "haloperidol", "metoprolol", "tizanidine", "gabapentin", "phenytoin")
HAPPENED = ("vomiting", "diarrhoea", "syncope", "seizure", "precipitated withdrawal", "fall")
WAITS = (359, 360, 719, 720, 721, 900, 1_439, 1_440, 1_500, 2_880, 4_320)


@dataclass(frozen=True)
class Stay:
    """What kind of stay: what was used, what is given and how, how bad the withdrawal is."""

    used: tuple[str, ...]
    drug: str = ""
    amounts: tuple[str, ...] = ()
    apart: tuple[int, ...] = (1_440,)
    severity: tuple[str, ...] = ("moderate",)
    told: tuple[tuple[str, str], ...] = ()


# Each shaped like one way through a protocol, at and around what it allows.
STAYS = (
    Stay(("heroin",), severity=("mild", "moderate", "severe")),
    Stay(("fentanyl",), severity=("moderate", "severe")),
    Stay(("methadone",), severity=("moderate", "severe"), told=(("methadone_daily_dose", "30 mg"),)),
    Stay(("heroin", "fentanyl"), severity=("moderate",), told=(("full_agonist_continues", "yes"),)),
    Stay(("heroin",), "buprenorphine-naloxone", ("2 mg", "4 mg"), (60, 119, 120, 240)),
    Stay(("heroin",), "buprenorphine-naloxone", ("8 mg", "4 mg"), (719, 720, 1_440), ("none", "mild", "moderate")),
    Stay(("fentanyl",), "buprenorphine", ("2 mg", "4 mg"), (60, 120, 180)),
    Stay(("heroin",), "buprenorphine-naloxone", ("0.5 mg",), (480, 720, 1_200, 1_440), told=(("full_agonist_continues", "yes"),)),
    Stay(("heroin",), "methadone", ("10 mg", "20 mg", "30 mg"), (240, 1_320, 1_440), ("none", "mild", "moderate")),
    Stay(("oxycodone",), "lofexidine", ("0.54 mg", "0.72 mg"), (299, 300, 360), ("mild", "moderate")),
    Stay(("heroin",), "lofexidine", ("0.18 mg", "0.36 mg"), (360,), ("mild",), (("alpha2_taper", "yes"),)),
    Stay(("heroin",), "clonidine", ("0.1 mg",), (240, 360), ("mild", "moderate")),
    Stay(("heroin", "alcohol"), "naltrexone", ("25 mg", "50 mg"), (1_440,), ("none", "severe")),
)  # fmt: skip
# The share of each item's top answer.
SEVERITY = {"none": 0.0, "mild": 0.3, "moderate": 0.6, "severe": 1.0}


class Ward:
    """Writes down one stay. Each entry gets an id of its own, and may be written late."""

    def __init__(self, library: Library, chance: Random, now: datetime, stay: Stay) -> None:
        self.library = library
        self.chance = chance
        self.now = now
        self.stay = stay
        self.entries: list[Entry] = []
        self.admitted = chance.choice((95, 180, 540, 1_560, 2_400, 3_600, 7_200))
        everything = [
            *TOLD,
            *VITALS,
            *LABORATORY,
            *self.conditions,
            "asked",
            "takes",
            "allergies",
            "cows",
            "event",
            "use",
        ]
        # Three stays in ten are well throughout; few things are wrong in the others.
        self.spoiled = set(chance.sample(everything, chance.choice((0, 0, 0, 1, 1, 1, 2, 2, 3, 5))))

    @property
    def conditions(self) -> list[str]:
        """The plain pieces of history that are yes or no and are usually no."""
        named = {*TOLD, "allergies"}
        vocabulary = self.library.vocabulary.items()
        return [
            name for name, one in vocabulary if one.topic == "history" and one.entered and name not in named
        ]

    def write(self, act: type[Entry], minutes: int, /, **what: Any) -> None:
        late = min(minutes, self.chance.choice((0,) * 8 + (1, 20)))
        at = self.now - timedelta(minutes=minutes)
        recorded = max(at + timedelta(minutes=late), what.get("latest") or at)
        self.entries.append(act(**{"id": f"e{len(self.entries)}", "at": at, "recorded_at": recorded} | what))

    def reading(self, name: str, values: Sequence[str], minutes: int, *, whole: bool = False) -> None:
        """The usual value (the first) or, where spoiled, any other or none. `whole`: never spoiled."""
        fact = self.library.vocabulary[name]
        value: str | None = values[0]
        if name in self.spoiled and not whole:
            value = self.chance.choice((*values[1:], None))
        if value is not None:
            steps = (
                fact.choices.index(value)
                if fact.choices
                else quantities.parse(value, fact.kind_of_quantity).steps
            )
            self.write(Measured, minutes, what=name, steps=steps)

    def course(self) -> Course:
        self.admission()
        self.uses()
        last = self.doses()
        self.rounds(last)
        if "event" in self.spoiled:
            self.write(
                Happened, self.chance.randint(0, min(self.admitted, 300)), event=self.chance.choice(HAPPENED)
            )
        self.corrections()
        return Course(tuple(self.entries))

    def admission(self) -> None:
        told = dict(self.stay.told)
        for name in (*TOLD, *self.conditions):
            values = TOLD.get(name, ("no", "yes"))
            self.reading(name, (told[name], *values) if name in told else values, self.admitted)
        for name, values in LABORATORY.items():
            self.reading(name, values, self.admitted)
        self.write(Happened, self.admitted, event="admission")
        if "asked" not in self.spoiled:
            self.write(Happened, self.admitted, event="outside doses asked")
        if "takes" not in self.spoiled or self.chance.random() < 0.8:
            own = (self.chance.choice(MEDICINES),) if "takes" in self.spoiled else ()
            self.write(Takes, self.admitted, medicines=own, complete=self.chance.random() < 0.95)
        if "allergies" not in self.spoiled or self.chance.random() < 0.5:
            self.write(Measured, self.admitted, what="allergies", steps=0)
            if "allergies" in self.spoiled:
                allergy = self.chance.choice(sorted(self.library.drugs))
                self.write(Measured, self.admitted, what=f"allergy {allergy}", steps=1)
        if self.chance.random() < 0.3:
            pathways = self.library.vocabulary["pathway"].choices
            self.write(Measured, self.admitted, what="pathway", steps=self.chance.randrange(len(pathways)))

    def uses(self) -> None:
        for word in self.stay.used:
            substance = self.library.substances[word]
            since = self.admitted + self.chance.choice(WAITS)
            if self.admitted < 600:
                since = max(self.admitted, self.chance.choice(WAITS))
            latest = None
            if "use" in self.spoiled:
                since = self.chance.choice((20, 300, 360, 700, 720))
                latest = self.now - timedelta(minutes=self.chance.randint(0, since))
            dose = (
                Quantity(20_000_000, UNITS["mg"])
                if substance.ingredient and self.chance.random() < 0.7
                else None
            )
            self.write(
                Took, since, substance=word, kind=substance.kind, ingredient=substance.ingredient, dose=dose, latest=latest
            )  # fmt: skip

    def doses(self) -> int:
        """Doses from soon after admission on; how many minutes ago the last was."""
        drug, minutes = self.stay.drug, self.admitted
        if not drug:
            return self.admitted
        ingredient = self.library.ingredient_of(drug)
        substances = self.library.substances.values()
        kind = next((one.kind for one in substances if ingredient in (one.ingredient, one.id)), "")
        waits = self.chance.choice(
            (self.stay.apart, self.stay.apart, (59, 60, 120, 240, 300, 360, 480, 1_439))
        )
        minutes -= self.chance.choice((10, 30, 60))
        for _ in range(self.chance.randint(1, 12)):
            outcome = self.chance.choice(
                ("given",) * 30 + ("refused", "vomited", "held", "missed", "part_given")
            )
            dose = quantities.parse(self.chance.choice(self.stay.amounts), "amount")
            self.write(
                Dosed, minutes, drug=drug, ingredient=ingredient, dose=dose, kind=kind, outcome=outcome
            )
            if self.chance.random() < 0.1:
                self.write(Ordered, minutes, drug=drug, ingredient=ingredient)
            elif self.chance.random() < 0.1:
                self.write(Stopped, minutes, drug=drug)
            wait = self.chance.choice(waits)
            if minutes - wait < 0:
                break
            # Someone looked about an hour after.
            self.vitals(max(0, minutes - 60), whole=True)
            minutes -= wait
        return minutes

    def rounds(self, last: int) -> None:
        newest = self.chance.choice((0, 5, 10, 20, 29, 30, 31, 59, 61))
        earlier = self.chance.sample((90, 200, 240, 400, 900, 1_300, 2_000), self.chance.randint(0, 3))
        for minutes in (*earlier, last + 5):
            if minutes <= self.admitted:
                self.cows(minutes)
                self.vitals(minutes, whole=True)
        self.vitals(newest, whole=False)
        self.cows(min(newest + self.chance.choice((0, 2, 31)), self.admitted), newest=True)

    def vitals(self, minutes: int, *, whole: bool) -> None:
        for name, values in VITALS.items():
            self.reading(name, values, minutes, whole=whole)

    def cows(self, minutes: int, *, newest: bool = False) -> None:
        items = self.library.instruments["cows"].items
        how = SEVERITY[self.chance.choice(self.stay.severity)]
        answers = {}
        for key, item in items.items():
            points = [answer.points for answer in item.answers]
            answers[key] = points[
                min(len(points) - 1, int(how * (len(points) - 1) + self.chance.choice((0.3, 0.7))))
            ]
        if newest and "cows" in self.spoiled:
            del answers[self.chance.choice(sorted(items))]
        self.write(Assessed, minutes, instrument="cows", answers=answers)

    def corrections(self) -> None:
        """Now and then an entry was wrong and is corrected; a correction may be corrected again."""
        for _ in range(self.chance.choice((0, 0, 0, 1, 2))):
            wrong = self.chance.choice(self.entries)
            recorded = min(self.now, wrong.recorded_at + timedelta(minutes=self.chance.randint(0, 60)))
            right = replace(wrong, id=f"e{len(self.entries)}", recorded_at=recorded, corrects=wrong.id)
            fact = self.library.vocabulary.get(right.what) if isinstance(right, Measured) else None
            if fact is not None and fact.choices and isinstance(right, Measured):
                right = replace(right, steps=self.chance.randrange(len(fact.choices)))
            self.entries.append(right)


@lru_cache(maxsize=1)
def shipped() -> Library:
    """The library Mainstay ships, read once."""
    return knowledge.load()


@st.composite
def courses(draw: st.DrawFn) -> tuple[Course, datetime]:
    """A stay as a ward could have written it down, to the minute, and the moment it is looked at."""
    stay = draw(st.sampled_from(STAYS))
    now = datetime(2026, 3, 9, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 1_439)))
    # One seed and not a draw for each value: a stay has hundreds, and Hypothesis is slow at many.
    chance = Random(draw(st.integers(0, 2**40)))
    return Ward(shipped(), chance, now, stay).course(), now


def charts() -> st.SearchStrategy[Chart]:
    """A chart a ward could have."""
    return courses().map(lambda drawn: drawn[0].chart_at(drawn[1]))
