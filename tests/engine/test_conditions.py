"""Conditions: one small grammar, three answers, every reason kept."""

from typing import ClassVar

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mainstay.engine import conditions
from mainstay.engine.conditions import (
    ALWAYS,
    NEVER,
    All,
    AnyOf,
    Compare,
    Condition,
    Not,
    NotACondition,
    RuleSet,
    Within,
    evaluate,
    parse_leaf,
)
from mainstay.engine.facts.registry import Fact, FactValue
from mainstay.engine.sources import Citation
from mainstay.engine.truth import NEGATED, NO, UNKNOWN, YES, Truth
from tests import strategies
from tests.sample_knowledge import library
from tests.strategies import VOCABULARY

FACTS = library().vocabulary
SITE = {"enough_cows": "11 points", "fresh": "60 min"}


def leaf(text: str) -> conditions.Leaf:
    return parse_leaf(text, FACTS, SITE)


def value(name: str, least: int, most: int | None = None, age: int | None = None) -> dict[str, FactValue]:
    return {name: FactValue(FACTS[name], least, least if most is None else most, age, None, "made up")}


# Parsing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "steps", "shown"),
    [
        ("systolic_bp < 90 mmHg", 90, "systolic_bp < 90 mmHg"),
        ("lofexidine_in_24_hours <= 2.88 mg", 2_880_000, "lofexidine_in_24_hours <= 2.88 mg"),
        ("temperature >= 98.6 F", 370, "temperature >= 98.6 F"),
        ("pregnancy != positive", 2, "pregnancy != positive"),
        ("cows_total >= 11", 11, "cows_total >= 11"),
        ("cows_total >= site enough_cows", 11, "cows_total >= 11 points"),
        ("  time_since_last_methadone   >=  24 h ", 86_400, "time_since_last_methadone >= 24 h"),
    ],
)
def test_a_comparison_is_read_exactly(text: str, steps: int, shown: str) -> None:
    made = leaf(text)
    assert isinstance(made, Compare)
    assert made.steps == steps
    assert str(made) == shown


def test_within_is_read_in_seconds_and_names_its_site_value() -> None:
    made = leaf("cows_total within site fresh")
    assert isinstance(made, Within)
    assert (made.seconds, made.site_value) == (3_600, "fresh")
    assert str(made) == "cows_total within 1 h"


def test_a_leaf_keeps_its_source_but_is_the_same_judgement_without() -> None:
    cited = (Citation("book", "p1", "C"),)
    assert parse_leaf("age >= 18 years", FACTS, None, cited).cited == cited
    assert parse_leaf("age >= 18 years", FACTS, None, cited) == leaf("age >= 18 years")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("systolic_bp<90 mmHg", "is not a condition. Write `fact comparison value`"),
        ("systolic_bp", "is not a condition"),
        ("systolic_bp == 90 mmHg", "'== 90 mmHg' is not a number|is not a number and a unit|is not a condition"),
        ("sistolic_bp < 90 mmHg", "which is not a fact the engine can compute. Did you mean `systolic_bp`"),
        ("xyzzyq < 90 mmHg", r"which is not a fact the engine can compute\. `mainstay facts`"),
        ("pregnancy = postive", "is one of negative, possible, positive, not `postive`. Did you mean `positive`"),
        ("allergies = asked", "has one choice only, so this can never say anything"),
        ("pregnancy >= positive", "is a named choice; it can only be `=` or `!=`"),
        ("systolic_bp < 90 mg", "is not a pressure: write it in 'mmHg'"),
        ("systolic_bp < 301 mmHg", "lies between 30 mmHg and 300 mmHg, so this can never say anything"),
        ("systolic_bp >= 29 mmHg", "so this can never say anything"),
        ("cows_total >= site enough_cws", "there is no site value `enough_cws`. Did you mean `enough_cows`"),
        ("cows_total within an hour", "is not a number and a unit"),
        ("cows_total within 11 points", "is not a time: write it in"),
    ],
)  # fmt: skip
def test_what_is_no_condition_is_refused_with_what_was_meant(text: str, why: str) -> None:
    with pytest.raises(NotACondition, match=why):
        leaf(text)


