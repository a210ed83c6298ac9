"""Certificates: read without a solver, and nothing counts that is missing, damaged or of another version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mainstay.engine import certificates
from mainstay.engine.knowledge import library as libraries
from mainstay.engine.knowledge.library import Library

CHECKS = ("a", "b", "c")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """The shipped library, with an empty folder of its own for the certificate."""
    return replace(libraries.load(), folder=tmp_path)


def test_without_a_file_nothing_is_certified(library: Library) -> None:
    assert certificates.certified(library) == frozenset()
    assert certificates.stale(library, dict.fromkeys(library.protocols, CHECKS)) == tuple(
        sorted(library.protocols)
    )


def test_what_was_written_is_certified(library: Library) -> None:
    proved = dict.fromkeys(list(library.protocols)[:2], CHECKS)
    path = certificates.write(library, proved, on="2026-03-03")
    assert certificates.certified(library) == {library.protocols[name].digest for name in proved}
    assert certificates.stale(library, proved) == ()
    first = certificates.read(path)[0]
    assert (first.checks, first.on) == (CHECKS, "2026-03-03")


def test_when_it_was_is_written_only_if_somebody_says(library: Library) -> None:
    name = next(iter(library.protocols))
    path = certificates.write(library, {name: CHECKS})
    assert certificates.read(path)[0].on == ""
    assert '"on"' not in path.read_text(encoding="utf-8")


def test_another_version_is_not_certified(library: Library) -> None:
    name = next(iter(library.protocols))
    certificates.write(library, {name: CHECKS})
    edited = replace(library.protocols[name], digest="0" * 64)
    other = replace(library, protocols={**library.protocols, name: edited})
    assert edited.digest not in certificates.certified(other)
    assert certificates.stale(other, {name: CHECKS}) == (name,)


@pytest.mark.parametrize(
    "words", ["", "[]", "{}", '{"proved": {"x": {}}}', '{"proved": []}', "{", '{"proved": {"x": 3}}']
)
def test_a_damaged_file_certifies_nothing(library: Library, words: str) -> None:
    path = certificates.where(library)
    path.write_text(words, encoding="utf-8")
    assert certificates.certified(library) == frozenset()
    with pytest.raises(certificates.NotACertificate):
        certificates.read(path)
