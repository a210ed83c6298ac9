"""Reads rules.yaml into plain data that any engine's file can be written from.

A condition becomes `{"fact", "is", "value"}`, `{"all": [...]}`, `{"any": [...]}` or `{"not": ...}`; values are whole
numbers of the unit's smallest step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mainstay.engine import quantities

HERE = Path(__file__).parent
Tree = dict[str, Any]

_LEAF = re.compile(r"^(\w+) (<=|>=|!=|<|>|=) (.+)$")


@dataclass(frozen=True)
class Rule:
    """One rule: its condition as written and as data, and what follows from it."""

    written: Any
    when: Tree
    dose: str
    check: int


@dataclass(frozen=True)
class RuleSet:
    """The facts, in one fixed order, and the rules over them."""

    facts: tuple[str, ...]
    rules: tuple[Rule, ...]

    def as_data(self) -> dict[str, Any]:
        """For an engine in another process."""
        return {
            "facts": list(self.facts),
            "rules": [
                {"written": rule.written, "when": rule.when, "dose": rule.dose, "check": rule.check}
                for rule in self.rules
            ],
        }


def read() -> RuleSet:
    """The thirty rules. Raises ValueError if one is not in the grammar or uses a fact not listed."""
    written = yaml.load((HERE / "rules.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - reads text only
    rules = tuple(
        Rule(one["when"], _tree(one["when"]), one["dose"], int(one["check"])) for one in written["rules"]
    )
    strangers = {leaf["fact"] for rule in rules for leaf in leaves(rule.when)} ^ set(written["facts"])
    if strangers:
        raise ValueError(f"rules.yaml lists and uses different facts: {', '.join(sorted(strangers))}.")
    return RuleSet(tuple(written["facts"]), rules)


def _tree(written: Any) -> Tree:
    if isinstance(written, str):
        match = _LEAF.match(written)
        if not match:
            raise ValueError(f"{written!r} is not `fact comparison value`.")
        fact, comparison, value = match.groups()
        return {"fact": fact, "is": comparison, "value": quantities.parse(value).steps}
    ((joined, inner),) = written.items()
    if joined == "not":
        return {"not": _tree(inner)}
    if joined not in ("all", "any"):
        raise ValueError(f"{joined!r} is not `all`, `any` or `not`.")
    return {joined: [_tree(part) for part in inner]}


def leaves(tree: Tree) -> Iterator[Tree]:
    """Every `fact comparison value` in the condition."""
    if "fact" in tree:
        yield tree
    elif "not" in tree:
        yield from leaves(tree["not"])
    else:
        for part in tree.get("all") or tree["any"]:
            yield from leaves(part)
