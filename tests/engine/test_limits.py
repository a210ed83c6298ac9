"""The interlock: each form of limit, at, below and above; an order or a dose; what exists to give."""

from datetime import timedelta

import pytest

from mainstay.engine import limits
from mainstay.engine.chart import Entry
from mainstay.engine.conditions import ALWAYS, NEVER
from mainstay.engine.knowledge.library import Library
from mainstay.engine.limits import Judgement
from mainstay.engine.orders import read_order
from mainstay.engine.quantities import parse
from mainstay.engine.verdicts import Verdict
from tests.charts import (
    NOW,
    ago,
    allergic,
    cows,
    dosed,
    happened,
    measured,
    no_allergies,
    ordered,
    sheet,
    takes,
    took,
)
from tests.sample_knowledge import FILES, changed, library

REFUSE, HOLD, NEEDS_REASON, ASK, INFORM, ALLOW = reversed(Verdict)

# Everything somebody should have asked: nothing taken outside, no own medicines, fresh vital signs.
ASKED: tuple[Entry, ...] = (
    happened("admission", "30 h"), happened("outside doses asked", "30 h"), takes(), no_allergies(),
    measured("systolic_bp", "120 mmHg", "5 min"), measured("heart_rate", "80 /min", "5 min"),
    measured("sedation", "awake", "5 min"), measured("qtc", "420 ms", "1 h"), measured("severe_liver_disease", "no", "1 h"),
)  # fmt: skip


def judge(
    words: str,
    *entries: Entry | tuple[Entry, ...],
    act: str = "dose",
    pathway: str = "none",
    knows: Library | None = None,
) -> Judgement:
    knows = knows or library()
    return limits.judge(
        read_order(words, knows, act=act, pathway=pathway), sheet(*entries, library=knows), knows
    )


def without(*names: str) -> tuple[Entry, ...]:
    """ASKED without some entries."""
    return tuple(
        one for one in ASKED if getattr(one, "what", getattr(one, "event", type(one).__name__)) not in names
    )


def about(judged: Judgement) -> dict[str, Verdict]:
    return {finding.about: finding.verdict for finding in judged.findings}


def test_a_usual_dose_is_allowed_without_a_word() -> None:
    for words in ("methadone 20 mg", "buprenorphine 2 mg", "suboxone 2 mg", "lofexidine 0.54 mg"):
        judged = judge(words, *ASKED)
        assert judged.verdict is ALLOW
        assert judged.findings == ()
        assert judged.asks == ()


# Largest dose --------------------------------------------------------------------------------


@pytest.mark.parametrize(("dose", "verdict"), [("0.54 mg", ALLOW), ("0.72 mg", ALLOW), ("0.9 mg", REFUSE)])
def test_a_dose_exactly_the_largest_is_allowed(dose: str, verdict: Verdict) -> None:
    assert judge(f"lofexidine {dose}", *ASKED).verdict is verdict


def test_a_limit_for_some_is_silent_for_others() -> None:
    assert about(judge("methadone 35 mg", *ASKED))["methadone: largest-first"] is REFUSE
    given = dosed("methadone", "1 mg", "30 h")
    assert "methadone: largest-first" not in about(judge("methadone 35 mg", *ASKED, given))


@pytest.mark.parametrize(("pathway", "verdict"), [("start", REFUSE), ("slow-start", ALLOW), ("none", ALLOW)])
def test_a_limit_of_one_pathway_is_judged_there_only(pathway: str, verdict: Verdict) -> None:
    assert judge("buprenorphine 6 mg", *ASKED, pathway=pathway).verdict is verdict


# Largest total in 24 hours -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "dose", "verdict"),
    [("2.16 mg", "0.54 mg", ALLOW), ("2.16 mg", "0.72 mg", ALLOW), ("2.34 mg", "0.72 mg", REFUSE)],
)
def test_a_total_exactly_at_the_limit_is_allowed(given: str, dose: str, verdict: Verdict) -> None:
    assert judge(f"lofexidine {dose}", *ASKED, dosed("lofexidine", given, "9 h")).verdict is verdict


@pytest.mark.parametrize(("when", "verdict"), [("1439 min", REFUSE), ("24 h", ALLOW)])
def test_a_total_is_of_the_rolling_24_hours(when: str, verdict: Verdict) -> None:
    assert judge("lofexidine 0.54 mg", *ASKED, dosed("lofexidine", "2.52 mg", when)).verdict is verdict


