"""Holds what stands around the policies against the Program: routes, roles, the tier mapping, and what is applied at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import PurePosixPath
from typing import Any, Final

from compiler.diagnostics.model import Diagnostic, Place
from compiler.gateway.cluster import Cluster
from compiler.gateway.read import Loaded
from compiler.program.ir import Attach, Program, Tier
from compiler.program.platform import BackendAuthorization
from compiler.prove import keys as api_keys
from compiler.prove import provider_keys
from compiler.prove.documents import Documents, documents
from compiler.prove.egress import permitted, roads
from compiler.prove.from_gateway import permissions
from compiler.prove.platform import platform
from compiler.prove.telemetry import telemetry
from compiler.prove.verdict import refuted
from compiler.prove.waves import waves
from compiler.source.load import load_text

_KUSTOMIZATION: Final = "kustomization.yaml"
_REFUSED: Final = "kustomize refuses the whole of it: nothing is applied"
_OURS_TO_KEEP: Final = ("AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy", "ConfigMap")
_KEPT: Final = ("opendatahub.io/managed", "false")
_MAPPING: Final = "tier-to-group-mapping"

# What the gateway's access review asks for.
_CALL: Final = ("serving.kserve.io", "llminferenceservices", "post")


def surroundings(program: Program, files: Loaded, cluster: Cluster) -> Iterator[Diagnostic]:
    """Find what is missing, what is too much, and what is otherwise than meant. The files can be read without an error."""
    found = documents(files)
    yield from roads(program, found)
    yield from provider_keys.keys(program, cluster)
    yield from _roles(program, cluster)
    yield from _mapping(program, found)
    yield from api_keys.keys(program, found)
    yield from platform(program, found)
    yield from telemetry(program, found)
    yield from _kept(found)
    yield from waves(found)
    yield from _applied(files)


def _roles(program: Program, cluster: Cluster) -> Iterator[Diagnostic]:
    """Each tier may call its models, one account may get the providers' keys, and nobody anything else."""
    given: set[tuple[str, ...]] = set()
    for one in permissions(cluster):
        what = product(one.api_groups, one.resources, one.verbs, one.names or ("*",))
        who = [("Group", group) for group in one.groups] + [("User", user) for user in one.users]
        given |= {(one.namespace, *subject, *allowed) for allowed in what for subject in who}
    tiers = {tier.name: tier for tier in program.tiers}
    meant: set[tuple[str, ...]] = set()
    for model in program.models:
        if program.platform.attach is Attach.ROUTE and model.backend_authorization is not BackendAuthorization.SERVICE_ACCOUNT:
            continue  # nobody asks RBAC
        projected = [tiers[name].projected for name in model.tiers]
        meant |= {(model.namespace, "Group", group, *_CALL, model.served_as) for group in projected}
    meant |= set(permitted(program))
    for namespace, kind, name, *action in sorted(given - meant):
        headline = f"the {kind.lower()} `{name}` may do something that no tier is meant to do: {', '.join(action)}"
        yield refuted(headline, _place(cluster, namespace), "they can change the cluster, or call what is not theirs")
    for namespace, kind, name, *action in sorted(meant - given):
        effect = f"its callers get 403 from `{namespace}/{action[-1]}`" if kind == "Group" else "no provider's key is fetched"
        does = "call" if kind == "Group" else "get the Secret"
        yield refuted(
            f"the {kind.lower()} `{name}` may not {does} `{namespace}/{action[-1]}`", _place(cluster, namespace), effect
        )


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
        yield refuted(headline, place, "callers get tokens of another tier than theirs")


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
            yield refuted(headline, place, "a controller of the platform writes its own over it")


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
            yield refuted(headline, Place(own if own in files else str(folder / min(names))), "nothing of the folder is applied")


def _listed(own: str, listed: list[str], names: set[str]) -> Iterator[Diagnostic]:
    folder = PurePosixPath(own).parent
    for index, name in enumerate(listed):
        place = Place(own).at("resources", index)
        if name not in names:
            headline = f"`{_shown(folder / name)}` is listed and is not there"
            yield refuted(headline, place, "kustomize refuses the whole of it: nothing is applied")
        elif name in listed[:index]:
            yield refuted(
                f"`{_shown(folder / name)}` is listed twice", place, "kustomize refuses the whole of it: nothing is applied"
            )
    for name in sorted(names.difference(listed)):
        below = folder / name
        yield refuted(f"`{_shown(below)}` is there and is not listed", Place(own), "it is not applied")


def _shown(path: PurePosixPath | str) -> str:
    """Name a file within the folder of manifests, whatever is put before its name while files are told apart."""
    return str(path).lstrip("/")
