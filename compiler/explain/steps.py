"""The steps of the reference meaning for one request, each with what decided it, as far as the answer needed them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.explain.covering import covering
from compiler.explain.question import Question
from compiler.explain.words import limited, listed
from compiler.program.decide import access_of, candidates_of, limits_of
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Entry, Tier
from compiler.program.methods import ApiKey, Introspection, Oidc, TierToken, TokenReview

_KINDS: Final = {
    TokenReview: "a token of the cluster",
    TierToken: "a token of a tier's ServiceAccount",
    Oidc: "a token of the identity provider",
    ApiKey: "an API key",
    Introspection: "a key that the service knows",
}

_CREDENTIAL: Final = "the credential"

Name = Literal[
    "credential", "identity headers", "model", "access", "models", "tier", "candidates", "selection", "listing", "budget"
]


class Step(Struct, frozen=True):
    """One step: what it comes to in one sentence, whether it ends in a refusal, and the places that say so."""

    name: Name
    refuses: bool
    says: str
    places: tuple[Place, ...] = ()


def steps(of: Question) -> tuple[Step, ...]:
    """Give the steps in order; the last one refuses, or is the budget or the free listing."""
    found: list[Step] = []
    for step in _steps(of):
        found.append(step)
        if step.refuses:
            break
    return tuple(found)


def _steps(of: Question) -> Iterator[Step]:
    yield _credential(of)
    yield _identity_headers(of)
    yield Step("model", refuses=False, says=f"`{of.model.id}`, at `{of.model.prefix}`", places=(of.model.origin.on_key(),))
    tier = of.program.tier_of(of.caller.groups)
    yield _access(of, tier)
    if of.caller.models is not None:
        yield _opened(of)
    yield _tier(of, tier)
    candidates = candidates_of(of.program, of.model, of.caller, tier)
    yield _candidates(of, candidates)
    named = of.caller.bound if of.caller.bound is not None else of.request.headers.get(SUBSCRIPTION_HEADER)
    yield _selection(candidates, named, _CREDENTIAL if of.caller.bound is not None else f"`{SUBSCRIPTION_HEADER}`")
    selected = next(entry for entry in candidates if named is None or entry.key == named)
    if of.request.path.partition("?")[0] == of.model.listing_path:
        yield Step("listing", refuses=False, says="the path is the model's listing, which costs no budget")
        return
    yield Step("listing", refuses=False, says=f"the path is not the free listing `{of.model.listing_path}`")
    yield _budget(selected)


def _credential(of: Question) -> Step:
    if of.method is None:
        methods = of.program.platform.methods
        names = listed(method.name for method in methods)
        says = f"there is none, so no method accepts it; the methods are {names}"
        return Step("credential", refuses=True, says=says, places=tuple(method.origin for method in methods))
    kind = _KINDS[type(of.method)]
    user = f"user `{of.caller.userid}`" if of.named else "a user whom the configuration does not name"
    groups = f"groups {listed(sorted(of.caller.groups))}" if of.caller.groups else "no groups"
    bound = "" if of.caller.bound is None else f", bound to `{of.caller.bound}`" if of.caller.bound else ", bound to nothing"
    says = f"`{of.method.name}` accepts {kind}: {user}, {groups}{bound}"
    return Step("credential", refuses=False, says=says, places=(of.method.origin,))


def _identity_headers(of: Question) -> Step:
    brought = [name for name in IDENTITY_HEADERS if name in of.request.headers]
    if brought:
        says = f"the request brings {listed(brought)}, which only the gateway may set"
        return Step("identity headers", refuses=True, says=says)
    return Step("identity headers", refuses=False, says=f"the request brings none of {listed(IDENTITY_HEADERS)}")


def _access(of: Question, tier: Tier | None) -> Step:
    place = access_of(of.model, of.caller, tier)
    if place is None:
        return _no_access(of, tier)
    grant = next((one for one in of.model.grants if one.origin == place), None)
    if grant is None:
        index = _index_of(of, tier)
        return Step(
            "access", refuses=False, says=f"the model lists the caller's tier `{tier.name if tier else ''}`", places=(index,)
        )
    covered = covering(of.intent, place, of.caller)
    kind = "team" if place.path[:1] == ("teams",) else "access entry"
    says = f"the {kind} `{grant.name}` lets {covered or 'the caller'} call it"
    return Step("access", refuses=False, says=says, places=(place.on_key(), *((covered.place,) if covered else ())))


def _index_of(of: Question, tier: Tier | None) -> Place:
    """Find the tier's name in the model's list; the whole of `tiers` where it says all of them."""
    written = of.intent.models[of.model.id].spec.tiers
    place = of.model.origin.at("tiers")
    return place.at(written.index(tier.name)) if tier is not None and not isinstance(written, str) else place


def _no_access(of: Question, tier: Tier | None) -> Step:
    ways = [f"`{grant.name}`" for grant in of.model.grants if grant.subjects]
    if not ways and not of.model.tiers:
        return Step("access", refuses=True, says="nobody may call the model", places=(of.model.origin.on_key(),))
    of_tier = f"its tier `{tier.name}` is not listed on the model" if tier else "it has no tier"
    others = f"; others get in by {', '.join(ways)}" if ways else ""
    listing = f"; the model lists {listed(of.model.tiers)}" if of.model.tiers else ""
    places = (of.model.origin.on_key(), *(grant.origin.on_key() for grant in of.model.grants if grant.subjects))
    return Step("access", refuses=True, says=f"nothing lets the caller in: {of_tier}{listing}{others}", places=places)


def _opened(of: Question) -> Step:
    models = of.caller.models or frozenset()
    if models.isdisjoint(of.model.called):
        return Step(
            "models", refuses=True, says=f"the credential opens {listed(sorted(models)) or 'no models'}, and not this one"
        )
    return Step("models", refuses=False, says="the credential opens the model")


def _tier(of: Question, tier: Tier | None) -> Step:
    if tier is None:
        says = "the caller's groups have none" if of.program.tiers else "there are none"
        return Step("tier", refuses=False, says=says)
    covered = covering(of.intent, tier.origin, of.caller)
    by = covered or "the group of its ServiceAccounts"
    lower = [one.name for one in of.program.tiers if one != tier and one.members.cover("", of.caller.groups)]
    over = f"; it outranks {listed(lower)}" if lower else ""
    places = (tier.origin.on_key(), *((covered.place,) if covered else ()))
    return Step("tier", refuses=False, says=f"`{tier.name}`, level {tier.level}, by {by}{over}", places=places)


def _candidates(of: Question, candidates: tuple[Entry, ...]) -> Step:
    if not candidates:
        known = listed(entry.key for entry in of.model.entries)
        says = f"no subscription, team or tier meters the caller on the model; it has {known}"
        places = tuple(entry.origin.on_key() for entry in of.model.entries)
        return Step("candidates", refuses=True, says=says, places=places)
    told = "; ".join(_candidate(of, entry) for entry in candidates)
    return Step("candidates", refuses=False, says=told, places=tuple(entry.origin.on_key() for entry in candidates))


def _candidate(of: Question, entry: Entry) -> str:
    rank = {"subscription": f"priority {entry.priority}", "team": "a team", "tier": f"level {entry.priority}"}[entry.kind]
    covered = covering(of.intent, entry.origin, of.caller)
    return f"`{entry.key}` ({rank}{f', by {covered}' if covered else ''})"


def _selection(candidates: tuple[Entry, ...], named: str | None, by: str) -> Step:
    first = candidates[0]
    if named is not None:
        chosen = next((entry for entry in candidates if entry.key == named), None)
        if chosen is None and by == _CREDENTIAL and not named:
            return Step("selection", refuses=True, says=f"{by} is bound to no entry, so none meters it")
        if chosen is None:
            return Step("selection", refuses=True, says=f"{by} names `{named}`, which is no candidate")
        says = f"{by} names `{named}`"
        return Step("selection", refuses=False, says=says, places=(chosen.origin.on_key(),))
    if len(candidates) == 1:
        return Step("selection", refuses=False, says=f"`{first.key}`, the only candidate", places=(first.origin.on_key(),))
    says = f"`{first.key}` before `{candidates[1].key}`: {_better(first, candidates[1])}"
    return Step("selection", refuses=False, says=says, places=(first.origin.on_key(),))


def _better(first: Entry, second: Entry) -> str:
    """Say by which rule of precedence one entry comes before another."""
    if first.kind != second.kind:
        return "subscriptions come before teams, and teams before tiers"
    if first.priority != second.priority:
        return f"priority {first.priority} is higher than {second.priority}"
    if first.budget.sustained() != second.budget.sustained():
        return "of one priority, the larger budget per second wins"
    return "of one priority and one budget, the first by name wins"


def _budget(selected: Entry) -> Step:
    limits = limits_of(selected)
    places = (selected.origin,)
    if zero := next((limit for limit in limits if limit.limit == 0), None):
        return Step("budget", refuses=True, says=f"`{selected.key}` allows nothing: {limited(zero)}", places=places)
    tokens = "" if selected.budget.tokens else "tokens are counted and never limited"
    said = ", ".join([*(limited(limit) for limit in limits), *([tokens] if tokens else [])])
    shared = {
        "user": "each user has a count of its own",
        "subscription": "all whom the subscription meters share the count",
        "team": "the team shares the count",
    }[selected.budget.per.value]
    return Step("budget", refuses=False, says=f"{said}; {shared}", places=places)
