"""Policies of a dump as the simulation of the gateway can ask them: calls of the MaaS API are replaced by its answers."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from compiler.adopt import calls, policies
from compiler.adopt.gather import Dump
from compiler.adopt.maas_api import ALLOWED, KEY, SUBSCRIPTION, TIER
from compiler.adopt.objects import MODELS_OF_TIERS, Object, Plain, listed_tiers, mapping, mappings
from compiler.adopt.planned import FILTER, Planned
from compiler.adopt.ways import is_known, methods
from compiler.cel import printer
from compiler.cel.build import path
from compiler.cel.tree import Compare, Expr, Index, Int, Str
from compiler.lower.lower import tier_namespace

_EXTRA: Final = path("auth", "identity", "user", "extra")
# Ways of calling the API, by what a text has to mention; whatever mentions none of them stays, and is not understood.
_METADATA: Final = "auth.metadata"
_TIER: Final = ("auth.metadata.matchedTier.tier", 'auth.metadata.matchedTier["tier"]')
_SELECTION: Final = {"subscription-info": calls.INFO, "accessAllowed": calls.INFO, "apiKeyValidation": calls.VALIDATION}
_RBAC_GROUP: Final = "rbac.authorization.k8s.io"
_RBAC: Final = f"{_RBAC_GROUP}/v1"
_READ: Final = ("AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy", "HTTPRoute", "Gateway", "Role", "RoleBinding")


def stand_ins(dump: Dump, plans: Planned, instance: str, tiers: Sequence[str]) -> Iterator[tuple[Object | None, Plain]]:
    """Give the objects that decide about requests, understandable where their shapes are known, with what they stand for."""
    mentioned = " ".join(text for one in dump.of(*policies.LIMITING) for text in _texts(one.spec))
    for found in dump.of(*_READ):
        data = copy.deepcopy(found.data)
        if found.kind == "AuthPolicy":
            known = frozenset(name for name, way in methods(found) if is_known(found, name, way))
            body = policies.body(replace(found, data=data))
            _plain(body, mentioned, known)
            if found.id in plans.filters:
                _export(body, plans.filters[found.id])
        if found.kind == "HTTPRoute":
            _route(data)
        yield found, data
    yield from plans.limits
    yield from ((None, data) for data in _bindings(dump, instance, tiers))


def _export(body: Plain, filter_: object) -> None:
    """Let an accepted request carry the filter on; what is no mapping where one belongs is for the reading to judge."""
    inside: object = body
    for name in ("rules", "response", "success", "filters"):
        if not isinstance(inside, dict):
            return
        # The API server drops fields that are null.
        if inside.get(name) is None:
            inside[name] = {}
        inside = inside[name]
    mapping(inside)[FILTER] = filter_


def _plain(body: Plain, mentioned: str, known: frozenset[str]) -> None:
    """Take out what changes no fresh answer, and put in what the API answers."""
    rules = mapping(body.get("rules"))
    fetched = rules.pop("metadata", None)
    asks = calls.answered(fetched)
    # A policy of which nothing remains would be none at all: what it says instead is for the reading to judge.
    known = known or frozenset(() if rules.keys() - {"authentication"} else mapping(rules.get("authentication")))
    for phase in ("authentication", "authorization"):
        for name, rule in list(mapping(rules.get(phase)).items()):
            _uncached(mapping(rule))
            if phase == "authentication" and name not in known:
                # Other credentials are other questions, which nothing is asked about.
                del rules[phase][name]
            elif phase == "authorization":
                _asked(mapping(rule), asks)
    response = mapping(rules.get("response"))
    for name in ("unauthenticated", "unauthorized"):
        for field in ("body", "message", "headers"):
            mapping(response.get(name)).pop(field, None)
    success = mapping(response.get("success"))
    for item in (*mapping(success.get("headers")).values(), *mapping(success.get("filters")).values()):
        _uncached(mapping(item))
    for name, item in list(mapping(success.get("headers")).items()):
        told = _told(mapping(item).get("plain"), asks)
        if told is not None:
            item["plain"] = told
        elif _METADATA in str(item):
            del success["headers"][name]
    for item in mapping(success.get("filters")).values():
        _exports(mapping(mapping(item).get("json")), mentioned, asks)
    beside = calls.unknown(fetched, _texts(rules))
    if beside is not None:
        rules["metadata"] = beside


def _uncached(rule: Plain) -> None:
    rule.pop("cache", None)
    rule.pop("metrics", None)


def _asked(rule: Plain, asks: Collection[str]) -> None:
    """Replace a rule in Rego by the answer of the API that it reads, if the policy asks for that and the rule says no more."""
    rego = str(mapping(rule.get("opa")).get("rego", ""))
    read = {name for word, name in _SELECTION.items() if word in rego}
    if not read or not read.issubset(asks) or not calls.says_no_more(rego):
        return
    if "accessAllowed" in rego:
        wanted = ALLOWED
    elif "subscription-info" in rego:
        wanted = KEY if "phase" in rego else SUBSCRIPTION
    else:
        # Keys are not asked about, and for tokens of the cluster the rule holds.
        wanted = None
    del rule["opa"]
    held = "true" if wanted is None else printer.text(Compare("in", Str(wanted), _EXTRA))
    rule["patternMatching"] = {"patterns": [{"predicate": held}]}


def _exports(item: Plain, mentioned: str, asks: Collection[str]) -> None:
    properties = mapping(item.get("properties"))
    for name, value in list(properties.items()):
        told = _told(value, asks, name)
        if told is not None:
            properties[name] = told
        elif _METADATA in str(value) and not re.search(rf"identity\.{re.escape(name)}\b", mentioned):
            del properties[name]


def _told(value: object, asks: Collection[str], name: str = "") -> Plain | None:
    """Give the value that stands for an answer of the API, where it is one whose meaning is known."""
    text = str(mapping(value).get("expression", mapping(value).get("selector", "")))
    if text in _TIER and calls.TIER in asks:
        return {"expression": printer.text(_answer(TIER))}
    if name == "selected_subscription_key" and _METADATA in text and calls.INFO in asks:
        return {"expression": printer.text(_answer(KEY))}
    return None


def _answer(name: str) -> Expr:
    return Index(Index(_EXTRA, Str(name)), Int(0))


def _route(data: Plain) -> None:
    """Take out of a route what says nothing about which requests it takes."""
    for rule in mappings(mapping(data.get("spec")).get("rules")):
        rule.pop("retry", None)
        for ref in mappings(rule.get("backendRefs")):
            ref.pop("namespace", None)


def _bindings(dump: Dump, instance: str, tiers: Sequence[str]) -> Iterator[Plain]:
    """Give the Roles that the operator makes of an annotation, where the dump has none for the model."""
    written = {one.namespace for one in dump.of("Role")}
    for found in dump.of("LLMInferenceService"):
        annotated = found.annotations.get(MODELS_OF_TIERS)
        listed = listed_tiers(annotated) if annotated is not None else None
        if listed is None or found.namespace in written:
            continue
        head = {"apiVersion": _RBAC, "metadata": {"name": f"{found.name}-of-tiers", "namespace": found.namespace}}
        resources = {"apiGroups": ["serving.kserve.io"], "resources": ["llminferenceservices"], "resourceNames": [found.name]}
        yield {**head, "kind": "Role", "rules": [{**resources, "verbs": ["post"]}]}
        subjects = [
            {"kind": "Group", "apiGroup": _RBAC_GROUP, "name": f"system:serviceaccounts:{tier_namespace(instance, tier)}"}
            for tier in listed or tiers
        ]
        role = {"apiGroup": _RBAC_GROUP, "kind": "Role", "name": f"{found.name}-of-tiers"}
        yield {**head, "kind": "RoleBinding", "roleRef": role, "subjects": subjects}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
