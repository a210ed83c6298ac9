"""One judgement, three readers: the bedside, the sweep and the solver say the same of any condition and chart.

The solver knows which stretches and ages a fact can have at all (`engine/facts/links.py`), so these
sheets are drawn from real facts, each in a shape it can have in a chart.
"""

from typing import Any

import z3
from hypothesis import given
from hypothesis import strategies as st

from mainstay.engine.conditions import Condition, evaluate
from mainstay.engine.facts import links
from mainstay.engine.facts.links import Shape
from mainstay.engine.facts.registry import Fact, FactValue
from mainstay.engine.truth import NO, YES
from mainstay.proof.solver import World
from mainstay.simulation.sweep import columns_from, compile_rules
from tests import strategies
from tests.sample_knowledge import library

# Every shape and kind: always known, known or nothing, a stretch; dated or not; numbers, amounts, times, choices.
NAMES = (
    "systolic_bp", "pregnancy", "weight", "on_diazepam", "opioid_kind", "cows_total", "cows_objective_signs",
    "lofexidine_in_24_hours", "time_since_last_methadone", "methadone_today", "time_since_first_methadone", "tolerance",
    "allergies_recorded", "vomits_in_4_hours", "temperature",
)  # fmt: skip
FACTS = tuple(library().vocabulary[name] for name in NAMES)


@st.composite
def possible(draw: st.DrawFn, fact: Fact) -> FactValue:
    """A value the fact can have in some chart."""
    shape = links.shape(fact)
    shown = draw(st.sampled_from(("known", "nothing", "stretch")))
    low, high = sorted((draw(strategies.steps(fact)), draw(strategies.steps(fact))))
    if shape is Shape.KNOWN or shown == "known":
        low = high
    elif shape is Shape.WHOLE or shown == "nothing":
        low, high = fact.least, fact.most
    age = None
    if links.is_dated(fact):
        oldest = fact.greatest_age if low == high and fact.greatest_age is not None else 10**7
        ages = st.sampled_from([one for one in (*strategies.AGES, oldest) if one <= oldest])
        age = draw(ages if low == high and links.always_dated(fact) else ages | st.none())
    return FactValue(fact, low, high, age, None, "drawn")


SHEETS = st.fixed_dictionaries({fact.name: possible(fact) for fact in FACTS})


def solved(world: World, term: Any, chart: dict[str, FactValue]) -> bool:
    """The term with this chart's numbers in place of its symbols."""
    numbers = []
    for name, value in chart.items():
        symbol = world[name]
        numbers += [
            (symbol.true, z3.IntVal(value.least)),
            (symbol.age, z3.IntVal(-1 if value.age is None else value.age)),
        ]
        if symbol.shape is Shape.WHOLE:
            numbers.append((symbol.known, z3.BoolVal(value.is_known)))
        elif symbol.shape is Shape.STRETCH:
            numbers += [(symbol.least, z3.IntVal(value.least)), (symbol.most, z3.IntVal(value.most))]
    answer = z3.simplify(z3.substitute(term, *numbers))
    assert z3.is_true(answer) or z3.is_false(answer), answer
    return z3.is_true(answer)


@given(
    st.lists(strategies.conditions(FACTS), min_size=1, max_size=4),
    st.lists(SHEETS, min_size=1, max_size=4),
)
def test_bedside_sweep_and_solver_agree(
    conditions: list[Condition], charts: list[dict[str, FactValue]]
) -> None:
    swept = compile_rules(conditions).judge(columns_from(charts, FACTS))
    world = World(library())
    for row, condition in enumerate(conditions):
        pair = world.pair(condition)
        for number, chart in enumerate(charts):
            truth = evaluate(condition, chart).truth
            said = (str(condition), {name: str(value) for name, value in chart.items()})
            assert (swept.yes[row, number], swept.no[row, number]) == (truth is YES, truth is NO), said
            assert (solved(world, pair.yes, chart), solved(world, pair.no, chart)) == (
                truth is YES,
                truth is NO,
            ), said


def test_every_shape_is_among_them() -> None:
    assert {links.shape(fact) for fact in FACTS} == set(Shape)
    assert {links.is_dated(fact) for fact in FACTS} == {True, False}
