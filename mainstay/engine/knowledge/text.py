"""YAML read as text: every scalar stays the words that were written, with file and line.

No float ever holds a dose, `no` stays "no", two equal keys are refused, and anchors, tags
and merges are outside the grammar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# The C parser where it is built, else the same grammar in Python.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written. Line 0: the file as a whole."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Refused(ValueError):
    """Something written cannot be accepted: where, and why."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.place = place
        self.why = why


class KnowledgeRefused(ValueError):
    """Some knowledge files cannot be accepted. `problems` are all of them, each with its place."""

    def __init__(self, problems: list[Refused]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, exactly as written."""

    place: Place
    value: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    place: Place
    items: tuple[Node, ...]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping, in the order written."""

    place: Place
    fields: dict[str, Node]
    keys: dict[str, Place]


Node = Text | Items | Fields


def what(node: Node) -> str:
    """The node's kind in plain words, for messages."""
    return {Text: "text", Items: "a list", Fields: "a set of fields"}[type(node)]


def words(path: Path, file: str) -> str:
    """The text of a file. Raises Refused where it can't be read, or is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(Place(file, 0), f"this can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Refused(Place(file, 0), "this is not text in UTF-8.") from error


def read(text: str, file: str) -> Node:
    """Read one YAML (or JSON) document. Raises Refused with the place of the first thing wrong."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Refused(
            Place(file, mark.line + 1 if mark else 1), f"this is not YAML: {error.problem}"
        ) from error
    except yaml.YAMLError as error:
        raise Refused(Place(file, 1), f"this is not YAML: {error}") from error
    if node is None:
        raise Refused(Place(file, 1), "the file is empty.")
    return _node(node, file, set())


def _node(node: yaml.Node, file: str, seen: set[int]) -> Node:
    place = Place(file, node.start_mark.line + 1)
    if id(node) in seen:
        raise Refused(place, "anchors and aliases are not part of the grammar: write it out.")
    seen.add(id(node))
    if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.rpartition(":")[2] not in (
        "str",
        "seq",
        "map",
    ):
        raise Refused(place, f"the tag {node.tag} is not part of the grammar: everything is text.")
    if isinstance(node, yaml.ScalarNode):
        return Text(place, node.value)
    if isinstance(node, yaml.SequenceNode):
        return Items(place, tuple(_node(item, file, seen) for item in node.value))
    fields: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    for key, value in node.value:
        at = Place(file, key.start_mark.line + 1)
        if not isinstance(key, yaml.ScalarNode):
            raise Refused(at, "a key is one word, not a list or a set of fields.")
        if key.value in fields:
            raise Refused(at, f"`{key.value}` is written twice (first on line {keys[key.value].line}).")
        fields[key.value] = _node(value, file, seen)
        keys[key.value] = at
    return Fields(place, fields, keys)
