"""Which action set the filter runs for a request; it decides on its own, and not as Envoy routes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from compiler.gateway.effective import Effective
from compiler.gateway.evaluate import InconclusiveError
from compiler.gateway.hosts import closest, without_port
from compiler.gateway.index import Hosts, entries
from compiler.gateway.manifests import Match
from compiler.gateway.question import Question
from compiler.gateway.routing import has_headers, has_query


class Unselectable(Struct, frozen=True):
    """The test of an action set is an error: what follows depends on the release."""

    route: str


_KINDS: Final = {"Exact": 0, "PathPrefix": 1}


def select(hosts: Hosts, question: Question) -> Effective | Unselectable | None:
    """Find the action set of a request by its host as sent, without the port; None means that no policy is applied.

    Raises:
        InconclusiveError: the order of two that match is not known.
    """
    host = closest(without_port(question.request.host), hosts)
    if host is None:
        return None
    path, _, query = question.request.path.partition("?")
    reached = [(_rank(entry.match), entry) for entry in entries(hosts, host, path) if _reaches(entry.match, question)]
    reached.sort(key=lambda ranked: (ranked[0], ranked[1].effective.path.route.id))
    for _, group in groupby(reached, key=lambda ranked: ranked[0]):
        equals = [entry for _, entry in group]
        if equals[0].match.query and not question.release.query_matches:
            return Unselectable(equals[0].effective.path.route.id)
        matched = [entry.effective for entry in equals if has_query(entry.match, query)]
        if matched:
            return _first(matched)
    return None


def _rank(match: Match) -> tuple[int, int, bool, int, int]:
    """Order as the operator does: matches with a method come after those without, unlike in the Gateway API."""
    return _KINDS[match.kind], -len(match.path), match.method is not None, -len(match.headers), -len(match.query)


def _reaches(match: Match, question: Question) -> bool:
    """Test what comes before the query parameters; a prefix is a plain one, `/foo` also takes `/foobar`."""
    path = question.request.path.partition("?")[0]
    if match.method is not None and match.method != question.request.method:
        return False
    on_path = path == match.path if match.kind == "Exact" else path.startswith(match.path)
    return on_path and has_headers(match, question.request, question.headers)


def _first(matched: Sequence[Effective]) -> Effective:
    """Choose among equals: the older route, then by name; rules and listeners of one route are in no known order."""
    one = matched[0]
    others = [other for other in matched if other.path.route.id != one.path.route.id]
    if others:
        times = [found.path.route.created for found in matched]
        if any(time is None for time in times):
            names = f"`{one.path.route.id}` and `{others[0].path.route.id}`"
            raise InconclusiveError(f"{names} are selected alike: the older one wins, and their age is not known")
        one = min(matched, key=lambda found: (found.path.route.created or "", found.path.route.id))
    for other in matched:
        if other.path.route.id == one.path.route.id and not one.same_policies(other):
            raise InconclusiveError(f"rules or listeners of `{one.path.route.id}` are selected alike and treated differently")
    return one
