"""The prover on the shipped knowledge: everything is proved, each witness is a chart, nothing is proved vacuously."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.engine import conditions, decide, limits, scenarios
from mainstay.engine.chart import Chart
from mainstay.engine.conditions import ALWAYS, All, AnyOf, Compare, Condition, Not, Within
from mainstay.engine.facts.links import Shape
from mainstay.engine.facts.registry import FactSheet, Found
from mainstay.engine.knowledge import library as libraries
from mainstay.engine.knowledge.library import Library, every_rule
from mainstay.engine.truth import NO, YES
from mainstay.proof import charts as stories
from mainstay.proof import checks, report, weaker
from mainstay.proof.charts import DAY_BEGINS, Entry, Example, Story, facts_of, names_in, shortest
from mainstay.proof.solver import Asker, Budget, Undecided, World
from tests.proof.drawn import charts
from tests.proof.edits import Edit, after, before, swap, swap_in, without

LIBRARY = libraries.load()
P7 = "protocols/lofexidine-withdrawal.yaml"


def _budget() -> Budget:
    return Budget(120, time.monotonic)


@pytest.fixture(scope="module")
def proofs() -> dict[str, checks.Proof]:
    return {proof.protocol.id: proof for proof in checks.prove(LIBRARY, _budget())}


@pytest.mark.parametrize("protocol", list(LIBRARY.protocols))
def test_every_shipped_protocol_is_proved(protocol: str, proofs: dict[str, checks.Proof]) -> None:
    proof = proofs[protocol]
    assert proof.proved, [(one.check, one.about, one.says) for one in proof.failures]
    assert {one.check for one in proof.results} >= {"a", "b"}


@pytest.mark.parametrize("protocol", list(LIBRARY.protocols))
def test_every_witness_is_a_chart_the_engine_reads_the_same_way(
    protocol: str, proofs: dict[str, checks.Proof]
) -> None:
    chosen = LIBRARY.protocols[protocol]
    permits = {f"step {step.id}": decide.permit(LIBRARY, chosen, step) for step in chosen.steps}
    rules = {f"{section} {rule.id}": rule.when for section, rule in every_rule(chosen)}
    witnesses = [one for one in proofs[protocol].results if one.check == "a" and one.example is not None]
    assert len(witnesses) >= len(permits) + len(rules)
    for one in witnesses:
        assert one.example is not None
        facts = facts_of(one.example, LIBRARY)
        assert facts is not None
        condition = {**permits, **rules}.get(one.about)
        if condition is not None:
            assert conditions.evaluate(condition, facts).truth is YES, one.about


# The solver reads a condition as the bedside does ------------------------------------------------------


_FACTS = [
    LIBRARY.vocabulary[name]
    for name in (
        "systolic_bp", "pregnancy", "cows_total", "cows_objective_signs", "buprenorphine_in_24_hours",
        "time_since_last_buprenorphine", "buprenorphine_day", "tolerance", "sedated", "age",
    )
]  # fmt: skip


@st.composite
def _leaf(draw: st.DrawFn) -> Condition:
    fact = draw(st.sampled_from(_FACTS))
    if draw(st.integers(0, 4)) == 0:
        return Within(fact, draw(st.sampled_from((0, 1_800, 14_400, 86_400))))
    comparison = draw(st.sampled_from(("=", "!=") if fact.choices else conditions.COMPARISONS))
    return Compare(
        fact,
        comparison,
        draw(st.one_of(st.integers(fact.least, fact.most), st.sampled_from((fact.least, fact.most)))),
        "",
    )


_CONDITIONS = st.recursive(
    _leaf(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


@given(_CONDITIONS, charts(LIBRARY))
@settings(max_examples=150, deadline=None)
def test_the_solver_and_the_bedside_read_a_condition_alike(condition: Condition, chart: Chart) -> None:
    world = World(LIBRARY)
    pair = world.pair(condition)
    facts = FactSheet(chart, LIBRARY.vocabulary)
    solver = z3.Solver()
    for name, symbol in world.symbols.items():
        value = facts[name]
        solver.add(symbol.age == (-1 if value.age is None else value.age))
        if symbol.shape is Shape.STRETCH:
            solver.add(symbol.least == value.least, symbol.most == value.most)
        elif value.is_known:
            solver.add(symbol.known, symbol.true == value.least)
        else:
            solver.add(z3.Not(symbol.known))
    truth = conditions.evaluate(condition, facts).truth
    solver.add(z3.Not(z3.And(pair.yes == (truth is YES), pair.no == (truth is NO))))
    assert solver.check() == z3.unsat, f"{condition}: {truth}"


# Fail closed -------------------------------------------------------------------------------------------


def test_out_of_time_is_not_proved() -> None:
    budget = Budget(10, (float(tick) for tick in count(0, 4)).__next__)
    found = list(checks.prove(LIBRARY, budget))
    assert len(found) == len(LIBRARY.protocols)
    assert not any(proof.proved for proof in found)
    assert any("used up" in one.says for proof in found for one in proof.failures)


@pytest.mark.parametrize("calls", range(3, 60, 4))
def test_wherever_the_time_ends_the_protocol_is_not_proved(calls: int) -> None:
    ticks = count()
    budget = Budget(1, lambda: 0.0 if next(ticks) < calls else 2.0)
    (proof,) = checks.prove(before(), budget, "methadone-stabilisation")
    assert not proof.proved
    assert all(one.undecided for one in proof.failures)


@pytest.mark.parametrize("which", ["b", "c", "d"])
def test_each_check_says_when_its_time_is_up(which: str) -> None:
    ticks = count()
    budget = Budget(1, lambda: 0.0 if next(ticks) < 3 else 2.0)
    (proof,) = checks.prove(before(), budget, "lofexidine-withdrawal", which)
    assert not proof.proved
    assert {one.check for one in proof.failures} == {which}


def test_a_comparison_without_time_is_a_finding() -> None:
    edited = after(swap_in(P7, "diastolic-low", "site alpha2_least_diastolic", "50 mmHg"))
    found = list(weaker.weaker(before(), edited, Budget(0, time.monotonic)))
    assert found
    assert all(one.undecided and not one.proved for one in found)


def test_a_solver_that_gives_up_is_undecided() -> None:
    x, y, z = z3.Ints("x y z")
    asker = Asker([x > 2, y > 2, z > 2, x**3 + y**3 == z**3], Budget(60, time.monotonic, each=50))
    with pytest.raises(Undecided, match="no answer"):
        asker.possible()


def test_wishes_are_given_up_from_the_last_one_on() -> None:
    x = z3.Int("x")
    asker = Asker([x >= 0, x <= 10], _budget())
    model = asker.best([x > 3, x < 6, x > 8])
    assert 3 < model.eval(x).as_long() < 6
    assert asker.best([x > 3], x > 20) is None


# What is found -------------------------------------------------------------------------------------------


def test_a_counterexample_has_no_entry_it_does_not_need() -> None:
    edited = after(without(P7, "diastolic-low"))
    (proof,) = checks.prove(edited, _budget(), "lofexidine-withdrawal", "c")
    wrong = next(one for one in proof.failures if "diastolic-low" in one.about)
    step = edited.protocols["lofexidine-withdrawal"].step(wrong.about.removeprefix("step ").partition(":")[0])
    permit = decide.permit(edited, edited.protocols["lofexidine-withdrawal"], step)
    assert wrong.example is not None
    facts = facts_of(wrong.example, edited)
    assert facts is not None
    assert conditions.evaluate(permit, facts).truth is YES
    assert facts["diastolic_bp"].least < 60
    assert any("diastolic" in line for line in wrong.example.timeline())
    for entry in wrong.example.entries:
        smaller = facts_of(wrong.example.without(entry), edited)
        assert (
            smaller is None
            or conditions.evaluate(permit, smaller).truth is not YES
            or smaller["diastolic_bp"].least >= 60
        )
    # The bedside interlock stops the same dose: proof is the second lock, not the only one.
    dose = step.give.up_to or step.give.dose if step.give else None
    proposal = limits.judge(
        stories_proposal(edited, dose), FactSheet(wrong.example.chart(edited), edited.vocabulary), edited
    )
    assert any(finding.about.endswith("diastolic-low") for finding in proposal.findings)


def stories_proposal(library: Library, dose):  # type: ignore[no-untyped-def]
    from mainstay.engine.orders import proposal

    return proposal(library, "lofexidine", dose, route="oral", pathway="lofexidine-withdrawal")


def test_a_counterexample_is_a_scenario_that_can_be_read_back() -> None:
    from mainstay.engine import documents
    from mainstay.engine.knowledge import text

    edited = after(without(P7, "diastolic-low"))
    (proof,) = checks.prove(edited, _budget(), "lofexidine-withdrawal", "c")
    wrong = next(one for one in proof.failures if one.example is not None)
    assert wrong.example is not None
    words = wrong.example.scenario(wrong.answer)
    node = text.read(words, "scenario")
    assert isinstance(node, text.Items)
    (scenario,) = node.items
    assert isinstance(scenario, text.Fields)
    chart = documents.from_node(scenario.fields["chart"], edited).chart()
    assert chart == wrong.example.chart(edited)
    # It is a scenario of the grammar, and it holds: the interlock answers as written.
    ran = list(scenarios.run(edited, "protocols", "lofexidine-withdrawal", _file_of(words), "scenario"))
    assert [outcome.wrong for outcome in ran] == [()]


def _file_of(scenario: str) -> str:
    return "scenarios:\n" + "".join(f"  {line}\n" for line in scenario.splitlines())


def test_every_witness_is_a_scenario_that_holds(proofs: dict[str, checks.Proof]) -> None:
    for name, proof in proofs.items():
        for one in proof.results:
            if one.example is not None and one.answer:
                ran = scenarios.run(
                    LIBRARY, "protocols", name, _file_of(one.example.scenario(one.answer)), "scenario"
                )
                assert [outcome.wrong for outcome in ran] == [()], one.about


def test_many_counterexamples_are_named_but_only_some_are_made_into_charts() -> None:
    edited = after(swap(P7, r"lofexidine_in_24_hours <= [\d.]+ mg", "lofexidine_doses_given >= 0"))
    (proof,) = checks.prove(edited, _budget(), "lofexidine-withdrawal", "c")
    made = [one for one in proof.failures if one.example is not None]
    assert len(made) == checks.ENOUGH
    assert any("are shown already" in one.says for one in proof.failures)


def test_facts_that_no_chart_can_have_are_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "facts_of", lambda example, library: None)
    edited = after(without(P7, "diastolic-low"))
    (proof,) = checks.prove(edited, _budget(), "lofexidine-withdrawal", "ac")
    assert any("a link between facts is missing" in one.says and one.undecided for one in proof.failures)
    assert any("no chart we can make" in one.says and one.check == "a" for one in proof.failures)


def test_spacing_that_keeps_the_total_is_said_too(proofs: dict[str, checks.Proof]) -> None:
    said = [finding.says for proof in proofs.values() for finding in proof.findings]
    assert any("Spacing alone keeps it" in words for words in said)
    assert any("the cap does the work" in words for words in said)


def test_a_total_that_nothing_counts_is_said() -> None:
    no_cap = swap(P7, r"lofexidine_in_24_hours <= [\d.]+ mg", "lofexidine_doses_given >= 0")
    edited = after(no_cap, swap(P7, r"(time_since_last_lofexidine >=) 6 h", r"\1 5 h"))
    (proof,) = checks.prove(edited, _budget(), "lofexidine-withdrawal", "d")
    assert any("nothing here counts the last 24 hours" in finding.says for finding in proof.findings)


@pytest.mark.parametrize(
    ("minutes", "doses"), [(300, 5), (360, 4), (480, 3), (720, 2), (1_439, 2), (1_440, 1), (60, 24)]
)
def test_so_many_doses_fit_in_a_day(minutes: int, doses: int) -> None:
    """A dose exactly 24 hours old no longer counts."""
    assert len(checks.fits(minutes, _budget())) == doses


def test_an_example_keeps_only_what_it_needs() -> None:
    entries = tuple(Entry(DAY_BEGINS + timedelta(minutes=minute), str(minute), {}) for minute in range(5))
    example = Example("x", DAY_BEGINS + timedelta(hours=1), entries)
    kept = shortest(example, lambda one: {entry.says for entry in one.entries} >= {"1", "3"})
    assert [entry.says for entry in kept.entries] == ["1", "3"]


def test_a_chart_the_engine_refuses_is_no_example() -> None:
    future = Entry(DAY_BEGINS + timedelta(hours=2), "later", {"measured": {"systolic_bp": "120 mmHg"}})
    assert facts_of(Example("x", DAY_BEGINS, (future,)), LIBRARY) is None


def test_the_facts_a_condition_asks_for_are_listed_once() -> None:
    fact = LIBRARY.vocabulary["systolic_bp"]
    assert names_in(All((Compare(fact, "<", 90, ""), Within(fact, 60))), ALWAYS) == ("systolic_bp",)


def test_a_new_protocol_and_a_new_step_are_newly_permitted() -> None:
    texts_without = after(without("protocols/clonidine-withdrawal.yaml", "next-dose-small"))
    found = list(weaker.weaker(texts_without, before(), _budget(), "clonidine-withdrawal"))
    assert any("next-dose-small" in one.about for one in found)


def test_every_fact_of_the_vocabulary_can_be_part_of_a_story(budget: Callable[[], Budget]) -> None:
    """All of them in one world: what a story says of every fact is never a contradiction, and the engine agrees."""
    world = World(LIBRARY)
    for name in LIBRARY.vocabulary:
        world[name]
    world.link_up()
    story = Story(world)
    asker = Asker([*world.axioms, *story.says], budget())
    model = asker.possible()
    assert model is not None
    example = Example("all", story.now(model), tuple(story.write(model)))
    facts = facts_of(example, LIBRARY)
    assert facts is not None
    wrong = []
    for name, symbol in world.symbols.items():
        value = facts[name]
        least, most = (
            model.eval(term, model_completion=True).as_long() for term in (symbol.least, symbol.most)
        )
        if (least, most) != (value.least, value.most):
            wrong.append(f"{name}: {least}..{most} in the story, {value.least}..{value.most} in the engine")
    assert not wrong, wrong


def test_a_report_of_nothing_is_still_a_report() -> None:
    empty = report.Report(LIBRARY, (), (), None, (), (), 0.0, 0)
    assert "0 of 0 protocols proved" in report.text(empty)
    assert stories.TYPICAL["systolic_bp"] == 120


def test_where_the_guard_waits_for_nothing_spacing_is_not_spoken_of() -> None:
    no_wait = swap(P7, r"time_since_last_lofexidine >= 6 h", "lofexidine_doses_given >= 0")
    (proof,) = checks.prove(after(no_wait), _budget(), "lofexidine-withdrawal", "d")
    assert proof.findings == ()


def test_a_wait_that_is_only_one_of_several_ways_guarantees_nothing() -> None:
    either = "any: [time_since_last_lofexidine >= 6 h, lofexidine_doses_given >= 0]"
    (proof,) = checks.prove(
        after(swap(P7, r"time_since_last_lofexidine >= 6 h", either)), _budget(), "lofexidine-withdrawal", "d"
    )
    assert proof.findings == ()


def test_a_protocol_that_was_not_there_is_newly_permitted_step_by_step() -> None:
    old = replace(
        before(), protocols={k: v for k, v in before().protocols.items() if k != "clonidine-withdrawal"}
    )
    found = list(weaker.weaker(old, before(), _budget(), "clonidine-withdrawal"))
    gives = [step for step in before().protocols["clonidine-withdrawal"].steps if step.give]
    assert len(found) == len(gives)
    assert all(one.example is not None for one in found)


@pytest.mark.parametrize(
    ("edit", "only"),
    [
        (swap_in(P7, "diastolic-low", "site alpha2_least_diastolic", "50 mmHg"), "lofexidine-withdrawal"),
        (without(P7, "low-after-lofexidine"), "lofexidine-withdrawal"),
        (without("drugs/lofexidine.yaml", "day-total"), "lofexidine"),
    ],
)
def test_what_no_chart_shows_is_still_found(edit: Edit, only: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weaker, "facts_of", lambda example, library: None)
    found = list(weaker.weaker(before(), after(edit), _budget(), only))
    assert found
    assert any(one.undecided for one in found)
    assert all(one.example is None for one in found)


# Stories about little ---------------------------------------------------------------------------------


def _story(library: Library, *names: str) -> tuple[World, Story, Asker]:
    world = World(library)
    for name in names:
        world[name]
    story = Story(world)
    return world, story, Asker([*world.axioms, *story.says], _budget())


def test_a_story_of_one_reading_has_nothing_else_in_it() -> None:
    world, story, asker = _story(LIBRARY, "systolic_bp")
    model = asker.best(story.wishes(), world["systolic_bp"].known)
    entries = story.write(model)
    assert any("systolic bp 120 mmHg" in entry.says for entry in entries)
    assert not any("given" in entry.says for entry in entries)


def test_a_story_can_be_told_without_substances() -> None:
    _, story, asker = _story(
        replace(LIBRARY, substances={}), "time_since_last_full_agonist", "methadone_today"
    )
    assert story.uses == {}
    assert asker.possible() is not None


def test_a_story_without_vomiting_has_none() -> None:
    world, story, asker = _story(LIBRARY, "vomits_in_24_hours", "time_since_vomiting")
    never = asker.possible(world["time_since_vomiting"].true >= 100 * 86_400)
    assert not any(entry.says == "vomited" for entry in story.write(never))
    thrice = asker.possible(world["vomits_in_24_hours"].true == 3, world["time_since_vomiting"].true == 3_600)
    assert sum(entry.says == "vomited" for entry in story.write(thrice)) == 3


@pytest.mark.parametrize(
    "like", ["buprenorphine_today", "opioid_kind", "vomits_in_24_hours", "cows_after_last_use", "sedated", "qtc_rise", "weight_recorded"]
)  # fmt: skip
def test_a_fact_no_story_knows_yet_is_as_an_empty_chart_has_it(like: str) -> None:
    fact = replace(
        LIBRARY.vocabulary[like],
        name="new_fact",
        read=lambda chart: Found(None, None, None, "nothing"),
        entered=False,
    )
    world, _, asker = _story(
        replace(LIBRARY, vocabulary={**LIBRARY.vocabulary, "new_fact": fact}), "new_fact"
    )
    model = asker.possible()
    assert (model is not None) is (world["new_fact"].shape is not Shape.KNOWN)
