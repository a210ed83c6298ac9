"""Links: what facts of one chart have to do with each other, whatever the chart.

A proof speaks of facts as if each were free. Some are not: who had no dose today had nothing today.
Each link is written once, over a small logic, and read twice: with a chart's own numbers (a test
draws charts and checks every link on all of them) and with a solver's symbols (`proof/solver.py`).

A link may say only what holds for *every* chart: with outside doses, unsure times, corrections, and
medication days of 23 or 25 hours. It speaks of true values: for a fact that is not known, of
whatever it may truly be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from mainstay.engine.facts.opioids import FULL_AGONISTS, KINDS
from mainstay.engine.facts.registry import NEVER, Fact, FactSheet, Kind
from mainstay.engine.facts.withdrawal import OBJECTIVE

if TYPE_CHECKING:
    from mainstay.engine.knowledge.library import Library

DAY = 86_400
# A medication day is 23 to 25 hours long where clocks change; two hours leave room for odd zones.
CLOCKS = 7_200


# How a fact can be unknown ---------------------------------------------------------------------


class Shape(StrEnum):
    """Which stretches a fact can have."""

    KNOWN = "always known"
    WHOLE = "known, or nothing is"
    STRETCH = "known, or anywhere in some stretch"


# Worked out, and known from admission on (settled 9), except totals and times that reach further back.
_ALWAYS = {"tolerance", "methadone_verified"}
_STRETCHES = {"cows_objective_signs", "cows_highest_in_24_hours"}


def shape(fact: Fact) -> Shape:
    """Which stretches `fact` can have in a chart. Tested on charts drawn at random."""
    name = fact.name
    if name.startswith("time_since_last_") or name in _STRETCHES:
        return Shape.STRETCH
    if fact.topic == "doses" and name.endswith("_in_24_hours"):
        return Shape.STRETCH
    if fact.topic == "scores" and name.endswith("_total"):
        return Shape.STRETCH
    if fact.kind is Kind.LEDGER or name in _ALWAYS or fact.least == fact.most:
        return Shape.KNOWN
    return Shape.WHOLE


def is_dated(fact: Fact) -> bool:
    """Whether a value of `fact` can have an age. What is worked out for now has none."""
    return fact.kind is not Kind.LEDGER and fact.topic not in ("medicines", "opioids")


def always_dated(fact: Fact) -> bool:
    """Whether a known value of `fact` has an age without exception: whatever was measured, rated or told."""
    if shape(fact) is Shape.KNOWN or not is_dated(fact):
        return False
    # No rise where there was no dose: known, as of now.
    return fact.entered or (fact.kind is Kind.READING and not fact.name.startswith("cows_rise_"))


# The small logic -------------------------------------------------------------------------------


class Reads(Protocol):
    """What a link may ask: numbers of facts (of a chart, or of a solver), and how to join what follows."""

    def true(self, name: str) -> Any: ...  # its true value
    def least(self, name: str) -> Any: ...
    def most(self, name: str) -> Any: ...
    def known(self, name: str) -> Any: ...
    def age(self, name: str) -> Any: ...  # in seconds; -1 where it has none
    def all(self, *parts: Any) -> Any: ...
    def any(self, *parts: Any) -> Any: ...
    def negate(self, part: Any) -> Any: ...


def implies(reads: Reads, first: Any, then: Any) -> Any:
    """If `first`, then `then`."""
    return reads.any(reads.negate(first), then)


def same(reads: Reads, first: Any, second: Any) -> Any:
    """Both or neither."""
    return reads.all(implies(reads, first, second), implies(reads, second, first))


@dataclass(frozen=True)
class Link:
    """One link: in words, of which facts, and how it is checked."""

    says: str
    facts: tuple[str, ...]
    holds: Callable[[Reads], Any]


class NotKnown(LookupError):
    """A link asks for the true value of a fact this chart does not know."""


class OfChart:
    """Reads the facts of one chart, as plain numbers and booleans."""

    def __init__(self, facts: FactSheet) -> None:
        self.facts = facts

    def true(self, name: str) -> int:
        value = self.facts[name]
        if not value.is_known:
            raise NotKnown(name)
        return value.least

    def least(self, name: str) -> int:
        return self.facts[name].least

    def most(self, name: str) -> int:
        return self.facts[name].most

    def known(self, name: str) -> bool:
        return self.facts[name].is_known

    def age(self, name: str) -> int:
        age = self.facts[name].age
        return -1 if age is None else age

    def all(self, *parts: bool) -> bool:
        return all(parts)

    def any(self, *parts: bool) -> bool:
        return any(parts)

    def negate(self, part: bool) -> bool:
        return not part


# What there is ---------------------------------------------------------------------------------


def links(library: Library) -> tuple[Link, ...]:
    """Every link there is for a library's facts."""
    made: list[Link] = []
    for ingredient in sorted({drug.ingredient for drug in library.drugs.values()}):
        made += _of_ingredient(ingredient.replace("-", "_"))
    made += _of_opioids(library)
    for instrument in library.instruments.values():
        made += _of_instrument(instrument.id, tuple(instrument.items))
    made += _of_cows(library)
    made += _of_records(library)
    made += _of_events()
    for protocol in library.protocols.values():
        if protocol.schedule is not None:
            ingredient = library.ingredient_of(protocol.schedule.drug).replace("-", "_")
            made += _of_plan(protocol.id.replace("-", "_"), ingredient)
    known = library.vocabulary
    return tuple(link for link in made if all(name in known for name in link.facts))


