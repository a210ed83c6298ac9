"""Edits of the shipped knowledge, made in memory: what an author might do on a bad day, or a good one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from mainstay.engine.knowledge import library as libraries
from mainstay.engine.knowledge.library import SHIPPED, Library

Texts = dict[str, str]
Edit = Callable[[Texts], None]


@cache
def _shipped() -> tuple[tuple[str, str], ...]:
    files = sorted(path for path in SHIPPED.rglob("*.yaml") if not path.name.endswith(".scenarios.yaml"))
    return tuple((path.relative_to(SHIPPED).as_posix(), path.read_text(encoding="utf-8")) for path in files)


@cache
def before() -> Library:
    """The library in force."""
    return libraries.read(dict(_shipped()))


def after(*edits: Edit) -> Library:
    """The library with some edits. Raises KnowledgeRefused where the loader catches one already."""
    texts = dict(_shipped())
    for edit in edits:
        edit(texts)
    return libraries.read(texts)


def swap(file: str, pattern: str, replacement: str) -> Edit:
    """Replace a pattern everywhere in a file; it must be there."""

    def edit(texts: Texts) -> None:
        texts[file], count = re.subn(pattern, replacement, texts[file], flags=re.MULTILINE)
        assert count, f"{file} has no `{pattern}`: adapt the seeded fault to the knowledge"

    return edit


def swap_in(file: str, item: str, pattern: str, replacement: str) -> Edit:
    """Replace a pattern in one listed item (`- id: item`)."""

    def edit(texts: Texts) -> None:
        start, end = _item(texts[file], item)
        inner, count = re.subn(pattern, replacement, texts[file][start:end], flags=re.MULTILINE)
        assert count, f"`{item}` of {file} has no `{pattern}`: adapt the seeded fault to the knowledge"
        texts[file] = texts[file][:start] + inner + texts[file][end:]

    return edit


def without(file: str, item: str) -> Edit:
    """Delete one listed item (`- id: item`)."""

    def edit(texts: Texts) -> None:
        start, end = _item(texts[file], item)
        texts[file] = texts[file][:start] + texts[file][end:]

    return edit


def _item(words: str, item: str) -> tuple[int, int]:
    start = re.search(rf"^  - id: {re.escape(item)}$", words, re.MULTILINE)
    assert start, f"there is no item `{item}`: adapt the seeded fault to the knowledge"
    end = re.search(r"^(  - |\S|  #)", words[start.end() :], re.MULTILINE)
    return start.start(), start.end() + end.start() if end else len(words)
