"""Policies of a dump as the simulation of the gateway can ask them: calls of the MaaS API are replaced by its answers."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from compiler.adopt import calls, policies
from compiler.adopt.calls import Call
from compiler.adopt.gather import Dump
from compiler.adopt.maas_api import ALLOWED, KEY, SUBSCRIPTION, TIER
from compiler.adopt.objects import MODELS_OF_TIERS, Object, Plain, listed_tiers, mapping, mappings
from compiler.adopt.planned import FILTER, Planned
from compiler.adopt.probes import tells_key
from compiler.adopt.rego import Says, asked_of
from compiler.adopt.ways import is_known, methods
from compiler.cel import printer
from compiler.cel.build import path
from compiler.cel.tree import Compare, Expr, Index, Int, Str
from compiler.engines.base import Engine
from compiler.lower.lower import tier_namespace

_EXTRA: Final = path("auth", "identity", "user", "extra")
_METADATA: Final = "auth.metadata"
_TIER: Final = ("auth.metadata.matchedTier.tier", 'auth.metadata.matchedTier["tier"]')
# What a rule in Rego may say beside its text: neither decides.
_REGO: Final = frozenset({"rego", "allValues"})
_RBAC_GROUP: Final = "rbac.authorization.k8s.io"
_RBAC: Final = f"{_RBAC_GROUP}/v1"
_READ: Final = ("AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy", "HTTPRoute", "Gateway", "Role", "RoleBinding")


def stand_ins(
    dump: Dump, plans: Planned, instance: str, tiers: Sequence[str], engine: Engine
) -> Iterator[tuple[Object | None, Plain]]:
    """Give the objects that decide about requests, understandable where their shapes are known, with what they stand for."""
    mentioned = " ".join(text for one in dump.of(*policies.LIMITING) for text in _texts(one.spec))
    for found in dump.of(*_READ):
        data = copy.deepcopy(found.data)
        if found.kind == "AuthPolicy":
            known = frozenset(name for name, way in methods(found) if is_known(found, name, way))
            body = policies.body(replace(found, data=data))
            _plain(body, mentioned, known, engine)
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


def _plain(body: Plain, mentioned: str, known: frozenset[str], engine: Engine) -> None:
    """Take out what changes no fresh answer, and put in what the API answers."""
    rules = mapping(body.get("rules"))
    fetched = rules.pop("metadata", None)
    asks = calls.answered(fetched, engine)
    # A policy of which nothing remains would be none at all: what it says instead is for the reading to judge.
    known = known or frozenset(() if rules.keys() - {"authentication"} else mapping(rules.get("authentication")))
    _ways(mapping(rules.get("authentication")), known)
    keyless = [_asked(mapping(rule), asks) for rule in mapping(rules.get("authorization")).values()]
    response = mapping(rules.get("response"))
    for name in ("unauthenticated", "unauthorized"):
        for field in ("body", "message", "headers"):
            mapping(response.get(name)).pop(field, None)
    _told(mapping(response.get("success")), mentioned, asks, engine)
    beside = calls.unknown(fetched, _texts(rules), without_keys=any(keyless))
    if beside is not None:
        rules["metadata"] = beside


def _ways(ways: Plain, known: frozenset[str]) -> None:
    """Leave of the ways in those that may take a request with a credential that is asked about."""
    for name, way in list(ways.items()):
        _uncached(mapping(way))
        if name in known:
            continue
        if "plain" in mapping(way) and way.get("when"):
            # It takes whatever it is tried on.
            ways[name] = {"anonymous": {}, **{one: way[one] for one in ("when", "priority") if one in way}}
        elif not {"plain", "anonymous"} & mapping(way).keys():
            # Other credentials are other questions, which nothing is asked about.
            del ways[name]


def _told(success: Plain, mentioned: str, asks: Mapping[str, Call], engine: Engine) -> None:
    """Put in what the API answers, and take out what tells of anything else that nothing looks at."""
    headers, filters = mapping(success.get("headers")), mapping(success.get("filters"))
    for item in (*headers.values(), *filters.values()):
        _uncached(mapping(item))
    for name, item in list(headers.items()):
        told = _tells(mapping(item), mapping(item), "plain", asks, engine)
        if not told and _METADATA in str(item) and str(mapping(item).get("key", name)).lower() not in mentioned.lower():
            del headers[name]
    for item in filters.values():
        properties = mapping(mapping(mapping(item).get("json")).get("properties"))
        for name, value in list(properties.items()):
            told = _tells(mapping(item), properties, name, asks, engine)
            if not told and _METADATA in str(value) and not re.search(rf"\b{re.escape(name)}\b", mentioned):
                del properties[name]


def _uncached(rule: Plain) -> None:
    rule.pop("cache", None)
    rule.pop("metrics", None)


def _asked(rule: Plain, asks: Mapping[str, Call]) -> bool:
    """Replace a rule in Rego by the answers of the API that it reads, if the policy asks for them and the rule says no more.

    Tells whether the rule refuses whoever is asked about a key and has none.
    """
    _uncached(rule)
    opa = mapping(rule.get("opa"))
    said = asked_of(str(opa.get("rego"))) if opa.keys() <= _REGO else frozenset()
    patterns = [_patterns(one, asks) for one in Says if one in said]
    if not said or any(not one for one in patterns):
        return False
    del rule["opa"]
    rule["patternMatching"] = {"patterns": [one for several in patterns for one in several]}
    return Says.NO_KEY in said and not rule.get("when")


def _patterns(said: Says, asks: Mapping[str, Call]) -> list[Plain]:
    """Give the conditions under which the API says so; none where that is not known."""
    if said is Says.NO_KEY:
        # Keys are not asked about: whoever has another credential is no key to the API.
        none = asks[calls.VALIDATION].otherwise if calls.VALIDATION in asks else None
        return [{"predicate": none}] if none is not None else []
    call = asks.get(calls.INFO)
    if call is None or (said is Says.NOT_REFUSED and call.when):
        return []
    wanted = ALLOWED if said is Says.ALLOWED else KEY if call.of_model else SUBSCRIPTION
    return [{"predicate": printer.text(Compare("in", Str(wanted), _EXTRA))}, *call.when]


def _tells(item: Plain, holder: Plain, name: str, asks: Mapping[str, Call], engine: Engine) -> bool:
    """Let a property of an item, or its only one, tell the answer of the API that it tells, if that is known."""
    value = mapping(holder.get(name))
    text = str(value.get("expression", value.get("selector", "")))
    answer, call = None, None
    if text in _TIER:
        answer, call = TIER, asks.get(calls.TIER)
    elif name == "selected_subscription_key" and calls.INFO in text and tells_key(text, engine):
        answer, call = KEY, asks.get(calls.INFO)
    when = item.get("when", [])
    if answer is None or call is None or not isinstance(when, list):
        return False
    holder[name] = {"expression": printer.text(_answer(answer))}
    if call.when:
        # An item that lacks what it tells of is left out.
        item["when"] = [*when, *(one for one in call.when if one not in when)]
    return True


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
