"""Certificates: which protocols were proved, by the digest of all the knowledge their proof read.

`mainstay prove --certify` writes them; the bedside only reads. A protocol whose digest is not in the
file is shown but not offered. Reading needs no solver.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from mainstay.engine.knowledge.library import Library

FILE = "certificate.json"


class NotACertificate(ValueError):
    """The certificate file is damaged: nothing in it counts."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One protocol proved: under which digest, by which checks, and when if somebody said."""

    protocol: str
    digest: str
    checks: tuple[str, ...]
    on: str = ""


def where(library: Library) -> Path:
    """The certificate file of a library: beside its knowledge."""
    return library.folder / FILE


def certified(library: Library) -> frozenset[str]:
    """The digests that were proved. None at all while the file is missing or damaged: fail closed."""
    try:
        return frozenset(one.digest for one in read(where(library)))
    except NotACertificate:
        return frozenset()


def read(path: Path) -> tuple[Certificate, ...]:
    """The certificates of a file; none where there is no file. Raises NotACertificate."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return ()
    return _read(path, changed)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> tuple[Certificate, ...]:
    try:
        proved = json.loads(path.read_text(encoding="utf-8"))["proved"]
        return tuple(
            Certificate(name, str(one["digest"]), tuple(one["checks"]), str(one.get("on", "")))
            for name, one in proved.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotACertificate(f"{path} is not a certificate: run `mainstay prove --certify`.") from error


def stale(library: Library, proved: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The proved protocols (id to checks) whose certificate is missing or of another version."""
    known = certified(library)
    return tuple(name for name in sorted(proved) if library.protocols[name].digest not in known)


def write(library: Library, proved: Mapping[str, tuple[str, ...]], on: str = "") -> Path:
    """Write the certificates of what was just proved, in place of all earlier ones. Returns the file."""
    made: dict[str, Any] = {}
    for name, checks in sorted(proved.items()):
        made[name] = {"digest": library.protocols[name].digest, "checks": list(checks)}
        if on:
            made[name]["on"] = on
    about = (
        "Written by `mainstay prove --certify`. A protocol whose digest is not here is shown, not offered."
    )
    path = where(library)
    path.write_text(json.dumps({"about": about, "proved": made}, indent=2) + "\n", encoding="utf-8")
    return path
