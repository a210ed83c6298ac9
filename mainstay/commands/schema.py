"""`mainstay schema`: JSON Schemas of every kind of file, from the same forms the loader reads by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mainstay.commands import terminal
from mainstay.engine import documents, facts, scenarios
from mainstay.engine.facts.registry import Fact
from mainstay.engine.knowledge.forms import KINDS, SITE
from mainstay.engine.knowledge.grammar import Form

FORMS: dict[str, Form] = {
    **KINDS, "site": SITE, "chart": documents.DOCUMENT, "scenarios": scenarios.FILE,
}  # fmt: skip


@terminal.refusing
def run(kind: str | None, write: Path | None) -> int:
    if kind is not None and kind not in FORMS:
        raise terminal.BadInput(f"there is no kind of file `{kind}`. Known: {', '.join(FORMS)}.")
    if write is not None:
        try:
            write.mkdir(parents=True, exist_ok=True)
            for name in FORMS:
                (write / f"{name}.json").write_text(as_text(name), encoding="utf-8")
        except OSError as error:
            raise terminal.BadInput(f"{write} can't be written: {error.strerror}.") from error
        return 0
    if kind is None:
        print("\n".join(FORMS))
        return 0
    print(as_text(kind), end="")
    return 0


def as_text(kind: str) -> str:
    """The schema of one kind of file."""
    return json.dumps(made(kind), indent=1, ensure_ascii=False) + "\n"


def made(kind: str) -> dict[str, Any]:
    """The schema of one kind, with the grammar of conditions beside it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Mainstay: {kind}",
        **FORMS[kind].schema(),
        "$defs": {"condition": _condition(), "anything": {}},
    }


def _condition() -> dict[str, Any]:
    """A condition: text, or a joining of conditions. The examples let an editor complete the facts' names."""
    ref = {"$ref": "#/$defs/condition"}
    comparison = r"^\s*[a-z][a-z0-9_]*\s+(within|<=|>=|!=|<|>|=)\s+.+$"
    # In the order of their names: which module declares first depends on who imports it.
    examples = [example(fact) for _, fact in sorted(facts.declared().items())]
    several = {"type": "array", "items": ref, "minItems": 1}
    return {
        "anyOf": [
            {"type": "string", "pattern": comparison, "examples": examples},
            *({"type": "object", "properties": {key: several}, "required": [key], "additionalProperties": False} for key in ("all", "any")),
            {"type": "object", "properties": {"not": ref}, "required": ["not"], "additionalProperties": False},
            {
                "type": "object",
                "properties": {"that": ref, "source": {"type": ["string", "array"]}},
                "required": ["that", "source"],
                "additionalProperties": False,
            },
        ]
    }  # fmt: skip


def example(fact: Fact) -> str:
    """One condition that asks for the fact."""
    return f"{fact.name} = {fact.choices[-1]}" if fact.choices else f"{fact.name} >= {fact.show(fact.least)}"
