"""What Hypothesis draws for Mainstay: facts and conditions of any shape, and courses a ward could have."""

from __future__ import annotations

from hypothesis import strategies as st

from mainstay.engine.conditions import All, AnyOf, Compare, Condition, Not, Within
from mainstay.engine.facts.registry import NEVER, Fact, FactValue, Kind, unknown
from mainstay.engine.quantities import UNITS

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
