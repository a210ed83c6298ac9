"""The shipped instruments: every test vector of the clinical sheet, every boundary, every legal COWS sheet.

Vectors, answers and bands are written out here a second time, from the clinical sheet and not from
the files, so that a slip in a file shows.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from mainstay.engine import instruments
from mainstay.engine.facts.registry import declared
from mainstay.engine.instruments import AnswerRefused, Unanswered, score, score_readings
from mainstay.engine.knowledge import library

FOLDER = Path(library.SHIPPED)
TEXTS = {
    path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
    for kind in ("instruments", "sources")
    for path in sorted((FOLDER / kind).glob("*.yaml"))
    if not path.name.endswith(".scenarios.yaml")
}
LIBRARY = library.read(TEXTS)
COWS = LIBRARY.instruments["cows"]
GOSSOP = LIBRARY.instruments["sows_gossop_10"]
HANDELSMAN = LIBRARY.instruments["sows_handelsman_16"]
OOWS = LIBRARY.instruments["oows_13"]
NEWS2 = LIBRARY.instruments["news2"]

# What the sheet says of each, in the order of its items.
COWS_ANSWERS = {
    "pulse": (0, 1, 2, 4),
    "sweating": (0, 1, 2, 3, 4),
    "restlessness": (0, 1, 3, 5),
    "pupils": (0, 1, 2, 5),
    "aches": (0, 1, 2, 4),
    "nose_tears": (0, 1, 2, 4),
    "gi": (0, 1, 2, 3, 5),
    "tremor": (0, 1, 2, 4),
    "yawning": (0, 1, 2, 4),
    "anxiety": (0, 1, 2, 4),
    "gooseflesh": (0, 3, 5),
}
COWS_SEVERITY = (
    ["below mild"] * 5 + ["mild"] * 8 + ["moderate"] * 12 + ["moderately severe"] * 12 + ["severe"] * 12
)


def sheet(instrument: Any, answers: str) -> dict[str, int]:
    """A sheet from its answers in the order of the form."""
    return dict(zip(instrument.items, map(int, answers.split(",")), strict=True))


# The files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "items", "most"),
    [("cows", 11, 48), ("sows_gossop_10", 10, 30), ("sows_handelsman_16", 16, 64), ("oows_13", 13, 13), ("news2", 7, 20)],
)  # fmt: skip
def test_each_instrument_has_the_items_and_range_of_its_form(name: str, items: int, most: int) -> None:
    instrument = LIBRARY.instruments[name]
    assert (len(instrument.items), instrument.least, instrument.most) == (items, 0, most)


@pytest.mark.parametrize("name", sorted(LIBRARY.instruments))
def test_each_instrument_says_who_rates_it_when_for_how_long_and_under_which_licence(name: str) -> None:
    instrument = LIBRARY.instruments[name]
    assert instrument.rater
    assert instrument.window
    assert instrument.greatest_age > 0
    assert instrument.licence
    assert instrument.review.checked_by == "nobody yet"
    assert any(citation.verified for citation in instrument.cited)


def test_cows_is_old_after_four_hours() -> None:
    assert COWS.greatest_age == 4 * 3_600


@pytest.mark.parametrize("name", ["sows_gossop_10", "sows_handelsman_16", "oows_13"])
def test_a_scale_whose_wording_is_licensed_ships_labels_only_and_says_so(name: str) -> None:
    assert "Labels, wording not included" in LIBRARY.instruments[name].licence


@pytest.mark.parametrize("name", sorted(LIBRARY.instruments))
def test_each_exact_name_of_an_instrument_means_that_one_alone(name: str) -> None:
    instrument = LIBRARY.instruments[name]
    for word in (name, instrument.short, instrument.title, *instrument.also):
        assert instruments.find(LIBRARY, word) is instrument


def test_cows_allows_exactly_the_answers_of_the_form() -> None:
    assert {
        key: tuple(one.points for one in item.answers) for key, item in COWS.items.items()
    } == COWS_ANSWERS


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("sows_gossop_10", (0, 1, 2, 3)), ("sows_handelsman_16", (0, 1, 2, 3, 4)), ("oows_13", (0, 1))],
)
def test_the_other_scales_allow_every_number_of_their_range(name: str, allowed: tuple[int, ...]) -> None:
    for item in LIBRARY.instruments[name].items.values():
        assert tuple(one.points for one in item.answers) == allowed


@pytest.mark.parametrize(
    ("instrument", "band_set", "names"),
    [
        (COWS, "form", COWS_SEVERITY),
        (COWS, "ctn-0094", ["none"] * 5 + ["mild"] * 8 + ["moderate"] * 12 + ["severe"] * 24),
        (COWS, "elsevier", ["mild"] * 13 + ["moderate"] * 24 + ["severe"] * 12),
        (HANDELSMAN, "ctn-convention", ["none"] + ["mild"] * 10 + ["moderate"] * 10 + ["severe"] * 44),
        (NEWS2, "risk", ["low"] * 5 + ["medium"] * 2 + ["high"] * 14),
    ],
)
def test_every_total_lies_in_the_band_its_publication_gives(
    instrument: Any, band_set: str, names: list[str]
) -> None:
    table = instrument.bands_by_total[band_set]
    assert [table[total].name for total in range(instrument.most + 1)] == names


def test_neither_gossop_nor_oows_has_a_published_band() -> None:
    assert not GOSSOP.band_sets
    assert not OOWS.band_sets
    assert score(GOSSOP, sheet(GOSSOP, "1,1,1,1,1,1,1,1,1,1")).words == "no published band"


def test_only_confirmed_codes_are_shipped() -> None:
    assert dict(COWS.codes) == {"snomed": "763699005"}
    assert not GOSSOP.codes
    assert not HANDELSMAN.codes
    assert not OOWS.codes
    assert dict(NEWS2.codes) == {"snomed-uk": "1104051000000101"}
    assert {key: dict(item.codes) for key, item in NEWS2.items.items()} == {
        "respiration": {"snomed-uk": "1104301000000104", "snomed reading": "86290005"},
        "spo2": {
            "snomed-uk scale 1": "1104311000000102",
            "snomed-uk scale 2": "1104321000000108",
            "snomed reading": "103228002",
        },
        "breathing": {"snomed-uk": "1104331000000105"},
        "systolic_bp": {"snomed-uk": "1104341000000101", "snomed reading": "72313002"},
        "pulse": {"snomed-uk": "1104351000000103", "snomed reading": "78564009"},
        "consciousness": {"snomed-uk": "1104361000000100", "snomed-uk reading": "1104441000000107"},
        "temperature": {"snomed-uk": "1104371000000107", "snomed reading (core)": "276885007"},
    }


def test_no_code_that_circulates_for_another_measure_is_shipped() -> None:
    text = "".join(TEXTS.values())
    assert "72514-3" not in text  # a pain rating, passed around as COWS
    assert "88330-6" not in text  # a mobility measure, passed around as NEWS


@pytest.mark.parametrize(
    ("name", "written", "instead", "why"),
    [
        ("cows", "{from: 13, to: 36, name: mod", "{from: 12, to: 36, name: mod", "overlap or run backwards"),
        ("cows", "{from: 13, to: 36, name: mod", "{from: 36, to: 13, name: mod", "overlap or run backwards"),
        ("cows", "{from: 25, to: 48, name: severe}", "{from: 25, to: 55, name: severe}", "run from 0 to 48"),
        ("cows", "default_bands: form", "default_bands: elsewhere", "not one of its band sets"),
        ("cows", "  - item: gi\n", "  - item: gii\n", "no item `gii`.*Did you mean `gi`"),
        ("cows", "    at_least: 5\n", "    any_item: 5\n", "from how many points `gi` speaks"),
        ("cows", "    within: 60 min\n", "", "`rises_by` and `within` come together"),
        ("cows", "  - at_least: 25\n", "  - at_least: 25\n    any_item: 5\n", "exactly one of"),
        ("cows", "{points: 3, means: Raised", "{points: 0, means: Raised", "same points twice"),
        ("cows", "from_reading: heart_rate", "from_reading: heart_rat", "Did you mean `heart_rate`"),
        ("cows", "{up_to: 80 /min, points: 0}", "{up_to: 80 mmHg, points: 0}", "80 mmHg"),
        ("cows", "{up_to: 80 /min, points: 0}", "{up_to: 80 /min, points: 3}", "3 is not an allowed answer"),
        ("news2", "{words: alert, points: 0}", "{words: awake, points: 0}", "`awake` is not one of alert"),
        (
            "news2",
            "rcp-news2-2017 chart 1 (C)",
            "rcp-news2-2012 chart 1 (C)",
            "Did you mean `rcp-news2-2017`",
        ),
    ],
)
def test_an_instrument_file_with_a_slip_is_refused_with_the_reason(
    name: str, written: str, instead: str, why: str
) -> None:
    file = f"instruments/{name}.yaml"
    assert TEXTS[file].count(written) == 1
    with pytest.raises(library.KnowledgeRefused, match=rf"{file}:\d+: .*{why}"):
        library.read(TEXTS | {file: TEXTS[file].replace(written, instead)})


# COWS -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "total", "band"),
    [
        pytest.param("0,0,0,0,0,0,0,0,0,0,0", 0, "below mild", id="C1"),
        pytest.param("1,1,1,0,1,0,0,0,0,0,0", 4, "below mild", id="C2"),
        pytest.param("1,1,1,0,1,0,1,0,0,0,0", 5, "mild", id="C3"),
        pytest.param("1,2,1,1,1,2,2,1,0,1,0", 12, "mild", id="C4"),
        pytest.param("1,2,1,1,1,2,2,1,1,1,0", 13, "moderate", id="C5"),
        pytest.param("2,2,1,2,2,2,2,1,1,1,0", 16, "moderate", id="C6"),
        pytest.param("2,3,3,2,2,2,3,2,1,2,3", 25, "moderately severe", id="C7"),
        pytest.param("2,2,3,2,2,2,3,2,1,2,3", 24, "moderate", id="C8"),
        pytest.param("4,3,3,2,4,4,3,2,2,4,5", 36, "moderately severe", id="C9"),
        pytest.param("4,4,3,2,4,4,3,2,2,4,5", 37, "severe", id="C10"),
        pytest.param("4,4,5,5,4,4,5,4,4,4,5", 48, "severe", id="C11"),
    ],
)
def test_cows_vector(answers: str, total: int, band: str) -> None:
    made = score(COWS, sheet(COWS, answers))
    assert made.total == made.at_least == made.at_most == total
    assert made.band is not None
    assert (made.band.band_set, made.band.name) == ("form", band)
    assert made.words == band
    assert not made.missing


@pytest.mark.parametrize(
    ("item", "answer"),
    [
        ("pulse", 3), ("restlessness", 2), ("restlessness", 4), ("pupils", 3), ("aches", 3), ("nose_tears", 3),
        ("gi", 4), ("tremor", 3), ("yawning", 3), ("anxiety", 3), ("gooseflesh", 1), ("gooseflesh", 2),
        ("gooseflesh", 4),
    ],
)  # fmt: skip
def test_cows_refuses_a_number_between_two_of_its_answers(item: str, answer: int) -> None:
    with pytest.raises(AnswerRefused, match=f"`{item}` .* can't be {answer}: it allows .* and nothing else"):
        score(COWS, dict.fromkeys(COWS.items, 0) | {item: answer})


@pytest.mark.parametrize("item", COWS_ANSWERS)
@pytest.mark.parametrize("answer", range(-1, 10))
def test_cows_takes_an_answer_exactly_when_its_form_has_it(item: str, answer: int) -> None:
    answers = dict.fromkeys(COWS.items, 0) | {item: answer}
    if answer in COWS_ANSWERS[item]:
        assert score(COWS, answers).total == answer
    else:
        with pytest.raises(AnswerRefused):
            score(COWS, answers)


@pytest.mark.parametrize("item", COWS_ANSWERS)
@pytest.mark.parametrize("absent", [True, False])
def test_cows_has_no_total_while_an_item_is_missing_only_a_lower_bound(item: str, absent: bool) -> None:
    answers: dict[str, int | None] = dict(sheet(COWS, "4,3,3,2,4,4,3,2,2,4,5"))
    known = 36 - (answers[item] or 0)
    if absent:
        del answers[item]
    else:
        answers[item] = None
    made = score(COWS, answers)
    assert made.total is None
    assert made.band is None
    assert made.words == "no total"
    assert made.at_least == known
    assert made.at_most == known + max(COWS_ANSWERS[item])
    assert dict(made.missing) == {item: Unanswered.NOT_ASSESSED}


def sheets_for_each_total() -> Counter[int]:
    """How many legal sheets come to each total: the answers of the items, convolved."""
    counts = Counter({0: 1})
    for allowed in COWS_ANSWERS.values():
        further: Counter[int] = Counter()
        for total, count in counts.items():
            for answer in allowed:
                further[total + answer] += count
        counts = further
    return counts


@contextmanager
def untraced() -> Iterator[None]:
    """Without coverage's tracer: every line run in here is run, and measured, by other tests too."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


