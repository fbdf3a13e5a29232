"""Builds the views of a proof from plain manifests, the short way and for route and gateway attachment only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from compiler.diagnostics.model import Place
from compiler.program.backends import ExternalModel
from compiler.program.ir import Attach, Program
from compiler.program.methods import Credential
from compiler.prove.view import (
    AccessReview,
    Comparison,
    Conditions,
    Export,
    Fetched,
    Limit,
    Method,
    Pattern,
    Permission,
    Several,
    Source,
    Unit,
    View,
)

Manifest = dict[str, Any]
Manifests = dict[str, list[Manifest]]

_SECONDS: Final = {"h": 3600, "m": 60, "s": 1}
_UNITS: Final[tuple[tuple[str, Unit], ...]] = (("TokenRateLimitPolicy", "tokens"), ("RateLimitPolicy", "requests"))


def views(program: Program, manifests: Manifests) -> tuple[View, ...]:
    """Give one view for each model, in the order of the Program."""
    return tuple(_view(program, manifests, index) for index in range(len(program.models)))


def _view(program: Program, manifests: Manifests, index: int) -> View:
    model = program.models[index]
    if program.platform.attach is Attach.ROUTE:
        on = ("HTTPRoute", model.namespace, model.route)
    else:
        on = ("Gateway", program.platform.gateway.namespace, program.platform.gateway.name)
    place, policy = next(_targeting(manifests, "AuthPolicy", on))
    rules = policy["spec"]["rules"]
    at = place.at("spec", "rules")
    success = rules["response"]["success"]
    return View(
        model=model.id,
        methods=tuple(sorted(_methods(rules["authentication"], at), key=lambda method: method.priority)),
        authorization=tuple(_authorization(rules["authorization"], at)),
        permissions=tuple(_permissions(manifests)),
        exports=tuple(_exports(success.get("filters", {}), at)),
        injected=tuple(_injected(success.get("headers", {}), at)),
        limits=tuple(limit for kind, unit in _UNITS for limit in _limits(manifests, kind, unit, on)),
        unknown=(),
        place=place,
        fetched=tuple(_fetched(program, index, rules)),
    )


def _targeting(manifests: Manifests, kind: str, on: tuple[str, str, str]) -> Iterator[tuple[Place, Manifest]]:
    for file, documents in sorted(manifests.items()):
        for index, manifest in enumerate(documents):
            if manifest["kind"] == kind:
                target = manifest["spec"]["targetRef"]
                if (target["kind"], manifest["metadata"]["namespace"], target["name"]) == on:
                    yield Place(file, document=index), manifest


def _source(value: Mapping[str, Any], place: Place) -> Source:
    return Source(value["expression"], place.at("expression"))


def _methods(authentication: Mapping[str, Any], at: Place) -> Iterator[Method]:
    for name, method in authentication.items():
        place = at.at("authentication", name)
        overrides = tuple((key, _source(value, place.at("overrides", key))) for key, value in method["overrides"].items())
        seconds = method.get("cache", {}).get("ttl", 0)
        yield Method(name, method["priority"], tuple(_accepted(method)), overrides, place, seconds)


def _accepted(method: Mapping[str, Any]) -> Iterator[Credential]:
    prefix = method.get("credentials", {}).get("authorizationHeader", {}).get("prefix", "Bearer")
    if "jwt" in method:
        yield Credential("issuer", method["jwt"]["issuerUrl"])
    elif "apiKey" in method:
        labels = method["apiKey"]["selector"]["matchLabels"]
        yield Credential("labels", prefix=prefix, labels=tuple(sorted(labels.items())))
    elif "oauth2Introspection" in method:
        asked = method["oauth2Introspection"]
        yield Credential("service", asked["endpoint"], prefix, secret=asked["credentialsRef"]["name"])
    else:
        yield from (Credential("audience", one) for one in method["kubernetesTokenReview"]["audiences"])


def _pattern(written: Mapping[str, Any], place: Place) -> Pattern:
    for key in ("any", "all"):
        if key in written:
            inside = (_pattern(found, place.at(key, index)) for index, found in enumerate(written[key]))
            return Several(tuple(inside), every=key == "all")
    if "selector" in written:
        return Comparison(written["selector"], written["operator"], written["value"], place)
    return Source(written["predicate"], place.at("predicate"))


def _authorization(rules: Mapping[str, Any], at: Place) -> Iterator[Conditions | AccessReview]:
    for name, rule in rules.items():
        place = at.at("authorization", name)
        if "patternMatching" in rule:
            patterns = rule["patternMatching"]["patterns"]
            inside = place.at("patternMatching", "patterns")
            yield Conditions(name, tuple(_pattern(found, inside.at(index)) for index, found in enumerate(patterns)), place)
        else:
            review = rule["kubernetesSubjectAccessReview"]
            attributes = tuple((key, _value(value, place)) for key, value in review["resourceAttributes"].items())
            groups = _source(review["authorizationGroups"], place)
            yield AccessReview(name, _value(review["user"], place), groups, attributes, place)


def _value(value: Mapping[str, Any], place: Place) -> Source | str:
    return _source(value, place) if "expression" in value else str(value["value"])


def _permissions(manifests: Manifests) -> Iterator[Permission]:
    found = [manifest for documents in manifests.values() for manifest in documents]
    for binding in (manifest for manifest in found if manifest["kind"] == "RoleBinding"):
        namespace = binding["metadata"]["namespace"]
        name = namespace, binding["roleRef"]["name"]
        for role in found:
            if role["kind"] == "Role" and (role["metadata"]["namespace"], role["metadata"]["name"]) == name:
                for rule in role["rules"]:
                    yield Permission(
                        namespace,
                        tuple(rule["apiGroups"]),
                        tuple(rule["resources"]),
                        tuple(rule.get("resourceNames", ())),
                        tuple(rule["verbs"]),
                        tuple(subject["name"] for subject in binding["subjects"] if subject["kind"] == "Group"),
                        tuple(_user(subject) for subject in binding["subjects"] if subject["kind"] != "Group"),
                    )


def _user(subject: Mapping[str, str]) -> str:
    if subject["kind"] == "User":
        return subject["name"]
    return f"system:serviceaccount:{subject['namespace']}:{subject['name']}"


def _fetched(program: Program, index: int, rules: Mapping[str, Any]) -> Iterator[Fetched]:
    """Give what is fetched: that the account may get it is for the other reading to find out."""
    backend = program.models[index].backend
    for name in rules.get("metadata", ()):
        assert isinstance(backend, ExternalModel)
        assert backend.credential is not None
        yield Fetched(name, (backend.credential.key,))


def _exports(filters: Mapping[str, Any], at: Place) -> Iterator[Export]:
    for item, found in filters.items():
        for name, value in found["json"]["properties"].items():
            yield Export(item, name, _source(value, at.at("response", "success", "filters", item, "json", "properties", name)))


def _injected(headers: Mapping[str, Any], at: Place) -> Iterator[tuple[str, Source]]:
    for name, found in headers.items():
        place = at.at("response", "success", "headers", name, "plain")
        if "expression" in found["plain"]:
            yield name, _source(found["plain"], place)
        elif found["plain"]["selector"].endswith(".@tostr"):
            yield name, Source(found["plain"]["selector"].removesuffix(".@tostr"), place.at("selector"))


def _limits(manifests: Manifests, kind: str, unit: Unit, on: tuple[str, str, str]) -> Iterator[Limit]:
    for place, policy in _targeting(manifests, kind, on):
        metadata = policy["metadata"]
        for name, limit in policy["spec"]["limits"].items():
            at = place.at("spec", "limits", name)
            yield Limit(
                unit=unit,
                policy=f"{metadata['namespace']}/{metadata['name']}",
                name=name,
                rates=tuple((rate["limit"], _seconds(rate["window"])) for rate in limit["rates"]),
                predicates=_predicates(limit.get("when", ()), at),
                counters=tuple(
                    _source(counter, at.at("counters", index)) for index, counter in enumerate(limit.get("counters", ()))
                ),
                place=at,
            )


def _predicates(when: Sequence[Mapping[str, Any]], at: Place) -> tuple[Source, ...]:
    return tuple(Source(found["predicate"], at.at("when", index, "predicate")) for index, found in enumerate(when))


def _seconds(window: str) -> int:
    return sum(int(count) * _SECONDS[unit] for count, unit in re.findall(r"([0-9]+)([hms])", window))
