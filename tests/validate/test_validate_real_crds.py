"""What is emitted, and our own schemas, against the definitions that Kuadrant and Gateway API publish."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from celpy.evaluation import base_functions
from validate_support import (
    CONFIGS,
    NO_REAL_CRDS,
    REAL_CRDS,
    Object,
    Steps,
    check,
    emitted,
    places,
    replaced,
    sample,
    samples,
    without,
)

from compiler.diagnostics.model import Place, Severity, failed
from compiler.validate import schemas
from compiler.validate.cel import Rules
from compiler.validate.crds import Crds, load_crds
from compiler.validate.functions import functions
from compiler.validate.manifest import validate
from compiler.validate.words import Subject

pytestmark = pytest.mark.skipif(not REAL_CRDS.is_dir(), reason=NO_REAL_CRDS)


@cache
def _crds() -> Crds:
    crds, found = load_crds(REAL_CRDS)
    assert found == ()
    assert crds is not None
    return crds


def test_all_of_them_are_read() -> None:
    """Every file holds a definition, and none is beyond what is understood."""
    files = {one.file for several in _crds().definitions.values() for one in several}
    assert files == {path.name for path in REAL_CRDS.glob("*.yaml")}


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.parent.name)
def test_what_is_emitted_is_valid(config: Path) -> None:
    """Schemas and all rules, none left unverified but of Prometheus' operator, whose definitions are not here."""
    found = validate(emitted(config).documents, _crds())
    assert [one for one in found if one.code != "crd-rule-unverified"] == []
    assert all("PrometheusRule" in one.headline or "ServiceMonitor" in one.headline for one in found), found


def test_every_custom_kind_is_defined() -> None:
    """The check above is about something."""
    custom = {one["kind"] for one in samples() if _crds().knows(one["apiVersion"], one["kind"])}
    assert custom == {
        "AuthPolicy",
        "DestinationRule",
        "ExternalSecret",
        "Gateway",
        "GatewayClass",
        "HTTPRoute",
        "Kuadrant",
        "RateLimitPolicy",
        "ReferenceGrant",
        "SealedSecret",
        "ServiceEntry",
        "TelemetryPolicy",
        "TokenRateLimitPolicy",
    }


@pytest.mark.parametrize(
    ("kind", "path", "value", "message"),
    [
        ("AuthPolicy", ("spec", "rules"), {}, "At least one"),
        ("AuthPolicy", ("spec", "defaults"), {"rules": {"authorization": {"x": {"opa": {"rego": "x"}}}}}, "mutually exclusive"),
        ("AuthPolicy", ("spec", "targetRef", "group"), "", "only supported value is 'gateway.networking.k8s.io'"),
        ("TokenRateLimitPolicy", ("spec", "limits"), {}, "spec.limits"),
        ("RateLimitPolicy", ("spec", "targetRef", "kind"), "Service", "HTTPRoute"),
        ("HTTPRoute", ("spec", "rules", 0, "matches", 0, "path", "value"), "llm", "must be an absolute path"),
        ("HTTPRoute", ("spec", "rules", 0, "matches", 0, "path", "value"), "/a/../b", "must not contain '/../'"),
        ("HTTPRoute", ("spec", "rules", 0, "filters", 0, "type"), "RequestMirror", "must be"),
        ("HTTPRoute", ("spec", "rules", 0, "timeouts"), {"request": "1s", "backendRequest": "2s"}, "request"),
    ],
)
def test_their_rules_are_evaluated(kind: str, path: Steps, value: object, message: str) -> None:
    """Objects that satisfy the schema and not a rule are refused with the rule's message."""
    whole = sample(kind)
    parent: Any = whole
    for part in path[:-1]:
        parent = parent[part]
    parent[path[-1]] = value
    found = _by_definition(whole)
    assert any("breaks a rule" in one and message in one for one in found), found


def test_every_rule_can_be_evaluated() -> None:
    """All of their rules are CEL for cel-python, and call nothing that is missing here."""
    called: set[str] = set()
    environment = Rules()._environment
    for rule in sorted(set(_all_rules())):
        tree = environment.compile(rule)
        called |= {str(node.children[1]) for node in tree.find_data("member_dot_arg")}
        called |= {str(node.children[0]) for node in tree.find_data("ident_arg")}
    macros = {"all", "exists", "exists_one", "filter", "map", "has"}
    assert called >= {"duration", "size", "substring", "matches", "has", "all"}
    assert called - macros <= set(base_functions) | set(functions())


def _all_rules() -> Iterator[str]:
    for several in _crds().definitions.values():
        for one in several:
            for version in one.versions.values():
                yield from _rules_in(version.schema)


def _rules_in(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (rule["rule"] for rule in schema.get("x-kubernetes-validations", ()))
        for value in schema.values():
            yield from _rules_in(value)


WRONG: tuple[object, ...] = (None, "", "Upper Case", "x" * 300, "//", "1d", -1, 10**20, 1.5, True, [], {}, [""], {"x": "y"})
OPTIONAL = ("labels", "annotations")


def _mutants(whole: Object) -> Iterator[tuple[Steps, Object]]:
    for path, value in places(whole):
        if not path or path[0] in ("apiVersion", "kind") or path[-1] in OPTIONAL:
            continue
        yield path, without(whole, path)
        for wrong in WRONG:
            yield path, replaced(whole, path, wrong)
        match value:
            case dict():
                yield path, replaced(whole, path, {**value, "unknown": "x"})
            case list():
                yield path, replaced(whole, path, [*value, *value])
                yield path, replaced(whole, path, value * 20)


@pytest.mark.parametrize("kind", sorted(kind for version, kind in schemas.ours() if schemas.is_custom(version)))
def test_our_schemas_are_no_laxer(kind: str) -> None:
    """Whatever a definition refuses is refused without it, so a user without `--crds` loses nothing but news."""
    taken = refused = 0
    tried: set[Steps] = set()
    for whole in (one for one in samples() if one["kind"] == kind):
        # What two samples have in common is spoiled once.
        fresh = [(path, mutant) for path, mutant in _mutants(whole) if path not in tried]
        tried |= {path for path, _ in fresh}
        for path, mutant in fresh:
            if failed(tuple(check(mutant))):
                refused += 1
            else:
                taken += 1
                assert _by_definition(mutant) == [], (path, json.dumps(mutant))
    assert refused > taken > 0


def _by_definition(whole: Object) -> list[str]:
    found = _crds().check(Subject(whole, Place("some.yaml")))
    return [one.headline for one in found if one.severity is Severity.ERROR]