# In four parts, so that several workers can share them.
@pytest.mark.slow
@pytest.mark.parametrize("pulse", COWS_ANSWERS["pulse"])
def test_every_legal_cows_sheet_comes_to_its_sum_and_its_band(pulse: int) -> None:
    keys = tuple(COWS_ANSWERS)
    wrong: list[tuple[int, ...]] = []
    counted = [0] * 49
    with untraced():
        for answers in product((pulse,), *list(COWS_ANSWERS.values())[1:]):
            made = score(COWS, dict(zip(keys, answers, strict=True)))
            total = sum(answers)
            counted[total] += 1
            if made.total != total or made.band is None or made.band.name != COWS_SEVERITY[total]:
                wrong.append(answers)
    assert not wrong
    assert sum(counted) == 4_915_200 // 4
    # The sheets of one pulse answer are those of the other ten items, that many points up.
    others = sheets_for_each_total()
    for total in range(49):
        others[total] -= sum(others[total - step] for step in (1, 2, 4) if total >= step)
    assert counted == [others[total - pulse] if total >= pulse else 0 for total in range(49)]


def test_there_are_4915200_legal_cows_sheets_and_every_total_can_be_reached() -> None:
    counts = sheets_for_each_total()
    assert sum(counts.values()) == 4_915_200
    assert sorted(counts) == list(range(49))


