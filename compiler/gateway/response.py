"""Authorino's response phase: the headers and the metadata that a permitted request gets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from compiler.engines.base import Failure
from compiler.gateway.document import Document, resolve
from compiler.gateway.evaluate import Evaluator, InconclusiveError
from compiler.gateway.gotext import go_json, go_value
from compiler.gateway.patterns import Named, matches
from compiler.gateway.policies import ResponseItem

_PHASE: Final = "response"


class Granted(Struct, frozen=True):
    """What a permitted request gets: headers to inject, by name, and metadata for the filter, by key."""

    headers: tuple[tuple[str, str], ...]
    metadata: dict[str, object]


def respond(items: Sequence[ResponseItem], named: Named, document: Document, evaluator: Evaluator) -> Granted:
    """Make the response of a permitted request. An item that fails is missing, and the request is still permitted.

    Raises:
        CrashError: a predicate gives something that is no boolean.
        InconclusiveError: one item fails and so may cancel others of its priority, or two items have one key.
    """
    headers: dict[str, str] = {}
    metadata: dict[str, object] = {}
    for _, group in groupby(items, key=lambda item: item.priority):
        made: list[tuple[ResponseItem, object]] = []
        failed: list[ResponseItem] = []
        for item in group:
            if matches(item.when, named, document, evaluator) is not True:
                evaluator.note(_PHASE, item.name, "skipped", item.place)
                continue
            value = _value(item, document, evaluator)
            evaluator.note(_PHASE, item.name, f"failed: {value.message}" if isinstance(value, Failure) else "made", item.place)
            if isinstance(value, Failure):
                failed.append(item)
            else:
                made.append((item, value))
        if failed and made:
            reason = f"`{failed[0].name}` fails and may or may not cancel `{made[0][0].name}`, which has its priority"
            raise InconclusiveError(reason, failed[0].place)
        for item, value in made:
            _add(item, value, headers, metadata)
    return Granted(tuple(sorted(headers.items())), metadata)


def _value(item: ResponseItem, document: Document, evaluator: Evaluator) -> object | Failure:
    if not isinstance(item.body, tuple):
        outcome = resolve(item.body, document, evaluator)
        return outcome if isinstance(outcome, Failure) else outcome.value
    found: dict[str, object] = {}
    for value in item.body:
        outcome = resolve(value.source, document, evaluator)
        if isinstance(outcome, Failure):
            return Failure(f"`{value.name}`: {outcome.message}")
        found[value.name] = outcome.value
    return found


def _add(item: ResponseItem, value: object, headers: dict[str, str], metadata: dict[str, object]) -> None:
    if item.key in (headers if item.target == "header" else metadata):
        raise InconclusiveError(f"two items are exported as `{item.key}`: either may win", item.place)
    if item.target == "metadata":
        metadata[item.key] = value
    else:
        headers[item.key] = go_json(value) if isinstance(item.body, tuple) else go_value(value)