def _of_ingredient(it: str) -> Iterator[Link]:
    total, since, last = f"{it}_in_24_hours", f"time_since_last_{it}", f"last_{it}_dose"
    today, yesterday, day = f"{it}_today", f"{it}_yesterday", f"{it}_day"
    doses_today, doses = f"{it}_doses_today", f"{it}_doses_given"
    first, first_of_last = f"time_since_first_{it}", f"time_since_first_{it}_of_last_day"
    days_same, vomited = f"{it}_days_at_this_total", f"last_{it}_vomited"

    def link(says: str, names: tuple[str, ...], holds: Callable[[Reads], Any]) -> Link:
        return Link(f"{it}: {says}", names, holds)

    yield link(
        "without a dose in the unit there is no day, no last dose and no first",
        (doses, day, first, last),
        lambda r: r.all(
            same(r, r.true(doses) == 0, r.true(day) == 0),
            same(r, r.true(doses) == 0, r.true(first) == NEVER),
            same(r, r.true(doses) == 0, r.true(last) == 0),
        ),
    )
    yield link(
        "no dose today is nothing today",
        (doses_today, today, doses),
        lambda r: r.all(
            same(r, r.true(doses_today) == 0, r.true(today) == 0), r.true(doses_today) <= r.true(doses)
        ),
    )
    yield link(
        "a dose today makes it a day of it",
        (doses_today, day),
        lambda r: implies(r, r.true(doses_today) >= 1, r.true(day) >= 1),
    )
    yield link(
        "on the first day every dose is of today",
        (day, doses, doses_today, yesterday, days_same),
        lambda r: r.all(
            implies(
                r,
                r.true(day) == 1,
                r.all(r.true(doses_today) == r.true(doses), r.true(doses_today) >= 1),
            ),
            implies(r, r.true(day) <= 1, r.all(r.true(yesterday) == 0, r.true(days_same) == 0)),
            implies(r, r.true(day) >= 2, r.true(doses) > r.true(doses_today)),
        ),
    )
    yield link(
        "the last dose is part of today's, or of yesterday's",
        (last, today, yesterday, doses_today),
        lambda r: r.all(
            implies(r, r.true(doses_today) >= 1, r.true(last) <= r.true(today)),
            implies(r, r.true(doses_today) == 1, r.true(last) == r.true(today)),
            implies(
                r,
                r.all(r.true(doses_today) == 0, r.true(yesterday) > 0),
                r.true(last) <= r.true(yesterday),
            ),
        ),
    )
    yield link(
        "yesterday's doses are doses given before today",
        (yesterday, doses, doses_today, day),
        lambda r: implies(
            r, r.true(yesterday) > 0, r.all(r.true(doses) > r.true(doses_today), r.true(day) >= 2)
        ),
    )
    yield link(
        "days at this total count yesterday, and no more days than there were",
        (days_same, yesterday, day),
        lambda r: r.all(
            same(r, r.true(days_same) >= 1, r.true(yesterday) > 0),
            r.any(r.true(days_same) == 0, r.true(days_same) <= r.true(day) - 1),
        ),
    )
    yield link(
        "as many doses were given as days had a total",
        (days_same, doses, doses_today),
        lambda r: r.true(doses) >= r.true(doses_today) + r.true(days_same),
    )
    yield link(
        "the last was taken no longer ago than the first in the unit",
        (since, first),
        lambda r: r.true(since) <= r.true(first),
    )
    yield link(
        "a dose of today is less than a long day old",
        (doses_today, since),
        lambda r: implies(r, r.true(doses_today) >= 1, r.true(since) < DAY + CLOCKS),
    )
    yield link(
        "a dose of yesterday is less than two long days old",
        (yesterday, since, first_of_last, doses_today),
        lambda r: implies(
            r,
            r.true(yesterday) > 0,
            r.all(r.true(since) < 2 * DAY + CLOCKS, r.true(first_of_last) < 2 * DAY + CLOCKS),
        ),
    )
    yield link(
        "the day it is follows from the first dose",
        (day, first),
        lambda r: implies(
            r,
            r.true(day) >= 1,
            r.all(
                r.true(first) < r.true(day) * DAY + CLOCKS, r.true(first) > (r.true(day) - 2) * DAY - CLOCKS
            ),
        ),
    )
    yield link(
        "the first dose of the last day: never on the first day, the very first on the second",
        (day, first, first_of_last),
        lambda r: r.all(
            same(r, r.true(day) <= 1, r.true(first_of_last) == NEVER),
            implies(r, r.true(day) == 2, r.true(first_of_last) == r.true(first)),
            implies(r, r.true(day) >= 2, r.true(first_of_last) <= r.true(first)),
        ),
    )
    yield link(
        "the last was taken no longer ago than the first of the last day",
        (since, first_of_last),
        lambda r: r.true(since) <= r.true(first_of_last),
    )
    yield link(
        "something in 24 hours exactly when the last was less than 24 hours ago",
        (total, since),
        lambda r: same(r, r.true(since) < DAY, r.true(total) > 0),
    )
    yield link(
        "all the unit gave counts while the first dose is less than 24 hours old",
        (total, first, today, last, yesterday),
        lambda r: implies(
            r,
            r.true(first) < DAY,
            r.all(r.true(total) >= r.true(today) + r.true(yesterday), r.true(total) >= r.true(last)),
        ),
    )
    yield link(
        "only a dose can have been vomited",
        (vomited, doses),
        lambda r: implies(r, r.true(vomited) == 1, r.true(doses) >= 1),
    )
    on = f"on_{it}"
    yield link(
        "who took it within 24 hours is on it",
        (total, on),
        lambda r: implies(r, r.true(total) > 0, r.true(on) == 1),
    )