@pytest.mark.parametrize(("heart_rate", "points"), [(80, 0), (81, 1), (100, 1), (101, 2), (120, 2), (121, 4)])
def test_the_pulse_answer_of_cows_follows_from_a_resting_heart_rate(heart_rate: int, points: int) -> None:
    read = instruments.answers_from_readings(COWS, {"heart_rate": heart_rate})
    assert read.answers == {"pulse": points}
    assert read.scale == ""


@pytest.mark.parametrize(
    ("answers", "level", "because"),
    [
        ("0,0,0,0,0,0,3,0,0,0,0", "", ""),
        ("0,0,0,0,0,0,5,0,0,0,0", "urgent", "dehydration"),
        ("2,2,3,2,2,2,3,2,1,2,3", "", ""),
        ("2,3,3,2,2,2,3,2,1,2,3", "urgent", "moderately severe"),
    ],
)
def test_cows_calls_for_help_at_five_for_the_stomach_and_at_25(
    answers: str, level: str, because: str
) -> None:
    made = score(COWS, sheet(COWS, answers))
    assert made.level == level
    assert all(because in trigger.because for trigger in made.fired)


# The two SOWS -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        pytest.param("0,0,0,0,0,0,0,0,0,0", 0, id="G1"),
        pytest.param("1,1,1,1,1,1,1,1,1,1", 10, id="G2"),
        pytest.param("2,2,1,1,0,2,2,1,1,3", 15, id="G3"),
        pytest.param("3,3,2,2,2,3,3,2,2,3", 25, id="G4"),
        pytest.param("3,3,3,3,3,3,3,3,3,3", 30, id="G5"),
    ],
)
def test_sows_gossop_vector(answers: str, total: int) -> None:
    made = score(GOSSOP, sheet(GOSSOP, answers), rated_by="patient")
    assert made.total == total
    assert made.band is None
    assert made.words == "no published band"


