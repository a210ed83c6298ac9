"""The third reader of a condition: as terms for a solver, over all charts that could exist.

A `World` holds the symbols of facts: the stretch `least`..`most` a chart knows, the `true` value in
it, and the `age` of the reading, all in the fact's possible range and joined by the declared links
(`engine/facts/links.py`). A condition becomes a pair of terms, definitely true and definitely false.

Whatever is asked of the solver has a budget. Unknown or out of time is never an answer: `Undecided`
is raised, and counts as not proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import z3

from mainstay.engine import conditions
from mainstay.engine.conditions import Compare, Condition, Within, walk
from mainstay.engine.facts import links
from mainstay.engine.facts.links import Link, Shape
from mainstay.engine.facts.registry import Fact, FactValue
from mainstay.engine.knowledge.library import Library
from mainstay.engine.truth import NO, YES

# z3 ships no types: its terms and models are Any here.
Term = Any
Model = Any


class Undecided(Exception):
    """The solver gave no answer, or the time was up: not proved."""


@dataclass
class Budget:
    """How long a run may take. `clock` gives seconds; it comes from outside, as all clocks do."""

    seconds: float
    clock: Callable[[], float]
    # No single question may take longer than this, in milliseconds.
    each: int = 5_000
    began: float = field(init=False)
    asked: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def used(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self.began

    def left(self) -> int:
        """Milliseconds for the next question. Raises Undecided when the time is up."""
        left = int((self.seconds - self.used) * 1_000)
        if left <= 0:
            raise Undecided(f"the time budget of {self.seconds:g} s is used up")
        return min(left, self.each)


class Pair(NamedTuple):
    """A condition as the solver sees it."""

    yes: Term  # definitely true
    no: Term  # definitely false


@dataclass(frozen=True)
class Symbol:
    """One fact's symbols. Where it is always known, `least`, `true` and `most` are one."""

    fact: Fact
    shape: Shape
    known: Term
    least: Term
    true: Term
    most: Term
    age: Term


class World:
    """The symbols of facts, and everything that is true of them in every chart.

    Two libraries (an edit and what it replaces) may share one world: `other` is the earlier one.
    Choices are then told apart by word, and each library's own greatest ages are kept.
    """

    def __init__(self, library: Library, other: Library | None = None) -> None:
        self.library = library
        self.facts: dict[str, Fact] = dict(library.vocabulary)
        self._older: Mapping[str, Fact] = other.vocabulary if other is not None else {}
        for name, fact in self._older.items():
            self.facts.setdefault(name, fact)
        self.symbols: dict[str, Symbol] = {}
        self.axioms: list[Term] = []
        self._links: dict[str, list[Link]] = {}
        for link in _links_of(library):
            for name in link.facts:
                self._links.setdefault(name, []).append(link)
        self._linked: set[int] = set()
        self._read = _Reader(self)
        self._pairs: dict[int, tuple[Condition, Pair]] = {}

    # Symbols ---------------------------------------------------------------------------------

    def choices(self, fact: Fact) -> tuple[str, ...]:
        """The words of a choice: those of both libraries."""
        ours, theirs = self.facts[fact.name].choices, self._older.get(fact.name)
        return ours if theirs is None else (*ours, *(word for word in theirs.choices if word not in ours))

    def span(self, fact: Fact) -> tuple[int, int]:
        """The possible range of a fact, in both libraries."""
        if fact.choices:
            return 0, len(self.choices(fact)) - 1
        both = [one for one in (self.facts[fact.name], self._older.get(fact.name)) if one is not None]
        return min(one.least for one in both), max(one.most for one in both)

    def greatest_age(self, name: str) -> int | None:
        """The greatest age of a fact in either library."""
        ages = [one.greatest_age for one in (self.facts[name], self._older.get(name)) if one is not None]
        return None if None in ages else max(age for age in ages if age is not None)

    def __getitem__(self, name: str) -> Symbol:
        if name not in self.symbols:
            self.symbols[name] = self._make(self.facts[name])
        return self.symbols[name]

    def _make(self, fact: Fact) -> Symbol:
        name, shape = fact.name, links.shape(fact)
        low, high = self.span(fact)
        true, age = z3.Int(name), z3.Int(f"{name} age")
        says = [true >= low, true <= high]
        greatest = self.greatest_age(name)
        if shape is Shape.KNOWN:
            known, least, most = z3.BoolVal(True), true, true
        elif shape is Shape.WHOLE:
            known = z3.Bool(f"{name} known")
            least, most = z3.If(known, true, low), z3.If(known, true, high)
        else:
            least, most = z3.Int(f"{name} least"), z3.Int(f"{name} most")
            known = least == most
            says += [least >= low, least <= true, true <= most, most <= high]
        if links.is_dated(fact):
            says.append(age >= -1)
            if links.always_dated(fact):
                says.append(z3.Implies(known, age >= 0))
            if greatest is not None:
                # What is too old is unknown again, bounds and all.
                says.append(z3.Implies(age > greatest, z3.And(z3.Not(known), least == low, most == high)))
        else:
            says.append(age == -1)
        self.axioms += says
        return Symbol(fact, shape, known, least, true, most, age)

    # Terms -----------------------------------------------------------------------------------

    def pair(self, condition: Condition) -> Pair:
        """The condition as a pair of terms, over this world's symbols."""
        found = self._pairs.get(id(condition))
        if found is None:
            # The condition is kept beside its terms, so that its id is not used again.
            found = self._pairs[id(condition)] = condition, walk(condition, self._read)
        return found[1]

    def link_up(self) -> None:
        """Add every link between the facts in play, and what they are linked through."""
        waiting = list(self.symbols)
        while waiting:
            for link in self._links.get(waiting.pop(), ()):
                if id(link) in self._linked:
                    continue
                if not self._worth(link):
                    continue
                self._linked.add(id(link))
                new = [name for name in link.facts if name not in self.symbols]
                self.axioms.append(link.holds(_OfWorld(self)))
                waiting += new

    def _worth(self, link: Link) -> bool:
        """Whether a link may bring in facts nobody asked for: a few, and not one more medicine, plan or sheet."""
        missing = [self.facts[name] for name in link.facts if name not in self.symbols]
        return len(missing) <= 3 and not any(
            fact.topic in ("medicines", "schedules", "scores") for fact in missing
        )

    def solver(self, budget: Budget) -> Asker:
        """A solver that knows all there is to know of the facts in play so far."""
        self.link_up()
        return Asker(self.axioms, budget)


