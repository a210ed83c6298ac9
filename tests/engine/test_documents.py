"""Chart documents: strict about units, times and words; tolerant of order."""

from datetime import UTC, datetime, time

import pytest

from mainstay.engine import documents
from mainstay.engine.chart import (
    Assessed,
    Chart,
    Dosed,
    Entry,
    Happened,
    Measured,
    Noted,
    Ordered,
    Stopped,
    Takes,
    Took,
)
from mainstay.engine.documents import Document
from mainstay.engine.knowledge.text import Refused
from tests.sample_knowledge import FILES, changed, library

HEAD = "chart: A test\nnow: 2026-03-03 12:00\ntimezone: America/New_York\nentries:\n"


def read(entries: str, head: str = HEAD) -> Document:
    return documents.read(head + entries, library(), "a chart")


def only(entries: str, head: str = HEAD) -> Entry:
    (entry,) = read(entries, head).course.entries
    return entry


def refused(entries: str, head: str = HEAD) -> str:
    with pytest.raises(Refused) as problem:
        read(entries, head)
    return str(problem.value)


def at(what: str) -> str:
    return f"  - {{at: 2026-03-03 11:00, {what}}}\n"


# A whole document ----------------------------------------------------------------------------


def test_a_document_says_what_it_is_and_when() -> None:
    made = documents.read(
        "chart: A test\nabout: Nobody\nsource: made up\nnow: 2026-03-03 12:00\nmedication_day_starts: '07:30'\n"
        "entries:\n  - {at: 2 h ago, note: Slept well.}\n",
        library(),
    )
    assert (made.title, made.about, made.source) == ("A test", "Nobody", "made up")
    assert made.now == datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert made.chart().day_starts == time(7, 30)
    (note,) = made.chart().entries
    assert isinstance(note, Noted)
    assert (note.text, note.at.hour) == ("Slept well.", 10)


def test_the_zone_left_out_is_utc_and_now_may_be_left_to_the_reader() -> None:
    words = "chart: A test\nentries:\n  - {at: 2026-03-03 11:00, note: Awake.}\n"
    made = documents.read(words, library())
    assert made.course.zone == "UTC"
    with pytest.raises(ValueError, match="does not say `now`"):
        made.chart()
    moment = datetime(2026, 3, 3, 13, tzinfo=UTC)
    assert documents.read(words, library(), now=moment).chart().now == moment


def test_the_moment_asked_for_replaces_the_one_written() -> None:
    moment = datetime(2026, 3, 4, 13, tzinfo=UTC)
    made = documents.read(HEAD + "  - {at: 30 min ago, note: Awake.}\n", library(), now=moment)
    assert made.chart().entries[0].at == datetime(2026, 3, 4, 12, 30, tzinfo=UTC)


def test_json_is_yaml_too() -> None:
    made = documents.read(
        '{"chart": "A test", "now": "2026-03-03 12:00", "entries": [{"at": "now", "happened": "vomiting"}]}',
        library(),
    )
    assert isinstance(made.course.entries[0], Happened)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (
            "chart: A\ntimezone: Mars/Olympus\nentries:\n",
            "`Mars/Olympus` is not a time zone such as America/New_York",
        ),
        ("chart: A\ntimezone: ../etc\nentries:\n", "is not a time zone"),
        ("chart: A\nmedication_day_starts: six\nentries:\n", "`six` is not a time of day such as 06:00"),
        ("chart: A\nnow: half past\nentries:\n", "`half past` is not a time. Write"),
        ("chart: A\nnow: now\nentries:\n", "`now` is not a time"),
        ("chart: A\nchart: B\nentries:\n", "`chart` is written twice (first on line 1)"),
        (
            "chart: A\nentrys: []\nentries:\n",
            "`entrys` is not part of the grammar here. Did you mean `entries`?",
        ),
        ("now: 2026-03-03 12:00\nentries:\n", "`chart` is missing"),
    ],
)
def test_what_is_wrong_with_the_head_is_said(head: str, why: str) -> None:
    assert why in refused(at("note: x"), head)


