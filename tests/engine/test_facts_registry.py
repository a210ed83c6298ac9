"""Facts: declared once, known or bounded or unknown, and too old is unknown again."""

import pytest

from mainstay.engine import facts
from mainstay.engine.facts.registry import (
    NEVER,
    Fact,
    FactSheet,
    FactValue,
    Kind,
    _add,
    declared,
    fact,
    known,
    unknown,
)
from mainstay.engine.quantities import UNITS
from tests.charts import NOW, ago, chart, measured, says
from tests.charts import fact as fact_of
from tests.sample_knowledge import library
from tests.strategies import made_up

FACTS = library().vocabulary


def test_a_fact_cannot_be_declared_twice() -> None:
    with pytest.raises(ValueError, match="The fact `systolic_bp` is declared twice"):
        _add(FACTS["systolic_bp"])


def test_a_declaration_names_the_fact_by_its_function() -> None:
    assert "vomits_in_4_hours" in declared()
    made = FACTS["vomits_in_4_hours"]
    assert (made.topic, made.kind, made.says) == (
        "events",
        Kind.LEDGER,
        "How often vomiting was seen in the last four hours.",
    )
    assert callable(fact)


def test_every_fact_says_what_it_is_and_has_a_possible_range() -> None:
    for name, one in FACTS.items():
        assert one.name == name
        assert one.says.endswith("."), name
        assert one.least <= one.most, name
        assert one.topic, name
        assert "{it}" not in one.says + name
        if one.kind is Kind.LEDGER:
            assert one.greatest_age is None, name


def test_the_knowledge_files_add_their_own_facts() -> None:
    assert {
        "methadone_in_24_hours", "buprenorphine_day", "on_haloperidol", "allergic_to_buprenorphine_naloxone", "cows_total",
        "cows_pulse", "slow_start_day", "pathway",
    } <= set(FACTS)  # fmt: skip
    assert "buprenorphine_naloxone_in_24_hours" not in FACTS
    assert FACTS["pathway"].choices == ("none", *sorted(library().protocols))
    assert FACTS["cows_total"].most == 48
    assert isinstance(facts.declared()["age"], Fact)


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        ("5 min", "120 mmHg, 5 min old"),
        ("4 h", "120 mmHg, 4 h old"),
        ("241 min", "unknown: last one is 120 mmHg, 4 h 1 min old, older than 4 h"),
    ],
)
def test_a_reading_is_known_up_to_its_greatest_age(age: str, shown: str) -> None:
    assert says("systolic_bp", measured("systolic_bp", "120 mmHg", age)) == shown


def test_a_stale_reading_may_be_anything_again() -> None:
    stale = fact_of("systolic_bp", measured("systolic_bp", "120 mmHg", "5 h"))
    assert not stale.is_known
    assert (stale.least, stale.most) == (30, 300)
    assert stale.age == 5 * 3_600


def test_history_does_not_age() -> None:
    assert fact_of("weight", measured("weight", "75 kg", "40 d")).is_known


def shown(made: Fact, least: int | None, most: int | None, why: str = "not asked") -> str:
    one = Fact(
        made.name, made.kind, made.unit, made.least, made.most, made.choices, made.greatest_age, made.says, made.topic,
        lambda chart: unknown(why, least=least, most=most),
    )  # fmt: skip
    return str(one.value(chart()))


def test_bounds_are_said_as_bounds() -> None:
    points = made_up("points", Kind.READING, "points", 0, 48)
    assert shown(points, 12, None) == "at least 12 points; not asked"
    assert shown(points, None, 12) == "at most 12 points; not asked"
    assert shown(points, 3, 12) == "at least 3 points; not asked"
    assert shown(points, None, None) == "unknown: not asked"


def test_bounds_stay_inside_the_possible_range() -> None:
    points = made_up("points", Kind.READING, "points", 0, 48)
    assert shown(points, -5, 60) == "unknown: not asked"
    assert shown(points, 60, None) == "48 points"
    assert shown(points, None, -1) == "0 points"


def test_bounds_of_a_choice_are_just_unknown() -> None:
    choice = made_up("choice", Kind.HISTORY, "", 0, 0, ("a", "b", "c"))
    assert shown(choice, 1, None) == "unknown: not asked"
    assert shown(choice, None, 1) == "unknown: not asked"


def test_a_stale_bound_is_shown_without_a_value() -> None:
    points = made_up("points", Kind.READING, "points", 0, 48)
    one = Fact(
        "x",
        Kind.READING,
        UNITS["points"],
        0,
        48,
        (),
        60,
        "x",
        "t",
        lambda chart: unknown("why", ago("2 min"), least=12),
    )
    assert str(one.value(chart())) == "unknown: last one is 2 min old, older than 1 min"
    assert points.kind_of_quantity == "points"


def test_never_is_the_end_of_elapsed_time() -> None:
    since = FACTS["time_since_last_methadone"]
    assert since.most == NEVER
    assert since.show(NEVER) == "never"
    assert since.show(NEVER - 1) != "never"


def test_ledger_values_are_shown_without_an_age() -> None:
    value = FactValue(FACTS["methadone_today"], 5_000_000, 5_000_000, 60, NOW, "")
    assert str(value) == "5 mg"


def test_a_sheet_computes_each_fact_once_and_only_when_asked() -> None:
    asked = []
    one = Fact(
        "x", Kind.LEDGER, UNITS[""], 0, 9, (), None, "x", "t", lambda chart: asked.append(1) or known(3)
    )
    sheet = FactSheet(chart(), {"x": one})
    assert asked == []
    assert sheet["x"].least == sheet["x"].most == 3
    assert asked == [1]
