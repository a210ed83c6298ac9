"""Sweep: the conditions of the knowledge files, read over a million charts at once.

The third reader of a condition (the bedside's is in `engine/conditions.py`, the solver's in
`proof/solver.py`). A condition becomes two *planes* of booleans, one value for each chart:
definitely true, and definitely false. Where both are false nobody can know.

    sweep = compile_rules([step_permits, hold])
    answers = sweep.judge(Columns({"systolic_bp": known_where(systolic_bp, measured, was_measured)}))
    answers.yes[1]    # for which charts the hold is definitely true

Every distinct comparison of the given conditions is made once, whatever rules share it, and charts
are judged in pieces that stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mainstay.engine.conditions import Compare, Condition, Facts, Within, leaves, walk
from mainstay.engine.facts.registry import Fact, FactValue

Ints = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]

# Charts judged at a time: the booleans in use then stay in the nearest caches.
PIECE = 65_536
# The age of a value that has none.
NO_AGE = np.iinfo(np.int32).max


class NotColumns(ValueError):
    """The columns given cannot be the facts these conditions ask for."""


# Facts as arrays -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One fact of many charts: somewhere between `least` and `most`, in units of `grain` smallest steps.

    Known where both are equal. Where the fact is known for every chart, both are one array.
    `age` is in seconds, NO_AGE where there is none; None: no chart has one.
    """

    fact: Fact
    least: Ints
    most: Ints
    age: NDArray[np.int32] | None = None
    grain: int = 1

    @property
    def is_exact(self) -> bool:
        """Whether the fact is known for every chart."""
        return self.least is self.most


class Columns(dict[str, Column]):
    """Facts of many charts by name."""

    @property
    def charts(self) -> int:
        """How many charts. Raises NotColumns where columns differ."""
        sizes = {len(array) for one in self.values() for array in (one.least, one.most)}
        sizes |= {len(one.age) for one in self.values() if one.age is not None}
        if len(sizes) != 1:
            raise NotColumns(
                f"Columns must be of one length, and there must be one at least: {sorted(sizes)}."
            )
        return sizes.pop()


def exact(fact: Fact, steps: ArrayLike, age: ArrayLike | None = None) -> Column:
    """A fact known for every chart, in smallest steps. Raises NotColumns outside its possible range."""
    grain, (values,) = _packed(fact, np.asarray(steps))
    return Column(fact, values, values, _ages(age), grain)


def known_where(fact: Fact, steps: ArrayLike, known: ArrayLike, age: ArrayLike | None = None) -> Column:
    """A fact known for some charts. What stands where it is not known does not matter."""
    mask = np.asarray(known, np.bool_)
    return between(fact, np.where(mask, steps, fact.least), np.where(mask, steps, fact.most), age)


def between(fact: Fact, least: ArrayLike, most: ArrayLike, age: ArrayLike | None = None) -> Column:
    """A fact of which only bounds may be known. Raises NotColumns where they cross or leave its possible range."""
    grain, (low, high) = _packed(fact, np.asarray(least), np.asarray(most))
    if (low > high).any():
        raise NotColumns(f"`{fact.name}`: somewhere the least is above the most.")
    if (low == high).all():
        high = low
    return Column(fact, low, high, _ages(age), grain)


# Amounts of drug count in nanograms; nearly all are whole micrograms, which fit half the memory.
_GRAINS = (1_000, 1)


