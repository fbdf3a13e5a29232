"""What changes for whoever brings an API key that says what it said: nobody else can come by such a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.diff.bearer import Asked, bearers, kept
from compiler.diff.credentials import Credentials
from compiler.diff.findings import Answering, Pair, moved
from compiler.diff.keys import Told
from compiler.diff.likeness import answering, likeness
from compiler.diff.meaning import REFUSED
from compiler.diff.regions import Regions
from compiler.diff.result import Change, Row, Witness
from compiler.diff.side import Side
from compiler.program.bearer import is_for_keys
from compiler.program.ir import Model
from compiler.program.keys import Key
from compiler.program.mentioned import mentioned
from compiler.prove.terms import Terms


def only_written(tokens: Credentials, base: Side, head: Side) -> bool:
    """Tell whether nothing but keys that are written can be credentials of these kinds."""
    programs = (base.program, head.program)
    return all(len(one) == 1 and all(is_for_keys(program, one[0]) for program in programs) for one in tokens.credentials)


# Keys of one value on both sides, which say the same.
_Kept = tuple[Key, Key]

# The changes, what was and what is, in words: and the keys for which it is so.
_Found = Mapping[tuple[tuple[Change, ...], str, str], Sequence[_Kept]]


def changes(base: Answering, head: Answering, terms: Terms) -> Iterator[Told]:
    """Give what changes for the bearers of keys that say the same on both sides, model by model.

    Raises:
        UndecidedError: the manifests use something that no proof understands.
    """
    sides = (base.side, head.side)
    pairs = list(kept(base.side.program, head.side.program))
    known: dict[object, _Found] = {}
    for ident in sorted({*base.side.models, *head.side.models}) if pairs else ():
        models = base.side.models.get(ident), head.side.models.get(ident)
        first, second = (answering(side, model) for side, model in zip(sides, models, strict=True))
        if first == second:
            continue
        entries = {entry for part in (first, second) if part is not None for entry, _, _ in part.entries}
        opening = [keys for keys in pairs if keys[1].bound in entries and keys[1].opens(ident)]
        if not opening:
            continue
        alike = likeness(first, second), tuple(keys[1].id for keys in opening)
        if alike not in known:
            known[alike] = _found(_pair(ident, base, head, terms), opening)
        for (changed, old, new), keys in known[alike].items():
            before, after = _asked(sides, models, keys[0])
            shown = keys[0][1]
            witness = Witness(ident, shown.user, shown.groups, (), before.answered, after.answered)
            metering = tuple(dict.fromkeys(one.outcome.key for one in (before, after) if one.outcome.key is not None))
            now = [key for _, key in keys]
            row = Row(changed, (ident,), bearers(now), old, new, witness)
            because = (*before.decision.because, *after.decision.because)
            yield Told(row, tuple(now), metering, because, edited=False)


def _pair(ident: str, base: Answering, head: Answering, terms: Terms) -> Pair:
    methods = (Asked(side.side.program, None, None).method for side in (base, head))
    regions = Regions(terms, *mentioned(side.side.only(ident) for side in (base, head)))
    models = base.side.models.get(ident), head.side.models.get(ident)
    return Pair(base, head, models, (next(methods), next(methods)), regions)


def _asked(sides: tuple[Side, Side], models: tuple[Model | None, Model | None], keys: _Kept) -> tuple[Asked, Asked]:
    return Asked(sides[0].program, keys[0], models[0]), Asked(sides[1].program, keys[1], models[1])


def _found(pair: Pair, keys: Sequence[_Kept]) -> _Found:
    elsewhere = moved(pair.models)
    found: dict[tuple[tuple[Change, ...], str, str], list[_Kept]] = {}
    for one in keys:
        before, after = (asked.outcome for asked in _asked((pair.base.side, pair.head.side), pair.models, one))
        told = [(pair.changes(before, after), str(before), str(after))]
        if elsewhere is not None and REFUSED not in (before, after):
            told.append(((Change.MOVED,), *elsewhere))
        for what in told:
            if what[0]:
                found.setdefault(what, []).append(one)
    return found