def _of_opioids(library: Library) -> Iterator[Link]:
    kinds: dict[str, list[str]] = {}
    for substance in library.substances.values():
        if substance.ingredient and substance.kind in KINDS:
            name = f"time_since_last_{substance.ingredient.replace('-', '_')}"
            if name in library.vocabulary and name not in kinds.setdefault(substance.kind, []):
                kinds[substance.kind].append(name)
    any_opioid, full = "time_since_last_opioid", "time_since_last_full_agonist"
    of_kind = {kind: f"time_since_last_{kind}" for kind in ("short_acting", "fentanyl", "long_acting")}

    def no_later(first: str, second: str) -> Link:
        return Link(
            f"{first} is at most {second}", (first, second), lambda r: r.true(first) <= r.true(second)
        )

    yield no_later(any_opioid, full)
    for kind, name in of_kind.items():
        yield no_later(full, name)
        for ingredient in kinds.get(kind, ()):
            if ingredient != name:
                yield no_later(name, ingredient)
    for kind, names in kinds.items():
        for ingredient in names:
            if kind in FULL_AGONISTS:
                yield no_later(full, ingredient)
            yield no_later(any_opioid, ingredient)
    methadone = kinds.get("methadone", [])
    if all(one.ingredient for one in library.substances.values() if one.kind == "methadone") and methadone:
        every = (*of_kind.values(), *methadone)
        yield Link(
            "the last full agonist was of one of the kinds",
            (full, *every),
            lambda r: r.any(*(r.true(full) == r.true(name) for name in every)),
        )
    yield no_later("time_since_naloxone_given", "time_since_last_naloxone")
    yield no_later("time_since_last_naltrexone", "time_since_last_naltrexone_injection")
    kind, used = "opioid_kind", "fentanyl_used"
    fentanyl, short = KINDS.index("fentanyl"), KINDS.index("short_acting")
    yield Link(
        "fentanyl decides the start only if it was used",
        (kind, used),
        lambda r: implies(r, r.true(kind) == fentanyl, r.true(used) == 1),
    )
    yield Link(
        "a short-acting opioid decides the start only if it was used within 14 days",
        (kind, of_kind["short_acting"]),
        lambda r: implies(r, r.true(kind) == short, r.true(of_kind["short_acting"]) < 14 * DAY),
    )
    yield Link(
        "a positive fentanyl screen is use of fentanyl",
        ("urine_fentanyl", used, kind),
        lambda r: implies(
            r,
            r.all(r.known("urine_fentanyl"), r.true("urine_fentanyl") == 1),
            r.all(r.true(used) == 1, r.true(kind) >= fentanyl, r.true(kind) <= KINDS.index("methadone")),
        ),
    )
    yield Link(
        "a positive methadone screen is use of methadone",
        ("urine_methadone", kind),
        lambda r: implies(
            r,
            r.all(r.known("urine_methadone"), r.true("urine_methadone") == 1),
            r.true(kind) == KINDS.index("methadone"),
        ),
    )
    yield Link(
        "with the last opioid in the chart, what kind it was is known",
        ("last_opioid_recorded", kind, used),
        lambda r: implies(r, r.true("last_opioid_recorded") == 1, r.all(r.known(kind), r.known(used))),
    )


