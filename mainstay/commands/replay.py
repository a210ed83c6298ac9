"""`mainstay replay`: walk a case: at each moment what was done, what Mainstay would have said, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mainstay.commands import done, terminal
from mainstay.commands.advise import MOST_ASKED, decided, reasons_shown
from mainstay.commands.judge import show_finding
from mainstay.commands.terminal import DIM, Page
from mainstay.engine import as_data, explain, limits
from mainstay.engine.chart import TAKEN, Chart, Course, Dosed, Entry, Took, make_chart
from mainstay.engine.decide import Advice, Decision, State
from mainstay.engine.documents import Document
from mainstay.engine.facts.registry import FactSheet
from mainstay.engine.knowledge.library import Library
from mainstay.engine.limits import Judgement
from mainstay.engine.orders import Proposal
from mainstay.engine.sources import Citation
from mainstay.engine.truth import UNKNOWN
from mainstay.engine.verdicts import Verdict
from mainstay.engine.watch import Raised, given_despite

# A dose not given is judged as well: was Mainstay of one mind with whoever held it?
_JUDGED = TAKEN | {"held"}
_MOST_FINDINGS = 3
# Where many protocols wait for the same, the first two say what is possible meanwhile.
_MOST_OFFERING = 2
_QUIET = (State.NOT_FOR, State.ON_ANOTHER)


@dataclass(frozen=True)
class Moment:
    """One moment of a case: what was written down, how each dose would have been judged, and the advice after."""

    at: datetime
    chart: Chart
    done: tuple[Entry, ...]
    before: Decision | None
    judged: tuple[tuple[Dosed, Judgement], ...]
    after: Decision
    alarms: tuple[Raised, ...]


def walk(course: Course, library: Library, *, draft: bool) -> Iterator[Moment]:
    """Every moment of a course in order. A dose is judged on the chart as it was before it was given."""
    for at in course.moments:
        chart = course.chart_at(at)
        written = tuple(entry for entry in chart.entries if entry.recorded_at == at)
        doses = [entry for entry in written if isinstance(entry, Dosed) and entry.outcome in _JUDGED]
        before, judged, despite = None, [], []
        if doses:
            without = make_chart(
                at, (entry for entry in chart.entries if entry not in doses), chart.zone, chart.day_starts
            )
            before, _ = decided(without, library, draft=draft)
            facts = FactSheet(without, library.vocabulary)
            pathway = facts["pathway"].fact.choices[facts["pathway"].least]
            for dose in doses:
                proposal = Proposal(
                    dose.drug, library.drugs.get(dose.drug), dose.dose, dose.route, pathway=pathway
                )
                judgement = limits.judge(proposal, facts, library)
                judged.append((dose, judgement))
                alarm = given_despite(judgement) if dose.outcome in TAKEN else None
                despite += [alarm] if alarm else []
        after, alarms = decided(chart, library, draft=draft)
        yield Moment(at, chart, written, before, tuple(judged), after, (*despite, *alarms))


@terminal.refusing
def run(
    cases: list[Path], *, every: bool, draft: bool, as_json: bool, knowledge: Path | None, site: Path | None
) -> int:
    library = terminal.library(knowledge, site)
    # Everything is read before anything is shown: bad input leaves nothing half done.
    documents = [terminal.document(case, library) for case in cases]
    if as_json:
        terminal.print_json([case_data(document, library, draft=draft) for document in documents])
        return 0
    page = Page()
    for document in documents:
        _Shown(page, document, library, every=every, draft=draft).case()
    return 0


def case_data(document: Document, library: Library, *, draft: bool) -> dict[str, Any]:
    """A walked case as plain data."""
    return {
        "case": document.title,
        "about": document.about,
        "source": document.source,
        "moments": [
            {
                "at": moment.at.isoformat(),
                "done": [done.entry_text(entry, library) for entry in moment.done],
                "judged": [
                    {"outcome": dose.outcome, **as_data.judgement(judgement)}
                    for dose, judgement in moment.judged
                ],
                "before": as_data.decision(moment.before, ()) if moment.before else None,
                "after": as_data.decision(moment.after, moment.alarms),
            }
            for moment in walk(document.course, library, draft=draft)
        ],
    }


class _Shown:
    """A case on the page: only what is new at each moment."""

    def __init__(self, page: Page, document: Document, library: Library, *, every: bool, draft: bool) -> None:
        self.page, self.document, self.library, self.every, self.draft = page, document, library, every, draft
        self.answered: dict[str, tuple[State, object]] = {}
        # The words already read in this case: reasons, windows and offers are not said twice, facts are.
        self.read: set[str] = set()
        self.offered: set[str] = set()
        self.alarmed: set[str] = set()

    def case(self) -> None:
        """The whole case, with what it comes to."""
        page, document = self.page, self.document
        page.gap()
        page.rule(document.title)
        if document.about:
            page.line(document.about)
        if document.source:
            page.line(f"Source: {document.source}", style=DIM)
        moments = []
        for moment in walk(document.course, self.library, draft=self.draft):
            moments.append(moment)
            self._moment(moment)
        self._sum(moments)

    def _moment(self, moment: Moment) -> None:
        page, chart = self.page, moment.chart
        page.gap()
        page.line((f" {chart.shown(moment.at)} ", "bold reverse"))
        for line in done.lines(moment.done, chart, self.library):
            page.line(line, indent=2, mark="done    ")
        self._plan(moment)
        self._besides(moment)
        for doses in _alike(moment.judged):
            self._judged(doses, chart)
        new = [one for one in moment.alarms if one.id not in self.alarmed or one.id == "given despite"]
        for together in _together(new):
            self._alarm(together)
        self.alarmed = {raised.id for raised in moment.alarms}
        if any(entry.by == "prescriber" for entry in moment.done):
            # A prescriber's round asks where everything stands, and what else could be done.
            self.answered.clear()
            self.offered.clear()
        self._says(moment.after, chart)

    def _plan(self, moment: Moment) -> None:
        """Which day of a day-by-day plan was due, beside what was given of its medicine."""
        for advice in moment.before.advice if moment.before else ():
            schedule = advice.protocol.schedule
            step = advice.step
            if (
                advice.state in _QUIET
                or schedule is None
                or step is None
                or step.give is None
                or step.give.dose is None
            ):
                continue
            given = [
                dose.dose for dose, _ in moment.judged if dose.drug == schedule.drug and dose.outcome in TAKEN
            ]
            if not given:
                continue
            more = (
                f": {max(given)} is more than the plan gives at once" if max(given) > step.give.dose else ""
            )
            self.page.line(
                (advice.protocol.code, "bold"),
                f" {step.title.lower()} was due",
                (more, "yellow"),
                indent=2,
                mark="plan    ",
            )

    def _besides(self, moment: Moment) -> None:
        """What was taken of a plan's medicine besides, and why that matters."""
        for advice in moment.after.advice:
            schedule = advice.protocol.schedule
            if advice.state in _QUIET or schedule is None:
                continue
            ingredient = self.library.ingredient_of(schedule.drug)
            if not any(isinstance(entry, Took) and entry.ingredient == ingredient for entry in moment.done):
                continue
            self.page.line(
                (advice.protocol.code, "bold"),
                (f" {ingredient} was taken beside the plan", "yellow"),
                indent=2,
                mark="plan    ",
            )
            total = f"{ingredient}_in_24_hours"
            for reason in advice.because:
                if reason.truth is UNKNOWN and any(one.leaf.fact.name == total for one in reason.used):
                    self.page.line(explain.because_text(reason), indent=10, mark="· ")
                    self.page.line(explain.sources_text(reason.cited), indent=12, style=DIM)

    def _judged(self, doses: list[tuple[Dosed, Judgement]], chart: Chart) -> None:
        """How doses were judged as the chart stood before them; those that come to the same together."""
        page = self.page
        dose, judgement = doses[0]
        verdict = judgement.verdict
        agrees = (dose.outcome in TAKEN) == (verdict < Verdict.HOLD)
        as_done = (
            ""
            if agrees
            else ". Mainstay would have said no"
            if dose.outcome in TAKEN
            else ". Mainstay would not have held it"
        )
        what = ", ".join(str(one.proposal) for _, one in doses)
        page.line(
            (str(verdict).replace("_", " "), terminal.COLOURS[str(verdict)]),
            f": {what}{as_done}",
            indent=2,
            mark="judged  ",
        )
        telling = [
            one for one in judgement.findings if one.verdict > Verdict.ASK or verdict is Verdict.INFORM
        ]
        shown = list(judgement.findings) if self.every else telling[:_MOST_FINDINGS]
        for finding in shown:
            show_finding(page, finding, judgement.proposal, chart, indent=10)
        unchecked = [
            one.because
            for _, each in doses
            for one in each.findings
            if not one.used and one.verdict is Verdict.ASK
        ]
        for because in dict.fromkeys(unchecked):
            if self._is_new(because):
                page.line(because, indent=10, mark="· ")
        asked = self._asked(name for _, one in doses for name in one.asks)
        if asked:
            page.line(asked if self._is_new(asked) else "as before", indent=10, mark="ask or measure first: ")
        left = sum(one not in shown and one.verdict is not Verdict.ASK for one in judgement.findings)
        if left:
            page.line(f"and {left} lesser finding{'s' if left > 1 else ''}: --all", indent=10, style=DIM)

    def _alarm(self, together: list[Raised]) -> None:
        """Alarms for the same people who are to do the same."""
        page, first = self.page, together[0]
        page.line((" ALARM ", "bold white on red"), (f" {explain.alarm_text(first)}", "bold red"), indent=2)
        for raised in together:
            page.line(raised.because, indent=10, mark="· ")
            facts = tuple(dict.fromkeys(explain.used_text(one) for one in raised.used))
            # A dose given despite a hold was judged in full just above.
            if facts and raised.id != "given despite":
                page.line(" · ".join(facts), indent=12, style="cyan")
            if raised.cited:
                page.line(explain.sources_text(raised.cited), indent=12, style=DIM)
        if first.do:
            page.line(first.do, indent=10, mark="→ ")

    def _says(self, decision: Decision, chart: Chart) -> None:
        """The protocols whose answer is another than last time: the near ones in full, those that say the same together."""
        near = set(decision.advice) if self.every else set(_near(decision, chart))
        groups: dict[object, list[Advice]] = {}
        aside: dict[str, list[str]] = {}
        for advice in decision.advice:
            if advice.state in _QUIET:
                self.answered.pop(advice.protocol.id, None)
                continue
            answer = _answer(advice)
            if self.answered.get(advice.protocol.id) == answer:
                continue
            before, self.answered[advice.protocol.id] = self.answered.get(advice.protocol.id), answer
            if advice in near:
                because = tuple(reason.because for reason in reasons_shown(advice, every=self.every)[0])
                groups.setdefault((advice.state, because, () if because else advice.protocol.id), []).append(
                    advice
                )
            elif before is None or before[0] is not advice.state:
                aside.setdefault(explain.headline(advice).partition(": ")[0], []).append(advice.protocol.code)
        for together in groups.values():
            self._advice(together, chart)
        if aside:
            said = "; ".join(f"{', '.join(codes)} {state}" for state, codes in aside.items())
            self.page.line(f"also {said}", indent=2, mark="says    ", style=DIM)

    def _advice(self, together: list[Advice], chart: Chart) -> None:
        page, advice = self.page, together[0]
        colour = terminal.COLOURS[str(advice.state)]
        codes = ", ".join(one.protocol.code for one in together)
        word, _, answer = explain.headline(advice).partition(": ")
        step = advice.step.title if advice.step and len(together) == 1 else ""
        # A dose is said with its step (which day of a plan it is); an instruction once, then only its step.
        title = f"{step}: {answer}" if advice.recommended else answer if self._is_new(answer) else step
        page.line(
            (codes, "bold"),
            " ",
            (word, colour),
            (f": {title}" if title else "", "bold"),
            indent=2,
            mark="says    ",
        )
        shown, left = reasons_shown(advice, every=self.every)
        facts: list[str] = []
        cited: tuple[Citation, ...] = ()
        for reason in shown:
            if self._is_new(explain.because_text(reason)):
                page.line(explain.because_text(reason), indent=10, mark="· ")
                cited += reason.cited
            facts += explain.facts_of(reason)
        if facts:
            page.line(" · ".join(dict.fromkeys(facts)), indent=12, style="cyan")
        if cited:
            page.line(explain.sources_text(cited), indent=12, style=DIM)
        if shown and not facts and not cited:
            page.line("for the same reasons as before", indent=10, style=DIM)
        if left:
            page.line(f"and {left} more reason{'s' if left > 1 else ''}: --all", indent=10, style=DIM)
        self._missing(together, chart)

    def _missing(self, together: list[Advice], chart: Chart) -> None:
        page, advice = self.page, together[0]
        # What holds says itself what to do; the rest is asked for when it no longer holds.
        asked = (
            ""
            if advice.state is State.HELD and not self.every
            else self._asked(name for one in together for name in one.ask)
        )
        if asked:
            page.line(asked if self._is_new(asked) else "as before", indent=10, mark="ask or measure first: ")
        until = explain.until_text(advice.not_before, chart)
        if until:
            page.line(until, indent=10)
        window = explain.window_text(advice, chart)
        if window:
            page.line(
                window
                if self._is_new(advice.window.says if advice.window else "")
                else window.partition(":")[0] + ".",
                indent=10,
            )
        offers = " · ".join(
            dict.fromkeys(offer.offer for one in together[:_MOST_OFFERING] for offer in one.offers)
        )
        if offers and (self.every or offers not in self.offered):
            self.offered.add(offers)
            page.line((offers, "green"), indent=10, mark="possible now: ")

    def _asked(self, names: Iterable[str]) -> str:
        return explain.asked_text(names, None if self.every else MOST_ASKED)

    def _is_new(self, said: str) -> bool:
        """Whether these words are read for the first time in this case."""
        if self.every or said not in self.read:
            self.read.add(said)
            return True
        return False

    def _sum(self, moments: list[Moment]) -> None:
        """What the whole case comes to: how its doses were judged, and what was asked for and never there."""
        page = self.page
        page.gap()
        given = Counter(
            str(one.verdict) for moment in moments for dose, one in moment.judged if dose.outcome in TAKEN
        )
        if given:
            said = ", ".join(
                f"{given[str(verdict)]} {str(verdict).replace('_', ' ')}"
                for verdict in Verdict
                if given[str(verdict)]
            )
            count = sum(given.values())
            page.line((f"{count} dose{'s' if count > 1 else ''} given", "bold"), f", judged: {said}.")
        for line in done.course_lines(self.document.course, self.library):
            page.line(line)


