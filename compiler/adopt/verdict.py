"""Two answers to one request: what callers get, whether it is the same, and if not why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from compiler.adopt.callers import Asked
from compiler.diagnostics.count import noun
from compiler.gateway.answer import Answer

_PASSED: Final = 200
# Where a ServiceAccount's own name stands in `system:serviceaccount:NAMESPACE:NAME`.
_ACCOUNT: Final = 3
# Limits that nothing can reach only count.
BEYOND_REACH: Final = 10**12

Window = tuple[str, int, int, bool]

# Why an answer may differ though both sides are as they are meant to be; `other` is none of them.
Reason = Literal[
    "open",
    "several",
    "bare",
    "header",
    "empty",
    "qualified",
    "listing",
    "ending",
    "query",
    "identity",
    "comma",
    "reserved",
    "unmetered",
    "overlap",
    "other",
]
REASONS: Final[Mapping[Reason, str]] = {
    "open": "today anybody gets in, without a credential: no AuthPolicy guards the route",
    "several": "a caller of several subscriptions who names none is refused today, and gets the one of the highest priority",
    "bare": "the model's own path with a query is refused today, because the query is taken for a part of its name, and passes",
    "header": "a header that asks for a subscription is not looked at today, and from now on it decides",
    "empty": "an empty header that asks for a subscription asks for none today, and from now on for one that nobody has",
    "qualified": "a header may name a subscription with its namespace today, and from now on that asks for one that nobody has",
    "listing": "listing a model's names is counted today, and is free",
    "ending": "a path that only ends like a listing escapes a limit today, and counts",
    "query": "a query string that ends like a listing escapes the limit today, and counts",
    "identity": "a request that brings an identity header of its own passes today, and is refused",
    "comma": "a group with a comma in its name counts as each of its parts today, and as none of them from now on",
    "reserved": "names that Kubernetes keeps to itself count today if an identity provider says them, and no longer",
    "unmetered": "a caller whom nothing meters passes today, and is refused or metered",
    "overlap": "several limits count one request today, and one entry does",
    "other": "decided otherwise, for a reason that is not known",
}


class Answered(Struct, frozen=True):
    """What one side says: passed with these windows, refused, or nothing that is known."""

    status: int | None
    windows: tuple[Window, ...]
    why: str

    @property
    def passed(self) -> bool:
        """Tell whether the request reaches the model."""
        return self.status == _PASSED

    def __str__(self) -> str:
        if self.status is None:
            return f"not known: {self.why}"
        if not self.passed:
            return str(self.status)
        told = (
            f"{limit} {noun(limit, unit)} in {seconds}s{' shared' if shared else ''}"
            for unit, limit, seconds, shared in self.windows
        )
        return f"200, {', '.join(told) or 'unmetered'}"


class Difference(Struct, frozen=True):
    """One request that the two sides answer otherwise, and why."""

    asked: Asked
    today: Answered
    then: Answered
    reason: Reason


def answered(found: Answer, user: str) -> Answered:
    """Give what an answer of the gateway comes to for the caller; what tells users apart is a name, or an account's own."""
    known = (found.metadata or {}).get("identity")
    userid = known.get("userid") if isinstance(known, dict) else None
    own = bool(user) and userid in (user, *user.split(":")[_ACCOUNT : _ACCOUNT + 1])
    windows = sorted(
        (one.unit, one.limit, one.seconds, not own or userid not in [value for _, value in one.counters])
        for one in found.limits
        if one.limit < BEYOND_REACH
    )
    return Answered(found.status, tuple(windows), found.why_not or found.reason)


def alike(today: Answered, then: Answered) -> bool:
    """Compare what callers get: refused is refused, whatever the number of the refusal."""
    if today.passed != then.passed:
        return False
    return not today.passed or today.windows == then.windows


class Known(Struct, frozen=True):
    """What is known about a request.

    The caller has `owned` subscriptions; some policy of today's `looks` at the header by which callers ask for one; `windows`
    are those of all entries that the model has in the configuration, without whether they are shared.
    """

    owned: int
    looks: bool
    windows: frozenset[tuple[str, int, int]]


def reason(asked: Asked, today: Answered, then: Answered, known: Known) -> Reason:
    """Say why two answers differ."""
    windows = set(then.windows)
    if asked.kind == "identity" and not then.passed:
        return "identity"
    if asked.wanted is not None and not known.looks:
        return "header"
    if today.passed and not then.passed and asked.wanted is not None and "/" in asked.wanted:
        return "qualified"
    if not today.passed:
        return "several" if then.passed and asked.wanted is None and known.owned > 1 else "other"
    if asked.kind == "listing" and then.passed and windows <= set(today.windows):
        return "listing"
    if asked.kind == "query" and set(today.windows) <= windows:
        return "query"
    if not today.windows:
        return "unmetered"
    told = all(window[:3] in known.windows for window in today.windows)
    return "overlap" if told and then.passed and windows < set(today.windows) else "other"
