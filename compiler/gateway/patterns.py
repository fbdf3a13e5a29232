"""Matches patterns as Authorino does, dropping what it drops and erring where it errs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler import regex
from compiler.engines.base import Failure
from compiler.gateway.document import CrashError, Document, find
from compiler.gateway.evaluate import Evaluator, InconclusiveError
from compiler.gateway.gotext import stringified
from compiler.gateway.policies import Cel, Pattern, Selector
from compiler.gateway.selectors import Missing

Named = Mapping[str, tuple[Pattern, ...]]

# Regular expressions that Go and RE2 certainly read alike: no groups with a question mark, no escapes but of signs and \d, \w.
_SHARED_REGEX: Final = re.compile(r"(?:[^\\(]|\\[^A-Za-z0-9]|\\[dw]|\((?!\?))*\Z", re.DOTALL)
_STACKED: Final = re.compile(r"[*+?}]\+")


class _Comparison(Struct, frozen=True):
    """A comparison of what a selector finds."""

    pattern: Pattern


class _Group(Struct, frozen=True):
    """Conditions of which all must hold, or any."""

    members: tuple[_Condition, ...]
    any: bool


_Condition = _Comparison | Cel | _Group


def matches(patterns: Sequence[Pattern], named: Named, document: Document, evaluator: Evaluator) -> bool | Failure:
    """Tell whether all patterns match; an entry that says nothing, or refers to nothing, is no condition at all.

    Raises:
        CrashError: a predicate gives something that is no boolean.
        InconclusiveError: no answer can be given.
    """
    group = _Group(tuple(_conditions(patterns, named)), any=False)
    return _holds(group, document, evaluator)


def _conditions(patterns: Sequence[Pattern], named: Named) -> Iterator[_Condition]:
    """Turn entries into conditions; one reference may become several, side by side."""
    for pattern in patterns:
        if pattern.reference in named:
            yield from (_Comparison(member) for member in named[pattern.reference])
        elif pattern.operator:
            yield _Comparison(pattern)
        elif pattern.predicate is not None:
            yield pattern.predicate
        if pattern.every:
            yield _Group(tuple(_conditions(pattern.every, named)), any=False)
        if pattern.some:
            yield _Group(tuple(_conditions(pattern.some, named)), any=True)


def _holds(condition: _Condition, document: Document, evaluator: Evaluator) -> bool | Failure:
    match condition:
        case _Comparison():
            return _compared(condition.pattern, document)
        case Cel():
            outcome = evaluator.ask(condition, document.roots)
            if isinstance(outcome, Failure):
                return outcome
            if not isinstance(outcome.value, bool):
                raise CrashError(f"`{condition.text}` is no boolean")
            return outcome.value
        case _Group():
            for member in condition.members:
                held = _holds(member, document, evaluator)
                if isinstance(held, Failure) or held is condition.any:
                    return held
            return not condition.any


def _compared(pattern: Pattern, document: Document) -> bool | Failure:
    found = find(Selector(pattern.selector, pattern.place), document)
    value = None if isinstance(found, Missing) else found.value
    items = [] if value is None else value if isinstance(value, list) else [value]
    match pattern.operator:
        case "eq":
            return stringified(value) == pattern.value
        case "neq":
            return stringified(value) != pattern.value
        case "incl":
            return any(stringified(item) == pattern.value for item in items)
        case "excl":
            return all(stringified(item) != pattern.value for item in items)
        case "matches":
            return _matched(pattern, stringified(value))
        case _:
            return Failure("a comparison without an operator")


def _matched(pattern: Pattern, text: str) -> bool | Failure:
    """Search, unanchored; only with expressions that mean the same to Go."""
    if not _SHARED_REGEX.match(pattern.value) or _STACKED.search(pattern.value) or "\n" in text:
        raise InconclusiveError(f"the regular expression `{pattern.value}` is not modelled", pattern.place)
    if not regex.valid(pattern.value):
        return Failure(f"`{pattern.value}` is no regular expression")
    return regex.found(pattern.value, text) is not None
