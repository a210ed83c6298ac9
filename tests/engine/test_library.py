"""The library of knowledge files: what is refused, where it says so, and when it reads again."""

import os
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from mainstay.commands import schema
from mainstay.engine.conditions import ALWAYS, All, AnyOf, Compare, Not, Within
from mainstay.engine.knowledge import library as libraries
from mainstay.engine.knowledge.library import KnowledgeRefused, Library
from mainstay.engine.quantities import parse
from mainstay.engine.verdicts import Verdict
from tests.sample_knowledge import FILES, REVIEW, changed

METHADONE, LOFEXIDINE, START = "drugs/methadone.yaml", "drugs/lofexidine.yaml", "protocols/start.yaml"


def edited(file: str, old: str, new: str) -> dict[str, str]:
    """One sample file with the first `old` written as `new`."""
    assert old in FILES[file], f"{old!r} is not in {file}: the sample has changed"
    return {file: FILES[file].replace(old, new, 1)}


def refusal(files: dict[str, str], site: str | None = None) -> str:
    """Everything the library says when it refuses these files in place of the sample's."""
    with pytest.raises(KnowledgeRefused) as refused:
        changed(files, site)
    return str(refused.value)


def line_of(files: dict[str, str], words: str) -> str:
    """`file:line` of the first line that holds `words`."""
    ((file, content),) = files.items()
    number = next(n for n, line in enumerate(content.splitlines(), 1) if words in line)
    return f"{file}:{number}"


# What is refused, with the place and what was probably meant ---------------------------------

