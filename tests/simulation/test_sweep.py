"""The sweep says of a million charts what the bedside says of each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.engine.conditions import ALWAYS, NEVER, All, AnyOf, Compare, Condition, Not, Within, evaluate
from mainstay.engine.facts.registry import Fact, FactValue
from mainstay.engine.truth import NO, YES
from mainstay.simulation import sweep
from mainstay.simulation.sweep import (
    Columns,
    NotColumns,
    between,
    columns_from,
    compile_rules,
    exact,
    known_where,
)
from tests import strategies
from tests.strategies import VOCABULARY

POINTS, PRESSURE, FALL, PREGNANT, ASKED, GIVEN, SINCE = VOCABULARY


def agree(conditions: list[Condition], charts: list[dict[str, FactValue]]) -> None:
    """Each condition has the same answer, swept, as at the bedside of each chart."""
    answers = compile_rules(conditions).judge(columns_from(charts, VOCABULARY))
    only_yes = compile_rules(conditions).yes(columns_from(charts, VOCABULARY))
    for row, condition in enumerate(conditions):
        for number, chart in enumerate(charts):
            truth = evaluate(condition, chart).truth
            assert answers.yes[row, number] == only_yes[row, number] == (truth is YES), (
                str(condition),
                chart,
            )
            assert answers.no[row, number] == (truth is NO), (str(condition), chart)


@given(
    st.lists(strategies.conditions(), min_size=1, max_size=6),
    st.lists(strategies.sheets(), min_size=1, max_size=12),
)
def test_sweep_and_bedside_agree_on_any_conditions_and_charts(
    conditions: list[Condition], charts: list[dict[str, FactValue]]
) -> None:
    agree(conditions, charts)


def settled(chart: dict[str, FactValue]) -> dict[str, FactValue]:
    return {name: value._replace(most=value.least) for name, value in chart.items()}


@given(
    st.lists(strategies.conditions(), min_size=1, max_size=6),
    st.lists(strategies.sheets().map(settled), min_size=1, max_size=12),
)
def test_they_agree_where_every_fact_is_known(
    conditions: list[Condition], charts: list[dict[str, FactValue]]
) -> None:
    agree(conditions, charts)


@given(strategies.conditions(), strategies.sheets(), st.integers(1, 40))
def test_charts_are_judged_in_pieces_without_seams(
    condition: Condition, chart: dict[str, FactValue], piece: int
) -> None:
    other = {
        name: value._replace(least=value.fact.least, most=value.fact.most) for name, value in chart.items()
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "PIECE", piece)
        agree([condition, Not(condition), condition], [chart, other, chart, other, other, chart] * 7)


def compare(fact: Fact, comparison: str, steps: int) -> Compare:
    return Compare(fact, comparison, steps, fact.show(steps))


def test_a_comparison_shared_by_several_rules_is_made_once() -> None:
    low = compare(PRESSURE, "<", 90)
    rules = [low, Not(low), All((low, compare(POINTS, ">=", 3))), AnyOf((compare(PRESSURE, ">=", 90), low))]
    made = compile_rules(rules)
    made.judge(
        Columns(
            {"pressure": known_where(PRESSURE, [80, 100], [True, False]), "points": exact(POINTS, [3, 3])}
        )
    )
    (program,) = made._programs.values()
    asked = [
        program.planes.nodes[plane]
        for plane in program.order
        if program.planes.nodes[plane].fact == "pressure"
    ]
    assert len(asked) == len(set(asked)) == 2


def test_unknown_is_neither_definitely_true_nor_definitely_false() -> None:
    answers = compile_rules([compare(PRESSURE, "<", 90)]).judge(
        Columns({"pressure": known_where(PRESSURE, [80, 100, 0], [True, True, False])})
    )
    assert answers.yes.tolist() == [[True, False, False]]
    assert answers.no.tolist() == [[False, True, False]]


def test_a_bound_alone_can_settle_a_comparison() -> None:
    at_least_12 = Columns({"points": between(POINTS, [3, 0], [6, 2])})
    answers = compile_rules([compare(POINTS, ">=", 3)]).judge(at_least_12)
    assert answers.yes.tolist() == [[True, False]]
    assert answers.no.tolist() == [[False, True]]


def test_within_needs_the_fact_to_be_known_and_young_enough() -> None:
    ages = [0, 1_800, 1_801, sweep.NO_AGE, 0]
    known = [True, True, True, True, False]
    columns = Columns({"points": known_where(POINTS, [1] * 5, known, ages)})
    answers = compile_rules([Within(POINTS, 1_800)]).judge(columns)
    assert answers.yes.tolist() == [[True, True, False, False, False]]
    assert (answers.no == ~answers.yes).all()


def test_a_fact_without_ages_is_never_within() -> None:
    answers = compile_rules([Within(POINTS, 1_800)]).judge(Columns({"points": exact(POINTS, [1, 2])}))
    assert not answers.yes.any()


def test_always_and_never_need_a_column_only_for_the_number_of_charts() -> None:
    answers = compile_rules([ALWAYS, NEVER]).judge(Columns({"points": exact(POINTS, [1, 2])}))
    assert answers.yes.tolist() == [[True, True], [False, False]]
    assert answers.no.tolist() == [[False, False], [True, True]]


def test_whole_micrograms_take_half_the_memory_and_finer_amounts_stay_exact() -> None:
    assert exact(GIVEN, [2_000_000, 4_000_000]).least.dtype == np.int32
    fine = exact(GIVEN, [2_000_000, 2_000_001])
    assert fine.least.dtype == np.int64
    rules = [compare(GIVEN, comparison, 2_000_001) for comparison in ("<", "<=", "=", "!=", ">=", ">")]
    exactly = compile_rules(rules).judge(Columns({"given": fine})).yes[:, 1]
    assert exactly.tolist() == [False, True, True, False, True, False]
    coarse = compile_rules(rules).judge(Columns({"given": exact(GIVEN, [2_000_000, 3_000_000])})).yes
    assert coarse.T.tolist() == [
        [True, True, False, True, False, False],
        [False, False, False, True, True, True],
    ]


def test_small_ranges_take_small_types() -> None:
    assert exact(POINTS, [0, 6]).least.dtype == np.int8
    assert exact(PRESSURE, [30, 300]).least.dtype == np.int16
    assert exact(SINCE, [0, 3_600]).least.dtype == np.int32


def test_a_column_known_everywhere_is_recognised() -> None:
    assert known_where(POINTS, [1, 2], [True, True]).is_exact
    assert not known_where(POINTS, [1, 2], [True, False]).is_exact


def test_columns_outside_the_possible_range_are_refused() -> None:
    with pytest.raises(NotColumns, match="`points` lies between 0 points and 6 points"):
        exact(POINTS, [7])
    with pytest.raises(NotColumns, match="least is above the most"):
        between(POINTS, [3], [2])


def test_missing_and_uneven_columns_are_refused() -> None:
    rules = compile_rules([compare(POINTS, "=", 1), compare(PRESSURE, "<", 90)])
    with pytest.raises(NotColumns, match="ask for pressure too"):
        rules.judge(Columns({"points": exact(POINTS, [1])}))
    with pytest.raises(NotColumns, match="one length"):
        rules.judge(Columns({"points": exact(POINTS, [1]), "pressure": exact(PRESSURE, [80, 90], [1, 2])}))
    with pytest.raises(NotColumns, match="one length"):
        compile_rules([ALWAYS]).judge(Columns())


def test_no_charts_have_no_answers() -> None:
    answers = compile_rules([compare(POINTS, "=", 1)]).judge(
        Columns({"points": exact(POINTS, np.array([], np.int64))})
    )
    assert answers.yes.shape == answers.no.shape == (1, 0)


def test_what_was_compiled_for_some_columns_serves_the_next_ones() -> None:
    rules = compile_rules([compare(POINTS, ">=", 3)])
    assert rules.yes(Columns({"points": exact(POINTS, [2, 3])})).tolist() == [[False, True]]
    assert rules.yes(Columns({"points": exact(POINTS, [4, 0, 6])})).tolist() == [[True, False, True]]
