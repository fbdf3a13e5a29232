"""Authorino's working document: what its expressions and selectors see, and how they are resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.engines.base import Failure, Value
from compiler.gateway.evaluate import Evaluator, InconclusiveError
from compiler.gateway.policies import Cel, Selector, Source, Static
from compiler.gateway.requests import authorino_context
from compiler.gateway.selectors import Found, Missing, select, selects

_LARGEST: Final = 1e308


class CrashError(Exception):
    """Authorino would end: a predicate whose value is no boolean."""


class Document(Struct, frozen=True):
    """The request, the identity once there is one, and what was fetched for it."""

    request: Mapping[str, object]
    identity: object = None
    metadata: Mapping[str, object] | None = None

    def with_identity(self, identity: object) -> Document:
        """Give the document once the caller is known."""
        return replace(self, identity=identity)

    @property
    def roots(self) -> dict[str, object]:
        """Give the roots of CEL expressions; an identity that is nothing is absent."""
        auth: dict[str, object] = {} if self.identity is None else {"identity": self.identity}
        return {"request": self.request, "auth": {**auth, "metadata": self.metadata} if self.metadata else auth}

    @property
    def selectable(self) -> dict[str, object]:
        """Give what selectors reach."""
        return {**self.roots, "context": authorino_context(self.request)}


def resolve(source: Source, document: Document, evaluator: Evaluator) -> Value | Failure:
    """Resolve a value.

    Raises:
        InconclusiveError: it cannot be resolved here.
    """
    match source:
        case Static():
            return Value(_carried(source.value, source.place))
        case Selector():
            found = find(source, document)
            if isinstance(found, Missing):
                if source.path.endswith("@tostr"):
                    raise InconclusiveError(f"`{source.path}` leads nowhere", source.place)
                return Value(None)
            return Value(found.value)
        case Cel():
            outcome = evaluator.ask(source, document.roots)
            return outcome if isinstance(outcome, Failure) else Value(_carried(outcome.value, source.place))


def _carried(value: object, place: Place) -> object:
    """Give a value back if JSON carries it.

    Raises:
        InconclusiveError: it holds a number or a type that JSON has no text for.
    """
    match value:
        case None | bool() | str():
            return value
        case int() | float() if -_LARGEST <= value <= _LARGEST:
            return value
        case list():
            return [_carried(item, place) for item in value]
        case dict() if all(isinstance(key, str) for key in value):
            return {key: _carried(item, place) for key, item in value.items()}
        case _:
            raise InconclusiveError(f"a value of type {type(value).__name__} that JSON cannot carry", place)


def find(selector: Selector, document: Document) -> Found | Missing:
    """Follow a selector; an empty one leads nowhere.

    Raises:
        InconclusiveError: the selector is not modelled.
    """
    if not selector.path:
        return Missing()
    if not selects(selector.path):
        raise InconclusiveError(f"the selector `{selector.path}` is not modelled", selector.place)
    return select(selector.path, document.selectable)
