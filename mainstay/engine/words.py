"""Words: what a fact, its value and a condition are called at the bedside.

Knowledge files speak of `systolic_bp < 90 mmHg`; a nurse reads "systolic blood pressure below 90 mmHg".
Most facts are called by their own name with its short words written out, so a new fact needs no entry here.
"""

from __future__ import annotations

from functools import lru_cache

from mainstay.engine import quantities
from mainstay.engine.conditions import All, AnyOf, Compare, Condition, Leaf, Not, Used, Within, leaves
from mainstay.engine.facts.registry import Fact, FactValue, Kind
from mainstay.engine.quantities import UNITS, Quantity

_WRITTEN_OUT = {
    "bp": "blood pressure", "cows": "COWS", "sows": "SOWS", "oows": "OOWS", "news2": "NEWS2", "spo2": "SpO2",
    "qt": "QT", "qtc": "QTc", "alt": "ALT", "egfr": "eGFR", "hours": "h",
}  # fmt: skip

# Where a name's own words do not read well.
_CALLED = {
    "cows_objective_signs": "objective signs",
    "cows_after_last_use": "COWS scored after the last use",
    "cows_after_last_dose": "COWS scored after the last dose",
    "cows_highest_in_24_hours": "highest COWS in 24 h",
    "cows_rise_after_last_buprenorphine": "COWS rise after the last buprenorphine",
    "precipitated_withdrawal_open": "precipitated withdrawal open",
    "full_agonist_continues": "a full agonist goes on beside it",
    "opioid_kind": "kind of opioid",
    "pathway": "protocol chosen",
    "long_qt_syndrome": "congenital or family long QT",
    "methadone_setting_legal": "setting may give methadone",
    "child_pugh_score": "Child-Pugh score",
    "systolic_bp_fall_on_standing": "fall of systolic pressure on standing",
    "gi_obstruction": "bowel obstruction",
    "maoi_in_14_days": "MAO inhibitor in the last 14 days",
    "time_since_last_short_acting": "last short-acting opioid",
    "time_since_last_long_acting": "last long-acting opioid",
}

_COMPARED = {"<": "below", "<=": "at most", ">": "above", "=": "exactly"}
_SINCE = "time_since_"


@lru_cache(maxsize=4_096)
def fact_name(name: str) -> str:
    """What the fact of this name is called: "systolic blood pressure", "last fentanyl", "COWS"."""
    if name in _CALLED:
        return _CALLED[name]
    if name.startswith(_SINCE):
        return _plain(name.removeprefix(_SINCE))
    if name.endswith("_days_missed"):
        return f"days missed in a row, {_plain(name.removesuffix('_days_missed'))}"
    if name.endswith("_day"):
        return f"day of {_plain(name.removesuffix('_day'))}"
    return _plain(name.removesuffix("_total"))


def _plain(name: str) -> str:
    return " ".join(_WRITTEN_OUT.get(word, word) for word in name.split("_"))


def _is_elapsed(fact: Fact) -> bool:
    return fact.name.startswith(_SINCE)


def steps_text(fact: Fact, steps: int) -> str:
    """A value as it is said: "12", "88 mmHg", "37 °C", "short acting"."""
    if fact.choices:
        return fact.choices[steps].replace("_", " ")
    shown = fact.show(steps)
    if fact.unit.kind == "temperature":
        return f"{float(Quantity(steps, fact.unit).number()):.1f} °C"
    return shown.removesuffix(" points")


def value_text(value: FactValue) -> str:
    """A fact with its value and age: "systolic blood pressure 88 mmHg, 5 min old", or why it is not known."""
    fact, name = value.fact, fact_name(value.fact.name)
    if not value.is_known:
        return f"{name}: {_unknown_text(value)}"
    shown = steps_text(fact, value.least)
    if _is_elapsed(fact):
        if shown == "never":
            return f"{name}: never"
        return f"{name} just now" if value.least < 60 else f"{name} {elapsed_text(value.least)} ago"
    old = "" if value.age is None or fact.kind is not Kind.READING else f", {quantities.show_age(value.age)}"
    return f"{name}{':' if fact.choices else ''} {shown}{old}"


