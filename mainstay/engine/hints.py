"""Friendly endings for messages about words we do not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches


def did_you_mean(word: str, known: Mapping[str, object] | Sequence[str]) -> str:
    """A friendly ending for a message about an unknown word, or nothing."""
    near = get_close_matches(word, list(known), 1)
    return f" Did you mean `{near[0]}`?" if near else ""
