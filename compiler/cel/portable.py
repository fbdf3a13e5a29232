"""Checks that an expression has one value in every engine that evaluates it, and is never an error there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from compiler.cel.environment import Result, Slot
from compiler.cel.finding import Finding, Hazard, excerpt
from compiler.cel.judge import Here, Judge
from compiler.cel.kinds import Anything, Items, Kind, Text, Truth, describe, join_all
from compiler.cel.measure import nesting, walk
from compiler.cel.printer import UnspellableError, text
from compiler.cel.tree import All, Any, Expr, Ident, Select

__all__ = ["Finding", "Hazard", "Judged", "check", "facts", "judge"]

# What an expression gives, and what is wrong with its parts; and what tells so.
Judged = tuple[Kind, tuple[Finding, ...]]
Judging = Callable[[Expr, Slot], Judged]

# Kuadrant rewrites a counter by byte where it counts characters, and puts it between quotes without escaping it.
_LONGEST_COUNTER: Final = 200


def check(expression: Expr, slot: Slot, judged: Judging | None = None) -> tuple[Finding, ...]:
    """Find everything that makes an expression unfit for its place; an empty answer is a promise.

    The promise: whatever stands in the fields that the slot names, if it is of the kinds that the slot names, every
    reader parses the expression and gives the same value of the kind that the slot asks for. Nothing relies on `&&` or
    `||` to swallow an error.
    """
    levels = min(reader.levels for reader in slot.readers)
    if (found := nesting(expression)) > levels:
        return (Finding(Hazard.TOO_DEEP, f"the expression has {found} levels, of which {levels} are safe"),)
    try:
        written = text(expression)
    except UnspellableError as error:
        return (Finding(Hazard.UNSPELLABLE, str(error)),)
    kind, findings = (judged or judge)(expression, slot)
    return tuple(dict.fromkeys((*_sizes(expression, written, slot), *findings, *_result(expression, kind, slot.result))))


def judge(expression: Expr, slot: Slot) -> Judged:
    """Tell what an expression gives in a place, whatever is wanted of it there, and what is wrong with its parts."""
    judge = Judge(slot)
    return judge.kind(expression, Here(slot.roots)), tuple(judge.findings)


def facts(ways: Sequence[tuple[Mapping[str, Expr], Slot]], judged: Judging = judge) -> dict[str, Kind]:
    """Give what later places may read: the names that every way computes, with what holds for their values in each.

    A way is one authentication method's overrides, or the one list of exported properties, each with its place. What the
    ways compute differently in kind is left out, so that nothing may read it; what `check` finds faulty counts as anything.
    """
    found: dict[str, Kind] = {}
    for name in ways[0][0] if ways else ():
        kinds = [judged(way[name], slot)[0] for way, slot in ways if name in way]
        common = join_all(kinds)
        if common is not None and len(kinds) == len(ways):
            found[name] = common
    return found


def _sizes(expression: Expr, written: str, slot: Slot) -> Iterator[Finding]:
    characters = min(reader.characters for reader in slot.readers)
    if len(written) > characters:
        yield Finding(Hazard.TOO_LONG, f"the expression has {len(written)} characters, of which {characters} are safe")
    operands = min(reader.operands for reader in slot.readers)
    if written.count("&&") + written.count("||") < operands:
        return
    for node in walk(expression):
        if isinstance(node, All | Any) and len(node.terms) > operands:
            message = f"{excerpt(node)} has {len(node.terms)} operands, of which {operands} are safe"
            yield Finding(Hazard.TOO_WIDE, message)


def _result(expression: Expr, kind: Kind, wanted: Result) -> Iterator[Finding]:
    if not _gives(kind, wanted):
        yield Finding(Hazard.RESULT, f"{excerpt(expression)} gives {describe(kind)}, where {wanted.value} is needed")
    if wanted is Result.COUNTER and not _is_counter(expression):
        message = f"{excerpt(expression)} is no plain path, and nothing else survives the way into a counter"
        yield Finding(Hazard.COUNTER, message)


def _gives(kind: Kind, wanted: Result) -> bool:
    match kind, wanted:
        case Anything(), _:
            return True
        case Truth(), Result.CONDITION | Result.VALUE:
            return True
        case Text(), Result.TEXT | Result.COUNTER | Result.VALUE:
            return True
        case Items(Text() | Anything()), Result.LIST:
            return True
        case Items(item), Result.VALUE:
            return _gives(item, wanted)
        case _:
            return False


def _is_counter(expression: Expr) -> bool:
    node = expression
    while isinstance(node, Select):
        node = node.operand
    written = text(expression)
    return isinstance(node, Ident) and "[" not in written and len(written) <= _LONGEST_COUNTER