_kept: dict[int, tuple[Library, tuple[Link, ...]]] = {}


def _links_of(library: Library) -> tuple[Link, ...]:
    if id(library) not in _kept:
        _kept.clear()
        _kept[id(library)] = library, links.links(library)
    return _kept[id(library)][1]


class _OfWorld:
    """Reads links with a world's symbols."""

    def __init__(self, world: World) -> None:
        self.world = world

    def true(self, name: str) -> Term:
        return self.world[name].true

    def least(self, name: str) -> Term:
        return self.world[name].least

    def most(self, name: str) -> Term:
        return self.world[name].most

    def known(self, name: str) -> Term:
        return self.world[name].known

    def age(self, name: str) -> Term:
        return self.world[name].age

    def all(self, *parts: Term) -> Term:
        return z3.And(*parts)

    def any(self, *parts: Term) -> Term:
        return z3.Or(*parts)

    def negate(self, part: Term) -> Term:
        return z3.Not(part)


_BELOW: dict[str, Callable[[Term, Term, int], tuple[Term, Term]]] = {
    "<": lambda least, most, steps: (most < steps, least >= steps),
    "<=": lambda least, most, steps: (most <= steps, least > steps),
    "=": lambda least, most, steps: (
        z3.And(least == steps, most == steps),
        z3.Or(steps < least, steps > most),
    ),
}
_OPPOSITE = {">=": "<", ">": "<=", "!=": "="}


def compared(comparison: str, least: Term, most: Term, steps: Any) -> Pair:
    """A stretch against a number (or term): definitely true, definitely false."""
    if comparison in _OPPOSITE:
        no, yes = _BELOW[_OPPOSITE[comparison]](least, most, steps)
        return Pair(yes, no)
    return Pair(*_BELOW[comparison](least, most, steps))


