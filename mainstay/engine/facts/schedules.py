"""Which day of a day-by-day plan is due, from what was given; and which pathway the patient is on."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.engine.chart import Chart
from mainstay.engine.facts.registry import Found, Kind, fact_for_each, known


@dataclass(frozen=True)
class Plan:
    """A schedule: the ingredient, and dose (nanograms) and times of each day."""

    id: str
    ingredient: str
    days: tuple[tuple[int, int], ...]


def completed(chart: Chart, plan: Plan, before: int) -> int:
    """How many days of the plan were completed before medication day `before`, each on a day of its own."""
    by_day: dict[int, int] = {}
    for one in chart.taken(plan.ingredient):
        if one.in_unit:
            day = chart.medication_day(one.at)
            by_day[day] = by_day.get(day, 0) + (one.dose or 0)
    done = 0
    for day in sorted(by_day):
        if day >= before:
            break
        dose, times = plan.days[min(done, len(plan.days) - 1)]
        # Less than the day's total is a day not completed: it is repeated.
        if done < len(plan.days) and by_day[day] >= dose * times:
            done += 1
    return done


@fact_for_each("schedule", "{it}_day", "", (1, 40), kind=Kind.LEDGER)
def schedule_day(chart: Chart, plan: Plan) -> Found:
    """Which day of the {it} schedule is due today; one past the last when it is done."""
    done = completed(chart, plan, chart.today)
    return known(done + 1)


@fact_for_each("schedule", "{it}_days_missed", "", (0, 400), kind=Kind.LEDGER)
def days_missed(chart: Chart, plan: Plan) -> Found:
    """How many medication days of the {it} schedule passed without any dose since the last one given."""
    given = [chart.medication_day(one.at) for one in chart.taken(plan.ingredient) if one.in_unit]
    return known(max(0, chart.today - given[-1] - 1) if given else 0)


@fact_for_each("pathway", "pathway", kind=Kind.LEDGER, choices=lambda protocols: ("none", *protocols))
def pathway(chart: Chart, protocols: tuple[str, ...]) -> Found:
    """Which protocol was chosen for the patient; "none" until one is."""
    chosen = chart.newest("pathway")
    return known(chosen.steps if chosen else 0)
