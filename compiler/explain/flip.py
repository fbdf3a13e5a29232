"""Searches for the smallest changes of a caller or a request that would flip the answer; each is checked with `decide`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from compiler.explain.question import Question
from compiler.explain.words import those
from compiler.program.decide import Caller, Decision, Request, candidates_of, decide
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Entry, Model, Program
from compiler.program.methods import TierToken, bound_as, vouches_for_group

_PASSED = 200
_UNKNOWN = 401


class Change(Struct, frozen=True):
    """One change of the caller or the request, as they would be after it, and the answer that it would get."""

    says: str
    caller: Caller
    request: Request
    decision: Decision


def flips(before: Decision, after: Decision) -> bool:
    """Tell whether one answer is the other way round: let through or not; without a credential, any other refusal."""
    if before.status == _UNKNOWN:
        return after.status != _UNKNOWN
    return (before.status == _PASSED) != (after.status == _PASSED)


def changes(of: Question, decision: Decision) -> tuple[Change, ...]:
    """Give every single change that flips the answer: of the credential or a header first, then groups."""
    # Deciding looks a model up by its name, so it is given only the one that is asked about.
    small = replace(of.program, models=(of.model,))
    found: list[Change] = []
    for says, caller, request in _changes(of):
        after = decide(small, caller, request)
        if flips(decision, after):
            found.append(Change(says, caller, request, after))
    return tuple(found)


def _changes(of: Question) -> Iterator[tuple[str, Caller, Request]]:
    if of.method is None:
        for method in of.program.platform.methods:
            yield f"bring a credential that `{method.name}` accepts", Caller(method.name), of.request
        return
    for says, headers in _headers(of):
        yield says, of.caller, replace(of.request, headers=headers)
    if of.caller.bound is not None:
        for entry in _candidates(of):
            if bound_as(of.method, entry.key) is not None and entry.key != of.caller.bound:
                yield f"bind the credential to `{entry.key}`", replace(of.caller, bound=entry.key), of.request
    for group in sorted(of.caller.groups):
        yield f"drop the group `{group}`", replace(of.caller, groups=of.caller.groups - {group}), of.request
    for group in sorted(_addable(of) - of.caller.groups):
        yield f"add the group `{group}`", replace(of.caller, groups=of.caller.groups | {group}), of.request


def _headers(of: Question) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give the headers without those that only we may set, or with another of the caller's own entries asked for."""
    headers = dict(of.request.headers)
    ours = [name for name in IDENTITY_HEADERS if name in headers]
    for names in (ours, [SUBSCRIPTION_HEADER]):
        rest = {key: value for key, value in headers.items() if key not in names}
        if rest != headers:
            yield f"drop {those(names, 'header')}", rest
    for entry in () if of.caller.bound is not None else _candidates(of):
        if headers.get(SUBSCRIPTION_HEADER) != entry.key:
            yield f"send the header `{SUBSCRIPTION_HEADER}: {entry.key}`", {**headers, SUBSCRIPTION_HEADER: entry.key}


def _candidates(of: Question) -> tuple[Entry, ...]:
    return candidates_of(of.program, of.model, of.caller, of.program.tier_of(of.caller.groups))


def _addable(of: Question) -> frozenset[str]:
    """Give the groups that could matter for the model and that a credential of the method can carry."""
    projected = frozenset(tier.projected for tier in of.program.tiers)
    if isinstance(of.method, TierToken) or of.method is None:
        return projected
    others = _mattering(of.program, of.model) - projected
    return frozenset(group for group in others if vouches_for_group(of.method, group, projected))


def _mattering(program: Program, model: Model) -> frozenset[str]:
    subjects = [grant.subjects for grant in model.grants] + [entry.subjects for entry in program.precedence(model)]
    return frozenset(group for one in subjects for group in one.groups)
