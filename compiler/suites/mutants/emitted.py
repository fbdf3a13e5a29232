"""Mutants of the manifests: one node of an expression, one amount, or one item of a list otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from compiler.cel.parse import parse
from compiler.cel.printer import text
from compiler.cel.tree import All, Bool, Compare, Concat, Expr, ListLit, MapLit, Not, Str, Ternary
from compiler.cel.tree import Any as AnyOf
from compiler.diagnostics.model import PathPart, Place
from compiler.suites.walk import replaced, walk

Documents = Sequence[Mapping[str, object]]
_Path = tuple[PathPart, ...]

_KINDS: Final = ("AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy", "Role", "RoleBinding")
# What is exported and matters to no decision is not proved either, so whether such a mutant is one cannot be told.
_EXPORTED: Final = ("userid", "selected_subscription")
# The caller's groups as one text, and what limits do with it where they depend on it.
_GROUPS: Final = "groups_str"
_BRIDGE: Final = "groups_str.split"
# Lists, and members of mappings, of which one less means something else.
_LISTS: Final = ("when", "counters", "patterns", "audiences", "subjects", "rules")
_MEMBERS: Final = ("authorization", "authentication", "limits")
_BEYOND: Final = 10**12


class EmittedMutant(Struct, frozen=True):
    """The documents of one file with one change; `place` is in the file as it is without the change."""

    file: str
    says: str
    place: Place
    documents: tuple[Mapping[str, object], ...]


def emitted_mutants(file: str, documents: Documents) -> Iterator[EmittedMutant]:
    """Give every mutant of a file, in the order of its text; some of them may mean the same."""
    bridged = _BRIDGE in json.dumps(list(documents))
    for index, document in enumerate(documents):
        if document.get("kind") not in _KINDS:
            continue
        for path, says, value in _changes(document, ()):
            if not _matters(path, bridged=bridged):
                continue
            # By way of text, since equal parts of a document may be one object.
            changed: Any = json.loads(json.dumps(document))
            holder = changed
            for part in path[:-1]:
                holder = holder[part]
            if value is _GONE:
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
            place = Place(file, path, document=index)
            yield EmittedMutant(file, says, place, (*documents[:index], changed, *documents[index + 1 :]))


_GONE: Final = object()


def _changes(value: object, path: _Path) -> Iterator[tuple[_Path, str, object]]:
    """Give where to change what into what."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if path and path[-1] in _LISTS:
                yield (*path, index), f"an item of `{path[-1]}` is missing", _GONE
            yield from _changes(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            here = (*path, key)
            if key in ("predicate", "expression") and isinstance(item, str):
                yield from ((here, says, other) for says, other in _expressions(item))
            elif key == "limit" and isinstance(item, int):
                yield from _amounts(here, item)
            elif key == "window":
                yield here, f"the window is 61 seconds longer than {item}", f"{item}61s"
            elif key in _MEMBERS and isinstance(item, dict):
                yield from (((*here, name), f"`{name}` is missing", _GONE) for name in item)
                yield from _changes(item, here)
            elif key not in ("metadata", "targetRef", "headers"):
                yield from _changes(item, here)


def _matters(path: _Path, *, bridged: bool) -> bool:
    """Tell whether some decision depends on what is at a path."""
    exported = path[path.index("properties") + 1] if "properties" in path else None
    return exported is None or exported in _EXPORTED or (bridged and exported == _GROUPS)


def _amounts(path: _Path, amount: int) -> Iterator[tuple[_Path, str, object]]:
    if amount >= _BEYOND:
        yield path, "what is only counted is limited to 1", 1
        return
    for other in (amount - 1, amount + 1):
        if other >= 0:
            yield path, f"the limit is {other} instead of {amount}", other


def _expressions(written: str) -> Iterator[tuple[str, str]]:
    tree = parse(written)
    seen = {written}
    for node in walk(tree):
        for says, other in _others(node):
            changed = text(replaced(tree, node, other))
            if changed not in seen:
                seen.add(changed)
                yield says, changed


def _others(node: Expr) -> Iterator[tuple[str, Expr]]:
    """Give what could stand in place of a node."""
    match node:
        case Bool(value=flag):
            yield f"`{text(node)}` is the other way round", Bool(value=not flag)
        case ListLit(items) if items:
            for index, item in enumerate(items):
                yield f"{_told(item)} is missing in a list", ListLit(_less(items, index))
            for index in range(len(items) - 1):
                swapped = (*items[:index], items[index + 1], items[index], *items[index + 2 :])
                yield f"{_told(items[index])} comes after {_told(items[index + 1])}", ListLit(swapped)
        case MapLit(entries):
            for index, (key, value) in enumerate(entries):
                yield f"`{key}` is missing in a map", MapLit(_less(entries, index))
                if isinstance(value, Str):
                    other = next((one for _, one in entries if one != value), Str(""))
                    changed = (*entries[:index], (key, other), *entries[index + 1 :])
                    yield f"`{key}` stands for {_told(other)}", MapLit(changed)
        case Concat(parts):
            for index, part in enumerate(parts):
                yield f"{_told(part)} is not added", Concat(_less(parts, index))
        case Compare("==" | "!=" as op, left, right):
            yield f"`{op}` is the other way round", Compare("!=" if op == "==" else "==", left, right)
        case Not(operand):
            yield f"{_told(operand)} is not negated", operand
        case All(terms) | AnyOf(terms):
            same, other_kind = (All, AnyOf) if isinstance(node, All) else (AnyOf, All)
            yield "and is or, or the other way round", other_kind(terms)
            for index, term in enumerate(terms):
                yield f"{_told(term)} is not asked", same(_less(terms, index))
        case Ternary(condition, then, otherwise):
            yield f"the choice by {_told(condition)} is the other way round", Ternary(condition, otherwise, then)
        case _:
            pass


def _less(items: tuple[Any, ...], index: int) -> tuple[Any, ...]:
    return items[:index] + items[index + 1 :]


def _told(node: Expr) -> str:
    found = text(node)
    return f"`{found}`" if len(found) <= 60 else f"`{found[:57]}...`"  # noqa: PLR2004 - what fits on a line
