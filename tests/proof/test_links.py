"""Every link between facts holds on every chart, and every chart is one the solver takes into account."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mainstay.engine.chart import Chart
from mainstay.engine.facts import links
from mainstay.engine.facts.links import NotKnown, OfChart, Shape
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge import library as libraries
from mainstay.proof.charts import DAY_BEGINS
from mainstay.proof.solver import Budget, Undecided, World
from tests.proof.drawn import charts

LIBRARY = libraries.load()
LINKS = links.links(LIBRARY)
TOPICS = (
    "doses",
    "opioids",
    "withdrawal",
    "history",
    "vitals",
    "events",
    "laboratory",
    "schedules",
    "medicines",
)
OF_MEDICINES = ("buprenorphine", "buprenorphine_naloxone", "methadone", "lofexidine", "clonidine", "diazepam")


def _in_play() -> list[str]:
    """The facts a proof speaks of, without the hundreds of medicines and sheets that are all alike."""
    names = []
    for name, fact in LIBRARY.vocabulary.items():
        if fact.topic in TOPICS and (fact.topic != "medicines" or name.split("_", 1)[1] in OF_MEDICINES):
            names.append(name)
        if fact.topic == "scores" and name.startswith("cows_"):
            names.append(name)
    return names


@pytest.fixture(scope="module")
def world() -> tuple[World, z3.Solver]:
    made = World(LIBRARY)
    for name in _in_play():
        made[name]
    made.link_up()
    solver = z3.Solver()
    solver.add(*made.axioms)
    return made, solver


@given(charts(LIBRARY))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_link_holds_on_every_chart(chart: Chart) -> None:
    reads = OfChart(FactSheet(chart, LIBRARY.vocabulary))
    for link in LINKS:
        try:
            assert link.holds(reads), f"{link.says}: {[str(reads.facts[name]) for name in link.facts]}"
        except NotKnown:
            continue


@given(charts(LIBRARY))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_chart_has_facts_of_the_declared_shapes(chart: Chart) -> None:
    for name, fact in LIBRARY.vocabulary.items():
        value = fact.value(chart)
        shape = links.shape(fact)
        if shape is Shape.KNOWN:
            assert value.is_known, name
        if shape is Shape.WHOLE and not value.is_known:
            assert (value.least, value.most) == (fact.least, fact.most), name
        if not links.is_dated(fact):
            assert value.age is None, name
        if links.always_dated(fact) and value.is_known:
            assert value.age is not None, name


@pytest.mark.slow
@given(data=st.data())
@settings(
    max_examples=150, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)  # fmt: skip
def test_every_chart_is_one_the_solver_takes_into_account(
    world: tuple[World, z3.Solver], data: st.DataObject
) -> None:
    """The proofs are over all charts only if no chart falls outside the world: unknown facts are somewhere in it."""
    made, solver = world
    chart = data.draw(charts(LIBRARY))
    facts = FactSheet(chart, LIBRARY.vocabulary)
    told = []
    for name, symbol in made.symbols.items():
        value = facts[name]
        if symbol.shape is Shape.KNOWN:
            told.append(symbol.true == value.least)
        elif symbol.shape is Shape.WHOLE:
            told.append(symbol.known == value.is_known)
            if value.is_known:
                told.append(symbol.true == value.least)
        else:
            told += [symbol.least == value.least, symbol.most == value.most]
        told.append(symbol.age == (-1 if value.age is None else value.age))
    solver.push()
    flags = [z3.Bool(f"told {number}") for number in range(len(told))]
    solver.add(*(z3.Implies(flag, one) for flag, one in zip(flags, told, strict=True)))
    answer = solver.check(*flags)
    wrong = [told[int(str(flag).split()[1])] for flag in solver.unsat_core()] if answer == z3.unsat else []
    solver.pop()
    assert answer == z3.sat, f"no such facts in the world: {wrong}"


def test_a_link_may_not_ask_for_what_a_chart_does_not_know() -> None:
    reads = OfChart(FactSheet(Chart(DAY_BEGINS), LIBRARY.vocabulary))
    with pytest.raises(NotKnown):
        reads.true("systolic_bp")


def test_a_solver_without_time_gives_no_answer() -> None:
    budget = Budget(0, time.monotonic)
    with pytest.raises(Undecided, match="used up"):
        World(LIBRARY).solver(budget).possible()


def test_links_follow_what_the_library_has() -> None:
    """No COWS, no methadone, a substance whose ledger nobody keeps: fewer links, and no failure."""
    heroin = next(one for one in LIBRARY.substances.values() if one.kind == "short_acting")
    patch = replace(heroin, kind="fentanyl", ingredient="buprenorphine")
    unkept = replace(heroin, ingredient="unheard-of")
    own = replace(heroin, kind="fentanyl", ingredient="fentanyl")
    fewer = replace(LIBRARY, instruments={}, substances={"patch": patch, "unkept": unkept, "own": own})
    says = {link.says for link in links.links(fewer)}
    assert "a COWS total is the sum of its items" not in says
    assert "the last full agonist was of one of the kinds" not in says
    assert "time_since_last_fentanyl is at most time_since_last_buprenorphine" in says