def test_a_broken_total_says_when_there_is_room_again() -> None:
    doses = (
        dosed("lofexidine", "0.72 mg", "20 h"),
        dosed("lofexidine", "0.72 mg", "14 h"),
        dosed("lofexidine", "1.44 mg", "8 h"),
    )
    (finding,) = judge("lofexidine 0.72 mg", *ASKED, *doses).findings
    assert finding.until == ago("20 h") + timedelta(hours=24)
    (finding,) = judge(
        "lofexidine 0.36 mg", *ASKED, *doses[1:], dosed("lofexidine", "0.72 mg", "7 h")
    ).findings
    assert finding.until == ago("14 h") + timedelta(hours=24)


def test_room_comes_only_after_enough_has_passed() -> None:
    doses = [dosed("methadone", "10 mg", f"{hours} h") for hours in (20, 15, 10, 5)]
    finding = next(
        f for f in judge("methadone 20 mg", *ASKED, *doses).findings if f.about == "methadone: most-a-day"
    )
    assert finding.until == ago("15 h") + timedelta(hours=24)
    assert finding.do == "Wait."


def test_a_dose_above_the_limit_by_itself_never_has_room() -> None:
    findings = judge("methadone 50 mg", *ASKED).findings
    assert next(f for f in findings if f.about == "methadone: most-a-day").until is None


def test_an_unknown_total_asks() -> None:
    lately = (
        *without("admission", "outside doses asked"),
        happened("admission", "2 h"),
        dosed("methadone", "10 mg", "90 min"),
    )
    judged = judge("methadone 10 mg", *lately)
    assert judged.verdict is ASK
    assert judged.asks == ("methadone_in_24_hours",)


def test_an_unknown_total_that_is_broken_already_refuses() -> None:
    lately = (
        *without("admission", "outside doses asked"),
        happened("admission", "2 h"),
        dosed("methadone", "40 mg", "90 min"),
    )
    assert judge("methadone 10 mg", *lately).verdict is REFUSE


def test_an_outside_dose_of_unknown_size_leaves_no_promise_of_room() -> None:
    judged = judge("methadone 10 mg", *ASKED, took("methadone", "20 h"), dosed("methadone", "40 mg", "2 h"))
    assert judged.verdict is REFUSE


@pytest.mark.parametrize(
    ("every", "verdict"),
    [("every 24 h", ALLOW), ("every 12 h", NEEDS_REASON), ("every 10 h", REFUSE), ("every 8 h", REFUSE)],
)
def test_an_order_is_judged_by_what_it_comes_to_in_a_day(every: str, verdict: Verdict) -> None:
    assert judge(f"methadone 20 mg oral {every}", *ASKED, act="order").verdict is verdict


def test_a_proposal_without_a_dose_cannot_be_judged_on_totals() -> None:
    knows = library()
    for act, verdict in (("dose", ASK), ("order", INFORM)):
        made = limits.Proposal("methadone", knows.drugs["methadone"], None, act=act)
        judged = limits.judge(made, sheet(*ASKED), knows)
        assert about(judged)["methadone: most-a-day"] is verdict


# Spacing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("since", "verdict"), [("299 min", HOLD), ("5 h", ALLOW), ("301 min", ALLOW)])
def test_a_dose_on_its_due_minute_is_allowed(since: str, verdict: Verdict) -> None:
    judged = judge("lofexidine 0.18 mg", *ASKED, dosed("lofexidine", "0.18 mg", since))
    assert judged.verdict is verdict
    if verdict is HOLD:
        assert judged.findings[0].until == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(("every", "verdict"), [("every 4 h", HOLD), ("every 5 h", ALLOW)])
def test_an_order_more_often_than_the_spacing_is_held(every: str, verdict: Verdict) -> None:
    assert judge(f"lofexidine 0.18 mg oral {every}", *ASKED, act="order").verdict is verdict


def test_ordering_soon_after_a_dose_is_only_told() -> None:
    lately = dosed("lofexidine", "0.18 mg", "1 h")
    assert judge("lofexidine 0.18 mg", *ASKED, lately, act="order").verdict is INFORM
    assert judge("lofexidine 0.18 mg every 6 h", *ASKED, lately, act="order").verdict is HOLD


# Holds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pressure", "verdict"), [("89 mmHg", HOLD), ("90 mmHg", ALLOW), ("91 mmHg", ALLOW)])
def test_a_hold_holds_below_its_bound(pressure: str, verdict: Verdict) -> None:
    vitals = (*without("systolic_bp"), measured("systolic_bp", pressure, "5 min"))
    assert judge("lofexidine 0.18 mg", *vitals).verdict is verdict


