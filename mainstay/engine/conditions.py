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

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

from mainstay.engine import quantities
from mainstay.engine.facts.registry import Fact, FactValue
from mainstay.engine.hints import did_you_mean as did_you_mean
from mainstay.engine.quantities import Quantity
from mainstay.engine.sources import Citation
from mainstay.engine.truth import NEGATED, NO, UNKNOWN, YES, Truth


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
        if len(fact.choices) == 1:
            raise NotACondition(
                f"`{text}`: `{fact.name}` has one choice only, so this can never say anything."
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

# A fact lies somewhere between `least` and `most`: the same number when it is known. A comparison is
# definitely true when it holds for the whole stretch, definitely false when for none of it.
_COMPARED = {
    "<": "YES if {most} < {steps} else NO if {least} >= {steps} else UNKNOWN",
    "<=": "YES if {most} <= {steps} else NO if {least} > {steps} else UNKNOWN",
    "=": "NO if {steps} < {least} or {steps} > {most} else YES if {least} == {most} else UNKNOWN",
    "!=": "YES if {steps} < {least} or {steps} > {most} else NO if {least} == {most} else UNKNOWN",
    ">=": "YES if {least} >= {steps} else NO if {most} < {steps} else UNKNOWN",
    ">": "YES if {least} > {steps} else NO if {most} <= {steps} else UNKNOWN",
}
COMPARISONS = tuple(_COMPARED)


class _Writer:
    """The bedside reader: writes conditions as the lines of one Python function.

    Each fact is looked up once and each distinct leaf answered once, however many rules ask it. A part
    reads as the name of the variable its answer stands in.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.facts: dict[str, int] = {}
        self.leaves: dict[Leaf, int] = {}
        self.joined = 0

    def _fact(self, leaf: Leaf) -> int:
        name = leaf.fact.name
        if name not in self.facts:
            number = self.facts[name] = len(self.facts)
            self.lines.append(f"fact{number} = facts[{name!r}]")
            self.lines.append(f"_, least{number}, most{number}, age{number}, _, _ = fact{number}")
        return self.facts[name]

    def _leaf(self, leaf: Leaf, answer: str) -> str:
        if leaf not in self.leaves:
            self.leaves[leaf] = len(self.leaves)
            self.lines.append(f"leaf{self.leaves[leaf]} = {answer}")
        return f"leaf{self.leaves[leaf]}"

    def compare(self, leaf: Compare) -> str:
        fact = self._fact(leaf)
        return self._leaf(
            leaf,
            _COMPARED[leaf.comparison].format(least=f"least{fact}", most=f"most{fact}", steps=leaf.steps),
        )

    def within(self, leaf: Within) -> str:
        fact = self._fact(leaf)
        fresh = f"least{fact} == most{fact} and age{fact} is not None and age{fact} <= {leaf.seconds}"
        return self._leaf(leaf, f"YES if {fresh} else NO")

    def _join(self, answer: str) -> str:
        self.joined += 1
        self.lines.append(f"part{self.joined} = {answer}")
        return f"part{self.joined}"

    def all(self, parts: list[str]) -> str:
        return self._settled("NO", parts, "YES")

    def any(self, parts: list[str]) -> str:
        return self._settled("YES", parts, "NO")

    def _settled(self, by: str, parts: list[str], otherwise: str) -> str:
        if not parts:
            return otherwise
        settled, unknown = (
            " or ".join(f"{part} is {answer}" for part in parts) for answer in (by, "UNKNOWN")
        )
        return self._join(f"{by} if {settled} else UNKNOWN if {unknown} else {otherwise}")

    def negate(self, part: str) -> str:
        return self._join(f"NEGATED[{part}]")


class RuleSet:
    """Several conditions, made into one function of a chart's facts that answers them all."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        writer = _Writer()
        answers = [walk(condition, writer) for condition in conditions]
        self.leaves = tuple(writer.leaves)
        # Which leaves each condition uses, and in which fact's place.
        self.uses = tuple(
            tuple(writer.leaves[leaf] for leaf in leaves(condition)) for condition in conditions
        )
        self.places = tuple(writer.facts[leaf.fact.name] for leaf in self.leaves)
        found = ", ".join(f"leaf{number}" for number in range(len(self.leaves)))
        values = ", ".join(f"fact{number}" for number in range(len(writer.facts)))
        body = [
            *writer.lines,
            f"return ({', '.join(answers)},), ({found},), ({values},)".replace("(,)", "()"),
        ]
        text = "def ask(facts):\n" + "\n".join(f"    {line}" for line in body)
        made: dict[str, Any] = {"YES": YES, "NO": NO, "UNKNOWN": UNKNOWN, "NEGATED": NEGATED}
        # Only whole numbers and the names of declared facts stand in the text: nothing an author wrote.
        exec(compile(text, "<rules>", "exec"), made)  # noqa: S102
        self._ask: Callable[[Facts], tuple[tuple[Truth, ...], tuple[Truth, ...], tuple[FactValue, ...]]] = (
            made["ask"]
        )

    def __call__(self, facts: Facts) -> Answers:
        return Answers(self, *self._ask(facts))


class Answers(NamedTuple):
    """What a rule set says of one chart: each rule's answer, and every fact and leaf behind it."""

    rules: RuleSet
    truths: tuple[Truth, ...]
    found: tuple[Truth, ...]
    values: tuple[FactValue, ...]

    def used(self, rule: int) -> tuple[Used, ...]:
        """Every fact one rule used, with its value and what it said, in the order written."""
        rules = self.rules
        return tuple(
            Used(rules.leaves[leaf], self.values[rules.places[leaf]], self.found[leaf])
            for leaf in rules.uses[rule]
        )


_HOLDS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt, "<=": operator.le, ">=": operator.ge, ">": operator.gt, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip


def answered(leaf: Compare, value: FactValue) -> Used:
    """One comparison made up on the spot, such as a total that depends on a dose."""
    holds = _HOLDS[leaf.comparison]
    # The stretch from least to most, and the value itself if it lies inside: nothing else can differ.
    points = {value.least, value.most, min(max(leaf.steps, value.least), value.most)}
    answers = {holds(point, leaf.steps) for point in points}
    return Used(leaf, value, UNKNOWN if len(answers) == 2 else YES if answers.pop() else NO)


def bedside(condition: Condition) -> Compiled:
    """One condition, as a function of a chart's facts and a list to write its reasons on."""
    rules = RuleSet((condition,))

    def judge(facts: Facts, used: list[Used]) -> Truth:
        answers = rules(facts)
        used += answers.used(0)
        return answers.truths[0]

    return judge


def evaluate(condition: Condition, facts: Facts) -> Judged:
    """The condition's answer for these facts: yes, no or unknown, with each fact's value, age and verdict."""
    answers = RuleSet((condition,))(facts)
    return Judged(answers.truths[0], answers.used(0))
