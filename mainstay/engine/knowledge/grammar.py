"""The pieces a kind of file is made of. Each piece can read a node, and say itself as JSON Schema.

A kind of file is declared once (`forms.py`) from these pieces; the loader, the editors'
schemas and the README's tables all come from that one declaration, so they cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from mainstay.engine import quantities
from mainstay.engine.hints import did_you_mean
from mainstay.engine.knowledge.text import Fields, Items, Node, Refused, Text, what
from mainstay.engine.sources import NotACitation, parse_citation


class Piece(Protocol):
    """Reads one node, or refuses it; and describes itself to an editor."""

    def read(self, node: Node) -> Any: ...
    def schema(self) -> dict[str, Any]: ...


def text_of(node: Node, wanted: str = "text") -> str:
    """The node's text. Refuses lists and fields."""
    if not isinstance(node, Text):
        raise Refused(node.place, f"expected {wanted} here, not {what(node)}.")
    return node.value


@dataclass(frozen=True)
class Words:
    """Free text for people, never judged."""

    says: str = ""

    def read(self, node: Node) -> str:
        words = " ".join(text_of(node).split())
        if not words:
            raise Refused(node.place, "this is empty: write the words, or leave the key out.")
        return words

    def schema(self) -> dict[str, Any]:
        # An editor types `year: 2003` as a number before we see it as text.
        return {"type": ["string", "number"], "minLength": 1}


@dataclass(frozen=True)
class Id:
    """A short name: small letters, digits, and `-` or `_`."""

    pattern: str = r"^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$"

    def read(self, node: Node) -> str:
        word = text_of(node, "a name")
        if not re.match(self.pattern, word):
            raise Refused(node.place, f"`{word}` is not a name: small letters, digits and dashes only.")
        return word

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern}


@dataclass(frozen=True)
class OneOf:
    """One word of a closed list."""

    words: tuple[str, ...]

    def read(self, node: Node) -> str:
        word = text_of(node, f"one of {', '.join(self.words)}")
        if word not in self.words:
            hint = did_you_mean(word, self.words)
            raise Refused(node.place, f"`{word}` is not one of {', '.join(self.words)}.{hint}")
        return word

    def schema(self) -> dict[str, Any]:
        return {"enum": [*self.words, *(int(word) for word in self.words if word.isdigit())]}


@dataclass(frozen=True)
class Amount:
    """An exact quantity of one kind, with its unit in the text."""

    kind: str

    def read(self, node: Node) -> quantities.Quantity:
        try:
            return quantities.parse(text_of(node, f"an amount of {self.kind}"), self.kind)
        except quantities.NotAQuantity as error:
            raise Refused(node.place, str(error)) from error

    def schema(self) -> dict[str, Any]:
        units = [unit.name for unit in quantities.UNITS.values() if unit.kind == self.kind]
        return {
            "type": "string",
            "pattern": r"^-?\d+(\.\d+)? ?\S*",
            "description": f"In {' or '.join(units)}.",
        }


@dataclass(frozen=True)
class Whole:
    """A whole number without a unit."""

    def read(self, node: Node) -> int:
        word = text_of(node, "a whole number")
        if not re.fullmatch(r"-?\d+", word):
            raise Refused(node.place, f"`{word}` is not a whole number.")
        return int(word)

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "string"], "pattern": r"^-?\d+$"}


@dataclass(frozen=True)
class Day:
    """A calendar date, YYYY-MM-DD."""

    def read(self, node: Node) -> date:
        try:
            return date.fromisoformat(text_of(node, "a date"))
        except ValueError as error:
            raise Refused(node.place, f"`{text_of(node)}` is not a date such as 2027-06-01.") from error

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class Cited:
    """One citation, or a list of them."""

    def read(self, node: Node) -> tuple[Any, ...]:
        nodes = node.items if isinstance(node, Items) else (node,)
        if not nodes:
            raise Refused(node.place, "name at least one source.")
        return tuple((self._one(item), item.place) for item in nodes)

    def _one(self, node: Node) -> Any:
        try:
            return parse_citation(text_of(node, "a source"))
        except NotACitation as error:
            raise Refused(node.place, str(error)) from error

    def schema(self) -> dict[str, Any]:
        one = {"type": "string", "pattern": r"^[a-z0-9][a-z0-9-]* ?.*\((C2|C|S|G|U|SITE)\)$"}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True)
