"""What was told or looked up: age, conditions, tolerance, consents, and what has not been asked yet."""

from __future__ import annotations

from datetime import timedelta

from mainstay.engine.chart import Chart, given_between
from mainstay.engine.facts.medicines import Group
from mainstay.engine.facts.registry import Found, Kind, fact, fact_for_each, known, plain, unknown

_NO_YES = ("no", "yes")

plain(__name__, "age", "Age.", "years", (0, 120), kind=Kind.HISTORY)
plain(__name__, "weight", "Body weight.", "kg", (2, 400), kind=Kind.HISTORY)
plain(
    __name__, "methadone_daily_dose", "What methadone the patient took daily before the stay; 0 if none.",
    "mg", (0, 1000), kind=Kind.HISTORY,
)  # fmt: skip
for _name, _says in {
    "long_qt_syndrome": "Congenital long QT, or a family history of it.",
    "severe_coronary_insufficiency": "Severe coronary insufficiency.",
    "cerebrovascular_disease": "Stroke or other cerebrovascular disease.",
    "chronic_renal_failure": "Chronic renal failure.",
    "heart_failure": "Congestive heart failure.",
    "bradyarrhythmia": "Marked bradycardia or a bradyarrhythmia, conduction defects among them.",
    "qt_risk": "Syncope, cardiac or family history that raises the risk of a long QT.",
    "respiratory_disease": "Asthma, COPD, sleep apnoea or another disease of breathing.",
    "severe_respiratory_compromise": "Acute severe asthma, hypercapnia or another breathing emergency.",
    "gi_obstruction": "Obstruction or paralytic ileus.",
    "severe_liver_disease": "Severe liver impairment, acute hepatitis or liver failure.",
    "alcohol_dependence": "Alcohol dependence, or alcohol withdrawal expected.",
    "sedative_dependence": "Dependence on benzodiazepines or other sedatives.",
    "dehydrated": "Dehydrated, by the bedside signs.",
    "low_weight_or_frail": "Low weight, frail or known to tolerate alpha-2 agonists badly.",
    "methadone_setting_legal": "This setting may give methadone for opioid use disorder.",
    "consent_recorded": "Consent, alternatives offered and the warning on withdrawal alone are recorded.",
    "other_withdrawal_assessed": "Alcohol or sedative withdrawal was assessed by itself, on its own scale, in this stay.",
    "follow_up_booked": "Prescription and first visit after the stay are arranged.",
    "naloxone_on_unit": "Naloxone is on the unit and take-home naloxone is planned.",
    "full_agonist_continues": "A full agonist is continued on purpose beside a low-dose start.",
    "wants_full_agonist_stopped": "The patient wants to stop the full agonist now.",
    "agonist_declined_or_waiting": "Buprenorphine and methadone were offered, and are declined, unsuitable or not possible yet.",
    "alpha2_taper": "The prescriber has decided to end the alpha-2 agonist step by step; its time is when that was decided.",
    "beta_blocker_plan": "What happens to the beta-blocker before clonidine is stopped has been decided.",
    "high_dose_start_allowed": "The site offers the high-dose start in a monitored bed.",
}.items():
    plain(__name__, _name, _says, choices=_NO_YES, kind=Kind.HISTORY)


@fact(kind=Kind.HISTORY, choices=("low", "usual", "high"), entered=True)
def tolerance(chart: Chart) -> Found:
    """Opioid tolerance as the clinician ticked it. Not ticked counts as low (settled 15)."""
    newest = chart.newest("tolerance")
    if newest is None:
        return Found(0, 0, None, "not recorded: counts as low")
    return known(newest.steps, newest.at)


@fact(kind=Kind.HISTORY, choices=_NO_YES, entered=True)
def methadone_verified(chart: Chart) -> Found:
    """Whether the methadone clinic has confirmed dose and last witnessed date. Not recorded counts as no."""
    newest = chart.newest("methadone_verified")
    if newest is None:
        return Found(0, 0, None, "not recorded: counts as not confirmed")
    return known(newest.steps, newest.at)


@fact(kind=Kind.HISTORY, choices=_NO_YES, entered=True)
def recent_myocardial_infarction(chart: Chart) -> Found:
    """A myocardial infarction within three months (settled 15)."""
    infarctions = chart.happened("myocardial infarction")
    if infarctions and infarctions[-1].at > chart.now - timedelta(days=92):
        return known(1, infarctions[-1].at)
    newest = chart.newest("recent_myocardial_infarction")
    if newest is None:
        return known(0, infarctions[-1].at) if infarctions else unknown("never recorded")
    return known(newest.steps, newest.at)


@fact_for_each("maoi", "maoi_in_14_days", kind=Kind.HISTORY, choices=_NO_YES, entered=True)
def maoi_in_14_days(chart: Chart, group: Group) -> Found:
    """Whether an MAO inhibitor was taken in the last 14 days, though it may have been stopped: told, or given here."""
    since = chart.now - timedelta(days=14)
    given = [
        one.latest
        for medicine in group.members
        for one in given_between(chart.taken(medicine), since, chart.now)
    ]
    if given:
        return known(1, max(given))
    newest = chart.newest("maoi_in_14_days")
    return unknown("never recorded") if newest is None else known(newest.steps, newest.at)


def _recorded(chart: Chart, what: str) -> Found:
    return known(int(chart.newest(what) is not None))


@fact(kind=Kind.LEDGER, choices=_NO_YES)
def weight_recorded(chart: Chart) -> Found:
    """Whether a weight is in the chart (G1)."""
    return _recorded(chart, "weight")


@fact(kind=Kind.LEDGER, choices=_NO_YES)
def pregnancy_recorded(chart: Chart) -> Found:
    """Whether a pregnancy test, or that none is needed, is in the chart (G1)."""
    return _recorded(chart, "pregnancy")


@fact(kind=Kind.LEDGER, choices=_NO_YES)
def allergies_recorded(chart: Chart) -> Found:
    """Whether allergies were asked about (G1)."""
    return _recorded(chart, "allergies")


@fact(kind=Kind.LEDGER, choices=_NO_YES)
def medicines_recorded(chart: Chart) -> Found:
    """Whether the list of the patient's own medicines is complete (G1)."""
    own = chart.own_medicines
    return known(int(own is not None and own.complete))


@fact(kind=Kind.LEDGER, choices=_NO_YES)
def last_opioid_recorded(chart: Chart) -> Found:
    """Whether type and time of the last opioid before the stay are in the chart (G1)."""
    return known(int(any(took.kind not in ("sedative", "other") for took in chart.took)))


# Allergies are asked once as a whole (so that "none" can be recorded), and listed one by one.
plain(__name__, "allergies", "That allergies were asked about.", choices=("asked",), kind=Kind.HISTORY)
