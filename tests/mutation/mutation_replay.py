"""Asks the simulated gateway about many callers and requests, so that a mutant nobody can tell is told by nobody here."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace
from mutation_manifests import Platform

from compiler.engines.base import Engine
from compiler.gateway.answer import answer
from compiler.gateway.externals import ExternalRoute
from compiler.gateway.identities import Identities, Token
from compiler.gateway.limitador import CounterId
from compiler.gateway.read import read
from compiler.gateway.release import find_release
from compiler.gateway.requests import HttpRequest
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Model
from compiler.program.methods import credentials_of
from compiler.prove.from_gateway import externals

# Routes that somebody else might add; on them all denials are alike.
_FOREIGN: Final = (
    ExternalRoute("elsewhere", "foreign", "/elsewhere/foreign"),
    ExternalRoute("elsewhere", "x", "/x"),
    ExternalRoute("maas-api", "maas-api", "/maas-api"),
)


@dataclass(frozen=True)
class Question:
    """A caller, by the groups and the name behind the token, and a request."""

    token: Token | None
    path: str
    headers: tuple[tuple[str, str], ...] = ()


def questions(of: Platform, concerning: Sequence[Model]) -> Iterator[Question]:
    """Give callers of every kind, requests of every kind, and enough of both together."""
    for model in concerning:
        usual = f"{model.prefix}/v1/chat/completions"
        everybody = list(_callers(of, model))
        loud = everybody[0]
        yield Question(None, usual)
        yield from (Question(token, usual) for token in everybody)
        keys = (*(entry.key for entry in of.program.precedence(model)), "unknown", "")
        for number, token in enumerate(everybody):
            yield Question(token, usual, ((SUBSCRIPTION_HEADER, keys[number % len(keys)]),))
        yield from (Question(loud, usual, ((SUBSCRIPTION_HEADER, key),)) for key in keys)
        yield from (Question(loud, usual, ((name, "x"),)) for name in IDENTITY_HEADERS)
        for path in (model.listing_path, f"{usual}?x=/v1/models", f"{model.listing_path}/x", f"{model.prefix}/v1"):
            yield Question(loud, path)
    for token in list(_callers(of, concerning[0]))[:2]:
        for route in _FOREIGN:
            yield from (Question(token, path) for path in (route.prefix, f"{route.prefix}/v1/models"))


def _callers(of: Platform, model: Model) -> Iterator[Token]:
    subjects = [*(grant.subjects for grant in model.grants), *(entry.subjects for entry in of.program.precedence(model))]
    groups = list(dict.fromkeys(group for one in subjects for group in one.groups))
    users = list(dict.fromkeys(user for one in subjects for user in one.users))
    for method in of.program.platform.methods:
        audiences = tuple(one.name for one in credentials_of(method))
        yield Token(audiences, "somebody", tuple(groups), "1")
        yield Token(audiences, "", tuple(groups[::-1]), "1")
        yield from (Token(audiences, user, ("other", *groups[:1]), "1") for user in (*users, ""))
        yield from (Token(audiences, user, (), "1") for user in (*users, "nobody"))
        yield from (Token(audiences, "somebody", (group,), "1") for group in (*groups, "other", "intruder"))
        yield from (Token(audiences, "somebody", pair, "1") for pair in itertools.pairwise(groups))


Replay = tuple[str, ...]


def replayed(of: Platform, texts: Mapping[str, str], asked: Sequence[Question], engine: Engine) -> Replay:
    """Give the answers to all questions, in one spelling.

    A counter is told by when it was first seen, so that only who shares it with whom matters, and not what it is called.
    """
    assumed = externals(of.program)
    cluster, _ = read(texts, externals=replace(assumed, routes=(*assumed.routes, *_FOREIGN)))
    release = find_release(".".join(str(part) for part in of.program.platform.kuadrant if part is not None))
    counters: dict[CounterId, int] = {}
    found: list[str] = []
    for question in asked:
        identities = Identities(tokens={} if question.token is None else {"t": question.token})
        headers = (("authorization", "Bearer t"), *question.headers)
        request = HttpRequest("POST", of.program.platform.gateway.hostname, question.path, headers)
        told = answer(cluster, release, engine, identities, request)
        status = told.status
        if any(question.path.startswith(route.prefix) for route in _FOREIGN) and status in (401, 403):
            status = 403
        limits = sorted(
            (one.unit, one.limit, one.seconds, one.enforced, counters.setdefault(one.counted.counter, len(counters)))
            for one in told.limits
            if 0 < one.limit < 10**12
        )
        counted = any(one.unit == "tokens" for one in told.limits)
        spoken = (status, told.route, told.method if told.metadata else "", told.metadata, sorted(told.headers), limits, counted)
        found.append(json.dumps([*spoken, told.why_not], sort_keys=True))
    return tuple(found)
