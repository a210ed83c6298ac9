"""Decide: where each protocol stands for one chart, why, until when, what to ask, what instead."""

from datetime import timedelta

import pytest

from mainstay.engine import decide
from mainstay.engine.chart import Entry
from mainstay.engine.conditions import evaluate
from mainstay.engine.decide import Advice, Decision, State
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge.library import Library
from mainstay.engine.truth import NO, UNKNOWN, YES
from mainstay.engine.verdicts import Verdict
from tests.charts import NOW, allergic, chart, cows, dosed, happened, measured, no_allergies, takes, took
from tests.sample_knowledge import FILES, changed, library

# A person ready for the first dose of the sample start.
READY: dict[str, Entry] = {
    "asked": happened("outside doses asked", "1 h"),
    "allergies": no_allergies(),
    "use": took("heroin", "13 h"),
    "cows": cows("10 min", 12),
    "pulse": measured("heart_rate", "90 /min", "10 min"),
    "pressure": measured("systolic_bp", "120 mmHg", "10 min"),
    "liver": measured("severe_liver_disease", "no", "1 h"),
    "pregnancy": measured("pregnancy", "negative", "1 h"),
}


def decided(
    *more: Entry | tuple[Entry, ...], knows: Library | None = None, **changes: Entry | None
) -> Decision:
    """The decision on READY with some entries replaced, or left out (None), or added."""
    entries = [entry for entry in (READY | changes).values() if entry is not None]
    return decide.decide(chart(*entries, *more), knows or library())


def start(*more: Entry | tuple[Entry, ...], knows: Library | None = None, **changes: Entry | None) -> Advice:
    return decided(*more, knows=knows, **changes).of("start")


# Ready ---------------------------------------------------------------------------------------


def test_ready_recommends_the_dose_its_range_and_what_to_measure_next() -> None:
    advice = start()
    assert (advice.state, advice.verdict) == (State.READY, Verdict.ALLOW)
    assert advice.recommended is not None
    assert str(advice.recommended) == "Buprenorphine 2 mg sublingual"
    assert (advice.recommended.act, advice.recommended.pathway, advice.recommended.every) == (
        "dose",
        "start",
        None,
    )
    assert str(advice.up_to) == "4 mg"
    assert advice.measure == (("cows_total", 3_600),)
    assert advice.step is not None
    assert advice.step.id == "first"
    assert advice.ask == ()


def test_ready_says_why_with_every_fact_and_source() -> None:
    (reason,) = start().because
    assert reason.because == "Withdrawal is here."
    assert {used.leaf.fact.name for used in reason.used} >= {
        "time_since_last_buprenorphine",
        "cows_total",
        "heart_rate",
    }
    assert [str(one) for one in reason.cited] == ["book p9 (C)"]


def test_a_range_ends_where_the_interlock_judges_its_upper_end_worse() -> None:
    given = dosed("buprenorphine", "8 mg", "23 h"), dosed("buprenorphine", "14 mg", "22 h")
    advice = start(*given)
    assert advice.state is State.READY
    assert str(advice.recommended) == "Buprenorphine 2 mg sublingual"
    assert advice.up_to is None
    assert advice.verdict is Verdict.ALLOW
    more = start(*given, dosed("buprenorphine", "2 mg", "21 h"))
    assert (more.state, more.verdict, str(more.up_to)) == (State.READY, Verdict.NEEDS_REASON, "4 mg")


def test_a_later_step_needs_no_start() -> None:
    advice = start(dosed("buprenorphine", "2 mg", "3 h"), use=took("heroin", "5 h"), cows=cows("10 min", 8))
    assert advice.step is not None
    assert advice.step.id == "again"
    assert advice.state is State.HELD  # the interlock still looks at the heroin five hours ago


def test_a_step_for_a_person_to_do_is_told() -> None:
    doses = dosed("buprenorphine", "2 mg", "5 h"), dosed("buprenorphine", "2 mg", "3 h")
    advice = start(*doses)
    assert (advice.state, advice.verdict, advice.recommended) == (State.READY, Verdict.INFORM, None)
    assert advice.step is not None
    assert advice.step.do == "Call the prescriber."
    assert advice.measure == (("cows_total", 14_400),)


def test_what_a_person_does_is_not_held_by_what_holds_a_dose() -> None:
    doses = dosed("buprenorphine", "2 mg", "5 h"), dosed("buprenorphine", "2 mg", "3 h")
    assert start(*doses, pressure=measured("systolic_bp", "80 mmHg", "5 min")).state is State.READY


# Not yet -------------------------------------------------------------------------------------