def test_what_is_not_known_is_asked_before_a_dose_and_only_told_at_an_order() -> None:
    judged = judge("lofexidine 0.18 mg", *without("systolic_bp"))
    assert (judged.verdict, judged.asks) == (ASK, ("systolic_bp",))
    assert judge("lofexidine 0.18 mg", *without("systolic_bp"), act="order").verdict is INFORM
    # What was never told is asked at an order too: it will not be measured before the dose.
    assert judge("suboxone 2 mg", *without("severe_liver_disease"), act="order").verdict is ASK


def test_one_known_part_settles_a_hold() -> None:
    slow = (*without("systolic_bp", "heart_rate"), measured("heart_rate", "49 /min", "5 min"))
    judged = judge("lofexidine 0.18 mg", *slow)
    assert judged.verdict is HOLD
    assert [used.leaf.fact.name for used in judged.findings[0].used] == ["heart_rate"]


def test_a_hold_at_the_dose_does_not_stop_an_order_for_want_of_a_reading() -> None:
    assert judge("methadone 20 mg", *without("sedation")).verdict is ASK
    assert judge("methadone 20 mg", *without("sedation"), act="order").verdict is INFORM
    drowsy = (*without("sedation"), measured("sedation", "drifts_off", "5 min"))
    assert judge("methadone 20 mg", *drowsy, act="order").verdict is HOLD


def test_a_reading_to_be_fresh_is_asked_at_the_dose_and_told_at_the_order() -> None:
    old = (*without("heart_rate"), measured("heart_rate", "80 /min", "31 min"))
    judged = judge("buprenorphine 2 mg", *old)
    assert (judged.verdict, judged.asks) == (ASK, ("heart_rate",))
    assert judge("buprenorphine 2 mg", *old, act="order").verdict is INFORM


@pytest.mark.parametrize(("since", "verdict"), [("359 min", HOLD), ("6 h", ALLOW), ("7 h", ALLOW)])
def test_an_elapsed_time_that_is_too_short_says_until_when(since: str, verdict: Verdict) -> None:
    judged = judge("buprenorphine 2 mg", *ASKED, took("heroin", since))
    assert judged.verdict is verdict
    if verdict is HOLD:
        assert judged.findings[0].until == NOW + timedelta(minutes=1)


def test_good_practice_may_go_around_a_limit_on_its_own_pathway_or_route() -> None:
    lately = took("heroin", "1 h")
    assert judge("buprenorphine 2 mg", *ASKED, lately, pathway="slow-start").verdict is ALLOW
    assert judge("buprenorphine 2 mg sublingual", *ASKED, lately).verdict is HOLD
    limit = library().drugs["buprenorphine"].never[1]
    assert not limit.concerns("none", "injection")
    assert limit.concerns("none", "")


# Whose limits --------------------------------------------------------------------------------


def test_a_product_has_the_limits_of_what_it_counts_as() -> None:
    judged = judge("suboxone 2 mg", *ASKED, dosed("buprenorphine", "2 mg", "59 min"))
    assert about(judged) == {"buprenorphine: spacing": HOLD}


def test_a_class_speaks_for_its_members_and_calls_someone() -> None:
    long = (*without("qtc"), measured("qtc", "500 ms", "1 h"))
    judged = judge("methadone 20 mg", *long)
    assert about(judged) == {"qt: long-qt": HOLD}
    (alarm,) = judged.alarms
    assert alarm.alarm is not None
    assert (alarm.alarm.to, alarm.alarm.within, alarm.alarm.then_to) == ("prescriber", 1_800, "medical lead")
    assert judge("methadone 20 mg", *without("qtc")).alarms == ()


def test_a_medicine_without_a_file_has_its_classes_limits() -> None:
    long = (*without("qtc"), measured("qtc", "500 ms", "1 h"))
    assert about(judge("haloperidol 5 mg", *long)) == {"qt: long-qt": HOLD, "partly checked": INFORM}


def test_a_limit_of_two_classes_alike_is_said_once() -> None:
    owners = [limit.owner for limit in limits.limits_of(library(), "buprenorphine-naloxone")]
    assert owners == ["buprenorphine-naloxone", *["buprenorphine"] * 5]


# Company -------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", [takes("diazepam", when="5 min"), ordered("buprenorphine-naloxone", "1 h")])
def test_company_is_found_on_any_list(entry: Entry) -> None:
    judged = judge("methadone 20 mg", *ASKED, entry)
    assert about(judged) == {"methadone: with-sedatives": NEEDS_REASON}


def test_only_the_company_kept_is_shown() -> None:
    (finding,) = judge("methadone 20 mg", *ASKED, takes("diazepam", when="5 min")).findings
    assert [used.leaf.fact.name for used in finding.used] == ["on_diazepam"]


