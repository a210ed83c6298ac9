"""Every kind of knowledge file, declared once: the whole grammar of `mainstay/knowledge/`.

The loader reads by these forms, `mainstay schema` prints them as JSON Schema, and the README
of the knowledge folder is their explanation. A key that is not here does not exist.
"""

from __future__ import annotations

from mainstay.engine.knowledge.grammar import (
    Amount,
    Cited,
    Day,
    Form,
    Id,
    Judgement,
    ListOf,
    MapOf,
    OneOf,
    OneOrMore,
    Part,
    Whole,
    Words,
)  # fmt: skip
from mainstay.engine.verdicts import WORDS

REVIEW = Form(
    {
        "written_by": Part(Words(), "Who wrote the file.", required=True),
        "checked_by": Part(Words(), "Which clinician checked it; `nobody yet` until one has.", required=True),
        "review_by": Part(Day(), "When it must be looked at again.", required=True),
    }
)

ROLES = (
    "nurse", "medication nurse", "technician", "prescriber", "medical lead", "pharmacist", "patient",
    "trained observer", "everyone on the unit",
)  # fmt: skip

ALARM = Form(
    {
        "to": Part(OneOf(ROLES), "Which role is called.", required=True),
        "within": Part(
            Amount("time"), "How soon it must be acknowledged before the next is called.", required=True
        ),
        "then_to": Part(OneOf(ROLES), "Who is called next."),
    }
)


def _rule(condition: str, says: str, *, then: bool) -> Form:
    parts = {
        "id": Part(Id(), "A short name, shown in proofs and scenarios."),
        condition: Part(Judgement(), says, required=True),
        "because": Part(Words(), "Why, to the person at the bedside.", required=True),
        "source": Part(Cited(), "Who says so.", required=True),
        "do": Part(Words(), "What to do about it, in words."),
        "alarm": Part(ALARM, "Whom to call, how soon."),
    }
    if then:
        parts["then"] = Part(OneOf(WORDS), "The verdict while it is true.")
    return Form(parts)


SOURCE = Form(
    {
        "title": Part(Words(), "What the publication is.", required=True),
        "year": Part(Words(), "Year or years.", required=True),
        "read": Part(Words(), "What of it was read, and how.", required=True),
        "withdrawn": Part(Words(), "Why it should no longer be followed."),
    }
)

SITE_VALUES = Form(
    {
        "values": Part(
            MapOf(
                Id(r"^[a-z][a-z0-9_]*$"),
                Form(
                    {
                        "default": Part(Words(), "The cautious value, with its unit.", required=True),
                        "says": Part(Words(), "What it decides.", required=True),
                        "caution": Part(
                            OneOf(("higher", "lower")), "Which way is more cautious.", required=True
                        ),
                        "source": Part(Cited(), "Who suggests the default.", required=True),
                    }
                ),
            ),
            "The values a site may set, by name.",
            required=True,
        ),
        "review": Part(REVIEW, "Who wrote and checked the file.", required=True),
    }
)

SITE = Form(
    {
        "unit": Part(Words(), "Which unit these values are for.", required=True),
        "signed": Part(
            ListOf(
                Form(
                    {
                        "name": Part(Words(), "Who signed.", required=True),
                        "role": Part(OneOf(("medical lead", "pharmacist")), "As what.", required=True),
                        "on": Part(Day(), "When.", required=True),
                    }
                ),
                least=2,
            ),
            "The medical lead and the pharmacist, both.",
            required=True,
        ),
        "values": Part(
            MapOf(Id(r"^[a-z][a-z0-9_]*$"), Words()), "The unit's own values, by name.", required=True
        ),
    }
)

SUBSTANCE = Form(
    {
        "title": Part(Words(), "Its name as people say it.", required=True),
        "kind": Part(
            OneOf(
                ("short_acting", "fentanyl", "long_acting", "methadone", "buprenorphine", "sedative", "other")
            ),
            "How the start rules count it.",
            required=True,
        ),
        "also": Part(ListOf(Words()), "Other words for it."),
        "ingredient": Part(Id(), "The drug file whose ledger it belongs to, if any."),
        "onset": Part(
            ListOf(Amount("time"), 2), "Withdrawal usually begins this long after the last use: from, to."
        ),
        "ready": Part(
            ListOf(Amount("time"), 2), "COWS usually passes 12 this long after the last use: from, to."
        ),
        "ready_says": Part(Words(), "What to say of the window, or why there is none.", required=True),
        "source": Part(Cited(), "Who says so.", required=True),
        "review": Part(REVIEW, "Who wrote and checked the file.", required=True),
    }
)

