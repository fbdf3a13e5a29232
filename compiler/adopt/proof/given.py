"""What a proof knows of callers: whose credentials are accepted, what an identity then holds, what Kubernetes promises."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from msgspec import Struct

from compiler.adopt.proof.evaluator import USERNAME
from compiler.gateway import policies
from compiler.program import methods
from compiler.program.ir import Program
from compiler.program.methods import Credential
from compiler.prove import raw, world
from compiler.prove.formula import FALSE, TRUE, Fact, Formula
from compiler.prove.terms import Terms
from compiler.prove.values import Alternative, Field, Names, Record, Sequence
from compiler.prove.world import World

# Whoever has a token of the cluster is in the first; ServiceAccounts are in the second and in one of their namespace.
EVERYBODY: Final = "system:authenticated"
ACCOUNTS: Final = "system:serviceaccounts"
OF_NAMESPACE: Final = f"{ACCOUNTS}:"
ACCOUNT: Final = "system:serviceaccount:"

# Said in every report: what the proof takes from Kubernetes, and does not find in any policy.
TAKEN: Final = (
    "whoever has a token of the cluster has a name and is in `system:authenticated`",
    "a ServiceAccount is in the groups of ServiceAccounts, of its namespace, and in no others; nobody else is in those",
    "no token of the cluster begins like an API key",
    "the MaaS API answers whenever it is called, and by what the dump holds; nothing comes out of a cache of Authorino",
    "nobody may call a model by a ClusterRole: an access review is answered by the Roles of the dump, and the bindings to these",
    "an identity provider signs with its own name, names whom it vouches for, and makes no claim that a policy has a default for",
)

_GROUPS: Final = Sequence((Alternative(TRUE, (), (Names("group", {}, TRUE),), ordered=False),))


class Kind(Struct, frozen=True):
    """A kind of credentials: tokens of the cluster (without a method), or those that a way in of the configuration is for."""

    method: methods.Method | None = None

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """Give what the credentials are; none for tokens of the cluster, which are for any audiences."""
        return () if self.method is None else methods.credentials_of(self.method)

    def __str__(self) -> str:
        return "tokens of the cluster" if self.method is None else str(self.credentials[0])


def kinds(program: Program) -> tuple[Kind, ...]:
    """Give the kinds of credentials that callers may have, as far as the configuration knows any."""
    own = (method for method in program.platform.methods if not methods.understood_by_cluster(method))
    return Kind(), *map(Kind, own)


def audience(name: str) -> Fact:
    """The token is for this audience."""
    return Fact("audience", name)


def accepted(terms: Terms, kind: Kind, method: policies.Method, host: str = "") -> Formula:
    """Tell which credentials of a kind a method accepts."""
    where, prefix = method.credentials.where, method.credentials.name
    match method.check:
        case policies.TokenReview(audiences) if kind.method is None:
            sent = where == "authorizationHeader" and prefix == methods.BEARER
            return terms.any(terms.fact(audience(one)) for one in audiences or (host,)) if sent else FALSE
        case policies.Jwt(signers):
            found = [Credential("issuer", one, prefix) for one in signers]
        case policies.ApiKey(labels, all_namespaces=False):
            found = [methods.labelled(prefix, labels)]
        case policies.Introspection(endpoint, secret):
            found = [methods.known_to(prefix, endpoint, secret)]
        case policies.Anonymous():
            return TRUE
        case _:
            return FALSE
    return TRUE if where == "authorizationHeader" and set(found) & set(kind.credentials) else FALSE


def identity(of: World, kind: Kind, answers: Record) -> Record:
    """Give the identity that such a credential leaves; `answers` are of the MaaS API, and travel with tokens of the cluster."""
    match kind.method:
        case methods.Oidc() as method:
            return _named(raw.identity(of, method), method.username)
        case None:
            pass
        case other:
            return raw.identity(of, other)
    user = {"username": Field(TRUE, USERNAME), "groups": Field(TRUE, _GROUPS), "extra": Field(TRUE, answers)}
    return Record("auth.identity", {"user": Field(TRUE, Record("auth.identity.user", user))})


def _named(found: Record, path: methods.ClaimPath) -> Record:
    """Give an identity that has the claim with the name."""
    one = found.fields[path[0]]
    value = _named(one.value, path[1:]) if isinstance(one.value, Record) else one.value
    return Record(found.name, {**found.fields, path[0]: Field(TRUE, value)})


def promised(terms: Terms, kind: Kind) -> Formula:
    """Give what holds of all callers, as far as any formula so far can tell."""
    if isinstance(kind.method, methods.Oidc):
        issuer, _ = methods.claims_of(kind.method)
        return terms.both(terms.fact(world.claim(*issuer)), terms.fact(world.USERNAME))
    if kind.method is not None:
        return TRUE
    terms.fact(world.group(EVERYBODY))
    return terms.all(_promises(terms, list(terms.facts())))


def _promises(terms: Terms, facts: list[Fact]) -> Iterator[Formula]:
    groups = {fact.name: terms.fact(fact) for fact in facts if fact.kind == "group"}
    yield groups[EVERYBODY]
    accounts = {name for name in groups if name.startswith(OF_NAMESPACE)}
    names = {fact.name: terms.fact(fact) for fact in facts if fact.kind == "username"}
    namespaces = {name: f"{OF_NAMESPACE}{name.split(':')[2]}" for name in names if name.startswith(ACCOUNT)}
    every = terms.fact(world.group(ACCOUNTS))
    yield from (-terms.fact(world.username(name)) for name in names if not name)
    for name in sorted(accounts):
        yield terms.either(-groups[name], every)
    for one, other in combinations(sorted(accounts), 2):
        yield -terms.both(groups[one], groups[other])
    for name, called in sorted(names.items()):
        own = namespaces.get(name)
        yield -terms.both(called, every) if own is None else terms.either(-called, terms.fact(world.group(own)))
        if own is not None:
            yield terms.either(-called, every)
    others = sorted(name for name in groups if name not in accounts and name not in (EVERYBODY, ACCOUNTS))
    yield from (-terms.both(every, groups[name]) for name in others)
    for fact in facts:
        if fact.kind == "part":
            yield -terms.both(every, terms.fact(fact))
        if fact.kind == "parts" and fact.name.startswith(": ") and int(fact.name[2:]) < len(ACCOUNT.split(":")) + 1:
            yield terms.either(-every, terms.fact(fact))