def _together(alarms: list[Raised]) -> list[list[Raised]]:
    groups: dict[object, list[Raised]] = {}
    for one in alarms:
        groups.setdefault((one.alarm, one.do), []).append(one)
    return list(groups.values())


def _alike(judged: tuple[tuple[Dosed, Judgement], ...]) -> list[list[tuple[Dosed, Judgement]]]:
    """Doses of which nothing is known that needs saying one by one: those only asked about together."""
    groups: dict[object, list[tuple[Dosed, Judgement]]] = {}
    for number, (dose, judgement) in enumerate(judged):
        plain = judgement.verdict <= Verdict.ASK
        groups.setdefault((dose.outcome, judgement.verdict) if plain else number, []).append(
            (dose, judgement)
        )
    return list(groups.values())


def _near(decision: Decision, chart: Chart) -> list[Advice]:
    """The protocols worth their reasons at this moment; the others are named beside them.

    What is ready, before what holds or waits; of those only the ways to start, or the one begun.
    """
    ready = [advice for advice in decision.advice if advice.state is State.READY]
    if ready:
        return ready
    starts = [advice for advice in decision.advice if advice.protocol.one_at_a_time == "opioid-start"]
    waiting = [advice for advice in starts if advice.state is State.NOT_YET and _is_its_time(advice, chart)]
    held = [advice for advice in starts if advice.state is State.HELD]
    return waiting or held or [advice for advice in starts if advice.state is State.ASK]


def _is_its_time(advice: Advice, chart: Chart) -> bool:
    """Whether its next step follows from where the patient is: a first step before any dose, another one after."""
    begun = any(dose.drug in advice.protocol.drugs and dose.outcome in TAKEN for dose in chart.dosed)
    return advice.step is not None and advice.step.starts != begun


def _answer(advice: Advice) -> tuple[State, object]:
    """What is said, apart from how old it is: said again only when it changes."""
    facts = {one.leaf.fact.name: (one.value.least, one.value.most) for reason in advice.because for one in reason.used
             if one.leaf.fact.kind_of_quantity != "time"}  # fmt: skip
    return advice.state, (explain.headline(advice), [reason.because for reason in advice.because], facts)


__all__ = ["Moment", "case_data", "run", "walk"]
