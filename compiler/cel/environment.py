"""Who evaluates an expression, with which limits and functions, and what it may read there.

The limits are about half of what the engines stand (reference of the engines, section 3): cel-go ends at 100,000 characters
and 250 levels, the kinds of cel-rust at 95 levels, one of them overflows a stack of 1 MiB after 1,696 operands of `||`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from msgspec import Struct

from compiler.cel.kinds import Items, Kind, Record, Table, Text

# `split` and `join` are missing from Limitador alone, which evaluates nothing of ours but plain paths.
_FUNCTIONS: Final = frozenset(("split", "join", "startsWith", "endsWith"))


class Reader(Struct, frozen=True):
    """An engine of the runtime: what it can take, and whether `a["b"]` reads the field of an object."""

    name: str
    characters: int
    levels: int
    operands: int
    functions: frozenset[str]
    brackets: bool


AUTHORINO: Final = Reader("Authorino", characters=80_000, levels=100, operands=1000, functions=_FUNCTIONS, brackets=True)

# The releases before 0.13 look up every dotted path at the host, and know no other way to a field.
FILTER: Final = Reader("the gateway's filter", characters=80_000, levels=48, operands=800, functions=_FUNCTIONS, brackets=False)


class Result(Enum):
    """What the reader makes of the value."""

    CONDITION = "a condition"
    VALUE = "a string, a condition or a list of such"
    LIST = "a list"
    TEXT = "a string"
    COUNTER = "a plain path"


class Slot(Struct, frozen=True):
    """A place for an expression: everyone who evaluates it, what it must give, and its roots."""

    readers: tuple[Reader, ...]
    result: Result
    roots: Mapping[str, Kind]

    def giving(self, result: Result) -> Slot:
        """Give the same place for another result."""
        return Slot(self.readers, result, self.roots)


_HEADERS: Final = Table(Text(), lower=True)
_ATTRIBUTES: Final = ("id", "time", "protocol", "scheme", "host", "method", "path", "url_path", "query", "referer")

# Authorino leaves out what is empty (omitempty of its attributes), so that every field may be absent.
_REQUEST_THERE: Final = Record(possible={"headers": _HEADERS, **dict.fromkeys(_ATTRIBUTES, Text())})

# The filter asks Envoy, which knows these of every HTTP request; the others are null where it does not.
_ALWAYS: Final = ("host", "method", "path", "scheme", "url_path")
_REQUEST_HERE: Final = Record(certain=dict.fromkeys(_ALWAYS, Text()), possible={"headers": _HEADERS})

# The identity that a TokenReview leaves (TokenReviewStatus has omitempty throughout).
TOKEN_REVIEW: Final = Record(possible={"user": Record(possible={"username": Text(), "groups": Items(Text())})})


# What Authorino fetched: a Secret of Kubernetes, or an answer that is none.
_METADATA: Final = Record(possible={"provider": Record(possible={"data": Table(Text())})})


def override(identity: Record = TOKEN_REVIEW) -> Slot:
    """Give the place of an override: evaluated by Authorino over the identity as its method left it."""
    return Slot((AUTHORINO,), Result.VALUE, {"auth": _with(identity), "request": _REQUEST_THERE})


def rule(facts: Mapping[str, Kind]) -> Slot:
    """Give the place of a condition of an AuthPolicy, which has the overrides in its identity; `facts` are theirs."""
    auth = Record(certain={"identity": Record(certain=facts)}, possible={"metadata": _METADATA})
    return Slot((AUTHORINO,), Result.CONDITION, {"auth": auth, "request": _REQUEST_THERE})


def limit(facts: Mapping[str, Kind]) -> Slot:
    """Give the place of a condition of a limit, evaluated by the filter; `facts` are those exported as `auth.identity`."""
    return Slot((FILTER,), Result.CONDITION, {"auth": _with(Record(certain=facts)), "request": _REQUEST_HERE})


def _with(identity: Record) -> Record:
    return Record(certain={"identity": identity})