def test_a_medicine_is_no_company_to_itself() -> None:
    given = dosed("methadone", "10 mg", "5 h"), ordered("methadone", "5 h")
    assert judge("methadone 20 mg", *ASKED, *given).verdict is ALLOW


def test_an_incomplete_list_of_medicines_asks() -> None:
    judged = judge("methadone 20 mg", *without("Takes"))
    assert judged.verdict is ASK
    assert "on_diazepam" in judged.asks


# Allergies -----------------------------------------------------------------------------------


def test_an_allergy_refuses_the_product_and_its_ingredient() -> None:
    assert about(judge("suboxone 2 mg", *ASKED, allergic("buprenorphine"))) == {
        "buprenorphine allergy": REFUSE
    }
    assert about(judge("suboxone 2 mg", *ASKED, allergic("buprenorphine-naloxone"))) == {
        "buprenorphine-naloxone allergy": REFUSE
    }
    assert judge("buprenorphine 2 mg", *ASKED, allergic("methadone")).verdict is ALLOW


# As a condition, for the proofs ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("drug", "limit", "dose", "says"),
    [
        ("lofexidine", "largest", "0.9 mg", ""),
        ("lofexidine", "most-a-day", "0.72 mg", "lofexidine_in_24_hours > 2.16 mg"),
        ("lofexidine", "spacing", "0.72 mg", "time_since_last_lofexidine < 5 h"),
        ("lofexidine", "low-pressure", "0.72 mg", "systolic_bp < 90 mmHg or heart_rate < 50 /min"),
        ("methadone", "with-sedatives", "5 mg",
         "on_diazepam = yes or on_pregabalin = yes or on_buprenorphine = yes or on_buprenorphine_naloxone = yes"),
    ],
)  # fmt: skip
def test_a_limit_is_a_condition_that_says_it_would_be_broken(
    drug: str, limit: str, dose: str, says: str
) -> None:
    line = next(one for one in library().drugs[drug].never if one.id == limit)
    assert str(limits.broken(library(), line, drug, parse(dose))) == says


def test_a_largest_dose_is_broken_always_or_never() -> None:
    line = library().drugs["lofexidine"].never[0]
    assert limits.broken(library(), line, "lofexidine", parse("0.9 mg")) == ALWAYS
    assert limits.broken(library(), line, "lofexidine", parse("0.72 mg")) == NEVER
    assert limits.broken(library(), line, "lofexidine", None) == NEVER


def test_facts_without_a_chart_behind_them_promise_no_room() -> None:
    facts = sheet(*ASKED)
    total = facts["lofexidine_in_24_hours"]
    facts["lofexidine_in_24_hours"] = total._replace(least=2_880_000, most=2_880_000)
    (finding,) = limits.judge(
        read_order("lofexidine 0.18 mg", library(), act="dose"), facts, library()
    ).findings
    assert (finding.verdict, finding.until) == (REFUSE, None)


# What exists ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("buprenorphine 0.5 mg", ALLOW),
        ("buprenorphine 6 mg", ALLOW),
        ("buprenorphine 10.5 mg", ALLOW),
        ("buprenorphine 0.25 mg", REFUSE),
        ("buprenorphine 2 mcg", REFUSE),
        ("suboxone 0.5 mg", REFUSE),
        ("suboxone 3 mg", REFUSE),
        ("suboxone 12 mg", ALLOW),
        ("lofexidine 0.2 mg", REFUSE),
        ("methadone 17.3 mg", ALLOW),
    ],
)
def test_a_dose_is_made_of_whole_pieces_or_measured_out(words: str, verdict: Verdict) -> None:
    assert judge(words, *ASKED).verdict is verdict


@pytest.mark.parametrize(("pieces", "makes"), [(40, True), (41, False)])
def test_more_pieces_than_anybody_gives_are_a_slip(pieces: int, makes: bool) -> None:
    assert limits.makeable(library().drugs["lofexidine"], parse("0.18 mg") * pieces) is makes


def test_two_strengths_make_what_neither_does() -> None:
    drug = changed(
        {"drugs/lofexidine.yaml": FILES["drugs/lofexidine.yaml"].replace(
            "never:", "  - {form: tablet, route: oral, strength: 0.3 mg, source: book p6 (C)}\nnever:"
        )}
    ).drugs["lofexidine"]  # fmt: skip
    assert limits.makeable(drug, parse("0.48 mg"))
    assert limits.makeable(drug, parse("0.54 mg"))
    assert not limits.makeable(drug, parse("0.4 mg"))
    assert limits.makeable(drug, parse("0.48 mg"), "oral")
    assert not limits.makeable(drug, parse("0.48 mg"), "sublingual")