# Times ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-03-03 11:00", "2026-03-03T16:00+00:00"),
        ("2026-03-03T11:00:30", "2026-03-03T16:00:30+00:00"),
        ("2026-03-03T11:00-06:00", "2026-03-03T17:00+00:00"),
        ("2026-03-03T15:00Z", "2026-03-03T15:00+00:00"),
        ("35 min ago", "2026-03-03T16:25+00:00"),
        ("2 h ago", "2026-03-03T15:00+00:00"),
        ("1 d 2 h 5 min ago", "2026-03-02T14:55+00:00"),
        ("now", "2026-03-03T17:00+00:00"),
    ],
)
def test_a_time_is_an_instant_of_the_units_zone_or_its_own_offset(written: str, instant: str) -> None:
    assert only(f"  - {{at: '{written}', note: x}}\n").at == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("yesterday", "`yesterday` is not a time. Write `2026-03-03 08:40`"),
        ("ago", "is not a time"),
        ("2026-03-03", "`2026-03-03` has no time of day"),
        ("2026-02-30 08:00", "is not a time"),
        (
            "2025-03-09 02:30",
            "never was in America/New_York: the clocks went forward over it. Give the offset",
        ),
        (
            "2025-11-02 01:30",
            "was twice in America/New_York: the clocks went back. Give the offset, as -04:00",
        ),
        ("2026-03-03 12:01", "this lies after the chart's `now`: nothing can be recorded in the future"),
    ],
)
def test_a_time_that_is_none_or_not_one_is_refused(written: str, why: str) -> None:
    assert why in refused(f"  - {{at: {written}, note: x}}\n")


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2025-03-09 01:59", "2025-03-09T06:59+00:00"),
        ("2025-03-09 03:00", "2025-03-09T07:00+00:00"),
        ("2025-11-02 00:59", "2025-11-02T04:59+00:00"),
        ("2025-11-02 02:00", "2025-11-02T07:00+00:00"),
        ("2025-11-02T01:30-04:00", "2025-11-02T05:30+00:00"),
        ("2025-11-02T01:30-05:00", "2025-11-02T06:30+00:00"),
    ],
)
def test_times_around_clock_changes_are_read_where_they_are_clear(written: str, instant: str) -> None:
    assert only(f"  - {{at: '{written}', note: x}}\n").at == datetime.fromisoformat(instant)


def test_ago_needs_a_now() -> None:
    assert "`2 h ago` needs the chart's `now`" in refused(
        "  - {at: 2 h ago, note: x}\n", "chart: A\nentries:\n"
    )


def test_an_entry_may_be_written_later_but_not_before_it_happened() -> None:
    late = only(at("recorded: 2026-03-03 11:30, note: x"))
    assert (late.recorded_at - late.at).seconds == 1_800
    assert "this was written down before it happened" in refused(at("recorded: 2026-03-03 10:59, note: x"))
    assert "lies after the chart's `now`" in refused(at("recorded: 2026-03-03 12:01, note: x"))


# Names and corrections -----------------------------------------------------------------------


def test_entries_are_named_by_their_place_unless_they_say() -> None:
    made = read(at("note: x") + at("id: mine, note: y") + at("note: z, by: nurse"))
    assert [one.id for one in made.course.entries] == ["entry-1", "mine", "entry-3"]
    assert made.course.entries[2].by == "nurse"


def test_a_name_is_used_once_and_a_correction_names_an_entry() -> None:
    assert "two entries are called `a`" in refused(at("id: a, note: x") + at("id: a, note: y"))
    assert "`corrects` names `abc`, which is no entry's id. Did you mean `abd`?" in refused(
        at("id: abd, note: x") + at("corrects: abc, note: y")
    )


def test_a_correction_may_stand_before_what_it_corrects() -> None:
    chart = read(
        at("corrects: a, recorded: 2026-03-03 11:30, measured: {heart_rate: 90 /min}")
        + at("id: a, measured: {heart_rate: 190 /min, systolic_bp: 120 mmHg}")
    ).chart()
    assert [one.steps for one in chart.measured("heart_rate")] == [90]
    assert chart.newest("systolic_bp") is None


def test_a_correction_with_nothing_in_it_takes_the_entry_back() -> None:
    chart = read(
        at("id: a, measured: {heart_rate: 190 /min}") + at("corrects: a, recorded: 2026-03-03 11:30")
    ).chart()
    assert chart.newest("heart_rate") is None


