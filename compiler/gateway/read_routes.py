"""Reads Gateways and HTTPRoutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from compiler.diagnostics.model import Diagnostic
from compiler.gateway.manifests import Gateway, HeaderChange, Listener, Match, Meta, Parent, ReferenceGrant, Route, RouteRule
from compiler.gateway.strict import Node, bad, need, unmodelled

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
_QUOTED: Final = "the filter's configuration does not load: the whole gateway fails"
_GATEWAY_API: Final = "gateway.networking.k8s.io"
_NAME_OF_NAMESPACE: Final = "kubernetes.io/metadata.name"


def gateway(meta: Meta, spec: Node) -> Gateway:
    """Read the spec of a Gateway.

    Raises:
        BadManifestError: it is none.
    """
    fields = spec.fields("gatewayClassName", "listeners", "addresses", "infrastructure", "tls")
    need(fields, "gatewayClassName", spec).text()
    listeners = tuple(_listener(item) for item in need(fields, "listeners", spec).items())
    return Gateway(meta.namespace, meta.name, listeners, external=False, place=meta.place)


def _listener(node: Node) -> Listener:
    fields = node.fields("name", "hostname", "port", "protocol", "tls", "allowedRoutes")
    need(fields, "protocol", node).one_of("HTTP", "HTTPS")
    everyone, some = False, None
    if "allowedRoutes" in fields:
        allowed = fields["allowedRoutes"].fields("namespaces", "kinds")
        if "kinds" in allowed:
            allowed["kinds"].leave_out("`kinds` of `allowedRoutes`")
        if "namespaces" in allowed:
            inner = allowed["namespaces"].fields("from", "selector")
            whose = inner["from"].one_of("All", "Same", "Selector") if "from" in inner else "Same"
            everyone = whose == "All"
            some = _named(inner.get("selector", inner["from"])) if whose == "Selector" else None
    return Listener(
        need(fields, "name", node).text(),
        fields["hostname"].text() if "hostname" in fields else None,
        need(fields, "port", node).number(),
        everyone,
        some,
    )


def _named(selector: Node) -> frozenset[str]:
    """Read a selector of namespaces that names them by the label which the API server gives each."""
    match selector.data:
        case {"matchExpressions": [{"key": key, "operator": "In", "values": list(names), **others}], **more}:
            if key == _NAME_OF_NAMESPACE and not others and not more and all(isinstance(name, str) for name in names):
                return frozenset(names)
    selector.leave_out("a selector of namespaces that does not name them")
    return frozenset()


def route(meta: Meta, spec: Node) -> Route:
    """Read the spec of an HTTPRoute.

    Raises:
        BadManifestError: it is none.
    """
    fields = spec.fields("parentRefs", "hostnames", "rules")
    parents = tuple(_parent(meta, item) for item in need(fields, "parentRefs", spec).items())
    rules = tuple(_rule(meta, number, item) for number, item in enumerate(need(fields, "rules", spec).items(), start=1))
    names = [rule.name for rule in rules]
    if len(set(names)) != len(names):
        raise bad("two rules of the route have one name", fields["rules"].place)
    return Route(
        namespace=meta.namespace,
        name=meta.name,
        parents=parents,
        hostnames=fields["hostnames"].texts() if "hostnames" in fields else (),
        rules=rules,
        created=meta.created,
        external=False,
        place=meta.place,
    )


def _parent(meta: Meta, node: Node) -> Parent:
    fields = node.fields("group", "kind", "namespace", "name", "sectionName", "port")
    if "group" in fields:
        fields["group"].one_of("gateway.networking.k8s.io")
    if "kind" in fields:
        fields["kind"].one_of("Gateway")
    return Parent(
        fields["namespace"].text() if "namespace" in fields else meta.namespace,
        need(fields, "name", node).text(),
        fields["sectionName"].text() if "sectionName" in fields else None,
        fields["port"].number() if "port" in fields else None,
    )


def _rule(meta: Meta, number: int, node: Node) -> RouteRule:
    fields = node.fields("name", "matches", "filters", "backendRefs", "timeouts")
    abroad = tuple(_backends(meta, fields, node))
    changes = tuple(change for item in (fields["filters"].items() if "filters" in fields else ()) for change in _filter(item))
    matches = tuple(_match(item) for item in fields["matches"].items()) if "matches" in fields else ()
    return RouteRule(
        fields["name"].text() if "name" in fields else f"rule-{number}",
        matches or (Match("PathPrefix", "/", None, (), (), node.place),),
        changes,
        node.place,
        abroad,
    )


def _backends(meta: Meta, fields: dict[str, Node], node: Node) -> Iterator[tuple[str, str]]:
    """Read the backends, and give those of other namespaces."""
    backends = fields["backendRefs"].items() if "backendRefs" in fields else ()
    if not backends:
        node.leave_out("a rule without `backendRefs`")
    for backend in backends:
        inner = backend.fields("group", "kind", "namespace", "name", "port", "weight", "filters")
        name = need(inner, "name", backend).text()
        namespace = inner["namespace"].text() if "namespace" in inner else meta.namespace
        if "filters" in inner:
            inner["filters"].leave_out("`filters` of a backend")
        if namespace != meta.namespace:
            yield namespace, name


def _filter(node: Node) -> tuple[HeaderChange, ...]:
    fields = node.fields("type", "urlRewrite", "requestHeaderModifier", "responseHeaderModifier")
    kind = need(fields, "type", node).text()
    if kind == "URLRewrite":
        _rewrite(need(fields, "urlRewrite", node))
        return ()
    if kind == "ResponseHeaderModifier":
        return ()
    if kind != "RequestHeaderModifier":
        node.leave_out(f"the filter `{kind}`")
        return ()
    inner = need(fields, "requestHeaderModifier", node).fields("set", "add", "remove")
    return (
        HeaderChange(
            put=_headers(inner["set"]) if "set" in inner else (),
            add=_headers(inner["add"]) if "add" in inner else (),
            remove=tuple(name.lower() for name in inner["remove"].texts()) if "remove" in inner else (),
        ),
    )


def _rewrite(node: Node) -> None:
    """Read where a request goes in the end: Envoy rewrites it after every policy has seen it as it came."""
    fields = node.fields("hostname", "path")
    if "hostname" in fields:
        fields["hostname"].text()
    if "path" in fields:
        inner = fields["path"].fields("type", "replacePrefixMatch", "replaceFullPath")
        need(inner, "type", fields["path"]).one_of("ReplacePrefixMatch", "ReplaceFullPath")


def reference_grant(meta: Meta, spec: Node) -> ReferenceGrant:
    """Read the spec of a ReferenceGrant; what it says of other kinds than routes and Services is left aside.

    Raises:
        BadManifestError: it is none.
    """
    fields = spec.fields("from", "to")
    namespaces = []
    for item in need(fields, "from", spec).items():
        inner = item.fields("group", "kind", "namespace")
        if (need(inner, "group", item).string(), need(inner, "kind", item).text()) == (_GATEWAY_API, "HTTPRoute"):
            namespaces.append(need(inner, "namespace", item).text())
    services = []
    for item in need(fields, "to", spec).items():
        inner = item.fields("group", "kind", "name")
        if (need(inner, "group", item).string(), need(inner, "kind", item).text()) == ("", "Service"):
            services.append(inner["name"].text() if "name" in inner else None)
    return ReferenceGrant(meta.namespace, meta.name, tuple(namespaces), tuple(services), meta.place)


def ungranted(routes: Sequence[Route], grants: Sequence[ReferenceGrant]) -> Iterator[Diagnostic]:
    """Find backends in other namespaces to which no grant leads: the gateway answers 500 in their place."""
    for route in routes:
        for rule in route.rules:
            for namespace, service in rule.abroad:
                if not any(
                    grant.namespace == namespace and route.namespace in grant.namespaces and {service, None} & {*grant.services}
                    for grant in grants
                ):
                    yield unmodelled(f"a backend in `{namespace}`, to which no ReferenceGrant leads,", rule.place)


def _headers(node: Node) -> tuple[tuple[str, str], ...]:
    found = []
    for item in node.items():
        fields = item.fields("name", "value")
        found.append((need(fields, "name", item).text().lower(), need(fields, "value", item).string()))
    return tuple(found)


def _match(node: Node) -> Match:
    fields = node.fields("path", "method", "headers", "queryParams")
    kind: Literal["Exact", "PathPrefix"] = "PathPrefix"
    value = "/"
    if "path" in fields:
        inner = fields["path"].fields("type", "value")
        written = inner["type"].one_of("Exact", "PathPrefix", "RegularExpression") if "type" in inner else "PathPrefix"
        if written == "RegularExpression":
            fields["path"].leave_out("a regular expression for a path")
        kind = "Exact" if written == "Exact" else "PathPrefix"
        value = _quotable(inner["value"]) if "value" in inner else "/"
        if not value.startswith("/"):
            raise bad(f"the path `{value}` does not start with a slash", fields["path"].place)
    return Match(
        kind,
        value,
        fields["method"].one_of(*_METHODS) if "method" in fields else None,
        tuple((name.lower(), text) for name, text in _exact(fields, "headers")),
        _exact(fields, "queryParams"),
        node.place,
    )


def _exact(fields: dict[str, Node], key: str) -> tuple[tuple[str, str], ...]:
    """Read header or query matches; of one name only the first counts."""
    found: dict[str, str] = {}
    for item in fields[key].items() if key in fields else ():
        inner = item.fields("name", "type", "value")
        if "type" in inner and inner["type"].one_of("Exact", "RegularExpression") != "Exact":
            item.leave_out("a match by regular expression")
        found.setdefault(need(inner, "name", item).text(), _quotable(need(inner, "value", item)))
    return tuple(found.items())


def _quotable(node: Node) -> str:
    """Read a value that the operator puts between single quotes without escaping it."""
    written = node.text()
    if "'" in written or "\\" in written:
        raise bad(f"`{written}` holds a quote or a backslash", node.place, _QUOTED)
    return written
