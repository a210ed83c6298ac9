"""Conditions: the judgements of the knowledge files, parsed once, read three ways.

    fact comparison value        systolic_bp < 90 mmHg · pregnancy = positive
    fact comparison site NAME    cows_total >= site cows_to_start
    fact within duration         cows_total within 60 min (or: within site NAME)
    all: [...] · any: [...] · not: ...

That is the whole grammar. No arithmetic, no variables, no calls: anything cleverer is a
fact (`engine/facts/`), typed and tested. `walk` takes a condition apart for a *reader*:
the bedside here, arrays in `simulation/sweep.py`, the solver in `proof/solver.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from mainstay.engine import quantities
from mainstay.engine.facts.registry import Fact, FactValue
from mainstay.engine.hints import did_you_mean as did_you_mean
from mainstay.engine.quantities import Quantity
from mainstay.engine.sources import Citation
from mainstay.engine.truth import NEGATED, NO, UNKNOWN, YES, Truth

COMPARISONS = ("<", "<=", "=", "!=", ">=", ">")


class NotACondition(ValueError):
    """The text is not a condition, or asks for a fact, choice or unit that does not exist."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A fact against a value. `steps` is the value in the fact's smallest steps (or its choice's place)."""

    fact: Fact
    comparison: str
    steps: int
    shown: str
    site_value: str = ""
    cited: tuple[Citation, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.fact.name} {self.comparison} {self.shown}"


@dataclass(frozen=True, slots=True)
class Within:
    """The fact is known and no older than `seconds`. Never unknown: we know what was written down, and when."""

    fact: Fact
    seconds: int
    site_value: str = ""
    cited: tuple[Citation, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.fact.name} within {Quantity(self.seconds, quantities.UNITS['s'])}"


@dataclass(frozen=True, slots=True)
class All:
    """One *no* settles it; otherwise one *unknown* leaves it unknown."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One *yes* settles it; otherwise one *unknown* leaves it unknown."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """Unknown stays unknown."""

    part: Condition

    def __str__(self) -> str:
        return f"not {_bracketed(self.part)}"


Condition = Compare | Within | All | AnyOf | Not
Leaf = Compare | Within

ALWAYS = All(())
NEVER = AnyOf(())


def _bracketed(condition: Condition) -> str:
    return f"({condition})" if isinstance(condition, All | AnyOf) else str(condition)


# Reading -------------------------------------------------------------------------------------

_LEAF = re.compile(r"^\s*([a-z][a-z0-9_]*)\s+(within|<=|>=|!=|<|>|=)\s+(.+?)\s*$")


def parse_leaf(
    text: str,
    vocabulary: Mapping[str, Fact],
    site_values: Mapping[str, str] | None = None,
    cited: tuple[Citation, ...] = (),
) -> Leaf:
    """Read one `fact comparison value` or `fact within duration`.

    Raises NotACondition, saying what is wrong and what was probably meant.
    """
    match = _LEAF.match(text)
    if not match:
        raise NotACondition(
            f"{text!r} is not a condition. Write `fact comparison value`, such as `systolic_bp < 90 mmHg`, "
            "or `fact within duration`, with spaces around the comparison."
        )
    name, comparison, value = match.groups()
    fact = vocabulary.get(name)
    if fact is None:
        raise NotACondition(
            f"`{text}` asks for `{name}`, which is not a fact the engine can compute."
            f"{did_you_mean(name, vocabulary)} `mainstay facts` lists them; to add one, see `engine/facts/`."
        )
    site_value = ""
    if value.startswith("site "):
        site_value = value.removeprefix("site ").strip()
        if site_values is None or site_value not in site_values:
            hint = did_you_mean(site_value, site_values or {})
            raise NotACondition(f"`{text}`: there is no site value `{site_value}`.{hint}")
        value = site_values[site_value]
    if comparison == "within":
        try:
            return Within(fact, quantities.parse(value, "time").steps, site_value, cited)
        except quantities.NotAQuantity as error:
            raise NotACondition(f"`{text}`: {error}") from error
    return Compare(fact, comparison, _steps(fact, comparison, value, text), value, site_value, cited)


def _steps(fact: Fact, comparison: str, value: str, text: str) -> int:
    if fact.choices:
        if comparison not in ("=", "!="):
            raise NotACondition(f"`{text}`: `{fact.name}` is a named choice; it can only be `=` or `!=`.")
        if value not in fact.choices:
            raise NotACondition(
                f"`{text}`: `{fact.name}` is one of {', '.join(fact.choices)}, not `{value}`."
                f"{did_you_mean(value, fact.choices)}"
            )
        return fact.choices.index(value)
    try:
        steps = quantities.parse(value, fact.kind_of_quantity).steps
    except quantities.NotAQuantity as error:
        raise NotACondition(f"`{text}`: {error}") from error
    if not fact.least <= steps <= fact.most:
        raise NotACondition(
            f"`{text}`: `{fact.name}` lies between {fact.show(fact.least)} and {fact.show(fact.most)}, "
            "so this can never say anything."
        )
    return steps


# Walking -------------------------------------------------------------------------------------

T = TypeVar("T")


class Reader(Protocol[T]):
    """What a way of reading conditions must know: its leaves, and how answers join."""

    def compare(self, leaf: Compare) -> T: ...
    def within(self, leaf: Within) -> T: ...
    def all(self, parts: list[T]) -> T: ...
    def any(self, parts: list[T]) -> T: ...
    def negate(self, part: T) -> T: ...


def walk(condition: Condition, reader: Reader[T]) -> T:
    """Read a condition with `reader`. The one place that knows the shape of a condition."""
    if isinstance(condition, Compare):
        return reader.compare(condition)
    if isinstance(condition, Within):
        return reader.within(condition)
    if isinstance(condition, Not):
        return reader.negate(walk(condition.part, reader))
    parts = [walk(part, reader) for part in condition.parts]
    return reader.all(parts) if isinstance(condition, All) else reader.any(parts)


def leaves(condition: Condition) -> list[Leaf]:
    """Every leaf, in the order written."""
    if isinstance(condition, All | AnyOf):
        return [leaf for part in condition.parts for leaf in leaves(part)]
    return leaves(condition.part) if isinstance(condition, Not) else [condition]


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The parts that must each be true: those of an `all`, else the condition itself."""
    if isinstance(condition, All):
        return tuple(part for whole in condition.parts for part in conjuncts(whole))
    return (condition,)


