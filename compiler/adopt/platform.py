"""The section `platform`: the gateway that requests pass, and the ways in that its policies accept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from compiler.adopt import policies
from compiler.adopt.draft import Draft, Entry, origin
from compiler.adopt.elsewhere import parents
from compiler.adopt.gather import Dump
from compiler.adopt.objects import TIER_MAP, Object, Plain, mappings, words
from compiler.adopt.ways import NoWayError, methods, way_of
from compiler.diagnostics.model import Diagnostic, Severity

_DEFAULT: Final = "maas-default-gateway"


class Wanted(Struct, frozen=True):
    """What the user says of the platform because no dump tells: `gateway` as `namespace/name`."""

    kuadrant: str
    gateway: str | None = None
    hostname: str | None = None


def gateway_of(dump: Dump, wanted: Wanted) -> tuple[str, Object | None] | Diagnostic:
    """Give the gateway that policies and routes speak of, as `namespace/name`, with its object if that is in the dump."""
    known = {one.id: one for one in dump.of("Gateway")}
    if wanted.gateway is not None:
        return wanted.gateway, known.get(wanted.gateway)
    votes = Counter(_spoken_of(dump))
    named = [one for one in (*votes, *known) if one.rpartition("/")[2] == _DEFAULT]
    if named:
        return named[0], known.get(named[0])
    candidates = sorted(votes) or sorted(known)
    if len(candidates) == 1:
        return candidates[0], known.get(candidates[0])
    told = ", ".join(f"`{one}`" for one in candidates) if candidates else "none"
    return Diagnostic(
        "unclear-platform",
        Severity.ERROR,
        f"which gateway the models are behind is not clear: the dump speaks of {told}",
        None,
        "nothing is imported: policies for another gateway would guard nothing",
        help="say `--gateway <namespace>/<name>`",
    )


def _spoken_of(dump: Dump) -> Iterator[str]:
    for policy in dump.of(*policies.POLICIES):
        kind, name = policies.target(policy)
        if kind == "Gateway":
            yield f"{policy.namespace}/{name}"
    for route in dump.of("HTTPRoute"):
        yield from sorted(parents(route))


def platform(dump: Dump, draft: Draft, name: str, found: Object | None, wanted: Wanted) -> Diagnostic | None:
    """Fill in the platform; gives what stands in the way."""
    namespace, _, short = name.partition("/")
    hostname = wanted.hostname or _hostname(dump, found)
    if hostname is None:
        return Diagnostic(
            "unclear-platform",
            Severity.ERROR,
            f"the host of the gateway `{name}` is not in the dump",
            None,
            "nothing is imported: policies for another host would guard nothing",
            help="say `--hostname <host>`",
        )
    entry = draft.platform
    entry.data["kuadrant"] = wanted.kuadrant
    entry.data["gateway"] = {"namespace": namespace, "name": short, "hostname": hostname}
    if found is not None:
        entry.origins.append(origin(found))
    entry.remarks.append("no object tells of Kuadrant's release: it is the one that the import was told")
    entry.data["attach"] = "gateway" if _by_tier_alone(draft) else "route"
    namespaces = Counter(model.partition("/")[0] for model in draft.sections["models"])
    if namespaces:
        entry.data["modelNamespace"] = max(sorted(namespaces), key=lambda one: namespaces[one])
    _maas_api(dump, entry)
    _ways_in(dump, draft, short)
    return None


def _by_tier_alone(draft: Draft) -> bool:
    """Tell whether policies of the Gateway can say everything, as they do on a platform of tiers."""
    sections = draft.sections
    return bool(sections["tiers"]) and not sections["access"] and not sections["subscriptions"]


def _hostname(dump: Dump, found: Object | None) -> str | None:
    hosts: list[object] = [one.get("hostname") for one in mappings(found.spec.get("listeners"))] if found is not None else []
    hosts += [host for route in dump.of("HTTPRoute") for host in words(route.spec.get("hostnames"))]
    return next((str(host).lower() for host in hosts if host and not str(host).startswith("*")), None)


def _maas_api(dump: Dump, entry: Entry) -> None:
    """Say where the MaaS API is: its namespace holds the mapping of tiers, its route names Service and port."""
    said: Plain = {}
    for found in dump.of("ConfigMap"):
        if found.name == TIER_MAP:
            said["namespace"] = found.namespace
    for route in dump.of("HTTPRoute"):
        for rule in mappings(route.spec.get("rules")):
            for ref in mappings(rule.get("backendRefs")):
                if ref.get("name") == "maas-api" and isinstance(ref.get("port"), int):
                    said |= {"namespace": route.namespace, "port": ref["port"]}
    if said:
        entry.data["maasApi"] = said


def _ways_in(dump: Dump, draft: Draft, gateway: str) -> None:
    """Say which tokens the policies of models accept: those for the gateway's own audience are ServiceAccounts of tiers."""
    audiences: dict[str, list[str]] = {}
    ways: dict[str, tuple[Plain, str]] = {}
    for policy in dump.of("AuthPolicy"):
        kind, name = policies.target(policy)
        if kind != "Gateway" and (policy.namespace, name) not in draft.routes:
            continue
        for called, method in methods(policy):
            review = method.get("kubernetesTokenReview")
            if isinstance(review, dict):
                for audience in words(review.get("audiences")):
                    audiences.setdefault(audience, []).append(origin(policy, f"`{called}`"))
            try:
                way = way_of(policy, called, method)
            except NoWayError as error:
                draft.leave(policy, str(error))
                continue
            if way is not None:
                _add_way(ways, way, origin(policy, f"`{called}`"))
    # Without tiers a token for the gateway's audience is one like any other.
    own = f"{gateway}-sa" if draft.sections["tiers"] else None
    others = sorted(audience for audience in audiences if audience != own)
    said: list[Plain] = []
    if others or not (audiences or ways):
        said.append({"name": "openshift", "kind": "tokenReview", "audiences": others or ["https://kubernetes.default.svc"]})
    if own in audiences:
        said.append({"name": "tier-tokens", "kind": "tierToken"})
    if not audiences and not ways:
        draft.platform.remarks.append("no policy of a model tells which tokens it accepts: these are those of the cluster")
    draft.platform.data["authentication"] = [*said, *(way for _, (way, _) in sorted(ways.items()))]
    sources = [*(found[0] for found in audiences.values()), *(source for _, (_, source) in sorted(ways.items()))]
    draft.platform.origins.extend(dict.fromkeys(sources))


def _add_way(ways: dict[str, tuple[Plain, str]], way: Plain, source: str) -> None:
    """Add a way in once, however many policies have it, under a name that no other has."""
    rest = {key: value for key, value in way.items() if key != "name"}
    if any({key: value for key, value in known.items() if key != "name"} == rest for known, _ in ways.values()):
        return
    name, number = way["name"], 2
    while name in (*ways, "openshift", "tier-tokens"):
        name = f"{way['name']}-{number}"
        number += 1
    ways[name] = ({**way, "name": name}, source)
