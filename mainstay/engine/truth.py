"""Three answers: yes, no, unknown. Missing is not normal, so unknown is its own answer."""

from __future__ import annotations

from enum import IntEnum


class Truth(IntEnum):
    """Kleene's three values in order, so that `all` is the least of its parts and `any` the greatest."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def __bool__(self) -> bool:
        raise TypeError("Say which truth you mean: `judged is Truth.YES`, or `judged is not Truth.NO`.")

    def __str__(self) -> str:
        return self.name.lower()


NO, UNKNOWN, YES = Truth.NO, Truth.UNKNOWN, Truth.YES
NEGATED = (YES, UNKNOWN, NO)
