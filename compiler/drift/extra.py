"""Finds what a cluster holds besides the objects of `out/` and matters to them, each with what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from compiler.drift import secrets
from compiler.drift.dump import Key, Live
from compiler.drift.grants import RBAC, role_of
from compiler.drift.plain import at, mapping, mappings
from compiler.drift.result import Fate, ObjectDrift
from compiler.drift.written import Written, target_of

_MANAGED_BY: Final = ("app.kubernetes.io/managed-by", "maasc")
# Kinds of Kuadrant's that say nothing about who may call what.
_ELSEWHERE: Final = ("DNSPolicy", "TLSPolicy")
# Kinds that hold themselves; of all others controllers make such.
_HOLDING: Final = ("AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy")

_LEFT: Final = "it was made by a build, and `out/` has it no more: what it gives or takes still holds"
_REPLACES: Final = "of two policies on one target the newer one holds alone: it may replace ours"
_ANYWHERE: Final = "what it is on cannot be read: it may replace ours"
_BECOMES: Final = "what its controller makes of it holds beside our policies, or instead of them"
_JUDGES: Final = "it says whom the Gateway lets through on a route that is not ours"
_OPENS: Final = "whoever has the key that it holds is let in as the caller whom it names"
_REWRITTEN: Final = "whoever has the key that it holds is not let in as the caller who was reviewed, but as the one whom it names"
_BINDS: Final = "whoever it names has what our Role permits"


def extra(written: Written, live: Sequence[Live], doors: Mapping[Key, str]) -> Iterator[ObjectDrift]:
    """Give the objects that are not ours and matter; `doors` are known to, each for its reason."""
    chosen, templates = secrets.selectors(written.objects), secrets.templates(written.objects)
    for one in live:
        if one.key in written.by_key:
            continue
        if one.key in doors:
            yield _told(one, doors[one.key])
        elif (why := _policy(one, written, doors)) is not None:
            yield _told(one, why)
        elif one.key[:2] == (RBAC, "RoleBinding") and role_of(one) in written.by_key:
            yield _told(one, _BINDS)
        elif (template := templates.get(one.key)) is not None:
            fields = tuple(secrets.rewritten(one, template, chosen))
            if fields:
                yield ObjectDrift(Fate.CHANGED, one.key, one.place, _REWRITTEN, fields)
        elif one.key[:2] == ("", "Secret") and secrets.opens(secrets.said(one).labels, chosen):
            yield _told(one, _OPENS)
        elif mapping(at(one.data, "metadata", "labels")).get(_MANAGED_BY[0]) == _MANAGED_BY[1] and not _made_of_ours(
            one, written
        ):
            yield _told(one, _LEFT)


def _told(one: Live, why: str) -> ObjectDrift:
    return ObjectDrift(Fate.EXTRA, one.key, one.place, why)


def _policy(one: Live, written: Written, doors: Mapping[Key, str]) -> str | None:
    """Say what a policy does to ours, or to what is beside ours; None for whatever does nothing to either."""
    target = target_of(one)
    if target is None:
        return _ANYWHERE if one.key[0] == "kuadrant.io" and one.key[1] in _HOLDING else None
    if one.key[1] in _ELSEWHERE:
        return None
    if target in written.targets:
        return _REPLACES if one.key[1] in _HOLDING else _BECOMES
    return _JUDGES if target in doors else None


def _made_of_ours(one: Live, written: Written) -> bool:
    """Tell whether an object says that a controller made it out of one of ours, whose labels it has; of Secrets we know which."""
    for owner in mappings(at(one.data, "metadata", "ownerReferences")) if one.key[1] != "Secret" else ():
        group = str(owner.get("apiVersion", "")).rpartition("/")[0]
        if (group, str(owner.get("kind")), one.key[2], str(owner.get("name"))) in written.by_key:
            return True
    return False
