"""Which requests of a model need telling apart: one path for each way in which the expressions can treat paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from compiler.cel.tree import Concat, Expr, Ident, Index, Int, MapLit, Method, Select, Str
from compiler.prove.segments import paths, segments
from compiler.prove.values import UnsupportedError

# Characters for "anything else", of which the first that no expression mentions is used.
_FRESH: Final = "~*+@$"

_MOST: Final = 400


def targets(prefix: str, listing: str, trees: Iterable[Expr]) -> tuple[str, ...]:
    """Give paths below `prefix`, some with a query, such that the trees treat every other path like one of them.

    The trees compare paths with strings, ask for prefixes and suffixes, take segments of the prefix itself, or compare
    single segments with strings. A path that equals none of the strings has a longest of their prefixes and a longest of
    their suffixes, and is treated like the path of just these with something new between them.

    Raises:
        UnsupportedError: a tree takes paths apart in another way, or there are too many kinds of path.
    """
    about = [tree for tree in trees if uses_path(tree)]
    looked_at = [tests for tree in about for node in walk(tree) if (tests := segments(node))]
    for tree in about:
        _check_splits(tree, len(prefix.split("/")))
    strings = list(dict.fromkeys(string for tree in about for string in _strings(tree)))
    fresh = next((one for one in _FRESH if all(one not in string for string in (*strings, prefix, listing))), None)
    if fresh is None:
        raise UnsupportedError("a path that holds every character that could stand for something else")
    below = f"{prefix}/"
    exact = [listing, prefix, *(string for string in strings if string == prefix or string.startswith(below))]
    starts = [below, *(string for string in strings if string.startswith(below))]
    ends = list(dict.fromkeys(("", *(end for tree in about for end in _arguments(tree, "endsWith")))))
    plain = _plain(below, fresh, strings, ends)
    if looked_at and (
        len(ends) > 1 or any(start.startswith(below) for tree in about for start in _arguments(tree, "startsWith"))
    ):
        raise UnsupportedError("paths that are told apart by segments, and by prefixes or suffixes as well")
    found = [plain, *exact, *paths(prefix, fresh, looked_at)] if looked_at else [plain, *exact]
    found += (start + fresh + end for start in starts for end in ends if (start, end) != (below, ""))
    if any(_mentions(tree, "path") for tree in about):
        found += [f"{path.partition('?')[0]}?{fresh}{end}" for path in tuple(found) for end in ends]
    found = list(dict.fromkeys(found))
    if len(found) > _MOST:
        raise UnsupportedError("too many kinds of path")
    return tuple(found)


def _plain(below: str, fresh: str, strings: list[str], ends: list[str]) -> str:
    """Give a path of which nothing is said; the usual one where the expressions treat it like any other."""
    usual = f"{below}v1/chat/completions"
    starts = any(string.startswith(below) and usual.startswith(string) and string != below for string in strings)
    return f"{below}{fresh}" if starts or any(end and usual.endswith(end) for end in ends) else usual


def _mentions(tree: Expr, field: str) -> bool:
    """Tell whether a field of this name may be read; a field of something else does no harm."""
    return any((isinstance(node, Select) and node.field == field) or node == Str(field) for node in walk(tree))


def _strings(tree: Expr) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Str):
            yield node.value
        elif isinstance(node, MapLit):
            yield from (key for key, _ in node.entries)


def _arguments(tree: Expr, method: str) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Method) and node.name == method:
            yield from (argument.value for argument in node.arguments if isinstance(argument, Str))


def walk(tree: object) -> Iterator[Expr]:
    """Give all nodes of a tree, the outer ones first."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting += reversed(node)
        elif isinstance(node, Struct):
            yield node  # type: ignore[misc]
            waiting += [getattr(node, name) for name in reversed(node.__struct_fields__)]


def _check_splits(tree: Expr, shared: int) -> None:
    """Allow only such splits of a path as look at segments that all paths of the model share."""
    splits = allowed = 0
    for node in walk(tree):
        if segments(node):
            allowed += 1
        elif isinstance(node, Index) and isinstance(node.index, Int) and node.index.value < shared:
            allowed += _is_split(node.operand.parts[0] if isinstance(node.operand, Concat) else node.operand)
        splits += _is_split(node) and not _is_identity(node)
    if allowed < splits:
        raise UnsupportedError("a path that is taken apart beyond the model's own prefix")


def _is_split(node: Expr) -> bool:
    return isinstance(node, Method) and node.name == "split"


def _is_identity(node: Expr) -> bool:
    """Tell whether a method is called on a field of `auth`, which holds no paths."""
    while isinstance(node, (Method, Select)):
        node = node.target if isinstance(node, Method) else node.operand
    return node == Ident("auth")


def uses_path(tree: Expr) -> bool:
    """Tell whether an expression may depend on the path of the request."""
    return _mentions(tree, "url_path") or _mentions(tree, "path")
