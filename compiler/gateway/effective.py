"""The policies that hold on a path once all of them are merged, as data that a prover can read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Final

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.gateway.attachment import Path, Targets, contested, policies_on
from compiler.gateway.policies import (
    WHEN_KEY,
    Authorization,
    Cel,
    DenyWith,
    Fetch,
    Limit,
    Method,
    NamedPatterns,
    Pattern,
    Policy,
    PolicyKind,
    Rate,
    ResponseItem,
    Rule,
    Strategy,
    When,
)

_UNAUTHENTICATED: Final = 401
_UNAUTHORIZED: Final = 403

# A rule and the policy that it came from, by its key.
_Rules = dict[str, tuple[Policy, Rule]]


class EffectiveAuth(Struct, frozen=True):
    """The AuthPolicy of a path: methods, authorization and response in the order of priority, then name.

    `fetches` come between the first two, in any order. `when` is evaluated by the filter before it asks Authorino. No
    method at all means that everybody is anonymous.
    """

    when: tuple[Cel, ...]
    methods: tuple[Method, ...]
    authorization: tuple[Authorization, ...]
    response: tuple[ResponseItem, ...]
    patterns: tuple[tuple[str, tuple[Pattern, ...]], ...]
    unauthenticated: int
    unauthorized: int
    policies: tuple[str, ...]
    fetches: tuple[Fetch, ...] = ()


class EffectiveLimit(Struct, frozen=True):
    """One limit of a path, with the `namespace/name` of its policy; `predicates` start with the policy's own `when`."""

    policy: str
    name: str
    rates: tuple[Rate, ...]
    predicates: tuple[Cel, ...]
    counters: tuple[Cel, ...]
    place: Place


class Effective(Struct, frozen=True):
    """What holds on one path. Limits are in the order of their names.

    `unordered` are policies of one kind on one target whose order is not known: what holds is not known either.
    """

    path: Path
    auth: EffectiveAuth | None
    tokens: tuple[EffectiveLimit, ...]
    requests: tuple[EffectiveLimit, ...]
    unordered: tuple[str, ...]

    @property
    def guarded(self) -> bool:
        """Tell whether any policy holds: without one the filter does nothing here."""
        return self.auth is not None or bool(self.tokens) or bool(self.requests)

    def same_policies(self, other: Effective) -> bool:
        """Tell whether another path of the same route is treated the same."""
        return (self.auth, self.tokens, self.requests, self.unordered) == (
            other.auth,
            other.tokens,
            other.requests,
            other.unordered,
        )


def effective_on(path: Path, targets: Targets) -> Effective:
    """Merge the policies that are on a path."""
    kinds: tuple[PolicyKind, ...] = ("AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy")
    found = {kind: policies_on(path, targets, kind) for kind in kinds}
    everything = [policy for kind in kinds for policy in found[kind]]
    return Effective(
        path=path,
        auth=_auth(_merged(found["AuthPolicy"])),
        tokens=_limits(_merged(found["TokenRateLimitPolicy"])),
        requests=_limits(_merged(found["RateLimitPolicy"])),
        unordered=tuple(policy.id for group in contested(everything) for policy in group),
    )


def _merged(policies: Sequence[Policy]) -> _Rules:
    """Fold from the most specific policy down, each less specific one applying its own strategy."""
    if not policies:
        return {}
    *less, most = policies
    return reduce(_merge, reversed(less), _rules(most))


def _rules(policy: Policy) -> _Rules:
    return {key: (policy, rule) for key, rule in policy.rules}


def _merge(specific: _Rules, policy: Policy) -> _Rules:
    general = _rules(policy)
    match policy.strategy:
        case Strategy.DEFAULTS_ATOMIC:
            return specific if _holds_something(specific) else general
        case Strategy.DEFAULTS_MERGE:
            return general | specific
        case Strategy.OVERRIDES_ATOMIC:
            return general
        case Strategy.OVERRIDES_MERGE:
            return specific | general


def _holds_something(rules: _Rules) -> bool:
    return any(not isinstance(rule, (When, NamedPatterns)) for _, rule in rules.values())


def _when(rules: _Rules) -> tuple[Cel, ...]:
    found = rules.get(WHEN_KEY)
    return found[1].predicates if found is not None and isinstance(found[1], When) else ()


def _auth(rules: _Rules) -> EffectiveAuth | None:
    if not rules:
        return None
    bodies = [rule for _, rule in rules.values()]
    return EffectiveAuth(
        when=_when(rules),
        methods=tuple(sorted((rule for rule in bodies if isinstance(rule, Method)), key=_by_priority)),
        authorization=tuple(sorted((rule for rule in bodies if isinstance(rule, Authorization)), key=_by_priority)),
        response=tuple(sorted((rule for rule in bodies if isinstance(rule, ResponseItem)), key=_by_priority)),
        patterns=tuple(
            (key.partition("#")[2], rule.patterns) for key, (_, rule) in rules.items() if isinstance(rule, NamedPatterns)
        ),
        unauthenticated=_code(rules, "response.unauthenticated#", _UNAUTHENTICATED),
        unauthorized=_code(rules, "response.unauthorized#", _UNAUTHORIZED),
        policies=tuple(sorted({policy.id for policy, _ in rules.values()})),
        fetches=tuple(sorted((rule for rule in bodies if isinstance(rule, Fetch)), key=lambda rule: rule.name)),
    )


def _by_priority(rule: Method | Authorization | ResponseItem) -> tuple[int, str]:
    return rule.priority, rule.name


def _code(rules: _Rules, key: str, default: int) -> int:
    found = rules.get(key)
    written = found[1].code if found is not None and isinstance(found[1], DenyWith) else None
    return default if written is None else written


def _limits(rules: _Rules) -> tuple[EffectiveLimit, ...]:
    shared = _when(rules)
    return tuple(
        EffectiveLimit(policy.id, rule.name, rule.rates, shared + rule.when, rule.counters, rule.place)
        for _, (policy, rule) in sorted(rules.items(), key=lambda item: item[0])
        if isinstance(rule, Limit)
    )
