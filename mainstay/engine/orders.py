"""Doses and orders: as people write them, and as a proposal the limits can judge."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mainstay.engine import quantities
from mainstay.engine.knowledge.library import Library
from mainstay.engine.knowledge.models import Drug
from mainstay.engine.quantities import Quantity

_OF = re.compile(r"^(.+? ?mL) of (.+ ?mg/mL)$")


def amount(words: str, drug: Drug | None) -> Quantity:
    """An amount of drug as written: `4 mg`, `500 mcg`, `3 mL of 10 mg/mL`, `30 mL` where one solution exists.

    Raises NotAQuantity: for a salt (with what it is in base), a volume of nobody knows what, nothing, or less.
    """
    given = _OF.match(words.strip())
    if given:
        made = quantities.amount_in(
            quantities.parse(given[1], "volume"), quantities.parse(given[2], "concentration")
        )
    else:
        made = quantities.parse(words)
    if made.kind == "volume":
        concentrations = {form.concentration for form in drug.forms if form.concentration} if drug else set()
        if len(concentrations) != 1:
            raise quantities.NotAQuantity(
                f"`{words}` is a volume: say of which solution, as `3 mL of 10 mg/mL`."
            )
        made = quantities.amount_in(made, concentrations.pop())
    if made.kind == "salt":
        hint = ""
        if drug and drug.salt and drug.amounts_are:
            written, same = drug.salt
            hint = f" {drug.title} is written in {drug.amounts_are}: {written} is {same}."
        raise quantities.NotAQuantity(f"`{words}` is an amount of salt.{hint}")
    if made.kind != "amount":
        raise quantities.NotAQuantity(f"`{words}` is not an amount of drug: write it in mg or mcg.")
    if made.steps <= 0:
        raise quantities.NotAQuantity(f"`{words}` is not a dose: it must be more than nothing.")
    return made


@dataclass(frozen=True)
class Proposal:
    """A dose somebody proposes. `medicine` may be one we have no file for: `drug` is then None."""

    medicine: str
    drug: Drug | None
    dose: Quantity | None
    route: str = ""
    every: int | None = None
    as_needed: bool = False
    # "order": it is being ordered. "dose": it is about to be given, so readings must be fresh now.
    act: str = "dose"
    pathway: str = "none"

    def __str__(self) -> str:
        name = self.drug.title if self.drug else self.medicine
        parts = [name, str(self.dose) if self.dose else "", self.route]
        if self.every:
            parts.append(f"every {Quantity(self.every, quantities.UNITS['h'])}")
        return " ".join(part for part in parts if part) + (" as needed" if self.as_needed else "")


_ORDER = re.compile(
    r"^(?P<drug>[A-Za-z][A-Za-z0-9/_ -]*?)\s+(?P<amount>[\d.]+ ?(?:mg HCl|mg|mcg|g|mL of [\d.]+ ?mg/mL|mL|micrograms?|milligrams?|\S+?))"
    r"(?:\s+(?P<route>[a-z]+))??(?:\s+every (?P<every>\d+ ?(?:h|min|d)))?(?P<needed>\s+as needed)?$"
)


def read_order(words: str, library: Library, *, act: str = "order", pathway: str = "none") -> Proposal:
    """Read `buprenorphine-naloxone 4 mg sublingual every 24 h`. Raises NotAQuantity saying what is wrong."""
    match = _ORDER.match(" ".join(words.split()))
    if not match:
        raise quantities.NotAQuantity(
            f"{words!r} is not an order. Write `drug amount [route] [every N h] [as needed]`, "
            "such as `methadone 20 mg oral`."
        )
    name = match["drug"]
    medicine = library.medicine_named(name) or name.lower()
    drug = library.drugs.get(medicine)
    every = quantities.parse(match["every"], "time").steps if match["every"] else None
    return Proposal(
        medicine,
        drug,
        amount(match["amount"], drug),
        match["route"] or "",
        every,
        bool(match["needed"]),
        act,
        pathway,
    )


def proposal(
    library: Library,
    medicine: str,
    dose: Quantity | None,
    *,
    route: str = "",
    act: str = "dose",
    pathway: str = "none",
) -> Proposal:
    """A proposal of a medicine by id."""
    return Proposal(medicine, library.drugs.get(medicine), dose, route, None, False, act, pathway)
