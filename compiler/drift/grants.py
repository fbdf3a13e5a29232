"""What the cluster's RBAC lets call our models beside our own Roles: a door that nobody has reviewed.

A binding is followed to the Role or ClusterRole that it names, and what that permits is held against the models about which
the Gateway's policy or a backend asks the cluster.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.diagnostics.count import counted
from compiler.drift.dump import Key, Live
from compiler.drift.plain import items, mapping, mappings, words
from compiler.drift.written import Written
from compiler.program.ir import EVERYBODY, Model

RBAC: Final = "rbac.authorization.k8s.io"
_ANY: Final = "*"
_GROUP: Final = "serving.kserve.io"
_RESOURCE: Final = "llminferenceservices"
_VERB: Final = "post"
_REVIEW: Final = "kubernetesSubjectAccessReview"

# Groups that callers are in whom nobody has chosen: all tokens, all of ServiceAccounts, nobody at all.
_BROAD: Final = frozenset({EVERYBODY, "system:unauthenticated", "system:serviceaccounts"})
_OF_NAMESPACE: Final = "system:serviceaccounts:"
_ADMINISTRATORS: Final = frozenset({"system:masters"})


class Grant(Struct, frozen=True):
    """A binding that is not ours and lets call models of a namespace (None: of all), all of them or those of some names."""

    binding: Live
    namespace: str | None
    names: frozenset[str] | None

    def covers(self, namespace: str, name: str) -> bool:
        """Tell whether it is about a model."""
        return self.namespace in (None, namespace) and (self.names is None or name in self.names)


class Grants(Struct, frozen=True):
    """All of them, and what is not told as one."""

    found: tuple[Grant, ...] = ()
    remarks: tuple[str, ...] = ()


class _Asked(Struct, frozen=True):
    """The models about which the cluster is asked: names by namespace; where the Gateway asks, any name is one."""

    names: Mapping[str, frozenset[str]]
    gateway: bool
    groups: frozenset[str]

    def concerns(self, grant: Grant) -> bool:
        known = (names for namespace, names in self.names.items() if grant.namespace in (None, namespace))
        return any(self.gateway or grant.names is None or grant.names & names for names in known)


def grants(written: Written, live: Sequence[Live]) -> Grants:
    """Find them; nothing matters where neither the Gateway nor a backend asks the cluster."""
    asked = _asked(written)
    if not asked.names:
        return Grants()
    roles = {one.key: one for one in live if one.key[0] == RBAC and one.key[1] in ("Role", "ClusterRole")}
    found: list[Grant] = []
    administrators = unknown = 0
    for one in live:
        if one.key[0] != RBAC or one.key[1] not in ("RoleBinding", "ClusterRoleBinding") or one.key in written.by_key:
            continue
        namespace = one.key[2] or None
        if namespace not in (None, *asked.names) or not items(one.data.get("subjects")):
            continue
        if role_of(one) in written.by_key:
            continue  # which is told of as a binding to a Role of ours
        role = roles.get(role_of(one))
        if role is None:
            unknown += 1
            continue
        permitted = [names for names in _permitted(role) if asked.concerns(Grant(one, namespace, names))]
        if permitted and _gives_everything(role) and not _broad(one, asked.groups):
            administrators += set(_groups(one)) != _ADMINISTRATORS
        elif permitted:
            names = None if None in permitted else frozenset[str]().union(*(names for names in permitted if names is not None))
            found.append(Grant(one, namespace, names))
    return Grants(tuple(found), tuple(_remarks(roles, administrators, unknown)))


def role_of(binding: Live) -> Key:
    """Give the identity of what a binding refers to."""
    reference = mapping(binding.data.get("roleRef"))
    kind = str(reference.get("kind"))
    return RBAC, kind, "" if kind == "ClusterRole" else binding.key[2], str(reference.get("name"))


def as_ours(grant: Grant, model: Model, number: int) -> tuple[Mapping[str, object], ...]:
    """Say of one model what a grant says of many, as a Role and a RoleBinding, which is what the reading of manifests knows."""
    metadata = {"name": f"granted-{number}-{model.name}", "namespace": model.namespace}
    rule = {"apiGroups": [_GROUP], "resources": [_RESOURCE], "resourceNames": [model.served_as], "verbs": [_VERB]}
    head = {"apiVersion": f"{RBAC}/v1", "metadata": metadata}
    reference = {"apiGroup": RBAC, "kind": "Role", "name": metadata["name"]}
    subjects = [subject for one in mappings(grant.binding.data.get("subjects")) if (subject := _subject(one)) is not None]
    return {**head, "kind": "Role", "rules": [rule]}, {**head, "kind": "RoleBinding", "roleRef": reference, "subjects": subjects}


def _subject(one: Mapping[str, object]) -> Mapping[str, object] | None:
    """Give somebody whom a binding names; the API server keeps no other."""
    kind, name, namespace = one.get("kind"), one.get("name"), one.get("namespace")
    if not isinstance(name, str) or kind not in ("User", "Group", "ServiceAccount"):
        return None
    if kind != "ServiceAccount":
        return {"kind": kind, "apiGroup": RBAC, "name": name}
    return {"kind": kind, "name": name, "namespace": namespace} if isinstance(namespace, str) else None


def _asked(written: Written) -> _Asked:
    names: dict[str, frozenset[str]] = {}
    groups: set[str] = set()
    review = any(_reviews(one) for one in written.objects)
    for one in written.objects:
        if one.key[:2] == (RBAC, "Role"):
            for permitted in _permitted(one):
                names[one.key[2]] = names.get(one.key[2], frozenset()) | (permitted or frozenset())
        elif one.key[:2] == (RBAC, "RoleBinding"):
            groups.update(_groups(one))
        elif review and one.place.file.startswith("models/"):
            names.setdefault(one.key[2], frozenset())
    return _Asked(names, review, frozenset(groups))


def _reviews(policy: Live) -> bool:
    rules = mapping(mapping(policy.data.get("spec")).get("rules"))
    return any(_REVIEW in mapping(one) for one in mapping(rules.get("authorization")).values())


def _permitted(role: Live) -> Iterator[frozenset[str] | None]:
    """Give for each rule that lets call models the names of these, None for all."""
    for rule in mappings(role.data.get("rules")):
        if all(_has(rule, *what) for what in (("apiGroups", _GROUP), ("resources", _RESOURCE), ("verbs", _VERB))):
            yield frozenset(words(rule.get("resourceNames"))) or None


def _has(rule: Mapping[str, object], field: str, wanted: str) -> bool:
    return not {_ANY, wanted}.isdisjoint(words(rule.get(field)))


def _gives_everything(role: Live) -> bool:
    return any(
        all(_ANY in words(rule.get(field)) for field in ("apiGroups", "resources", "verbs")) and not rule.get("resourceNames")
        for rule in mappings(role.data.get("rules"))
    )


def _broad(binding: Live, known: Collection[str]) -> bool:
    """Tell whether a binding is about callers as they come: who may do everything may also change what we would tell of it."""
    return any(group in _BROAD or group in known or group.startswith(_OF_NAMESPACE) for group in _groups(binding))


def _groups(binding: Live) -> Iterator[str]:
    subjects = mappings(binding.data.get("subjects"))
    yield from (str(one.get("name")) for one in subjects if one.get("kind") == "Group")


def _remarks(roles: Collection[Key], administrators: int, unknown: int) -> Iterator[str]:
    if administrators:
        gives = counted(administrators, "binding gives", "bindings give")
        yield f"{gives} somebody everything in the cluster or a namespace, our models among it: administrators are not told of"
    if unknown:
        refers = counted(unknown, "binding refers", "bindings refer")
        yield f"{refers} to roles that are not in the dump: whether they let call our models is not known"
    elif not any(kind == "ClusterRole" for _, kind, _, _ in roles):
        yield "the dump holds no ClusterRole at all: who may call our models in every namespace is not known"
