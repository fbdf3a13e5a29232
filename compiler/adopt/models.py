"""Models: what is exposed by a resource, has an annotation of tiers, or is what a policy is on."""

from __future__ import annotations

from typing import Final

from compiler.adopt import policies
from compiler.adopt.draft import Draft, Entry, origin
from compiler.adopt.gather import Dump
from compiler.adopt.objects import MODELS_OF_TIERS, Object, Plain, mapping, mappings

# What the routes that KServe makes are called after the names of their services.
KSERVE: Final = "-kserve-route"
# What the routes of providers' models are called by before their names, in today's release and in the first.
_OUTSIDE: Final = ("maas", "maas-model")


def services(dump: Dump, draft: Draft) -> None:
    """Add the LLMInferenceServices that callers can reach and no resource exposes."""
    targets = {(one.namespace, policies.target(one)[1]) for one in dump.of(*policies.POLICIES, "PlanPolicy")}
    tiered = bool(draft.sections["tiers"]) or any(_opens_all(one) for one in dump.of(*policies.POLICIES))
    for found in dump.of("LLMInferenceService"):
        if served(draft, found.namespace, found.name) is not None:
            continue
        if tiered or MODELS_OF_TIERS in found.annotations or (found.namespace, found.name + KSERVE) in targets:
            draft.add("models", found.id, backend(found.namespace, found.name, found.name), origin(found))


def _opens_all(policy: Object) -> bool:
    """Tell whether a policy of the Gateway, written by hand, lets callers through to every model."""
    if policies.target(policy)[0] != "Gateway" or policies.is_generated(policy):
        return False
    return policy.kind == "AuthPolicy" or not all(policies.is_denying(limit) for _, limit in policies.limits(policy))


def routed(dump: Dump, draft: Draft) -> None:
    """Add the models behind routes that a policy is on, and that nothing else in the dump tells of."""
    for found in dump.of(*policies.POLICIES, "PlanPolicy"):
        kind, name = policies.target(found)
        if kind == "HTTPRoute" and name.endswith(KSERVE):
            model = name.removesuffix(KSERVE)
            if served(draft, found.namespace, model) is None:
                draft.add(
                    "models", f"{found.namespace}/{model}", backend(found.namespace, model, model), origin(found, "its target")
                )
    targets = {(one.namespace, policies.target(one)[1]) for one in dump.of(*policies.POLICIES, "PlanPolicy")}
    for route in dump.of("HTTPRoute"):
        if (route.namespace, route.name) in targets and not route.name.endswith(KSERVE):
            _service(route, draft)


def _service(route: Object, draft: Draft) -> None:
    """Add the model behind a route to a Service, where the path is that of a model."""
    for rule in mappings(route.spec.get("rules")):
        refs = mappings(rule.get("backendRefs"))
        for match in mappings(rule.get("matches")):
            namespace, _, model = str(mapping(match.get("path")).get("value", "")).strip("/").partition("/")
            if namespace == route.namespace and model and "/" not in model and len(refs) == 1 and _is_address(refs[0]):
                service: Plain = {"kind": "Service", "name": refs[0]["name"], "port": refs[0]["port"]}
                data: Plain = {"backend": service}
                entry = draft.add("models", f"{namespace}/{model}", data, origin(route))
                entry.remarks.append(f"its route was called `{route.name}`, and is `maas-model-{model}` from now on")
                return


def _is_address(ref: Plain) -> bool:
    return isinstance(ref.get("name"), str) and isinstance(ref.get("port"), int)


def backend(namespace: str, name: str, service: str) -> Plain:
    """Give the item of a model that KServe serves; `of` says which service, and is not written."""
    found: Plain = {"kind": "LLMInferenceService", "of": f"{namespace}/{service}"}
    return {"backend": found | ({"name": service} if service != name else {})}


def served(draft: Draft, namespace: str, service: str) -> tuple[str, Entry] | None:
    """Find the model that an LLMInferenceService serves."""
    wanted = f"{namespace}/{service}"
    return next(
        ((name, entry) for name, entry in draft.sections["models"].items() if entry.data["backend"].get("of") == wanted), None
    )


def routes(dump: Dump, draft: Draft) -> None:
    """Find the model behind each route that leads to one; routes of KServe need not be in the dump."""
    for name, entry in draft.sections["models"].items():
        namespace, _, service = str(entry.data["backend"].get("of", "")).partition("/")
        if service:
            draft.routes[namespace, service + KSERVE] = name
        if entry.data["backend"].get("kind") == "ExternalModel":
            namespace, _, short = name.partition("/")
            draft.routes |= {(namespace, f"{prefix}-{short}"): name for prefix in _OUTSIDE}
    for one in dump.of("HTTPRoute"):
        said = origin(one)
        for name, entry in draft.sections["models"].items():
            if said in entry.origins:
                draft.routes[one.namespace, one.name] = name
