"""The library: every knowledge file read, checked against the others, and given a digest.

`load(folder)` reads a folder such as `mainstay/knowledge/`. What is wrong is collected over all
files and refused at once, each with file, line and what was probably meant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from mainstay.engine import conditions, facts, quantities
from mainstay.engine.conditions import ALWAYS, All, AnyOf, Compare, Condition, Not, Within
from mainstay.engine.facts.registry import Fact, Kind
from mainstay.engine.facts.schedules import Plan
from mainstay.engine.hints import did_you_mean
from mainstay.engine.knowledge import instrument_files, text
from mainstay.engine.knowledge.forms import KINDS, SITE
from mainstay.engine.knowledge.grammar import Cited, Record
from mainstay.engine.knowledge.instrument_files import SHIPPED, Instrument, Review
from mainstay.engine.knowledge.models import (
    Alarm,
    Alternative,
    DoseForm,
    Drug,
    Give,
    Limit,
    MedicineClass,
    Protocol,
    Rule,
    Schedule,
    ScheduleDay,
    SiteValue,
    Step,
    Substance,
)  # fmt: skip
from mainstay.engine.knowledge.text import Fields, Items, KnowledgeRefused, Node, Place, Refused, Text
from mainstay.engine.sources import Citation, Source
from mainstay.engine.verdicts import Verdict, verdict_named


@dataclass(frozen=True, eq=False)
class Library:
    """All knowledge in use, with the digest of every byte of it."""

    folder: Path
    sources: Mapping[str, Source]
    site_values: Mapping[str, SiteValue]
    substances: Mapping[str, Substance]
    classes: Mapping[str, MedicineClass]
    drugs: Mapping[str, Drug]
    instruments: Mapping[str, Instrument]
    protocols: Mapping[str, Protocol]
    vocabulary: Mapping[str, Fact]
    digest: str
    # Other spellings of medicines and substances, in small letters, to their ids.
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def gates(self) -> tuple[Protocol, ...]:
        """The protocols whose rules hold for every other one (G1 to G8)."""
        return tuple(protocol for protocol in self.protocols.values() if protocol.shared)

    @property
    def medicines(self) -> tuple[str, ...]:
        """Every medicine that can be named: drugs, and the members of classes."""
        members = {member for one in self.classes.values() for member in one.members}
        return tuple(sorted({*self.drugs, *members}))

    def classes_of(self, medicine: str) -> tuple[MedicineClass, ...]:
        """The classes a medicine is in."""
        return tuple(one for one in self.classes.values() if medicine in one.members)

    def ingredient_of(self, medicine: str) -> str:
        """Whose ledger a medicine's doses count in: its own, where it has no drug file."""
        drug = self.drugs.get(medicine)
        return drug.ingredient if drug else medicine

    def medicine_named(self, name: str) -> str | None:
        """The id of the medicine people call `name`, or None: not checked, never safe."""
        word = name.strip().lower()
        return (
            self.names.get(word)
            or self.names.get(word.replace(" ", "-"))
            or self.names.get(word.replace("_", "-"))
        )


def load(folder: Path | None = None, site: Path | None = None) -> Library:
    """Read every knowledge file of `folder` (ours, when None), with a signed site file's values.

    What has been parsed is kept while no file changes. Raises KnowledgeRefused with every problem found.
    """
    folder = SHIPPED if folder is None else folder
    stamp = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in _files(folder))
    site_stamp = None if site is None else (str(site), site.stat().st_mtime_ns)
    return _load(folder, site, stamp, site_stamp)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.yaml") if not path.name.endswith(".scenarios.yaml"))


@lru_cache(maxsize=16)
def _load(folder: Path, site: Path | None, _stamp: Any, _site_stamp: Any) -> Library:
    files = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    texts = {file: text.words(path, file) for file, path in files.items()}
    return read(texts, None if site is None else text.words(site, str(site)), folder)


def read(texts: Mapping[str, str], site: str | None = None, folder: Path = SHIPPED) -> Library:
    """A library from file texts, by path below the knowledge folder. Raises KnowledgeRefused."""
    return _Reading(texts, site, folder).library()


