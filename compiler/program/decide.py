"""The reference meaning: what the platform must answer to one caller and one request, in plain steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from compiler.diagnostics.model import Place
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Entry, Model, Program, Rate, Tier

Unit = Literal["tokens", "requests"]
Reason = Literal[
    "allowed",
    "listing",
    "no-credential",
    "foreign-credential",
    "unknown-model",
    "identity-header",
    "no-access",
    "not-for-this-model",
    "not-a-candidate",
    "no-candidate",
    "zero-budget",
]


class Caller(Struct, frozen=True):
    """Who calls, as the accepted authentication method tells: `method` is its name, or None when none accepts.

    `groups` are the groups after the method has normalised them; `bound` is the key of the entry that the credential
    is tied to, if its kind is tied to one (`""` is no entry). `models` are the only ones that the credential opens, if it
    does not open all. `genuine` tells whether a signed token is from the issuer and for the audience that it should be.
    """

    method: str | None
    userid: str = ""
    groups: frozenset[str] = frozenset()
    bound: str | None = None
    models: frozenset[str] | None = None
    genuine: bool = True


class Request(Struct, frozen=True):
    """One request: the model's `namespace/name`, the path with its query string, and lower-case headers."""

    model: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Limit(Struct, frozen=True):
    """One window that holds: at most `limit` units in `seconds`; `per` says who shares the counter of the entry."""

    unit: Unit
    limit: int
    seconds: int
    per: tuple[str, ...]


class Decision(Struct, frozen=True):
    """The answer: 200, 401, 403, or 429 for a budget of nothing; what meters it; and the lines that decided."""

    status: int
    reason: Reason
    selected: str | None = None
    limits: tuple[Limit, ...] = ()
    because: tuple[Place, ...] = ()


def decide(program: Program, caller: Caller, request: Request) -> Decision:
    """Answer one request as the configuration means it (budgets full, nothing used yet)."""
    if caller.method is None:
        return Decision(401, "no-credential", because=(program.platform.origin.at("authentication"),))
    if not caller.genuine:
        return Decision(403, "foreign-credential", because=(program.platform.origin.at("authentication"),))
    if any(header in request.headers for header in IDENTITY_HEADERS):
        return Decision(403, "identity-header")
    model = program.model(request.model)
    if model is None:
        return Decision(403, "unknown-model")
    tier = program.tier_of(caller.groups)
    access = access_of(model, caller, tier)
    if access is None:
        return Decision(403, "no-access", because=(model.origin,))
    if caller.models is not None and caller.models.isdisjoint(model.called):
        return Decision(403, "not-for-this-model", because=(access,))
    candidates = candidates_of(program, model, caller, tier)
    named = caller.bound if caller.bound is not None else request.headers.get(SUBSCRIPTION_HEADER)
    if named is not None:
        candidates = tuple(entry for entry in candidates if entry.key == named)
    if not candidates:
        return Decision(403, "no-candidate" if named is None else "not-a-candidate", because=(access,))
    selected = candidates[0]
    because = (access, selected.origin)
    if request.path.partition("?")[0] == model.listing_path:
        return Decision(200, "listing", selected.key, because=because)
    limits = limits_of(selected)
    if any(limit.limit == 0 for limit in limits):
        return Decision(429, "zero-budget", selected.key, limits, because)
    return Decision(200, "allowed", selected.key, limits, because)


def access_of(model: Model, caller: Caller, tier: Tier | None) -> Place | None:
    """Give the line that lets the caller reach the model: a grant first, then its tier; None when nothing does."""
    for grant in model.grants:
        if grant.subjects.cover(caller.userid, caller.groups):
            return grant.origin
    if tier is not None and tier.name in model.tiers:
        return model.origin.at("tiers")
    return None


def candidates_of(program: Program, model: Model, caller: Caller, tier: Tier | None) -> tuple[Entry, ...]:
    """Give what could meter the caller on the model, best first: its subscriptions and teams, then its one tier."""
    return tuple(
        entry
        for entry in program.precedence(model)
        if (entry.kind == "tier" and tier is not None and entry.name == tier.name)
        or (entry.kind != "tier" and entry.subjects.cover(caller.userid, caller.groups))
    )


def limits_of(entry: Entry) -> tuple[Limit, ...]:
    """Give the windows that hold for a request that the entry meters; none when it is unlimited."""
    per = (entry.budget.per.value,)
    units: tuple[tuple[Unit, tuple[Rate, ...]], ...] = (("tokens", entry.budget.tokens), ("requests", entry.budget.requests))
    return tuple(Limit(unit, rate.limit, rate.seconds, per) for unit, rates in units for rate in rates)
