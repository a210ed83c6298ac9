"""Facts: what Python works out from a chart, for the knowledge files to judge.

Each topic has a module. `vocabulary` is every fact there is, for one set of knowledge files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mainstay.engine.facts import (  # noqa: F401 - importing a topic declares its facts
    doses,
    events,
    history,
    laboratory,
    medicines,
    opioids,
    schedules,
    scores,
    vitals,
    withdrawal,
)  # fmt: skip
from mainstay.engine.facts.registry import Fact, declared, made_for


def vocabulary(
    *,
    ingredients: Iterable[str],
    medicine_ids: Iterable[str],
    instruments: Mapping[str, Any],
    plans: Iterable[schedules.Plan],
    protocols: Iterable[str],
    classes: Mapping[str, Iterable[str]],
) -> dict[str, Fact]:
    """Every fact by name: the declared ones, and those that come with these knowledge files."""
    items = [
        scores.ItemOf(instrument, item)
        for instrument in instruments.values()
        for item in instrument.items.values()
    ]
    groups = {name: medicines.Group(name, tuple(members)) for name, members in classes.items()}
    return {
        **declared(),
        **made_for("ingredient", ingredients),
        **made_for("medicine", medicine_ids),
        **made_for("instrument", instruments.values()),
        **made_for("item", items),
        **made_for("schedule", plans),
        **made_for("pathway", [tuple(protocols)]),
        **made_for("class", groups.values()),
        **made_for("qt medicines", [groups.get("qt-prolonging", medicines.Group("qt-prolonging", ()))]),
        **made_for("maoi", [groups.get("maoi", medicines.Group("maoi", ()))]),
    }


__all__ = ["Fact", "declared", "vocabulary"]
