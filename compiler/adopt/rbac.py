"""The Roles and RoleBindings that are about calling models, among all that a cluster has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from compiler.adopt.objects import Object, mapping, mappings, words

_RESOURCE: Final = "llminferenceservices"


def called(role: Object) -> tuple[str, ...] | None:
    """Give the names of the models that a Role allows to be called, nothing meaning all; None if it is about others."""
    for about in mappings(role.data.get("rules")):
        if _RESOURCE in words(about.get("resources")) and {"post", "*"} & set(words(about.get("verbs"))):
            return tuple(words(about.get("resourceNames")))
    return None


def about_models(objects: Sequence[Object]) -> tuple[list[Object], list[Object]]:
    """Divide objects into those that may decide about a model, and the Roles and RoleBindings that are about others."""
    roles = {one.id for one in objects if one.kind == "Role" and called(one) is not None}

    def matters(one: Object) -> bool:
        if one.kind == "RoleBinding":
            return f"{one.namespace}/{mapping(one.data.get('roleRef')).get('name')}" in roles
        return one.kind != "Role" or one.id in roles

    return [one for one in objects if matters(one)], [one for one in objects if not matters(one)]
