"""What the knowledge files say, typed and frozen. Built by `library.py`, used by everything else."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.engine.conditions import ALWAYS, Condition, Within
from mainstay.engine.facts.registry import Fact
from mainstay.engine.knowledge.instrument_files import (
    LEVELS as LEVELS,
)
from mainstay.engine.knowledge.instrument_files import (
    Answer as Answer,
)
from mainstay.engine.knowledge.instrument_files import (
    Band as Band,
)
from mainstay.engine.knowledge.instrument_files import (
    BandSet as BandSet,
)
from mainstay.engine.knowledge.instrument_files import (
    Instrument as Instrument,
)
from mainstay.engine.knowledge.instrument_files import (
    Item as Item,
)
from mainstay.engine.knowledge.instrument_files import (
    ReadingBand as ReadingBand,
)
from mainstay.engine.knowledge.instrument_files import (
    Review as Review,
)
from mainstay.engine.knowledge.instrument_files import (
    Trigger as Trigger,
)
from mainstay.engine.knowledge.text import Place
from mainstay.engine.quantities import Quantity
from mainstay.engine.sources import Citation
from mainstay.engine.verdicts import Verdict


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
    largest_rise: Quantity | None = None
    over: Fact | None = None

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
    # It saves a life: nothing said of it ever stops it.
    emergency: bool = False


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
