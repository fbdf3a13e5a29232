"""An access review over all callers at once: whom the cluster's RBAC allows what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.prove.algebra import Algebra, text
from compiler.prove.formula import TRUE, Formula
from compiler.prove.values import Sequence, Text, UnsupportedError, Value
from compiler.prove.view import Permission


def reviewed(algebra: Algebra, permissions: Iterable[Permission], given: Mapping[str, Value], groups: Value) -> Formula:
    """Tell who is allowed what is asked; `given` are the attributes of the resource by name, and the user.

    Raises:
        UnsupportedError: something else than strings is asked about.
    """
    texts = {name: value for name, value in given.items() if isinstance(value, Text)}
    if not isinstance(groups, Sequence) or len(texts) < len(given):
        raise UnsupportedError("an access review about something else than strings")
    namespaces, names = (_strings(texts.get(part, text(""))) for part in ("namespace", "name"))
    concerned = (
        permission
        for permission in permissions
        if (namespaces is None or permission.namespace in namespaces)
        and (names is None or not permission.names or not names.isdisjoint(permission.names))
    )
    return algebra.terms.any(_permits(algebra, permission, texts, groups) for permission in concerned)


def _strings(value: Text) -> frozenset[str] | None:
    """Give all strings that a value can be, or None where it can be others."""
    known = [choice for _, choice in value.choices if isinstance(choice, str)]
    return frozenset(known) if len(known) == len(value.choices) else None


def _permits(algebra: Algebra, permission: Permission, given: Mapping[str, Text], groups: Sequence) -> Formula:
    asked = {
        "namespace": (permission.namespace,),
        "group": permission.api_groups,
        "resource": permission.resources,
        "name": permission.names or ("*",),
        "verb": permission.verbs,
    }
    matching = [
        algebra.among(given.get(name, text("")), dict.fromkeys(wanted, TRUE))
        for name, wanted in asked.items()
        if "*" not in wanted
    ]
    subjects = [algebra.holds(groups, text(group)) for group in permission.groups]
    subjects += [algebra.equal(given["user"], text(user)) for user in permission.users]
    return algebra.terms.all([*matching, algebra.terms.any(subjects)])
