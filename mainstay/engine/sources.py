"""Who says so: sources, the confidence of each citation, and what a number of that confidence may do."""

from __future__ import annotations

import re
from dataclasses import dataclass

# How a figure was read (shared tags): C in the source itself, C2 in a summary of it,
# S in a secondary source (counts as C2), G general knowledge, U contested, SITE a unit's own policy.
CONFIDENCES = ("C", "C2", "S", "G", "U", "SITE")
VERIFIED = frozenset({"C", "C2", "S"})

_CITATION = re.compile(r"^([a-z0-9][a-z0-9-]*)(?:\s+(.+?))?\s*\((C2|C|S|G|U|SITE)\)$")


class NotACitation(ValueError):
    """The text is not `source-id where (confidence)`."""


@dataclass(frozen=True, slots=True)
class Source:
    """One publication, and what of it was read."""

    id: str
    title: str
    year: str
    read: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a source, and how sure we are of what it says there."""

    source: str
    where: str
    confidence: str

    @property
    def verified(self) -> bool:
        """Whether a figure so cited may recommend and permit. Others may only add caution."""
        return self.confidence in VERIFIED

    def __str__(self) -> str:
        place = f" {self.where}" if self.where else ""
        return f"{self.source}{place} ({self.confidence})"


def parse_citation(text: str) -> Citation:
    """Read `lofexidine-label §2.1 (C)`. Raises NotACitation."""
    match = _CITATION.match(text.strip())
    if not match:
        raise NotACitation(
            f"{text!r} is not a source. Write `source-id where (confidence)`, such as "
            f"`lofexidine-label §2.1 (C)`; the confidence is one of {', '.join(CONFIDENCES)}."
        )
    return Citation(match[1], match[2] or "", match[3])