def _of_instrument(it: str, items: tuple[str, ...]) -> Iterator[Link]:
    total, names = f"{it}_total", tuple(f"{it}_{item}" for item in items)
    for name in names:
        yield Link(
            f"{it}: total and items are of one sheet",
            (total, name),
            lambda r, name=name: r.age(total) == r.age(name),  # type: ignore[misc]
        )
        yield Link(
            f"{it}: a total is at least each of its items",
            (total, name),
            lambda r, name=name: r.true(name) <= r.true(total),  # type: ignore[misc]
        )


def _of_cows(library: Library) -> Iterator[Link]:
    total, signs = "cows_total", "cows_objective_signs"
    after_use, after_dose = "cows_after_last_use", "cows_after_last_dose"
    rise, highest = "cows_rise_after_last_buprenorphine", "cows_highest_in_24_hours"
    for name in (signs, after_use, after_dose):
        yield Link(
            f"{name} is of the newest COWS",
            (total, name),
            lambda r, name=name: r.age(total) == r.age(name),  # type: ignore[misc]
        )
    items = tuple(f"cows_{item}" for item in OBJECTIVE)
    for item, name in zip(OBJECTIVE, items, strict=True):
        yield Link(
            "an objective item from its threshold on is a sign",
            (signs, name),
            lambda r, item=item, name=name: implies(  # type: ignore[misc]
                r, r.all(r.known(name), r.true(name) >= OBJECTIVE[item]), r.true(signs) >= 1
            ),
        )
    for name, since in ((after_use, "time_since_last_full_agonist"), (after_dose, "time_since_last_opioid")):
        yield Link(
            f"{name} says which came first, the COWS or what was taken",
            (name, since),
            lambda r, name=name, since=since: r.all(  # type: ignore[misc]
                implies(
                    r,
                    r.all(r.known(name), r.true(name) == 1, r.most(since) < NEVER),
                    r.age(name) <= r.least(since),
                ),
                implies(r, r.all(r.known(name), r.true(name) == 0), r.age(name) >= r.least(since)),
            ),
        )
    yield Link(
        "a COWS after the last opioid is one after the last full agonist",
        (after_use, after_dose),
        lambda r: implies(
            r,
            r.all(r.known(after_use), r.known(after_dose), r.true(after_dose) == 1),
            r.true(after_use) == 1,
        ),
    )
    yield Link(
        "the highest COWS of 24 hours is at least the newest",
        (total, highest),
        lambda r: implies(
            r, r.all(r.known(total), r.age(total) < DAY), r.all(r.true(total) <= r.true(highest))
        ),
    )
    yield Link(
        "without buprenorphine in 24 hours there is no rise after it",
        (rise, "time_since_last_buprenorphine"),
        lambda r: r.any(
            r.all(r.known(rise), r.true(rise) == 0), r.true("time_since_last_buprenorphine") < DAY
        ),
    )
    yield Link(
        "without buprenorphine in eight hours there is no rise after it",
        ("cows_rise_within_4_hours", "time_since_last_buprenorphine"),
        lambda r: r.any(
            r.all(r.known("cows_rise_within_4_hours"), r.true("cows_rise_within_4_hours") == 0),
            r.true("time_since_last_buprenorphine") < 8 * 3_600,
        ),
    )
    cows = library.instruments.get("cows")
    if cows is not None:
        names = tuple(f"cows_{item}" for item in cows.items)
        yield Link(
            "a COWS total is the sum of its items",
            (total, *names),
            lambda r: implies(
                r,
                r.all(r.known(total), *(r.known(name) for name in names)),
                r.true(total) == sum(r.true(name) for name in names),
            ),
        )


