"""Doses and orders as people write them."""

import pytest

from mainstay.engine.orders import Proposal, amount, proposal, read_order
from mainstay.engine.quantities import NotAQuantity, parse
from tests.sample_knowledge import FILES, changed, library

DRUGS = library().drugs


def order(words: str) -> Proposal:
    return read_order(words, library())


@pytest.mark.parametrize(
    ("words", "medicine", "dose", "route", "every", "as_needed"),
    [
        ("methadone 20 mg", "methadone", "20 mg", "", None, False),
        ("methadone 20mg oral", "methadone", "20 mg", "oral", None, False),
        ("Methadone 2 mL oral", "methadone", "20 mg", "oral", None, False),
        ("methadone 2 mL of 5 mg/mL oral", "methadone", "10 mg", "oral", None, False),
        (
            "Suboxone 4 mg sublingual every 24 h",
            "buprenorphine-naloxone",
            "4 mg",
            "sublingual",
            86_400,
            False,
        ),
        ("Buprenorphine with naloxone 4 mg", "buprenorphine-naloxone", "4 mg", "", None, False),
        ("buprenorphine-naloxone 500 micrograms", "buprenorphine-naloxone", "500 mcg", "", None, False),
        ("lofexidine 0.18 mg oral every 6 h as needed", "lofexidine", "0.18 mg", "oral", 21_600, True),
        ("lofexidine   0.18 mg\n as needed", "lofexidine", "0.18 mg", "", None, True),
        ("haloperidol 5 mg", "haloperidol", "5 mg", "", None, False),
        ("Nobody knows 5 mg", "nobody knows", "5 mg", "", None, False),
    ],
)
def test_an_order_is_read_as_written(
    words: str, medicine: str, dose: str, route: str, every: int | None, as_needed: bool
) -> None:
    made = order(words)
    assert (made.medicine, made.dose, made.route, made.every, made.as_needed) == (
        medicine, parse(dose), route, every, as_needed,
    )  # fmt: skip
    assert made.act == "order"
    assert made.drug is DRUGS.get(medicine)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("methadone", "is not an order. Write `drug amount"),
        ("20 mg methadone", "is not an order"),
        ("methadone twenty mg", "is not an order"),
        ("methadone 20", "not an order|not an amount of drug"),
        ("methadone 20 mgg", "not a unit Mainstay knows. Did you mean 'mg'"),
        ("methadone 0 mg", "is not a dose: it must be more than nothing"),
        ("methadone 20 mmHg", "is not an amount of drug: write it in mg or mcg"),
        ("lofexidine 0.2 mg HCl", "Lofexidine is written in mg of base: 0.2 mg HCl is 0.18 mg"),
        ("lofexidine 1 mL", "say of which solution"),
        ("methadone 20 mg every 6", "is not an order"),
    ],
)
def test_an_order_that_cannot_be_read_says_what_to_write(words: str, why: str) -> None:
    with pytest.raises(NotAQuantity, match=why):
        order(words)


def test_a_salt_without_a_known_conversion_is_refused_without_one() -> None:
    with pytest.raises(NotAQuantity, match=r"is an amount of salt\.$"):
        amount("0.2 mg HCl", DRUGS["methadone"])
    with pytest.raises(NotAQuantity, match=r"is an amount of salt\.$"):
        amount("0.2 mg HCl", None)


def test_a_volume_of_nobody_knows_what_is_refused() -> None:
    with pytest.raises(NotAQuantity, match="say of which solution, as `3 mL of 10 mg/mL`"):
        amount("3 mL", None)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("suboxone 4 mg sublingual every 24 h", "Buprenorphine with naloxone 4 mg sublingual every 24 h"),
        ("lofexidine 0.18 mg as needed", "Lofexidine 0.18 mg as needed"),
        ("nobody knows 5 mg", "nobody knows 5 mg"),
    ],
)
def test_a_proposal_is_said_in_a_line(words: str, shown: str) -> None:
    assert str(order(words)) == shown


def test_a_proposal_may_have_no_dose() -> None:
    made = proposal(library(), "haloperidol", None)
    assert (str(made), made.act, made.pathway, made.drug) == ("haloperidol", "dose", "none", None)


def test_a_brand_is_its_product_whatever_the_street_calls_by_it() -> None:
    street = FILES["substances/buprenorphine.yaml"].replace("kind:", "also: [Suboxone, bupe]\nkind:")
    knows = changed({"substances/buprenorphine.yaml": street})
    assert knows.medicine_named("Suboxone") == "buprenorphine-naloxone"
    assert knows.medicine_named("bupe") == "buprenorphine"
