"""Which of the edited lines a change is put down to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from compiler.diagnostics.model import PathPart, Place
from compiler.diff.edits import Edit
from compiler.diff.result import Cause
from compiler.diff.side import Side
from compiler.program.decide import Decision, Reason

# What is said to people, or about what must hold, changes nothing; names are declared for the sake of what uses them.
_SAID = ("description", "displayName")
_DECLARED = ("groups", "users", "invariants")
# A team's own name, and what its members may manage.
_MANAGED = (("teams", "name"), ("teams", "role"))

_MOST = 3

# Where an entry says whom it meters.
_OWNING = frozenset(("owner", "groups", "members"))

_METERING = frozenset(("subscriptions", "policies", "tiers", "teams"))
_ABOUT: Mapping[Reason, frozenset[str]] = MappingProxyType(
    {
        "unknown-model": frozenset(("models", "platform")),
        "no-access": frozenset(("access", "models", "teams", "tiers")),
        "no-candidate": _METERING,
        "not-a-candidate": _METERING,
    }
)


# What a budget says of amounts; whose it is, it says elsewhere.
_AMOUNTS = frozenset(("tokens", "requests", "unlimited", "per"))

# What can make two answers differ: an amount alone, anything but an amount, or either.
Kind = Literal["amount", "other", "either"]


class Clue(Struct, frozen=True):
    """What a change is about: the lines that decided its witness, and names of entries, models, groups and users.

    `sections` are those that can bring such a change about at all, and `kind` tells what can within them.
    """

    because: tuple[Place, ...]
    sections: frozenset[str]
    entries: tuple[str, ...]
    models: tuple[str, ...]
    people: tuple[str, ...]
    kind: Kind = "either"


def sections_of(decisions: Iterable[Decision]) -> frozenset[str]:
    """Give the sections that can make two answers differ: where one is a refusal, those that its reason speaks of."""
    for decision in decisions:
        if decision.reason in _ABOUT:
            return _ABOUT[decision.reason]
    return _METERING


def kind_of(decisions: Sequence[Decision]) -> Kind:
    """Tell what can make two answers differ: whoever is refused is so by no amount, and one entry differs by amounts alone."""
    if any(decision.reason in _ABOUT for decision in decisions):
        return "other"
    selected = {decision.selected for decision in decisions}
    return "amount" if len(selected) == 1 and None not in selected else "either"


class Causes:
    """Puts changes down to edits; what items refer to is looked up once."""

    def __init__(self, found: Sequence[Edit], sides: Iterable[Side]) -> None:
        meant = [edit for edit in found if not edit.respelt]
        self._edits = [edit for edit in meant if _may_matter(edit)] or meant
        self._documents = [document for side in sides for document in side.sources.documents]
        self._known: dict[tuple[str, int, tuple[PathPart, ...]], frozenset[str]] = {}

    def of(self, clue: Clue) -> tuple[Cause, ...]:
        """Give the edits that have most to do with a change: those of the items that decide it, or of what these name."""
        if not self._edits:
            return ()
        named = frozenset(word for place in clue.because for word in self._mentioned(place))
        able = [edit for edit in self._edits if _can(edit, clue.kind)] or self._edits
        scored = [(_score(edit, clue, named), edit.cause) for edit in able]
        best = max(score for score, _ in scored)
        found = sorted(cause for score, cause in scored if score == best)[:_MOST]
        helped = sorted(edit.cause for edit in able if _helped(edit, clue))[:_MOST]
        return tuple(sorted({*found, *helped}))

    def _mentioned(self, place: Place) -> frozenset[str]:
        """Give the names that the item of a place refers to, on whichever side."""
        key = (place.file, place.document, place.path[:2])
        if key not in self._known:
            words: set[str] = set()
            for document in self._documents:
                if document.file == place.file and document.index == place.document:
                    value: object = document.data
                    for part in place.path[:2]:
                        value = value.get(str(part)) if isinstance(value, Mapping) else None
                    words.update(_texts(value))
            self._known[key] = frozenset(words)
        return self._known[key]


def _may_matter(edit: Edit) -> bool:
    last = edit.cause.what.rpartition(".")[2]
    return edit.section not in _DECLARED and last not in _SAID and (edit.section, last) not in _MANAGED


def _can(edit: Edit, kind: Kind) -> bool:
    """Tell whether an edit can bring about a change of a kind; one of a whole item, or of the platform, can bring about any."""
    inside = edit.path[2:] if edit.section == "subscriptions" and edit.path[:1] == ("models",) else edit.path
    if kind == "either" or not inside or edit.section == "platform":
        return True
    amount = inside[0] in _AMOUNTS or (edit.section, inside[0]) == ("teams", "defaultPolicy")
    return amount if kind == "amount" else inside[0] not in _AMOUNTS


def _score(edit: Edit, clue: Clue, named: frozenset[str]) -> int:
    decided = any(place.path[:2] == (edit.section, edit.item) for place in clue.because)
    entries = {key.rpartition(":")[2] for key in clue.entries}
    models = {name for model in clue.models for name in (model, model.partition("/")[2])}
    score = 16 if edit.section in clue.sections else 0
    score += 8 if decided else 0
    score += 4 if edit.item in entries else 0
    score += 3 if edit.item in named and edit.section in ("policies", "tiers") else 0
    score += 2 if models & {edit.item, *edit.words} else 0
    score += 2 if edit.words.intersection(clue.people) else 0
    return score


def _helped(edit: Edit, clue: Clue) -> bool:
    """Tell whether an edit makes the callers owners of the entry that meters them, without which access would not do."""
    return (
        edit.section in _METERING
        and (edit.section, edit.item) in {place.path[:2] for place in clue.because}
        and edit.item in {key.rpartition(":")[2] for key in clue.entries}
        and bool(edit.words.intersection(clue.people))
        and not edit.words.isdisjoint(_OWNING)
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