def test_sows_gossop_falls_by_ten_from_its_fourth_vector_to_its_third() -> None:
    fourth = score(GOSSOP, sheet(GOSSOP, "3,3,2,2,2,3,3,2,2,3"))
    third = score(GOSSOP, sheet(GOSSOP, "2,2,1,1,0,2,2,1,1,3"))
    assert instruments.change(fourth, third).points == -10


@pytest.mark.parametrize(
    ("answers", "total", "band"),
    [
        pytest.param("0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0", 0, "none", id="H1"),
        pytest.param("1,1,1,1,1,1,0,1,1,1,1,0,0,0,0,0", 10, "mild", id="H2"),
        pytest.param("1,1,1,1,1,1,1,1,1,1,1,0,0,0,0,0", 11, "moderate", id="H3"),
        pytest.param("2,1,1,1,1,1,1,1,1,2,2,2,1,1,1,2", 21, "severe", id="H4"),
        pytest.param("4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4", 64, "severe", id="H5"),
    ],
)
def test_sows_handelsman_vector(answers: str, total: int, band: str) -> None:
    made = score(HANDELSMAN, sheet(HANDELSMAN, answers), rated_by="patient")
    assert made.total == total
    assert made.band is not None
    assert made.band.name == band
    assert "CTN convention" in HANDELSMAN.band_sets[made.band.band_set].title


