"""The tables that the page decides by: all that the reference meaning reads, each thing once and referred to by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.effective.subjects import Subject, caller, subjects
from compiler.intent.intent import Intent
from compiler.program.decide import Caller
from compiler.program.ir import (
    IDENTITY_HEADERS,
    SUBSCRIPTION_HEADER,
    Budget,
    Entry,
    EntryKind,
    Grant,
    Metadata,
    Model,
    Program,
    Rate,
    Subjects,
    Tier,
)
from compiler.program.keys import Key
from compiler.program.methods import kind_of
from compiler.report.pool import Pool
from compiler.report.texts import Texts

Plain = dict[str, object]

# Where something is written: the number of the file, and the line.
_Where = list[int]


class _Owner(Struct, frozen=True):
    """What an entry is on every model that it covers; `file` is the number of the file it is written in."""

    kind: EntryKind
    name: str
    key: str
    priority: int
    subjects: int
    metadata: Metadata
    file: int


class _Shape(Struct, frozen=True):
    """All that tells one model from another to a caller; models of one shape answer alike."""

    tiers: tuple[int, ...]
    grants: tuple[int, ...]
    entries: tuple[int, ...]


def tables(program: Program, intent: Intent, texts: Texts) -> Plain:
    """Give the tables as plain data.

    `models[i].shape` numbers a shape, whose `entries` are an owner and a budget by turns, best first; `lines` are the
    lines of these entries. `callers` are the subjects that the configuration names, and those with one number under
    `alike` get the same answers everywhere. A place is a file and a line, both numbers, or null.
    """
    return _Tables(program, intent, texts).plain()


class _Tables:
    def __init__(self, program: Program, intent: Intent, texts: Texts) -> None:
        self._program = program
        self._intent = intent
        self._texts = texts
        self._groups = Pool[str]()
        self._subjects = Pool[Subjects]()
        self._budgets = Pool[Budget]()
        self._owners = Pool[_Owner]()
        self._grants = Pool[Grant]()
        self._shapes = Pool[_Shape]()
        self._tiers = {tier.name: index for index, tier in enumerate(program.tiers)}

    def plain(self) -> Plain:
        platform = self._program.platform
        tiers = [self._tier(tier) for tier in self._program.tiers]
        models = [self._model(model) for model in self._program.models]
        grants = [self._grant(grant) for grant in self._grants.things()]
        members = [
            {"groups": [self._groups.number(group) for group in one.groups], "users": list(one.users)}
            for one in self._subjects.things()
        ]
        callers = self._callers()
        return {
            "platform": {
                "hostname": platform.gateway.hostname,
                "gateway": f"{platform.gateway.namespace}/{platform.gateway.name}",
                "kuadrant": ".".join(str(part) for part in platform.kuadrant if part is not None),
                "attach": platform.attach.value,
                "modelNamespace": self._intent.platform.spec.model_namespace,
                "methods": [{"name": one.name, "kind": kind_of(one)} for one in platform.methods],
                "at": self._texts.at(platform.origin.at("authentication")),
            },
            "headers": {"subscription": SUBSCRIPTION_HEADER, "identity": list(IDENTITY_HEADERS)},
            "groups": list(self._groups.things()),
            "subjects": members,
            "budgets": [_budget(one) for one in self._budgets.things()],
            "owners": [_owner(one) for one in self._owners.things()],
            "grants": grants,
            "shapes": [{"tiers": list(one.tiers), "entries": list(one.entries)} for one in self._shapes.things()],
            "tiers": tiers,
            "models": models,
            "callers": callers,
            "users": [
                {"name": item.name, "also": [one for one in (item.spec.email, item.spec.sub) if one is not None]}
                for item in self._intent.users.values()
            ],
        }

    def _tier(self, tier: Tier) -> Plain:
        return {
            "name": tier.name,
            "level": tier.level,
            "title": tier.display_name,
            "about": tier.description,
            "projected": tier.projected,
            "subjects": self._subjects.number(tier.members),
            "budget": self._budgets.number(tier.budget),
            "at": self._texts.at(tier.origin),
        }

    def _grant(self, grant: Grant) -> Plain:
        kind = "team" if grant.origin.path[:1] == ("teams",) else "access"
        return {
            "name": grant.name,
            "kind": kind,
            "subjects": self._subjects.number(grant.subjects),
            "at": self._texts.at(grant.origin),
        }

    def _model(self, model: Model) -> Plain:
        pairs: list[int] = []
        lines: list[int] = []
        for entry in model.entries:
            file, line = self._texts.at(entry.origin)
            pairs += (self._owners.number(self._head(entry, file)), self._budgets.number(entry.budget))
            lines.append(line)
        shape = _Shape(
            tuple(sorted(self._tiers[name] for name in model.tiers)),
            tuple(self._subjects.number(grant.subjects) for grant in model.grants),
            tuple(pairs),
        )
        return {
            "id": model.id,
            "prefix": model.prefix,
            "listing": model.listing_path,
            "about": self._intent.models[model.id].spec.description,
            "shape": self._shapes.number(shape),
            "grants": [self._grants.number(grant) for grant in model.grants],
            "lines": lines,
            "at": self._texts.at(model.origin),
            "tiersAt": self._texts.at(model.origin.at("tiers")),
        }

    def _head(self, entry: Entry, file: int) -> _Owner:
        members = self._subjects.number(entry.subjects)
        return _Owner(entry.kind, entry.name, entry.key, entry.priority, members, entry.metadata, file)

    def _callers(self) -> list[Plain]:
        alike = Pool[tuple[bool, str | None, frozenset[str] | None, frozenset[int]]]()
        covering = _covering(self._subjects.things())
        found: list[Plain] = []
        for subject in subjects(self._program, self._intent):
            asks = caller(self._program, (subject,))
            found.append(
                {
                    "kind": subject.kind,
                    "name": subject.name,
                    "about": self._about(subject),
                    "method": asks.method,
                    "userid": asks.userid,
                    "groups": sorted(asks.groups),
                    "bound": asks.bound,
                    "models": None if asks.models is None else sorted(asks.models),
                    "alike": alike.number((subject.kind == "tier", asks.bound, asks.models, _covered(asks, covering))),
                    "at": self._written(subject),
                }
            )
        return found

    def _about(self, subject: Subject) -> str | None:
        if subject.kind == "group":
            return self._intent.groups[subject.name].spec.description
        if subject.kind == "user":
            return self._intent.users[subject.name].spec.email
        if subject.kind == "key":
            return f"key of {self._key_of(subject).user}"
        return f"ServiceAccounts of the tier {self._tier_of(subject).name}"

    def _written(self, subject: Subject) -> _Where:
        if subject.kind == "tier":
            return self._texts.at(self._tier_of(subject).origin)
        if subject.kind == "key":
            return self._texts.at(self._key_of(subject).origin)
        items = self._intent.groups if subject.kind == "group" else self._intent.users
        return self._texts.at(items[subject.name].place)

    def _key_of(self, subject: Subject) -> Key:
        return next(key for key in self._program.keys if key.id == subject.name)

    def _tier_of(self, subject: Subject) -> Tier:
        return next(tier for tier in self._program.tiers if tier.projected == subject.name)


# What sets of subjects hold a group (True) or a user (False) of a name.
_Covering = Mapping[tuple[bool, str], list[int]]


def _covering(sets: Sequence[Subjects]) -> _Covering:
    found: dict[tuple[bool, str], list[int]] = {}
    for number, one in enumerate(sets):
        for group in one.groups:
            found.setdefault((True, group), []).append(number)
        for user in one.users:
            found.setdefault((False, user), []).append(number)
    return found


_NONE: Final[tuple[int, ...]] = ()


def _covered(asks: Caller, covering: _Covering) -> frozenset[int]:
    """Give the sets that a caller is in: the reference meaning asks nothing else about one."""
    names = [(True, group) for group in asks.groups] + [(False, asks.userid)]
    return frozenset(number for name in names for number in covering.get(name, _NONE))


def _budget(budget: Budget) -> Plain:
    return {
        "tokens": _rates(budget.tokens),
        "requests": _rates(budget.requests),
        "per": budget.per.value,
    }


def _rates(rates: Sequence[Rate]) -> list[list[int]]:
    return [[rate.limit, rate.seconds] for rate in rates]


def _owner(owner: _Owner) -> Plain:
    meta = owner.metadata
    told = {
        "organization": meta.organization,
        "cost centre": meta.cost_center,
        "price per million tokens": meta.price,
        **{f"label {name}": value for name, value in meta.labels},
    }
    return {
        "kind": owner.kind,
        "name": owner.name,
        "key": owner.key,
        "priority": owner.priority,
        "subjects": owner.subjects,
        "about": {name: value for name, value in told.items() if value is not None},
        "file": owner.file,
    }
