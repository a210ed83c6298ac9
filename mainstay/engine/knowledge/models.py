"""What the knowledge files say, typed and frozen. Built by `library.py`, used by everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from mainstay.engine.conditions import ALWAYS, Condition, Within
from mainstay.engine.facts.registry import Fact
from mainstay.engine.knowledge.text import Place
from mainstay.engine.quantities import Quantity
from mainstay.engine.sources import Citation
from mainstay.engine.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Review:
    """Who wrote a file, who checked it, when it must be looked at again."""

    written_by: str
    checked_by: str
    review_by: date

    @property
    def is_checked(self) -> bool:
        return self.checked_by != "nobody yet"


@dataclass(frozen=True, slots=True)
class SiteValue:
    """A value a unit decides: the cautious default, or what was signed."""

    name: str
    value: str
    says: str
    caution: str
    cited: tuple[Citation, ...]
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Whom to call, how soon (seconds), and who is next."""

    to: str
    within: int
    then_to: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One judgement of a protocol: a condition, why, on whose authority, and what follows."""

    id: str
    when: Condition
    because: str
    cited: tuple[Citation, ...]
    place: Place
    then: Verdict | None = None
    do: str = ""
    alarm: Alarm | None = None


@dataclass(frozen=True, slots=True)
class Give:
    """A dose a step recommends: an amount (to an upper end), or a fact that is one (plus a step)."""

    drug: str
    route: str
    dose: Quantity | None = None
    up_to: Quantity | None = None
    dose_fact: Fact | None = None
    plus: Quantity | None = None
    every: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, when. It permits a dose only while its guard is definitely true."""

    id: str
    title: str
    when: Condition
    because: str
    cited: tuple[Citation, ...]
    place: Place
    starts: bool = False
    give: Give | None = None
    do: str = ""
    before: tuple[Within, ...] = ()
    reassess: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """What can be offered now when a protocol says *not yet*."""

    offer: str
    cited: tuple[Citation, ...]
    protocol: str = ""
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class ScheduleDay:
    """One day of a day-by-day plan."""

    dose: Quantity
    times: int
    apart: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """A day-by-day plan of one drug."""

    drug: str
    days: tuple[ScheduleDay, ...]
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol. Stateless: its steps look only at the chart."""

    id: str
    code: str
    title: str
    says: str
    review: Review
    digest: str
    one_at_a_time: str = ""
    shared: bool = False
    drugs: tuple[str, ...] = ()
    for_whom: tuple[Rule, ...] = ()
    never_if: tuple[Rule, ...] = ()
    start_when: tuple[Rule, ...] = ()
    steps: tuple[Step, ...] = ()
    schedule: Schedule | None = None
    hold_if: tuple[Rule, ...] = ()
    alarms: tuple[Rule, ...] = ()
    escalate: tuple[Rule, ...] = ()
    ends_when: tuple[Rule, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    waiting: tuple[tuple[str, int], ...] = ()

    def step(self, name: str) -> Step:
        """The step of that id. Raises KeyError."""
        for step in self.steps:
            if step.id == name:
                return step
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Limit:
    """One line of a `never` list. Exactly one of the bounds is set."""

    id: str
    owner: str  # the drug or class whose file it stands in
    then: Verdict
    because: str
    cited: tuple[Citation, ...]
    place: Place
    largest_dose: Quantity | None = None
    largest_total: Quantity | None = None
    window: int = 86_400
    least_spacing: int | None = None
    hold_when: Condition | None = None
    company: tuple[str, ...] = ()
    only_when: Condition = ALWAYS
    only_on: tuple[str, ...] = ()
    except_on: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    at_dose_only: bool = False
    do: str = ""
    alarm: Alarm | None = None

    def concerns(self, pathway: str, route: str) -> bool:
        """Whether it speaks about a dose by this route on this pathway."""
        if self.routes and route and route not in self.routes:
            return False
        return pathway not in self.except_on and (not self.only_on or pathway in self.only_on)


@dataclass(frozen=True, slots=True)
class DoseForm:
    """Something that exists to give: a strength, or a concentration."""

    form: str
    route: str
    strength: Quantity | None
    concentration: Quantity | None
    splits_into: int
    cited: tuple[Citation, ...]

    @property
    def smallest(self) -> int | None:
        """The smallest amount it can give, in nanograms (None: measured out)."""
        return None if self.strength is None else self.strength.steps // self.splits_into


@dataclass(frozen=True, slots=True)
class Drug:
    """A medicine Mainstay can judge in full. `ingredient` is whose ledger its doses count in."""

    id: str
    title: str
    says: str
    ingredient: str
    rxnorm: str
    forms: tuple[DoseForm, ...]
    never: tuple[Limit, ...]
    classes: tuple[str, ...]
    review: Review
    brands: tuple[str, ...] = ()
    look_alikes: tuple[str, ...] = ()
    amounts_are: str = ""
    salt: tuple[Quantity, Quantity] | None = None
    time_course: str = ""
    cautions: tuple[tuple[str, tuple[Citation, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class MedicineClass:
    """Medicines that share a danger. Its `never` list holds for every member."""

    id: str
    title: str
    members: tuple[str, ...]
    never: tuple[Limit, ...]
    cited: tuple[Citation, ...]
    review: Review


@dataclass(frozen=True, slots=True)
class Substance:
    """Something people take, as the start rules count it, and when withdrawal from it usually comes."""

    id: str
    title: str
    kind: str
    also: tuple[str, ...]
    ingredient: str
    onset: tuple[int, int] | None
    ready: tuple[int, int] | None
    ready_says: str
    cited: tuple[Citation, ...]
    review: Review


@dataclass(frozen=True, slots=True)
class Answer:
    """One allowed answer of an item."""

    points: int
    means: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class ReadingBand:
    """Readings up to `up_to` (steps; None: no end), or of these words, give `points`."""

    points: int
    up_to: int | None = None
    words: tuple[str, ...] = ()
    scale: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item: the allowed answers, and how a reading becomes one."""

    key: str
    label: str
    answers: tuple[Answer, ...]
    window: str = ""
    from_reading: str = ""
    bands: tuple[ReadingBand, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BandSet:
    """Named bands of one publication: (from, to, name), lowest first."""

    id: str
    title: str
    bands: tuple[tuple[int, int, str], ...]
    cited: tuple[Citation, ...]


class Band(NamedTuple):
    """One band of one band set: a band is never shown without saying whose it is."""

    band_set: str
    name: str
    least: int
    most: int


LEVELS = ("emergency", "urgent", "prompt")


@dataclass(frozen=True, slots=True)
class Trigger:
    """What one item, any item, the total, or its rise calls for, whatever the rest says."""

    level: str
    because: str
    cited: tuple[Citation, ...]
    item: str = ""
    any_item: int | None = None
    at_least: int | None = None
    rises_by: int | None = None
    within: int | None = None  # seconds
    band: str = ""

    @property
    def on_total(self) -> bool:
        """Whether it looks at the total itself."""
        return self.at_least is not None and not self.item


@dataclass(frozen=True)
class Instrument:
    """A rating instrument. Scored by `engine/instruments.py`.

    What scoring needs at every sheet is worked out once, so this class keeps no slots.
    """

    id: str
    short: str
    title: str
    says: str
    rater: tuple[str, ...]
    window: str
    greatest_age: int
    licence: str
    items: Mapping[str, Item]
    band_sets: Mapping[str, BandSet]
    default_bands: str
    triggers: tuple[Trigger, ...]
    cited: tuple[Citation, ...]
    review: Review
    also: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    unclear_names: tuple[str, ...] = ()
    wrong_names: tuple[str, ...] = ()

    @cached_property
    def least(self) -> int:
        """The lowest total there is."""
        return sum(low for low, _ in self.spans.values())

    @cached_property
    def most(self) -> int:
        """The highest total there is."""
        return sum(high for _, high in self.spans.values())

    @cached_property
    def spans(self) -> dict[str, tuple[int, int]]:
        """The lowest and highest answer of each item. Between them, not every number is allowed."""
        points = {key: [answer.points for answer in item.answers] for key, item in self.items.items()}
        return {key: (min(allowed), max(allowed)) for key, allowed in points.items()}

    @cached_property
    def legal(self) -> frozenset[tuple[str, int]]:
        """Every (item, answer) that is allowed; no other is."""
        return frozenset((key, answer.points) for key, item in self.items.items() for answer in item.answers)

    @cached_property
    def bands_by_total(self) -> dict[str, dict[int, Band]]:
        """For each band set, the band of each total that has one."""
        return {
            one.id: {total: Band(one.id, name, low, high) for low, high, name in one.bands for total in range(low, high + 1)}
            for one in self.band_sets.values()
        }

    @cached_property
    def alerts(self) -> tuple[Trigger, ...]:
        """The triggers that one sheet can fire, the most pressing first."""
        return tuple(
            sorted((one for one in self.triggers if one.rises_by is None), key=lambda one: LEVELS.index(one.level))
        )

    @cached_property
    def scales(self) -> tuple[str, ...]:
        """The scales a reading may be scored on, where there are several (NEWS2: SpO2 scales 1 and 2)."""
        return tuple(sorted({band.scale for item in self.items.values() for band in item.bands if band.scale}))
