"""Reads AuthPolicies: what authenticates, what authorizes, what a request gets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from compiler.diagnostics.count import counted
from compiler.gateway.manifests import Meta
from compiler.gateway.policies import (
    WHEN_KEY,
    AccessReview,
    Anonymous,
    ApiKey,
    Authorization,
    Cache,
    Credentials,
    DenyWith,
    Introspection,
    Jwt,
    Method,
    NamedPatterns,
    Pattern,
    Patterns,
    Policy,
    Property,
    ResponseItem,
    Rule,
    Static,
    TokenReview,
)
from compiler.gateway.read_fetches import fetch
from compiler.gateway.read_patterns import named_patterns, patterns
from compiler.gateway.read_values import pairs, properties, source, target, when
from compiler.gateway.strategies import body_of
from compiler.gateway.strict import Node, bad, need
from compiler.gateway.texts import AUTHORINO

_METHODS: Final = ("kubernetesTokenReview", "jwt", "apiKey", "oauth2Introspection", "anonymous")
_OTHER_METHODS: Final = ("plain", "x509")
_ATTRIBUTES: Final = ("namespace", "group", "resource", "name", "subresource", "verb")
# Seconds of a cache that names none, or 0 (evaluators/cache.go).
_DEFAULT_CACHE: Final = 60
_CODES: Final = range(300, 600)


def auth_policy(meta: Meta, spec: Node) -> Policy:
    """Read the spec of an AuthPolicy.

    Raises:
        BadManifestError: it is none.
    """
    body = body_of(spec, "patterns", "when", "rules")
    rules: list[tuple[str, Rule]] = []
    if "patterns" in body.fields:
        for name, entry in body.fields["patterns"].members():
            found = named_patterns(need(entry.fields("allOf"), "allOf", entry))
            rules.append((f"patterns#{name}", NamedPatterns(found, entry.place)))
    if "when" in body.fields:
        rules.append((WHEN_KEY, when(body.fields["when"])))
    written = list(_rules(need(body.fields, "rules", body.node)))
    if not written:
        raise bad("the policy holds no rule", body.node.place)
    return Policy(
        kind="AuthPolicy",
        namespace=meta.namespace,
        name=meta.name,
        target=target(body.reference),
        strategy=body.strategy,
        rules=(*rules, *written),
        created=meta.created,
        place=meta.place,
    )


def _rules(node: Node) -> Iterator[tuple[str, Rule]]:
    fields = node.fields("authentication", "metadata", "authorization", "response", "callbacks")
    if "callbacks" in fields and any(fields["callbacks"].members()):
        fields["callbacks"].leave_out("`rules.callbacks`")
    if "authentication" in fields:
        for name, entry in fields["authentication"].members():
            yield f"authentication#{name}", _method(name, entry)
    if "metadata" in fields:
        for name, entry in fields["metadata"].members():
            yield f"metadata#{name}", fetch(name, entry)
    if "authorization" in fields:
        for name, entry in fields["authorization"].members():
            yield f"authorization#{name}", _authorization(name, entry)
    if "response" in fields:
        yield from _response(fields["response"])


def _common(fields: dict[str, Node]) -> tuple[int, tuple[Pattern, ...]]:
    """Read what every evaluator has: its priority and its conditions."""
    if "metrics" in fields:
        fields["metrics"].flag()
    priority = fields["priority"].number() if "priority" in fields else 0
    return priority, patterns(fields["when"]) if "when" in fields else ()


def _method(name: str, node: Node) -> Method:
    fields = node.fields(
        *_METHODS, *_OTHER_METHODS, "credentials", "overrides", "defaults", "priority", "when", "metrics", "cache"
    )
    priority, conditions = _common(fields)
    cache = _cache(fields["cache"]) if "cache" in fields else None
    for other in _OTHER_METHODS:
        if other in fields:
            fields[other].leave_out(f"authentication by `{other}`")
    said = [field for field in (*_METHODS, *_OTHER_METHODS) if field in fields]
    if len(said) != 1:
        raise bad(f"`{name}` authenticates in {counted(len(said), 'way')}, one is expected", node.place)
    return Method(
        name=name,
        priority=priority,
        check=_check(said[0], fields[said[0]]),
        credentials=_credentials(fields["credentials"]) if "credentials" in fields else Credentials(),
        overrides=properties(fields["overrides"], AUTHORINO) if "overrides" in fields else (),
        defaults=properties(fields["defaults"], AUTHORINO) if "defaults" in fields else (),
        when=conditions,
        place=node.place,
        cache=cache,
    )


def _cache(node: Node) -> Cache:
    fields = node.fields("key", "ttl")
    seconds = fields["ttl"].number() if "ttl" in fields else 0
    return Cache(source(need(fields, "key", node), AUTHORINO), seconds or _DEFAULT_CACHE)


def _uncached(fields: dict[str, Node]) -> None:
    if "cache" in fields:
        fields["cache"].leave_out("the cache of an evaluator")


def _check(kind: str, node: Node) -> TokenReview | Jwt | ApiKey | Introspection | Anonymous:
    match kind:
        case "kubernetesTokenReview":
            fields = node.fields("audiences")
            return TokenReview(fields["audiences"].texts() if "audiences" in fields else ())
        case "jwt":
            fields = node.fields("issuerUrl", "jwksUrl", "ttl")
            signers = tuple(fields[key].text() for key in ("issuerUrl", "jwksUrl") if key in fields)
            if len(signers) != 1:
                raise bad("exactly one of `issuerUrl` and `jwksUrl` is expected", node.place)
            return Jwt(signers)
        case "apiKey":
            fields = node.fields("selector", "allNamespaces")
            selecting = need(fields, "selector", node)
            labels = selecting.fields("matchLabels", "matchExpressions")
            if "matchExpressions" in labels:
                labels["matchExpressions"].leave_out("`matchExpressions` of a label selector")
            everywhere = fields["allNamespaces"].flag() if "allNamespaces" in fields else False
            return ApiKey(pairs(labels["matchLabels"]) if "matchLabels" in labels else (), everywhere)
        case "oauth2Introspection":
            fields = node.fields("endpoint", "tokenTypeHint", "credentialsRef")
            if "tokenTypeHint" in fields:
                fields["tokenTypeHint"].leave_out("a `tokenTypeHint`")
            reference = need(fields, "credentialsRef", node)
            secret = need(reference.fields("name"), "name", reference).text()
            return Introspection(need(fields, "endpoint", node).text(), secret)
        case _:
            if kind == "anonymous":
                node.fields()
            return Anonymous()


def _credentials(node: Node) -> Credentials:
    fields = node.fields("authorizationHeader", "customHeader", "queryString", "cookie")
    if len(fields) != 1:
        raise bad("exactly one place for the credential is expected", node.place)
    if "authorizationHeader" in fields:
        inner = fields["authorizationHeader"].fields("prefix")
        return Credentials("authorizationHeader", inner["prefix"].text() if "prefix" in inner else "Bearer")
    where: Literal["customHeader", "queryString", "cookie"]
    for where in ("customHeader", "queryString", "cookie"):
        if where in fields:
            return Credentials(where, need(fields[where].fields("name"), "name", fields[where]).text())
    raise bad("no place for the credential is known", node.place)


def _authorization(name: str, node: Node) -> Authorization:
    fields = node.fields(
        "patternMatching", "kubernetesSubjectAccessReview", "opa", "spicedb", "priority", "when", "metrics", "cache"
    )
    priority, conditions = _common(fields)
    _uncached(fields)
    rule: Patterns | AccessReview = Patterns(())
    for other in ("opa", "spicedb"):
        if other in fields:
            fields[other].leave_out(f"authorization by `{other}`")
    said = [key for key in ("patternMatching", "kubernetesSubjectAccessReview", "opa", "spicedb") if key in fields]
    if len(said) != 1:
        raise bad(f"`{name}` authorizes in {counted(len(said), 'way')}, one is expected", node.place)
    if "patternMatching" in fields:
        inner = fields["patternMatching"]
        rule = Patterns(patterns(need(inner.fields("patterns"), "patterns", inner)))
    elif "kubernetesSubjectAccessReview" in fields:
        rule = _access_review(fields["kubernetesSubjectAccessReview"])
    return Authorization(name, priority, rule, conditions, node.place)


def _access_review(node: Node) -> AccessReview:
    fields = node.fields("user", "authorizationGroups", "groups", "resourceAttributes")
    if "resourceAttributes" not in fields:
        node.leave_out("an access review without `resourceAttributes`")
    attributes: tuple[Property, ...] = ()
    if "resourceAttributes" in fields:
        inner = fields["resourceAttributes"].fields(*_ATTRIBUTES)
        attributes = tuple(Property(name, source(entry, AUTHORINO), entry.place) for name, entry in inner.items())
    groups = None
    if "authorizationGroups" in fields:
        groups = source(fields["authorizationGroups"], AUTHORINO)
    elif "groups" in fields:
        groups = Static(list(fields["groups"].texts()), fields["groups"].place)
    return AccessReview(source(need(fields, "user", node), AUTHORINO), groups, attributes)


def _response(node: Node) -> Iterator[tuple[str, Rule]]:
    fields = node.fields("unauthenticated", "unauthorized", "success")
    for name in ("unauthenticated", "unauthorized"):
        if name in fields:
            yield f"response.{name}#", _deny_with(fields[name])
    if "success" in fields:
        inner = fields["success"].fields("headers", "filters")
        if "headers" in inner:
            for name, entry in inner["headers"].members():
                yield f"response.success.headers#{name}", _item(name, entry, "header")
        if "filters" in inner:
            for name, entry in inner["filters"].members():
                yield f"response.success.metadata#{name}", _item(name, entry, "metadata")


def _deny_with(node: Node) -> DenyWith:
    fields = node.fields("code", "message", "body", "headers")
    for name in ("message", "body"):
        if name in fields:
            source(fields[name], AUTHORINO)
    if "headers" in fields:
        properties(fields["headers"], AUTHORINO)
    if "code" not in fields:
        return DenyWith(None, node.place)
    code = fields["code"].number()
    if code not in _CODES:
        raise bad(f"`{code}` is no status from 300 to 599", fields["code"].place)
    return DenyWith(code, node.place)


def _item(name: str, node: Node, kind: Literal["header", "metadata"]) -> ResponseItem:
    fields = node.fields("json", "plain", "wristband", "key", "priority", "when", "metrics", "cache")
    priority, conditions = _common(fields)
    _uncached(fields)
    said = [way for way in ("json", "plain", "wristband") if way in fields]
    if len(said) != 1:
        raise bad(f"`{name}` is made in {counted(len(said), 'way')}, one is expected", node.place)
    if "wristband" in fields:
        fields["wristband"].leave_out("a wristband")
    body: tuple[Property, ...] | Static = Static(None, node.place)
    if "json" in fields:
        body = properties(need(fields["json"].fields("properties"), "properties", fields["json"]), AUTHORINO)
    elif "plain" in fields:
        plain = source(fields["plain"], AUTHORINO)
        if isinstance(plain, Static):
            fields["plain"].leave_out("a `plain` response with a written value")
        return ResponseItem(name, _key(name, fields), kind, priority, plain, conditions, node.place)
    return ResponseItem(name, _key(name, fields), kind, priority, body, conditions, node.place)


def _key(name: str, fields: dict[str, Node]) -> str:
    return fields["key"].text() if "key" in fields else name
