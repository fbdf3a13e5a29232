"""Reads one model's manifests over all callers at once: who is let through, what is exported, which limits match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from compiler.program import methods
from compiler.program.methods import kind_of
from compiler.prove import identities, raw, world
from compiler.prove.algebra import text
from compiler.prove.expressions import Fault, Memory, Place, Reading
from compiler.prove.formula import TRUE, Formula
from compiler.prove.review import reviewed
from compiler.prove.values import Sequence, Text, UnsupportedError, Value
from compiler.prove.view import AccessReview, Comparison, Conditions, Limit, Method, Pattern, Permission, Several, Source, View
from compiler.prove.world import World

# What a counter tells apart: callers, entries, or something of which nothing is known.
USER_COUNTER: Final = "user"
ENTRY_COUNTER: Final = "entry"
OTHER_COUNTER: Final = "other"


class Metering(Struct, frozen=True):
    """A limit, where it matches, and what its counters tell apart."""

    limit: Limit
    matches: Formula
    counts: frozenset[str]


class Emitted(Struct, frozen=True):
    """What the manifests answer to callers of one method.

    `exports` are the exported properties by item and name. The formulas of `limits` depend on the variable of the
    selected entry in place of the exported one. `later` are the limits once more where they can tell the headers that
    the policy injects from the client's own: some releases of the filter look at limits before, some after.
    """

    allowed: Formula
    exports: Mapping[str, Mapping[str, Value]]
    injected: Mapping[str, Value]
    limits: tuple[Metering, ...]
    later: tuple[Metering, ...]
    faults: tuple[Fault, ...]

    def exported(self, name: str) -> Value | None:
        """Give an exported property of the identity."""
        return self.exports.get("identity", {}).get(name)


def read(view: View, method: Method, meant: methods.Method, of: World, memory: Memory) -> Emitted:
    """Evaluate everything that a request meets whose credential a method accepts; `meant` is the method that it is meant to be.

    Raises:
        UnsupportedError: an expression uses something that is not understood.
    """
    reading = Reading(of, memory)
    request = identities.request(of)
    identity = raw.identity(of, meant)
    outer = Place(identities.authorized(identity, {}), request, memory.origin((kind_of(meant), *raw.paths(meant)), of))
    overrides = reading.values(method.overrides, outer, TRUE)
    known = memory.origin(tuple(map(repr, view.fetched)), of, _origin(memory, of, outer, method.overrides))
    inside = Place(identities.authorized(identity, overrides, view.fetched), request, known)
    allowed = of.terms.all(_authorized(reading, rule, view.permissions, inside) for rule in view.authorization)
    exports: dict[str, dict[str, Value]] = {}
    for one in view.exports:
        exports.setdefault(one.item, {})[one.name] = reading.value(one.value, inside, allowed)
    injected = reading.values(view.injected, inside, allowed)
    shown = [(f"{one.item}.{one.name}", one.value) for one in view.exports]
    outside = Place(_visible(exports), request, _origin(memory, of, inside, shown))
    limits = tuple(_metering(reading, limit, allowed, outside, exports) for limit in view.limits)
    later: tuple[Metering, ...] = ()
    if injected and any("headers" in source.text for limit in view.limits for source in limit.sources()):
        over = identities.request(of, _set(injected, exports))
        later_place = Place(outside.auth, over, _origin(memory, of, outside, view.injected))
        later = tuple(_metering(reading, limit, allowed, later_place, exports) for limit in view.limits)
    return Emitted(allowed, exports, injected, limits, later, tuple(reading.faults))


def _origin(memory: Memory, of: World, before: Place, sources: Iterable[tuple[str, Source]]) -> int:
    texts = [text for name, source in sources for text in (name, source.text)]
    return memory.origin(tuple(texts), of, before.origin)


def _authorized(reading: Reading, rule: Conditions | AccessReview, permissions: tuple[Permission, ...], place: Place) -> Formula:
    if isinstance(rule, Conditions):
        return reading.world.terms.all(_matches(reading, pattern, place) for pattern in rule.patterns)
    given = {
        name: reading.value(source, place, TRUE) if isinstance(source, Source) else text(source)
        for name, source in (("user", rule.user), *rule.attributes)
    }
    groups = Sequence(()) if rule.groups is None else reading.value(rule.groups, place, TRUE)
    return reviewed(reading.memory.algebra, permissions, given, groups)


def _matches(reading: Reading, pattern: Pattern, place: Place) -> Formula:
    """Tell where a pattern matches; of a comparison only that it is the same one is known."""
    terms = reading.world.terms
    match pattern:
        case Source():
            return reading.holds((pattern,), place, TRUE)
        case Several(members, every):
            found = [_matches(reading, member, place) for member in members]
            return terms.all(found) if every else terms.any(found)
        case Comparison(selector, operator, value):
            path = selector.split(".")[2:]
            if not path or identities.has_field(place.auth, path[0]) or not value:
                raise UnsupportedError(f"a comparison of `{selector}`", pattern.place)
            return terms.fact(world.claim(selector, operator, value))


def _visible(exports: Mapping[str, Mapping[str, Value]]) -> Value:
    """Give `auth` as the limits see it, with the selected entry left open."""
    visible = {item: dict(values) for item, values in exports.items()}
    identity = visible.get("identity", {})
    if identities.SELECTED_PROPERTY in identity:
        identity[identities.SELECTED_PROPERTY] = identities.SELECTED
    return identities.exported(visible)


def _set(injected: Mapping[str, Value], exports: Mapping[str, Mapping[str, Value]]) -> Mapping[str, Text]:
    """Give the injected headers as the limits see them, the selected entry left open."""
    selected = exports.get("identity", {}).get(identities.SELECTED_PROPERTY)
    seen = {name: identities.SELECTED if value == selected else value for name, value in injected.items()}
    return {name: value for name, value in seen.items() if isinstance(value, Text)}


def _metering(
    reading: Reading, limit: Limit, allowed: Formula, place: Place, exports: Mapping[str, Mapping[str, Value]]
) -> Metering:
    matches = reading.holds(limit.predicates, place, allowed)
    userid = exports.get("identity", {}).get("userid")
    counts = frozenset(_counts(reading.value(source, place, allowed, matches), userid) for source in limit.counters)
    return Metering(limit, matches, counts)


def _counts(value: Value, userid: Value | None) -> str:
    if value == identities.SELECTED:
        return ENTRY_COUNTER
    if userid is not None and value == userid:
        return USER_COUNTER
    return OTHER_COUNTER
