"""Holds what stands around the policies against the Program: routes, roles, the tier mapping, and what is applied at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import PurePosixPath
from typing import Any, Final

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.gateway.cluster import Cluster
from compiler.gateway.read import Loaded
from compiler.program.ir import Attach, ClusterService, Model, Program, Tier
from compiler.prove.from_gateway import permissions
from compiler.prove.keys import keys
from compiler.source.load import load_text

_KUSTOMIZATION: Final = "kustomization.yaml"
_REFUSED: Final = "kustomize refuses the whole of it: nothing is applied"
_OURS_TO_KEEP: Final = ("AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy", "ConfigMap")
_KEPT: Final = ("opendatahub.io/managed", "false")
_MAPPING: Final = "tier-to-group-mapping"

# What the gateway's access review asks for.
_CALL: Final = ("serving.kserve.io", "llminferenceservices", "post")

Documents = Mapping[tuple[str, str, str], tuple[Place, Mapping[str, Any]]]


def surroundings(program: Program, files: Loaded, cluster: Cluster) -> Iterator[Diagnostic]:
    """Find what is missing, what is too much, and what is otherwise than meant. The files can be read without an error."""
    documents = dict(_documents(files))
    yield from _routes(program, documents)
    yield from _roles(program, cluster)
    yield from _mapping(program, documents)
    yield from keys(program, documents)
    yield from _kept(documents)
    yield from _applied(files)


def _documents(files: Loaded) -> Iterator[tuple[tuple[str, str, str], tuple[Place, Mapping[str, Any]]]]:
    for name, (found, _) in files.items():
        for document in found:
            data: Any = document.data
            if isinstance(data, dict) and isinstance(data.get("metadata"), dict):
                head = data["metadata"]
                key = str(data.get("kind")), str(head.get("namespace", "")), str(head.get("name"))
                yield key, (Place(name, document=document.index), data)


def _wrong(headline: str, place: Place | None, effect: str) -> Diagnostic:
    advice = "build `out/` again and do not edit it by hand; if it was not edited, the compiler is wrong"
    return Diagnostic("refuted", Severity.ERROR, headline, place, effect, help=advice)


def _routes(program: Program, documents: Documents) -> Iterator[Diagnostic]:
    """Each Service has the one route that is meant for it, and there is no other."""
    own = [model for model in program.models if isinstance(model.backend, ClusterService)]
    meant = {("HTTPRoute", model.namespace, model.route): model for model in own}
    for key, model in meant.items():
        place, found = documents.get(key, (model.origin, {}))
        if found.get("spec") != _route(program, model, model.backend):
            headline = f"the route of `{model.id}` is {'not the one that is meant' if key in documents else 'missing'}"
            yield _wrong(headline, place, "requests for the model go elsewhere, or others come to it")
    for key, (place, _) in documents.items():
        if key[0] in ("HTTPRoute", "Gateway") and key not in meant:
            yield _wrong(
                f"no model is meant to have the {key[0]} `{key[1]}/{key[2]}`", place, "requests reach what nothing guards"
            )


def _route(program: Program, model: Model, backend: object) -> object:
    gateway = program.platform.gateway
    rule = {
        "matches": [{"path": {"type": "PathPrefix", "value": model.prefix}}],
        "filters": [{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}}],
        "backendRefs": [{"name": backend.name, "port": backend.port}] if isinstance(backend, ClusterService) else [],
    }
    parent = {"namespace": gateway.namespace, "name": gateway.name}
    return {"parentRefs": [parent], "hostnames": [gateway.hostname], "rules": [rule]}


def _roles(program: Program, cluster: Cluster) -> Iterator[Diagnostic]:
    """Each tier may call its models and do nothing else, where the cluster's RBAC decides that at all."""
    given: set[tuple[str, ...]] = set()
    for one in permissions(cluster):
        what = product(one.api_groups, one.resources, one.verbs, one.names or ("*",))
        who = [("Group", group) for group in one.groups] + [("User", user) for user in one.users]
        given |= {(one.namespace, *subject, *allowed) for allowed in what for subject in who}
    tiers = {tier.name: tier for tier in program.tiers}
    meant: set[tuple[str, ...]] = set()
    for model in program.models if program.platform.attach is Attach.GATEWAY else ():
        projected = [tiers[name].projected for name in model.tiers]
        meant |= {(model.namespace, "Group", group, *_CALL, model.served_as) for group in projected}
    for namespace, kind, name, *action in sorted(given - meant):
        headline = f"the {kind.lower()} `{name}` may do something that no tier is meant to do: {', '.join(action)}"
        yield _wrong(headline, _place(cluster, namespace), "they can change the cluster, or call what is not theirs")
    for namespace, _, name, *action in sorted(meant - given):
        effect = f"its callers get 403 from `{namespace}/{action[-1]}`"
        yield _wrong(f"the group `{name}` may not call `{namespace}/{action[-1]}`", _place(cluster, namespace), effect)


