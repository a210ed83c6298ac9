"""The same rules for cql-execution on a patient's records: the facts are worked out in CQL, too.

What a CQL author would write, as the translator would: the newest COWS and its total, the rise within an hour of a
buprenorphine dose, totals of 24 hours, times since. Definitions are kept by the engine once worked out.
"""

from __future__ import annotations

from typing import Any

from bench.patients import COWS, DAY, OBJECTIVE, Patient
from bench.rules import RuleSet
from bench.translate import elm

Node = dict[str, Any]


def records_of(patient: Patient) -> dict[str, Any]:
    """One patient as plain records, oldest first. `points` repeats the items as a list, which spares CQL the naming."""
    return {
        "assessments": [
            {"at": at, **items, "points": list(items.values())} for at, items in patient.assessments
        ],
        "doses": [{"at": at, "drug": drug, "dose": dose} for at, drug, dose in patient.doses],
        "vomited": [{"at": at} for at in patient.vomited],
        "standing": patient.standing,
        "last_full_agonist": patient.last_full_agonist,
        **patient.readings,
    }


def _number(value: int) -> Node:
    return {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Integer", "value": str(value)}


def _word(value: str) -> Node:
    return {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}String", "value": value}


def _defined(name: str) -> Node:
    return {"type": "ExpressionRef", "name": name}


def _of(source: Node, path: str) -> Node:
    return {"type": "Property", "path": path, "source": source}


def _its(path: str, alias: str = "X") -> Node:
    return {"type": "Property", "path": path, "scope": alias}


def _two(kind: str, left: Node, right: Node) -> Node:
    return {"type": kind, "operand": [left, right]}


def _over(kind: str, source: Node) -> Node:
    return {"type": kind, "source": source}


def _each(source: Node, where: Node, returned: Node | None = None, alias: str = "X") -> Node:
    query = {
        "type": "Query",
        "source": [{"alias": alias, "expression": source}],
        "relationship": [],
        "where": where,
    }
    return query if returned is None else {**query, "return": {"distinct": False, "expression": returned}}


def _or_zero(node: Node) -> Node:
    return {"type": "Coalesce", "operand": [node, _number(0)]}


def _if(condition: Node, then: Node, otherwise: Node) -> Node:
    return {"type": "If", "condition": condition, "then": then, "else": otherwise}


def _definitions() -> dict[str, Node]:
    patient, newest = _defined("Patient"), _defined("newest")
    doses, assessments = _of(patient, "doses"), _of(patient, "assessments")
    last_at = _of(_defined("last_buprenorphine"), "at")
    total = _over("Sum", _its("points"))
    signs = [
        _if(_two("GreaterOrEqual", _of(newest, item), _number(least)), _number(1), _number(0))
        for item, least in OBJECTIVE.items()
    ]
    vomited_then = _each(
        _of(patient, "vomited"),
        _two(
            "And",
            _two("GreaterOrEqual", _its("at"), _two("Subtract", _of(newest, "at"), _number(60))),
            _two("LessOrEqual", _its("at"), _two("Add", _of(newest, "at"), _number(60))),
        ),
    )
    signs.append(_if(_over_operand("Exists", vomited_then), _number(1), _number(0)))
    dosed = _its("at", "DOSE")
    before = _each(
        assessments,
        _two(
            "And",
            _two("GreaterOrEqual", _its("at"), dosed),
            _two("LessOrEqual", _its("at"), _two("Add", dosed, _number(240))),
        ),
        total,
    )
    after = _each(
        assessments,
        _two(
            "And",
            _two("GreaterOrEqual", _its("at"), _two("Subtract", dosed, _number(60))),
            _two("Less", _its("at"), dosed),
        ),
        total,
    )
    rises = _each(
        _defined("buprenorphine"),
        _two("Less", dosed, _number(240)),
        _two("Subtract", _over("Max", after), _over("Last", before)),
        "DOSE",
    )
    rise = _or_zero(_over("Max", rises))
    lately = _two("Less", _its("at"), _number(DAY))

    def in_24_hours(drug: str) -> Node:
        given = _each(doses, _two("And", _two("Equal", _its("drug"), _word(drug)), lately), _its("dose"))
        return _or_zero(_over("Sum", given))

    return {
        "newest": _over("Last", assessments),
        "buprenorphine": _each(doses, _two("Equal", _its("drug"), _word("buprenorphine"))),
        "last_buprenorphine": _over("Last", _defined("buprenorphine")),
        "cows_total": _over("Sum", _of(newest, "points")),
        **{f"cows_{item}": _of(newest, item) for item in COWS},
        "cows_objective_signs": _over("Sum", {"type": "List", "element": signs}),
        "cows_rise_within_60_minutes": _over("Max", {"type": "List", "element": [rise, _number(0)]}),
        "systolic_bp_fall_on_standing": _two(
            "Subtract", _of(patient, "systolic_bp"), _of(patient, "standing")
        ),
        "vomits_in_24_hours": _over("Count", _each(_of(patient, "vomited"), lately)),
        **{f"{drug}_in_24_hours": in_24_hours(drug) for drug in ("buprenorphine", "clonidine", "lofexidine")},
        "last_buprenorphine_dose": _of(_defined("last_buprenorphine"), "dose"),
        "buprenorphine_doses_given": _over("Count", _defined("buprenorphine")),
        "time_since_last_buprenorphine": _two("Multiply", last_at, _number(60)),
        "time_since_last_full_agonist": _two("Multiply", _of(patient, "last_full_agonist"), _number(60)),
    }


def _over_operand(kind: str, operand: Node) -> Node:
    return {"type": kind, "operand": operand}


def elm_records(rules: RuleSet) -> dict[str, Any]:
    """The library: the patient, the facts the rules use, the rules."""
    library = elm(rules)
    made = _definitions()
    facts = {fact: made.get(fact, _of(_defined("Patient"), fact)) for fact in rules.facts}
    steps = {name: made[name] for name in ("newest", "buprenorphine", "last_buprenorphine")}
    retrieved = {"type": "Retrieve", "dataType": "{bench}Patient"}
    defined = {"Patient": _over_operand("SingletonFrom", retrieved), **steps, **facts}
    del library["library"]["parameters"]
    library["library"]["statements"]["def"] = [
        {"name": name, "context": "Patient", "accessLevel": "Private", "expression": node}
        for name, node in defined.items()
    ] + [_by_definition(one) for one in library["library"]["statements"]["def"]]
    return library


def _by_definition(node: Any) -> Any:
    """The rules ask for a definition where they asked for a parameter."""
    if isinstance(node, list):
        return [_by_definition(part) for part in node]
    if isinstance(node, dict):
        made = {key: _by_definition(part) for key, part in node.items()}
        return {**made, "type": "ExpressionRef"} if made.get("type") == "ParameterRef" else made
    return node
