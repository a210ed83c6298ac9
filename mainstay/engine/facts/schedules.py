"""Which day of a day-by-day plan is due, from what was given; and which pathway the patient is on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mainstay.engine.chart import DAY, AsGiven, Chart
from mainstay.engine.facts.registry import Found, Kind, fact_for_each, known
from mainstay.engine.facts.withdrawal import rises_after


@dataclass(frozen=True)
class Plan:
    """A schedule: the ingredient, and dose (nanograms) and times of each day."""

    id: str
    ingredient: str
    days: tuple[tuple[int, int], ...]


# From this rise of COWS after one of its doses on, a day of a plan is done again (settled P3).
REPEATS_FROM = 6


def _rose(chart: Chart, plan: Plan, doses: list[datetime]) -> bool:
    """Whether COWS rose too far after one of `doses`: until the next dose, and for a day at most."""
    given = [one.at for one in chart.taken(plan.ingredient) if one.in_unit]
    for dose in doses:
        until = min([dose + DAY, *(later for later in given if later > dose)])
        if any(rise >= REPEATS_FROM for _, rise in rises_after(chart, dose, until)):
            return True
    return False


def due(chart: Chart, plan: Plan, today: int) -> int:
    """Which day of the plan is due on medication day `today`, from the doses of the days before.

    A day moves the plan on only when all of it was given and COWS did not rise after it. After a day without a
    dose the last step is done again.
    """
    by_day: dict[int, list[AsGiven]] = {}
    for one in chart.taken(plan.ingredient):
        day = chart.medication_day(one.at)
        if one.in_unit and day < today:
            by_day.setdefault(day, []).append(one)
    next_step = last_step = 1
    last_day: int | None = None
    for day in sorted(by_day):
        if last_day is not None and day - last_day > 1:
            next_step = last_step
        last_step, last_day = next_step, day
        if next_step > len(plan.days):
            continue
        dose, times = plan.days[next_step - 1]
        given = by_day[day]
        if sum(one.dose or 0 for one in given) >= dose * times and not _rose(
            chart, plan, [one.at for one in given]
        ):
            next_step += 1
    missed = last_day is not None and today - last_day > 1
    return last_step if missed else next_step


@fact_for_each("schedule", "{it}_day", "", (1, 40), kind=Kind.LEDGER)
def schedule_day(chart: Chart, plan: Plan) -> Found:
    """Which day of the {it} schedule is due today; one past the last when it is done."""
    return known(due(chart, plan, chart.today))


@fact_for_each("schedule", "{it}_days_missed", "", (0, 400), kind=Kind.LEDGER)
def days_missed(chart: Chart, plan: Plan) -> Found:
    """How many medication days of the {it} schedule passed without any dose since the last one given."""
    given = [chart.medication_day(one.at) for one in chart.taken(plan.ingredient) if one.in_unit]
    return known(max(0, chart.today - given[-1] - 1) if given else 0)


@fact_for_each("pathway", "pathway", kind=Kind.LEDGER, choices=lambda protocols: ("none", *protocols))
def pathway(chart: Chart, _protocols: tuple[str, ...]) -> Found:
    """Which protocol was chosen for the patient; "none" until one is."""
    chosen = chart.newest("pathway")
    return known(chosen.steps if chosen else 0)
