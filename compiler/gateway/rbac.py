"""Answers an access review from the Roles and RoleBindings of the manifests, and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from compiler.gateway.manifests import Permission, Role, RoleBinding, Subject

_ALL: Final = "*"


class Access(Struct, frozen=True):
    """What is asked for: a verb on a resource, in the words of Kubernetes; an empty name means the whole kind."""

    namespace: str
    group: str
    resource: str
    subresource: str
    name: str
    verb: str


def allowed(roles: Sequence[Role], bindings: Sequence[RoleBinding], user: str, groups: Sequence[str], access: Access) -> bool:
    """Tell whether some binding in the namespace gives the user or one of the groups the access.

    Without a namespace only cluster-wide bindings would count, and without a user or a group the review is refused.
    """
    if not access.namespace or not (user or groups):
        return False
    by_name = {(role.namespace, role.name): role for role in roles}
    return any(
        _permits(permission, access)
        for binding in bindings
        if binding.namespace == access.namespace and any(_is(subject, user, groups) for subject in binding.subjects)
        if (role := by_name.get((binding.namespace, binding.role))) is not None
        for permission in role.permissions
    )


def _is(subject: Subject, user: str, groups: Sequence[str]) -> bool:
    match subject.kind:
        case "User":
            return subject.name == user
        case "Group":
            return subject.name in groups
        case "ServiceAccount":
            return user == f"system:serviceaccount:{subject.namespace}:{subject.name}"


def _permits(permission: Permission, access: Access) -> bool:
    return (
        _any(permission.verbs, access.verb)
        and _any(permission.groups, access.group)
        and _covers(permission.resources, access)
        and (not permission.names or access.name in permission.names)
    )


def _any(listed: Sequence[str], wanted: str) -> bool:
    return _ALL in listed or wanted in listed


def _covers(resources: Sequence[str], access: Access) -> bool:
    if not access.subresource:
        return _any(resources, access.resource)
    return _any(resources, f"{access.resource}/{access.subresource}") or f"{_ALL}/{access.subresource}" in resources
