"""Injections that act for weeks, given here or elsewhere."""

from __future__ import annotations

import pytest

from mainstay.engine import documents
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge.library import Library

CHART = """
chart: Injections
now: 2026-03-20 08:00
entries:
  - {{at: 2026-03-19 08:00, happened: [admission{asked}]}}
  - {{at: {at}, recorded: {recorded}, {what}}}
"""


def read(shipped: Library, fact: str, what: str, at: str = "2026-03-10 08:00", *, asked: bool = True) -> str:
    words = CHART.format(
        at=at, recorded=max(at, "2026-03-19 09:00"), what=what, asked=", outside doses asked" if asked else ""
    )
    return str(FactSheet(documents.read(words, shipped).chart(), shipped.vocabulary)[fact])


NALTREXONE = {
    "the injection, by name": ("took: {substance: naltrexone-injection}", "10 d"),
    "the injection, by brand": ("took: {substance: Vivitrol}", "10 d"),
    "by its amount": ("took: {substance: naltrexone, dose: 380 mg}", "10 d"),
    "by its route": ("took: {substance: naltrexone, route: intramuscular}", "10 d"),
    "a tablet": ("took: {substance: naltrexone, dose: 50 mg}", "never"),
    "by mouth, nobody knows how much": ("took: {substance: naltrexone, route: oral}", "never"),
    "nobody knows what form": ("took: {substance: naltrexone}", "at least 10 d"),
    "another thing": ("took: {substance: heroin}", "never"),
}


@pytest.mark.parametrize("name", NALTREXONE)
def test_the_naltrexone_injection_is_seen_wherever_it_was_given(shipped: Library, name: str) -> None:
    what, expected = NALTREXONE[name]
    assert read(shipped, "time_since_last_naltrexone_injection", what).startswith(expected)


def test_what_the_unit_gave_counts_by_amount_or_route(shipped: Library) -> None:
    fact = "time_since_last_naltrexone_injection"
    at = "2026-03-19 20:00"
    assert read(shipped, fact, "dose: {drug: naltrexone, amount: 380 mg, route: intramuscular}", at) == "12 h"
    assert read(shipped, fact, "dose: {drug: naltrexone, amount: 50 mg, route: oral}", at) == "never"
    held = "dose: {drug: naltrexone, amount: 380 mg, route: intramuscular, outcome: held}"
    assert read(shipped, fact, held, at) == "never"


def test_while_nobody_has_asked_about_outside_doses_it_may_have_been_given_before(shipped: Library) -> None:
    value = read(shipped, "time_since_last_naltrexone_injection", "took: {substance: heroin}", asked=False)
    assert value.startswith("at least 24 h")


def test_unknown_naltrexone_before_a_sure_injection_changes_nothing(shipped: Library) -> None:
    both = "took: [{substance: naltrexone}, {substance: naltrexone-injection}]"
    assert read(shipped, "time_since_last_naltrexone_injection", both) == "10 d"


def test_the_buprenorphine_injection_is_told_apart_from_what_goes_under_the_tongue(shipped: Library) -> None:
    fact = "time_since_last_buprenorphine_injection"
    assert read(shipped, fact, "took: {substance: Sublocade}") == "10 d"
    assert read(shipped, fact, "took: {substance: buprenorphine, dose: 8 mg}") == "never"
    assert (
        read(shipped, fact, "took: {substance: buprenorphine, dose: 300 mg, route: subcutaneous}") == "10 d"
    )


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        ("2026-03-10 08:00", "buprenorphine"),
        ("2026-02-04 09:00", "buprenorphine"),
        ("2026-02-03 08:00", "none"),
    ],
)
def test_a_buprenorphine_injection_decides_the_start_for_a_month_and_14_days(
    shipped: Library, at: str, kind: str
) -> None:
    assert read(shipped, "opioid_kind", "took: {substance: Sublocade}", at) == kind
