"""Changes of what stands around the policies: routes, RBAC, the tier mapping, and the lists of files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from mutation_manifests import GONE, Change, Mutant, Platform, Where

_MANAGED: Final = "opendatahub.io/managed"


def _change(where: Where, value: object) -> Mutant:
    return Mutant((Change(where, value),))


def _rules(of: Platform) -> Iterator[tuple[Where, dict[str, Any]]]:
    for at, route in of.documents("HTTPRoute"):
        for index, rule in enumerate(route["spec"]["rules"]):
            yield (*at, "spec", "rules", index), rule


def _drop(kind: str) -> Callable[[Platform], Iterator[Mutant]]:
    def operator(of: Platform) -> Iterator[Mutant]:
        """Take a document of a kind away."""
        for at, _ in of.documents(kind):
            yield _change(at, GONE)

    return operator


def other_path(of: Platform) -> Iterator[Mutant]:
    """Serve a model below another path: a wider one, another one, or exactly one."""
    for where, rule in _rules(of):
        path = rule["matches"][0]["path"]["value"]
        at = (*where, "matches", 0, "path")
        yield _change((*at, "value"), path.rpartition("/")[0])
        yield _change((*at, "value"), "/")
        yield _change((*at, "value"), f"{path}x")
        if rule["matches"][0]["path"]["type"] != "Exact":
            yield _change((*at, "type"), "Exact")
        yield _change(
            (*where, "matches"), [*rule["matches"], {"path": {"type": "PathPrefix", "value": "/llm/simulator-model/v1"}}]
        )


def other_match(of: Platform) -> Iterator[Mutant]:
    """Serve only some requests of a model."""
    for where, _ in _rules(of):
        yield _change((*where, "matches", 0, "method"), "GET")
        yield _change((*where, "matches", 0, "headers"), [{"name": "x-a", "value": "b"}])
        yield _change((*where, "matches", 0, "queryParams"), [{"name": "a", "value": "b"}])


def other_rewrite(of: Platform) -> Iterator[Mutant]:
    """Hand the backend another path."""
    for where, rule in _rules(of):
        if "filters" not in rule:
            continue
        rewrite = (*where, "filters", 0, "urlRewrite", "path")
        yield _change((*rewrite, "replacePrefixMatch"), "/admin")
        yield _change((*where, "filters"), GONE)


def other_headers(of: Platform) -> Iterator[Mutant]:
    """Let the route change what the gateway says of the caller."""
    for where, rule in _rules(of):
        change = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "x-maas-username", "value": "x"}]}}
        yield _change((*where, "filters"), [*rule.get("filters", ()), change])


def other_backend(of: Platform) -> Iterator[Mutant]:
    """Send requests to another Service."""
    for where, rule in _rules(of):
        backend = rule["backendRefs"][0]
        yield _change((*where, "backendRefs", 0, "name"), f"{backend['name']}x")
        yield _change((*where, "backendRefs", 0, "port"), backend["port"] + 1)
        yield _change((*where, "backendRefs", 1), {**backend, "name": "other"})


def other_host(of: Platform) -> Iterator[Mutant]:
    """Serve a model under another host, or under any."""
    for at, route in of.documents("HTTPRoute"):
        yield _change((*at, "spec", "hostnames", 0), f"x.{route['spec']['hostnames'][0]}")
        yield _change((*at, "spec", "hostnames"), GONE)


def other_gateway(of: Platform) -> Iterator[Mutant]:
    """Attach a route to another gateway, or to one listener only."""
    for at, _ in of.documents("HTTPRoute"):
        yield _change((*at, "spec", "parentRefs", 0, "name"), "another")
        yield _change((*at, "spec", "parentRefs", 0, "sectionName"), "another")


def second_route(of: Platform) -> Iterator[Mutant]:
    """Reach a backend by another route, below the path of somebody else's model."""
    for at, route in of.documents("HTTPRoute"):
        others = [model.prefix for model in of.program.models if model.route != route["metadata"]["name"]]
        for path in ("/bypass", *(f"{other}/bypass" for other in others)):
            rule = route["spec"]["rules"][0]
            match = {"path": {"type": "PathPrefix", "value": path}}
            spec = {**route["spec"], "rules": [{**rule, "matches": [match]}]}
            copy = {**route, "metadata": {**route["metadata"], "name": "bypass"}, "spec": spec}
            yield _change((at[0], len(of.manifests[str(at[0])])), copy)


