"""Authorino: one check of a request against the AuthPolicy of its path."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.gateway.authentication import World, authenticate
from compiler.gateway.authorization import refused_by
from compiler.gateway.document import CrashError, Document
from compiler.gateway.effective import EffectiveAuth
from compiler.gateway.evaluate import Evaluator
from compiler.gateway.fetching import fetched
from compiler.gateway.question import Question
from compiler.gateway.requests import for_authorino
from compiler.gateway.response import Granted, respond

_CRASHED: Final = 500


class Permitted(Struct, frozen=True):
    """The request may pass; `method` accepted the caller as `identity`."""

    method: str
    identity: object
    granted: Granted


class Denied(Struct, frozen=True):
    """The request is answered with this status; `reason` is one word for why, `rule` what denied it."""

    status: int
    reason: str
    rule: str


def check(auth: EffectiveAuth, question: Question, evaluator: Evaluator) -> Permitted | Denied:
    """Answer for a request whose headers are still the client's.

    Raises:
        InconclusiveError: no answer can be given.
    """
    named = dict(auth.patterns)
    identities = question.identities
    document = Document(for_authorino(question.request, question.headers))
    world = World(identities, (*question.cluster.secrets, *identities.secrets), question.request.host)
    try:
        caller = authenticate(auth.methods, named, document, world, evaluator)
        if caller is None:
            return Denied(auth.unauthenticated, "unauthenticated", "")
        there = fetched(auth.fetches, question.cluster, world.secrets, identities.authorino_namespace)
        known = replace(document.with_identity(caller.identity), metadata=there)
        refusing = refused_by(auth.authorization, named, known, question.cluster, evaluator)
        if refusing is not None:
            return Denied(auth.unauthorized, "unauthorized", refusing.name)
        return Permitted(caller.method, caller.identity, respond(auth.response, named, known, evaluator))
    except CrashError as error:
        evaluator.note("authorino", "", f"crash: {error}", None)
        return Denied(_CRASHED, "auth-crash", "")