def test_an_entry_says_something() -> None:
    assert "this entry says when, but not what happened" in refused(at("by: nurse"))


# Readings and history ------------------------------------------------------------------------


def test_readings_and_history_are_read_in_their_unit() -> None:
    made = read(
        at(
            "measured: {temperature: 98.6 F, sedation: drifts_off}, told: {age: 31 years, pregnancy: negative}"
        )
    )
    assert [(one.what, one.steps) for one in made.course.entries if isinstance(one, Measured)] == [
        ("temperature", 370), ("sedation", 2), ("age", 31), ("pregnancy", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (
            "measured: {sistolic_bp: 120 mmHg}",
            "is not a reading or a piece of history we know. Did you mean `systolic_bp`?",
        ),
        ("measured: {methadone_in_24_hours: 20 mg}", "is worked out from other entries: write down those"),
        ("measured: {cows_total: 12}", "is worked out from other entries"),
        ("measured: {systolic_bp: 120}", "`systolic_bp`: '120' is not a pressure: write it in 'mmHg'"),
        ("measured: {systolic_bp: 120 mg}", "is not a pressure"),
        ("measured: {systolic_bp: 301 mmHg}", "lies between 30 mmHg and 300 mmHg, not at 301 mmHg"),
        ("measured: {systolic_bp: 29 mmHg}", "lies between 30 mmHg and 300 mmHg, not at 29 mmHg"),
        (
            "measured: {sedation: sleepy}",
            "`sedation` is one of awake, easily_roused, drifts_off, hard_to_rouse, not `sleepy`",
        ),
        ("measured: [systolic_bp]", "write readings by name"),
        ("measured: {systolic_bp: [120 mmHg]}", "expected a value here, not a list"),
        ("measured: {systolic_bp: 120 mmHg, systolic_bp: 90 mmHg}", "`systolic_bp` is written twice"),
    ],
)
def test_a_reading_that_cannot_be_is_refused(what: str, why: str) -> None:
    assert why in refused(at(what))


def test_a_refusal_names_file_and_line() -> None:
    assert refused(at("note: x") + at("measured: {sistolic_bp: 120 mmHg}")).startswith("a chart:6: ")


# Assessments ---------------------------------------------------------------------------------


def test_an_assessment_holds_answers_or_a_total() -> None:
    answers = only(at("assessed: {instrument: cows, answers: {pulse: F, pupils: 2}}"))
    assert isinstance(answers, Assessed)
    assert answers.answers == {"pulse": 4, "pupils": 2}
    total = only(at("assessed: {instrument: cows, total: 13}"))
    assert isinstance(total, Assessed)
    assert total.total == 13


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("{instrument: cows}", "write exactly one of answers, total here"),
        ("{instrument: cows, total: 13, answers: {pulse: 1}}", "write exactly one of answers, total here"),
        ("{instrument: cows, total: 49}", "total 0 to 48"),
        ("{instrument: cows, answers: {pulze: 1}}", "COWS has no item `pulze`. Did you mean `pulse`?"),
        ("{instrument: cows, answers: {pulse: 3}}", "`pulse` of COWS is one of 0, 1, 2, 4, not 3"),
        ("{instrument: cows, answers: {pulse: fast}}", "`pulse` of COWS is one of 0, 1, 2, 4, not fast"),
        ("{instrument: cows, answers: {pulse: -1}}", "is one of 0, 1, 2, 4, not -1"),
        ("{instrument: cows, answers: [1, 2]}", "write answers by item"),
        ("{instrument: cowz, total: 3}", "cowz"),
    ],
)
def test_an_assessment_that_cannot_be_is_refused(what: str, why: str) -> None:
    assert why in refused(at(f"assessed: {what}"))


def test_an_instrument_may_be_called_by_its_names() -> None:
    assert isinstance(only(at("assessed: {instrument: COWS, total: 13}")), Assessed)


# Doses and uses ------------------------------------------------------------------------------