class _Reading:
    """One pass over all files. Problems are gathered, so an author sees them all."""

    def __init__(self, texts: Mapping[str, str], site: str | None, folder: Path) -> None:
        self.texts = texts
        self.site = site
        self.folder = folder
        self.problems: list[Refused] = []
        self.sources: dict[str, Source] = {}
        self.site_values: dict[str, SiteValue] = {}
        self.vocabulary: dict[str, Fact] = {}
        self.forms: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}

    def library(self) -> Library:
        for file, content in sorted(self.texts.items()):
            self._attempt(partial(self._read_file, file, content))
        # A file that can't be read would make every file that names it wrong as well.
        self._refuse_problems()
        self._build("sources", self._source, self.sources)
        for record in self.forms["site-values"].values():
            self._attempt(partial(self._site_values, record))
        if self.site is not None:
            self._attempt(self._signed)
        substances: dict[str, Substance] = {}
        self._build("substances", self._substance, substances)
        instruments: dict[str, Instrument] = {}
        self._build("instruments", self._instrument, instruments)
        members = [word for record in self.forms["classes"].values() for word in record["members"]]
        ingredients = {name: record.get("counts_as", name) for name, record in self.forms["drugs"].items()}
        self.medicines = {*ingredients, *members}
        self.vocabulary = facts.vocabulary(
            ingredients=sorted(set(ingredients.values())),
            medicine_ids=sorted(self.medicines),
            instruments=instruments,
            plans=self._plans(ingredients),
            protocols=sorted(self.forms["protocols"]),
            classes={name: record["members"] for name, record in self.forms["classes"].items()},
        )
        classes: dict[str, MedicineClass] = {}
        self._build("classes", self._class, classes)
        drugs: dict[str, Drug] = {}
        self._build("drugs", self._drug, drugs)
        protocols: dict[str, Protocol] = {}
        self._build("protocols", self._protocol, protocols)
        self._refuse_problems()
        return Library(
            self.folder, self.sources, self.site_values, substances, classes, drugs, instruments, protocols,
            self.vocabulary, self._digest(self.texts), _names(drugs, self.medicines, substances),
        )  # fmt: skip

    def _plans(self, ingredients: Mapping[str, str]) -> list[Plan]:
        return [
            Plan(
                name, ingredients.get(record["schedule"]["drug"], ""),
                tuple((day["dose"].steps, day["times"]) for day in record["schedule"]["days"]),
            )
            for name, record in self.forms["protocols"].items()
            if "schedule" in record
        ]  # fmt: skip

    def _refuse_problems(self) -> None:
        if self.problems:
            raise KnowledgeRefused(sorted(self.problems, key=lambda p: (p.place.file, p.place.line)))

    # Files -----------------------------------------------------------------------------------

    def _attempt(self, work: Callable[[], Any]) -> None:
        try:
            work()
        except Refused as problem:
            self.problems.append(problem)

    def _read_file(self, file: str, content: str) -> None:
        kind, _, name = file.rpartition("/")
        kind, name = (kind, name.removesuffix(".yaml")) if kind else (name.removesuffix(".yaml"), "")
        if kind not in KINDS:
            hint = did_you_mean(kind, list(KINDS))
            raise Refused(Place(file, 1), f"there is no kind of knowledge file `{kind}`.{hint}")
        self.forms[kind][name] = KINDS[kind].read(text.read(content, file))

    def _build(self, kind: str, make: Callable[[str, Record], Any], into: dict[str, Any]) -> None:
        for name, record in self.forms[kind].items():

            def build(name: str = name, record: Record = record) -> None:
                into[name] = make(name, record)

            self._attempt(build)

    def _digest(self, texts: Mapping[str, str]) -> str:
        digest = hashlib.sha256()
        for file, content in sorted(texts.items()):
            digest.update(f"{file}\0{content}\0".encode())
        digest.update((self.site or "").encode())
        return digest.hexdigest()

    # Small parts -----------------------------------------------------------------------------

    def _cited(self, cited: Any) -> tuple[Citation, ...]:
        return instrument_files.citations(cited, self.sources)

    def _review(self, record: Record) -> Review:
        return instrument_files.review(record)

    def _source(self, name: str, record: Record) -> Source:
        return Source(name, record["title"], record["year"], record["read"])

    def _site_values(self, record: Record) -> None:
        for name, value in record["values"].items():
            made = SiteValue(
                name, value["default"], value["says"], value["caution"], self._cited(value["source"])
            )
            self.site_values[name] = made

    def _signed(self) -> None:
        record = SITE.read(text.read(self.site or "", "site file"))
        if {one["role"] for one in record["signed"]} != {"medical lead", "pharmacist"}:
            raise Refused(
                record.place, "site values need two signatures: the medical lead's and the pharmacist's."
            )
        signed_by = ", ".join(f"{one['name']} ({one['role']}, {one['on']})" for one in record["signed"])
        for name, value in record["values"].items():
            if name not in self.site_values:
                hint = did_you_mean(name, self.site_values)
                raise Refused(record.place, f"there is no site value `{name}`.{hint}")
            default = self.site_values[name]
            try:
                wanted = quantities.parse(default.value).kind
                quantities.parse(value, wanted)
            except quantities.NotAQuantity as error:
                raise Refused(record.place, f"site value `{name}`: {error}") from error
            self.site_values[name] = replace(default, value=value, signed_by=signed_by)

    def _alarm(self, record: Record | None) -> Alarm | None:
        if record is None:
            return None
        return Alarm(record["to"], record["within"].steps, record.get("then_to", ""))

    # Conditions ------------------------------------------------------------------------------

    def condition(self, node: Node, cited: tuple[Citation, ...] = ()) -> Condition:
        """A condition as written: text, or one of `all`, `any`, `not`, or `that` with its own `source`."""
        if isinstance(node, Text):
            values = {name: one.value for name, one in self.site_values.items()}
            try:
                leaf = conditions.parse_leaf(node.value, self.vocabulary, values, cited)
            except conditions.NotACondition as error:
                raise Refused(node.place, str(error)) from error
            if leaf.site_value:
                leaf = replace(leaf, cited=self.site_values[leaf.site_value].cited)
            return leaf
        if isinstance(node, Items):
            raise Refused(node.place, "join several conditions with `all:` or `any:`.")
        keys = set(node.fields)
        if keys == {"that", "source"}:
            return self.condition(node.fields["that"], self._leaf_source(node.fields["source"]))
        if len(keys) != 1 or not keys <= {"all", "any", "not"}:
            raise Refused(
                node.place, "a condition is text, or one of `all`, `any`, `not`, or `that` with `source`."
            )
        ((key, inner),) = node.fields.items()
        if key == "not":
            return Not(self.condition(inner, cited))
        if not isinstance(inner, Items) or not inner.items:
            raise Refused(inner.place, f"`{key}` joins a list of conditions.")
        parts = tuple(self.condition(item, cited) for item in inner)
        return All(parts) if key == "all" else AnyOf(parts)

    def _leaf_source(self, node: Node) -> tuple[Citation, ...]:
        return self._cited(Cited().read(node))

    def _narrowing(self, condition: Condition, cited: tuple[Citation, ...], place: Place, what: str) -> None:
        """Refuse an unverified condition where it could widen what is permitted (settled 2).

        Unverified parts may stand only beside others in an `all`: one more thing that must be true.
        """

        def verified(leaf: conditions.Leaf) -> bool:
            return any(citation.verified for citation in (leaf.cited or cited))

        for part in conditions.conjuncts(condition):
            if isinstance(part, Compare | Within):
                continue
            for leaf in conditions.leaves(part):
                if not verified(leaf):
                    raise Refused(
                        place,
                        f"{what}: `{leaf}` rests on an unverified source and stands inside `any` or `not`, where it "
                        "could permit more. Unverified conditions may only add caution: put it in the outer `all`.",
                    )

    # Kinds -----------------------------------------------------------------------------------

    def _substance(self, name: str, record: Record) -> Substance:
        spans = {}
        for key in ("onset", "ready"):
            span = record.get(key)
            if span is not None and (len(span) != 2 or span[0] > span[1]):
                raise Refused(record.place, f"`{key}` is two times, the shorter first.")
            spans[key] = None if span is None else (span[0].steps, span[1].steps)
        return Substance(
            name, record["title"], record["kind"], record.get("also", ()), record.get("ingredient", ""),
            spans["onset"], spans["ready"], record["ready_says"], self._cited(record["source"]),
            self._review(record["review"]),
        )  # fmt: skip

    def _instrument(self, name: str, record: Record) -> Instrument:
        return instrument_files.made(name, record, self._cited)

    def _class(self, name: str, record: Record) -> MedicineClass:
        never = self._never(name, record.get("never", ()))
        return MedicineClass(
            name,
            record["title"],
            record["members"],
            never,
            self._cited(record["source"]),
            self._review(record["review"]),
        )

    def _never(self, owner: str, records: tuple[Record, ...]) -> tuple[Limit, ...]:
        limits = tuple(self._limit(owner, one) for one in records)
        names = [limit.id for limit in limits]
        for limit in limits:
            if names.count(limit.id) > 1:
                raise Refused(limit.place, f"`{limit.id}` is used twice in this `never` list.")
        return limits

    def _limit(self, owner: str, record: Record) -> Limit:
        if ("largest_total" in record) != ("in" in record):
            raise Refused(
                record.place, "`largest_total` and `in` come together: so much, in that rolling time."
            )
        if ("largest_rise" in record) != ("over" in record):
            raise Refused(record.place, "`largest_rise` and `over` come together: so much above that amount.")
        over = None
        if "over" in record:
            over = self.vocabulary.get(record["over"])
            if over is None or over.kind_of_quantity != "amount":
                amounts = [
                    name for name, fact in self.vocabulary.items() if fact.kind_of_quantity == "amount"
                ]
                hint = did_you_mean(record["over"], amounts)
                raise Refused(record.place, f"`{record['over']}` is not a fact that is an amount.{hint}")
        for word in record.get("company", ()):
            if word not in self.forms["classes"] and word not in self.medicines:
                hint = did_you_mean(word, [*self.forms["classes"], *self.medicines])
                raise Refused(record.place, f"`{word}` is not a medicine or class we know.{hint}")
        for word in (*record.get("only_on", ()), *record.get("except_on", ())):
            if word not in self.forms["protocols"]:
                hint = did_you_mean(word, self.forms["protocols"])
                raise Refused(record.place, f"there is no protocol `{word}`.{hint}")
        cited = self._cited(record["source"])
        window = record["in"].steps if "in" in record else 86_400
        if "largest_total" in record and window != 86_400:
            raise Refused(
                record.place, "totals are kept over a rolling 24 h; other windows are not yet facts."
            )
        return Limit(
            record["id"], owner, verdict_named(record["then"]), record["because"], cited, record.place,
            record.get("largest_dose"), record.get("largest_total"), window,
            record["least_spacing"].steps if "least_spacing" in record else None,
            self.condition(record["hold_when"], cited) if "hold_when" in record else None,
            record.get("company", ()),
            self.condition(record["only_when"], cited) if "only_when" in record else ALWAYS,
            record.get("only_on", ()), record.get("except_on", ()), record.get("routes", ()),
            record.get("at") == "dose", record.get("do", ""), self._alarm(record.get("alarm")),
            record.get("largest_rise"), over,
        )  # fmt: skip

    def _drug(self, name: str, record: Record) -> Drug:
        counts_as = record.get("counts_as", name)
        if counts_as not in self.forms["drugs"]:
            raise Refused(record.place, f"`counts_as` names `{counts_as}`, which has no file in drugs/.")
        for word in record.get("classes", ()):
            if word not in self.forms["classes"]:
                raise Refused(
                    record.place, f"there is no class `{word}`.{did_you_mean(word, self.forms['classes'])}"
                )
            if name not in self.forms["classes"][word]["members"]:
                raise Refused(
                    record.place, f"`classes/{word}.yaml` does not list `{name}` among its members."
                )
        if "look_alikes_source" in record:
            self._cited(record["look_alikes_source"])
        forms = []
        for one in record["forms"]:
            splits = one.get("splits_into", 1)
            if splits < 1 or ("strength" in one and one["strength"].steps % splits):
                raise Refused(one.place, f"{one['strength']} can't be split exactly into {splits}.")
            forms.append(
                DoseForm(
                    one["form"], one["route"], one.get("strength"), one.get("concentration"), splits,
                    self._cited(one["source"]),
                )
            )  # fmt: skip
        salt = record.get("salt")
        if salt is not None:
            self._cited(salt["source"])
        never = self._never(name, record.get("never", ()))
        for limit in never:
            if "emergency" in record and limit.then > Verdict.INFORM:
                raise Refused(limit.place, "this drug is for an emergency: its lines may only inform.")
        return Drug(
            name, record["title"], record["says"], counts_as, record["rxnorm"], tuple(forms),
            never, record.get("classes", ()), self._review(record["review"]),
            record.get("brands", ()), record.get("look_alikes", ()), record.get("amounts_are", ""),
            None if salt is None else (salt["written"], salt["is"]), record.get("time_course", ""),
            tuple((one["says"], self._cited(one["source"])) for one in record.get("cautions", ())),
            "emergency" in record,
        )  # fmt: skip

    # Protocols -------------------------------------------------------------------------------

    def _rules(self, records: tuple[Record, ...], key: str, section: str) -> tuple[Rule, ...]:
        rules = []
        for number, record in enumerate(records, 1):
            cited = self._cited(record["source"])
            rules.append(
                Rule(
                    record.get("id", f"{section}-{number}"), self.condition(record[key], cited), record["because"], cited,
                    record.place, verdict_named(record["then"]) if "then" in record else None, record.get("do", ""),
                    self._alarm(record.get("alarm")),
                )
            )  # fmt: skip
        return tuple(rules)

    def _protocol(self, name: str, record: Record) -> Protocol:
        for drug in record.get("drugs", ()):
            self._known_drug(drug, record.place)
        start_when = self._rules(record.get("start_when", ()), "that", "start")
        for_whom = self._rules(record.get("for", ()), "that", "for")
        for rule in (*start_when, *for_whom):
            self._narrowing(rule.when, rule.cited, rule.place, f"`{rule.id}`")
        steps = [self._step(one, record) for one in record.get("steps", ())]
        schedule = None
        if "schedule" in record:
            schedule, scheduled = self._schedule(name, record["schedule"])
            steps += scheduled
        names = [step.id for step in steps]
        for step in steps:
            if names.count(step.id) > 1:
                raise Refused(step.place, f"two steps are called `{step.id}`.")
        never_if = self._rules(record.get("never_if", ()), "when", "never")
        for rule in never_if:
            if rule.then is None:
                raise Refused(
                    rule.place, "a `never_if` says with `then` what follows: refuse, needs_reason ..."
                )
        return Protocol(
            name, record["code"], record["title"], record["says"], self._review(record["review"]), self._reach(name),
            record.get("one_at_a_time", ""), "shared" in record, record.get("drugs", ()), for_whom, never_if, start_when,
            tuple(steps), schedule,
            self._rules(record.get("hold_if", ()), "when", "hold"), self._rules(record.get("alarms", ()), "when", "alarm"),
            self._rules(record.get("escalate", ()), "when", "escalate"),
            self._rules(record.get("ends_when", ()), "when", "ends"),
            tuple(self._alternative(one) for one in record.get("alternatives", ())), self._times(record, "waiting"),
        )  # fmt: skip

    def _reach(self, name: str) -> str:
        """The digest of all that this protocol's proof depends on: itself, the gates, and everything but other protocols."""
        gates = {n for n, record in self.forms["protocols"].items() if "shared" in record}
        other = {f"protocols/{n}.yaml" for n in self.forms["protocols"]} - {
            f"protocols/{n}.yaml" for n in {name, *gates}
        }
        return self._digest({file: content for file, content in self.texts.items() if file not in other})

    def _known_drug(self, drug: str, place: Place) -> None:
        if drug not in self.forms["drugs"]:
            raise Refused(
                place, f"there is no drug `{drug}` in drugs/.{did_you_mean(drug, self.forms['drugs'])}"
            )

    def _times(self, record: Record, key: str) -> tuple[tuple[str, int], ...]:
        made = []
        for fact, time in record.get(key, {}).items():
            if fact not in self.vocabulary:
                raise Refused(record.place, f"`{fact}` is not a fact.{did_you_mean(fact, self.vocabulary)}")
            made.append((fact, time.steps))
        return tuple(made)

    def _before(self, record: Record, cited: tuple[Citation, ...]) -> tuple[Within, ...]:
        before = []
        for node in record.get("before", ()):
            leaf = self.condition(node, cited)
            if not isinstance(leaf, Within):
                raise Refused(
                    node.place, "`before` lists readings and their greatest age: `fact within duration`."
                )
            before.append(leaf)
        return tuple(before)

    def _step(self, record: Record, protocol: Record) -> Step:
        cited = self._cited(record["source"])
        when = self.condition(record["when"], cited)
        self._narrowing(when, cited, record.place, f"step `{record['id']}`")
        give = self._give(record["give"], cited, protocol) if "give" in record else None
        return Step(
            record["id"], record["title"], when, record["because"], cited, record.place, "starts" in record, give,
            record.get("do", ""), self._before(record, cited), self._times(record, "reassess"),
        )  # fmt: skip

    def _give(self, record: Record, cited: tuple[Citation, ...], protocol: Record) -> Give:
        self._known_drug(record["drug"], record.place)
        if record["drug"] not in protocol.get("drugs", ()):
            raise Refused(record.place, f"`{record['drug']}` is not among this protocol's `drugs`.")
        self._may_recommend(cited, record.place)
        dose: quantities.Quantity | None = None
        fact: Fact | None = None
        written = record["dose"]
        if written in self.vocabulary:
            fact = self.vocabulary[written]
            if fact.kind_of_quantity != "amount" or fact.kind is not Kind.LEDGER:
                raise Refused(
                    record.place, f"`{written}` can't be a dose: it is not an amount from the ledger."
                )
        else:
            try:
                dose = quantities.parse(written, "amount")
            except quantities.NotAQuantity as error:
                hint = did_you_mean(
                    written, [n for n, f in self.vocabulary.items() if f.kind_of_quantity == "amount"]
                )
                raise Refused(record.place, f"{error}{hint}") from error
            if dose.steps <= 0 or ("up_to" in record and record["up_to"] <= dose):
                raise Refused(record.place, "a dose is more than nothing, and `up_to` is more than `dose`.")
        if "plus" in record and fact is None:
            raise Refused(record.place, "`plus` is added to a dose that is a fact; write the sum instead.")
        every = record["every"].steps if "every" in record else None
        return Give(
            record["drug"], record["route"], dose, record.get("up_to"), fact, record.get("plus"), every
        )

    def _may_recommend(self, cited: tuple[Citation, ...], place: Place) -> None:
        if not any(citation.verified for citation in cited):
            raise Refused(
                place,
                "this dose rests on unverified sources only, which may add caution but never recommend. "
                "Write `do: prescriber enters the dose` (settled 3), or cite a source that was read.",
            )

    def _alternative(self, record: Record) -> Alternative:
        if "protocol" in record and record["protocol"] not in self.forms["protocols"]:
            hint = did_you_mean(record["protocol"], self.forms["protocols"])
            raise Refused(record.place, f"there is no protocol `{record['protocol']}`.{hint}")
        cited = self._cited(record["source"])
        when = self.condition(record["when"], cited) if "when" in record else ALWAYS
        return Alternative(record["offer"], cited, record.get("protocol", ""), when)

    def _schedule(self, protocol: str, record: Record) -> tuple[Schedule, list[Step]]:
        self._known_drug(record["drug"], record.place)
        cited = self._cited(record["source"])
        self._may_recommend(cited, record.place)
        days = tuple(ScheduleDay(one["dose"], one["times"], one["apart"].steps) for one in record["days"])
        before, reassess = self._before(record, cited), self._times(record, "reassess")
        name = protocol.replace("-", "_")
        ingredient = self.forms["drugs"][record["drug"]].get("counts_as", record["drug"]).replace("-", "_")

        def leaf(words: str) -> Condition:
            return conditions.parse_leaf(words, self.vocabulary, None, cited)

        steps = []
        for number, day in enumerate(days, 1):
            left = day.dose * (day.times - 1)
            when = All(
                (
                    leaf(f"{name}_day = {number}"),
                    leaf(f"{ingredient}_today <= {left}"),
                    leaf(
                        f"time_since_last_{ingredient} >= {quantities.Quantity(day.apart, quantities.UNITS['s']).number()} s"
                    ),
                )
            )
            how_often = "once" if day.times == 1 else f"{day.times} times"
            steps.append(
                Step(
                    f"day-{number}", f"Day {number} of {len(days)}: {day.dose} {how_often}", when, record["because"], cited,
                    record.place, number == 1, Give(record["drug"], record["route"], day.dose), "", before, reassess,
                )
            )  # fmt: skip
        return Schedule(record["drug"], days, record.get("with", "")), steps


def _names(
    drugs: Mapping[str, Drug], medicines: set[str], substances: Mapping[str, Substance]
) -> dict[str, str]:
    names: dict[str, str] = {}
    for substance in substances.values():
        if substance.id in medicines:
            names |= {word.lower(): substance.id for word in substance.also}
    # A brand is the product it names, whatever else the street calls by it: Suboxone holds naloxone.
    for drug in drugs.values():
        names |= {word.lower(): drug.id for word in (drug.title, *drug.brands)}
    return names | {word: word for word in medicines}


def every_rule(protocol: Protocol) -> Iterator[tuple[str, Rule]]:
    """Each rule of a protocol with its section's name."""
    for section in ("for_whom", "never_if", "start_when", "hold_if", "alarms", "escalate", "ends_when"):
        for rule in getattr(protocol, section):
            yield section, rule


__all__ = ["Fields", "KnowledgeRefused", "Library", "every_rule", "load", "read"]
