"""What a change is meant to touch, and the proof that it touches nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from msgspec import Struct

from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import closest
from compiler.diff.known import known
from compiler.diff.regions import NOBODY, Region, Regions
from compiler.diff.roster import Person
from compiler.diff.side import Side
from compiler.program.ir import Program, Subjects
from compiler.prove import world

_KEYS: Final = ("entries", "groups", "models", "team", "tier", "users")


# Every token of the cluster has a name, and those of ServiceAccounts need not be declared.
_SERVICE_ACCOUNT: Final = "system:serviceaccount:"

_NOT_MEANT: Final = "it concerns callers who are not among those meant"


class ScopeError(ValueError):
    """A scope that says nothing that could be proved, or names what is not there; `advice` says what could be meant."""

    def __init__(self, headline: str, advice: str | None = None) -> None:
        super().__init__(headline)
        self.advice = advice


class Scope(Struct, frozen=True):
    """What may change: models and entries by pattern, callers by their groups, names, team or tier; all of it at once."""

    models: tuple[str, ...]
    entries: tuple[str, ...]
    callers: Subjects | None

    def model(self, ident: str) -> bool:
        """Tell whether a model, `namespace/name`, may change."""
        return not self.models or any(
            fnmatchcase(ident, pattern) or fnmatchcase(ident.partition("/")[2], pattern) for pattern in self.models
        )

    def outside(self, model: str, keys: Sequence[str], regions: Regions, callers: Region) -> str | None:
        """Tell what of a change lies outside, or None when all of it is inside."""
        strange = self._strange(model, keys)
        if strange is None and self.callers is not None and regions.but(callers, self._members(regions, self.callers)) != NOBODY:
            return _NOT_MEANT
        return strange

    def outside_of(self, model: str, keys: Sequence[str], people: Iterable[Person]) -> str | None:
        """Tell the same of a change for some people, on one model or, without one, on whatever they call."""
        strange = self._strange(model, keys)
        meant = self.callers
        if strange is None and meant is not None and not all(meant.cover(user, groups) for user, groups in people):
            return _NOT_MEANT
        return strange

    def _strange(self, model: str, keys: Sequence[str]) -> str | None:
        if not self.model(model):
            return f"`{model}` is none of the models {_listed(self.models)}" if model else "it concerns every model"
        strange = [key for key in keys if self.entries and not any(fnmatchcase(key, pattern) for pattern in self.entries)]
        return f"`{strange[0]}` is none of the entries {_listed(self.entries)}" if strange else None

    def _members(self, regions: Regions, subjects: Subjects) -> Region:
        facts = [*map(world.group, subjects.groups), *map(world.username, subjects.users)]
        return regions.any(regions.of(regions.terms.fact(fact)) for fact in facts if fact in regions.facts)


def _listed(patterns: Iterable[str]) -> str:
    return ", ".join(f"`{pattern}`" for pattern in patterns)


def scope(text: str, sides: Sequence[Side]) -> Scope:
    """Read `key=value, key=value`; a value is one or more of `a|b`, a key may be given again.

    Keys are `models` and `entries` (patterns as of file names), `groups`, `users`, `team` and `tier`.

    Raises:
        ScopeError: a key is unknown, a value is missing, or neither side has what is named.
    """
    given: dict[str, list[str]] = {}
    for part in text.split(","):
        key, equals, values = (found.strip() for found in part.partition("="))
        if key not in _KEYS:
            raise ScopeError(f"`{key}` is no part of a scope; known are {_listed(_KEYS)}")
        named = [value.strip() for value in values.split("|") if value.strip()]
        if not equals or not named:
            raise ScopeError(f"`{key}` is given no value")
        given.setdefault(key, []).extend(named)
    names = known(sides)
    _there("model", given.get("models", ()), names.models)
    _there("entry", given.get("entries", ()), names.entries)
    _there("group", given.get("groups", ()), names.groups, pattern=False)
    _there("user", [one for one in given.get("users", ()) if not one.startswith(_SERVICE_ACCOUNT)], names.users, pattern=False)
    given["users"] = [names.users.get(one, one) for one in given.get("users", ())]
    callers = _callers(given, [side.program for side in sides])
    return Scope(tuple(given.get("models", ())), tuple(given.get("entries", ())), callers)


def _there(kind: str, named: Iterable[str], there: Collection[str], *, pattern: bool = True) -> None:
    """Refuse a name, or a pattern, of what neither side has: it would prove less than whoever writes it thinks."""
    for name in named:
        if name in there or (pattern and any(fnmatchcase(one, name) for one in there)):
            continue
        near = closest(name, there)
        raise ScopeError(f"no {kind} on either side is {quoted(name)}", f"did you mean `{near}`?" if near else None)


def _callers(given: Mapping[str, list[str]], programs: Sequence[Program]) -> Subjects | None:
    if not any(given.get(key) for key in ("groups", "users", "team", "tier")):
        return None
    groups, users = set(given.get("groups", ())), set(given["users"])
    for key, find in (("team", _teams), ("tier", _tiers)):
        there = {name: subjects for program in programs for name, subjects in find(program)}
        for name in given.get(key, ()):
            if name not in there:
                near = closest(name, there)
                headline = f"there is no {key} {quoted(name)} on either side that may call a model or is metered"
                raise ScopeError(headline, f"did you mean `{near}`?" if near else None)
        found = [subjects for program in programs for name, subjects in find(program) if name in given.get(key, ())]
        groups.update(group for subjects in found for group in subjects.groups)
        users.update(user for subjects in found for user in subjects.users)
    return Subjects(tuple(sorted(groups)), tuple(sorted(users)))


def _teams(program: Program) -> Iterator[tuple[str, Subjects]]:
    for model in program.models:
        for grant in model.grants:
            if grant.origin.path[:1] == ("teams",):
                yield str(grant.origin.path[1]), grant.subjects


def _tiers(program: Program) -> Iterator[tuple[str, Subjects]]:
    for tier in program.tiers:
        yield tier.name, tier.members
