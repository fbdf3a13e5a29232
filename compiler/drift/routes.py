"""Routes of others on our gateways: those that take requests for our models, and those that no policy of ours judges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.drift.dump import Key, Live
from compiler.drift.plain import mapping, mappings, words
from compiler.drift.written import GATEWAY_API, Written, target_of
from compiler.gateway.hosts import covers
from compiler.program.ir import Program

_SUFFIX: Final = "-kserve-route"
_ROUTES: Final = ("HTTPRoute", "GRPCRoute")
# Policies beside which the Gateway's AuthPolicy still holds.
_NOT_JUDGING: Final = ("TokenRateLimitPolicy", "RateLimitPolicy", "DNSPolicy", "TLSPolicy")
_OWN: Final = "it has policies of its own, which hold instead of the Gateway's for whatever it takes, and wherever that leads"
_GRPC: Final = "no limit of tokens holds for a route of this kind: what it takes from the Gateway is not counted"
_LITERAL: Final = re.compile(r"\^?([A-Za-z0-9/_-]*)")
_OPTIONAL: Final = re.compile(r"[?*{]")
# A match that cannot be read is taken for one of any path.
_ANYTHING: Final = ("RegularExpression", "")


class _Served(Struct, frozen=True):
    """A path of ours with its hosts; `exact` where a route of ours names them, none at all where they are not known."""

    path: str
    hosts: frozenset[str]
    exact: bool

    def on(self, hosts: Sequence[str]) -> bool:
        """Tell whether a route for some hosts has requests of ours: a route that names the host itself has them first."""
        if not self.hosts:
            return True
        if self.exact:
            return not self.hosts.isdisjoint(hosts)
        return not hosts or any(covers(pattern, host) for pattern in hosts for host in self.hosts)


class Beside(Struct, frozen=True):
    """A route that is not ours and matters, and why; `paths` are those of ours from which it takes requests."""

    route: Live
    why: str
    paths: tuple[str, ...] = ()


def beside(written: Written, live: Sequence[Live], program: Program | None) -> Iterator[Beside]:
    """Give the routes on our gateways that may take requests for a model, or that the Gateway's policies do not judge."""
    ours = {**_derived(written), **_of_models(written, program)}
    served = [*(one for one in ours.values() if one is not None), *_routed(written)]
    gateways = set(_gateways(written, program))
    judged = {target_of(one) for one in live if one.key[1] not in _NOT_JUDGING}
    for one in live:
        foreign = one.key[0] == GATEWAY_API and one.key[1] in _ROUTES and one.key not in written.by_key and one.key not in ours
        if not foreign or gateways.isdisjoint(_parents(one)):
            continue
        paths = tuple(_taken(one, served)) if one.key[1] == "HTTPRoute" else ()
        if paths:
            yield Beside(
                one, f"requests for `{paths[0]}` may go where it leads, by whatever policies it has, and not by ours", paths
            )
        elif one.key[1] == "GRPCRoute":
            yield Beside(one, _GRPC)
        elif one.key in judged and not _is_of_api(one, program):
            yield Beside(one, _OWN)


def _is_of_api(route: Live, program: Program | None) -> bool:
    """Tell whether a route leads to the MaaS API and nowhere else: its operator makes one, with a policy of its own."""
    if program is None:
        return False
    api = program.platform.maas_api
    refs = [ref for rule in mappings(mapping(route.data.get("spec")).get("rules")) for ref in mappings(rule.get("backendRefs"))]
    there = [(ref.get("namespace") or route.key[2], ref.get("name"), ref.get("kind", "Service")) for ref in refs]
    return bool(there) and all(one == (api.namespace, api.service, "Service") for one in there)


def _taken(route: Live, served: Sequence[_Served]) -> Iterator[str]:
    """Give the paths of ours from which a route may take requests."""
    spec = mapping(route.data.get("spec"))
    hosts, matches = words(spec.get("hostnames")), list(_matches(spec))
    yield from (own.path for own in served if own.on(hosts) and any(_takes(*match, own.path) for match in matches))


def _takes(kind: str, value: str, path: str) -> bool:
    """Tell whether a match has requests below a path before a match of that path has them: it is as long, or longer."""
    if kind in ("Exact", "PathPrefix"):
        plain = value.rstrip("/")
        return plain == path or plain.startswith(f"{path}/")
    # What an expression may stand for is told from its beginning alone: one that is evaluated may take for ever.
    begins = _begins(value)
    return path.startswith(begins) or begins.startswith(f"{path}/")


def _begins(expression: str) -> str:
    """Give what every text that matches begins with, or less."""
    if "|" in expression:
        return ""
    found = _LITERAL.match(expression)
    literal = found.group(1) if found else ""
    return literal[:-1] if _OPTIONAL.match(expression, found.end() if found else 0) else literal


def _matches(spec: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for rule in _each(spec.get("rules", ())):
        for match in _each(rule.get("matches", ())) if rule is not None else (None,):
            path = match.get("path", {}) if match is not None else None
            said = (path.get("type", "PathPrefix"), path.get("value", "/")) if isinstance(path, Mapping) else ()
            kind, value = (one if isinstance(one, str) else "" for one in said or _ANYTHING)
            yield (kind, value) if kind and value else _ANYTHING


def _each(value: object) -> Iterator[Mapping[str, object] | None]:
    """Give the mappings of a list; None for what is none, which may mean anything."""
    for one in value if isinstance(value, list | tuple) else (None,):
        yield mapping(one) if isinstance(one, Mapping) else None


def _parents(route: Live) -> Iterator[tuple[str, str]]:
    for parent in mappings(mapping(route.data.get("spec")).get("parentRefs")):
        yield str(parent.get("namespace", route.key[2])), str(parent.get("name"))


def _gateways(written: Written, program: Program | None) -> Iterator[tuple[str, str]]:
    yield from (key[2:] for key in written.targets if key[1] == "Gateway")
    for one in written.objects:
        if one.key[1] == "HTTPRoute":
            yield from _parents(one)
    if program is not None:
        yield program.platform.gateway.namespace, program.platform.gateway.name


def _routed(written: Written) -> Iterator[_Served]:
    for one in written.objects:
        if one.key[1] == "HTTPRoute":
            spec = mapping(one.data.get("spec"))
            hosts = frozenset(words(spec.get("hostnames")))
            # Whatever is below the root has a longer path than that, and is meant to be elsewhere.
            paths = (value.rstrip("/") for _, value in _matches(spec))
            yield from (_Served(path, hosts, exact=True) for path in paths if path)


def _derived(written: Written) -> dict[Key, _Served | None]:
    """Give the routes that others make and our policies are for: KServe's are at the path that their names tell."""
    found: dict[Key, _Served | None] = {}
    for key in written.targets:
        if key[1] == "HTTPRoute" and key not in written.by_key:
            model = key[3].removesuffix(_SUFFIX)
            found[key] = _Served(f"/{key[2]}/{model}", frozenset(), exact=False) if model != key[3] else None
    return found


def _of_models(written: Written, program: Program | None) -> dict[Key, _Served | None]:
    if program is None:
        return {}
    hosts = frozenset({program.platform.gateway.hostname})
    keys = {(GATEWAY_API, "HTTPRoute", model.namespace, model.route): model for model in program.models}
    return {key: _Served(model.prefix, hosts, exact=False) for key, model in keys.items() if key not in written.by_key}