@pytest.mark.parametrize(
    ("instrument", "item", "quiet", "speaks"),
    [
        (GOSSOP, "nausea", 2, 3),
        (GOSSOP, "cramps", 2, 3),
        (GOSSOP, "heart_pounding", 2, 3),
        (HANDELSMAN, "wish_to_use", 2, 3),
        (HANDELSMAN, "nausea", 2, 3),
        (HANDELSMAN, "near_vomiting", 2, 3),
        (OOWS, "vomiting", 0, 1),
    ],
)
def test_one_item_prompts_whatever_the_total(instrument: Any, item: str, quiet: int, speaks: int) -> None:
    low = dict.fromkeys(instrument.items, 0)
    assert not score(instrument, low | {item: quiet}).fired
    (trigger,) = score(instrument, low | {item: speaks}).fired
    assert (trigger.item, trigger.level) == (item, "prompt")


@pytest.mark.parametrize(("instrument", "highest"), [(GOSSOP, 3), (HANDELSMAN, 4), (OOWS, 1)])
def test_the_other_scales_refuse_every_number_outside_their_range(instrument: Any, highest: int) -> None:
    for item in instrument.items:
        for answer in (-1, highest + 1):
            with pytest.raises(AnswerRefused, match=f"`{item}`"):
                score(instrument, dict.fromkeys(instrument.items, 0) | {item: answer})


# OOWS -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        pytest.param("0,0,0,0,0,0,0,0,0,0,0,0,0", 0, id="O1"),
        pytest.param("1,1,1,0,0,1,0,1,0,0,0,1,0", 6, id="O2"),
        pytest.param("1,1,1,1,1,1,1,1,1,1,1,1,1", 13, id="O3"),
    ],
)
def test_oows_vector(answers: str, total: int) -> None:
    made = score(OOWS, sheet(OOWS, answers), rated_by="trained observer")
    assert made.total == total
    assert made.words == "no published band"


# NEWS2 ------------------------------------------------------------------------------------------

WORDS = {"A": "alert", "C": "confused", "V": "voice", "P": "pain", "U": "unresponsive"}


def vitals(
    rr: int, spo2: int, scale: str, oxygen: str, sbp: int, hr: int, acvpu: str, temperature: str
) -> dict[str, Any]:
    """One set of vital signs, in the order of the sheet's vectors."""
    return {
        "respiratory_rate": rr, "spo2": spo2, "spo2_scale": scale, "breathing": oxygen, "systolic_bp": sbp,
        "heart_rate": hr, "consciousness": WORDS[acvpu], "temperature": int(temperature.replace(".", "")),
    }  # fmt: skip


WELL = vitals(16, 97, "1", "air", 125, 78, "A", "36.8")

# respiration, spo2, breathing, systolic_bp, pulse, consciousness, temperature
NEWS2_ITEMS = ("respiration", "spo2", "breathing", "systolic_bp", "pulse", "consciousness", "temperature")


