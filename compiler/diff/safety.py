"""Whether what somebody has for a moment of a roll-out is safe, compared with what they had before and will have after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from compiler.diff.budgets import Allowed, at_most, follows
from compiler.diff.result import Safety


class Had(Protocol):
    """What somebody has: a budget, the entry that gives it, and whether tokens are counted at all."""

    @property
    def allowed(self) -> Allowed:
        """Give the budget."""

    @property
    def entry(self) -> str:
        """Give the entry."""

    @property
    def metered(self) -> bool:
        """Tell whether anything counts tokens."""


def judge(before: Had | None, now: Had | None, after: Had | None) -> tuple[Safety, str] | None:
    """Tell what is wrong with what callers have for the moment, compared with what they had and will have."""
    if now is not None and not now.metered and not now.allowed.nothing:
        return Safety.UNSAFE, "they are let through and nothing counts their tokens"
    ends = [end for end in (before, after) if end is not None]
    if now is not None and not _within(now.allowed, [end.allowed for end in ends]):
        had = f"more than {_had('before', before)} or {_had('after', after)}"
        more = had if ends else "and are let through neither before nor after"
        return Safety.UNSAFE, f"they have {now.allowed} by `{now.entry}`, {more}"
    if len(ends) == 2 and (now is None or now.allowed.nothing) and not any(end.allowed.nothing for end in ends):  # noqa: PLR2004
        return Safety.INTERRUPTED, "refused, though they are let through before and after"
    return None


def _had(when: str, end: Had | None) -> str:
    return f"{when} ({end.allowed} by `{end.entry}`)" if end is not None else f"{when} (refused)"


def _within(now: Allowed, ends: Sequence[Allowed]) -> bool:
    """Tell whether a budget is at most one of the others, unit by unit: both limits never come from one object."""
    if now.nothing or any(at_most(now, end) for end in ends):
        return True
    tokens = any(follows(now.tokens, end.tokens) for end in ends)
    requests = any(follows(now.requests, end.requests) for end in ends)
    return tokens and requests and (now.shared or not all(end.shared for end in ends))
