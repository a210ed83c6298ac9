"""Facts about a class of medicines: any of them, an MAO inhibitor before, an ECG from before a second QT medicine."""

from __future__ import annotations

import pytest

from mainstay.engine.chart import Entry
from mainstay.engine.knowledge.library import Library
from tests.charts import dosed, measured, ordered, sheet, takes


def says(shipped: Library, fact: str, *entries: Entry) -> str:
    return str(sheet(*entries, library=shipped)[fact])


def test_any_of_a_class_is_one_of_them_and_none_only_when_all_are_known(shipped: Library) -> None:
    fact = "on_any_benzodiazepine"
    assert says(shipped, fact, takes("clonazepam")) == "yes"
    assert says(shipped, fact, takes("ibuprofen")) == "no"
    assert says(shipped, fact, takes(), ordered("lorazepam", "2 h")) == "yes"
    assert says(shipped, fact, takes(complete=False)).startswith("unknown")
    assert says(shipped, fact, takes("clonazepam", complete=False)) == "yes"


def test_an_mao_inhibitor_counts_for_14_days_when_told_or_given(shipped: Library) -> None:
    fact = "maoi_in_14_days"
    assert says(shipped, fact).startswith("unknown")
    assert says(shipped, fact, measured("maoi_in_14_days", "yes", "1 h")).startswith("yes")
    assert says(shipped, fact, measured("maoi_in_14_days", "no", "1 h")).startswith("no")
    assert says(shipped, fact, dosed("phenelzine", "15 mg", "13 d")).startswith("yes")
    assert says(shipped, fact, dosed("phenelzine", "15 mg", "14 d")).startswith("unknown")


ECG = measured("qtc", "430 ms", "5 h")


@pytest.mark.parametrize("fact", ["qtc", "qtc_rise"])
def test_an_ecg_is_out_of_date_once_a_second_qt_medicine_was_added(shipped: Library, fact: str) -> None:
    before, after = dosed("methadone", "10 mg", "6 h"), dosed("ondansetron", "4 mg", "2 h")
    assert not says(shipped, fact, ECG).startswith("unknown")
    assert not says(shipped, fact, ECG, after).startswith("unknown")  # the first one: the ECG is its baseline
    assert "ondansetron was added" in says(shipped, fact, ECG, before, after)
    assert not says(shipped, fact, ECG, before, dosed("ondansetron", "4 mg", "6 h"), after).startswith(
        "unknown"
    )
    assert not says(shipped, fact, ECG, before, after, measured("qtc", "440 ms", "1 h")).startswith("unknown")