# The bedside reader --------------------------------------------------------------------------


class Used(NamedTuple):
    """One leaf as it was answered: with which value of which age, and what it said."""

    leaf: Leaf
    value: FactValue
    truth: Truth

    def __str__(self) -> str:
        return f"{self.leaf}: {self.truth} ({self.value})"


class Judged(NamedTuple):
    """A condition's answer, with every fact it used."""

    truth: Truth
    used: tuple[Used, ...]


Facts = Mapping[str, FactValue]
Compiled = Callable[[Facts, list[Used]], Truth]


def _less(least: int, most: int, steps: int) -> Truth:
    return YES if most < steps else NO if least >= steps else UNKNOWN


def _at_most(least: int, most: int, steps: int) -> Truth:
    return YES if most <= steps else NO if least > steps else UNKNOWN


def _equal(least: int, most: int, steps: int) -> Truth:
    return NO if steps < least or steps > most else YES if least == most else UNKNOWN


# A fact lies somewhere between `least` and `most`: the same number when it is known. A comparison is
# definitely true when it holds for the whole stretch, definitely false when for none of it.
_ANSWERS: dict[str, Callable[[int, int, int], Truth]] = {
    "<": _less,
    "<=": _at_most,
    "=": _equal,
    "!=": lambda least, most, steps: NEGATED[_equal(least, most, steps)],
    ">=": lambda least, most, steps: NEGATED[_less(least, most, steps)],
    ">": lambda least, most, steps: NEGATED[_at_most(least, most, steps)],
}


class _Bedside:
    """Compiles a condition to a function of a chart's facts: every leaf is asked, so every reason is listed."""

    def compare(self, leaf: Compare) -> Compiled:
        name, steps = leaf.fact.name, leaf.steps
        answer = _ANSWERS[leaf.comparison]

        def judge(facts: Facts, used: list[Used]) -> Truth:
            fact = facts[name]
            truth = answer(fact.least, fact.most, steps)
            used.append(Used(leaf, fact, truth))
            return truth

        return judge

    def within(self, leaf: Within) -> Compiled:
        name, seconds = leaf.fact.name, leaf.seconds

        def judge(facts: Facts, used: list[Used]) -> Truth:
            fact = facts[name]
            truth = YES if fact.least == fact.most and fact.age is not None and fact.age <= seconds else NO
            used.append(Used(leaf, fact, truth))
            return truth

        return judge

    def all(self, parts: list[Compiled]) -> Compiled:
        def judge(facts: Facts, used: list[Used]) -> Truth:
            least = YES
            for part in parts:
                truth = part(facts, used)
                if truth < least:
                    least = truth
            return least

        return judge

    def any(self, parts: list[Compiled]) -> Compiled:
        def judge(facts: Facts, used: list[Used]) -> Truth:
            most = NO
            for part in parts:
                truth = part(facts, used)
                if truth > most:
                    most = truth
            return most

        return judge

    def negate(self, part: Compiled) -> Compiled:
        def judge(facts: Facts, used: list[Used]) -> Truth:
            return NEGATED[part(facts, used)]

        return judge


_BEDSIDE = _Bedside()


def bedside(condition: Condition) -> Compiled:
    """A function of a chart's facts and a list to write its reasons on: the quickest form, to be kept."""
    return walk(condition, _BEDSIDE)


def compiled(condition: Condition) -> Callable[[Facts], Judged]:
    """A function from a chart's facts to the condition's answer and its reasons."""
    judge = bedside(condition)

    def evaluate(facts: Facts) -> Judged:
        used: list[Used] = []
        truth = judge(facts, used)
        return Judged(truth, tuple(used))

    return evaluate


def evaluate(condition: Condition, facts: Facts) -> Judged:
    """The condition's answer for these facts: yes, no or unknown, with each fact's value, age and verdict."""
    return compiled(condition)(facts)
