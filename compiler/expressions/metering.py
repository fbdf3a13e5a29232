"""Which limit holds for a request, as conditions of the rate limit policies; no two of a route ever hold together."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from compiler.cel.build import all_of, any_of, equals, has_header, header, is_in, let, negate, strings
from compiler.cel.tree import Compare, Concat, Expr, Ident, Index, Int, Macro, Method, Str, Ternary
from compiler.expressions.identity import GROUPS_STR, SELECTED, URL_PATH, USERID
from compiler.program.ir import LISTING_SUFFIX, SUBSCRIPTION_HEADER, Bridge, Entry, Model, Tier

# True for every request; its text holds `auth.`, without which Kuadrant would run the limit before authentication
# (HasAuthAccess looks for those characters), and no field of an identity that might not be there.
AFTER_AUTHENTICATION = Compare("!=", Str("auth.identity"), Str(""))


class Meter(Struct, frozen=True):
    """The conditions of one target's limits.

    `precedence` are all entries that can meter a request there, the winner of any subset first; `tiers` by level.
    """

    bridge: Bridge
    precedence: tuple[Entry, ...]
    tiers: tuple[Tier, ...]

    def by(self, entries: Sequence[Entry]) -> Expr:
        """Tell whether one of these entries meters the request."""
        if self.bridge is Bridge.SELECTED:
            return is_in(SELECTED, [entry.key for entry in entries])
        return any_of([self._wins(entry) for entry in entries])

    def by_none(self) -> Expr:
        """Tell whether no entry at all meters the request."""
        if not self.precedence:
            return AFTER_AUTHENTICATION
        if self.bridge is Bridge.SELECTED:
            return negate(is_in(SELECTED, [entry.key for entry in self.precedence]))
        named = any_of([all_of([_names(entry), self._matches(entry)]) for entry in self.precedence])
        anything = any_of([self._matches(entry) for entry in self.precedence])
        return Ternary(has_header(SUBSCRIPTION_HEADER), negate(named), negate(anything))

    def _wins(self, entry: Entry) -> Expr:
        better = self.precedence[: self.precedence.index(entry)]
        first = all_of([self._matches(entry), *(negate(self._matches(other)) for other in better)])
        return Ternary(has_header(SUBSCRIPTION_HEADER), all_of([_names(entry), self._matches(entry)]), first)

    def _matches(self, entry: Entry) -> Expr:
        own = _covers(entry)
        if entry.kind != "tier":
            return own
        level = next(index for index, tier in enumerate(self.tiers) if tier.name == entry.name)
        return all_of([own, *(negate(_covers(tier.entry)) for tier in self.tiers[:level])])


def _covers(entry: Entry) -> Expr:
    ways: list[Expr] = []
    if entry.subjects.groups:
        names = Method(GROUPS_STR, "split", (Str(","),))
        ways.append(Macro("exists", names, "g", any_of([equals(Ident("g"), group) for group in entry.subjects.groups])))
    if entry.subjects.users:
        ways.append(is_in(USERID, entry.subjects.users))
    return any_of(ways)


def _names(entry: Entry) -> Expr:
    return equals(header(SUBSCRIPTION_HEADER), entry.key)


def not_listing(model: Model) -> Expr:
    """Tell whether the request is not the free listing of a model; on the path alone, which a query cannot fake."""
    return Compare("!=", URL_PATH, Str(model.listing_path))


def not_any_listing() -> Expr:
    """Tell whether the request is not the listing of any model: `/namespace/model/v1/models` and not a segment more.

    By segments, because a suffix would exempt every path that somebody ends with it. No segment equals a separator, so
    padding with separators makes the indices safe and shows where the path ends.
    """
    ending = LISTING_SUFFIX.split("/")[1:]
    tests = [Compare("==", Index(Ident("s"), Int(index)), Str(word)) for index, word in enumerate([*ending, "/"], start=3)]
    padding = strings("/" for _ in range(len(ending) + 4))
    return negate(let(Concat((Method(URL_PATH, "split", (Str("/"),)), padding)), "s", all_of(tests)))


def not_below(prefixes: Sequence[str]) -> Expr:
    """Tell whether the path is neither one of the prefixes nor below one."""
    below = [Method(URL_PATH, "startsWith", (Str(f"{prefix}/"),)) for prefix in prefixes]
    return negate(any_of([is_in(URL_PATH, prefixes), *below]))