def _packed(fact: Fact, *arrays: NDArray[Any]) -> tuple[int, list[Ints]]:
    """The arrays in the smallest type their range allows, and how many steps one of it is."""
    for array in arrays:
        if array.size and (array.min() < fact.least or array.max() > fact.most):
            raise NotColumns(
                f"`{fact.name}` lies between {fact.show(fact.least)} and {fact.show(fact.most)}; these values do not."
            )
    grain = 1
    if fact.most > np.iinfo(np.int32).max:
        grain = next(one for one in _GRAINS if one == 1 or not any((array % one).any() for array in arrays))
    small = np.min_scalar_type(-1 - max(abs(fact.least), fact.most // grain))
    return grain, [(array // grain if grain > 1 else array).astype(small) for array in arrays]


def _ages(age: ArrayLike | None) -> NDArray[np.int32] | None:
    return None if age is None else np.minimum(np.asarray(age), NO_AGE).astype(np.int32)


def columns_from(charts: Sequence[Facts], facts: Iterable[Fact]) -> Columns:
    """The columns of these facts, from the fact sheets of single charts."""
    made = Columns()
    for fact in facts:
        values: list[FactValue] = [chart[fact.name] for chart in charts]
        made[fact.name] = between(
            fact,
            np.array([value.least for value in values], np.int64),
            np.array([value.most for value in values], np.int64),
            np.array([NO_AGE if value.age is None else value.age for value in values], np.int64),
        )
    return made


# Planes: a condition taken apart -------------------------------------------------------------


class _Node(NamedTuple):
    """One plane. `at_most` etc. look at a column; `and`, `or`, `not` join planes by number."""

    does: str
    fact: str = ""
    number: int = 0
    parts: tuple[int, ...] = ()


class _Pair(NamedTuple):
    """A condition's two planes. `settled`: one is always the opposite of the other."""

    yes: int
    no: int
    settled: bool


class _Planes:
    """Reads conditions into planes, each distinct one kept once. `exact`: the facts known for every chart."""

    def __init__(self, exact: frozenset[str]) -> None:
        self.exact = exact
        self.nodes: list[_Node] = []
        self._numbers: dict[_Node, int] = {}
        self.false = self._node(_Node("false"))
        self.true = self._node(_Node("true"))

    def _node(self, node: _Node) -> int:
        if node not in self._numbers:
            self._numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return self._numbers[node]

    def _opposite(self, plane: int) -> int:
        if plane in (self.true, self.false):
            return self.true + self.false - plane
        node = self.nodes[plane]
        return node.parts[0] if node.does == "not" else self._node(_Node("not", parts=(plane,)))

    def _joined(self, does: str, planes: Iterable[int]) -> int:
        """`and` or `or` of these, each once, without what changes nothing."""
        neutral, settles = (self.true, self.false) if does == "and" else (self.false, self.true)
        parts = set(planes) - {neutral}
        if settles in parts:
            return settles
        if len(parts) <= 1:
            return parts.pop() if parts else neutral
        return self._node(_Node(does, parts=tuple(sorted(parts))))

    # Every comparison of a stretch least..most is made of two questions: is all of it at most
    # `number`, is all of it above?

    def _at_most(self, fact: Fact, number: int) -> int:
        if number < fact.least or number >= fact.most:
            return self.true if number >= fact.most else self.false
        return self._node(_Node("at most", fact.name, number))

    def _above(self, fact: Fact, number: int) -> int:
        if fact.name in self.exact or number < fact.least or number >= fact.most:
            return self._opposite(self._at_most(fact, number))
        return self._node(_Node("above", fact.name, number))

    def _equal(self, fact: Fact, steps: int) -> _Pair:
        if fact.name in self.exact and fact.least < steps < fact.most:
            yes = self._node(_Node("equal", fact.name, steps))
            return _Pair(yes, self._opposite(yes), True)
        yes = self._joined("and", (self._above(fact, steps - 1), self._at_most(fact, steps)))
        no = self._joined("or", (self._above(fact, steps), self._at_most(fact, steps - 1)))
        return _Pair(yes, no, fact.name in self.exact)

    def compare(self, leaf: Compare) -> _Pair:
        fact, comparison = leaf.fact, leaf.comparison
        if comparison in ("=", "!="):
            found = self._equal(fact, leaf.steps)
        else:
            number = leaf.steps - (comparison in ("<", ">="))
            found = _Pair(self._at_most(fact, number), self._above(fact, number), fact.name in self.exact)
        return self.negate(found) if comparison in ("!=", ">", ">=") else found

    def within(self, leaf: Within) -> _Pair:
        yes = self._node(_Node("within", leaf.fact.name, leaf.seconds))
        if leaf.fact.name not in self.exact:
            yes = self._joined("and", (yes, self._node(_Node("known", leaf.fact.name))))
        return _Pair(yes, self._opposite(yes), True)

    def all(self, parts: list[_Pair]) -> _Pair:
        yes = self._joined("and", (part.yes for part in parts))
        if all(part.settled for part in parts):
            return _Pair(yes, self._opposite(yes), True)
        return _Pair(yes, self._joined("or", (part.no for part in parts)), False)

    def any(self, parts: list[_Pair]) -> _Pair:
        return self.negate(self.all([self.negate(part) for part in parts]))

    def negate(self, part: _Pair) -> _Pair:
        return _Pair(part.no, part.yes, part.settled)


# Running -------------------------------------------------------------------------------------

_ALIKE = {"at most": np.less_equal, "above": np.greater, "equal": np.equal}


class _Program:
    """The operations that fill wanted planes, in order, with as few rows of scratch as can be."""

    def __init__(self, planes: _Planes, wanted: Sequence[int]) -> None:
        self.planes = planes
        # The row of the answers each plane is written to directly; later rows of the same plane are copies.
        self.rows: dict[int, int] = {}
        self.copies: list[tuple[int, int]] = []
        for row, plane in enumerate(wanted):
            if plane in self.rows:
                self.copies.append((row, self.rows[plane]))
            else:
                self.rows[plane] = row
        self.order = self._ordered(wanted)
        self.scratch, self.places = self._placed()

    def _ordered(self, wanted: Sequence[int]) -> list[int]:
        """What must be computed, parts before wholes."""
        done: dict[int, None] = {}

        def visit(plane: int) -> None:
            if plane not in done:
                for part in self.planes.nodes[plane].parts:
                    visit(part)
                done[plane] = None

        for plane in wanted:
            visit(plane)
        return list(done)

    def _placed(self) -> tuple[int, dict[int, int]]:
        """A scratch row for each plane that is not an answer, given back after its last use."""
        last = {
            part: place for place, plane in enumerate(self.order) for part in self.planes.nodes[plane].parts
        }
        free: list[int] = []
        places: dict[int, int] = {}
        count = 0
        for place, plane in enumerate(self.order):
            if plane not in self.rows:
                if not free:
                    free.append(count)
                    count += 1
                places[plane] = free.pop()
            # Only after the row of the whole was chosen: a whole is written before its last part is read.
            free += [
                places[part]
                for part in self.planes.nodes[plane].parts
                if last[part] == place and part in places
            ]
        return count, places

    def run(self, columns: Mapping[str, Column], charts: int, answers: Bools) -> None:
        """Fill `answers`, one row for each wanted plane."""
        scratch = np.empty((self.scratch, min(PIECE, charts)), np.bool_)
        for start in range(0, charts, PIECE):
            stop = min(start + PIECE, charts)
            here: dict[int, Bools] = {plane: answers[row, start:stop] for plane, row in self.rows.items()}
            here |= {plane: scratch[row, : stop - start] for plane, row in self.places.items()}
            pieces = _Pieces(columns, start, stop)
            for plane in self.order:
                self._fill(self.planes.nodes[plane], here, pieces, here[plane])
            for row, same in self.copies:
                answers[row, start:stop] = answers[same, start:stop]

    def _fill(self, node: _Node, here: Mapping[int, Bools], pieces: _Pieces, out: Bools) -> None:
        does = node.does
        if does in ("and", "or"):
            join = np.logical_and if does == "and" else np.logical_or
            first, *rest = node.parts
            left = here[first]
            for part in rest:
                join(left, here[part], out=out)
                left = out
        elif does == "not":
            np.logical_not(here[node.parts[0]], out=out)
        elif does in ("true", "false"):
            out[:] = does == "true"
        elif does == "within":
            pieces.within(node, out)
        elif does == "known":
            least, most, _ = pieces.of(node.fact)
            np.equal(least, most, out=out)
        elif does == "equal" and node.number % pieces.of(node.fact)[2]:
            out[:] = False
        else:
            least, most, grain = pieces.of(node.fact)
            # All of a stretch is at most a number when its most is, and above it when its least is.
            _ALIKE[does](least if does == "above" else most, node.number // grain, out=out)


class _Pieces:
    """The piece start..stop of each column, cut when first asked for."""

    def __init__(self, columns: Mapping[str, Column], start: int, stop: int) -> None:
        self.columns = columns
        self.cut = slice(start, stop)
        self._kept: dict[str, tuple[Ints, Ints, int]] = {}

    def of(self, name: str) -> tuple[Ints, Ints, int]:
        if name not in self._kept:
            column = self.columns[name]
            self._kept[name] = column.least[self.cut], column.most[self.cut], column.grain
        return self._kept[name]

    def within(self, node: _Node, out: Bools) -> None:
        age = self.columns[node.fact].age
        if age is None:
            out[:] = False
        else:
            np.less_equal(age[self.cut], min(node.number, NO_AGE - 1), out=out)


# What others call ----------------------------------------------------------------------------


class Answers(NamedTuple):
    """For each condition (a row) and chart: definitely true, and definitely false."""

    yes: Bools
    no: Bools


@dataclass(frozen=True, eq=False)
class Sweep:
    """Conditions ready to be judged over columns."""

    conditions: tuple[Condition, ...]

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """The facts these conditions ask for."""
        return {leaf.fact.name: leaf.fact for one in self.conditions for leaf in leaves(one)}

    @cached_property
    def _programs(self) -> dict[tuple[frozenset[str], bool], _Program]:
        return {}

    def judge(self, columns: Columns) -> Answers:
        """Both answers to every condition. Raises NotColumns if a fact is missing or of another size."""
        found = self._run(columns, both=True)
        return Answers(found[: len(self.conditions)], found[len(self.conditions) :])

    def yes(self, columns: Columns) -> Bools:
        """Only where each condition is definitely true: all that a permit asks, in half the time."""
        return self._run(columns, both=False)

    def _run(self, columns: Columns, *, both: bool) -> Bools:
        missing = [name for name in self.facts if name not in columns]
        if missing:
            raise NotColumns(f"These conditions ask for {', '.join(missing)} too.")
        used = {name: columns[name] for name in self.facts}
        charts = columns.charts
        answers = np.empty((len(self.conditions) * (1 + both), charts), np.bool_)
        self._program(frozenset(name for name, one in used.items() if one.is_exact), both).run(
            used, charts, answers
        )
        return answers

    def _program(self, exact: frozenset[str], both: bool) -> _Program:
        if (exact, both) not in self._programs:
            planes = _Planes(exact)
            pairs = [walk(condition, planes) for condition in self.conditions]
            wanted = [pair.yes for pair in pairs] + [pair.no for pair in pairs] * both
            self._programs[exact, both] = _Program(planes, wanted)
        return self._programs[exact, both]


def compile_rules(conditions: Iterable[Condition]) -> Sweep:
    """A sweep of these conditions, in this order."""
    return Sweep(tuple(conditions))
