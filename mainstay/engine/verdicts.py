"""One vocabulary of verdicts, weak to strong, used on every screen, interface and command line."""

from __future__ import annotations

from enum import IntEnum


class Verdict(IntEnum):
    """What Mainstay says to an act. The strongest of several findings is the answer."""

    ALLOW = 0  # proceeds without interruption
    INFORM = 1  # a visible note, no interruption
    ASK = 2  # named readings must be taken or refreshed first
    NEEDS_REASON = 3  # a person may go on with a recorded reason
    HOLD = 4  # not now: until when, or what must change
    REFUSE = 5  # not as usual care

    def __str__(self) -> str:
        return self.name.lower()


WORDS = tuple(str(verdict) for verdict in Verdict)


def verdict_named(word: str) -> Verdict:
    """The verdict `word` names. Raises KeyError."""
    return Verdict[word.upper()]
