"""From a solver's answer to a chart: a story of doses, uses and readings that a ward could have written.

A `Story` lets the solver write a small chart: some doses in the unit, at most one outside use of each
kind, one reading of each sort, one COWS and one before it. It says what every fact of such a chart
is, term by term. What the solver finds is written as a chart document, read back by the engine and
judged there: the engine has the last word, and where it disagrees nothing was shown.

A story is narrower than the world on purpose: proofs are over the world, examples are stories.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import z3

from mainstay.engine import documents
from mainstay.engine.chart import Chart
from mainstay.engine.conditions import Condition, leaves
from mainstay.engine.facts.doses import NALTREXONE_INJECTION
from mainstay.engine.facts.links import Shape, is_dated, shape
from mainstay.engine.facts.opioids import FULL_AGONISTS, KINDS
from mainstay.engine.facts.registry import NEVER, Fact, FactSheet, Kind
from mainstay.engine.facts.schedules import Plan
from mainstay.engine.facts.withdrawal import OBJECTIVE, PRECIPITANTS
from mainstay.engine.knowledge import text
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Drug
from mainstay.engine.knowledge.text import Fields, Items, Node, Place, Refused, Text
from mainstay.engine.limits import MOST_PIECES
from mainstay.engine.quantities import UNITS, Quantity
from mainstay.proof.solver import Model, Term, World

# The day every story happens on; the clock of the story runs from the start of its medication day.
DAY_BEGINS = datetime(2026, 3, 3, 6, tzinfo=UTC)
# Doses in the unit a story may hold, beside the days of a schedule it has behind it.
SLOTS = 6
_FAR = NEVER // 60  # in minutes
_DAY = 1_440

# What a reading is when nothing makes it otherwise.
TYPICAL = {
    "systolic_bp": 120, "diastolic_bp": 76, "heart_rate": 78, "respiratory_rate": 16, "spo2": 98, "temperature": 368,
    "standing_systolic_bp": 115, "pain_score": 2, "glucose": 500, "egfr": 950, "child_pugh_score": 0, "alt": 10,
    "potassium": 410, "magnesium": 85, "qtc": 425, "age": 35, "weight": 750, "methadone_daily_dose": 0,
}  # fmt: skip


@dataclass(frozen=True)
class _Dose:
    """One dose event of the story, in the unit."""

    given: Term
    minutes: Term
    size: Term
    day: Term  # medication days before today


@dataclass(frozen=True)
class _Use:
    """One outside use of the story."""

    kind: str
    substance: str
    ingredient: str
    taken: Term
    minutes: Term
    size: Term | None


@dataclass(frozen=True)
class _Reading:
    """One reading of the story."""

    fact: Fact
    taken: Term
    minutes: Term
    value: Term

    @property
    def age(self) -> Term:
        """In seconds; -1 where it was not taken."""
        return z3.If(self.taken, self.minutes * 60, -1)


def _either(*parts: Term) -> Term:
    return z3.Or(*parts)


def _sum(parts: Iterable[Term]) -> Term:
    return z3.Sum([z3.IntVal(0), *parts])


def _count(parts: Iterable[Term]) -> Term:
    return _sum(z3.If(part, 1, 0) for part in parts)


def _first(choices: Iterable[tuple[Term, Term]], otherwise: Any) -> Term:
    """The value of the first true choice."""
    made = otherwise
    for when, value in reversed(list(choices)):
        made = z3.If(when, value, made)
    return made


def _least(choices: Iterable[tuple[Term, Term]], otherwise: Any) -> Term:
    """The smallest value among the true choices."""
    made: Term = z3.IntVal(otherwise)
    for when, value in choices:
        made = z3.If(z3.And(when, value < made), value, made)
    return made


class Story:
    """A chart for the solver to write, about the facts in play. `says` ties every fact to it."""

    def __init__(self, world: World, drugs: Iterable[str] = (), slots: int = SLOTS) -> None:
        self.world = world
        self.library: Library = world.library
        self.says: list[Term] = []
        self._prefer = tuple(drugs)
        self._slots = slots
        self.clock = z3.Int("clock")
        self.admitted = z3.Int("admitted")
        self.asked = z3.Bool("outside doses asked")
        self.says += [self.clock >= 0, self.clock < _DAY, self.admitted >= 0, self.admitted <= 60 * _DAY]
        self.doses: dict[str, list[_Dose]] = {}
        self.plans: dict[str, list[_Dose]] = {}
        self.uses: dict[str, _Use] = {}
        self.readings: dict[str, _Reading] = {}
        self.own: dict[str, Term] = {}
        self.ordered: dict[str, Term] = {}
        self.allergic: dict[str, Term] = {}
        self.list_complete = z3.Bool("own medicines complete")
        self.allergies_asked = z3.Bool("allergies asked")
        self.sheets: dict[str, _Sheet] = {}
        self.vomits: tuple[Term, Term, Term] | None = None
        self.counted: dict[str, Term] = {}
        self.precipitated: tuple[Term, Term] | None = None
        self.first_qtc: tuple[Term, Term] | None = None
        self.naloxone: tuple[Term, Term] | None = None
        self.tested: tuple[Term, Term, dict[str, Term]] | None = None
        self.vomited: dict[str, Term] = {}
        self.not_taken: dict[str, Term] = {}
        names = list(world.symbols)
        self._prepare(names)
        for name in names:
            self._tell(world.facts[name])
        self._realistic()

    # Parts of the story ----------------------------------------------------------------------

    def _prepare(self, names: list[str]) -> None:
        """Everything a dose can bear on must know of it: doses and uses first."""
        facts = [self.world.facts[name] for name in names]
        ingredients = {fact.subject for fact in facts if fact.topic == "doses" and fact.subject}
        if "time_since_last_naltrexone_injection" in names:
            ingredients.add("naltrexone")
        plans = {
            fact.subject
            for fact in facts
            if fact.topic == "schedules" and fact.subject in self.library.protocols
        }
        touching = {
            "cows_rise_after_last_buprenorphine",
            "cows_rise_within_60_minutes",
            "cows_rise_within_4_hours",
        }
        if touching & set(names) or "buprenorphine_since_precipitated_withdrawal" in names:
            ingredients.add("buprenorphine")
        if set(_TESTED) & set(names):
            ingredients.add("clonidine")
        by_plan: dict[str, str] = {}
        for plan in sorted(plans):
            schedule = self.library.protocols[plan].schedule
            assert schedule is not None
            by_plan[self.library.ingredient_of(schedule.drug)] = plan
        for ingredient in sorted(ingredients | set(by_plan)):
            self._add_doses(ingredient, by_plan.get(ingredient, ""))
        if any(fact.topic in ("opioids", "doses") or fact.name in _ABOUT_USE for fact in facts):
            for kind in KINDS[1:]:
                self._add_use(kind)
            if "fentanyl" in self.library.medicines and self._kind_of("fentanyl") == "fentanyl":
                # A full agonist can be given in the unit too, whether it has a file here or not.
                self._add_doses("fentanyl", "", slots=1)
        for fact in facts:
            if fact.topic == "medicines" and not fact.name.startswith(("allergic_to_", "on_any_")):
                self.ordered[fact.subject] = z3.Bool(f"{fact.subject} ordered")
        if _ABOUT_VOMITING & set(names):
            self._add_vomits()
        if "time_since_naloxone_given" in names:
            self.naloxone = z3.Bool("naloxone given"), z3.Int("naloxone given minutes")
            self.says += [self.naloxone[1] >= 0, self.naloxone[1] <= 7 * _DAY]

    def _drug_for(self, ingredient: str) -> Drug | None:
        drugs = [drug for drug in self.library.drugs.values() if drug.ingredient == ingredient]
        preferred = [drug for drug in drugs if drug.id in self._prefer]
        return next(iter(preferred or drugs), None)

    def _piece(self, drug: Drug | None) -> tuple[int, int]:
        """The smallest piece of a drug, and how many of them a believable dose has at most."""
        if drug is None:
            return UNITS["mg"].steps, MOST_PIECES
        piece = piece_of(self.library, drug)
        never = [*drug.never, *self.library.drugs[drug.ingredient].never]
        largest = [one.largest_dose.steps for one in never if one.largest_dose]
        return piece, max(1, max(largest) // piece) if largest else MOST_PIECES

    def _add_doses(self, ingredient: str, plan: str, slots: int = 0) -> None:
        piece, most = self._piece(self._drug_for(ingredient))
        made: list[_Dose] = []
        for number in range(slots or self._slots):
            name = f"{ingredient} dose {number}"
            count = z3.Int(f"{name} pieces")
            dose = _Dose(
                z3.Bool(f"{name} given"), z3.Int(f"{name} minutes"), count * piece, z3.Int(f"{name} day")
            )
            self.says += [
                count >= 1,
                count <= most,
                dose.minutes >= 0,
                dose.minutes <= 30 * _DAY,
                dose.day >= 0,
            ]
            since_day = dose.minutes - self.clock
            self.says += [since_day > _DAY * (dose.day - 1), since_day <= _DAY * dose.day]
            if plan:
                self.says.append(z3.Implies(dose.given, dose.day == 0))
            if made:
                self.says += [z3.Implies(dose.given, made[-1].given), dose.minutes > made[-1].minutes]
            made.append(dose)
        self.plans[ingredient] = self._behind(plan) if plan else []
        self.doses[ingredient] = made + self.plans[ingredient]

    def _behind(self, plan: str) -> list[_Dose]:
        """The days of a schedule that lie behind, completed one after another. The newest dose first."""
        schedule = self.library.protocols[plan].schedule
        assert schedule is not None
        due, gap = z3.Int(f"{plan} due"), z3.Int(f"{plan} gap")
        self.says += [due >= 1, due <= len(schedule.days) + 1, gap >= 0, gap <= 20]
        made = []
        for number, day in enumerate(schedule.days, 1):
            for nth in range(day.times):
                after_start = 120 + nth * day.apart // 60
                ago = due - number + gap
                minutes = self.clock + _DAY * ago - after_start
                made.append(_Dose(due > number, minutes, z3.IntVal(day.dose.steps), ago))
        made.reverse()
        return made

    def _add_use(self, kind: str) -> None:
        substances = [one for one in self.library.substances.values() if one.kind == kind]
        if not substances:
            return
        # For a kind with a ledger of its own, the use counts there too.
        own = [one for one in substances if one.ingredient in self.doses]
        plain = [one for one in substances if not one.ingredient]
        by_kind = own if kind in ("methadone", "buprenorphine") else plain
        chosen = min(by_kind or substances, key=lambda one: one.id not in _USUAL)
        taken, minutes = z3.Bool(f"used {kind}"), z3.Int(f"used {kind} minutes")
        self.says += [minutes >= 0, minutes <= 60 * _DAY]
        size = None
        if chosen.ingredient in self.doses:
            piece, most = self._piece(self._drug_for(chosen.ingredient))
            count = z3.Int(f"used {kind} pieces")
            self.says += [count >= 1, count <= max(most, MOST_PIECES)]
            size = count * piece
        self.uses[kind] = _Use(kind, chosen.id, chosen.ingredient, taken, minutes, size)

    def _reading(self, name: str) -> _Reading:
        if name not in self.readings:
            fact = self.world.facts[name]
            low, high = self.world.span(fact)
            taken, minutes, value = (
                z3.Bool(f"{name} taken"),
                z3.Int(f"{name} minutes"),
                z3.Int(f"{name} value"),
            )
            self.says += [minutes >= 0, minutes <= 60 * _DAY, value >= low, value <= high]
            self.readings[name] = _Reading(fact, taken, minutes, value)
        return self.readings[name]

    # What each fact then is --------------------------------------------------------------------

    def _be(self, name: str, value: Any, known: Any = True, age: Any = -1, *, least: Any = None) -> None:
        """Fact `name` is `value`, of that age, where `known`; else it may be anything (from `least` on)."""
        symbol = self.world[name]
        low, high = self.world.span(symbol.fact)
        greatest = symbol.fact.greatest_age
        # Freshness is part of being known: what is too old is unknown again, bounds and all.
        fresh = z3.BoolVal(True) if greatest is None else age <= greatest
        known = z3.And(known, fresh)
        if symbol.shape is Shape.STRETCH:
            from_here = low if least is None else z3.If(fresh, least, low)
            self.says += [
                z3.Implies(known, z3.And(symbol.least == value, symbol.most == value)),
                z3.Implies(z3.Not(known), z3.And(symbol.least == from_here, symbol.most == high)),
            ]
        elif symbol.shape is Shape.WHOLE:
            self.says += [symbol.known == known, z3.Implies(known, symbol.true == value)]
        else:
            self.says.append(symbol.true == value)
        if is_dated(symbol.fact):
            self.says.append(symbol.age == age)

    def _tell(self, fact: Fact) -> None:
        tellers: dict[str, Callable[[Fact], bool]] = {
            "doses": self._tell_doses, "opioids": self._tell_opioids, "schedules": self._tell_schedules,
            "medicines": self._tell_medicines, "scores": self._tell_scores, "withdrawal": self._tell_withdrawal,
            "events": self._tell_events, "history": self._tell_history, "vitals": self._tell_vitals,
            "laboratory": self._tell_laboratory,
        }  # fmt: skip
        teller = tellers.get(fact.topic)
        if teller is not None and teller(fact):
            return
        if fact.entered:
            self._tell_entered(fact)
        else:
            self._tell_nothing(fact)

    def _tell_nothing(self, fact: Fact) -> None:
        """A fact stories do not touch: as an empty chart has it."""
        value = fact.value(Chart(DAY_BEGINS))
        symbol = self.world[fact.name]
        self.says += [
            symbol.known == z3.BoolVal(value.is_known),
            symbol.least == value.least,
            symbol.most == value.most,
        ]
        self.says.append(symbol.age == -1)

    def _tell_entered(self, fact: Fact) -> None:
        reading = self._reading(fact.name)
        # What counts as something while nobody has recorded it counts as its first word.
        counts = z3.If(reading.taken, reading.value, 0) if shape(fact) is Shape.KNOWN else reading.value
        self._be(fact.name, counts, reading.taken, reading.age)

    def _tell_doses(self, fact: Fact) -> bool:
        it, name = fact.subject, fact.name
        if not it:
            # The injections that act for weeks: only naltrexone's is ever given in a story.
            drug = name.removeprefix("time_since_last_").removesuffix("_injection")
            large = self.doses.get(drug, ()) if drug == "naltrexone" else ()
            self._tell_since(
                name, [(z3.And(d.given, d.size >= NALTREXONE_INJECTION), d.minutes) for d in large]
            )
            return True
        doses = self.doses[it]
        used = [use for use in self.uses.values() if use.ingredient == it]
        days = [dose.day for dose in doses]
        today = [z3.And(dose.given, dose.day == 0) for dose in doses]
        given = [dose.given for dose in doses]
        any_given = _either(*given)
        stem = name.replace(it.replace("-", "_"), "X")
        oldest = list(reversed(doses))
        before_today = [z3.And(dose.given, dose.day >= 1) for dose in doses]
        last_day = _first(zip(before_today, days, strict=True), -1)
        if stem == "X_in_24_hours":
            parts = [z3.If(z3.And(dose.given, dose.minutes < _DAY), dose.size, 0) for dose in doses]
            parts += [
                z3.If(z3.And(use.taken, use.minutes < _DAY), use.size, 0)
                for use in used
                if use.size is not None
            ]
            total = _sum(parts)
            self._be(name, total, _either(self.asked, self.admitted >= _DAY), least=total)
        elif stem == "time_since_last_X":
            self._tell_since(
                name, [(d.given, d.minutes) for d in doses] + [(u.taken, u.minutes) for u in used]
            )
        elif stem == "last_X_dose":
            self._be(name, _first([(dose.given, dose.size) for dose in doses], 0))
        elif stem == "last_X_vomited":
            vomited = self.vomited.setdefault(it, z3.Bool(f"{it} vomited"))
            self.says.append(z3.Implies(vomited, any_given))
            self._be(name, z3.If(vomited, 1, 0))
        elif stem == "X_today":
            self._be(name, _sum(z3.If(now, dose.size, 0) for now, dose in zip(today, doses, strict=True)))
        elif stem == "X_yesterday":
            self._be(name, self._total_of_day(doses, 1))
        elif stem == "X_day":
            first_day = _first([(dose.given, dose.day) for dose in oldest], -1)
            self._be(name, first_day + 1)
        elif stem == "X_doses_today":
            self._be(name, _count(today))
        elif stem == "X_doses_given":
            self._be(name, _count(given))
        elif stem == "time_since_first_X":
            self._be(name, _first([(dose.given, dose.minutes * 60) for dose in oldest], NEVER))
        elif stem == "time_since_first_X_of_last_day":
            of_it = [(z3.And(dose.given, dose.day == last_day), dose.minutes * 60) for dose in oldest]
            self._be(name, z3.If(last_day >= 1, _first(of_it, NEVER), NEVER))
        elif stem == "X_days_at_this_total":
            totals = [self._total_of_day(doses, day) for day in range(1, self._slots + 3)]
            running, runs = z3.BoolVal(True), []
            for total in totals:
                running = z3.And(running, total > 0, total == totals[0])
                runs.append(running)
            self.says.append(z3.Not(runs[-1]))
            self._be(name, _count(runs))
        elif stem == "X_not_taken":
            count = self.not_taken.setdefault(it, z3.Int(f"{it} not taken"))
            self.says += [count >= 0, count <= 10]
            self.says += [z3.Implies(z3.And(count > 0, dose.given), dose.minutes >= 1) for dose in doses]
            self._be(name, count)
        else:
            return False
        return True

    def _total_of_day(self, doses: list[_Dose], day: int) -> Term:
        return _sum(z3.If(z3.And(dose.given, dose.day == day), dose.size, 0) for dose in doses)

    def _tell_since(self, name: str, taken: list[tuple[Term, Term]]) -> None:
        """How long since the last of what was taken, as `facts.doses.since_last` answers it."""
        newest = _least(taken, _FAR)
        any_taken = _either(*(was for was, _ in taken))
        self._be(
            name,
            z3.If(any_taken, newest * 60, NEVER),
            _either(any_taken, self.asked),
            least=self.admitted * 60,
        )

    def _of_kinds(self, *kinds: str) -> list[tuple[Term, Term]]:
        """What was taken of these kinds, in and outside the unit: whether, and how many minutes ago."""
        taken = [(use.taken, use.minutes) for kind, use in self.uses.items() if kind in kinds]
        for ingredient, doses in self.doses.items():
            if self._kind_of(ingredient) in kinds:
                taken += [(dose.given, dose.minutes) for dose in doses]
        return taken

    def _kind_of(self, ingredient: str) -> str:
        for substance in self.library.substances.values():
            if ingredient in (substance.ingredient, substance.id):
                return substance.kind
        return ""

    def _tell_opioids(self, fact: Fact) -> bool:
        name = fact.name
        if name == "time_since_last_full_agonist":
            self._tell_since(name, self._of_kinds(*FULL_AGONISTS))
        elif name == "time_since_last_opioid":
            self._tell_since(name, self._of_kinds(*FULL_AGONISTS, "buprenorphine"))
        elif name.startswith("time_since_last_"):
            self._tell_since(name, self._of_kinds(name.removeprefix("time_since_last_")))
        elif name in ("opioid_kind", "fentanyl_used"):
            self._tell_kind(name)
        else:
            return False
        return True

    def _tell_kind(self, name: str) -> None:
        recent = {kind: z3.And(use.taken, use.minutes < 14 * _DAY) for kind, use in self.uses.items()}
        for screen, kind in (("urine_fentanyl", "fentanyl"), ("urine_methadone", "methadone")):
            reading = self._reading(screen)
            positive = z3.And(reading.taken, reading.value == 1)
            recent[kind] = _either(recent[kind], positive) if kind in recent else positive
        any_use = _either(*(use.taken for use in self.uses.values()))
        if name == "fentanyl_used":
            here = [z3.And(dose.given, dose.minutes < 14 * _DAY) for dose in self.doses.get("fentanyl", ())]
            used = _either(recent["fentanyl"], *here)
            self._be(name, z3.If(used, 1, 0), _either(used, any_use))
            return
        order = ("methadone", "long_acting", "fentanyl", "short_acting", "buprenorphine")
        decided = [(recent[kind], z3.IntVal(KINDS.index(kind))) for kind in order if kind in recent]
        self._be(name, _first(decided, 0), _either(*(when for when, _ in decided), any_use, self.asked))

    def _tell_schedules(self, fact: Fact) -> bool:
        protocol = self.library.protocols.get(fact.subject)
        if protocol is None or protocol.schedule is None:
            return fact.name == "pathway"
        due, gap = z3.Int(f"{protocol.id} due"), z3.Int(f"{protocol.id} gap")
        if fact.name.endswith("_days_missed"):
            doses = self.doses[self.library.ingredient_of(protocol.schedule.drug)]
            today = _either(*(z3.And(dose.given, dose.day == 0) for dose in doses))
            self._be(fact.name, z3.If(_either(today, due == 1), 0, gap))
        else:
            # After a day without a dose the last step is done again.
            self._be(fact.name, z3.If(z3.And(gap > 0, due > 1), due - 1, due))
        return True

    def _tell_medicines(self, fact: Fact) -> bool:
        it = fact.subject
        if fact.name.startswith("allergic_to_"):
            allergic = self.allergic.setdefault(it, z3.Bool(f"allergic to {it}"))
            self.says.append(z3.Implies(allergic, self.allergies_asked))
            self._be(fact.name, z3.If(allergic, 1, 0), self.allergies_asked)
            return True
        if fact.name.endswith("_ordered"):
            self._be(fact.name, z3.If(self._is_ordered(it), 1, 0))
            return True
        if fact.name.startswith("on_any_"):
            members = self.library.classes[it].members
            used = {*self.doses, *(use.ingredient for use in self.uses.values())}
            named = [
                one for one in members if one in used or f"on_{one.replace('-', '_')}" in self.world.symbols
            ]
            on = _either(*(self._takes(one) for one in named or members[:1]))
            self._be(fact.name, z3.If(on, 1, 0), _either(on, self.list_complete))
            return True
        on = self._takes(it)
        self._be(fact.name, z3.If(on, 1, 0), _either(on, self.list_complete))
        return True

    def _takes(self, it: str) -> Term:
        """Being on a medicine: among the own ones, ordered, or taken within the day."""
        own = self.own.setdefault(it, z3.Bool(f"takes {it}"))
        recent = [z3.And(dose.given, dose.minutes < _DAY) for dose in self.doses.get(it, ())]
        recent += [
            z3.And(use.taken, use.minutes < _DAY) for use in self.uses.values() if use.ingredient == it
        ]
        return _either(own, self._is_ordered(it), *recent)

    def _is_ordered(self, medicine: str) -> Term:
        """An order counts for the medicine it names, and for the one that counts as."""
        return _either(
            *(
                flag
                for name, flag in self.ordered.items()
                if medicine in (name, self.library.ingredient_of(name))
            )
        )

    def _tell_scores(self, fact: Fact) -> bool:
        instrument = next(
            one for one in self.library.instruments.values()
            if fact.name == f"{one.id}_total" or any(fact.name == f"{one.id}_{item}" for item in one.items)
        )  # fmt: skip
        sheet = self._sheet(instrument.id)
        if fact.name == f"{instrument.id}_total":
            self._be(fact.name, sheet.total, sheet.rated, sheet.age)
        else:
            item = fact.name.removeprefix(f"{instrument.id}_")
            self._be(fact.name, sheet.items[item], sheet.rated, sheet.age)
        return True

    def _sheet(self, instrument: str) -> _Sheet:
        if instrument not in self.sheets:
            self.sheets[instrument] = sheet = _Sheet.blank(self.library, instrument)
            self.says += sheet.says
        return self.sheets[instrument]

    def _tell_withdrawal(self, fact: Fact) -> bool:
        cows, name = self._sheet("cows"), fact.name
        if name == "cows_objective_signs":
            seen = [cows.items[item] >= least for item, least in OBJECTIVE.items()]
            self._be(name, _count([*seen, self._vomited_near(cows.minutes)]), cows.rated, cows.age)
        elif name in ("cows_after_last_use", "cows_after_last_dose"):
            kinds = (*FULL_AGONISTS, "buprenorphine") if name == "cows_after_last_dose" else FULL_AGONISTS
            newest = _least(self._of_kinds(*kinds), _FAR)
            self._be(name, z3.If(cows.minutes < newest, 1, 0), cows.rated, cows.age)
        elif name == "cows_rise_after_last_buprenorphine":
            doses = self.doses["buprenorphine"]
            last = _first([(dose.given, dose.minutes) for dose in doses], _FAR)
            self._tell_rise(name, [(last < _DAY, last)], _DAY)
        elif name == "cows_rise_within_60_minutes":
            doses = [dose for it in PRECIPITANTS for dose in self.doses.get(it, ())]
            precipitants = [(z3.And(d.given, d.minutes < 240), d.minutes) for d in doses]
            if self.naloxone is not None:
                precipitants.append((z3.And(self.naloxone[0], self.naloxone[1] < 240), self.naloxone[1]))
            self._tell_rise(name, precipitants, 60)
        elif name == "time_since_naloxone_given":
            assert self.naloxone is not None
            doses = self.doses.get("naloxone", [])
            given = [self.naloxone, *((dose.given, dose.minutes) for dose in doses)]
            newest = _least(given, _FAR)
            self._be(name, z3.If(newest == _FAR, NEVER, newest * 60))
        elif name == "cows_rise_within_4_hours":
            doses = self.doses["buprenorphine"]
            large = [(z3.And(d.given, d.minutes < 480, d.size >= 2_000_000), d.minutes) for d in doses]
            self._tell_rise(name, large, 240)
        elif name == "cows_highest_in_24_hours":
            self._tell_highest(name)
        else:
            return False
        return True

    def _tell_rise(self, name: str, doses: list[tuple[Term, Term]], within: int) -> None:
        """The rise from the COWS before to the newest, where a dose lies between them."""
        cows = self._sheet("cows")
        # While its time runs, a dose without both scores leaves the rise unknown.
        running = _either(*(z3.And(given, minutes <= within) for given, minutes in doses))
        between = _either(
            *(
                z3.And(
                    given, cows.has_earlier, cows.earlier >= minutes, cows.earlier <= minutes + 240,
                    cows.minutes < minutes, cows.minutes >= minutes - within,
                )
                for given, minutes in doses
            )
        )  # fmt: skip
        rise = cows.total - cows.earlier_total
        value = z3.If(between, z3.If(rise > 0, rise, 0), 0)
        self._be(name, value, _either(z3.Not(running), between), z3.If(between, cows.age, -1))

    def _tell_highest(self, name: str) -> None:
        cows = self._sheet("cows")
        newest = z3.And(cows.rated, cows.minutes < _DAY)
        before = z3.And(cows.has_earlier, cows.earlier < _DAY)
        highest = z3.If(z3.And(before, cows.earlier_total > cows.total), cows.earlier_total, cows.total)
        long_enough = z3.And(newest, z3.If(before, cows.earlier, cows.minutes) >= 1_200)
        self._be(name, highest, long_enough, z3.If(newest, cows.age, -1), least=z3.If(newest, highest, 0))

    def _add_vomits(self) -> None:
        of_4, of_24, since = z3.Int("vomits 4 h"), z3.Int("vomits 24 h"), z3.Int("vomited minutes")
        self.vomits = of_4, of_24, since
        self.says += [
            of_4 >= 0, of_24 >= of_4, of_24 <= 20, since >= 0, since <= _FAR,
            (of_4 > 0) == (since < 240), (of_24 > 0) == (since < _DAY), z3.Or(since < 3 * _DAY, since == _FAR),
        ]  # fmt: skip

    def _vomited_near(self, minutes: Term) -> Term:
        """Whether vomiting was seen within an hour of a moment."""
        assert self.vomits is not None
        of_4, of_24, since = self.vomits
        earlier = z3.If(since > 240, since, 240)
        return _either(
            z3.And(since < _FAR, since - minutes <= 60, minutes - since <= 60),
            z3.And(of_24 > of_4, earlier - minutes <= 60, minutes - earlier <= 60),
        )

    def _tell_events(self, fact: Fact) -> bool:
        name = fact.name
        if name in ("vomits_in_4_hours", "vomits_in_24_hours", "time_since_vomiting"):
            assert self.vomits is not None
            of_4, of_24, since = self.vomits
            values = {
                "vomits_in_4_hours": of_4,
                "vomits_in_24_hours": of_24,
                "time_since_vomiting": z3.If(since == _FAR, NEVER, since * 60),
            }
            self._be(name, values[name])
        elif name in _COUNTED:
            count = self.counted[_COUNTED[name]] = z3.Int(_COUNTED[name])
            self.says += [count >= 0, count <= 5]
            self._be(name, count)
        elif name in ("precipitated_withdrawal_open", "buprenorphine_since_precipitated_withdrawal"):
            if self.precipitated is None:
                self.precipitated = z3.Bool("precipitated"), z3.Int("precipitated minutes")
                self.says += [self.precipitated[1] >= 0, self.precipitated[1] <= 7 * _DAY]
            named, minutes = self.precipitated
            if name == "precipitated_withdrawal_open":
                self._be(name, z3.If(z3.And(named, minutes < _DAY), 1, 0))
            else:
                doses = self.doses["buprenorphine"]
                self._be(name, _count(z3.And(named, dose.given, dose.minutes <= minutes) for dose in doses))
        else:
            return False
        return True

    def _tell_history(self, fact: Fact) -> bool:
        name = fact.name
        recorded = {
            "allergies_recorded": self.allergies_asked,
            "medicines_recorded": self.list_complete,
            "last_opioid_recorded": _either(*(use.taken for use in self.uses.values())),
        }
        if name in recorded:
            self._be(name, z3.If(recorded[name], 1, 0))
        elif name == "allergies":
            self._be(name, 0, age=z3.If(self.allergies_asked, self.admitted * 60, -1))
        elif name in ("weight_recorded", "pregnancy_recorded"):
            self._be(name, z3.If(self._reading(name.removesuffix("_recorded")).taken, 1, 0))
        else:
            return False
        return True

    def _tell_vitals(self, fact: Fact) -> bool:
        name = fact.name
        if name == "sedated":
            sleepy, mind = self._reading("sedation"), self._reading("consciousness")
            told = z3.And(sleepy.taken, z3.Or(z3.Not(mind.taken), sleepy.minutes <= mind.minutes))
            seen = z3.And(mind.taken, z3.Or(z3.Not(sleepy.taken), mind.minutes <= sleepy.minutes))
            bad = z3.Or(z3.And(told, sleepy.value >= 2), z3.And(seen, mind.value >= 1))
            age = z3.If(told, sleepy.age, mind.age)
            self._be(name, z3.If(bad, 1, 0), z3.Or(told, seen), age)
        elif name == "systolic_bp_fall_on_standing":
            up, down = self._reading("standing_systolic_bp"), self._reading("systolic_bp")
            near = z3.And(up.minutes - down.minutes <= 10, down.minutes - up.minutes <= 10)
            fall = down.value - up.value
            known = z3.And(up.taken, down.taken, near)
            self._be(name, z3.If(fall > 0, fall, 0), known, up.age)
        elif name in _TESTED:
            self._tell_test_dose(name)
        else:
            return False
        return True

    def _tell_test_dose(self, name: str) -> None:
        """What the readings after the first checked clonidine dose say, as `facts.vitals` works it out."""
        if self.tested is None:
            self.tested = z3.Bool("test dose checked"), z3.Int("test dose checked minutes"), {}
        checked, at, values = self.tested
        for what in _TESTED.values():
            if what not in values:
                reading = self._reading(what)
                value = values[what] = z3.Int(f"{what} after the test dose")
                self.says += [value >= reading.fact.least, value <= reading.fact.most]
                # The reading after the test dose is never the newest.
                self.says.append(z3.Implies(checked, z3.And(reading.taken, reading.minutes < at)))
        kind = _TESTED[name]
        found, ages = [], []
        for dose in reversed(self.doses["clonidine"]):
            looked = []
            for what in _TESTED.values():
                now = self._reading(what)
                new = z3.And(now.taken, now.minutes < dose.minutes, now.minutes >= dose.minutes - 240)
                old = z3.And(checked, at < dose.minutes, at >= dose.minutes - 240)
                last = z3.If(new, now.minutes, at)
                looked.append(z3.And(z3.Or(new, old), last <= dose.minutes - 45))
                if what == kind:
                    worst = z3.If(now.value < values[what], now.value, values[what])
                    if name == "clonidine_test_dizzy":
                        worst = z3.If(now.value > values[what], now.value, values[what])
                    value = z3.If(z3.And(new, old), worst, z3.If(new, now.value, values[what]))
                    of_kind = value, last
            qualifies = z3.And(dose.given, *looked)
            found.append((qualifies, of_kind[0]))
            ages.append((qualifies, of_kind[1] * 60))
        known = _either(*(qualifies for qualifies, _ in found))
        self._be(name, _first(found, 0), known, _first(ages, -1))

    def _tell_laboratory(self, fact: Fact) -> bool:
        name = fact.name
        if name == "qtc_rise":
            reading = self._reading("qtc")
            self.first_qtc = z3.Bool("earlier ECG"), z3.Int("earlier QTc")
            taken, value = self.first_qtc
            self.says += [
                value >= reading.fact.least,
                value <= reading.fact.most,
                z3.Implies(taken, reading.taken),
            ]
            rise = reading.value - value
            known = z3.And(reading.taken, self._baseline_holds(reading))
            self._be(name, z3.If(z3.And(taken, rise > 0), rise, 0), known, reading.age)
            return True
        if name == "qtc":
            reading = self._reading(name)
            self._be(name, reading.value, z3.And(reading.taken, self._baseline_holds(reading)), reading.age)
            return True
        if name in ("potassium", "magnesium"):
            assert self.vomits is not None
            self.says.append(z3.Or(self._reading(name).minutes <= _DAY, self.vomits[1] == 0))
        return False

    def _baseline_holds(self, ecg: _Reading) -> Term:
        """Whether no QT medicine was first given after the ECG on top of another one (see `facts.laboratory`)."""
        group = self.library.classes.get("qt-prolonging")
        firsts = []
        for ingredient in group.members if group is not None else ():
            doses = self.doses.get(ingredient, ())
            if doses:
                first = _first([(dose.given, dose.minutes) for dose in reversed(doses)], 0)
                firsts.append((_either(*(dose.given for dose in doses)), first))
        added = [
            z3.And(given, other_given, minutes < ecg.minutes, other >= minutes)
            for place, (given, minutes) in enumerate(firsts)
            for number, (other_given, other) in enumerate(firsts)
            if place != number
        ]
        return z3.Not(_either(*added))

    def _realistic(self) -> None:
        """What a ward's chart has anyway: doses since admission, uses before it."""
        for doses in self.doses.values():
            self.says += [z3.Implies(dose.given, dose.minutes <= self.admitted) for dose in doses]

    # What makes it easy to read ----------------------------------------------------------------

    def wishes(self) -> list[Term]:
        """What a short and plain example would have, the most wanted first."""
        made: list[Term] = [self.asked]
        for doses in self.doses.values():
            made += [z3.Not(dose.given) for dose in doses[: self._slots]]
        # The last wish is given up first: where somebody must have used something, let it be heroin.
        made += [z3.Not(use.taken) for use in reversed(self.uses.values())]
        made += [use.minutes == 30 * 60 for use in self.uses.values()]
        made += [z3.Not(own) for own in (*self.own.values(), *self.ordered.values())]
        made += [z3.Not(allergic) for allergic in self.allergic.values()]
        made += [self.list_complete, self.allergies_asked]
        if self.vomits is not None:
            made.append(self.vomits[1] == 0)
        made += [sheet.total == min(12, sheet.highest) for sheet in self.sheets.values()]
        for name, reading in self.readings.items():
            value = TYPICAL.get(name, 0)
            made.append(reading.value == value)
            made.append(reading.minutes == (10 if reading.fact.greatest_age is not None else 60))
        made += [sheet.minutes == 10 for sheet in self.sheets.values()]
        if self.tested is not None:
            made += [value == TYPICAL.get(what, 0) for what, value in self.tested[2].items()]
        for ingredient, doses in self.doses.items():
            spacing = self._spacing(ingredient)
            made += [
                z3.Implies(after.given, after.minutes - before.minutes >= spacing)
                for before, after in pairwise(doses[: self._slots])
            ]
        made += [self.clock == 480, self.admitted == 2 * _DAY]
        return made

    def _spacing(self, ingredient: str) -> int:
        """The spacing the drug's own list asks for, in minutes; else an hour."""
        never = self.library.drugs[ingredient].never if ingredient in self.library.drugs else ()
        return max([one.least_spacing // 60 for one in never if one.least_spacing] or [60])

    # Writing it down -----------------------------------------------------------------------------

    def write(self, model: Model) -> list[Entry]:
        """The story as the entries of a chart document, oldest first."""
        return _Writer(self, model).entries()

    def now(self, model: Model) -> datetime:
        """The moment the story is read at."""
        return DAY_BEGINS + timedelta(minutes=_number(model, self.clock))


def piece_of(library: Library, drug: Drug) -> int:
    """What every makeable dose of a drug is a multiple of; 1 mg for what is measured out."""
    forms = [
        form
        for other in library.drugs.values()
        if other.ingredient == drug.ingredient
        for form in other.forms
    ]
    return math.gcd(*(form.smallest or UNITS["mg"].steps for form in forms))


# What stands for its kind in a story.
_USUAL = ("heroin", "fentanyl")
# Facts that count an event, and the event.
_COUNTED = {"seizures_in_24_hours": "seizure", "syncopes_in_24_hours": "syncope"}
# What is looked at again after the clonidine test dose, by the fact that says what was found.
_TESTED = {
    "clonidine_test_systolic_bp": "systolic_bp", "clonidine_test_diastolic_bp": "diastolic_bp",
    "clonidine_test_heart_rate": "heart_rate", "clonidine_test_dizzy": "dizzy_or_faint",
}  # fmt: skip
# Facts that depend on what was used outside.
_ABOUT_USE = {"last_opioid_recorded", "cows_after_last_use", "cows_after_last_dose"}
# Facts that depend on vomiting that was seen.
_ABOUT_VOMITING = {
    "vomits_in_4_hours", "vomits_in_24_hours", "time_since_vomiting", "cows_objective_signs", "potassium", "magnesium",
}  # fmt: skip


@dataclass(frozen=True)
class _Sheet:
    """One rating of an instrument, and for COWS one before it."""

    instrument: str
    rated: Term
    minutes: Term
    total: Term
    items: Mapping[str, Term]
    has_earlier: Term
    earlier: Term
    earlier_total: Term
    highest: int
    says: tuple[Term, ...]

    @property
    def age(self) -> Term:
        """In seconds; -1 where it was never rated."""
        return z3.If(self.rated, self.minutes * 60, -1)

    @classmethod
    def blank(cls, library: Library, instrument: str) -> _Sheet:
        """A sheet for the solver to fill in: every answer an allowed one."""
        known = library.instruments[instrument]
        items = {key: z3.Int(f"{instrument} answer {key}") for key in known.items}
        rated, minutes = z3.Bool(f"{instrument} rated"), z3.Int(f"{instrument} minutes")
        earlier, has_earlier = z3.Int(f"{instrument} earlier minutes"), z3.Bool(f"{instrument} rated earlier")
        total, earlier_total = z3.Int(f"{instrument} sum"), z3.Int(f"{instrument} earlier total")
        says = [
            z3.Or(*(items[key] == answer.points for answer in item.answers))
            for key, item in known.items.items()
        ]
        says += [
            minutes >= 0, minutes <= _DAY, total == z3.Sum(list(items.values())),
            earlier > minutes, earlier <= 2 * _DAY, z3.Implies(has_earlier, rated),
            earlier_total >= known.least, earlier_total <= known.most,
        ]  # fmt: skip
        return cls(
            instrument,
            rated,
            minutes,
            total,
            items,
            has_earlier,
            earlier,
            earlier_total,
            known.most,
            tuple(says),
        )


# Documents ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One entry of a chart document: when, what it says in words, and its fields."""

    at: datetime
    says: str
    fields: Mapping[str, Any]


def _number(model: Model, term: Term) -> int:
    return int(model.eval(term, model_completion=True).as_long())


def _is(model: Model, term: Term) -> bool:
    return bool(z3.is_true(model.eval(term, model_completion=True)))


class _Writer:
    """Writes one story down."""

    def __init__(self, story: Story, model: Model) -> None:
        self.story, self.model = story, model
        self.moment = story.now(model)
        self.made: list[Entry] = []

    def entries(self) -> list[Entry]:
        story, model = self.story, self.model
        self._add(_number(model, story.admitted), "admitted", happened=["admission"])
        if _is(model, story.asked):
            self._add(
                _number(model, story.admitted), "asked about doses outside", happened=["outside doses asked"]
            )
        for use in story.uses.values():
            if _is(model, use.taken):
                self._use(use)
        for ingredient, doses in story.doses.items():
            self._doses(ingredient, doses)
        self._lists()
        for name, reading in story.readings.items():
            if _is(model, reading.taken):
                self._reading(name, reading)
        self._test_dose()
        for sheet in story.sheets.values():
            self._sheet(sheet)
        self._events()
        if "pathway" in story.world.symbols:
            fact = story.world.facts["pathway"]
            word = story.world.choices(fact)[_number(model, story.world["pathway"].true)]
            if word != "none":
                self._add(_number(model, story.admitted), f"on the pathway {word}", pathway=word)
        return sorted(self.made, key=lambda entry: entry.at)

    def _add(self, minutes: int, says: str, **fields: Any) -> None:
        self.made.append(Entry(self.moment - timedelta(minutes=minutes), says, fields))

    def _use(self, use: _Use) -> None:
        fields = {"substance": use.substance}
        if use.size is not None:
            fields["dose"] = _mg(_number(self.model, use.size))
        shown = f"{use.substance} {fields.get('dose', '')}".strip()
        self._add(_number(self.model, use.minutes), f"{shown} taken outside", took=fields)

    def _doses(self, ingredient: str, doses: list[_Dose]) -> None:
        story, model = self.story, self.model
        drug = story._drug_for(ingredient)
        name = ingredient if drug is None else drug.id
        vomited = ingredient in story.vomited and _is(model, story.vomited[ingredient])
        for dose in doses:
            if not _is(model, dose.given):
                continue
            fields = {"drug": name, "amount": _mg(_number(model, dose.size))}
            says = f"{name} {fields['amount']} given"
            if vomited:
                fields["outcome"], vomited = "vomited", False
                says = f"{name} {fields['amount']} given and vomited"
            self._add(_number(model, dose.minutes), says, dose=fields)
        if ingredient in story.not_taken:
            for _ in range(_number(model, story.not_taken[ingredient])):
                fields = {"drug": name, "amount": _mg(story._piece(drug)[0]), "outcome": "held"}
                self._add(0, f"{name} held", dose=fields)

    def _lists(self) -> None:
        story, model = self.story, self.model
        own = [name for name, takes in story.own.items() if _is(model, takes)]
        complete = _is(model, story.list_complete)
        if own or complete:
            words = ", ".join(own) or "none"
            fields = {"medicines": own, "complete": "yes" if complete else "no"}
            end = "" if complete else " (the list is not complete)"
            self._add(_number(model, story.admitted), f"own medicines: {words}{end}", takes=fields)
        for name, ordered in story.ordered.items():
            if _is(model, ordered):
                self._add(_number(model, story.admitted), f"{name} ordered", ordered={"drug": name})
        if _is(model, story.allergies_asked):
            found = [name for name, allergic in story.allergic.items() if _is(model, allergic)]
            self._add(
                _number(model, story.admitted), f"allergies: {', '.join(found) or 'none'}", allergies=found
            )

    def _reading(self, name: str, reading: _Reading) -> None:
        value = _number(self.model, reading.value)
        shown = reading.fact.show(value)
        minutes = _number(self.model, reading.minutes)
        self._add(
            minutes,
            f"{name.replace('_', ' ')} {shown}",
            **{"told" if reading.fact.kind is Kind.HISTORY else "measured": {name: shown}},
        )
        if name == "qtc" and self.story.first_qtc is not None and _is(self.model, self.story.first_qtc[0]):
            first = reading.fact.show(_number(self.model, self.story.first_qtc[1]))
            self._add(minutes + _DAY, f"first qtc {first}", measured={name: first})

    def _test_dose(self) -> None:
        if self.story.tested is not None and _is(self.model, self.story.tested[0]):
            _, at, values = self.story.tested
            found = {
                what: self.story.world.facts[what].show(_number(self.model, one))
                for what, one in values.items()
            }
            says = ", ".join(f"{what.replace('_', ' ')} {shown}" for what, shown in found.items())
            self._add(_number(self.model, at), says, measured=found)

    def _sheet(self, sheet: _Sheet) -> None:
        model, short = self.model, self.story.library.instruments[sheet.instrument].short
        if not _is(model, sheet.rated):
            return
        answers = {key: str(_number(model, item)) for key, item in sheet.items.items()}
        total = sum(int(points) for points in answers.values())
        self._add(
            _number(model, sheet.minutes),
            f"{short} {total}",
            assessed={"instrument": sheet.instrument, "answers": answers},
        )
        if _is(model, sheet.has_earlier):
            before = str(_number(model, sheet.earlier_total))
            fields = {"instrument": sheet.instrument, "total": before}
            self._add(_number(model, sheet.earlier), f"{short} {before}", assessed=fields)

    def _events(self) -> None:
        story, model = self.story, self.model
        if story.vomits is not None:
            of_4, of_24, since = (_number(model, term) for term in story.vomits)
            if since < _FAR:
                newest = of_4 or of_24 or 1
                for _ in range(newest):
                    self._add(since, "vomited", happened=["vomiting"])
                for _ in range(of_24 - newest):
                    self._add(max(since, 240), "vomited", happened=["vomiting"])
        for event, count in story.counted.items():
            for _ in range(_number(model, count)):
                self._add(60, event, happened=[event])
        if story.naloxone is not None and _is(model, story.naloxone[0]):
            self._add(_number(model, story.naloxone[1]), "naloxone given", happened=["naloxone given"])
        if story.precipitated is not None and _is(model, story.precipitated[0]):
            minutes = _number(model, story.precipitated[1])
            self._add(minutes, "precipitated withdrawal named", happened=["precipitated withdrawal"])


def _mg(steps: int) -> str:
    return str(Quantity(steps, UNITS["mg"]))


@dataclass(frozen=True)
class Example:
    """A chart somebody could have, as entries, and what it is an example of."""

    title: str
    now: datetime
    entries: tuple[Entry, ...]

    def chart(self, library: Library) -> Chart:
        """The chart, read as any chart document is. Raises Refused."""
        return documents.from_node(_node(self.document()), library).chart()

    def document(self) -> dict[str, Any]:
        """The chart document."""
        entries = [{"at": f"{entry.at:%Y-%m-%d %H:%M}", **entry.fields} for entry in self.entries]
        return {
            "chart": self.title,
            "source": "made up",
            "now": f"{self.now:%Y-%m-%d %H:%M}",
            "entries": entries,
        }

    def without(self, entry: Entry) -> Example:
        """The same without one entry."""
        return Example(self.title, self.now, tuple(one for one in self.entries if one is not entry))

    def timeline(self) -> list[str]:
        """The chart in words, a line for each entry."""
        lines = [f"{entry.at:%a %H:%M}  {entry.says}" for entry in self.entries]
        return [*lines, f"{self.now:%a %H:%M}  now"]

    def scenario(self, answer: Mapping[str, Any]) -> str:
        """The chart and what is to be answered, as a scenario to put beside a knowledge file."""
        return _yaml([{"scenario": self.title, "chart": self.document(), **answer}])


def shortest(example: Example, still: Callable[[Example], bool]) -> Example:
    """The example without every entry it does not need: `still` says whether it still shows the same."""
    for entry in example.entries:
        smaller = example.without(entry)
        if still(smaller):
            example = smaller
    return example


def facts_of(example: Example, library: Library) -> FactSheet | None:
    """The facts of an example's chart as the engine sees them; None where the engine refuses the chart."""
    try:
        return FactSheet(example.chart(library), library.vocabulary)
    except Refused:
        return None


def names_in(*conditions: Condition) -> tuple[str, ...]:
    """The facts these conditions ask for, each once."""
    return tuple(dict.fromkeys(leaf.fact.name for condition in conditions for leaf in leaves(condition)))


_PLACE = Place("example", 1)


def _node(value: Any) -> Node:
    """A document as the reader of documents takes it, without writing it to text and back."""
    if isinstance(value, Mapping):
        keys = dict.fromkeys(value, _PLACE)
        return Fields(_PLACE, {key: _node(one) for key, one in value.items()}, keys)
    if isinstance(value, list | tuple):
        return Items(_PLACE, tuple(_node(one) for one in value))
    return Text(_PLACE, str(value))


def _yaml(value: Any, indent: str = "") -> str:
    """A document as YAML: every scalar is quoted where it could be read as anything but words."""
    if isinstance(value, Mapping):
        return "".join(_yaml_field(key, one, indent) for key, one in value.items())
    lines = []
    for one in value:
        inner = (
            _yaml(one, indent + "  ")
            if isinstance(one, Mapping | list | tuple)
            else f"{indent}  {_scalar(one)}\n"
        )
        lines.append(f"{indent}- {inner.removeprefix(indent + '  ')}")
    return "".join(lines)


def _yaml_field(key: str, value: Any, indent: str) -> str:
    if isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values()):
        inner = ", ".join(f"{name}: {_scalar(one)}" for name, one in value.items())
        return f"{indent}{key}: {{{inner}}}\n"
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return f"{indent}{key}: [{', '.join(_scalar(one) for one in value)}]\n"
    if (
        isinstance(value, Mapping)
        and all(isinstance(one, str | list) for one in value.values())
        and key != "chart"
    ):
        parts = []
        for name, one in value.items():
            shown = _scalar(one) if isinstance(one, str) else f"[{', '.join(_scalar(word) for word in one)}]"
            parts.append(f"{name}: {shown}")
        return f"{indent}{key}: {{{', '.join(parts)}}}\n"
    if isinstance(value, Mapping | list | tuple):
        return f"{indent}{key}:\n{_yaml(value, indent + '  ')}"
    return f"{indent}{key}: {_scalar(value)}\n"


def _scalar(word: Any) -> str:
    plain = str(word)
    quoted = (
        not plain
        or any(mark in plain for mark in ":#{}[],&*!|>'\"%@`")
        or plain[0] in "-? "
        or plain[-1] == " "
    )
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"' if quoted else plain


__all__ = ["Entry", "Example", "Plan", "Story", "facts_of", "names_in", "shortest", "text"]
