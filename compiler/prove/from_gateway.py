"""Makes the views of a proof from manifests that were read back, and refuses whatever a proof does not understand."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from msgspec.structs import replace

from compiler.cel.printer import quote, spellable
from compiler.diagnostics.model import Place
from compiler.gateway import policies
from compiler.gateway.cluster import Cluster
from compiler.gateway.effective import Effective, EffectiveAuth, EffectiveLimit
from compiler.gateway.externals import ExternalRoute, Externals
from compiler.gateway.fetching import reached
from compiler.gateway.manifests import Secret
from compiler.program import backends
from compiler.program.backends import ExternalModel, InferenceService
from compiler.program.ir import GROUP_HEADER, SUBSCRIPTION_HEADER, TIER_HEADER, USERNAME_HEADER, Attach, Model, Program
from compiler.program.methods import Credential, known_to, labelled
from compiler.prove.view import (
    AccessReview,
    Comparison,
    Conditions,
    Export,
    Fetched,
    Limit,
    Method,
    Pattern,
    Permission,
    Several,
    Source,
    Unit,
    Unknown,
    View,
)

# Headers about which a proof has something to say; what else is injected matters to no decision.
_PROVED_HEADERS = (USERNAME_HEADER, GROUP_HEADER, SUBSCRIPTION_HEADER, TIER_HEADER)

_GROUPS = "auth.identity.groups"
_GROUPS_AS_JSON = f"{_GROUPS}.@tostr"

_CREDENTIAL = "request.headers.authorization"
_OPERATORS: Final[tuple[Literal["eq", "incl"], ...]] = ("eq", "incl")

_UNAUTHENTICATED = 401
_UNAUTHORIZED = 403


def externals(program: Program) -> Externals:
    """Give what is in the cluster next to the manifests: the gateway, and the routes that KServe makes."""
    made = [model for model in program.models if isinstance(model.backend, InferenceService)]
    routes = tuple(ExternalRoute(model.namespace, model.route, model.prefix) for model in made)
    gateway = program.platform.gateway
    named = (gateway.namespace, gateway.name)
    return Externals(routes, gateway=named, hostname=gateway.hostname, secrets=tuple(_secrets(program)))


def _secrets(program: Program) -> Iterator[Secret]:
    """Give the Secrets of the providers' keys, which somebody keeps; what they hold here shows where it goes."""
    served = (model.backend for model in program.models if isinstance(model.backend, ExternalModel))
    held: dict[tuple[str, str], dict[str, str]] = {}
    for key in (one.credential for one in served if one.credential is not None):
        content = b64encode(key_of(key).encode()).decode()
        held.setdefault((key.namespace, key.secret), {})[key.key] = content
    for (namespace, name), data in sorted(held.items()):
        yield Secret(namespace, name, data=tuple(sorted(data.items())))


def key_of(credential: backends.Credential) -> str:
    """Give what stands for a provider's key wherever one is shown."""
    return f"the-key-{credential.key}-of-{credential.namespace}-{credential.secret}"


def views(program: Program, cluster: Cluster) -> tuple[View, ...]:
    """Give a view for each model whose route the cluster knows; a model without one is left out."""
    allowed = tuple(permissions(cluster))
    found = (view_through(program, model, cluster, f"{model.namespace}/{model.route}", allowed) for model in program.models)
    return tuple(view for view in found if view is not None)


def view_through(program: Program, model: Model, cluster: Cluster, route: str, allowed: tuple[Permission, ...]) -> View | None:
    """Give the view of a model whose requests take a route (`namespace/name`), or None if the cluster does not know it."""
    paths = cluster.index.routes.get(route, ())
    if not paths:
        return None
    return replace(view_of(model.id, paths, allowed, fetches=True), fetched=_fetched(program, cluster, paths[0]))


def unguarded(program: Program, cluster: Cluster) -> frozenset[str]:
    """Give the models whose routes are meant to have an AuthPolicy of their own, and have none."""
    if program.platform.attach is not Attach.ROUTE:
        return frozenset()
    guarded = {
        (policy.namespace, policy.target.name)
        for policy in cluster.policies
        if policy.kind == "AuthPolicy" and policy.target.kind == "HTTPRoute"
    }
    return frozenset(model.id for model in program.models if (model.namespace, model.route) not in guarded)


