"""A small set of knowledge files for tests of the engine, so that no test of ours depends on the shipped ones.

Doses and bounds here only show the form. `library(**changed)` reads it with some files replaced.
"""

from functools import lru_cache

from mainstay.engine.knowledge import library as knowledge
from mainstay.engine.knowledge.library import Library

REVIEW = "review: {written_by: tests, checked_by: nobody yet, review_by: 2099-01-01}"

FILES = {
    "sources/book.yaml": "title: A book\nyear: '2020'\nread: Cover to cover.\n",
    "site-values.yaml": f"""
values:
  enough_cows: {{default: 11 points, says: From which COWS a start is offered., caution: higher, source: book p1 (SITE)}}
  fresh: {{default: 60 min, says: How old a score may be., caution: lower, source: book p1 (SITE)}}
{REVIEW}
""",
    "substances/heroin.yaml": f"""
title: Heroin
kind: short_acting
also: [smack]
ready: [8 h, 24 h]
ready_says: Usually 8 to 24 hours after the last use.
source: book p2 (C)
{REVIEW}
""",
    "substances/fentanyl.yaml": f"""
title: Fentanyl
kind: fentanyl
ready_says: Nobody can say when.
source: book p2 (C)
{REVIEW}
""",
    "substances/oxycodone-sr.yaml": f"""
title: Slow oxycodone
kind: long_acting
ready_says: Later than most.
source: book p2 (C)
{REVIEW}
""",
    "substances/methadone.yaml": f"""
title: Methadone
kind: methadone
also: [dolly]
ingredient: methadone
ready: [30 h, 48 h]
ready_says: Usually 30 to 48 hours after the last dose.
source: book p2 (C)
{REVIEW}
""",
    "substances/buprenorphine.yaml": f"""
title: Buprenorphine
kind: buprenorphine
ingredient: buprenorphine
ready_says: It does not matter.
source: book p2 (C)
{REVIEW}
""",
    "substances/alcohol.yaml": f"""
title: Alcohol
kind: sedative
ready_says: It is no opioid.
source: book p2 (C)
{REVIEW}
""",
    "classes/qt.yaml": f"""
title: Medicines that lengthen QT
members: [methadone, haloperidol]
never:
  - id: long-qt
    hold_when: qtc >= 500 ms
    then: hold
    because: QT is long.
    alarm: {{to: prescriber, within: 30 min, then_to: medical lead}}
    source: book p3 (C)
source: book p3 (C)
{REVIEW}
""",
    "classes/sedatives.yaml": f"""
title: Sedatives
members: [diazepam, pregabalin]
source: book p3 (C)
{REVIEW}
""",
    "classes/opioids.yaml": f"""
title: Opioids
members: [methadone, buprenorphine, buprenorphine-naloxone]
source: book p3 (C)
{REVIEW}
""",
    "drugs/methadone.yaml": f"""
title: Methadone
says: A long-acting full agonist.
classes: [qt, opioids]
brands: [Methadose]
rxnorm: unconfirmed
forms:
  - {{form: solution, route: oral, concentration: 10 mg/mL, source: book p4 (C)}}
never:
  - {{id: largest-first, largest_dose: 30 mg, only_when: methadone_doses_given = 0, then: refuse, because: Too much at once., source: book p4 (C)}}
  - {{id: usual-day, largest_total: 30 mg, in: 24 h, only_when: methadone_day <= 1, then: needs_reason, because: More than usual in a day., source: book p4 (C)}}
  - {{id: most-a-day, largest_total: 40 mg, in: 24 h, then: refuse, because: Too much in a day., do: Wait., source: book p4 (C)}}
  - {{id: sedated, hold_when: sedated = yes, then: hold, at: dose, because: Too sleepy., source: book p4 (C)}}
  - {{id: with-sedatives, company: [sedatives, opioids], then: needs_reason, because: Breathing may stop., source: book p4 (C)}}
{REVIEW}
""",
    "drugs/buprenorphine.yaml": f"""
title: Buprenorphine
says: A partial agonist.
classes: [opioids]
rxnorm: unconfirmed
forms:
  - {{form: tablet, route: sublingual, strength: 2 mg, splits_into: 4, source: book p5 (C)}}
  - {{form: tablet, route: sublingual, strength: 8 mg, source: book p5 (C)}}
never:
  - {{id: spacing, least_spacing: 60 min, then: hold, because: Too soon., source: book p5 (C)}}
  - {{id: after-heroin, hold_when: time_since_last_short_acting < 6 h, except_on: slow-start, routes: sublingual, then: hold, because: It would throw the patient into withdrawal., source: book p5 (C)}}
  - {{id: largest-at-once, largest_dose: 4 mg, only_on: start, then: refuse, because: Small steps., source: book p5 (C)}}
  - {{id: pulse-known, hold_when: {{not: heart_rate within 30 min}}, then: ask, because: The pulse must be fresh., source: book p5 (C)}}
  - {{id: high-day, largest_total: 24 mg, in: 24 h, then: needs_reason, because: More than most need., source: book p5 (C)}}
{REVIEW}
""",
    "drugs/buprenorphine-naloxone.yaml": f"""
title: Buprenorphine with naloxone
says: The same, with naloxone.
counts_as: buprenorphine
classes: [opioids]
brands: [Suboxone]
rxnorm: unconfirmed
forms:
  - {{form: film, route: sublingual, strength: 2 mg, source: book p5 (C)}}
  - {{form: film, route: sublingual, strength: 8 mg, source: book p5 (C)}}
never:
  - {{id: bad-liver, hold_when: severe_liver_disease = yes, then: refuse, because: The liver cannot clear naloxone., source: book p5 (C)}}
{REVIEW}
""",
    "drugs/lofexidine.yaml": f"""
title: Lofexidine
says: Calms withdrawal, lowers blood pressure.
rxnorm: unconfirmed
amounts_are: mg of base
salt: {{written: 0.2 mg HCl, is: 0.18 mg, source: book p6 (C)}}
forms:
  - {{form: tablet, route: oral, strength: 0.18 mg, source: book p6 (C)}}
never:
  - {{id: largest, largest_dose: 0.72 mg, then: refuse, because: Too much at once., source: book p6 (C)}}
  - {{id: most-a-day, largest_total: 2.88 mg, in: 24 h, then: refuse, because: Too much in a day., source: book p6 (C)}}
  - {{id: spacing, least_spacing: 5 h, then: hold, because: Too soon., source: book p6 (C)}}
  - {{id: low-pressure, hold_when: {{any: [systolic_bp < 90 mmHg, heart_rate < 50 /min]}}, then: hold, because: Pressure is low., source: book p6 (C)}}
{REVIEW}
""",
    "instruments/cows.yaml": f"""
title: Clinical Opiate Withdrawal Scale
short: COWS
rater: nurse
window: Now.
greatest_age: 4 h
says: Signs of withdrawal.
licence: Free.
items:
  pulse: {{label: Pulse, values: [{{points: 0, means: slow}}, {{points: 1, means: a}}, {{points: 2, means: b}}, {{points: 4, means: fast, code: F}}]}}
  sweating: {{label: Sweating, values: [{{points: 0, means: none}}, {{points: 4, means: much}}]}}
  restlessness: {{label: Restlessness, values: [{{points: 0, means: none}}, {{points: 5, means: much}}]}}
  pupils: {{label: Pupils, values: [{{points: 0, means: small}}, {{points: 2, means: wide}}, {{points: 5, means: rim}}]}}
  aches: {{label: Aches, values: [{{points: 0, means: none}}, {{points: 4, means: much}}]}}
  nose_tears: {{label: Nose and tears, values: [{{points: 0, means: dry}}, {{points: 2, means: running}}, {{points: 4, means: streaming}}]}}
  stomach: {{label: Stomach, values: [{{points: 0, means: none}}, {{points: 5, means: much}}]}}
  tremor: {{label: Tremor, values: [{{points: 0, means: none}}, {{points: 4, means: much}}]}}
  yawning: {{label: Yawning, values: [{{points: 0, means: none}}, {{points: 2, means: some}}, {{points: 4, means: much}}]}}
  anxiety: {{label: Anxiety, values: [{{points: 0, means: none}}, {{points: 4, means: much}}]}}
  gooseflesh: {{label: Gooseflesh, values: [{{points: 0, means: smooth}}, {{points: 3, means: felt}}, {{points: 5, means: plain}}]}}
source: book p7 (C)
{REVIEW}
""",
    "protocols/gates.yaml": f"""
title: The gates
code: G
says: What every dose waits for.
shared: "yes"
hold_if:
  - {{id: allergies, when: allergies_recorded = no, because: Nobody asked about allergies., do: Ask., source: book p8 (SITE)}}
{REVIEW}
""",
    "protocols/start.yaml": f"""
title: A start
code: P1
says: For tests.
one_at_a_time: opioid-start
drugs: [buprenorphine]
for:
  - {{that: opioid_kind = short_acting, because: For short-acting opioids., source: book p9 (C)}}
never_if:
  - {{when: severe_liver_disease = yes, because: The liver., then: refuse, source: book p9 (C)}}
  - {{when: pregnancy = positive, because: Another way in pregnancy., then: needs_reason, source: book p9 (C)}}
start_when:
  - {{that: time_since_last_short_acting >= 12 h, because: Too soon after the last use., source: book p9 (C)}}
  - {{that: cows_total >= site enough_cows, because: Not in withdrawal yet., source: book p9 (C)}}
steps:
  - id: first
    title: The first dose
    starts: "yes"
    when: {{all: [buprenorphine_today <= 0 mg, time_since_last_buprenorphine >= 2 h]}}
    give: {{drug: buprenorphine, dose: 2 mg, up_to: 4 mg, route: sublingual}}
    before: [cows_total within site fresh, heart_rate within 30 min]
    reassess: {{cows_total: 60 min}}
    because: Withdrawal is here.
    source: book p9 (C)
  - id: again
    title: Once more
    when: {{all: [buprenorphine_doses_today = 1, time_since_last_buprenorphine >= 2 h, cows_total >= 8]}}
    give: {{drug: buprenorphine, dose: 2 mg, route: sublingual}}
    before: [heart_rate within 30 min]
    because: Not enough yet.
    source: book p9 (C)
  - id: enough
    title: Enough for today
    when: buprenorphine_doses_today >= 2
    do: Call the prescriber.
    reassess: {{cows_total: 4 h}}
    because: Two doses were given.
    source: book p9 (C)
hold_if:
  - {{id: low, when: systolic_bp < 90 mmHg, because: Pressure is low., do: Lay the patient flat., source: book p9 (C)}}
ends_when:
  - {{when: buprenorphine_day >= 3, because: The start is over., source: book p9 (C)}}
alternatives:
  - {{offer: Fluids., source: book p9 (C)}}
  - {{offer: A slow start., protocol: slow-start, when: cows_total < 8, source: book p9 (C)}}
waiting: {{cows_total: 2 h}}
{REVIEW}
""",
    "protocols/slow-start.yaml": f"""
title: A slow start
code: P3
says: For tests.
one_at_a_time: opioid-start
drugs: [buprenorphine]
schedule:
  drug: buprenorphine
  route: sublingual
  days:
    - {{dose: 0.5 mg, times: 1, apart: 20 h}}
    - {{dose: 0.5 mg, times: 2, apart: 8 h}}
    - {{dose: 2 mg, times: 2, apart: 8 h}}
  before: [sedation within 60 min]
  reassess: {{sedation: 60 min}}
  because: Small steps beside the other opioid.
  source: book p10 (C)
{REVIEW}
""",
    "protocols/stabilise.yaml": f"""
title: Methadone as yesterday
code: P5
says: For tests.
drugs: [methadone]
steps:
  - id: same
    title: As yesterday
    when: {{all: [methadone_today <= 0 mg, cows_total < 8]}}
    give: {{drug: methadone, dose: methadone_yesterday, route: oral, every: 24 h}}
    because: It is enough.
    source: book p11 (C)
  - id: more
    title: More than yesterday
    when: {{all: [methadone_today <= 0 mg, cows_total >= 8]}}
    give: {{drug: methadone, dose: methadone_yesterday, plus: 5 mg, route: oral}}
    because: It is not enough.
    source: book p11 (C)
{REVIEW}
""",
    "protocols/nothing-yet.yaml": f"""
title: Nothing yet
code: P0
says: Without steps.
for:
  - {{that: age >= 18 years, because: For adults., source: book p12 (C)}}
{REVIEW}
""",
}


@lru_cache(maxsize=1)
def library() -> Library:
    """The small library."""
    return knowledge.read(FILES)


def changed(files: dict[str, str], site: str | None = None) -> Library:
    """The small library with some files replaced or added."""
    return knowledge.read({**FILES, **files}, site)
