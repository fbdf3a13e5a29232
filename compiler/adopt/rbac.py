"""The Roles and RoleBindings that are about calling models, among all that a cluster has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from compiler.adopt.objects import Object, mapping, mappings, words

# What a policy asks the API server about: the group, the resource and the verb.
_ASKED: Final = {"apiGroups": "serving.kserve.io", "resources": "llminferenceservices", "verbs": "post"}


def called(role: Object) -> tuple[str, ...] | None:
    """Give the names of the models that a Role allows to be called, nothing meaning all; None if it is about others."""
    for about in mappings(role.data.get("rules")):
        if all(_may_hold(about.get(name), one) for name, one in _ASKED.items()):
            return tuple(words(about.get("resourceNames")))
    return None


def _may_hold(listed: object, wanted: str) -> bool:
    """Tell whether a list of a rule holds something, by its name or as one of all; one that cannot be read may hold anything."""
    names = words(listed)
    return not isinstance(listed, list) or len(names) < len(listed) or wanted in names or "*" in names


def about_models(objects: Sequence[Object]) -> tuple[list[Object], list[Object]]:
    """Divide objects into those that may decide about a model, and the Roles and RoleBindings that are about others."""
    roles = {one.id for one in objects if one.kind == "Role" and called(one) is not None}

    def matters(one: Object) -> bool:
        if one.kind == "RoleBinding":
            return f"{one.namespace}/{mapping(one.data.get('roleRef')).get('name')}" in roles
        return one.kind != "Role" or one.id in roles

    return [one for one in objects if matters(one)], [one for one in objects if not matters(one)]