def _fetched(program: Program, cluster: Cluster, path: Effective) -> tuple[Fetched, ...]:
    """Give what Authorino gets: what the account of its token may get, of what is there."""
    here = program.platform.kuadrant_namespace
    fetches = path.auth.fetches if path.auth else ()
    found = ((one.name, reached(one, cluster, cluster.secrets, here)) for one in fetches)
    return tuple(Fetched(name, tuple(key for key, _ in secret.data) if secret else ()) for name, secret in found)


def view_of(model: str, paths: tuple[Effective, ...], allowed: tuple[Permission, ...], *, fetches: bool = False) -> View:
    """Give what holds on all paths of one route; unless `fetches` are told of elsewhere, there must be none."""
    effective = paths[0]
    reading = _Reading()
    if not all(effective.same_policies(other) for other in paths[1:]):
        reading.refuse("a route whose rules or listeners are treated differently", None)
    if effective.unordered:
        reading.refuse(f"two policies on one target: `{effective.unordered[0]}`", None)
    auth = effective.auth
    if auth is None:
        reading.refuse("a route without an AuthPolicy", None)
    else:
        reading.check(auth)
        if auth.fetches and not fetches:
            reading.refuse("a Secret that is fetched", auth.fetches[0].place)
    limits = [reading.limit("tokens", limit) for limit in effective.tokens]
    limits += [reading.limit("requests", limit) for limit in effective.requests]
    return View(
        model=model,
        methods=tuple(reading.method(method) for method in auth.methods) if auth else (),
        authorization=tuple(reading.authorization(rule) for rule in auth.authorization) if auth else (),
        permissions=allowed,
        exports=tuple(export for item in auth.response for export in reading.exports(item)) if auth else (),
        injected=tuple(header for item in auth.response for header in reading.injected(item)) if auth else (),
        limits=tuple(limits),
        place=auth.authorization[0].place if auth and auth.authorization else effective.path.rule.place,
        unknown=tuple(reading.unknown),
    )


def permissions(cluster: Cluster) -> Iterator[Permission]:
    """Give what every binding allows."""
    roles = {(role.namespace, role.name): role for role in cluster.roles}
    for binding in cluster.bindings:
        role = roles.get((binding.namespace, binding.role))
        for rule in role.permissions if role else ():
            users = [subject.name for subject in binding.subjects if subject.kind == "User"]
            users += [
                f"system:serviceaccount:{subject.namespace}:{subject.name}"
                for subject in binding.subjects
                if subject.kind == "ServiceAccount"
            ]
            groups = tuple(subject.name for subject in binding.subjects if subject.kind == "Group")
            yield Permission(binding.namespace, rule.groups, rule.resources, rule.names, rule.verbs, groups, tuple(users))


