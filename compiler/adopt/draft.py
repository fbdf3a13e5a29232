"""The configuration that a platform is to become, while it is put together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from compiler.adopt.objects import Object, Plain
from compiler.intent.scalars import is_label

_SECTIONS: Final = ("groups", "users", "tiers", "models", "access", "subscriptions", "policies", "teams")
_OUTSIDE: Final = re.compile(r"[^a-z0-9]+")
_MOST: Final = 63


@dataclass
class Entry:
    """One item of a section, where it comes from, and what a reader of it should know."""

    data: Plain
    origins: list[str]
    remarks: list[str] = field(default_factory=list)


class Left(Struct, frozen=True):
    """An object, or a part of one, that does not become configuration; `why` is a sentence without its subject.

    `instead` is the object that says what is in the configuration in its place.
    """

    found: Object
    why: str
    instead: Object | None = None


class Said(Struct, frozen=True):
    """Who says a rate: an object, and where in it."""

    found: Object
    where: str


@dataclass
class Draft:
    """Items by section and name, and what is left over. `platform` is the section of that name.

    `routes` are the models behind the routes of the dump, by their namespace and name. `unread` are limits that cannot be said.
    """

    platform: Entry = field(default_factory=lambda: Entry({}, []))
    sections: dict[str, dict[str, Entry]] = field(default_factory=lambda: {name: {} for name in _SECTIONS})
    left: list[Left] = field(default_factory=list)
    routes: dict[tuple[str, str], str] = field(default_factory=dict)
    unread: list[tuple[Object, str]] = field(default_factory=list)
    # By what a rate is and not by what is equal to it, which another object may say; the rate is kept so that it stays itself.
    _said: dict[int, tuple[Plain, Said]] = field(default_factory=dict)

    def add(self, section: str, name: str, data: Plain, *origins: str) -> Entry:
        """Add an item under a name that no other item of the section has."""
        name = name if section in ("groups", "users", "models") else self.free(section, name)
        return self.sections[section].setdefault(name, Entry(data, list(origins)))

    def free(self, section: str, wanted: str) -> str:
        """Give a name for an item that is a Kubernetes name, as near as possible to the one that is wanted."""
        name = wanted if is_label(wanted) else _OUTSIDE.sub("-", wanted.lower()).strip("-")[:_MOST].strip("-") or "entry"
        known = self.sections[section]
        number = 2
        found = name
        while found in known:
            found = f"{name[: _MOST - 4]}-{number}"
            number += 1
        return found

    def say(self, rates: Iterable[Plain], found: Object, where: str = "") -> list[Plain]:
        """Give rates for a budget, and note who says them."""
        fresh = [dict(rate) for rate in rates]
        self._said |= {id(rate): (rate, Said(found, where)) for rate in fresh}
        return fresh

    def said(self, rate: Plain) -> Said:
        """Give who says a rate that `say` gave."""
        return self._said[id(rate)][1]

    def leave(self, found: Object, why: str, instead: Object | None = None) -> None:
        """Leave an object, or a part of it, to whoever runs the platform."""
        self.left.append(Left(found, why, instead))

    def leave_limit(self, policy: Object, name: str, why: str) -> None:
        """Leave a limit of a policy: whoever it is for, nobody knows that these have none."""
        self.leave(policy, f"has the limit `{name}`, {why}")
        self.unread.append((policy, name))


def origin(found: Object, detail: str = "") -> str:
    """Say where an item comes from."""
    return f"{found.said}{f', {detail}' if detail else ''} ({found.source})"


def mentioned(draft: Draft) -> tuple[set[str], set[str]]:
    """Give all groups and users that some item names."""
    groups: set[str] = set()
    users: set[str] = set()
    for tier in draft.sections["tiers"].values():
        groups |= set(tier.data.get("groups", ()))
    for entry in draft.sections["access"].values():
        _collect(entry.data, groups, users)
    for entry in draft.sections["subscriptions"].values():
        _collect(entry.data.get("owner", {}), groups, users)
    for entry in draft.sections["teams"].values():
        for key in entry.data["keys"].values():
            _collect({"groups": key["groups"], "users": [key["user"]]}, groups, users)
    return groups, users


def _collect(subjects: Plain, groups: set[str], users: set[str]) -> None:
    groups |= set(_listed(subjects.get("groups")))
    users |= set(_listed(subjects.get("users")))


def _listed(value: object) -> Iterable[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