def _place(cluster: Cluster, namespace: str) -> Place | None:
    return next((binding.place for binding in cluster.bindings if binding.namespace == namespace), None)


def _mapping(program: Program, documents: Documents) -> Iterator[Diagnostic]:
    """The MaaS API is told of the tiers that are meant."""
    if not program.tiers:
        return
    nowhere: tuple[Place, Mapping[str, Any]] = (program.tiers[0].origin, {})
    place, found = documents.get(("ConfigMap", program.platform.maas_api.namespace, _MAPPING), nowhere)
    data = found.get("data")
    written = data.get("tiers") if isinstance(data, dict) and set(data) == {"tiers"} else None
    listed = load_text("", str(written).encode())[0]
    meant = [_tier(tier) for tier in sorted(program.tiers, key=lambda tier: (tier.level, tier.name))]
    if [one.data for one in listed] != [meant]:
        headline = f"the ConfigMap `{_MAPPING}` does not tell the MaaS API of the tiers that are meant"
        yield _wrong(headline, place, "callers get tokens of another tier than theirs")


def _tier(tier: Tier) -> dict[str, object]:
    named = {"displayName": tier.display_name, "description": tier.description}
    given = {key: value for key, value in named.items() if value is not None}
    return {"name": tier.name, **given, "level": tier.level, "groups": list(tier.groups)}


def _kept(documents: Documents) -> Iterator[Diagnostic]:
    """Controllers of the platform leave our objects alone."""
    name, value = _KEPT
    for (kind, _, own), (place, found) in documents.items():
        if kind in _OURS_TO_KEEP and (found["metadata"].get("annotations") or {}).get(name) != value:
            headline = f"the {kind} `{own}` does not say `{name}: {value}`"
            yield _wrong(headline, place, "a controller of the platform writes its own over it")


def _applied(files: Loaded) -> Iterator[Diagnostic]:
    """Every file is listed in its folder and every folder in the one above, so that what is proved is what is applied."""
    members: dict[PurePosixPath, set[str]] = {}
    for name in files:
        here = PurePosixPath(name)
        if here.name == _KUSTOMIZATION:
            here = here.parent
            members.setdefault(here, set())
        while here.name:
            members.setdefault(here.parent, set()).add(here.name)
            here = here.parent
    for folder, names in members.items():
        own = str(folder / _KUSTOMIZATION)
        documents, _ = files.get(own, ((), ()))
        data = documents[0].data if len(documents) == 1 else None
        listed = data.get("resources") if isinstance(data, dict) else None
        if isinstance(listed, list):
            yield from _listed(own, [str(one) for one in listed], names)
        else:
            headline = f"`{_shown(own)}` is missing, or lists nothing"
            yield _wrong(headline, Place(own if own in files else str(folder / min(names))), "nothing of the folder is applied")


def _listed(own: str, listed: list[str], names: set[str]) -> Iterator[Diagnostic]:
    folder = PurePosixPath(own).parent
    for index, name in enumerate(listed):
        place = Place(own).at("resources", index)
        if name not in names:
            headline = f"`{_shown(folder / name)}` is listed and is not there"
            yield _wrong(headline, place, "kustomize refuses the whole of it: nothing is applied")
        elif name in listed[:index]:
            yield _wrong(
                f"`{_shown(folder / name)}` is listed twice", place, "kustomize refuses the whole of it: nothing is applied"
            )
    for name in sorted(names.difference(listed)):
        below = folder / name
        yield _wrong(f"`{_shown(below)}` is there and is not listed", Place(own), "it is not applied")


def _shown(path: PurePosixPath | str) -> str:
    """Name a file within the folder of manifests, whatever is put before its name while files are told apart."""
    return str(path).lstrip("/")
