"""The identity as each kind of method leaves it, over all callers at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

from compiler.program.keys import BOUND_ANNOTATION, GROUPS_ANNOTATION, MODELS_ANNOTATION, SEPARATOR, USER_ANNOTATION
from compiler.program.methods import ApiKey, ClaimPath, Introspection, Method, Oidc, TierToken, TokenReview
from compiler.prove import values, world
from compiler.prove.formula import FALSE, TRUE, Formula, Variable
from compiler.prove.result import Example
from compiler.prove.values import Alternative, Field, Joined, Names, Record, Symbol, Text, UnsupportedError, Value
from compiler.prove.world import World

_USERNAME: Final = Text(((TRUE, Symbol()),))
_GROUPS: Final = values.Sequence((Alternative(TRUE, (), (Names("group", {}, TRUE),), ordered=False),))
_MODELS: Final = values.Sequence((Alternative(TRUE, (), (Names("model", {}, TRUE),), ordered=False),))
_IDENTITY: Final = "auth.identity"
USER: Final = f"{_IDENTITY}.user"

# A value, where it is found, and when it is there.
_Leaf = tuple[ClaimPath, Formula, Value]


def identity(of: World, method: Method) -> Record:
    """Give `auth.identity` before any override; a field is of its type or absent, as every evaluator leaves it.

    Of claims that is what the identity provider is configured for: one of another type is an error of the override that
    reads it, and Authorino then refuses the token (ResolveExtendedProperties).

    Raises:
        UnsupportedError: one field of the identity is to be two things at once.
    """
    return _record(_IDENTITY, _leaves(of, method), of)


def paths(method: Method) -> tuple[str, ...]:
    """Give the fields that are read from the identity, which with the kind are all that a raw identity depends on."""
    match method:
        case Oidc():
            return (repr(method.username), repr(method.groups))
        case Introspection():
            return (repr(method.user), repr(method.groups), repr(method.team), repr(method.models))
        case _:
            return ()


def _leaves(of: World, method: Method) -> list[_Leaf]:
    named, grouped = of.terms.fact(world.USERNAME), of.terms.fact(world.GROUPS)
    match method:
        case TokenReview() | TierToken():
            return [(("user", "username"), named, _USERNAME), (("user", "groups"), grouped, _GROUPS)]
        case Oidc():
            return [(method.username, named, _USERNAME), (method.groups, grouped, _GROUPS)]
        case ApiKey():
            leaves: list[tuple[str, Formula, Value]] = [
                (USER_ANNOTATION, named, _USERNAME),
                (GROUPS_ANNOTATION, grouped, Joined(_GROUPS, SEPARATOR, plain=True)),
                (BOUND_ANNOTATION, *_said(of, world.BOUND)),
                (MODELS_ANNOTATION, of.terms.fact(world.MODELS), Joined(_MODELS, SEPARATOR, plain=True)),
            ]
            return [(("metadata", "annotations", name), present, value) for name, present, value in leaves]
        case Introspection():
            return [
                (method.user, named, _USERNAME),
                (method.groups, grouped, _GROUPS),
                (method.team, *_said(of, world.TEAM)),
                (method.models, of.terms.fact(world.MODELS), _MODELS),
            ]
        case _:
            assert_never(method)


def _said(of: World, variable: Variable) -> tuple[Formula, Value]:
    return of.terms.switch(variable, {None: FALSE}, TRUE), Text(((TRUE, Symbol(variable)),))


def _record(name: str, leaves: Sequence[_Leaf], of: World) -> Record:
    """Make objects of paths; an object is there where anything is in it, and else where it is said to be."""
    inside: dict[str, list[_Leaf]] = {}
    for path, present, value in leaves:
        inside.setdefault(path[0], []).append((path[1:], present, value))
    fields: dict[str, Field] = {}
    for field, below in inside.items():
        whole = f"{name}.{field}"
        if all(rest for rest, _, _ in below):
            fields[field] = Field(_there(whole, [present for _, present, _ in below], of), _record(whole, below, of))
        elif len(below) == 1:
            fields[field] = Field(below[0][1], below[0][2])
        else:
            raise UnsupportedError(f"the field `{whole}`, which is to be two things at once")
    return Record(name, fields)


def _there(path: str, inside: Sequence[Formula], of: World) -> Formula:
    """Tell when an object is there; a user's name and groups imply that there is one."""
    if path == USER:
        return of.terms.fact(world.USER)
    return of.terms.any([*inside, of.terms.fact(world.an_object(path))])


def concrete(method: Method, example: Example) -> dict[str, object]:
    """Give `auth.identity` of one caller before any override; what the example does not have is not there."""
    found: dict[str, object] = {}
    for path in example.objects:
        _put(found, path.split(".")[2:], {})
    for selector, operator, compared in example.claims:
        _put(found, selector.split(".")[2:], compared if operator == "eq" else [compared])
    match method:
        case TokenReview() | TierToken():
            return _reviewed(example)
        case Oidc():
            values: list[tuple[ClaimPath, object]] = [
                (method.username, example.username),
                (method.groups, _list(example.groups or None)),
            ]
        case ApiKey():
            texts = (example.username, _text(example.groups or None), example.bound, _text(example.models))
            names = (USER_ANNOTATION, GROUPS_ANNOTATION, BOUND_ANNOTATION, MODELS_ANNOTATION)
            values = [(("metadata", "annotations", name), text) for name, text in zip(names, texts, strict=True)]
        case Introspection():
            paths = (method.user, method.groups, method.team, method.models)
            said = (example.username, _list(example.groups or None), example.bound, _list(example.models))
            values = list(zip(paths, said, strict=True))
        case _:
            assert_never(method)
    for where, value in values:
        if value is not None:
            _put(found, where, value)
    return found


def _reviewed(example: Example) -> dict[str, object]:
    """Give what a TokenReview leaves: what is empty is not there, and a user without name and groups still has a uid."""
    user: dict[str, object] = {}
    if example.username is not None:
        user["username"] = example.username
    if example.groups:
        user["groups"] = list(example.groups)
    return {"user": user or {"uid": "1"}} if user or example.user else {}


def _list(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else list(names)


def _text(names: Sequence[str] | None) -> str | None:
    return None if names is None else SEPARATOR.join(names)


def _put(found: dict[str, object], path: Sequence[str], value: object) -> None:
    for name in path[:-1]:
        below = found.setdefault(name, {})
        if not isinstance(below, dict):
            return
        found = below
    if not isinstance(value, dict) or path[-1] not in found:
        known = found.get(path[-1])
        found[path[-1]] = [*known, *value] if isinstance(known, list) and isinstance(value, list) else value
