"""Writes the one rule set out in each engine's own form: a formula in its syntax, or its file."""

from __future__ import annotations

from typing import Any

from bench.rules import RuleSet, Tree

# How each language writes equality, joining and denial.
_SYNTAX = {
    "zen": {"=": "==", "all": " and ", "any": " or ", "not": "not"},
    "c": {"=": "==", "all": " & ", "any": " | ", "not": "!"},
    "c_usual": {"=": "==", "all": " && ", "any": " || ", "not": "!"},
    "numpy": {"=": "==", "all": " & ", "any": " | ", "not": "~"},
}


def formula(tree: Tree, language: str, fact: str = "{}") -> str:
    """The condition as an expression in `language`; `fact` is how a fact is written there, `{}` its name."""
    syntax = _SYNTAX[language]
    if "fact" in tree:
        return f"({fact.format(tree['fact'])} {syntax.get(tree['is'], tree['is'])} {tree['value']})"
    if "not" in tree:
        return f"{syntax['not']}({formula(tree['not'], language, fact)})"
    joined = "all" if "all" in tree else "any"
    return "(" + syntax[joined].join(formula(part, language, fact) for part in tree[joined]) + ")"


def jdm(rules: RuleSet) -> dict[str, Any]:
    """For zen-engine: a graph of one expression node, one expression for each rule."""
    expressions = [
        {"id": f"e{number}", "key": f"r{number}", "value": formula(rule.when, "zen")}
        for number, rule in enumerate(rules.rules)
    ]
    node = {
        "expressions": expressions,
        "passThrough": False,
        "inputField": None,
        "outputPath": None,
        "executionMode": "single",
    }
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "facts", "content": {"schema": ""}},
            {"id": "rules", "type": "expressionNode", "name": "rules", "content": node},
            {"id": "out", "type": "outputNode", "name": "mask", "content": {"schema": ""}},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "rules"},
            {"id": "2", "type": "edge", "sourceId": "rules", "targetId": "out"},
        ],
    }


_JSON_RULES = {
    "<": "lessThan", "<=": "lessThanInclusive", "=": "equal", "!=": "notEqual", ">=": "greaterThanInclusive", ">": "greaterThan",
}  # fmt: skip


def json_rules(rules: RuleSet) -> list[dict[str, Any]]:
    """For json-rules-engine: one rule object each, its event named by its number."""
    made = []
    for number, rule in enumerate(rules.rules):
        conditions = _json_condition(rule.when)
        # The outermost condition must join others there.
        conditions = {"all": [conditions]} if "fact" in conditions else conditions
        made.append({"conditions": conditions, "event": {"type": str(number)}})
    return made


def _json_condition(tree: Tree) -> dict[str, Any]:
    if "fact" in tree:
        return {"fact": tree["fact"], "operator": _JSON_RULES[tree["is"]], "value": tree["value"]}
    if "not" in tree:
        return {"not": _json_condition(tree["not"])}
    joined = "all" if "all" in tree else "any"
    return {joined: [_json_condition(part) for part in tree[joined]]}


_ELM = {"<": "Less", "<=": "LessOrEqual", "=": "Equal", ">=": "GreaterOrEqual", ">": "Greater"}
_INTEGER = "{urn:hl7-org:elm-types:r1}Integer"


def elm(rules: RuleSet) -> dict[str, Any]:
    """For cql-execution: a library as its translator would write it, each fact a parameter, each rule a definition.

    The translator itself is a Java program and not on npm.
    """
    parameters = [
        {
            "name": fact,
            "accessLevel": "Public",
            "parameterTypeSpecifier": {"name": _INTEGER, "type": "NamedTypeSpecifier"},
        }
        for fact in rules.facts
    ]
    definitions = [
        {
            "name": f"r{number}",
            "context": "Patient",
            "accessLevel": "Public",
            "expression": _elm_expression(rule.when),
        }
        for number, rule in enumerate(rules.rules)
    ]
    return {
        "library": {
            "identifier": {"id": "Bench", "version": "1"},
            "schemaIdentifier": {"id": "urn:hl7-org:elm", "version": "r1"},
            "usings": {"def": [{"localIdentifier": "System", "uri": "urn:hl7-org:elm-types:r1"}]},
            "parameters": {"def": parameters},
            "statements": {"def": definitions},
        }
    }


def _elm_expression(tree: Tree) -> dict[str, Any]:
    if "fact" in tree:
        fact = {"type": "ParameterRef", "name": tree["fact"]}
        value = {"type": "Literal", "valueType": _INTEGER, "value": str(tree["value"])}
        if tree["is"] == "!=":
            return {"type": "Not", "operand": {"type": "Equal", "operand": [fact, value]}}
        return {"type": _ELM[tree["is"]], "operand": [fact, value]}
    if "not" in tree:
        return {"type": "Not", "operand": _elm_expression(tree["not"])}
    joined, parts = ("And", tree["all"]) if "all" in tree else ("Or", tree["any"])
    made = _elm_expression(parts[0])
    for part in parts[1:]:
        # ELM joins two at a time.
        made = {"type": joined, "operand": [made, _elm_expression(part)]}
    return made


def c_source(rules: RuleSet, language: str) -> str:
    """For one core in C: a loop over the charts, every rule written out, the masks as the answer."""
    arguments = ", ".join(f"const int32_t *restrict {fact}" for fact in rules.facts)
    bits = "\n".join(
        f"        mask |= (uint32_t){formula(rule.when, language, '{}[i]')} << {number};"
        for number, rule in enumerate(rules.rules)
    )
    return (
        "#include <stdint.h>\n"
        f"void sweep(int64_t number, {arguments}, uint32_t *restrict masks) {{\n"
        "    for (int64_t i = 0; i < number; i++) {\n"
        "        uint32_t mask = 0;\n"
        f"{bits}\n"
        "        masks[i] = mask;\n"
        "    }\n"
        "}\n"
    )


def with_clauses(library: dict[str, Any]) -> dict[str, Any]:
    """The same ELM library with every clause numbered, so that cql-execution keeps each one's result: its explanation."""
    numbers = iter(range(1, 1_000_000))

    def numbered(node: Any) -> Any:
        if isinstance(node, list):
            return [numbered(part) for part in node]
        if isinstance(node, dict):
            made = {key: numbered(part) for key, part in node.items()}
            return {**made, "localId": str(next(numbers))} if "type" in node or "expression" in node else made
        return node

    statements = numbered(library["library"]["statements"])
    return {"library": {**library["library"], "statements": statements}}