NEVER = Form(
    {
        "id": Part(Id(), "A short name, unique in the file.", required=True),
        "largest_dose": Part(Amount("amount"), "No single dose above this."),
        "largest_total": Part(Amount("amount"), "No total above this in the rolling time `in`."),
        "in": Part(Amount("time"), "The rolling time of `largest_total`."),
        "largest_rise": Part(Amount("amount"), "No single dose more than this above the amount `over`."),
        "over": Part(
            Id(r"^[a-z][a-z0-9_]*$"),
            "The fact `largest_rise` is counted from, such as `methadone_yesterday`.",
        ),
        "least_spacing": Part(Amount("time"), "No dose sooner than this after the last."),
        "hold_when": Part(Judgement(), "No dose while this is true (or unknown)."),
        "company": Part(OneOrMore(Id()), "Medicines or classes it must not be given with."),
        "only_when": Part(Judgement(), "For whom the limit is; left out: for everyone."),
        "only_on": Part(OneOrMore(Id()), "The pathways it is for; left out: all."),
        "except_on": Part(OneOrMore(Id()), "The pathways where good practice goes around it on purpose."),
        "routes": Part(OneOrMore(Words()), "The routes it is for; left out: all."),
        "then": Part(OneOf(WORDS), "The verdict when it is broken.", required=True),
        "at": Part(
            OneOf(("dose", "order")), "`dose`: judged when a dose is given, only told when one is ordered."
        ),
        "because": Part(Words(), "Why, to the person at the bedside.", required=True),
        "do": Part(Words(), "What to do instead."),
        "alarm": Part(ALARM, "Whom to call when it is broken."),
        "source": Part(Cited(), "Who says so.", required=True),
    },
    one_of=("largest_dose", "largest_total", "largest_rise", "least_spacing", "hold_when", "company"),
)

DRUG = Form(
    {
        "title": Part(Words(), "Its name.", required=True),
        "says": Part(Words(), "What it is and how it works, in a sentence or two.", required=True),
        "counts_as": Part(Id(), "The drug whose ledger and limits it shares (buprenorphine/naloxone: buprenorphine)."),
        "classes": Part(ListOf(Id()), "The classes it belongs to."),
        "emergency": Part(OneOf(("yes",)), "It saves a life: nothing ever stops it, a strange strength or an allergy is only told."),
        "brands": Part(ListOf(Words()), "Brand and other names."),
        "look_alikes": Part(ListOf(Words()), "Names it has been confused with."),
        "look_alikes_source": Part(Cited(), "Who says it was confused with them."),
        "rxnorm": Part(Words(), "RxNorm ingredient code, or `unconfirmed`.", required=True),
        "amounts_are": Part(Words(), "What the amounts count, such as `mg of base`."),
        "salt": Part(
            Form(
                {
                    "written": Part(Amount("salt"), "An amount of salt.", required=True),
                    "is": Part(Amount("amount"), "The same in what the amounts count.", required=True),
                    "source": Part(Cited(), "Who says so.", required=True),
                }
            ),
            "How salt converts, for the message that refuses it.",
        ),
        "forms": Part(
            ListOf(
                Form(
                    {
                        "form": Part(Words(), "Tablet, film, solution ...", required=True),
                        "route": Part(Words(), "How it is given.", required=True),
                        "strength": Part(Amount("amount"), "How much one holds."),
                        "concentration": Part(Amount("concentration"), "How much a mL holds."),
                        "splits_into": Part(Whole(), "Into how many equal parts it may be split (declared)."),
                        "source": Part(Cited(), "Who says so.", required=True),
                    },
                    one_of=("strength", "concentration"),
                ),
                least=1,
            ),
            "What exists to give.",
            required=True,
        ),
        "time_course": Part(Words(), "Onset, peak, how long it lasts."),
        "never": Part(ListOf(NEVER), "What must not happen. Owned by pharmacy; judged at every order and dose."),
        "cautions": Part(
            ListOf(Form({"says": Part(Words(), "The caution.", required=True), "source": Part(Cited(), "Who says so.", required=True)})),
            "What a prescriber should know; shown, not judged.",
        ),
        "review": Part(REVIEW, "Who wrote and checked the file.", required=True),
    }
)  # fmt: skip

CLASS = Form(
    {
        "title": Part(Words(), "The class in plain words.", required=True),
        "members": Part(ListOf(Id(), least=1), "The medicines in it, by name.", required=True),
        "never": Part(ListOf(NEVER), "What holds for every member."),
        "source": Part(Cited(), "Who groups them so.", required=True),
        "review": Part(REVIEW, "Who wrote and checked the file.", required=True),
    }
)

