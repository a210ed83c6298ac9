"""Names, answers, scores, changes and readings: what holds for every instrument, whatever its file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.engine import facts, instruments, quantities
from mainstay.engine.chart import Measured, make_chart
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.instruments import (
    AnswerRefused,
    Incomparable,
    NoSuchBandSet,
    NoSuchInstrument,
    NotARater,
    ReadingRefused,
    Unanswered,
    UnclearName,
    answers_from_readings,
    change,
    find,
    score,
    score_readings,
)
from mainstay.engine.knowledge import library
from mainstay.engine.knowledge.models import LEVELS, Instrument, ReadingBand, Trigger

FOLDER = Path(library.SHIPPED)
LIBRARY = library.read(
    {
        path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for kind in ("instruments", "sources")
        for path in sorted((FOLDER / kind).glob("*.yaml"))
        if not path.name.endswith(".scenarios.yaml")
        if not path.name.endswith(".scenarios.yaml")
    }
)
COWS = LIBRARY.instruments["cows"]
GOSSOP = LIBRARY.instruments["sows_gossop_10"]
HANDELSMAN = LIBRARY.instruments["sows_handelsman_16"]
NEWS2 = LIBRARY.instruments["news2"]

NONE = {instrument.id: dict.fromkeys(instrument.items, 0) for instrument in LIBRARY.instruments.values()}


def cows(**answers: int) -> instruments.Score:
    """A complete COWS sheet, zero but for these answers."""
    return score(COWS, NONE["cows"] | answers)


# Names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cows", "COWS", "C.O.W.S.", "Clinical Opiate Withdrawal Scale"])
def test_an_instrument_answers_to_its_id_and_its_exact_names(name: str) -> None:
    assert find(LIBRARY, name) is COWS


@pytest.mark.parametrize(
    ("name", "instrument"),
    [("SOWS-G", GOSSOP), ("sows gossop", GOSSOP), ("SOWS-H", HANDELSMAN), ("sows_handelsman_16", HANDELSMAN)],
)
def test_each_sows_answers_to_its_own_name(name: str, instrument: Instrument) -> None:
    assert find(LIBRARY, name) is instrument


@pytest.mark.parametrize("name", ["SOWS", "sows", " S.O.W.S. "])
def test_bare_sows_is_refused_with_the_two_real_names_and_how_to_tell_them(name: str) -> None:
    with pytest.raises(UnclearName) as refused:
        find(LIBRARY, name)
    assert refused.value.candidates == ("sows_gossop_10", "sows_handelsman_16")
    message = str(refused.value)
    assert "10 items of up to 3, total 0 to 30" in message
    assert "16 items of up to 4, total 0 to 64" in message


@pytest.mark.parametrize(
    ("seen", "instrument"),
    [
        ({"items": 10}, GOSSOP),
        ({"items": 16}, HANDELSMAN),
        ({"highest": 3}, GOSSOP),
        ({"highest": 4}, HANDELSMAN),
        ({"total": 31}, HANDELSMAN),
        ({"total": 64}, HANDELSMAN),
        ({"items": 10, "highest": 3, "total": 30}, GOSSOP),
    ],
)
def test_the_shape_of_the_form_settles_which_sows_it_was(
    seen: dict[str, int], instrument: Instrument
) -> None:
    assert find(LIBRARY, "SOWS", **seen) is instrument


@pytest.mark.parametrize("total", [0, 30])
def test_a_sows_total_up_to_30_does_not_settle_which_it_was(total: int) -> None:
    with pytest.raises(UnclearName, match="nothing seen so far settles which"):
        find(LIBRARY, "SOWS", total=total)


@pytest.mark.parametrize("seen", [{"items": 7}, {"items": 15}, {"total": 65}, {"items": 10, "total": 31}])
def test_a_form_that_is_neither_sows_is_refused(seen: dict[str, int]) -> None:
    with pytest.raises(UnclearName, match="the form that was seen is not it") as refused:
        find(LIBRARY, "SOWS", **seen)
    assert refused.value.candidates == ("sows_gossop_10", "sows_handelsman_16")


def test_short_opioid_withdrawal_scale_is_gossops_only_once_ten_items_are_seen() -> None:
    name = "Short Opioid Withdrawal Scale"
    with pytest.raises(UnclearName, match="count the items"):
        find(LIBRARY, name)
    with pytest.raises(UnclearName, match="count the items"):
        find(LIBRARY, name, total=12)
    with pytest.raises(UnclearName, match="is not it"):
        find(LIBRARY, name, items=16)
    assert find(LIBRARY, name, items=10) is GOSSOP


def test_severity_of_withdrawal_signs_is_refused_with_the_real_names() -> None:
    with pytest.raises(UnclearName, match="names no published instrument") as refused:
        find(LIBRARY, "Severity of Withdrawal Signs", items=10)
    assert refused.value.candidates == ("sows_gossop_10", "sows_handelsman_16")


def test_an_exact_name_on_a_form_of_another_shape_is_refused() -> None:
    with pytest.raises(UnclearName, match="the form that was seen is not it"):
        find(LIBRARY, "SOWS-H", items=15)
    with pytest.raises(UnclearName, match="13 items of up to 1"):
        find(LIBRARY, "OOWS", total=14)


@pytest.mark.parametrize(("name", "meant"), [("cowss", "cows"), ("news", "news2"), ("oows_14", "oows_13")])
def test_an_unknown_name_is_refused_with_the_nearest_one(name: str, meant: str) -> None:
    with pytest.raises(NoSuchInstrument, match=f"Did you mean `{meant}`.*It holds cows, news2"):
        find(LIBRARY, name)


def test_a_name_like_none_we_hold_is_refused_with_what_is_held() -> None:
    with pytest.raises(NoSuchInstrument, match=r"not an instrument Mainstay holds\. It holds cows"):
        find(LIBRARY, "xyzzy")


def test_two_files_that_claim_one_exact_name_make_it_unclear() -> None:
    twin: Any = SimpleNamespace(instruments={"a": COWS, "b": replace(COWS, id="cows_again", short="again")})
    with pytest.raises(UnclearName, match="several scales"):
        find(twin, COWS.title)


# Answers ----------------------------------------------------------------------------------------


def test_an_item_the_form_does_not_have_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(AnswerRefused, match=r"there is no item `pulze`\. Did you mean `pulse`"):
        score(COWS, NONE["cows"] | {"pulze": 1})


def test_every_wrong_answer_of_a_sheet_is_named_at_once() -> None:
    with pytest.raises(AnswerRefused) as refused:
        instruments.check_answers(COWS, {"pulse": 3, "pupils": 4, "gi": 5})
    assert "`pulse` (Resting pulse) can't be 3: it allows 0, 1, 2, 4 and nothing else." in str(refused.value)
    assert "`pupils`" in str(refused.value)
    assert "`gi`" not in str(refused.value)


@pytest.mark.parametrize("answer", [True, 1.0, "1", [1]])
def test_only_a_whole_number_is_an_answer(answer: Any) -> None:
    with pytest.raises(AnswerRefused, match="`pulse`"):
        score(COWS, NONE["cows"] | {"pulse": answer})


def test_a_legal_sheet_passes_the_check() -> None:
    instruments.check_answers(COWS, NONE["cows"])


# Scores -----------------------------------------------------------------------------------------


def test_an_empty_sheet_has_no_total_and_everything_missing() -> None:
    made = score(COWS, {})
    assert made.total is None
    assert (made.at_least, made.at_most) == (0, 48)
    assert list(made.missing) == list(COWS.items)


def test_why_an_item_was_not_answered_is_kept_and_is_never_a_zero() -> None:
    answers = NONE["cows"] | {"pupils": Unanswered.UNABLE_TO_ASSESS, "aches": Unanswered.REFUSED, "gi": None}
    made = score(COWS, answers)
    assert made.total is None
    assert dict(made.missing) == {
        "pupils": Unanswered.UNABLE_TO_ASSESS,
        "aches": Unanswered.REFUSED,
        "gi": Unanswered.NOT_ASSESSED,
    }


def test_a_score_says_who_rated_it_and_about_which_time() -> None:
    made = score(COWS, NONE["cows"], rated_by="nurse")
    assert made.rated_by == "nurse"
    assert made.window == COWS.window


@pytest.mark.parametrize(("instrument", "role"), [(COWS, "patient"), (COWS, "technician"), (GOSSOP, "nurse")])
def test_a_rating_by_a_role_that_may_not_rate_it_is_refused(instrument: Instrument, role: str) -> None:
    with pytest.raises(NotARater, match=f"not by {role}"):
        score(instrument, NONE[instrument.id], rated_by=role)


def test_a_score_cannot_be_changed_nor_its_sheet_from_outside() -> None:
    answers = dict(NONE["cows"])
    made = score(COWS, answers)
    answers["pulse"] = 4
    assert made.subscores["pulse"] == 0
    with pytest.raises(FrozenInstanceError):
        made.total = 4  # type: ignore[misc]


def test_one_total_may_have_a_band_in_each_band_set() -> None:
    made = cows(pupils=5, restlessness=5, gi=5, gooseflesh=5, aches=4, tremor=2)
    assert made.total == 26
    assert {key: band and band.name for key, band in made.bands.items()} == {
        "form": "moderately severe",
        "ctn-0094": "severe",
        "elsevier": "moderate",
    }
    chosen = score(COWS, made.subscores, band_set="ctn-0094")
    assert chosen.band == made.band_in("ctn-0094")
    assert chosen.words == "severe"


def test_a_band_set_nobody_published_is_refused() -> None:
    with pytest.raises(NoSuchBandSet, match="Did you mean `ctn-0094`"):
        score(COWS, NONE["cows"], band_set="ctn-94")
    with pytest.raises(NoSuchBandSet, match="Known: none published"):
        score(GOSSOP, NONE["sows_gossop_10"], band_set="who")


def test_without_a_total_there_is_no_band_in_any_set() -> None:
    assert set(score(COWS, {}).bands.values()) == {None}


def test_a_trigger_fires_on_a_lower_bound_and_is_not_cleared_by_one() -> None:
    stomach = score(COWS, {"gi": 5})
    assert [trigger.item for trigger in stomach.fired] == ["gi"]
    assert [trigger.on_total for trigger in stomach.not_cleared] == [True]
    rest = {key: 0 for key in COWS.items if key != "gi"}
    assert [trigger.item for trigger in score(COWS, rest).not_cleared] == ["gi"]
    assert not score(COWS, NONE["cows"]).not_cleared


def test_a_band_set_with_a_gap_gives_no_band_there() -> None:
    whole = COWS.band_sets["form"]
    holed = replace(COWS, band_sets={"form": replace(whole, bands=whole.bands[1:])})
    made = score(holed, NONE["cows"])
    assert made.band is None
    assert made.words == "no published band"


# Change -----------------------------------------------------------------------------------------


def test_a_change_is_later_less_earlier() -> None:
    earlier, later = cows(pulse=4, gi=2), cows(pulse=1)
    assert change(earlier, later).points == -5
    assert later - earlier == -5
    assert later < earlier
    assert earlier >= later
    assert earlier > later


@pytest.mark.parametrize(
    ("points", "minutes", "fires"), [(6, 60, True), (6, 61, False), (5, 60, False), (9, 0, True)]
)
def test_a_rise_of_six_within_an_hour_fires(points: int, minutes: int, fires: bool) -> None:
    answers = {5: {"pupils": 5}, 6: {"pupils": 5, "gi": 1}, 9: {"pupils": 5, "gi": 3, "pulse": 1}}[points]
    made = change(cows(), cows(**answers), apart=timedelta(minutes=minutes))
    assert made.points == points
    assert [trigger.level for trigger in made.fired] == (["urgent"] if fires else [])


def test_a_rise_of_ten_on_the_sixteen_item_scale_fires() -> None:
    before = score(HANDELSMAN, NONE["sows_handelsman_16"])
    for points, fires in ((9, False), (10, True)):
        answers = NONE["sows_handelsman_16"] | {"aches": 4, "yawning": 4, "shaking": points - 8}
        made = change(before, score(HANDELSMAN, answers), apart=timedelta(minutes=60))
        assert bool(made.fired) is fires


def test_a_rise_without_its_time_fires_nothing() -> None:
    assert not change(cows(), cows(pupils=5, gi=5)).fired


def test_a_change_to_an_incomplete_sheet_has_bounds_and_fires_on_the_lower_one() -> None:
    later = {key: answer for key, answer in (NONE["cows"] | {"pupils": 5, "gi": 1}).items() if key != "pulse"}
    made = change(cows(), score(COWS, later), apart=timedelta(minutes=30))
    assert made.points is None
    assert (made.least, made.most) == (6, 10)
    assert made.fired


def test_a_later_sheet_given_as_the_earlier_one_is_refused() -> None:
    with pytest.raises(ValueError, match="Swap them"):
        change(cows(), cows(), apart=timedelta(minutes=-1))


def test_totals_of_two_instruments_are_never_compared() -> None:
    other = score(GOSSOP, NONE["sows_gossop_10"])
    with pytest.raises(Incomparable, match="measure different things"):
        change(cows(), other)
    with pytest.raises(Incomparable):
        cows() - other
    with pytest.raises(Incomparable):
        assert cows() < other
    with pytest.raises(Incomparable):
        assert cows() >= other


def test_totals_of_two_versions_of_one_instrument_are_never_compared() -> None:
    shorter = {key: item for key, item in COWS.items.items() if key != "gooseflesh"}
    other = score(replace(COWS, items=shorter), dict.fromkeys(shorter, 0))
    with pytest.raises(Incomparable):
        change(cows(), other)


def test_totals_on_two_spo2_scales_are_never_compared() -> None:
    on_one = score(NEWS2, NONE["news2"], scale="1")
    on_two = score(NEWS2, NONE["news2"], scale="2")
    with pytest.raises(Incomparable, match="on scale 1 and 2"):
        change(on_one, on_two)
    with pytest.raises(Incomparable, match="on scale 1 and unknown"):
        change(on_one, score(NEWS2, NONE["news2"]))


def test_a_sheet_without_a_total_has_no_difference() -> None:
    with pytest.raises(Incomparable, match="no total"):
        cows() - score(COWS, {})
    with pytest.raises(Incomparable, match="no total"):
        assert score(COWS, {}) <= cows()


def test_a_scale_the_instrument_does_not_have_is_refused() -> None:
    with pytest.raises(AnswerRefused, match="no scale '3'"):
        score(NEWS2, NONE["news2"], scale="3")
    with pytest.raises(AnswerRefused, match="no scale '1'"):
        score(COWS, NONE["cows"], scale="1")


# Readings ---------------------------------------------------------------------------------------


def test_a_reading_may_be_a_quantity_or_its_smallest_steps() -> None:
    as_quantity = answers_from_readings(NEWS2, {"temperature": quantities.parse("38.1 C")})
    as_steps = answers_from_readings(NEWS2, {"temperature": 381})
    assert as_quantity == as_steps
    assert as_steps.answers == {"temperature": 1}


def test_a_reading_that_was_not_taken_leaves_its_item_missing_and_says_so() -> None:
    read = answers_from_readings(NEWS2, {"heart_rate": None})
    assert read.answers == {}
    assert list(read.why_missing) == list(NEWS2.items)
    assert read.why_missing["pulse"] == "heart_rate was not measured"


@pytest.mark.parametrize(("spo2", "points"), [(92, 0), (93, None)])
def test_on_scale_2_a_high_saturation_waits_for_air_or_oxygen(spo2: int, points: int | None) -> None:
    read = answers_from_readings(NEWS2, {"spo2": spo2, "spo2_scale": "2"})
    assert read.answers.get("spo2") == points
    assert ("air or oxygen" in read.why_missing.get("spo2", "")) is (points is None)


@pytest.mark.parametrize(
    ("readings", "why"),
    [
        ({"spo2": 101}, "can't be 101 %: it lies between 30 % and 100 %"),
        ({"temperature": 37}, "can't be 3.7 C"),
        ({"temperature": quantities.parse("37 /min")}, "is a number in C, not 37 /min"),
        ({"heart_rate": "fast"}, "is a number in /min, not fast"),
        ({"heart_rate": True}, "is a number in /min, not True"),
        ({"consciousness": "sleepy"}, "is one of alert, confused, voice, pain, unresponsive"),
        ({"spo2_scale": 1}, "is one of 1, 2, not 1"),
    ],
)
def test_a_reading_that_is_impossible_or_of_another_kind_is_refused(readings: Any, why: str) -> None:
    with pytest.raises(ReadingRefused, match=why):
        answers_from_readings(NEWS2, readings)


def test_a_reading_no_band_holds_leaves_its_item_missing() -> None:
    pulse = replace(COWS.items["pulse"], bands=(ReadingBand(0, 80),))
    read = answers_from_readings(replace(COWS, items={"pulse": pulse}), {"heart_rate": 81})
    assert read.answers == {}
    assert "no band" in read.why_missing["pulse"]


def test_news2_follows_from_the_facts_of_a_chart_and_a_stale_one_is_missing() -> None:
    now = datetime(2025, 3, 3, 12, tzinfo=UTC)
    vocabulary = facts.declared()

    def entry(what: str, value: int | str, hours_ago: int = 0) -> Measured:
        steps = vocabulary[what].choices.index(value) if isinstance(value, str) else value
        at = now - timedelta(hours=hours_ago)
        return Measured(id=what, at=at, recorded_at=at, what=what, steps=steps)

    entries = [
        entry("respiratory_rate", 18), entry("spo2", 97), entry("spo2_scale", "2"), entry("breathing", "oxygen"),
        entry("systolic_bp", 130), entry("heart_rate", 88), entry("consciousness", "alert"),
    ]  # fmt: skip
    fresh = make_chart(now, [*entries, entry("temperature", 370)])
    made = score_readings(NEWS2, FactSheet(fresh, vocabulary), rated_by="technician")
    assert (made.total, made.scale) == (5, "2")
    stale = make_chart(now, [*entries, entry("temperature", 370, hours_ago=5)])
    read = answers_from_readings(NEWS2, FactSheet(stale, vocabulary))
    assert "temperature" not in read.answers
    assert "older than" in read.why_missing["temperature"]


def test_a_rater_may_override_the_answer_a_reading_gave() -> None:
    read = answers_from_readings(COWS, {"heart_rate": 130})
    assert score(COWS, NONE["cows"] | read.answers | {"pulse": 2}).total == 2


# What holds for every sheet ---------------------------------------------------------------------


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Instrument, dict[str, int]]:
    """An instrument, and a sheet of it with some items answered."""
    instrument = draw(st.sampled_from(list(LIBRARY.instruments.values())))
    keys = draw(st.lists(st.sampled_from(list(instrument.items)), unique=True))
    return instrument, {
        key: draw(st.sampled_from([one.points for one in instrument.items[key].answers])) for key in keys
    }


@given(sheets(), st.data())
def test_adding_an_answer_never_lowers_the_least_total_nor_raises_the_most(
    sheet: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = sheet
    before = score(instrument, answers)
    if before.missing:
        key = data.draw(st.sampled_from(list(before.missing)))
        points = data.draw(st.sampled_from([one.points for one in instrument.items[key].answers]))
        after = score(instrument, answers | {key: points})
        assert before.at_least <= after.at_least <= after.at_most <= before.at_most


@given(sheets(), st.data())
def test_adding_an_answer_never_silences_what_fired(
    sheet: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = sheet
    whole = {
        key: answers.get(key, data.draw(st.sampled_from([one.points for one in item.answers])))
        for key, item in instrument.items.items()
    }
    partly, wholly = score(instrument, answers), score(instrument, whole)
    assert how_pressing(partly.fired) <= how_pressing(wholly.fired)
    # What fires in the end had either fired already, or was never cleared.
    assert how_pressing(wholly.fired) <= how_pressing((*partly.fired, *partly.not_cleared))


def how_pressing(triggers: tuple[Trigger, ...]) -> int:
    """The most pressing level among them, as a number; 0 for none."""
    return max((len(LEVELS) - LEVELS.index(one.level) for one in triggers), default=0)


@given(sheets(), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(sheet: tuple[Instrument, dict[str, int]], chance: Any) -> None:
    instrument, answers = sheet
    shuffled = list(answers.items())
    chance.shuffle(shuffled)
    assert score(instrument, dict(shuffled)) == score(instrument, answers)


@given(sheets())
def test_there_is_a_total_exactly_when_nothing_is_missing(sheet: tuple[Instrument, dict[str, int]]) -> None:
    instrument, answers = sheet
    made = score(instrument, answers)
    assert (made.total is None) is bool(made.missing)
    assert set(made.missing) == set(instrument.items) - set(answers)


@given(sheets(), st.integers(-1, 9))
def test_an_answer_is_taken_exactly_when_the_form_has_it(
    sheet: tuple[Instrument, dict[str, int]], answer: int
) -> None:
    instrument, answers = sheet
    key = next(iter(instrument.items))
    given_: Mapping[str, int] = answers | {key: answer}
    if answer in {one.points for one in instrument.items[key].answers}:
        assert score(instrument, given_).subscores[key] == answer
    else:
        with pytest.raises(AnswerRefused):
            score(instrument, given_)