@dataclass
class _Reading:
    """The reading of one route; what is not understood is noted."""

    unknown: list[Unknown] = field(default_factory=list)

    def refuse(self, what: str, place: Place | None) -> None:
        self.unknown.append(Unknown(what, place))

    def check(self, auth: EffectiveAuth) -> None:
        if auth.when:
            self.refuse("an AuthPolicy that holds under a condition", auth.when[0].place)
        if not auth.methods:
            self.refuse("an AuthPolicy that lets everybody in as nobody", None)
        if (auth.unauthenticated, auth.unauthorized) != (_UNAUTHENTICATED, _UNAUTHORIZED):
            self.refuse("denials with other codes than 401 and 403", None)

    def source(self, value: policies.Source) -> Source:
        """Give a value as CEL."""
        match value:
            case policies.Cel(text, place):
                return Source(text, place)
            case policies.Static(str() as text, place) if spellable(text):
                return Source(quote(text), place)
            case _:
                self.refuse("a value that is neither CEL nor a plain string", value.place)
                return Source('""', value.place)

    def method(self, method: policies.Method) -> Method:
        if method.credentials.where != "authorizationHeader":
            self.refuse(f"credentials of `{method.name}` that are in no `authorization` header", method.place)
        if method.defaults or method.when:
            self.refuse(f"defaults or a condition of `{method.name}`", method.place)
        accepts = tuple(_accepted(method))
        if not accepts:
            self.refuse(f"the method `{method.name}`, of which nobody knows whose credentials it accepts", method.place)
        overrides = tuple((one.name, self.source(one.source)) for one in method.overrides)
        return Method(method.name, method.priority, accepts, overrides, method.place, self._cache(method))

    def _cache(self, method: policies.Method) -> int:
        """Give the seconds that a credential is remembered; whatever it is remembered by must tell credentials apart."""
        if method.cache is None:
            return 0
        key = method.cache.key
        if not isinstance(key, policies.Selector) or key.path != _CREDENTIAL:
            self.refuse(f"the cache of `{method.name}`, which is not by the credential", method.place)
        return method.cache.seconds

    def authorization(self, rule: policies.Authorization) -> Conditions | AccessReview:
        if rule.when:
            self.refuse(f"a condition of the authorization `{rule.name}`", rule.place)
        if isinstance(rule.rule, policies.Patterns):
            return Conditions(rule.name, tuple(map(self._pattern, rule.rule.patterns)), rule.place)
        review = rule.rule
        attributes = tuple((one.name, self._plain(one.source)) for one in review.attributes)
        groups = self.source(review.groups) if review.groups else None
        return AccessReview(rule.name, self._plain(review.user), groups, attributes, rule.place)

    def _plain(self, value: policies.Source) -> Source | str:
        if isinstance(value, policies.Static) and isinstance(value.value, str):
            return value.value
        return self.source(value)

    def _pattern(self, pattern: policies.Pattern) -> Pattern:
        """Give a pattern that says one thing; Authorino drops parts of those that say several, or nothing."""
        place, predicate = pattern.place, pattern.predicate
        if predicate is not None and pattern == policies.Pattern(place, predicate=predicate):
            return Source(predicate.text, predicate.place)
        for members, every in ((pattern.every, True), (pattern.some, False)):
            alone = policies.Pattern(place, every=members) if every else policies.Pattern(place, some=members)
            if members and pattern == alone:
                return Several(tuple(map(self._pattern, members)), every)
        selector, value = pattern.selector, pattern.value
        for operator in _OPERATORS:
            if pattern == policies.Pattern(place, selector=selector, operator=operator, value=value):
                return Comparison(selector, operator, value, place)
        self.refuse("a pattern that is neither CEL, nor one comparison, nor a list of patterns", place)
        return Source("false", place)

    def exports(self, item: policies.ResponseItem) -> Iterator[Export]:
        if item.target != "metadata":
            return
        if item.when or not isinstance(item.body, tuple):
            self.refuse(f"the exported item `{item.name}`, which is conditional or no object", item.place)
            return
        for one in item.body:
            yield Export(item.key, one.name, self.source(one.source))

    def injected(self, item: policies.ResponseItem) -> Iterator[tuple[str, Source]]:
        if item.target != "header" or item.key.lower() not in _PROVED_HEADERS:
            return
        if item.when or isinstance(item.body, tuple) or item.key != item.key.lower():
            self.refuse(f"the injected header `{item.key}`, which is conditional, an object or not in lower case", item.place)
            return
        body = item.body
        if item.key == GROUP_HEADER and isinstance(body, policies.Selector) and body.path == _GROUPS_AS_JSON:
            # The one list among the headers: as JSON, because Go prints a list otherwise.
            yield item.key, Source(_GROUPS, body.place)
        else:
            yield item.key, self.source(body)

    def limit(self, unit: Unit, limit: EffectiveLimit) -> Limit:
        return Limit(
            unit=unit,
            policy=limit.policy,
            name=limit.name,
            rates=tuple((rate.limit, rate.seconds) for rate in limit.rates),
            predicates=tuple(Source(one.text, one.place) for one in limit.predicates),
            counters=tuple(Source(one.text, one.place) for one in limit.counters),
            place=limit.place,
        )


def _accepted(method: policies.Method) -> Iterator[Credential]:
    """Give the kinds of credentials that a method accepts; none where it could be anything."""
    prefix = method.credentials.name
    match method.check:
        case policies.TokenReview(audiences):
            yield from (Credential("audience", audience, prefix) for audience in audiences)
        case policies.Jwt(signers):
            yield from (Credential("issuer", signer, prefix) for signer in signers)
        case policies.ApiKey(labels, all_namespaces=False) if labels:
            yield labelled(prefix, labels)
        case policies.Introspection(endpoint, secret):
            yield known_to(prefix, endpoint, secret)
        case _:
            return
