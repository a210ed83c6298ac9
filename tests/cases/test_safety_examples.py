"""The given safety cases: what a safe system does in each, and what is not in reach yet."""

from __future__ import annotations

from typing import Any

import pytest

from mainstay.engine.knowledge import library as libraries
from tests.cases.safety import SHARED, Case, cases

# Not in reach yet, each with the issue it belongs to. Nothing else may be left out.
OUT_OF_REACH = {
    "A13": "acetaminophen comes with the symptom medicines (issue 4)",
    "D03": "ibuprofen comes with the symptom medicines (issue 4)",
    "D06": "dicyclomine comes with the symptom medicines (issue 4)",
    "D08": "extended-release buprenorphine comes with issue 4",
    "E10": "stopping an order is an act of the ward (issue 3)",
    "H02": "two open charts in one session: pages (issue 3)",
    "H06": "duplicate records of one person: records (issue 3)",
    "I08": "diphenhydramine comes with the symptom medicines (issue 4)",
    "L02": "overdue observations are kept by the server (issue 5)",
    "L07": "acknowledged alarms are kept by the server (issue 5)",
    "M05": "seizure is protocol P11-B (issue 4)",
    "M07": "a slow rise despite treatment is a danger of issue 4",
    "O02": "leaving is an act of the ward (issue 6)",
    "Q05": "an edit of a protocol: tests/proof/test_seeded_faults.py",
    "Q10": "a killed server: records (issue 3)",
    "Q13": "a cut log: records (issue 3)",
    "Z10": "loperamide comes with the symptom medicines (issue 4)",
    "Z13": "acetaminophen comes with the symptom medicines (issue 4)",
    "Z25": "an edit of a protocol: tests/proof/test_seeded_faults.py",
}

pytestmark = pytest.mark.skipif(
    not SHARED.exists(), reason="NOT RUN: ../shared/cases/safety_examples.yaml is not beside the project"
)
IN_REACH = [case for case in cases() if case["id"] not in OUT_OF_REACH]


@pytest.mark.parametrize("case", IN_REACH, ids=lambda case: f"{case['id']} {case['title']}")
def test_mainstay_decides_a_given_case_as_a_safe_system_does(case: dict[str, Any]) -> None:
    answer = Case(case, libraries.load()).answer()
    expected = case["expected"]
    accepted = [expected["decision"], *expected.get("accept", ())]
    assert answer.decision in accepted, f"{case['id']}: {answer.decision}, not {accepted}\n{answer.said}"
    if expected.get("with_alarm"):
        assert answer.alarmed, f"{case['id']}: nobody was called\n{answer.said}"
    if "within_min" in expected:
        assert answer.within <= expected["within_min"] * 60, f"{case['id']}: too slow\n{answer.said}"
    for forbidden in expected.get("must_not", ()):
        assert answer.decision != forbidden


def test_only_cases_with_a_reason_are_left_out() -> None:
    known = {case["id"] for case in cases()}
    assert known >= set(OUT_OF_REACH)
    assert len(IN_REACH) == len(known) - len(OUT_OF_REACH)