def test_a_route_nothing_exists_for_is_refused() -> None:
    (finding,) = judge("buprenorphine 2 mg oral", *ASKED).findings
    assert (finding.about, finding.verdict) == ("buprenorphine: route", REFUSE)
    assert finding.because == "Buprenorphine is not given oral: only sublingual."
    assert [str(one) for one in finding.cited] == ["book p5 (C)"]


def test_a_medicine_mainstay_does_not_know_is_not_checked() -> None:
    judged = judge("moonshine 5 mg", *ASKED)
    assert about(judged) == {"not checked": ASK}
    assert judged.asks == ()


# The strongest -------------------------------------------------------------------------------


def test_the_strongest_finding_is_the_answer_and_comes_first() -> None:
    judged = judge("methadone 45 mg", *ASKED, takes("diazepam", when="5 min"), cows("5 min", 12))
    assert judged.verdict is REFUSE
    assert [finding.verdict for finding in judged.findings] == sorted(
        (f.verdict for f in judged.findings), reverse=True
    )
    assert {NEEDS_REASON, REFUSE} == {finding.verdict for finding in judged.findings}


def test_a_question_left_open_stops_a_dose_that_only_needs_a_reason() -> None:
    asked = (*without("qtc"), takes("diazepam", when="5 min"))
    judged = judge("methadone 20 mg", *asked)
    assert (judged.verdict, judged.asks, judged.passes) == (NEEDS_REASON, ("qtc",), False)
    assert judge("methadone 20 mg", *asked, measured("qtc", "420 ms", "1 h")).passes


def test_every_limit_broken_carries_its_source_and_reason() -> None:
    for finding in judge("methadone 45 mg", *ASKED).findings:
        assert finding.cited
        assert finding.because.endswith(".")


# So much above another amount ------------------------------------------------------------------------


def _with_a_rise(then: str = "needs_reason") -> Library:
    line = (
        f"never:\n  - {{id: rise, largest_rise: 5 mg, over: methadone_yesterday, only_when: methadone_day >= 2, then: {then}, "
        "because: Too fast., source: book p4 (C)}"
    )
    return changed({"drugs/methadone.yaml": FILES["drugs/methadone.yaml"].replace("never:", line, 1)})


@pytest.mark.parametrize(
    ("dose", "verdict"),
    [("20 mg", None), ("24 mg", None), ("25 mg", None), ("26 mg", NEEDS_REASON), ("30 mg", NEEDS_REASON)],
)
def test_a_dose_so_much_above_yesterdays_breaks_the_line(dose: str, verdict: Verdict | None) -> None:
    yesterday = dosed("methadone", "20 mg", "25 h")
    judged = judge(f"methadone {dose}", *ASKED, yesterday, knows=_with_a_rise())
    assert about(judged).get("methadone: rise") is verdict


def test_a_rise_above_an_amount_nobody_knows_is_asked_about() -> None:
    knows = changed(
        {
            "drugs/methadone.yaml": FILES["drugs/methadone.yaml"].replace(
                "never:",
                "never:\n  - {id: confirmed, largest_rise: 0 mg, over: methadone_daily_dose, then: refuse, because: More than confirmed., source: book p4 (C)}",
                1,
            )
        }
    )
    assert about(judge("methadone 20 mg", *ASKED, knows=knows))["methadone: confirmed"] is ASK
    told = measured("methadone_daily_dose", "20 mg", "1 h")
    assert "methadone: confirmed" not in about(judge("methadone 20 mg", *ASKED, told, knows=knows))
    assert about(judge("methadone 21 mg", *ASKED, told, knows=knows))["methadone: confirmed"] is REFUSE
    assert "methadone: confirmed" not in about(judge("methadone 20 mg", *ASKED, told, knows=knows))


# What saves a life -------------------------------------------------------------------------------------


def test_nothing_stops_a_drug_of_an_emergency(shipped: Library) -> None:
    for words in ("naloxone 2 mg intranasal", "naloxone 4 mg oral", "naloxone 4 mg intranasal"):
        judged = judge(words, *ASKED, allergic("naloxone"), knows=shipped)
        assert judged.verdict is INFORM
        assert judged.passes


def test_a_largest_rise_is_a_condition_on_what_it_rises_from() -> None:
    knows = _with_a_rise()
    line = next(one for one in knows.drugs["methadone"].never if one.id == "rise")
    assert str(limits.broken(knows, line, "methadone", parse("30 mg"))) == "methadone_yesterday < 25 mg"
    assert limits.broken(knows, line, "methadone", None) == NEVER
