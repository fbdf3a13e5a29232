"""Answers one request as the gateway would, with everything that led to the answer."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from compiler.engines.base import Engine
from compiler.gateway.cluster import Cluster
from compiler.gateway.evaluate import Evaluator, InconclusiveError, Step
from compiler.gateway.filter import Outcome, run
from compiler.gateway.identities import Identities
from compiler.gateway.index import Hosts
from compiler.gateway.limitador import Counters
from compiler.gateway.limits import Matched
from compiler.gateway.question import Question
from compiler.gateway.release import Release
from compiler.gateway.requests import Headers, HttpRequest, received
from compiler.gateway.routing import changed, gateway_of, route_of
from compiler.gateway.selection import Unselectable, select

_PASSED = 200
_NO_ROUTE = 404
_ERROR = 500


class Answer(Struct, frozen=True):
    """What the gateway answers.

    - `status`: 200 when the request is passed to the backend, None when no answer can be given.
    - `reason`: `allowed`; `unprotected`, `auth-skipped` and `auth-deferred` for requests that pass without what was
      meant to guard them; `unauthenticated`, `unauthorized`, `over-limit`, `no-route`; `auth-when-error`, `auth-crash`
      and `selection-error`; `inconclusive`.
    - `why_not`: why no answer can be given, else None.
    - `route`: the route that the request is passed to; `guard`: the one whose policies were applied. `namespace/name`.
    - `method`: the authentication method that accepted the caller, or an empty string.
    - `metadata`: what Authorino exported to the filter, or None if it was not asked or denied.
    - `headers`: request headers as the backend sees them, names in lower case; empty unless the status is 200.
    - `limits`: those that applied; `metered` tells whether one of them counts this request.
    - `counters`: all counters once the request has been passed on; tokens are counted by `report`.
    """

    status: int | None
    reason: str
    why_not: str | None
    route: str | None
    guard: str | None
    method: str
    metadata: dict[str, object] | None
    headers: Headers
    limits: tuple[Matched, ...]
    counters: Counters
    trace: tuple[Step, ...]

    @property
    def metered(self) -> bool:
        """Tell whether some limit counts this request or its tokens."""
        return bool(self.limits)


def answer(  # noqa: PLR0913, PLR0917
    cluster: Cluster,
    release: Release,
    engine: Engine,
    identity: Identities,
    request: HttpRequest,
    state: Counters | None = None,
) -> Answer:
    """Answer a request; `state` are the counters before it, by default none has counted anything."""
    counters = state or Counters()
    evaluator = Evaluator(engine)
    try:
        found = _answered(Question(cluster, release, identity, request, received(request)), counters, evaluator)
    except InconclusiveError as error:
        evaluator.note("inconclusive", "", error.reason, error.place)
        found = replace(_plain(None, "inconclusive", counters), why_not=error.reason)
    return replace(found, trace=evaluator.steps)


def _plain(status: int | None, reason: str, counters: Counters) -> Answer:
    return Answer(status, reason, None, None, None, "", None, (), (), counters, ())


def _answered(question: Question, counters: Counters, evaluator: Evaluator) -> Answer:
    gateway = gateway_of(question.cluster, question.request)
    if gateway is None:
        evaluator.note("host", question.request.host, "no gateway", None)
        return _plain(_NO_ROUTE, "no-route", counters)
    here = question.cluster.index.served.get(gateway.id, {})
    chosen = select(question.cluster.index.guarded.get(gateway.id, {}), question)
    if isinstance(chosen, Unselectable):
        evaluator.note("selection", chosen.route, "error: query parameters cannot be tested", None)
        if question.release.route_error_denies:
            return replace(_plain(_ERROR, "selection-error", counters), guard=chosen.route)
        return _passed(here, question, _unguarded(question, counters), None)
    if chosen is None:
        evaluator.note("selection", "", "no policy is applied", None)
        return _passed(here, question, _unguarded(question, counters), None)
    evaluator.note("selection", chosen.path.route.id, f"rule `{chosen.path.rule.name}`", chosen.path.rule.place)
    outcome = run(chosen, question, counters, evaluator)
    return _passed(here, question, outcome, chosen.path.route.id)


def _unguarded(question: Question, counters: Counters) -> Outcome:
    return Outcome(None, "unprotected", "", None, question.headers, (), counters)


def _passed(here: Hosts, question: Question, outcome: Outcome, guard: str | None) -> Answer:
    """Give the filter's own answer, or that of the route which the request is then passed to."""
    found = Answer(
        status=outcome.status,
        reason=outcome.reason,
        why_not=None,
        route=None,
        guard=guard,
        method=outcome.method,
        metadata=outcome.metadata,
        headers=(),
        limits=outcome.limits,
        counters=outcome.counters,
        trace=(),
    )
    if outcome.status is not None:
        return found
    headers = tuple((name.lower(), value) for name, value in outcome.headers)
    path = route_of(here, question.request, headers)
    if path is None:
        return replace(found, status=_NO_ROUTE, reason="no-route")
    return replace(found, status=_PASSED, route=path.route.id, headers=changed(headers, path.rule.changes))


def report(found: Answer, tokens: int | None, now: float | None = None) -> Counters:
    """Count the tokens of the response to a request that was passed on, and give the counters after that.

    `tokens` are those of `/usage/total_tokens`; None when the filter cannot read them, and then nothing is counted.
    A count of 0 counts as 1. A limit that was not checked before is checked now: over it, counting ends.
    """
    counters = found.counters if now is None else found.counters.at(now)
    if found.status != _PASSED or tokens is None:
        return counters
    limits: dict[tuple[str, str], list[Matched]] = {}
    for matched in found.limits:
        if matched.unit == "tokens":
            limits.setdefault((matched.policy, matched.name), []).append(matched)
    for rates in limits.values():
        asked = [matched.counted for matched in rates]
        if not rates[0].enforced and counters.exceeded(asked):
            break
        counters = counters.counted(asked, max(tokens, 1))
    return counters