@pytest.mark.parametrize(
    ("readings", "subscores", "total", "risk", "level"),
    [
        pytest.param(WELL, "0,0,0,0,0,0,0", 0, "low", "", id="N1"),
        pytest.param(
            vitals(22, 96, "1", "air", 138, 112, "A", "37.6"), "2,0,0,0,2,0,0", 4, "low", "", id="N2"
        ),
        pytest.param(
            vitals(8, 92, "1", "air", 112, 58, "V", "36.2"), "3,2,0,0,0,3,0", 8, "high", "emergency", id="N3"
        ),
        pytest.param(
            vitals(8, 97, "1", "air", 118, 66, "A", "36.6"), "3,0,0,0,0,0,0", 3, "low-medium", "urgent", id="N4"
        ),
        pytest.param(vitals(18, 93, "2", "air", 130, 88, "A", "37.0"), "0,0,0,0,0,0,0", 0, "low", "", id="N5"),
        pytest.param(
            vitals(18, 97, "2", "oxygen", 130, 88, "A", "37.0"), "0,3,2,0,0,0,0", 5, "medium", "urgent", id="N6"
        ),
        pytest.param(
            vitals(18, 97, "1", "oxygen", 130, 88, "A", "37.0"), "0,0,2,0,0,0,0", 2, "low", "", id="N7"
        ),
        pytest.param(
            vitals(25, 93, "1", "oxygen", 88, 134, "C", "39.2"), "3,2,2,3,3,3,2", 18, "high", "emergency", id="N8"
        ),
        pytest.param(
            vitals(8, 85, "1", "oxygen", 85, 135, "U", "34.5"), "3,3,2,3,3,3,3", 20, "high", "emergency", id="N9"
        ),
        pytest.param(
            vitals(18, 93, "2", "oxygen", 130, 88, "A", "37.0"), "0,1,2,0,0,0,0", 3, "low", "", id="N10"
        ),
        pytest.param(
            vitals(18, 95, "2", "oxygen", 130, 88, "A", "37.0"), "0,2,2,0,0,0,0", 4, "low", "", id="N11"
        ),
    ],
)  # fmt: skip
def test_news2_vector(readings: dict[str, Any], subscores: str, total: int, risk: str, level: str) -> None:
    made = score_readings(NEWS2, readings, rated_by="nurse")
    assert made.subscores == dict(zip(NEWS2_ITEMS, map(int, subscores.split(",")), strict=True))
    assert made.total == total
    assert made.words == risk
    assert made.level == level
    assert made.scale == readings["spo2_scale"]


@pytest.mark.parametrize(
    ("reading", "value", "points"),
    [
        *[("respiratory_rate", rate, points) for rate, points in [
            (0, 3), (8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3), (80, 3)]],
        *[("systolic_bp", pressure, points) for pressure, points in [
            (30, 3), (90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3), (300, 3)]],
        *[("heart_rate", rate, points) for rate, points in [
            (10, 3), (40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2), (131, 3),
            (300, 3)]],
        *[("temperature", tenths, points) for tenths, points in [
            (250, 3), (350, 3), (351, 1), (360, 1), (361, 0), (380, 0), (381, 1), (390, 1), (391, 2), (450, 2)]],
        *[("consciousness", word, points) for word, points in [
            ("alert", 0), ("confused", 3), ("voice", 3), ("pain", 3), ("unresponsive", 3)]],
        *[("breathing", word, points) for word, points in [("air", 0), ("oxygen", 2)]],
    ],
)  # fmt: skip
def test_each_side_of_each_news2_boundary(reading: str, value: int | str, points: int) -> None:
    made = score_readings(NEWS2, WELL | {reading: value})
    assert made.total == points
    (item,) = [key for key, one in NEWS2.items.items() if one.from_reading == reading]
    assert made.subscores[item] == points


SCALE_1 = [(30, 3), (91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)]
SCALE_2_LOW = [(30, 3), (83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0)]


@pytest.mark.parametrize(
    ("scale", "breathing", "spo2", "points"),
    [
        *[("1", breathing, *row) for breathing in ("air", "oxygen") for row in SCALE_1],
        *[("2", breathing, *row) for breathing in ("air", "oxygen") for row in SCALE_2_LOW],
        *[("2", "air", *row) for row in [(93, 0), (94, 0), (95, 0), (96, 0), (97, 0), (100, 0)]],
        *[("2", "oxygen", *row) for row in [(93, 1), (94, 1), (95, 2), (96, 2), (97, 3), (100, 3)]],
    ],
)
def test_each_side_of_each_spo2_boundary_on_both_scales(
    scale: str, breathing: str, spo2: int, points: int
) -> None:
    made = score_readings(NEWS2, WELL | {"spo2_scale": scale, "breathing": breathing, "spo2": spo2})
    assert made.subscores["spo2"] == points
    assert made.total == points + (2 if breathing == "oxygen" else 0)


