"""The Role and RoleBinding that let a tier's ServiceAccounts call a model, where the gateway or the backend asks RBAC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.kube.base import Manifest
from compiler.kube.core import GroupSubject, PolicyRule, Role, RoleBinding, RoleRef
from compiler.kube.names import object_name
from compiler.program.ir import Model, Program
from compiler.targets.common import metadata

API_GROUP: Final = "serving.kserve.io"
RESOURCE: Final = "llminferenceservices"
VERB: Final = "post"
_RBAC: Final = "rbac.authorization.k8s.io"


def manifests(program: Program, model: Model) -> Iterator[Manifest]:
    """Give Role and RoleBinding of a model; none where no tier may call it."""
    subjects = tuple(GroupSubject("Group", _RBAC, tier.projected) for tier in program.tiers if tier.name in model.tiers)
    if not subjects:
        return
    name = object_name("maas-post", model.name)
    yield Role(metadata(name, model.namespace), (PolicyRule((API_GROUP,), (RESOURCE,), (model.served_as,), (VERB,)),))
    yield RoleBinding(metadata(name, model.namespace), RoleRef(_RBAC, "Role", name), subjects)