def test_a_dose_is_of_a_drug_its_ingredient_and_kind() -> None:
    dose = only(
        at("dose: {drug: Suboxone, amount: 4 mg, route: sublingual, outcome: vomited, because: sick}")
    )
    assert isinstance(dose, Dosed)
    assert (dose.drug, dose.ingredient, dose.kind) == (
        "buprenorphine-naloxone",
        "buprenorphine",
        "buprenorphine",
    )
    assert (str(dose.dose), dose.route, dose.outcome, dose.because) == (
        "4 mg",
        "sublingual",
        "vomited",
        "sick",
    )


def test_one_entry_may_hold_several_doses_and_uses() -> None:
    made = read(at("dose: [{drug: methadone, amount: 1 mL}, {drug: lofexidine, amount: 180 mcg}]"))
    assert [str(one.dose) for one in made.course.entries if isinstance(one, Dosed)] == ["10 mg", "180 mcg"]
    assert [one.kind for one in made.course.entries if isinstance(one, Dosed)] == ["methadone", ""]
    made = read(at("took: [{substance: smack}, {substance: alcohol, latest: 2026-03-03 11:30}]"))
    assert [one.kind for one in made.course.entries if isinstance(one, Took)] == ["short_acting", "sedative"]


def test_what_was_taken_outside_may_be_unsure_in_time_and_amount() -> None:
    use = only(at("took: {substance: Oxycodone SR, dose: 80 mg, route: oral, latest: 30 min ago}"))
    assert isinstance(use, Took)
    assert (use.substance, use.kind, use.ingredient, use.route) == ("oxycodone-sr", "long_acting", "", "oral")
    assert use.latest is not None
    assert (use.latest - use.at).seconds == 1_800
    assert use.recorded_at == use.latest
    nobody_knows = only(at("took: {substance: dolly}"))
    assert isinstance(nobody_knows, Took)
    assert (nobody_knows.dose, nobody_knows.latest, nobody_knows.ingredient) == (None, None, "methadone")


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("took: {substance: herion}", "`herion` is not a substance we know. Did you mean `heroin`?"),
        ("took: {substance: heroin, latest: 2026-03-03 10:59}", "`latest` comes before `at`"),
        ("took: {substance: heroin, latest: 2026-03-03 11:01, dose: 1 mL}", "is a volume: say of which solution"),
        ("recorded: 2026-03-03 11:30, took: {substance: heroin, latest: 2026-03-03 11:31}", "`latest` lies after this was"),
        ("took: {substance: heroin, latest: 2026-03-03 12:01}", "this lies after the chart's `now`"),
        ("dose: {drug: methadone, amount: 0 mg}", "`0 mg` is not a dose: it must be more than nothing"),
        ("dose: {drug: methadone, amount: -5 mg}", "is not a dose"),
        ("dose: {drug: methadone, amount: 5}", "`5` is not an amount of drug: write it in mg or mcg"),
        ("dose: {drug: methadone, amount: 5 mgg}", "not a unit Mainstay knows"),
        ("dose: {drug: lofexidine, amount: 1 mL}", "`1 mL` is a volume: say of which solution"),
        ("dose: {drug: lofexidine, amount: 0.2 mg HCl}",
         "is an amount of salt. Lofexidine is written in mg of base: 0.2 mg HCl is 0.18 mg"),
        ("dose: {drug: methadone, amount: 0.2 mg HCl}", "`0.2 mg HCl` is an amount of salt."),
        ("dose: {drug: methadone, amount: 5 mg, outcome: spilled}", "`spilled` is not one of given"),
        ("dose: {drug: methadone}", "`amount` is missing"),
    ],
)  # fmt: skip
def test_a_dose_that_cannot_be_is_refused(what: str, why: str) -> None:
    assert why in refused(at(what))


def test_a_volume_of_a_named_solution_is_an_amount() -> None:
    dose = only(at("dose: {drug: haloperidol, amount: 2 mL of 5 mg/mL}"))
    assert isinstance(dose, Dosed)
    assert str(dose.dose) == "10 mg"


# Orders, medicines, allergies, events --------------------------------------------------------


