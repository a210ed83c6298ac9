"""Seeded faults: each must be caught, by a check that is named; the harmless edits beside them must pass.

Cases Q05 and Z25 of the safety examples are `hold deleted` and `hold stricter`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from mainstay.engine.knowledge.library import Library
from mainstay.proof import checks, weaker
from mainstay.proof.checks import Result
from mainstay.proof.solver import Budget
from tests.proof.edits import Edit, after, before, swap, swap_in, without

LOFEXIDINE, P1 = "lofexidine-withdrawal", "buprenorphine-standard-start"
METHADONE, LOW_DOSE = "methadone-stabilisation", "buprenorphine-low-dose-start"
P7, DRUG = f"protocols/{LOFEXIDINE}.yaml", "drugs/lofexidine.yaml"
STANDARD, STABILISE = f"protocols/{P1}.yaml", f"protocols/{METHADONE}.yaml"
SLOW_START, SITE = f"protocols/{LOW_DOSE}.yaml", "site-values.yaml"
GATES, ALPHA_2, COWS = (
    "protocols/universal-gates.yaml",
    "classes/alpha-2-agonist.yaml",
    "instruments/cows.yaml",
)

# An uncapped guard: the cap's line says something that is always true.
NO_CAP = swap(P7, r"lofexidine_in_24_hours <= [\d.]+ mg", "lofexidine_doses_given >= 0")


def site(name: str, value: str) -> Edit:
    """Another default of a site value."""
    return swap(SITE, rf"^(  {name}:\n    default: ).*$", rf"\g<1>{value}")


@dataclass(frozen=True)
class Fault:
    name: str
    edits: tuple[Edit, ...]
    caught_by: str
    protocol: str
    says: str = ""


FAULTS = [
    # How much
    Fault("cap deleted from the guard", (NO_CAP,), "c", LOFEXIDINE, "total"),
    Fault("cap deleted from the drug's own list", (without(DRUG, "day-total"),), "g", LOFEXIDINE, "lofexidine day-total"),
    Fault(
        "spacing 6 to 5 hours without a cap", (NO_CAP, swap(P7, r"(time_since_last_lofexidine >=) 6 h", r"\1 5 h")),
        "c", LOFEXIDINE, "total",
    ),
    Fault(
        "a calendar-day counter in place of the rolling one", (swap(P7, "lofexidine_in_24_hours", "lofexidine_today"),),
        "c", LOFEXIDINE, "total",
    ),
    Fault(
        "cap a step too high", (swap(P7, r"lofexidine_in_24_hours <= 2\.34 mg", "lofexidine_in_24_hours <= 2.52 mg"),),
        "c", LOFEXIDINE, "total",
    ),
    Fault("unit slip: grams for milligrams", (swap(P7, r"dose: 0\.54 mg", "dose: 0.54 g"),), "c", LOFEXIDINE, "dose"),
    Fault("unit slip: micrograms for milligrams", (swap(P7, r"dose: 0\.54 mg", "dose: 0.54 mcg"),), "c", LOFEXIDINE, "strength"),
    Fault(
        "unit slip in the drug's own list", (swap_in(DRUG, "single-dose", r"0\.72 mg", "720 mg"),), "g", LOFEXIDINE,
        "lofexidine single-dose",
    ),
    Fault("point slip in the drug's own list", (swap_in(DRUG, "day-total", r"2\.88 mg", "28.8 mg"),), "g", LOFEXIDINE),
    Fault("dose that no strength makes", (swap(P7, r"dose: 0\.54 mg", "dose: 0.5 mg"),), "c", LOFEXIDINE, "strength"),
    Fault("dose above the largest", (swap(P7, r"dose: 0\.54 mg", "dose: 0.9 mg"),), "c", LOFEXIDINE, "single-dose"),
    Fault("a larger upper end", (swap_in(STABILISE, "first-low-tolerance", "up_to: 10 mg", "up_to: 15 mg"),), "c", METHADONE),
    Fault("methadone cap raised", (swap_in(STABILISE, "extra", "hours <= 30 mg", "hours <= 35 mg"),), "c", METHADONE, "total"),
    Fault("methadone raised by two steps", (swap_in(STABILISE, "raise", "plus: 5 mg", "plus: 10 mg"),), "c", METHADONE, "rise"),
    Fault("a low-dose start ten times as large", (swap(SLOW_START, r"dose: 0\.5 mg", "dose: 5 mg"),), "g", LOW_DOSE),
    # When
    Fault("gap shortened at the site", (site("short_acting_wait", "4 h"),), "c", P1),
    Fault("gap shortened, the limit with it", (site("short_acting_wait", "4 h"), site("short_acting_least_wait", "4 h")), "g", P1),
    Fault("spacing of the drug's own list shortened", (swap_in(DRUG, "spacing", "5 h", "4 h"),), "g", LOFEXIDINE),
    Fault("doses of the low-dose start moved together", (swap(SLOW_START, "apart: 8 h", "apart: 1 h"),), "g", LOW_DOSE),
    # Readings
    Fault("missing reading accepted", (swap(P7, r"^ *- systolic_bp within site vitals_age\n", ""),), "c", LOFEXIDINE, "systolic"),
    Fault(
        "stale reading accepted", (swap(P7, "systolic_bp within site vitals_age", "systolic_bp within 300 min"),), "c",
        LOFEXIDINE, "systolic",
    ),
    Fault("stale readings accepted at the site", (site("vitals_age", "300 min"),), "g", LOFEXIDINE),
    Fault(
        "stale COWS accepted by the instrument",
        (swap(COWS, "^greatest_age: 4 h", "greatest_age: 24 h"), site("cows_age_to_start", "24 h")), "g", LOFEXIDINE,
    ),
    Fault(
        "COWS from before the last use accepted",
        (without(STANDARD, "cows-after-use"), without(STANDARD, "used-since-the-score")), "cg", P1,
    ),
    Fault("COWS to start lowered", (site("cows_to_start_short_acting", "5 points"),), "g", P1),
    Fault("no objective sign asked for", (without(STANDARD, "objective-sign"),), "g", P1),
    # Holds
    Fault("hold deleted", (without(P7, "diastolic-low"),), "c", LOFEXIDINE, "diastolic"),
    Fault("systolic hold deleted (case Q05)", (without(P7, "systolic-low"),), "cg", LOFEXIDINE),
    Fault("systolic bound lowered", (swap_in(P7, "systolic-low", "site alpha2_least_systolic", "80 mmHg"),), "c", LOFEXIDINE, "systolic"),
    Fault("hold bound lowered in the protocol", (swap_in(P7, "diastolic-low", "site alpha2_least_diastolic", "50 mmHg"),), "c", LOFEXIDINE, "diastolic"),
    Fault("hold bound lowered at the site", (site("alpha2_least_systolic", "80 mmHg"),), "g", LOFEXIDINE),
    Fault("hold of another reading", (swap_in(P7, "pulse-slow", r"heart_rate < site \w+", "diastolic_bp < 50 mmHg"),), "c", LOFEXIDINE, "slow"),
    Fault("gate deleted", (without(GATES, "g2-intoxicated"),), "c", P1, "intoxicated"),
    Fault("never_if deleted", (without(P7, "congenital-long-qt"),), "c", LOFEXIDINE, "congenital-long-qt"),
    Fault("allergy: all in place of any", (swap_in(STANDARD, "allergy", "any:", "all:"),), "c", P1, "allergy"),
    Fault("at 500 ms no more", (swap_in(P7, "qtc-high", "qtc >=", "qtc >"),), "c", LOFEXIDINE, "qtc"),
    Fault("liver bound moved", (swap_in(P7, "first-three-tablets", "child_pugh_score < 7", "child_pugh_score < 9"),), "c", LOFEXIDINE, "liver"),
    # The drugs' own lists and who is in them
    Fault("verdict weakened", (swap_in(DRUG, "day-total", "then: refuse", "then: inform"),), "g", LOFEXIDINE),
    Fault("limit scoped away", (swap_in(DRUG, "day-total", "^    then:", f"    except_on: {LOFEXIDINE}\n    then:"),), "g", LOFEXIDINE),
    Fault("limit for fewer people", (swap_in(DRUG, "liver-moderate-dose", ">= 7 points", ">= 12 points"),), "g", LOFEXIDINE),
    Fault(
        "drug taken out of its class",
        (swap(ALPHA_2, "lofexidine, clonidine", "clonidine"), swap(DRUG, r"classes: \[alpha-2-agonist, ", "classes: [")), "g", LOFEXIDINE,
    ),
    Fault("limit of the class deleted", (without(ALPHA_2, "pulse-slow"),), "g", LOFEXIDINE),
    Fault("a larger rise", (swap_in("drugs/methadone.yaml", "rise-of-5-mg", "largest_rise: 5 mg", "largest_rise: 10 mg"),), "g", METHADONE, "rise-of-5-mg"),
    # Steps and rules
    Fault("two steps for one chart", (swap_in(STABILISE, "repeat", "methadone_day <= 3", "methadone_day <= 5"),), "b", METHADONE),
    Fault("a step that can never be", (swap_in(STANDARD, "once-a-day", "buprenorphine_day >= 2", "buprenorphine_day = 0"),), "a", P1, "once-a-day"),
    Fault("a rule that can never speak", (swap_in(P7, "systolic-low", "< site alpha2_least_systolic", "< 30 mmHg"),), "a", LOFEXIDINE),
    Fault("a rule that always speaks", (swap_in(P7, "opioid-withdrawal", "opioid_kind != none", "lofexidine_doses_given >= 0"),), "a", LOFEXIDINE),
    Fault("an alarm deleted", (without(P7, "low-after-lofexidine"),), "g", LOFEXIDINE, "low-after-lofexidine"),
]  # fmt: skip

HARMLESS = [
    ("hold stricter", (swap_in(P7, "systolic-low", "site alpha2_least_systolic", "95 mmHg"),), LOFEXIDINE),
    ("hold stricter at the site", (site("alpha2_least_systolic", "95 mmHg"),), LOFEXIDINE),
    ("spacing 6 to 7 hours", (swap(P7, r"(time_since_last_lofexidine >=) 6 h", r"\1 7 h"),), LOFEXIDINE),
    ("another because", (swap_in(P7, "systolic-low", "because: .*", "because: Pressure is low already."),), LOFEXIDINE),
    ("a lower dose that exists", (swap_in(P7, "first-three-tablets", r"dose: 0\.54 mg", "dose: 0.36 mg"),), LOFEXIDINE),
    ("a lower cap", (swap(P7, r"lofexidine_in_24_hours <= 2\.34 mg", "lofexidine_in_24_hours <= 2.16 mg"),), LOFEXIDINE),
    ("fresher readings", (swap(P7, "systolic_bp within site vitals_age", "systolic_bp within 20 min"),), LOFEXIDINE),
    ("a smaller total in the drug's own list", (swap_in(DRUG, "day-total", r"2\.88 mg", "2.7 mg"),), "none"),
    ("longer spacing in the drug's own list", (swap_in(DRUG, "spacing", "5 h", "6 h"),), LOFEXIDINE),
    ("a stronger verdict", (swap_in(DRUG, "after-oral-naltrexone", "then: needs_reason", "then: hold"),), LOFEXIDINE),
    ("COWS to start raised", (site("cows_to_start_short_acting", "13 points"),), P1),
    ("a longer wait", (site("short_acting_wait", "14 h"),), P1),
    ("an alarm that speaks earlier", (swap_in(P7, "low-after-lofexidine", "< 12 h", "< 24 h"),), LOFEXIDINE),
]  # fmt: skip


def _budget() -> Budget:
    return Budget(120, time.monotonic)


def _found(edited: Library, fault: Fault, check: str) -> list[Result]:
    if check == "g":
        where = (fault.protocol, *edited.protocols[fault.protocol].drugs)
        return [one for only in where for one in weaker.weaker(before(), edited, _budget(), only)]
    return [one for proof in checks.prove(edited, _budget(), fault.protocol, check) for one in proof.failures]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_seeded_fault_is_caught(fault: Fault) -> None:
    edited = after(*fault.edits)
    for check in fault.caught_by:
        found = _found(edited, fault, check)
        shown = [one for one in found if one.check == check and fault.says in f"{one.about} {one.says}"]
        assert shown, f"{check}) finds only {[(one.about, one.says) for one in found]}"
        # What is caught is shown by a chart the engine agrees with (a dead rule and a strength have none to show).
        assert check == "a" or fault.says == "strength" or any(one.example is not None for one in shown), (
            shown[0].says
        )


@pytest.mark.parametrize(("name", "edits", "protocol"), HARMLESS, ids=[name for name, _, _ in HARMLESS])
def test_a_harmless_edit_passes(name: str, edits: tuple[Edit, ...], protocol: str) -> None:
    edited = after(*edits)
    wrong = [one for proof in checks.prove(edited, _budget(), protocol, "abc") for one in proof.failures]
    assert not wrong, [(one.about, one.says) for one in wrong]
    newly = list(weaker.weaker(before(), edited, _budget()))
    assert not newly, [(one.about, one.says) for one in newly]


def test_five_hours_apart_five_largest_doses_of_lofexidine_fit_in_a_day() -> None:
    """The finding the event-window proof must make: 3.6 mg in 24 hours, above 2.88 mg; the cap does the work."""
    found = [one for one in checks.windows(before(), _budget()) if one.about == "drug lofexidine"]
    assert len(found) == 1
    assert found[0].window is not None
    assert found[0].window.minutes == (0, 300, 600, 900, 1_200)
    assert "3.6 mg, above the 2.88 mg" in found[0].says
    assert "the cap does the work" in found[0].says


def test_without_its_total_the_drug_is_said_to_be_uncapped() -> None:
    edited = after(without(DRUG, "day-total"))
    found = [one for one in checks.windows(edited, _budget()) if one.about == "drug lofexidine"]
    assert "no total is kept" in found[0].says
