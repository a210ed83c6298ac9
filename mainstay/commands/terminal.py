"""What the subcommands share: reading their input, refusing it in one clear line, and printing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

from mainstay.engine import documents
from mainstay.engine.chart import InTheFuture
from mainstay.engine.conditions import did_you_mean
from mainstay.engine.knowledge import library as libraries
from mainstay.engine.knowledge.library import KnowledgeRefused, Library
from mainstay.engine.knowledge.models import Protocol
from mainstay.engine.knowledge.text import Refused
from mainstay.engine.quantities import NotAQuantity

REFUSED = 2


class BadInput(ValueError):
    """Something the person typed cannot be used: said in one line."""


def refusing(run: Callable[..., int]) -> Callable[..., int]:
    """Turn everything an input can be refused for into one clear message and exit code 2."""

    @wraps(run)
    def wrapped(*args: Any, **kwargs: Any) -> int:
        try:
            return run(*args, **kwargs)
        except KnowledgeRefused as refused:
            say_error("The knowledge files cannot be used:\n  " + "\n  ".join(str(one) for one in refused.problems))
        except (Refused, NotAQuantity, InTheFuture, BadInput) as refused:
            say_error(f"Not done: {refused}")
        except BrokenPipeError:
            return 0
        return REFUSED

    return wrapped


def say_error(words: str) -> None:
    """Say what went wrong, apart from the output."""
    print(words, file=sys.stderr)


def library(knowledge: Path | None = None, site: Path | None = None) -> Library:
    """The knowledge to use. Raises KnowledgeRefused; BadInput where there is no such folder or file."""
    if knowledge is not None and not knowledge.is_dir():
        raise BadInput(f"{knowledge} is not a folder of knowledge files.")
    if site is not None and not site.is_file():
        raise BadInput(f"there is no site file {site}.")
    return libraries.load(knowledge, site)


def document(path: Path, used: Library, now: str | None = None) -> documents.Document:
    """Read a chart document (`-`: standard input). Raises Refused or BadInput."""
    moment = None
    if now is not None:
        try:
            moment = datetime.fromisoformat(now)
        except ValueError as error:
            raise BadInput(f"`{now}` is not a moment such as 2026-03-03T08:40-05:00.") from error
        if moment.tzinfo is None:
            raise BadInput(f"`{now}` has no offset: write 2026-03-03T08:40-05:00, or ...Z for UTC.")
    try:
        words = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} can't be read: {error}") from error
    return documents.read(words, used, "standard input" if str(path) == "-" else path.name, moment)


def print_json(data: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def console() -> Any:
    """A Rich console: colour where the terminal has it."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


# One colour for each verdict and state, the same everywhere.
COLOURS = {
    "allow": "green", "inform": "cyan", "ask": "yellow", "needs_reason": "yellow", "hold": "red", "refuse": "bold red",
    "ready": "bold green", "not yet": "yellow", "held": "red", "ask first": "yellow", "ruled out": "red",
    "not for this person": "bright_black", "on another protocol": "bright_black", "over": "cyan",
    "not offered: not proved": "magenta",
}  # fmt: skip


def protocol_named(used: Library, name: str) -> Protocol:
    """The protocol of this id or code. Raises BadInput with the nearest."""
    for one in used.protocols.values():
        if name == one.id or name.lower() == one.code.lower() or name.replace("_", "-") == one.id:
            return one
    known = [word for one in used.protocols.values() for word in (one.id, one.code)]
    raise BadInput(f"there is no protocol `{name}`.{did_you_mean(name, known)}")