def test_orders_begin_and_stop() -> None:
    made = read(
        at("ordered: {drug: Methadose, amount: 20 mg, every: 24 h, route: oral, as_needed: 'yes'}")
        + at("ordered: {drug: lofexidine}")
        + at("stopped: methadone")
    )
    order, bare, stop = made.course.entries
    assert isinstance(order, Ordered)
    assert (order.drug, str(order.dose), order.every, order.route, order.as_needed) == (
        "methadone", "20 mg", 86_400, "oral", True,
    )  # fmt: skip
    assert isinstance(bare, Ordered)
    assert (bare.dose, bare.every, bare.as_needed) == (None, None, False)
    assert isinstance(stop, Stopped)
    assert stop.drug == "methadone"


def test_medicines_nobody_lists_are_kept_and_told() -> None:
    made = read(at("takes: {medicines: [Diazepam, Grandmother's tea, grandmother's tea], complete: 'yes'}"))
    (own,) = made.course.entries
    assert isinstance(own, Takes)
    assert own.medicines == ("diazepam", "Grandmother's tea", "grandmother's tea")
    assert own.complete
    assert made.not_checked == ("Grandmother's tea", "grandmother's tea")


def test_allergies_are_asked_as_a_whole_and_listed_one_by_one() -> None:
    made = read(at("allergies: [methadone]"))
    assert [(one.what, one.steps) for one in made.course.entries if isinstance(one, Measured)] == [
        ("allergies", 0), ("allergy methadone", 1),
    ]  # fmt: skip
    assert len(read(at("allergies: []")).course.entries) == 1


def test_an_intolerance_is_no_allergy() -> None:
    note = only(at("intolerances: [methadone]"))
    assert isinstance(note, Noted)
    assert note.text == "intolerance: methadone"


def test_events_are_known_by_name() -> None:
    assert [one.event for one in read(at("happened: [vomiting, fall]")).course.entries if isinstance(one, Happened)] == [
        "vomiting", "fall",
    ]  # fmt: skip
    assert "`vomitted` is not an event we know. Did you mean `vomiting`?" in refused(at("happened: vomitted"))


def test_a_pathway_is_a_protocol() -> None:
    chosen = only(at("pathway: slow-start"))
    assert isinstance(chosen, Measured)
    assert library().vocabulary["pathway"].choices[chosen.steps] == "slow-start"
    assert "there is no protocol `slow-strat`. Did you mean `slow-start`?" in refused(
        at("pathway: slow-strat")
    )


def test_a_volume_where_two_solutions_exist_is_refused() -> None:
    drops = "forms:\n  - {form: drops, route: oral, concentration: 5 mg/mL, source: book p4 (C)}"
    two = changed({"drugs/methadone.yaml": FILES["drugs/methadone.yaml"].replace("forms:", drops)})
    with pytest.raises(Refused, match="is a volume: say of which solution"):
        documents.read(HEAD + at("dose: {drug: methadone, amount: 1 mL}"), two)


def test_the_order_of_entries_does_not_matter() -> None:
    entries = [at("measured: {heart_rate: 90 /min}"), "  - {at: 9 h ago, measured: {heart_rate: 80 /min}}\n"]

    def rates(chart: Chart) -> list[int]:
        return [one.steps for one in chart.measured("heart_rate")]

    assert (
        rates(read("".join(entries)).chart()) == rates(read("".join(reversed(entries))).chart()) == [80, 90]
    )


def test_two_values_of_one_reading_for_one_moment_are_refused() -> None:
    twice = """
chart: Two pressures at once
now: 2026-03-03 08:40
entries:
  - {at: 10 min ago, measured: {systolic_bp: 120 mmHg}}
  - {at: 10 min ago, measured: {systolic_bp: 84 mmHg}}
"""
    with pytest.raises(Refused, match=r"systolic_bp.*two values for one moment"):
        documents.read(twice, library())


def test_one_of_two_values_may_be_a_correction() -> None:
    corrected = """
chart: A pressure put right
now: 2026-03-03 08:40
entries:
  - {at: 10 min ago, id: first, measured: {systolic_bp: 120 mmHg}}
  - {at: 10 min ago, corrects: first, measured: {systolic_bp: 84 mmHg}}
"""
    newest = documents.read(corrected, library()).chart().newest("systolic_bp")
    assert newest is not None
    assert newest.steps == 84
