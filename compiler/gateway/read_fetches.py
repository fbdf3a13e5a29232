"""Reads what an AuthPolicy has Authorino fetch: Secrets from the Kubernetes API, and nothing else is understood."""

from __future__ import annotations

import re
from typing import Final

from compiler.gateway.policies import Fetch
from compiler.gateway.strict import Node, need

_SECRET: Final = re.compile(r"https://kubernetes\.default\.svc/api/v1/namespaces/([a-z0-9-]+)/secrets/([a-z0-9.-]+)\Z", re.ASCII)
_UNKNOWN: Final = "metadata other than a Secret from the Kubernetes API"


def fetch(name: str, node: Node) -> Fetch:
    """Read one entry of `rules.metadata`, and report whatever makes it something else.

    Raises:
        BadManifestError: it has not the shape of one.
    """
    fields = node.fields("http", "priority", "cache", "metrics", "when", "userInfo", "uma")
    for other in ("when", "userInfo", "uma"):
        if other in fields:
            fields[other].leave_out(f"`{other}` of metadata")
    if "metrics" in fields:
        fields["metrics"].flag()
    if "cache" in fields:
        _cache(fields["cache"])
    http = need(fields, "http", node)
    inner = http.fields("url", "method", "sharedSecretRef", "credentials")
    found = _SECRET.match(need(inner, "url", http).text())
    if found is None or need(inner, "method", http).text() != "GET":
        http.leave_out(_UNKNOWN)
    token = need(inner, "sharedSecretRef", http)
    reference = token.fields("name", "key")
    credentials = need(inner, "credentials", http)
    header = need(credentials.fields("authorizationHeader"), "authorizationHeader", credentials)
    need(header.fields("prefix"), "prefix", header).one_of("Bearer")
    return Fetch(
        name=name,
        namespace=found[1] if found else "",
        secret=found[2] if found else "",
        token=need(reference, "name", token).text(),
        token_key=need(reference, "key", token).text(),
        place=node.place,
    )


def _cache(node: Node) -> None:
    """A fixed key is the same for every caller, as the Secret is; what is fetched does not depend on who calls."""
    fields = node.fields("key", "ttl")
    key = need(fields, "key", node)
    if set(dict(key.members())) != {"value"}:
        key.leave_out("a cache whose key depends on the request")
    if "ttl" in fields:
        fields["ttl"].number()
