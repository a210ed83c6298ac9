"""`mainstay facts`: the vocabulary of conditions."""

from __future__ import annotations

from pathlib import Path

from mainstay.commands import terminal
from mainstay.commands.terminal import DIM, Page
from mainstay.engine import words as called
from mainstay.engine.facts.registry import Fact
from mainstay.engine.quantities import UNITS, Quantity


@terminal.refusing
def run(words: list[str], *, as_json: bool, knowledge: Path | None) -> int:
    vocabulary = terminal.library(knowledge).vocabulary
    wanted = [
        fact
        for fact in sorted(vocabulary.values(), key=lambda fact: (fact.topic, fact.name))
        if all(word.lower() in f"{fact.name} {fact.says}".lower() for word in words)
    ]
    if as_json:
        terminal.print_json([as_row(fact) for fact in wanted])
        return 0
    if not wanted:
        raise terminal.BadInput(f"no fact has {' and '.join(words)} in its name or meaning.")
    page = Page()
    for fact in wanted:
        row = as_row(fact)
        age = f", at most {row['greatest_age']} old" if row["greatest_age"] else ""
        page.line((fact.name, "bold"), (f"  {row['kind']}: {row['values']}{age}", DIM))
        page.line(fact.says, indent=4)
    page.line(
        f"{len(wanted)} facts. " + ("" if words else "Words narrow them: mainstay facts cows."), style=DIM
    )
    return 0


def as_row(fact: Fact) -> dict[str, str | None]:
    """One fact as a row of the table."""
    values = ", ".join(fact.choices) if fact.choices else f"{fact.show(fact.least)} to {fact.show(fact.most)}"
    age = None if fact.greatest_age is None else str(Quantity(fact.greatest_age, UNITS["h"]))
    return {
        "fact": fact.name, "called": called.fact_name(fact.name), "kind": str(fact.kind), "values": values, "greatest_age": age, "topic": fact.topic,
        "says": fact.says, "given_in_documents": "yes" if fact.entered else "no",
    }  # fmt: skip
