"""Exact quantities: no float holds a dose, and kinds never mix."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.engine import quantities
from mainstay.engine.quantities import UNITS, NotAQuantity, Quantity, UnitMismatch, parse
from mainstay.engine.truth import NEGATED, NO, UNKNOWN, YES
from mainstay.engine.verdicts import WORDS, Verdict, verdict_named


@pytest.mark.parametrize(
    ("written", "steps"),
    [
        ("0.18 mg", 180_000),
        ("180 mcg", 180_000),
        ("180 micrograms", 180_000),
        ("0.0005 g", 500_000),
        ("4mg", 4_000_000),
    ],
)
def test_an_amount_is_the_same_however_it_is_written(written: str, steps: int) -> None:
    assert parse(written).steps == steps


def test_three_tenths_are_exactly_one_and_two_tenths() -> None:
    assert parse("0.1 mg") + parse("0.2 mg") == parse("0.3 mg")


def test_milligrams_and_micrograms_never_confuse() -> None:
    assert parse("1 mg") == parse("1000 mcg")
    assert parse("1 mg") > parse("1 mcg")
    assert str(parse("0.5 mg").in_unit("mcg")) == "500 mcg"


@pytest.mark.parametrize("other", ["1 mL", "1 mg HCl", "1 mg/mL", "1 points", "1 h", "1"])
def test_milligrams_meet_only_amounts(other: str) -> None:
    with pytest.raises(UnitMismatch, match="can't be added or compared"):
        assert parse("1 mg") < parse(other)
    with pytest.raises(UnitMismatch):
        assert parse("1 mg") == parse(other)
    with pytest.raises(UnitMismatch):
        parse("1 mg") + parse(other)
    with pytest.raises(UnitMismatch):
        parse("1 mg") - parse(other)


def test_a_quantity_is_not_a_number() -> None:
    assert parse("1 mg") != 1


def test_equal_quantities_hash_alike_across_units() -> None:
    assert len({parse("1 mg"), parse("1000 mcg"), parse("1 mL")}) == 2


def test_a_quantity_is_multiplied_by_whole_numbers_only() -> None:
    assert 3 * parse("0.18 mg") == parse("0.54 mg")
    with pytest.raises(TypeError, match="whole number only"):
        parse("0.18 mg") * 0.5  # type: ignore[operator]


def test_splitting_is_exact_or_refused() -> None:
    assert parse("2 mg").split(4) == parse("0.5 mg")
    with pytest.raises(NotAQuantity, match="can't be split exactly into 3"):
        parse("2 mg").split(3)


def test_a_difference_may_be_below_nothing() -> None:
    assert (parse("1 mg") - parse("4 mg")).number() == Decimal(-3)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("0.180 mg", "0.18 mg"), ("20 mg", "20 mg"), ("100 mg", "100 mg"), ("62 bpm", "62 /min"), ("37.0 C", "37 C"),
        ("11", "11"), ("11 points", "11 points"), ("90 min", "1 h 30 min"), ("45 min", "45 min"), ("24 h", "24 h"),
        ("2 d", "48 h"), ("3 d", "3 d"), ("30 s", "30 s"), ("0 min", "0 min"), ("-90 min", "-1 h 30 min"),
        ("3.2 x ULN", "3.2 x ULN"), ("95%", "95 %"),
    ],
)  # fmt: skip
def test_quantities_are_shown_as_a_ward_writes_them(written: str, shown: str) -> None:
    assert str(parse(written)) == shown


def test_its_repr_says_what_it_is() -> None:
    assert repr(parse("4 mg")) == "Quantity('4 mg')"


def test_fahrenheit_is_converted_once_and_rounded_to_a_tenth() -> None:
    assert parse("98.6 F", "temperature") == parse("37 C")
    assert parse("101 °F") == parse("38.3 C")


@pytest.mark.parametrize(
    ("written", "kind", "why"),
    [
        ("four mg", None, "is not a number and a unit"),
        ("4 miligrams", None, "not a unit Mainstay knows. Did you mean 'milligrams'"),
        ("4 ug", None, "not a unit Mainstay knows"),
        ("4 µg", None, "not a unit Mainstay knows"),
        ("4 qqqqqqq", None, "'qqqqqqq' is not a unit Mainstay knows.$"),
        ("4 mL", "amount", "is not an amount of drug: write it in 'mg' or 'mcg' or 'g'"),
        ("4", "pressure", "write it in 'mmHg'"),
        ("4 mg", "number", "write it in a bare number"),
        ("0.0000001 mg", None, "finer than Mainstay measures an amount of drug"),
        ("0.5 mmHg", None, "finer than Mainstay measures a pressure"),
        ("1e3 mg", None, "not a unit Mainstay knows"),
        ("4,5 mg", None, "not a unit Mainstay knows"),
        (".5 mg", None, "is not a number and a unit"),
        ("", None, "is not a number and a unit"),
    ],
)
def test_what_is_not_a_quantity_is_refused_with_what_to_write(
    written: str, kind: str | None, why: str
) -> None:
    with pytest.raises(NotAQuantity, match=why):
        parse(written, kind)


def test_a_bare_number_is_points_where_points_are_meant() -> None:
    assert parse("11", "points") == parse("11 points")


def test_a_volume_of_a_solution_holds_an_exact_amount() -> None:
    assert quantities.amount_in(parse("30 mL"), parse("10 mg/mL")) == parse("300 mg")
    with pytest.raises(UnitMismatch, match="An amount comes from mL and mg/mL"):
        quantities.amount_in(parse("30 mg"), parse("10 mg/mL"))
    with pytest.raises(UnitMismatch):
        quantities.amount_in(parse("30 mL"), parse("10 mg"))
    with pytest.raises(NotAQuantity, match="whole number of nanograms"):
        quantities.amount_in(parse("0.001 mL"), parse("0.000001 mg/mL"))


def test_times_by_name() -> None:
    assert quantities.minutes(90) == parse("90 min")
    assert quantities.hours(2) == parse("120 min")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "just now"), (59, "just now"), (60, "1 min old"), (3_725, "1 h 2 min old")]
)
def test_an_age_is_told_in_whole_minutes(seconds: int, shown: str) -> None:
    assert quantities.show_age(seconds) == shown


def test_a_unit_is_its_name() -> None:
    assert str(quantities.unit_named("bpm")) == "/min"


amounts = st.integers(-(10**12), 10**12).map(lambda steps: Quantity(steps, UNITS["mg"]))


@given(amounts, amounts)
def test_sums_are_exact_and_reversible(one: Quantity, other: Quantity) -> None:
    assert (one + other) - other == one
    assert (one < other) == (one.steps < other.steps)


@given(amounts)
def test_what_is_shown_reads_back_the_same(one: Quantity) -> None:
    assert parse(str(one)) == one


@given(st.integers(0, 10**9))
def test_times_read_back_the_same_in_seconds(seconds: int) -> None:
    assert parse(f"{seconds} s", "time").steps == seconds


# Truth and verdicts --------------------------------------------------------------------------


def test_a_truth_is_never_taken_for_a_yes_or_no() -> None:
    for truth in (NO, UNKNOWN, YES):
        with pytest.raises(TypeError, match="Say which truth you mean"):
            bool(truth)


def test_truths_order_as_all_and_any_need_them() -> None:
    assert min(YES, UNKNOWN) is UNKNOWN
    assert max(NO, UNKNOWN) is UNKNOWN
    assert [NEGATED[truth] for truth in (NO, UNKNOWN, YES)] == [YES, UNKNOWN, NO]
    assert str(UNKNOWN) == "unknown"


def test_verdicts_are_one_vocabulary_from_weak_to_strong() -> None:
    assert WORDS == ("allow", "inform", "ask", "needs_reason", "hold", "refuse")
    assert verdict_named("needs_reason") is Verdict.NEEDS_REASON
    assert max(Verdict.HOLD, Verdict.ASK) is Verdict.HOLD
    with pytest.raises(KeyError):
        verdict_named("forbid")