def test_not_yet_says_what_is_missing_until_when_and_what_instead() -> None:
    advice = start(use=took("heroin", "9 h"), cows=cows("10 min", 7))
    assert (advice.state, advice.verdict, advice.recommended) == (State.NOT_YET, Verdict.HOLD, None)
    assert [reason.because for reason in advice.because] == [
        "Too soon after the last use.",
        "Not in withdrawal yet.",
    ]
    assert advice.not_before == NOW + timedelta(hours=3)
    assert [offer.offer for offer in advice.offers] == ["Fluids.", "A slow start."]
    assert advice.measure == (("cows_total", 7_200),)


def test_an_offer_with_a_condition_is_made_only_while_it_is_true() -> None:
    assert [offer.offer for offer in start(use=took("heroin", "9 h"), cows=None).offers] == ["Fluids."]


@pytest.mark.parametrize(
    ("since", "state"), [("719 min", State.NOT_YET), ("12 h", State.READY), ("721 min", State.READY)]
)
def test_a_wait_is_over_on_its_minute(since: str, state: State) -> None:
    advice = start(use=took("heroin", since))
    assert advice.state is state
    if state is State.NOT_YET:
        assert advice.not_before == NOW + timedelta(minutes=1)


def test_the_window_comes_from_the_time_course_of_what_was_last_used() -> None:
    advice = start(use=took("heroin", "9 h"))
    assert advice.window is not None
    assert (advice.window.start, advice.window.end) == (NOW - timedelta(hours=1), NOW + timedelta(hours=15))
    assert advice.window.says == "Usually 8 to 24 hours after the last use."
    assert advice.window.substance.id == "heroin"


def test_an_unsure_time_of_use_makes_a_wider_window() -> None:
    advice = start(use=took("heroin", "11 h", latest="9 h"))
    assert advice.window is not None
    assert (advice.window.start, advice.window.end) == (NOW - timedelta(hours=3), NOW + timedelta(hours=15))


def test_where_no_window_is_known_it_says_so() -> None:
    knows = changed(
        {"substances/heroin.yaml": FILES["substances/heroin.yaml"].replace("ready: [8 h, 24 h]\n", "")}
    )
    advice = start(use=took("heroin", "9 h"), knows=knows)
    assert advice.window is not None
    assert (advice.window.start, advice.window.end) == (None, None)


def test_a_window_is_only_of_opioids_and_of_opioid_starts() -> None:
    advice = start(took("alcohol", "1 h"), use=took("heroin", "9 h"))
    assert advice.window is not None
    assert advice.window.substance.id == "heroin"
    knows = changed(
        {"protocols/start.yaml": FILES["protocols/start.yaml"].replace("one_at_a_time: opioid-start\n", "")}
    )
    assert start(use=took("heroin", "9 h"), knows=knows).window is None
    assert decided(use=None, cows=cows("5 min", 12)).of("slow-start").window is None


def test_a_protocol_without_steps_is_only_not_yet() -> None:
    advice = decided(age=measured("age", "31 years", "1 h")).of("nothing-yet")
    assert (advice.state, advice.verdict, advice.because) == (State.NOT_YET, Verdict.INFORM, ())
    assert [reason.truth for reason in decided().of("nothing-yet").because] == [UNKNOWN]


# Ask first -----------------------------------------------------------------------------------


def test_a_missing_reading_is_asked_for_not_assumed() -> None:
    advice = start(cows=None)
    assert (advice.state, advice.verdict) == (State.ASK, Verdict.ASK)
    assert advice.ask == ("cows_total",)
    assert advice.recommended is None


@pytest.mark.parametrize(("age", "state"), [("60 min", State.READY), ("61 min", State.ASK)])
def test_a_reading_must_be_as_fresh_as_the_step_asks(age: str, state: State) -> None:
    advice = start(cows=cows(age, 12))
    assert advice.state is state
    if state is State.ASK:
        assert advice.ask == ("cows_total",)


@pytest.mark.parametrize(
    ("left_out", "asked"),
    [
        ("pressure", "systolic_bp"),
        ("liver", "severe_liver_disease"),
        ("pregnancy", "pregnancy"),
        ("pulse", "heart_rate"),
    ],
)
def test_whatever_could_forbid_it_is_asked(left_out: str, asked: str) -> None:
    advice = start(**{left_out: None})
    assert advice.state is State.ASK
    assert advice.ask == (asked,)


def test_the_interlock_may_ask_too() -> None:
    knows = changed(
        {"drugs/buprenorphine.yaml": FILES["drugs/buprenorphine.yaml"].replace("never:", "never:\n  - {id: qt, "
         "hold_when: qtc >= 500 ms, then: hold, because: QT., source: book p5 (C)}")}
    )  # fmt: skip
    advice = start(knows=knows)
    assert (advice.state, advice.verdict, advice.ask) == (State.ASK, Verdict.ASK, ("qtc",))
    assert advice.judgement is not None
    assert advice.recommended is None