def test_without_site_values_none_can_be_named() -> None:
    with pytest.raises(NotACondition, match="there is no site value `enough_cows`"):
        parse_leaf("cows_total >= site enough_cows", FACTS)


def test_conditions_print_as_they_are_said() -> None:
    low, old = leaf("systolic_bp < 90 mmHg"), leaf("cows_total within 60 min")
    whole = All((AnyOf((low, Not(old))), Not(All((low, old)))))
    assert str(whole) == (
        "(systolic_bp < 90 mmHg or not cows_total within 1 h) and not (systolic_bp < 90 mmHg and cows_total within 1 h)"
    )


# At, below and above -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [
        ("<", YES, NO, NO), ("<=", YES, YES, NO), ("=", NO, YES, NO),
        ("!=", YES, NO, YES), (">=", NO, YES, YES), (">", NO, NO, YES),
    ],
)  # fmt: skip
def test_each_comparison_below_at_and_above_its_value(
    comparison: str, below: Truth, at: Truth, above: Truth
) -> None:
    made = leaf(f"systolic_bp {comparison} 90 mmHg")
    found = [evaluate(made, value("systolic_bp", steps)).truth for steps in (89, 90, 91)]
    assert found == [below, at, above]


@pytest.mark.parametrize(
    ("comparison", "lower", "touching", "across", "from_it", "higher"),
    [
        ("<", YES, UNKNOWN, UNKNOWN, NO, NO),
        ("<=", YES, YES, UNKNOWN, UNKNOWN, NO),
        ("=", NO, UNKNOWN, UNKNOWN, UNKNOWN, NO),
        ("!=", YES, UNKNOWN, UNKNOWN, UNKNOWN, YES),
        (">=", NO, UNKNOWN, UNKNOWN, YES, YES),
        (">", NO, NO, UNKNOWN, UNKNOWN, YES),
    ],
)
def test_a_stretch_settles_a_comparison_only_when_all_of_it_does(
    comparison: str, lower: Truth, touching: Truth, across: Truth, from_it: Truth, higher: Truth
) -> None:
    made = leaf(f"systolic_bp {comparison} 90 mmHg")
    stretches = [(60, 89), (60, 90), (60, 120), (90, 120), (91, 120)]
    found = [evaluate(made, value("systolic_bp", *ends)).truth for ends in stretches]
    assert found == [lower, touching, across, from_it, higher]


@pytest.mark.parametrize(("age", "truth"), [(0, YES), (3_600, YES), (3_601, NO), (None, NO)])
def test_within_is_yes_up_to_and_at_its_duration(age: int | None, truth: Truth) -> None:
    assert evaluate(leaf("cows_total within 60 min"), value("cows_total", 12, 12, age)).truth is truth


def test_an_unknown_fact_is_not_within_any_time() -> None:
    assert evaluate(leaf("cows_total within 60 min"), value("cows_total", 12, 48, 0)).truth is NO


# Joining -------------------------------------------------------------------------------------

PARTS = {
    "yes": leaf("age >= 18 years"),
    "no": leaf("age < 18 years"),
    "unknown": leaf("systolic_bp < 90 mmHg"),
}
CHART = value("age", 31) | value("systolic_bp", 30, 300)


@pytest.mark.parametrize(
    ("parts", "every", "some"),
    [
        ((), YES, NO),
        (("yes", "yes"), YES, YES),
        (("yes", "unknown"), UNKNOWN, YES),
        (("no", "unknown"), NO, UNKNOWN),
        (("no", "yes"), NO, YES),
        (("no", "no"), NO, NO),
        (("unknown", "unknown"), UNKNOWN, UNKNOWN),
    ],
)
def test_one_no_settles_all_and_one_yes_settles_any(
    parts: tuple[str, ...], every: Truth, some: Truth
) -> None:
    joined = tuple(PARTS[part] for part in parts)
    assert evaluate(All(joined), CHART).truth is every
    assert evaluate(AnyOf(joined), CHART).truth is some
    assert evaluate(Not(All(joined)), CHART).truth is NEGATED[every]