def _unknown_text(value: FactValue) -> str:
    fact = value.fact
    if not fact.choices and value.least > fact.least:
        return f"at least {steps_text(fact, value.least)} ({value.why})"
    if not fact.choices and value.most < fact.most:
        return f"at most {steps_text(fact, value.most)} ({value.why})"
    return f"not known ({value.why})"


def elapsed_text(seconds: int) -> str:
    """How long, as people say it: "11 h 10 min", from three days on "6 d 12 h"."""
    days, rest = divmod(seconds, 86_400)
    if days < 3:
        return _time(seconds)
    return f"{days} d {rest // 3_600} h" if rest >= 3_600 else f"{days} d"


def asked_name(name: str) -> str:
    """What to measure or ask for this fact: a total that is not known is a question about doses taken outside."""
    if name.startswith("on_"):
        return "the patient's own medicines"
    if name.startswith("allergic_to_"):
        return "allergies"
    if name.startswith(_SINCE + "last_"):
        return f"{fact_name(name).removeprefix('last ')} taken outside, and when"
    if name.endswith("_in_24_hours") and not name.startswith(("cows", "vomits", "seizures")):
        return f"{_plain(name.removesuffix('_in_24_hours'))} taken outside, and when"
    return fact_name(name)


def used_text(used: Used) -> str:
    """One fact as it was read, with its age."""
    return value_text(used.value)


def wanted_text(used: Used) -> str:
    """One fact as it was read, beside what was asked: "COWS 12, 10 min old (13 or more wanted)"."""
    leaf, value = used.leaf, used.value
    if isinstance(leaf, Within):
        return f"{value_text(value)} (no older than {_time(leaf.seconds)} wanted)"
    if leaf.fact.choices:
        return value_text(value)
    return f"{value_text(value)} ({_bound(leaf)} wanted)"


def _time(seconds: int) -> str:
    return str(Quantity(seconds, UNITS["s"]))


def _bound(leaf: Compare) -> str:
    shown = steps_text(leaf.fact, leaf.steps)
    if leaf.comparison == ">=":
        return f"at least {shown}" if _is_elapsed(leaf.fact) else f"{shown} or more"
    if leaf.comparison == "!=":
        return f"other than {shown}"
    return f"{_COMPARED[leaf.comparison]} {shown}"


def leaf_text(leaf: Leaf) -> str:
    """One comparison in words: "at least 6 h since the last lofexidine", "COWS 13 or more"."""
    name = fact_name(leaf.fact.name)
    if isinstance(leaf, Within):
        return f"{name} no older than {_time(leaf.seconds)}"
    if leaf.fact.choices == ("no", "yes"):
        means_yes = (leaf.comparison == "=") == (leaf.steps == 1)
        return name if means_yes else f"not {name}"
    if _is_elapsed(leaf.fact):
        bound = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}.get(
            leaf.comparison, "exactly"
        )
        return f"{bound} {_time(leaf.steps)} since the {name}"
    if leaf.fact.choices:
        return f"{name} {'is' if leaf.comparison == '=' else 'is not'} {steps_text(leaf.fact, leaf.steps)}"
    return f"{name} {_bound(leaf)}"


def condition_text(condition: Condition) -> str:
    """A whole condition in words."""
    if isinstance(condition, All | AnyOf):
        joined = " and " if isinstance(condition, All) else " or "
        return joined.join(_bracketed(part) for part in condition.parts)
    if isinstance(condition, Not):
        return f"not ({condition_text(condition.part)})"
    return leaf_text(condition)


# What is longer is no sentence any more.
_LONGEST = 160


def part_text(condition: Condition) -> str:
    """A part of a step's guard in words; of a long one, only what it is about."""
    whole = condition_text(condition)
    if len(whole) <= _LONGEST:
        return whole
    return f"one of several combinations of {', '.join(dict.fromkeys(fact_name(leaf.fact.name) for leaf in leaves(condition)))}"


def _bracketed(condition: Condition) -> str:
    words = condition_text(condition)
    return f"({words})" if isinstance(condition, All | AnyOf) else words