def test_a_question_of_the_interlock_is_not_lost_behind_a_reason() -> None:
    files = FILES["drugs/buprenorphine.yaml"].replace("never:", "never:\n  - {id: qt, "
        "hold_when: qtc >= 500 ms, then: hold, because: QT., source: book p5 (C)}")  # fmt: skip
    given = [dosed("buprenorphine", "8 mg", f"{hours} h") for hours in (23, 22, 21)]
    advice = start(*given, knows=changed({"drugs/buprenorphine.yaml": files}))
    assert advice.judgement is not None
    assert advice.judgement.verdict is Verdict.NEEDS_REASON
    assert (advice.state, advice.verdict, advice.ask) == (State.ASK, Verdict.ASK, ("qtc",))
    assert advice.recommended is None


# Held ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pressure", "state"), [("89 mmHg", State.HELD), ("90 mmHg", State.READY)])
def test_a_hold_holds_and_says_what_to_do(pressure: str, state: State) -> None:
    advice = start(pressure=measured("systolic_bp", pressure, "5 min"))
    assert advice.state is state
    if state is State.HELD:
        assert advice.verdict is Verdict.HOLD
        assert advice.because[0].do == "Lay the patient flat."


def test_the_gates_hold_every_dose() -> None:
    advice = start(allergies=None)
    assert advice.state is State.HELD
    assert [reason.because for reason in advice.because] == ["Nobody asked about allergies."]


def test_the_interlock_holds_until_it_may_be_given() -> None:
    given = dosed("buprenorphine", "2 mg", "3 h")
    advice = start(given, took("heroin", "5 h"), cows=cows("10 min", 9))
    assert (advice.state, advice.verdict) == (State.HELD, Verdict.HOLD)
    assert advice.not_before == NOW + timedelta(hours=1)
    assert advice.judgement is not None
    assert [reason.truth for reason in advice.because] == [YES]


def test_an_allergy_holds_what_the_protocol_would_give() -> None:
    advice = start(allergic("buprenorphine"), allergies=None)
    assert (advice.state, advice.verdict) == (State.HELD, Verdict.REFUSE)
    assert advice.recommended is None


# For whom ------------------------------------------------------------------------------------


def test_a_protocol_for_others_is_not_for_this_person() -> None:
    advice = start(use=took("fentanyl", "13 h"))
    assert (advice.state, advice.verdict) == (State.NOT_FOR, Verdict.INFORM)
    assert advice.because[0].truth is NO


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"liver": measured("severe_liver_disease", "yes", "1 h")}, Verdict.REFUSE),
        ({"pregnancy": measured("pregnancy", "positive", "1 h")}, Verdict.NEEDS_REASON),
        ({"liver": measured("severe_liver_disease", "yes", "1 h"), "pregnancy": measured("pregnancy", "positive", "1 h")},
         Verdict.REFUSE),
    ],
)  # fmt: skip
def test_what_rules_it_out_is_as_strong_as_its_strongest(changes: dict[str, Entry], verdict: Verdict) -> None:
    advice = start(**changes)
    assert (advice.state, advice.verdict) == (State.RULED_OUT, verdict)
    assert len(advice.because) == len(changes)
    assert [offer.offer for offer in advice.offers] == ["Fluids."]


def test_a_person_is_on_one_protocol_of_a_kind_at_a_time() -> None:
    on_it = measured("pathway", "slow-start", "1 h")
    assert start(on_it).state is State.ON_ANOTHER
    assert "P3, A slow start" in start(on_it).because[0].because
    assert start(measured("pathway", "start", "1 h")).state is State.READY
    assert start(measured("pathway", "stabilise", "1 h")).state is State.READY
    assert decided(on_it).of("stabilise").state is not State.ON_ANOTHER


def test_a_protocol_that_is_over_blocks_no_other() -> None:
    on_it = measured("pathway", "start", "60 h")
    doses = [dosed("buprenorphine", "8 mg", f"{hours} h") for hours in (49, 25)]
    sleepy = measured("sedation", "awake", "10 min")
    assert decided(on_it, sleepy).of("slow-start").state is State.ON_ANOTHER
    assert decided(on_it, sleepy, *doses).of("slow-start").state is not State.ON_ANOTHER


def test_a_protocol_that_is_over_says_so() -> None:
    doses = [dosed("buprenorphine", "8 mg", f"{hours} h") for hours in (49, 25)]
    advice = start(*doses)
    assert (advice.state, advice.verdict, advice.because[0].because) == (
        State.OVER,
        Verdict.INFORM,
        "The start is over.",
    )


def test_a_protocol_without_its_proof_is_shown_but_not_offered() -> None:
    knows = library()
    proved = frozenset({knows.protocols["start"].digest})
    sheet = chart(*READY.values())
    assert decide.decide(sheet, knows, proved).of("start").state is State.READY
    unproved = decide.decide(sheet, knows, frozenset()).of("start")
    assert (unproved.state, unproved.verdict) == (State.NOT_OFFERED, Verdict.HOLD)
    assert "mainstay prove" in unproved.because[0].because


