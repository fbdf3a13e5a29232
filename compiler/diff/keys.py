"""What changes for whoever brings an API key: unlike people, keys say in the configuration itself whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from compiler.diagnostics.model import Place
from compiler.diff.budgets import allowed
from compiler.diff.findings import Answering, Pair
from compiler.diff.meaning import REFUSED, Outcome
from compiler.diff.regions import Regions
from compiler.diff.result import Answered, Callers, Change, Row, Witness
from compiler.program.bearer import holder, method_of
from compiler.program.decide import Decision, Request, decide
from compiler.program.ir import Model, Program
from compiler.program.keys import External, Key, Sealed
from compiler.program.mentioned import mentioned
from compiler.program.methods import ApiKey, Method
from compiler.prove.terms import Terms

_COMPLETIONS = "/v1/chat/completions"

_UNKNOWN = 401  # what a credential that nobody knows is answered

# What tells two values apart: where a value lies, or what it was sealed as for which key.
_Value = External | tuple[str, Sealed]


@dataclass(frozen=True)
class Told:
    """A change for the bearers of one value; `keys` is what it is on each side, `entries` all that the change is about."""

    row: Row
    keys: tuple[Key | None, Key | None]
    entries: tuple[str, ...]
    because: tuple[Place, ...] = ()

    @property
    def people(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Give whom it stands for on either side: userid and groups."""
        return tuple(dict.fromkeys((key.user, frozenset(key.groups)) for key in self.keys if key is not None))


def changes(base: Answering, head: Answering, terms: Terms) -> Iterator[Told]:
    """Give what changes for the bearers of every value that is a key of something else than before.

    What changes for a key that says the same is told of all callers. Who knows one value need not know the one that takes its
    place: a key of another value is one key lost and another gained.

    Raises:
        UndecidedError: the manifests use something that no proof understands.
    """
    before, after = (_by_value(side.side.program) for side in (base, head))
    for value in sorted({*before, *after}, key=str):
        keys = before.get(value), after.get(value)
        if _says(keys[0]) != _says(keys[1]):
            yield from _Bearer(base, head, terms, keys).told()


def _by_value(program: Program) -> Mapping[_Value, Key]:
    return {key.secret if isinstance(key.secret, External) else (key.id, key.secret): key for key in program.keys}


def _says(key: Key | None) -> tuple[object, ...]:
    """Give all that a key says of its caller; what it is called is for people."""
    return () if key is None else (key.user, key.groups, key.bound, key.models)


@dataclass
class _Bearer:
    base: Answering
    head: Answering
    terms: Terms
    keys: tuple[Key | None, Key | None]

    def told(self) -> Iterator[Told]:
        """Tell what changes on each model, or where no answer does, that the key says something else."""
        found = [told for ident in sorted({*self.base.side.models, *self.head.side.models}) for told in self._on(ident)]
        if not found:
            before, after = map(_words, self.keys)
            found.append(Told(Row((Change.IDENTITY,), (), self._callers, before, after, None), self.keys, ()))
        yield from found

    @property
    def _callers(self) -> Callers:
        names = dict.fromkeys(f"`{key.id}`" for key in self.keys if key is not None)
        return Callers((), methods=(f"whoever brings the key {', now '.join(names)}",))

    def _on(self, ident: str) -> Iterator[Told]:
        sides = (self.base.side, self.head.side)
        models = sides[0].models.get(ident), sides[1].models.get(ident)
        asked = [_Asked(side.program, key, model) for side, key, model in zip(sides, self.keys, models, strict=True)]
        before, after = asked[0].outcome, asked[1].outcome
        if before == after and (before == REFUSED or _who(self.keys[0]) == _who(self.keys[1])):
            return
        user, groups = next((key.user, key.groups) for key in reversed(self.keys) if key is not None)
        witness = Witness(ident, user, groups, (), asked[0].answered, asked[1].answered)
        because = (*asked[0].decision.because, *asked[1].decision.because)
        entries = tuple(dict.fromkeys(one.key for one in (before, after) if one.key is not None))
        regions = Regions(self.terms, *mentioned(side.only(ident) for side in sides))
        pair = Pair(self.base, self.head, models, (asked[0].method, asked[1].method), regions)
        rows = [(pair.changes(before, after), str(before), str(after))]
        if REFUSED not in (before, after):
            rows.append((self._identity(after), _who(self.keys[0]), _who(self.keys[1])))
        for changes, old, new in rows:
            if changes:
                yield Told(Row(changes, (ident,), self._callers, old, new, witness), self.keys, entries, because)

    def _identity(self, outcome: Outcome) -> tuple[Change, ...]:
        """Tell whether limits and backends are told of somebody else, whose count need not be the one so far."""
        if _who(self.keys[0]) == _who(self.keys[1]):
            return ()
        users = {key.user for key in self.keys if key is not None}
        rates = (
            outcome.allowed is not None and not outcome.allowed.shared and (outcome.allowed.tokens or outcome.allowed.requests)
        )
        return (Change.IDENTITY, Change.RESET) if rates and len(users) > 1 else (Change.IDENTITY,)


@dataclass(frozen=True)
class _Asked:
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
        if self.key is None or not isinstance(self.method, ApiKey):
            return Decision(401, "no-credential")
        if self.model is None:
            return Decision(403, "unknown-model")
        return decide(self.program, holder(self.method, self.key), Request(self.model.id, self.model.prefix + _COMPLETIONS))

    @property
    def outcome(self) -> Outcome:
        if self.model is None or self.decision.selected is None:
            return REFUSED
        entry = next(one for one in self.program.precedence(self.model) if one.key == self.decision.selected)
        return Outcome(entry.key, allowed(entry.budget))

    @property
    def answered(self) -> Answered:
        name = self.method.name if self.decision.status != _UNKNOWN else None
        return Answered(name, self.decision.status, self.decision.selected)


def _who(key: Key | None) -> str:
    if key is None:
        return "no key"
    groups = ", ".join(f"`{group}`" for group in key.groups)
    return f"user `{key.user}` in {groups or 'no group'}"


def _words(key: Key | None) -> str:
    if key is None:
        return "refused with 401"
    opens = "every model" if key.models is None else ", ".join(f"`{model}`" for model in key.models) or "no model"
    return f"{_who(key)}, by `{key.bound}`, for {opens}"