def wider_role(of: Platform) -> Iterator[Mutant]:
    """Allow more than to call the one model."""
    for at, role in of.documents("Role"):
        rule = (*at, "rules", 0)
        yield _change((*rule, "verbs"), ["post", "delete"])
        yield _change((*rule, "verbs"), ["*"])
        yield _change((*rule, "resources"), ["*"])
        yield _change((*rule, "resources"), [*role["rules"][0]["resources"], "secrets"])
        yield _change((*rule, "apiGroups"), ["*"])
        yield _change((*rule, "resourceNames"), GONE)
        yield _change((*rule, "resourceNames"), [*role["rules"][0]["resourceNames"], "another"])
        yield _change((*at, "rules", 1), {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]})


def narrower_role(of: Platform) -> Iterator[Mutant]:
    """Allow something else than to call the model."""
    for at, _ in of.documents("Role"):
        for name in ("verbs", "resources", "apiGroups", "resourceNames"):
            yield _change((*at, "rules", 0, name, 0), "x")


def other_subject(of: Platform) -> Iterator[Mutant]:
    """Allow it to somebody else: one less, one more, or a user called like the group."""
    for at, binding in of.documents("RoleBinding"):
        for index, subject in enumerate(binding["subjects"]):
            yield _change((*at, "subjects", index), GONE)
            yield _change((*at, "subjects", index, "kind"), "User")
            yield _change((*at, "subjects", index, "name"), f"{subject['name']}x")
        everybody = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "system:authenticated"}
        yield _change((*at, "subjects", len(binding["subjects"])), everybody)
        yield _change((*at, "subjects", len(binding["subjects"])), {**everybody, "kind": "User", "name": "mallory"})


def other_role(of: Platform) -> Iterator[Mutant]:
    """Bind to another Role."""
    roles = [role["metadata"]["name"] for _, role in of.documents("Role")]
    for at, binding in of.documents("RoleBinding"):
        for name in (*roles, "nothing"):
            if name != binding["roleRef"]["name"]:
                yield _change((*at, "roleRef", "name"), name)


def unlisted(of: Platform) -> Iterator[Mutant]:
    """Leave a file out of the list of those that are applied, or name one that is not there."""
    for at, found in of.documents("Kustomization"):
        for index in range(len(found["resources"])):
            yield _change((*at, "resources", index), GONE)
        yield _change((*at, "resources", len(found["resources"])), "another.yaml")


def other_mapping(of: Platform) -> Iterator[Mutant]:
    """Tell the MaaS API of other tiers."""
    for at, found in of.documents("ConfigMap"):
        written = found["data"]["tiers"]
        tiers = of.program.tiers
        where = (*at, "data", "tiers")
        yield _change(where, written.replace(f"level: {tiers[0].level}", "level: 99"))
        yield _change(where, written.replace(tiers[0].name, f"{tiers[0].name}-x"))
        for tier in tiers:
            yield _change(where, written.replace(f"    - {tier.groups[0]}\n", ""))
        yield _change((*at, "metadata", "name"), "another")
        yield _change((*at, "data"), {"other": written})


def no_adoption(of: Platform) -> Iterator[Mutant]:
    """Let a controller of the platform write its own object over ours."""
    for at, found in of.documents():
        if _MANAGED in found.get("metadata", {}).get("annotations", {}):
            yield _change((*at, "metadata", "annotations", _MANAGED), GONE)
            yield _change((*at, "metadata", "annotations", _MANAGED), "true")


OPERATORS: Final = {
    **{f"no {kind}": _drop(kind) for kind in ("HTTPRoute", "Role", "RoleBinding", "ConfigMap", "Kustomization")},
    "another path": other_path,
    "another match": other_match,
    "another rewrite": other_rewrite,
    "headers changed by a route": other_headers,
    "another backend": other_backend,
    "another host": other_host,
    "another gateway": other_gateway,
    "a second route": second_route,
    "a wider role": wider_role,
    "a narrower role": narrower_role,
    "another subject": other_subject,
    "another role": other_role,
    "a file unlisted": unlisted,
    "another tier mapping": other_mapping,
    "no adoption": no_adoption,
}