# What is wrong: the file, what stands there, what is written instead, and what is said of it.
WRONG: dict[str, tuple[str, str, str, str]] = {
    "a key written twice": ("sources/book.yaml", "read: ", "title: Again\nread: ", "book.yaml:3: `title` is written twice (first on line 1)"),
    "an unknown key": (METHADONE, "brands:", "brand:", "`brand` is not part of the grammar here. Did you mean `brands`?"),
    "a missing key": ("sources/book.yaml", "read: Cover to cover.\n", "", "`read` is missing"),
    "an unknown fact": (LOFEXIDINE, "systolic_bp < 90", "sistolic_bp < 90", "is not a fact the engine can compute. Did you mean `systolic_bp`?"),
    "an unknown choice": (METHADONE, "sedated = yes", "sedated = maybe", "`sedated` is one of no, yes, not `maybe`"),
    "a choice compared by size": (METHADONE, "sedated = yes", "sedated > no", "it can only be `=` or `!=`"),
    "a condition that is none": (METHADONE, "sedated = yes", "sedated", "'sedated' is not a condition"),
    "an unknown unit": (LOFEXIDINE, "largest_dose: 0.72 mg", "largest_dose: 0.72 mgg", "'mgg' is not a unit Mainstay knows. Did you mean 'mg'?"),
    "a unit of another kind": (LOFEXIDINE, "largest_dose: 0.72 mg", "largest_dose: 0.72 mL", "'0.72 mL' is not an amount"),
    "a salt where the base is meant": (LOFEXIDINE, "largest_dose: 0.72 mg", "largest_dose: 0.8 mg HCl", "'0.8 mg HCl' is not an amount"),
    "a dose without a unit": (LOFEXIDINE, "largest_dose: 0.72 mg", "largest_dose: 0.72", "'0.72' is not an amount"),
    "a dose finer than can be weighed": (LOFEXIDINE, "largest_dose: 0.72 mg", "largest_dose: 0.0000001 mg", "is finer than Mainstay measures"),
    "a dose written as a float": (LOFEXIDINE, "largest_dose: 0.72 mg", "largest_dose: 7.2e-1 mg", "is not a unit Mainstay knows"),
    "a number without a source": (LOFEXIDINE, ", source: book p6 (C)}\n  - {id: most-a-day", "}\n  - {id: most-a-day", "`source` is missing: Who says so."),
    "a source without its confidence": (LOFEXIDINE, "at once., source: book p6 (C)", "at once., source: book p6", "'book p6' is not a source. Write `source-id where (confidence)`"),
    "no source at all": (LOFEXIDINE, "at once., source: book p6 (C)", "at once., source: []", "name at least one source"),
    "an unknown source": (LOFEXIDINE, "at once., source: book p6 (C)", "at once., source: boook p6 (C)", "there is no source `boook` in sources/. Did you mean `book`?"),
    "an unknown site value": (START, "cows_total >= site enough_cows", "cows_total >= site enough_cow", "there is no site value `enough_cow`. Did you mean `enough_cows`?"),
    "a condition outside the fact's range": (START, "cows_total >= site enough_cows", "cows_total >= 60", "`cows_total` lies between 0 points and 48 points, so this can never say anything"),
    "a freshness that is no time": (START, "heart_rate within 30 min", "heart_rate within 30 mmHg", "`heart_rate within 30 mmHg`: '30 mmHg' is not"),
    "a freshness that is no freshness": (START, "before: [cows_total within site fresh", "before: [cows_total >= 8", "`before` lists readings and their greatest age"),
    "conditions in a bare list": (METHADONE, "hold_when: sedated = yes", "hold_when: [sedated = yes]", "join several conditions with `all:` or `any:`"),
    "an unknown joint": (METHADONE, "hold_when: sedated = yes", "hold_when: {none: [sedated = yes]}", "a condition is text, or one of `all`, `any`, `not`"),
    "a joint of nothing": (METHADONE, "hold_when: sedated = yes", "hold_when: {all: []}", "`all` joins a list of conditions"),
    "a tag": ("sources/book.yaml", "year: '2020'", "year: !!int '2020'", "is not part of the grammar: everything is text"),
    "an anchor used again": ("sources/book.yaml", "title: A book\nyear: '2020'", "title: &a A book\nyear: *a", "anchors and aliases are not part of the grammar"),
    "a list as a key": ("sources/book.yaml", "year:", "[year]:", "a key is one word"),
    "a broken file": ("sources/book.yaml", "year: '2020'", "year: [2020", "this is not YAML"),
    "a character no text has": ("sources/book.yaml", "A book", "A \x00 book", "this is not YAML"),
    "an empty file": ("sources/book.yaml", FILES["sources/book.yaml"], "", "the file is empty"),
    "a list for a whole file": ("sources/book.yaml", FILES["sources/book.yaml"], "- title\n", "expected `title`, `year`, `read`"),
    "words left empty": ("sources/book.yaml", "A book", "''", "this is empty"),
    "a list where words stand": ("sources/book.yaml", "A book", "[A, book]", "expected text here, not a list"),
    "words where a list stands": (METHADONE, "[qt, opioids]", "qt", "expected a list here, not text"),
    "too short a list": ("classes/qt.yaml", "[methadone, haloperidol]", "[]", "this list needs at least 1 entries"),
    "words where fields stand": (LOFEXIDINE, "{written: 0.2 mg HCl, is: 0.18 mg, source: book p6 (C)}", "0.2 mg HCl", "here, not text"),
    "words where names stand": (START, "waiting: {cows_total: 2 h}", "waiting: often", "expected a set of fields here, not text"),
    "a name that is none": ("classes/qt.yaml", "haloperidol", "Haloperidol 5", "is not a name: small letters, digits and dashes only"),
    "a word outside a closed list": (LOFEXIDINE, "then: refuse", "then: refused", "`refused` is not one of allow, inform, ask, needs_reason, hold, refuse. Did you mean `refuse`?"),
    "a date that is none": (LOFEXIDINE, "2099-01-01", "next year", "`next year` is not a date such as 2027-06-01"),
    "half a piece": ("drugs/buprenorphine.yaml", "splits_into: 4", "splits_into: 0.5", "`0.5` is not a whole number"),
    "a split that is not exact": ("drugs/buprenorphine.yaml", "splits_into: 4", "splits_into: 3", "2 mg can't be split exactly into 3"),
    "a split into nothing": ("drugs/buprenorphine.yaml", "splits_into: 4", "splits_into: 0", "2 mg can't be split exactly into 0"),
    "a limit with two bounds": (LOFEXIDINE, "largest_dose: 0.72 mg", "largest_dose: 0.72 mg, least_spacing: 5 h", "write exactly one of largest_dose"),
    "a limit with none": (LOFEXIDINE, "largest_dose: 0.72 mg, ", "", "write exactly one of largest_dose"),
    "a total without its time": (LOFEXIDINE, "in: 24 h, ", "", "`largest_total` and `in` come together"),
    "a total over another time": (LOFEXIDINE, "in: 24 h", "in: 12 h", "totals are kept over a rolling 24 h"),
    "a rise above nothing": (LOFEXIDINE, "largest_dose: 0.72 mg", "largest_rise: 0.18 mg", "`largest_rise` and `over` come together"),
    "a rise above what is no amount": (LOFEXIDINE, "largest_dose: 0.72 mg", "largest_rise: 0.18 mg, over: lofexidine_day", "`lofexidine_day` is not a fact that is an amount"),
    "a rise above an unknown fact": (LOFEXIDINE, "largest_dose: 0.72 mg", "largest_rise: 0.18 mg, over: lofexidine_yesterdy", "Did you mean `lofexidine_yesterday`?"),
    "a drug of an emergency that stops": (LOFEXIDINE, "title: Lofexidine", 'title: Lofexidine\nemergency: "yes"', "its lines may only inform"),
    "one name for two limits": (LOFEXIDINE, "id: spacing", "id: largest", "`largest` is used twice in this `never` list"),
    "company nobody knows": (METHADONE, "company: [sedatives", "company: [sedative", "`sedative` is not a medicine or class we know. Did you mean `sedatives`?"),
    "a limit on a pathway there is none of": ("drugs/buprenorphine.yaml", "only_on: start", "only_on: starts", "there is no protocol `starts`. Did you mean `start`?"),
    "a drug that counts as none": ("drugs/buprenorphine-naloxone.yaml", "counts_as: buprenorphine", "counts_as: bupe", "`counts_as` names `bupe`, which has no file in drugs/"),
    "a class there is none of": (METHADONE, "[qt, opioids]", "[qt, opioid]", "there is no class `opioid`. Did you mean `opioids`?"),
    "a class that does not know its member": (METHADONE, "[qt, opioids]", "[qt, sedatives]", "`classes/sedatives.yaml` does not list `methadone` among its members"),
    "a window that runs backwards": ("substances/heroin.yaml", "[8 h, 24 h]", "[24 h, 8 h]", "`ready` is two times, the shorter first"),
    "a window of one time": ("substances/heroin.yaml", "ready: [8 h, 24 h]", "onset: [8 h]", "this list needs at least 2 entries"),
    "a drug a protocol may not give": (START, "drugs: [buprenorphine]", "drugs: [methadone]", "`buprenorphine` is not among this protocol's `drugs`"),
    "a drug that has no file": (START, "drugs: [buprenorphine]", "drugs: [buprenorfine]", "there is no drug `buprenorfine` in drugs/. Did you mean `buprenorphine`?"),
    "an upper end below the dose": (START, "up_to: 4 mg", "up_to: 1 mg", "`up_to` is more than `dose`"),
    "a dose of nothing": (START, "dose: 2 mg, up_to: 4 mg", "dose: 0 mg", "a dose is more than nothing"),
    "a dose that is no fact": ("protocols/stabilise.yaml", "dose: methadone_yesterday, route: oral, every", "dose: methadone_yesterda, route: oral, every", "Did you mean `methadone_yesterday`?"),
    "a dose that is a reading": ("protocols/stabilise.yaml", "dose: methadone_yesterday, route: oral, every", "dose: methadone_daily_dose, route: oral, every", "`methadone_daily_dose` can't be a dose: it is not an amount from the ledger"),
    "a sum that can be written out": (START, "dose: 2 mg, up_to: 4 mg", "dose: 2 mg, plus: 2 mg", "`plus` is added to a dose that is a fact; write the sum instead"),
    "two steps of one name": (START, "id: again", "id: first", "two steps are called `first`"),
    "a step that gives and does": (START, "do: Call the prescriber.", "do: Call.\n    give: {drug: buprenorphine, dose: 2 mg, route: sublingual}", "write exactly one of give, do"),
    "a rule-out that says nothing": (START, "because: The liver., then: refuse,", "because: The liver.,", "a `never_if` says with `then` what follows"),
    "a reading to take that is none": (START, "waiting: {cows_total: 2 h}", "waiting: {cows_totals: 2 h}", "`cows_totals` is not a fact. Did you mean `cows_total`?"),
    "an offer there is none of": (START, "protocol: slow-start", "protocol: slow-starts", "there is no protocol `slow-starts`. Did you mean `slow-start`?"),
    "a schedule of a drug without a file": ("protocols/slow-start.yaml", "  drug: buprenorphine\n", "  drug: naloxon\n", "there is no drug `naloxon`"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_file_is_refused_with_its_place_and_what_is_wrong(name: str) -> None:
    file, old, new, said = WRONG[name]
    words = refusal(edited(file, old, new))
    assert said in words
    assert f"{file}:" in words


def test_the_line_named_is_the_line_that_is_wrong() -> None:
    files = edited(LOFEXIDINE, "largest_total: 2.88 mg", "largest_total: 2.88 mcgs")
    assert line_of(files, "2.88 mcgs") + ": " in refusal(files)


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_files_and_lines() -> None:
    with pytest.raises(KnowledgeRefused) as refused:
        changed(
            {
                **edited(METHADONE, "sedated = yes", "sedatd = yes"),
                **edited(LOFEXIDINE, "systolic_bp < 90", "sistolic_bp < 90"),
            }
        )
    places = [(problem.place.file, problem.place.line) for problem in refused.value.problems]
    assert places == sorted(places)
    assert {LOFEXIDINE, METHADONE} == {file for file, _ in places}
    assert len(places) == 2


def test_a_file_out_of_the_grammar_is_said_before_what_follows_from_it() -> None:
    with pytest.raises(KnowledgeRefused) as refused:
        changed(
            {
                **edited(METHADONE, "sedated = yes", "sedatd = yes"),
                **edited("sources/book.yaml", "title: A book\n", "title: A book\ncolour: red\n"),
            }
        )
    assert {problem.place.file for problem in refused.value.problems} == {"sources/book.yaml"}


def test_a_file_in_a_folder_nobody_knows_is_refused_with_the_folder_probably_meant() -> None:
    words = refusal({"drug/aspirin.yaml": FILES[METHADONE]})
    assert "drug/aspirin.yaml:1: there is no kind of knowledge file `drug`. Did you mean `drugs`?" in words


# What an unverified source may do ------------------------------------------------------------


@pytest.mark.parametrize("confidence", ["G", "U", "SITE"])
def test_a_dose_that_rests_on_unverified_sources_alone_is_refused(confidence: str) -> None:
    files = {START: FILES[START].replace("book p9 (C)", f"book p9 ({confidence})")}
    assert "may add caution but never recommend. Write `do: prescriber enters the dose`" in refusal(files)


def test_a_schedule_that_rests_on_unverified_sources_alone_is_refused() -> None:
    files = edited("protocols/slow-start.yaml", "source: book p10 (C)", "source: book p10 (G)")
    assert "may add caution but never recommend" in refusal(files)


@pytest.mark.parametrize("confidence", ["C", "C2", "S"])
def test_a_dose_from_a_source_that_was_read_is_accepted(confidence: str) -> None:
    library = changed({START: FILES[START].replace("book p9 (C)", f"book p9 ({confidence})")})
    assert library.protocols["start"].step("first").give is not None


def test_an_unverified_dose_is_accepted_beside_a_source_that_was_read() -> None:
    library = changed({START: FILES[START].replace("book p9 (C)", "[book p9 (C2), book p10 (G)]")})
    assert [one.verified for one in library.protocols["start"].step("first").cited] == [True, False]


UNVERIFIED = "{that: cows_total >= 8, source: book p9 (G)}"


@pytest.mark.parametrize(
    "condition",
    [
        f"{{any: [buprenorphine_doses_today >= 2, {UNVERIFIED}]}}",
        f"{{not: {UNVERIFIED}}}",
        f"{{all: [buprenorphine_doses_today >= 2, {{any: [sedated = no, {UNVERIFIED}]}}]}}",
        "{any: [buprenorphine_doses_today >= 2, cows_total >= site enough_cows]}",
    ],
    ids=["any", "not", "any inside all", "a site value inside any"],
)
def test_an_unverified_condition_may_not_stand_where_it_could_permit_more(condition: str) -> None:
    files = edited(START, "when: buprenorphine_doses_today >= 2", f"when: {condition}")
    words = refusal(files)
    assert "rests on an unverified source and stands inside `any` or `not`" in words
    assert "step `enough`" in words


def test_an_unverified_condition_may_not_widen_what_a_start_waits_for() -> None:
    files = edited(
        START,
        "that: cows_total >= site enough_cows",
        "that: {any: [sedated = no, cows_total >= site enough_cows]}",
    )
    assert "`start-2`: `cows_total >= 11 points` rests on an unverified source" in refusal(files)


def test_an_unverified_condition_may_narrow_a_step() -> None:
    files = edited(
        START,
        "when: buprenorphine_doses_today >= 2",
        f"when: {{all: [buprenorphine_doses_today >= 2, {UNVERIFIED}]}}",
    )
    step = changed(files).protocols["start"].step("enough")
    assert isinstance(step.when, All)
    assert str(step.when) == "buprenorphine_doses_today >= 2 and cows_total >= 8"


def test_an_unverified_condition_may_stand_anywhere_in_a_limit_because_limits_only_add_caution() -> None:
    files = edited(
        METHADONE, "hold_when: sedated = yes", f"hold_when: {{any: [sedated = yes, {UNVERIFIED}]}}"
    )
    limit = next(one for one in changed(files).drugs["methadone"].never if one.id == "sedated")
    assert isinstance(limit.hold_when, AnyOf)
    assert [leaf.cited[0].confidence for leaf in limit.hold_when.parts if isinstance(leaf, Compare)] == [
        "C",
        "G",
    ]


# What is accepted is read exactly ------------------------------------------------------------


def test_a_dose_is_kept_exactly_as_written(sample: Library) -> None:
    largest = next(one for one in sample.drugs["lofexidine"].never if one.id == "largest")
    assert largest.largest_dose == parse("0.72 mg")
    assert largest.largest_dose is not None
    assert largest.largest_dose.steps == 720_000
    # Five of a tenth and a fifth never meet in a float.
    assert parse("0.1 mg") + parse("0.2 mg") == parse("0.3 mg")


def test_a_number_and_a_word_that_yaml_would_change_stay_the_words_written() -> None:
    library = changed({"sources/book.yaml": "title: no\nyear: 2_020\nread: 0x1F\n"})
    source = library.sources["book"]
    assert (source.title, source.year, source.read) == ("no", "2_020", "0x1F")


def test_words_over_several_lines_are_one_line() -> None:
    library = changed({"sources/book.yaml": "title: >-\n  A long\n  book\nyear: '2020'\nread: Some.\n"})
    assert library.sources["book"].title == "A long book"


def test_a_limit_knows_its_owner_its_place_and_for_whom_it_is() -> None:
    library = changed({})
    limits = {one.id: one for one in library.drugs["buprenorphine"].never}
    assert limits["spacing"].owner == "buprenorphine"
    assert limits["spacing"].least_spacing == 3_600
    assert limits["spacing"].then is Verdict.HOLD
    assert limits["spacing"].only_when == ALWAYS
    assert str(limits["spacing"].place) == line_of(
        {"drugs/buprenorphine.yaml": FILES["drugs/buprenorphine.yaml"]}, "id: spacing"
    )
    after = limits["after-heroin"]
    assert after.concerns("none", "sublingual")
    assert after.concerns("none", "")
    assert not after.concerns("none", "intravenous")
    assert not after.concerns("slow-start", "sublingual")
    assert limits["largest-at-once"].concerns("start", "sublingual")
    assert not limits["largest-at-once"].concerns("none", "sublingual")
    assert isinstance(limits["pulse-known"].hold_when, Not)


def test_a_drug_counts_as_another_and_is_found_by_every_name(sample: Library) -> None:
    assert sample.drugs["buprenorphine-naloxone"].ingredient == "buprenorphine"
    assert sample.ingredient_of("buprenorphine-naloxone") == "buprenorphine"
    assert sample.ingredient_of("haloperidol") == "haloperidol"
    assert sample.medicine_named(" Suboxone ") == "buprenorphine-naloxone"
    assert sample.medicine_named("buprenorphine naloxone") == "buprenorphine-naloxone"
    assert sample.medicine_named("buprenorphine_naloxone") == "buprenorphine-naloxone"
    assert sample.medicine_named("Dolly") == "methadone"
    assert sample.medicine_named("haloperidol") == "haloperidol"
    assert sample.medicine_named("aspirin") is None


def test_a_class_is_found_by_its_member_and_its_members_are_medicines(sample: Library) -> None:
    assert [one.id for one in sample.classes_of("methadone")] == ["opioids", "qt"]
    assert sample.classes_of("aspirin") == ()
    assert {"methadone", "haloperidol", "pregabalin", "lofexidine"} <= set(sample.medicines)
    alarm = sample.classes["qt"].never[0].alarm
    assert alarm is not None
    assert (alarm.to, alarm.within, alarm.then_to) == ("prescriber", 1_800, "medical lead")


def test_a_form_knows_the_least_it_can_give(sample: Library) -> None:
    small, large = sample.drugs["buprenorphine"].forms
    assert (small.smallest, large.smallest) == (500_000, 8_000_000)
    (solution,) = sample.drugs["methadone"].forms
    assert solution.smallest is None


def test_a_salt_is_told_apart_from_its_base(sample: Library) -> None:
    salt = sample.drugs["lofexidine"].salt
    assert salt is not None
    assert [str(one) for one in salt] == ["0.2 mg HCl", "0.18 mg"]
    assert sample.drugs["lofexidine"].amounts_are == "mg of base"


def test_a_substance_has_its_windows_where_one_was_read(sample: Library) -> None:
    assert sample.substances["heroin"].ready == (8 * 3_600, 24 * 3_600)
    assert sample.substances["fentanyl"].ready is None
    assert sample.substances["methadone"].ingredient == "methadone"


def test_a_schedule_becomes_one_step_for_each_day(sample: Library) -> None:
    protocol = sample.protocols["slow-start"]
    assert [step.id for step in protocol.steps] == ["day-1", "day-2", "day-3"]
    assert [step.starts for step in protocol.steps] == [True, False, False]
    assert protocol.steps[1].title == "Day 2 of 3: 0.5 mg 2 times"
    assert str(protocol.steps[1].when) == (
        "slow_start_day = 2 and buprenorphine_today <= 0.5 mg and time_since_last_buprenorphine >= 28800 s"
    )
    assert isinstance(protocol.steps[0].before[0], Within)
    assert protocol.schedule is not None
    assert protocol.schedule.drug == "buprenorphine"


def test_the_gates_are_the_shared_protocols(sample: Library) -> None:
    assert [one.id for one in sample.gates] == ["gates"]
    assert not sample.protocols["start"].shared


def test_a_step_is_found_by_its_id_only(sample: Library) -> None:
    assert sample.protocols["start"].step("again").title == "Once more"
    with pytest.raises(KeyError):
        sample.protocols["start"].step("never-heard-of")


def test_every_rule_of_a_protocol_is_listed_with_its_section(sample: Library) -> None:
    sections = [section for section, _ in libraries.every_rule(sample.protocols["start"])]
    assert sections == [
        "for_whom",
        "never_if",
        "never_if",
        "start_when",
        "start_when",
        "hold_if",
        "ends_when",
    ]


def test_a_file_nobody_has_checked_says_so() -> None:
    review = changed({}).drugs["methadone"].review
    assert not review.is_checked
    assert review.review_by == date(2099, 1, 1)
    signed = FILES[METHADONE].replace("nobody yet", "Dr A. Pharmacist")
    assert changed({METHADONE: signed}).drugs["methadone"].review.is_checked


# Site values ---------------------------------------------------------------------------------

SIGNED = """
unit: Ward 3
signed:
  - {name: A. Lead, role: medical lead, on: 2026-02-01}
  - {name: B. Pharm, role: pharmacist, on: 2026-02-02}
values: {enough_cows: 13 points}
"""


def test_a_unit_gets_the_cautious_default_until_it_signs_its_own(sample: Library) -> None:
    default = sample.site_values["enough_cows"]
    assert (default.value, default.caution, default.signed_by) == ("11 points", "higher", "")
    assert not default.cited[0].verified


def test_a_signed_site_value_replaces_the_default_wherever_it_is_named() -> None:
    library = changed({}, SIGNED)
    value = library.site_values["enough_cows"]
    assert value.value == "13 points"
    assert value.signed_by == "A. Lead (medical lead, 2026-02-01), B. Pharm (pharmacist, 2026-02-02)"
    rule = library.protocols["start"].start_when[1]
    assert str(rule.when) == "cows_total >= 13 points"
    assert isinstance(rule.when, Compare)
    assert rule.when.site_value == "enough_cows"
    assert library.site_values["fresh"].value == "60 min"


SITE_WRONG = {
    "one signature": ("  - {name: B. Pharm, role: pharmacist, on: 2026-02-02}\n", "", "this list needs at least 2 entries"),
    "two signatures of one role": ("role: pharmacist", "role: medical lead", "site values need two signatures: the medical lead's and the pharmacist's"),
    "a signature of another role": ("role: pharmacist", "role: nurse", "`nurse` is not one of medical lead, pharmacist"),
    "a value there is none of": ("enough_cows:", "enough_cow:", "there is no site value `enough_cow`. Did you mean `enough_cows`?"),
    "a value in another unit": ("13 points", "13 mmHg", "site value `enough_cows`: '13 mmHg' is not"),
    "a value beyond what can be": ("13 points", "60 points", "`cows_total` lies between 0 points and 48 points"),
}  # fmt: skip


@pytest.mark.parametrize("name", SITE_WRONG)
def test_a_site_file_is_refused(name: str) -> None:
    old, new, said = SITE_WRONG[name]
    assert old in SIGNED
    assert said in refusal({}, SIGNED.replace(old, new, 1))


# Digests -------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(FILES))
def test_the_digest_changes_with_any_byte_of_any_file(file: str, sample: Library) -> None:
    assert changed({file: FILES[file] + " "}).digest != sample.digest


def test_the_digest_changes_with_a_files_name_and_with_the_site_file(sample: Library) -> None:
    renamed = {name: content for name, content in FILES.items() if name != "substances/alcohol.yaml"}
    renamed["substances/spirits.yaml"] = FILES["substances/alcohol.yaml"]
    assert libraries.read(renamed).digest != sample.digest
    assert changed({}, SIGNED).digest != sample.digest
    assert changed({}, SIGNED).digest != changed({}, SIGNED + "# checked again\n").digest


def test_the_digest_does_not_depend_on_the_order_files_are_found_in(sample: Library) -> None:
    assert libraries.read(dict(reversed(FILES.items()))).digest == sample.digest


def test_a_protocols_digest_changes_with_all_its_proof_depends_on_and_nothing_else(sample: Library) -> None:
    before = sample.protocols["start"].digest
    for file in (START, METHADONE, "protocols/gates.yaml", "site-values.yaml", "sources/book.yaml"):
        assert changed({file: FILES[file] + " "}).protocols["start"].digest != before
    assert changed({}, SIGNED).protocols["start"].digest != before
    other = changed({"protocols/stabilise.yaml": FILES["protocols/stabilise.yaml"] + " "})
    assert other.protocols["start"].digest == before
    assert other.protocols["stabilise"].digest != sample.protocols["stabilise"].digest


# Reading a folder ----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample as files."""
    for file, content in FILES.items():
        path = tmp_path / "knowledge" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path / "knowledge"


def touched(path: Path, content: str) -> None:
    """Write `content` with a time of its own, however coarse the file system's clock."""
    later = path.stat().st_mtime_ns + 1_000_000_000 if path.exists() else 0
    path.write_text(content, encoding="utf-8")
    if later:
        os.utime(path, ns=(later, later))


def test_what_was_read_is_kept_until_a_file_changes(folder: Path, sample: Library) -> None:
    first = libraries.load(folder)
    assert first.digest == sample.digest
    assert libraries.load(folder) is first
    path = folder / LOFEXIDINE
    touched(path, path.read_text(encoding="utf-8").replace("0.72 mg", "0.54 mg"))
    second = libraries.load(folder)
    assert second is not first
    assert second.digest != first.digest
    assert second.drugs["lofexidine"].never[0].largest_dose == parse("0.54 mg")
    assert libraries.load(folder) is second


def test_a_new_file_and_a_file_taken_away_are_seen(folder: Path) -> None:
    first = libraries.load(folder)
    path = folder / "substances/cocaine.yaml"
    touched(
        path, f"title: Cocaine\nkind: other\nready_says: It is no opioid.\nsource: book p2 (C)\n{REVIEW}\n"
    )
    second = libraries.load(folder)
    assert "cocaine" in second.substances
    assert "cocaine" not in first.substances
    path.unlink()
    assert "cocaine" not in libraries.load(folder).substances


def test_a_changed_site_file_is_seen(folder: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    touched(site, SIGNED)
    first = libraries.load(folder, site)
    assert first.site_values["enough_cows"].value == "13 points"
    assert libraries.load(folder, site) is first
    touched(site, SIGNED.replace("13 points", "14 points"))
    assert libraries.load(folder, site).site_values["enough_cows"].value == "14 points"
    assert libraries.load(folder).site_values["enough_cows"].value == "11 points"


def test_scenarios_beside_a_protocol_are_not_part_of_the_knowledge(folder: Path) -> None:
    first = libraries.load(folder)
    touched(folder / "protocols/start.scenarios.yaml", "- scenario: not even\n  a: protocol\n")
    assert libraries.load(folder) is first


# What Mainstay ships -------------------------------------------------------------------------


def test_the_shipped_files_are_accepted_and_every_drug_says_who_has_checked_it(shipped: Library) -> None:
    assert {
        "buprenorphine", "buprenorphine-naloxone", "methadone", "lofexidine", "clonidine", "naltrexone", "naloxone",
        "ondansetron",
    } == set(shipped.drugs)  # fmt: skip
    assert all(drug.review.checked_by for drug in shipped.drugs.values())


def test_a_drug_names_every_class_that_lists_it(shipped: Library) -> None:
    for drug in shipped.drugs.values():
        assert sorted(drug.classes) == sorted(one.id for one in shipped.classes_of(drug.id))


def test_every_opioid_of_a_class_is_a_substance_so_that_its_doses_count_as_use(shipped: Library) -> None:
    opioids = {*shipped.classes["opioid-agonist"].members, *shipped.classes["full-opioid-agonist"].members}
    kinds = {
        shipped.ingredient_of(name): shipped.substances[shipped.ingredient_of(name)].kind for name in opioids
    }
    assert not {"sedative", "other"} & set(kinds.values())


def test_every_full_agonist_ordered_here_keeps_buprenorphine_away(shipped: Library) -> None:
    limit = next(one for one in shipped.drugs["buprenorphine"].never if one.id == "full-agonist-ordered")
    assert isinstance(limit.hold_when, AnyOf)
    named = {leaf.fact.name for leaf in limit.hold_when.parts if isinstance(leaf, Compare)}
    members = shipped.classes["full-opioid-agonist"].members
    assert named == {f"{member.replace('-', '_')}_ordered" for member in members}


def test_nothing_can_stop_naloxone(shipped: Library) -> None:
    limits = [
        *shipped.drugs["naloxone"].never,
        *(n for one in shipped.classes_of("naloxone") for n in one.never),
    ]
    assert limits
    assert all(limit.then is Verdict.INFORM for limit in limits)


def test_every_source_is_cited_somewhere(shipped: Library) -> None:
    texts = "\n".join(
        path.read_text(encoding="utf-8")
        for path in shipped.folder.rglob("*.yaml")
        if path.parent.name != "sources"
    )
    unused = sorted(name for name in shipped.sources if name not in texts)
    assert not unused, f"cited nowhere: {', '.join(unused)}"


# What an editor is told ----------------------------------------------------------------------


def validator(kind: str) -> jsonschema.Draft202012Validator:
    """The schema the first line of each file of this kind names."""
    return jsonschema.Draft202012Validator(schema.made(kind))


def test_every_shipped_file_names_its_schema_and_satisfies_it(shipped: Library) -> None:
    for path in sorted(shipped.folder.rglob("*.yaml")):
        if path.name.endswith(".scenarios.yaml"):
            continue
        kind = path.stem if path.parent == shipped.folder else path.parent.name
        text = path.read_text(encoding="utf-8")
        first = text.splitlines()[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert named != first, f"{path} does not name its schema"
        assert (path.parent / named).resolve() == shipped.folder / "schema" / f"{kind}.json"
        written = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - text only, as the loader reads it
        wrong = [f"{path}: {error.message}" for error in validator(kind).iter_errors(written)]
        assert not wrong


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("largest_dose: 0.72 mg", "largest_doze: 0.72 mg"),
        ("then: refuse", "then: refused"),
        ("book p6 (C)", "book p6"),
    ],
)
def test_an_editor_marks_what_the_loader_would_refuse(old: str, new: str) -> None:
    files = edited(LOFEXIDINE, old, new)
    refusal(files)
    written = yaml.load(files[LOFEXIDINE], Loader=yaml.BaseLoader)  # noqa: S506 - text only, as the loader reads it
    assert list(validator("drugs").iter_errors(written))
