"""What changes for whoever brings an API key: unlike people, keys say in the configuration itself whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.diff.bearer import Asked, Keys, callers, changed
from compiler.diff.findings import Answering, Pair
from compiler.diff.meaning import REFUSED, Outcome
from compiler.diff.regions import Regions
from compiler.diff.result import Change, Row, Witness
from compiler.program.keys import Key
from compiler.program.mentioned import mentioned
from compiler.prove.terms import Terms


class Told(Struct, frozen=True):
    """A change for the bearers of some keys; `entries` are all that it is about.

    `edited` are keys that say something else than before; each side of one is a key of its own.
    """

    row: Row
    keys: tuple[Key, ...]
    entries: tuple[str, ...]
    because: tuple[Place, ...] = ()
    edited: bool = True

    @property
    def people(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Give whom it stands for on either side: userid and groups."""
        return tuple(dict.fromkeys((key.user, frozenset(key.groups)) for key in self.keys))


def changes(base: Answering, head: Answering, terms: Terms) -> Iterator[Told]:
    """Give what changes for the bearers of every value that is a key of something else than before.

    Raises:
        UndecidedError: the manifests use something that no proof understands.
    """
    for keys in changed(base.side.program, head.side.program):
        yield from _Bearer(base, head, terms, keys).told()


@dataclass
class _Bearer:
    base: Answering
    head: Answering
    terms: Terms
    keys: Keys

    def told(self) -> Iterator[Told]:
        """Tell what changes on each model, or where no answer does, that the key says something else."""
        found = [told for ident in sorted({*self.base.side.models, *self.head.side.models}) for told in self._on(ident)]
        if not found:
            before, after = map(_words, self.keys)
            found.append(Told(Row((Change.IDENTITY,), (), callers(self.keys), before, after, None), self._there, ()))
        yield from found

    @property
    def _there(self) -> tuple[Key, ...]:
        return tuple(key for key in self.keys if key is not None)

    def _on(self, ident: str) -> Iterator[Told]:
        sides = (self.base.side, self.head.side)
        models = sides[0].models.get(ident), sides[1].models.get(ident)
        asked = [Asked(side.program, key, model) for side, key, model in zip(sides, self.keys, models, strict=True)]
        before, after = asked[0].outcome, asked[1].outcome
        if before == after and (before == REFUSED or _who(self.keys[0]) == _who(self.keys[1])):
            return
        shown = self._there[-1]
        witness = Witness(ident, shown.user, shown.groups, (), asked[0].answered, asked[1].answered)
        because = (*asked[0].decision.because, *asked[1].decision.because)
        entries = tuple(dict.fromkeys(one.key for one in (before, after) if one.key is not None))
        regions = Regions(self.terms, *mentioned(side.only(ident) for side in sides))
        pair = Pair(self.base, self.head, models, (asked[0].method, asked[1].method), regions)
        rows = [(pair.changes(before, after), str(before), str(after))]
        if REFUSED not in (before, after):
            rows.append((self._identity(after), _who(self.keys[0]), _who(self.keys[1])))
        for changes, old, new in rows:
            if changes:
                yield Told(Row(changes, (ident,), callers(self.keys), old, new, witness), self._there, entries, because)

    def _identity(self, outcome: Outcome) -> tuple[Change, ...]:
        """Tell whether limits and backends are told of somebody else, whose count need not be the one so far."""
        if _who(self.keys[0]) == _who(self.keys[1]):
            return ()
        users = {key.user for key in self._there}
        rates = (
            outcome.allowed is not None and not outcome.allowed.shared and (outcome.allowed.tokens or outcome.allowed.requests)
        )
        return (Change.IDENTITY, Change.RESET) if rates and len(users) > 1 else (Change.IDENTITY,)


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
