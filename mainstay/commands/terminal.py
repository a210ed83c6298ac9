"""What the subcommands share: reading their input, refusing it in one clear line, and printing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mainstay.engine.chart import Chart
    from mainstay.engine.documents import Document
    from mainstay.engine.knowledge.library import Library
    from mainstay.engine.knowledge.models import Protocol

REFUSED = 2
# As a shell counts a program whose reader has gone.
UNREAD = 141


class BadInput(ValueError):
    """Something the person typed cannot be used: said in one line."""


def refusing(run: Callable[..., int]) -> Callable[..., int]:
    """Turn everything an input can be refused for into one clear message and exit code 2."""

    @wraps(run)
    def wrapped(*args: Any, **kwargs: Any) -> int:
        try:
            code = run(*args, **kwargs)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read us has gone. Nothing more can be said, and an unread verdict is no "allow".
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return UNREAD
        except ValueError as error:
            say_error(_refusal(error))
            return REFUSED
        return code

    return wrapped


def _refusal(error: ValueError) -> str:
    """What was refused, in words. Raises the error again where it is no refusal but a fault of ours."""
    # Imported when something is refused: the quickest commands start without the chart.
    from mainstay.engine.chart import InTheFuture
    from mainstay.engine.knowledge.text import KnowledgeRefused, Refused
    from mainstay.engine.quantities import NotAQuantity

    if isinstance(error, KnowledgeRefused):
        return "The knowledge files cannot be used:\n  " + "\n  ".join(str(one) for one in error.problems)
    if isinstance(error, Refused | NotAQuantity | InTheFuture | BadInput):
        return f"Not done: {error}"
    raise error


def say_error(words: str) -> None:
    """Say what went wrong, apart from the output."""
    print(words, file=sys.stderr)


def folder(knowledge: Path | None) -> Path | None:
    """The folder of knowledge files that was asked for. Raises BadInput where it is none."""
    if knowledge is not None and not (knowledge / "instruments").is_dir():
        raise BadInput(f"{knowledge} is not a folder of knowledge files: it has no instruments/.")
    return knowledge


def library(knowledge: Path | None = None, site: Path | None = None) -> Library:
    """The knowledge to use. Raises KnowledgeRefused; BadInput where there is no such folder or file."""
    from mainstay.engine.knowledge import library as libraries

    if site is not None and not site.is_file():
        raise BadInput(f"there is no site file {site}.")
    return libraries.load(folder(knowledge), site)


def document(path: Path, used: Library, now: str | None = None) -> Document:
    """Read a chart document (`-`: standard input). Raises Refused or BadInput."""
    from mainstay.engine import documents
    from mainstay.engine.knowledge import text

    moment = None if now is None else _moment(now)
    if str(path) == "-":
        return documents.read(_standard_input(), used, "standard input", moment)
    return documents.read(text.words(path, str(path)), used, str(path), moment)


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("standard input is not text in UTF-8.") from error


def _moment(now: str) -> datetime:
    try:
        moment = datetime.fromisoformat(now)
    except ValueError as error:
        raise BadInput(f"--now: `{now}` is not a moment such as 2026-03-03T08:40-05:00.") from error
    if moment.tzinfo is None:
        raise BadInput(f"--now: `{now}` has no offset: write 2026-03-03T08:40-05:00, or ...Z for UTC.")
    return moment


def print_json(data: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(data, indent=2, ensure_ascii=False, default=str))


# A mark such as "done    " always has room; under a longer one words need so many columns.
_SHORT_MARK, _NARROW = 10, 40


class Page:
    """Lines for a person, wrapped to the terminal with what belongs together kept under its mark.

    Words from a chart are never read as markup. Colour where the terminal has it (NO_COLOR, TERM=dumb and
    pipes have none); a pipe is as wide as COLUMNS says, or 100.
    """

    def __init__(self) -> None:
        from rich.console import Console
        from rich.text import Text

        class Terminal(Console):
            def on_broken_pipe(self) -> None:
                # Rich would end the program itself, with the code of another answer.
                raise BrokenPipeError

        width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 100
        self.console: Console = Terminal(highlight=False, markup=False, emoji=False, width=width)
        self._text = Text

    def line(self, *parts: str | tuple[str, str], indent: int = 0, mark: str = "", style: str = "") -> None:
        """One line, or as many as it needs: `mark` before the first, the others under its words."""
        if len(mark) > _SHORT_MARK and self.console.width - indent - len(mark) < _NARROW:
            # No room to hang the words under a long mark.
            parts, mark = (mark, *parts), ""
        words = self._text.assemble(*parts, style=style)
        first, rest = " " * indent + mark, " " * (indent + len(mark))
        width = max(self.console.width - len(rest), 16)
        for number, line in enumerate(words.wrap(self.console, width) or [words]):
            start = self._text(rest if number else first, style=style)
            whole = start + line
            whole.rstrip()
            self.console.print(whole, soft_wrap=True)

    def gap(self) -> None:
        """An empty line."""
        self.console.print()

    def rule(self, title: str) -> None:
        """A line across with a title in it; a title that is too long stands below it, whole."""
        if len(title) + 6 <= self.console.width:
            self.console.rule(self._text(title, style="bold"), align="left")
        else:
            self.console.rule()
            self.line((title, "bold"))


DIM = "bright_black"

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
    from mainstay.engine.hints import did_you_mean

    known = [word for one in used.protocols.values() for word in (one.id, one.code)]
    raise BadInput(f"there is no protocol `{name}`.{did_you_mean(name, known)}")


def chart_of(document: Document, path: Path) -> Chart:
    """The chart at the document's moment. Raises BadInput if nobody said which."""
    if document.now is None:
        raise BadInput(f"{path} does not say `now`: write it in, or give --now.")
    return document.chart()