def test_every_possible_reading_gives_news2_points() -> None:
    for item in NEWS2.items.values():
        fact = declared()[item.from_reading]
        for value in fact.choices or range(fact.least, fact.most + 1):
            for scale, breathing in product(("1", "2"), ("air", "oxygen")):
                readings = WELL | {"spo2_scale": scale, "breathing": breathing, item.from_reading: value}
                assert not score_readings(NEWS2, readings).missing


def test_scale_2_on_oxygen_is_not_swapped_as_in_the_gdl_model() -> None:
    on_oxygen = WELL | {"spo2_scale": "2", "breathing": "oxygen"}
    assert score_readings(NEWS2, on_oxygen | {"spo2": 94}).subscores["spo2"] == 1
    assert score_readings(NEWS2, on_oxygen | {"spo2": 96}).subscores["spo2"] == 2


def test_oxygen_adds_two_on_scale_2_as_well() -> None:
    readings = WELL | {"spo2_scale": "2", "breathing": "oxygen", "spo2": 90}
    made = score_readings(NEWS2, readings)
    assert (made.subscores["spo2"], made.subscores["breathing"], made.total) == (0, 2, 2)


def test_scale_2_is_used_only_when_it_was_prescribed() -> None:
    never_said = {key: value for key, value in WELL.items() if key != "spo2_scale"} | {"spo2": 90}
    made = score_readings(NEWS2, never_said)
    assert (made.scale, made.subscores["spo2"]) == ("1", 3)


def test_the_oxygen_rows_of_scale_2_are_not_used_on_air() -> None:
    readings = WELL | {"spo2_scale": "2", "spo2": 98}
    assert score_readings(NEWS2, readings).subscores["spo2"] == 0


@pytest.mark.parametrize("item", NEWS2_ITEMS)
def test_news2_has_no_total_while_a_parameter_is_missing(item: str) -> None:
    reading = NEWS2.items[item].from_reading
    made = score_readings(NEWS2, {key: value for key, value in WELL.items() if key != reading})
    assert made.total is None
    assert list(made.missing) == [item]
    assert (made.at_least, made.at_most) == (0, 2 if item == "breathing" else 3)
    # Oxygen alone would add 2 and call nobody; any other parameter could be a single 3.
    assert [trigger.level for trigger in made.not_cleared] == ([] if item == "breathing" else ["urgent"])


def test_a_single_3_calls_for_review_though_the_rest_of_news2_is_missing() -> None:
    made = score_readings(NEWS2, {"respiratory_rate": 8})
    assert made.total is None
    assert made.at_least == 3
    assert made.level == "urgent"
    assert made.words == "at least low-medium"
    assert [trigger.level for trigger in made.not_cleared] == ["emergency"]


def test_a_lower_bound_of_seven_is_an_emergency_whatever_is_missing() -> None:
    made = score_readings(NEWS2, {"respiratory_rate": 8, "consciousness": "voice", "systolic_bp": 105})
    assert made.total is None
    assert made.at_least == 7
    assert made.level == "emergency"
    assert not made.not_cleared


@pytest.mark.parametrize(
    ("subscores", "levels"),
    [
        ("2,2,0,0,0,0,0", []),
        ("2,2,0,1,0,0,0", ["urgent"]),
        ("2,2,0,2,0,0,0", ["urgent"]),
        ("2,2,0,2,1,0,0", ["emergency"]),
        ("3,0,0,0,0,0,0", ["urgent"]),
        ("3,2,0,2,0,0,0", ["emergency", "urgent"]),
    ],
)
def test_news2_is_urgent_at_five_and_an_emergency_at_seven(subscores: str, levels: list[str]) -> None:
    made = score(NEWS2, sheet(NEWS2, subscores), scale="1")
    assert [trigger.level for trigger in made.fired] == levels