class Judgement:
    """A condition, kept as written until the vocabulary of facts is known."""

    def read(self, node: Node) -> Node:
        return node

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/condition"}


@dataclass(frozen=True)
class AsWritten:
    """Fields or a list of another grammar (a chart document, answers), kept for whoever reads that."""

    def read(self, node: Node) -> Node:
        return node

    def schema(self) -> dict[str, Any]:
        return {"type": ["object", "array"]}


@dataclass(frozen=True)
class ListOf:
    """A list of one kind of piece."""

    item: Piece
    least: int = 0

    def read(self, node: Node) -> tuple[Any, ...]:
        if not isinstance(node, Items):
            raise Refused(node.place, f"expected a list here, not {what(node)}.")
        if len(node.items) < self.least:
            raise Refused(node.place, f"this list needs at least {self.least} entries.")
        return tuple(self.item.read(item) for item in node.items)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema(), "minItems": self.least}


@dataclass(frozen=True)
class OneOrMore:
    """One piece, or a list of them."""

    item: Piece

    def read(self, node: Node) -> tuple[Any, ...]:
        return tuple(self.item.read(item) for item in (node.items if isinstance(node, Items) else (node,)))

    def schema(self) -> dict[str, Any]:
        one = self.item.schema()
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True)
class MapOf:
    """A mapping from names of the author's choosing to one kind of piece."""

    key: Piece
    value: Piece

    def read(self, node: Node) -> dict[Any, Any]:
        if not isinstance(node, Fields):
            raise Refused(node.place, f"expected a set of fields here, not {what(node)}.")
        return {
            self.key.read(Text(node.keys[key], key)): self.value.read(value)
            for key, value in node.fields.items()
        }

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.value.schema()}


@dataclass(frozen=True)
class Part:
    """One field of a record: its piece, whether it must be there, and what it is for."""

    piece: Piece
    says: str
    required: bool = False


class Record(dict[str, Any]):
    """What a Form reads: its fields by name (absent ones are missing), and where it was written."""

    def __init__(self, node: Fields, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.place = node.place
        self.node = node


@dataclass(frozen=True)
class Form:
    """A closed set of fields."""

    parts: Mapping[str, Part]
    # At least (or exactly) one of these must be there.
    one_of: tuple[str, ...] = ()

    def read(self, node: Node) -> Record:
        if not isinstance(node, Fields):
            raise Refused(
                node.place, f"expected {', '.join(f'`{k}`' for k in self.parts)} here, not {what(node)}."
            )
        for key, place in node.keys.items():
            if key not in self.parts:
                hint = did_you_mean(key, self.parts)
                raise Refused(
                    place, f"`{key}` is not part of the grammar here.{hint} Known: {', '.join(self.parts)}."
                )
        for key, part in self.parts.items():
            if part.required and key not in node.fields:
                raise Refused(node.place, f"`{key}` is missing: {part.says}")
        present = [key for key in self.one_of if key in node.fields]
        if self.one_of and len(present) != 1:
            raise Refused(node.place, f"write exactly one of {', '.join(self.one_of)} here.")
        return Record(node, {k: self.parts[k].piece.read(value) for k, value in node.fields.items()})

    def schema(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                key: part.piece.schema() | {"description": part.says} for key, part in self.parts.items()
            },
            "required": [key for key, part in self.parts.items() if part.required],
        }
        if self.one_of:
            made["oneOf"] = [{"required": [key]} for key in self.one_of]
        return made
