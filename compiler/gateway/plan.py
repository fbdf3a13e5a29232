"""What the filter does on a path, in order, as data: which policy comes before which, and what the operator left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from compiler.gateway.effective import Effective, EffectiveAuth, EffectiveLimit
from compiler.gateway.texts import mentioned

# The operator looks for this text, in string literals too, to tell whether limits need the caller.
_NEEDS_AUTH: Final = "auth."


class AskAuthorino(Struct, frozen=True):
    """Ask Authorino, if the policy's own predicates hold."""

    auth: EffectiveAuth


class CountRequest(Struct, frozen=True):
    """Count a request against all limits at once: if one of them is an error, none is looked at."""

    limits: tuple[EffectiveLimit, ...]


class LimitTokens(Struct, frozen=True):
    """Check each limit of tokens, and report to it once the response is known: what comes after an applying one waits."""

    limits: tuple[EffectiveLimit, ...]


Action = AskAuthorino | CountRequest | LimitTokens


def plan(effective: Effective) -> tuple[Action, ...]:
    """Give the actions of a path in order.

    Limits that never mention the caller come before Authorino, tokens before requests. Without an AuthPolicy the
    operator drops what tests the caller: a limit of tokens alone, limits of requests all together.
    """
    actions: list[Action] = [AskAuthorino(effective.auth)] if effective.auth else []
    if effective.requests and (effective.auth or not any(_tests_caller(limit) for limit in effective.requests)):
        actions = _placed(CountRequest(effective.requests), effective.requests, actions)
    tokens = tuple(limit for limit in effective.tokens if effective.auth or not _tests_caller(limit))
    if tokens:
        actions = _placed(LimitTokens(tokens), effective.tokens, actions)
    return tuple(actions)


def _placed(action: Action, limits: Sequence[EffectiveLimit], actions: Sequence[Action]) -> list[Action]:
    return [*actions, action] if _needs_auth(limits) else [action, *actions]


def _needs_auth(limits: Sequence[EffectiveLimit]) -> bool:
    return any(_NEEDS_AUTH in cel.text for limit in limits for cel in (*limit.predicates, *limit.counters))


def _tests_caller(limit: EffectiveLimit) -> bool:
    return any("auth" in mentioned(cel.text).roots() for cel in limit.predicates)