VALUE = Form(
    {
        "points": Part(Whole(), "What the answer adds.", required=True),
        "means": Part(Words(), "The anchor in our own words.", required=True),
        "code": Part(Words(), "A letter or code stored in place of the points."),
    }
)

INSTRUMENT = Form(
    {
        "title": Part(Words(), "Full name.", required=True),
        "short": Part(Words(), "Short name, as the ward says it.", required=True),
        "also": Part(ListOf(Words()), "Other names that mean exactly this instrument."),
        "unclear_names": Part(
            ListOf(Words()), "Names that may mean it: refused until the form's shape settles which."
        ),
        "wrong_names": Part(
            ListOf(Words()), "Names in use that are no instrument's: refused, with the real one."
        ),
        "rater": Part(OneOrMore(OneOf(ROLES)), "Who may rate it.", required=True),
        "window": Part(Words(), "The time the answers are about.", required=True),
        "greatest_age": Part(Amount("time"), "After this a total is too old to act on.", required=True),
        "says": Part(Words(), "What it is for, and its traps.", required=True),
        "licence": Part(Words(), "What may be shipped of its wording.", required=True),
        "codes": Part(MapOf(Words(), Words()), "Codes in terminologies; only confirmed ones."),
        "items": Part(
            MapOf(
                Id(r"^[a-z][a-z0-9_]*$"),
                Form(
                    {
                        "label": Part(Words(), "The item's label.", required=True),
                        "window": Part(Words(), "The time this item is about, if not the instrument's."),
                        "values": Part(
                            ListOf(VALUE, least=2), "The allowed answers: these and no others.", required=True
                        ),
                        "codes": Part(MapOf(Words(), Words()), "The item's codes; only confirmed ones."),
                        "from_reading": Part(Id(r"^[a-z][a-z0-9_]*$"), "The reading the points follow from."),
                        "bands": Part(
                            ListOf(
                                Form(
                                    {
                                        "up_to": Part(
                                            Words(), "The highest reading of this band; left out: no end."
                                        ),
                                        "words": Part(OneOrMore(Words()), "The named choices of this band."),
                                        "points": Part(Whole(), "What it adds.", required=True),
                                        "scale": Part(OneOf(("1", "2")), "Only on this SpO2 scale."),
                                        "on": Part(OneOf(("air", "oxygen")), "Only while breathing this."),
                                    }
                                )
                            ),
                            "How a reading becomes points, lowest band first.",
                        ),
                    }
                ),
            ),
            "The items, by key, in the order of the form.",
            required=True,
        ),
        "bands": Part(
            MapOf(
                Id(),
                Form(
                    {
                        "title": Part(Words(), "Whose bands they are.", required=True),
                        "bands": Part(
                            ListOf(
                                Form(
                                    {
                                        "from": Part(Whole(), "Lowest total of the band.", required=True),
                                        "to": Part(Whole(), "Highest total of the band.", required=True),
                                        "name": Part(Words(), "The band's word.", required=True),
                                    }
                                ),
                                least=1,
                            ),
                            "The bands, lowest first.",
                            required=True,
                        ),
                        "source": Part(Cited(), "Who published them.", required=True),
                    }
                ),
            ),
            "Named sets of severity bands. None published: leave out.",
        ),
        "default_bands": Part(Id(), "The set shown when nobody chooses."),
        "triggers": Part(
            ListOf(
                Form(
                    {
                        "item": Part(Id(r"^[a-z][a-z0-9_]*$"), "Which item (left out: the total)."),
                        "any_item": Part(Whole(), "Any item with these points."),
                        "at_least": Part(Whole(), "From how many points."),
                        "rises_by": Part(Whole(), "A rise of the total by so many points ..."),
                        "within": Part(Amount("time"), "... in this time."),
                        "band": Part(
                            Words(), "The band's word while it fires and no trigger on the total does."
                        ),
                        "level": Part(OneOf(("emergency", "urgent", "prompt")), "How soon.", required=True),
                        "because": Part(Words(), "Why.", required=True),
                        "source": Part(Cited(), "Who says so.", required=True),
                    },
                    one_of=("any_item", "at_least", "rises_by"),
                )
            ),
            "What single items or totals call for, whatever the rest says.",
        ),
        "source": Part(Cited(), "Who says so: items, values, range.", required=True),
        "review": Part(REVIEW, "Who wrote and checked the file.", required=True),
    }
)

GIVE = Form(
    {
        "drug": Part(Id(), "Which drug file.", required=True),
        "dose": Part(Words(), "An amount, or a fact that is one (`methadone_yesterday`).", required=True),
        "up_to": Part(Amount("amount"), "Where the step is a range: its upper end."),
        "plus": Part(Amount("amount"), "Added to a dose that is a fact."),
        "route": Part(Words(), "How.", required=True),
        "every": Part(Amount("time"), "How often, once ordered."),
    }
)

