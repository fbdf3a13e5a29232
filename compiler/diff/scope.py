"""What a change is meant to touch, and the proof that it touches nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from compiler.diff.regions import NOBODY, Region, Regions
from compiler.program.ir import Program, Subjects
from compiler.prove import world

_KEYS: Final = ("entries", "groups", "models", "team", "tier", "users")


class ScopeError(ValueError):
    """A scope that says nothing that could be proved."""


@dataclass(frozen=True)
class Scope:
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
        if not self.model(model):
            return f"`{model}` is none of the models {_listed(self.models)}"
        strange = [key for key in keys if self.entries and not any(fnmatchcase(key, pattern) for pattern in self.entries)]
        if strange:
            return f"`{strange[0]}` is none of the entries {_listed(self.entries)}"
        if self.callers is not None and regions.but(callers, self._members(regions, self.callers)) != NOBODY:
            return "it concerns callers who are not among those meant"
        return None

    def _members(self, regions: Regions, subjects: Subjects) -> Region:
        facts = [*map(world.group, subjects.groups), *map(world.username, subjects.users)]
        return regions.any(regions.of(regions.terms.fact(fact)) for fact in facts if fact in regions.facts)


def _listed(patterns: Iterable[str]) -> str:
    return ", ".join(f"`{pattern}`" for pattern in patterns)


def scope(text: str, programs: Sequence[Program]) -> Scope:
    """Read `key=value, key=value`; a value is one or more of `a|b`, a key may be given again.

    Keys are `models` and `entries` (patterns as of file names), `groups`, `users`, `team` and `tier`.

    Raises:
        ScopeError: a key is unknown, a value is missing, or there is no such team or tier.
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
    return Scope(tuple(given.get("models", ())), tuple(given.get("entries", ())), _callers(given, programs))


def _callers(given: Mapping[str, list[str]], programs: Sequence[Program]) -> Subjects | None:
    if not given.keys() & {"groups", "users", "team", "tier"}:
        return None
    groups, users = set(given.get("groups", ())), set(given.get("users", ()))
    for key in ("team", "tier"):
        for name in given.get(key, ()):
            found = [one for program in programs for one in (_team(program, name) if key == "team" else _tier(program, name))]
            if not found:
                raise ScopeError(f"there is no {key} `{name}` on either side that may call a model or is metered")
            groups.update(group for subjects in found for group in subjects.groups)
            users.update(user for subjects in found for user in subjects.users)
    return Subjects(tuple(sorted(groups)), tuple(sorted(users)))


def _team(program: Program, name: str) -> list[Subjects]:
    grants = [one for model in program.models for one in model.grants if one.origin.path[:2] == ("teams", name)]
    return [one.subjects for one in grants]


def _tier(program: Program, name: str) -> list[Subjects]:
    return [tier.members for tier in program.tiers if tier.name == name]