class _Reader:
    """Reads conditions with a world's symbols (see `conditions.walk`)."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._made: dict[tuple[Fact, str, int], Pair] = {}

    def compare(self, leaf: Compare) -> Pair:
        key = leaf.fact, leaf.comparison, leaf.steps
        if key not in self._made:
            self._made[key] = self._compare(leaf)
        return self._made[key]

    def _compare(self, leaf: Compare) -> Pair:
        symbol, fact = self.world[leaf.fact.name], leaf.fact
        steps = self.world.choices(fact).index(fact.choices[leaf.steps]) if fact.choices else leaf.steps
        unknown = self._if_unknown(leaf)
        if symbol.shape is Shape.STRETCH:
            pair = compared(leaf.comparison, symbol.least, symbol.most, steps)
        else:
            pair = compared(leaf.comparison, symbol.true, symbol.true, steps)
        known = self._known(symbol, fact)
        if known is None:
            return pair
        return Pair(z3.If(known, pair.yes, unknown.yes), z3.If(known, pair.no, unknown.no))

    def _known(self, symbol: Symbol, fact: Fact) -> Term | None:
        """When the fact is known to the library this leaf is of: its greatest age may be the smaller one."""
        fresh = None
        if fact.greatest_age is not None and fact.greatest_age != self.world.greatest_age(fact.name):
            fresh = symbol.age <= fact.greatest_age
        if symbol.shape is Shape.WHOLE:
            return symbol.known if fresh is None else z3.And(symbol.known, fresh)
        return fresh

    def _if_unknown(self, leaf: Compare) -> Pair:
        fact = leaf.fact
        nothing = {fact.name: FactValue(fact, fact.least, fact.most, None, None, "unknown")}
        truth = conditions.evaluate(leaf, nothing).truth
        return Pair(z3.BoolVal(truth is YES), z3.BoolVal(truth is NO))

    def within(self, leaf: Within) -> Pair:
        symbol = self.world[leaf.fact.name]
        seconds = leaf.seconds
        if leaf.fact.greatest_age is not None:
            seconds = min(seconds, leaf.fact.greatest_age)
        yes = z3.And(symbol.known, symbol.age >= 0, symbol.age <= seconds)
        return Pair(yes, z3.Not(yes))

    def all(self, parts: list[Pair]) -> Pair:
        return Pair(z3.And(*(part.yes for part in parts)), z3.Or(*(part.no for part in parts)))

    def any(self, parts: list[Pair]) -> Pair:
        return Pair(z3.Or(*(part.yes for part in parts)), z3.And(*(part.no for part in parts)))

    def negate(self, part: Pair) -> Pair:
        return Pair(part.no, part.yes)


# Asking ----------------------------------------------------------------------------------------


class Asker:
    """A solver with a budget, asked many small questions about one world."""

    def __init__(self, axioms: Iterable[Term], budget: Budget) -> None:
        self.budget = budget
        self._solver = z3.Solver()
        self._solver.add(*axioms)
        self._wishes = 0

    @contextmanager
    def given(self, *terms: Term) -> Iterator[None]:
        """Take these as given inside the `with` block."""
        self._solver.push()
        try:
            self._solver.add(*terms)
            yield
        finally:
            self._solver.pop()

    def possible(self, *terms: Term) -> Model | None:
        """A model where all of these hold with what is given; None where there is none. Raises Undecided."""
        with self.given(*terms):
            return self._solver.model() if self._check() else None

    def _check(self, assumed: Iterable[Term] = ()) -> bool:
        self.budget.asked += 1
        self._solver.set("timeout", self.budget.left())
        answer = self._solver.check(*assumed)
        if answer == z3.unknown:
            raise Undecided(f"the solver gave no answer ({self._solver.reason_unknown()})")
        return bool(answer == z3.sat)

    def best(self, wishes: Sequence[Term], *terms: Term) -> Model | None:
        """A model that grants wishes, the first before the later ones; None where there is none at all."""
        with self.given(*terms):
            if not self._check():
                return None
            granted: dict[str, Term] = {}
            for wish in wishes:
                self._wishes += 1
                flag = z3.Bool(f"wish {self._wishes}")
                self._solver.add(z3.Implies(flag, wish))
                granted[str(flag)] = flag
            while not self._check(granted.values()):
                core = {str(flag) for flag in self._solver.unsat_core()}
                # Give up the last wish that stands in the way.
                del granted[next(name for name in reversed(granted) if name in core)]
            return self._solver.model()