def _of_records(library: Library) -> Iterator[Link]:
    for recorded, fact in (("weight_recorded", "weight"), ("pregnancy_recorded", "pregnancy")):
        yield Link(
            f"{recorded} while {fact} is known",
            (recorded, fact),
            lambda r, recorded=recorded, fact=fact: same(r, r.true(recorded) == 1, r.known(fact)),  # type: ignore[misc]
        )
    for group in library.classes.values():
        any_of = f"on_any_{group.id.replace('-', '_')}"
        yield Link(
            "with a complete list, every class is known",
            ("medicines_recorded", any_of),
            lambda r, any_of=any_of: implies(r, r.true("medicines_recorded") == 1, r.known(any_of)),  # type: ignore[misc]
        )
        for member in group.members:
            on = f"on_{member.replace('-', '_')}"
            yield Link(
                "who is on a medicine is on one of its class",
                (on, any_of),
                lambda r, on=on, any_of=any_of: implies(  # type: ignore[misc]
                    r, r.all(r.known(on), r.true(on) == 1), r.all(r.known(any_of), r.true(any_of) == 1)
                ),
            )
    for medicine in library.medicines:
        on, allergic = f"on_{medicine.replace('-', '_')}", f"allergic_to_{medicine.replace('-', '_')}"
        yield Link(
            "with a complete list, every medicine is known",
            ("medicines_recorded", on),
            lambda r, on=on: implies(r, r.true("medicines_recorded") == 1, r.known(on)),  # type: ignore[misc]
        )
        ordered = f"{medicine.replace('-', '_')}_ordered"
        yield Link(
            "what is ordered here, the patient is on",
            (ordered, on),
            lambda r, ordered=ordered, on=on: implies(  # type: ignore[misc]
                r, r.true(ordered) == 1, r.all(r.known(on), r.true(on) == 1)
            ),
        )
        yield Link(
            "where allergies were asked about, each is known",
            ("allergies_recorded", allergic),
            lambda r, allergic=allergic: implies(  # type: ignore[misc]
                r, r.true("allergies_recorded") == 1, r.known(allergic)
            ),
        )


def _of_events() -> Iterator[Link]:
    of_4, of_24, since = "vomits_in_4_hours", "vomits_in_24_hours", "time_since_vomiting"
    yield Link(
        "vomits of four hours are vomits of the day",
        (of_4, of_24),
        lambda r: r.true(of_4) <= r.true(of_24),
    )
    for name, hours in ((of_4, 4), (of_24, 24)):
        yield Link(
            f"{name} counts the last one",
            (name, since),
            lambda r, name=name, hours=hours: same(  # type: ignore[misc]
                r, r.true(name) > 0, r.true(since) < hours * 3_600
            ),
        )
    open_now, doses = "precipitated_withdrawal_open", "buprenorphine_since_precipitated_withdrawal"
    yield Link(
        "doses since precipitated withdrawal are doses given",
        (doses, "buprenorphine_doses_given"),
        lambda r: r.true(doses) <= r.true("buprenorphine_doses_given"),
    )
    yield Link(
        "a dose since it was named, while it is open, is less than a day old",
        (doses, open_now, "time_since_last_buprenorphine"),
        lambda r: implies(
            r,
            r.all(r.true(open_now) == 1, r.true(doses) >= 1),
            r.true("time_since_last_buprenorphine") < DAY,
        ),
    )


def _of_plan(plan: str, it: str) -> Iterator[Link]:
    due, missed = f"{plan}_day", f"{plan}_days_missed"
    day, doses_today, yesterday = f"{it}_day", f"{it}_doses_today", f"{it}_yesterday"
    yield Link(
        f"{plan}: no more days are done than have passed",
        (due, day),
        lambda r: r.any(r.true(due) == 1, r.true(due) <= r.true(day)),
    )
    yield Link(
        f"{plan}: a missed day is one without a dose since",
        (missed, day, doses_today, yesterday),
        lambda r: r.all(
            same(
                r,
                r.true(missed) > 0,
                r.all(r.true(day) >= 2, r.true(doses_today) == 0, r.true(yesterday) == 0),
            ),
            r.any(r.true(missed) == 0, r.true(missed) <= r.true(day) - 2),
        ),
    )