def test_every_leaf_is_asked_so_that_every_reason_is_listed() -> None:
    judged = evaluate(All((PARTS["no"], PARTS["unknown"], Not(PARTS["yes"]))), CHART)
    assert [used.truth for used in judged.used] == [NO, UNKNOWN, YES]
    assert str(judged.used[0]) == "age < 18 years: no (31 years)"
    assert str(judged.used[1]) == "systolic_bp < 90 mmHg: unknown (unknown: made up)"


def test_always_and_never_ask_nothing() -> None:
    assert evaluate(ALWAYS, {}).truth is YES
    assert evaluate(NEVER, {}).truth is NO


def test_leaves_and_conjuncts_come_in_the_order_written() -> None:
    one, two, three = PARTS.values()
    whole = All((one, All((Not(two), AnyOf((three, one))))))
    assert conditions.leaves(whole) == [one, two, three, one]
    assert conditions.conjuncts(whole) == (one, Not(two), AnyOf((three, one)))


# For any condition ---------------------------------------------------------------------------


@given(strategies.conditions(), strategies.sheets())
def test_a_condition_and_its_denial_are_opposites(condition: Condition, chart: dict[str, FactValue]) -> None:
    assert evaluate(Not(condition), chart).truth is NEGATED[evaluate(condition, chart).truth]


@given(strategies.conditions(), strategies.sheets(), st.data())
def test_knowing_more_never_changes_a_definite_answer(
    condition: Condition, chart: dict[str, FactValue], data: st.DataObject
) -> None:
    """Read backwards: forgetting never makes one. `within` aside, which asks what is written, not what is true."""
    assume(not any(isinstance(one, Within) for one in conditions.leaves(condition)))
    before = evaluate(condition, chart).truth
    known = {name: data.draw(strategies.narrower(one)) for name, one in chart.items()}
    after = evaluate(condition, known).truth
    assert before is UNKNOWN or after is before


@given(strategies.conditions(), strategies.sheets())
def test_the_same_leaves_are_listed_whatever_the_answer(
    condition: Condition, chart: dict[str, FactValue]
) -> None:
    assert [used.leaf for used in evaluate(condition, chart).used] == conditions.leaves(condition)
    assert {fact.name for fact in VOCABULARY} >= {
        used.value.fact.name for used in evaluate(condition, chart).used
    }


# Many conditions at once ---------------------------------------------------------------------


@given(st.lists(strategies.conditions(), max_size=6), strategies.sheets())
def test_a_rule_set_answers_each_condition_as_it_would_alone(
    rules: list[Condition], chart: dict[str, FactValue]
) -> None:
    together = RuleSet(rules)(chart)
    for number, condition in enumerate(rules):
        assert (together.truths[number], together.used(number)) == evaluate(condition, chart)
        used: list[conditions.Used] = []
        assert conditions.bedside(condition)(chart, used) is together.truths[number]
        assert tuple(used) == together.used(number)


def test_a_rule_set_looks_each_fact_up_once() -> None:
    class Sheet(dict[str, FactValue]):
        asked: ClassVar[list[str]] = []

        def __getitem__(self, name: str) -> FactValue:
            self.asked.append(name)
            return super().__getitem__(name)

    RuleSet([PARTS["yes"], Not(PARTS["no"]), All((PARTS["yes"], PARTS["unknown"]))])(Sheet(CHART))
    assert sorted(Sheet.asked) == ["age", "systolic_bp"]


def test_no_conditions_have_no_answers() -> None:
    assert RuleSet([])({}).truths == ()


@given(st.sampled_from(VOCABULARY), st.data())
def test_a_comparison_made_up_on_the_spot_is_answered_like_any(fact: Fact, data: st.DataObject) -> None:
    """Its number may lie outside the fact's range: a total less a large dose is below nothing."""
    comparison = data.draw(st.sampled_from(conditions.COMPARISONS))
    number = data.draw(strategies.steps(fact) | st.integers(fact.least - 10, fact.most + 10))
    made = Compare(fact, comparison, number, str(number))
    one = data.draw(strategies.fact_values(fact))
    assert conditions.answered(made, one) == evaluate(made, {fact.name: one}).used[0]
