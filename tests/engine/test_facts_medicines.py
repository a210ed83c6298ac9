"""On which medicines, allergic to which."""

import pytest

from tests.charts import allergic, dosed, fact, measured, no_allergies, ordered, says, stopped, takes


def test_medicines_are_unknown_until_the_list_is_complete() -> None:
    assert says("on_haloperidol") == "unknown: the list of own medicines is not complete"
    assert not fact("on_haloperidol", takes("diazepam", complete=False)).is_known
    assert says("on_haloperidol", takes("diazepam")) == "no"


def test_a_medicine_on_any_list_counts_even_an_incomplete_one() -> None:
    assert says("on_haloperidol", takes("haloperidol", complete=False)) == "yes"
    assert says("on_haloperidol", takes("haloperidol", when="9 h"), takes(when="1 h")) == "no"


def test_a_medicine_ordered_here_counts_until_stopped() -> None:
    assert says("on_methadone", ordered("methadone", "1 h")) == "yes"
    assert says("on_methadone", ordered("methadone", "2 h"), stopped("methadone", "1 h"), takes()) == "no"


def test_a_product_ordered_is_its_ingredient_too() -> None:
    order = ordered("buprenorphine-naloxone", "1 h")
    assert says("on_buprenorphine", order) == says("on_buprenorphine_naloxone", order) == "yes"


def test_ordered_here_is_known_whatever_else_the_patient_takes() -> None:
    assert says("methadone_ordered") == "no"
    assert says("methadone_ordered", takes("methadone"), dosed("methadone", "10 mg", "1 h")) == "no"
    assert says("methadone_ordered", ordered("methadone", "1 h")) == "yes"
    assert says("methadone_ordered", ordered("methadone", "2 h"), stopped("methadone", "1 h")) == "no"
    assert says("buprenorphine_ordered", ordered("buprenorphine-naloxone", "1 h")) == "yes"


@pytest.mark.parametrize(("when", "on"), [("1439 min", "yes"), ("24 h", "no"), ("1441 min", "no")])
def test_a_medicine_given_within_24_hours_counts(when: str, on: str) -> None:
    assert says("on_methadone", dosed("methadone", "10 mg", when), takes()) == on


def test_allergies_are_unknown_until_asked() -> None:
    assert says("allergic_to_methadone") == "unknown: allergies have not been asked about"
    assert says("allergic_to_methadone", no_allergies()) == "no"
    assert says("allergic_to_methadone", allergic("methadone")) == "yes"
    assert says("allergic_to_methadone", allergic("haloperidol")) == "no"


def test_an_allergy_stays_when_allergies_are_asked_again() -> None:
    assert (
        says("allergic_to_methadone", allergic("methadone", "9 h"), measured("allergies", "asked", "1 h"))
        == "yes"
    )
