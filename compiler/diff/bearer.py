"""Whoever brings an API key before and after: which keys are one and the same, and what a request with one is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct

from compiler.diff.budgets import allowed
from compiler.diff.meaning import REFUSED, Outcome
from compiler.diff.result import Answered, Callers
from compiler.program.bearer import holder, method_of
from compiler.program.decide import Decision, Request, decide
from compiler.program.ir import Model, Program
from compiler.program.keys import External, Key, Sealed
from compiler.program.methods import ApiKey, Method

_COMPLETIONS: Final = "/v1/chat/completions"

# Keys that are listed; the rest is counted.
_MOST_NAMES: Final = 8

# What a credential that nobody knows is answered.
_UNKNOWN: Final = 401

# What tells two values apart: where a value lies, or what it was sealed as for which key.
_Value = External | tuple[str, Sealed]

# One value's key on both sides; None where it is none.
Keys = tuple[Key | None, Key | None]


def changed(base: Program, head: Program) -> Iterator[Keys]:
    """Give the keys of every value that says something else than before.

    Who knows one value need not know the one that takes its place: a key of another value is one key lost, and another gained.
    """
    return (keys for keys in _pairs(base, head) if _says(keys[0]) != _says(keys[1]))


def kept(base: Program, head: Program) -> Iterator[tuple[Key, Key]]:
    """Give the keys of every value that says what it said."""
    for before, after in _pairs(base, head):
        if before is not None and after is not None and _says(before) == _says(after):
            yield before, after


def _pairs(base: Program, head: Program) -> Iterator[Keys]:
    before, after = _by_value(base), _by_value(head)
    return ((before.get(value), after.get(value)) for value in sorted({*before, *after}, key=str))


def _by_value(program: Program) -> Mapping[_Value, Key]:
    return {key.secret if isinstance(key.secret, External) else (key.id, key.secret): key for key in program.keys}


def _says(key: Key | None) -> tuple[object, ...]:
    """Give all that a key says of its caller; what it is called is for people."""
    return () if key is None else (key.user, key.groups, key.bound, key.models)


def callers(keys: Keys) -> Callers:
    """Name whoever brings a key."""
    names = dict.fromkeys(f"`{key.id}`" for key in keys if key is not None)
    return Callers((), methods=(f"whoever brings the key {', now '.join(names)}",))


def bearers(keys: Sequence[Key]) -> Callers:
    """Name whoever brings any of some keys, by what these are called now."""
    if len(keys) == 1:
        return callers((keys[0], None))
    shown = ", ".join(f"`{key.id}`" for key in keys[:_MOST_NAMES])
    more = f" and {len(keys) - _MOST_NAMES:,} more" if len(keys) > _MOST_NAMES else ""
    return Callers((), methods=(f"whoever brings any of the keys {shown}{more}",))


class Asked(Struct, frozen=True, dict=True):
    """A request for a model with the key as one side has it; there is no key, or no model, where the side has none."""

    program: Program
    key: Key | None
    model: Model | None

    @cached_property
    def method(self) -> Method:
        """Give the way in that takes the key; where there is none, any: nobody gets in by it."""
        return method_of(self.program) or self.program.platform.methods[0]

    @cached_property
    def decision(self) -> Decision:
        """Give the reference meaning's answer."""
        if self.key is None or not isinstance(self.method, ApiKey):
            return Decision(401, "no-credential")
        if self.model is None:
            return Decision(403, "unknown-model")
        return decide(self.program, holder(self.method, self.key), Request(self.model.id, self.model.prefix + _COMPLETIONS))

    @property
    def outcome(self) -> Outcome:
        """Give the same as an outcome."""
        if self.model is None or self.decision.selected is None:
            return REFUSED
        entry = next(one for one in self.program.precedence(self.model) if one.key == self.decision.selected)
        return Outcome(entry.key, allowed(entry.budget))

    @property
    def answered(self) -> Answered:
        """Give the same as a witness has it."""
        name = self.method.name if self.decision.status != _UNKNOWN else None
        return Answered(name, self.decision.status, self.decision.selected)
