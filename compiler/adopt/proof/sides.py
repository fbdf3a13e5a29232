"""Both sides of a proof: which requests of a model need telling apart, which policies each meets, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.adopt.proof.auth import Surroundings
from compiler.adopt.proof.evaluator import AUTHORIZATION, tree
from compiler.adopt.proof.given import Kind
from compiler.adopt.proof.limits import decided
from compiler.adopt.proof.outcome import Outcome, joined
from compiler.adopt.proof.reader import Reader
from compiler.cel.tree import Compare, Expr, Ident, Index, Method, Select, Str
from compiler.gateway import policies
from compiler.gateway.cluster import Cluster
from compiler.gateway.effective import Effective
from compiler.gateway.evaluate import InconclusiveError
from compiler.gateway.fetching import fetched
from compiler.gateway.hosts import closest, without_port
from compiler.gateway.identities import Identities
from compiler.gateway.index import Hosts
from compiler.gateway.manifests import Match
from compiler.gateway.question import Question
from compiler.gateway.release import Release
from compiler.gateway.requests import HttpRequest
from compiler.gateway.routing import gateway_of, route_of
from compiler.gateway.selection import Unselectable, select
from compiler.prove import identities
from compiler.prove.algebra import text
from compiler.prove.formula import FALSE, TRUE, Formula, Variable
from compiler.prove.from_gateway import permissions
from compiler.prove.targets import walk
from compiler.prove.values import Field, Headers, Record, Symbol, Text, UnsupportedError, Value
from compiler.prove.world import World

METHOD: Final = Variable(25, "method")
_HEADERS: Final = Select(Ident("request"), "headers")
_SELECTORS: Final = {"request.path": "path", "request.url_path": "url_path", "context.request.http.path": "path"}
_HEADER: Final = ("request.headers.", "context.request.http.headers.")


class Side(Struct, frozen=True):
    """One of the two gateways."""

    cluster: Cluster
    release: Release
    host: str

    @property
    def served(self) -> Hosts:
        """Give the routes of the gateway of the host.

        Raises:
            UnsupportedError: several gateways could be it.
        """
        return self._of(self.cluster.index.served)

    @property
    def guarded(self) -> Hosts:
        """Give the routes that policies are on."""
        return self._of(self.cluster.index.guarded)

    def _of(self, index: Mapping[str, Hosts]) -> Hosts:
        try:
            gateway = gateway_of(self.cluster, HttpRequest("POST", self.host, "/"))
        except InconclusiveError as error:
            raise UnsupportedError(error.reason, error.place) from error
        return {} if gateway is None else index.get(gateway.id, {})

    def matches(self, prefix: str) -> Iterator[Match]:
        """Give the matches that may take a request below a prefix, or be shorter than it.

        Raises:
            UnsupportedError: several gateways could be the one that is asked.
        """
        for hosts in (self.served, self.guarded):
            name = closest(without_port(self.host), hosts)
            for entries in hosts[name].values() if name is not None else ():
                for entry in entries:
                    short = entry.match.path.rstrip("/")
                    if short.startswith(prefix) or prefix.startswith(short):
                        yield entry.match

    def met(self, target: str) -> tuple[Effective | None, bool]:
        """Give the policies that a request meets, and whether any route takes it.

        Raises:
            UnsupportedError: that is not known.
        """
        request = HttpRequest("POST", self.host, target)
        question = Question(self.cluster, self.release, Identities(), request, ())
        try:
            chosen = select(self.guarded, question) if self.guarded else None
            taken = route_of(self.served, request, ()) is not None
        except InconclusiveError as error:
            raise UnsupportedError(error.reason, error.place) from error
        if isinstance(chosen, Unselectable):
            raise UnsupportedError(f"the route `{chosen.route}`, which tests query parameters")
        return chosen, taken

    def outcome(self, reader: Reader, kind: Kind, raw: Record) -> Outcome:
        """Give what comes of all requests of a world.

        Raises:
            UnsupportedError: a policy uses something that is not understood.
        """
        known: list[tuple[Effective | None, bool, Outcome]] = []
        parts: list[tuple[Formula, Outcome]] = []
        for target in reader.world.targets:
            chosen, taken = self.met(target)
            found = next((one for policy, there, one in known if (policy is chosen, there) == (True, taken)), None)
            if found is None:
                found = self._read(reader, chosen, kind, raw) if chosen is not None else Outcome(TRUE)
                found = found if taken else replace(found, passes=FALSE)
                known.append((chosen, taken, found))
            parts.append((reader.world.is_target(target), found))
        return known[0][2] if len(known) == 1 else joined(reader.terms, parts)

    def _read(self, reader: Reader, effective: Effective, kind: Kind, raw: Record) -> Outcome:
        fetches = effective.auth.fetches if effective.auth else ()
        there = fetched(fetches, self.cluster, self.cluster.secrets, Identities().authorino_namespace)
        metadata = {name: _value(f"auth.metadata.{name}", one) for name, one in there.items()}
        around = Surroundings(self.release, tuple(permissions(self.cluster)), metadata, kind, raw)
        return decided(reader, effective, around, request(reader.world, self.host))


def _value(name: str, known: object) -> Value:
    if isinstance(known, dict):
        fields = {key: Field(TRUE, _value(f"{name}.{key}", one)) for key, one in known.items()}
        return Record(name, fields, closed=True)
    return text(str(known))


def request(of: World, host: str) -> Record:
    """Give `request`: a token is always sent, so there are headers."""
    known = identities.request(of)
    method = Text(((TRUE, Symbol(METHOD)),))
    headers = Headers({"authorization": AUTHORIZATION})
    over: dict[str, Value] = {"headers": headers, "host": text(host), "method": method}
    return Record("request", {**known.fields, **{name: Field(TRUE, value) for name, value in over.items()}})


def trees(sides: Iterable[Side], prefix: str, targets: Sequence[str]) -> tuple[Expr, ...]:
    """Give all that may tell requests apart: expressions, comparisons of selectors, and the paths of routes.

    Raises:
        UnsupportedError: a route is told from another by more than its path, or a text is not understood.
    """
    found: dict[Expr, None] = {}
    for side in sides:
        for match in side.matches(prefix):
            if match.method is not None or match.headers or match.query:
                raise UnsupportedError(f"the route at `{match.path}`, which asks for more than a path", match.place)
            if not match.path.startswith(f"{prefix}/"):
                continue
            for value in (match.path, f"{match.path.rstrip('/')}/"):
                found[Method(Select(Ident("request"), "url_path"), "startsWith", (Str(value),))] = None
            found[Compare("==", Select(Ident("request"), "url_path"), Str(match.path))] = None
        policies_met = {id(one): one for one, _ in map(side.met, targets) if one is not None}
        for effective in policies_met.values():
            found.update(dict.fromkeys(_of_policies(effective)))
    return tuple(found)


def _of_policies(effective: Effective) -> Iterator[Expr]:
    for node in _parts((effective.auth, effective.tokens, effective.requests)):
        match node:
            case policies.Cel(cel):
                yield tree(cel)
            case policies.Pattern(selector=selector, value=value) if selector in _SELECTORS:
                yield Compare("==", Select(Ident("request"), _SELECTORS[selector]), Str(value))
            case policies.Pattern(selector=selector, value=value) if selector.startswith(_HEADER):
                name = selector.partition("headers.")[2]
                yield Compare("==", Index(_HEADERS, Str(name)), Str(value))
            case policies.Pattern(value=value):
                yield Str(value)
            case _:
                pass


def _parts(node: object) -> Iterator[object]:
    """Give all nodes of what policies say, as far as it is made of what `compiler.gateway.policies` has."""
    waiting: list[object] = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, tuple):
            waiting += found
        elif isinstance(found, Struct):
            yield found
            waiting += [getattr(found, name) for name in found.__struct_fields__]


def headers(about: Iterable[Expr]) -> tuple[str, ...]:
    """Give the headers whose values matter to any of the expressions."""
    found: dict[str, None] = {}
    for one in about:
        for node in walk(one):
            match node:
                case Index(operand, Str(name)) if operand == _HEADERS:
                    found[name] = None
                case Select(operand, name) if operand == _HEADERS:
                    found[name] = None
                case _:
                    pass
    return tuple(sorted(name for name in found if name == name.lower() and name != "authorization"))