# Doses that are facts, and schedules ---------------------------------------------------------

STABLE = {
    "given": dosed("methadone", "20 mg", "28 h"), "sedation": measured("sedation", "awake", "10 min"),
    "qtc": measured("qtc", "420 ms", "1 h"), "admission": happened("admission", "60 h"),
}  # fmt: skip


def methadone(points: int, *more: Entry, **changes: Entry | None) -> Advice:
    return decided(*more, own=takes(), **(STABLE | {"cows": cows("10 min", points)} | changes)).of(
        "stabilise"
    )


def test_a_dose_may_be_yesterdays() -> None:
    advice = methadone(5)
    assert advice.state is State.READY
    assert str(advice.recommended) == "Methadone 20 mg oral"
    assert advice.up_to is None


def test_or_yesterdays_and_a_step_more() -> None:
    advice = methadone(9)
    assert str(advice.recommended) == "Methadone 25 mg oral"
    assert advice.up_to is None


def test_where_the_interlock_judges_the_step_worse_yesterdays_is_said() -> None:
    advice = methadone(9, given=dosed("methadone", "38 mg", "28 h"))
    assert advice.state is State.READY
    assert str(advice.recommended) == "Methadone 38 mg oral"


def test_nothing_is_recommended_where_yesterday_nothing_was_given() -> None:
    advice = methadone(5, given=None)
    assert (advice.state, advice.recommended) == (State.ASK, None)
    assert advice.because[0].truth is UNKNOWN


@pytest.mark.parametrize(
    ("doses", "step", "dose"),
    [
        ([], "day-1", "0.5 mg"),
        ([("0.5 mg", "28 h")], "day-2", "0.5 mg"),
        ([("0.5 mg", "52 h"), ("0.5 mg", "30 h"), ("0.5 mg", "20 h")], "day-3", "2 mg"),
    ],
)
def test_a_schedule_gives_the_dose_of_its_day(doses: list[tuple[str, str]], step: str, dose: str) -> None:
    given = [dosed("buprenorphine", amount, when) for amount, when in doses]
    advice = decided(*given, sedation=measured("sedation", "awake", "10 min")).of("slow-start")
    assert advice.state is State.READY
    assert advice.step is not None
    assert (advice.step.id, str(advice.recommended)) == (step, f"Buprenorphine {dose} sublingual")


def test_a_schedule_keeps_its_doses_apart() -> None:
    given = dosed("buprenorphine", "0.5 mg", "30 h"), dosed("buprenorphine", "0.5 mg", "5 h")
    advice = decided(*given, sedation=measured("sedation", "awake", "10 min")).of("slow-start")
    assert (advice.state, advice.not_before) == (State.NOT_YET, NOW + timedelta(hours=3))


# The whole decision --------------------------------------------------------------------------


def test_what_can_be_done_comes_first() -> None:
    states = [list(State).index(one.state) for one in decided().advice]
    assert states == sorted(states)


def test_the_gates_give_no_advice_of_their_own() -> None:
    decision = decided()
    assert {one.protocol.id for one in decision.advice} == {"start", "slow-start", "stabilise", "nothing-yet"}
    assert decision.digest == library().digest
    with pytest.raises(KeyError):
        decision.of("gates")


def test_a_decision_looks_again_when_a_wait_is_over_or_a_reading_goes_stale() -> None:
    waiting = decided(use=took("heroin", "9 h"))
    assert waiting.look_again_at == NOW + timedelta(hours=3)
    # The pulse, ten minutes old, serves for thirty: at the next second it no longer does.
    assert decided().look_again_at == NOW + timedelta(minutes=20, seconds=1)


def test_nothing_to_wait_for_is_no_time_to_look_again() -> None:
    assert decide.decide(chart(), library()).look_again_at is None


def test_facts_may_be_handed_in() -> None:
    one = chart(*READY.values())
    facts = FactSheet(one, library().vocabulary)
    assert decide.decide(one, library(), facts=facts).of("start").state is State.READY
    assert "cows_total" in facts


@pytest.mark.parametrize("changes", [{}, {"cows": None}, {"pressure": None}, {"use": took("heroin", "9 h")}])
def test_ready_means_that_the_one_condition_is_definitely_true(changes: dict[str, Entry | None]) -> None:
    advice = start(**changes)
    protocol = advice.protocol
    entries = [entry for entry in (READY | changes).values() if entry is not None]
    facts = FactSheet(chart(*entries), library().vocabulary)
    permitted = [
        step.id
        for step in protocol.steps
        if evaluate(decide.permit(library(), protocol, step), facts).truth is YES
    ]
    assert permitted == (["first"] if advice.state is State.READY else [])