STEP = Form(
    {
        "id": Part(Id(), "A short name, unique in the file.", required=True),
        "title": Part(Words(), "What the step is, in a line.", required=True),
        "starts": Part(OneOf(("yes",)), "It is a first step: `start_when` must hold too."),
        "when": Part(Judgement(), "When this step is the one.", required=True),
        "give": Part(GIVE, "The dose recommended."),
        "do": Part(Words(), "What a person does, where no dose may be recommended."),
        "before": Part(ListOf(Judgement()), "Readings that must be fresh: `fact within duration`."),
        "reassess": Part(
            MapOf(Id(r"^[a-z][a-z0-9_]*$"), Amount("time")), "What to measure again, how long after."
        ),
        "because": Part(Words(), "Why, to the person at the bedside.", required=True),
        "source": Part(Cited(), "Who says so.", required=True),
    },
    one_of=("give", "do"),
)

PROTOCOL = Form(
    {
        "title": Part(Words(), "What it is, in a line.", required=True),
        "code": Part(Words(), "Its short name on the ward: P1, P11-A ...", required=True),
        "says": Part(Words(), "For whom and what for, in a few sentences.", required=True),
        "one_at_a_time": Part(Id(), "A group of which a person is on one at a time (`opioid-start`)."),
        "shared": Part(OneOf(("yes",)), "Its rules hold for every protocol that gives a drug (the gates)."),
        "drugs": Part(ListOf(Id()), "The drugs it may give."),
        "for": Part(ListOf(_rule("that", "Must be true of the person.", then=False)), "Whom it is for."),
        "never_if": Part(ListOf(_rule("when", "Rules it out while true.", then=True)), "Who must not be on it."),
        "start_when": Part(ListOf(_rule("that", "Must be true to begin.", then=False)), "What a first step waits for."),
        "steps": Part(ListOf(STEP), "What to do; for any chart, at most one of them."),
        "schedule": Part(
            Form(
                {
                    "drug": Part(Id(), "Which drug file.", required=True),
                    "route": Part(Words(), "How.", required=True),
                    "with": Part(Words(), "What is continued beside it, in words."),
                    "days": Part(
                        ListOf(
                            Form(
                                {
                                    "dose": Part(Amount("amount"), "Each dose of the day.", required=True),
                                    "times": Part(Whole(), "How many a day.", required=True),
                                    "apart": Part(Amount("time"), "At least this far apart.", required=True),
                                }
                            ),
                            least=1,
                        ),
                        "The days, in order.",
                        required=True,
                    ),
                    "before": Part(ListOf(Judgement()), "Readings that must be fresh before each dose."),
                    "reassess": Part(MapOf(Id(r"^[a-z][a-z0-9_]*$"), Amount("time")), "What to measure again after each dose."),
                    "because": Part(Words(), "Why.", required=True),
                    "source": Part(Cited(), "Who says so.", required=True),
                }
            ),
            "A day-by-day plan; a day not completed is repeated.",
        ),
        "hold_if": Part(ListOf(_rule("when", "Holds every dose while true or unknown.", then=False)), "What stops a dose now."),
        "alarms": Part(ListOf(_rule("when", "Calls someone.", then=False)), "What must be told at once."),
        "escalate": Part(ListOf(_rule("when", "Is beyond the protocol.", then=False)), "When the prescriber decides."),
        "ends_when": Part(ListOf(_rule("when", "Ends it.", then=False)), "When it is over."),
        "alternatives": Part(
            ListOf(
                Form(
                    {
                        "protocol": Part(Id(), "Another protocol."),
                        "offer": Part(Words(), "What can be offered, in words.", required=True),
                        "when": Part(Judgement(), "Only then."),
                        "source": Part(Cited(), "Who says so.", required=True),
                    }
                )
            ),
            "What can be offered now when it is *not yet*.",
        ),
        "waiting": Part(MapOf(Id(r"^[a-z][a-z0-9_]*$"), Amount("time")), "What to measure how often while waiting."),
        "reassess_source": Part(Cited(), "Who says how often."),
        "review": Part(REVIEW, "Who wrote and checked the file.", required=True),
    }
)  # fmt: skip

# Every kind of file: the folder it lives in, and its form.
KINDS: dict[str, Form] = {
    "sources": SOURCE,
    "site-values": SITE_VALUES,
    "substances": SUBSTANCE,
    "classes": CLASS,
    "drugs": DRUG,
    "instruments": INSTRUMENT,
    "protocols": PROTOCOL,
}
