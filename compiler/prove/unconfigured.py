"""Proves that nobody gets through where no model is, and that the MaaS API's own paths are not limited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.cel.tree import Expr, Str
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.gateway.attachment import Path, Targets, by_target
from compiler.gateway.cluster import Cluster, effectives
from compiler.gateway.effective import Effective, effective_on
from compiler.gateway.manifests import Match, Parent, Route, RouteRule
from compiler.program import methods
from compiler.program.ir import LISTING_SUFFIX, Attach, Program
from compiler.prove import witness
from compiler.prove.acceptance import meant_by
from compiler.prove.algebra import Algebra
from compiler.prove.decider import Decider
from compiler.prove.emitted import Emitted, read
from compiler.prove.expressions import Memory, Parser
from compiler.prove.formula import Formula
from compiler.prove.from_gateway import permissions, view_of
from compiler.prove.leaf import UndecidedError
from compiler.prove.platform import route_of_maas_api
from compiler.prove.prove import describe
from compiler.prove.reserved import reserved_by, reserved_names
from compiler.prove.targets import targets, walk
from compiler.prove.terms import Terms
from compiler.prove.values import UnsupportedError
from compiler.prove.verdict import refuted, undecided
from compiler.prove.view import Method, Source, View
from compiler.prove.world import World

# What the MaaS API serves on the host of the models; it authenticates by itself and spends no tokens.
MANAGEMENT: Final = ("/maas-api", "/v1/api-keys", "/v1/models", "/v1/subscriptions")


class _Callers(Struct, frozen=True):
    """A method as it is emitted and as it is meant, with the reserved names that the Program mentions."""

    method: Method
    meant: methods.Method
    reserved: tuple[str, ...]


class _Question(Struct, frozen=True):
    """What must be nowhere on routes below a prefix, and what it would be."""

    prefix: str
    broken: Callable[[Emitted, Terms], Formula]
    says: str


def unconfigured(program: Program, cluster: Cluster, parse: Parser) -> Iterator[Diagnostic]:
    """Find who would get through on a route that is no model's, and what would limit the MaaS API."""
    memory = Memory(parse, Algebra(Terms()))
    names = {model.served_as for model in program.models}
    fresh = next(name for name in ("nothing" + "-here" * more for more in range(len(names) + 1)) if name not in names)
    elsewhere = [f"/{namespace}/{fresh}" for namespace in sorted({fresh, *(model.namespace for model in program.models)})]
    questions = [_Question(prefix, _allowed, "a caller gets through where no model is") for prefix in elsewhere]
    if program.platform.attach is Attach.ROUTE:
        says = "no limit denies where no model is, whoever lets a caller in"
        odd = [*elsewhere, *(f"{one}x" for one in MANAGEMENT), *_paths(program, cluster, memory)]
        questions += [_Question(prefix, _undenied, says) for prefix in odd]
    questions += [_Question(prefix, _limited, "a limit holds for the MaaS API") for prefix in MANAGEMENT]
    allowed = tuple(permissions(cluster))
    attached = by_target(cluster.policies)
    for question in questions:
        here = _own(program, cluster) if question.broken is _limited else ()
        for effective in (*_effective(program, cluster, attached, question.prefix), *here):
            view = view_of(question.prefix, (effective,), allowed)
            yield from _answers(question, view, program, memory) if effective.auth else _open(question, view)


def _paths(program: Program, cluster: Cluster, memory: Memory) -> Iterator[str]:
    """Give the paths of which the gateway's limits speak, but for the MaaS API's own and what is below them."""
    texts: dict[str, None] = {}
    for effective in _effective(program, cluster, by_target(cluster.policies), "/"):
        texts.update(dict.fromkeys(one.text for limit in effective.tokens for one in limit.predicates))
    for text in texts:
        for node in _nodes(text, memory):
            path = node.value.rstrip("/") if isinstance(node, Str) else ""
            if path.startswith("/") and not any(path == one or path.startswith(f"{one}/") for one in MANAGEMENT):
                yield path


def _nodes(text: str, memory: Memory) -> Iterator[Expr]:
    try:
        yield from walk(memory.tree(text))
    except UnsupportedError:
        return  # whatever is asked about the text will be undecided for the same reason


def _allowed(emitted: Emitted, _: Terms) -> Formula:
    return emitted.allowed


def _undenied(emitted: Emitted, terms: Terms) -> Formula:
    tokens = (one for one in emitted.limits if one.limit.unit == "tokens")
    return -terms.any(one.matches for one in tokens if any(limit == 0 and seconds > 0 for limit, seconds in one.limit.rates))


def _limited(emitted: Emitted, terms: Terms) -> Formula:
    return terms.any(one.matches for one in emitted.limits)


def _effective(program: Program, cluster: Cluster, attached: Targets, prefix: str) -> Iterator[Effective]:
    """Give what holds on a route that somebody adds below a prefix, for each listener."""
    nowhere = Place("")
    gateway = program.platform.gateway
    rule = RouteRule("rule-1", (Match("PathPrefix", prefix, None, (), (), nowhere),), (), nowhere)
    parent = Parent(gateway.namespace, gateway.name, section=None, port=None)
    route = Route("", prefix, (parent,), (), (rule,), None, external=True, place=nowhere)
    for found in cluster.gateways:
        if (found.namespace, found.name) == (gateway.namespace, gateway.name):
            for listener in found.listeners:
                yield effective_on(Path(found, listener, route, rule), attached)


def _own(program: Program, cluster: Cluster) -> tuple[Effective, ...]:
    """Give what holds on the MaaS API's route where we make it, whose policies are in place of the Gateway's."""
    _, namespace, name = route_of_maas_api(program)
    return tuple(one for one in effectives(cluster, f"{namespace}/{name}") if one.auth)


def _answers(question: _Question, view: View, program: Program, memory: Memory) -> Iterator[Diagnostic]:
    if view.unknown:
        yield _undecided(question, view.unknown[0].what, view.unknown[0].place)
        return
    for method in view.methods:
        meant = meant_by(program.platform.methods, method)
        if meant is None:
            yield _undecided(question, f"the method `{method.name}` accepts what no way in is for", method.place)
            continue
        try:
            yield from _answer(question, view, _Callers(method, meant, reserved_by(program)), memory)
        except (UnsupportedError, UndecidedError) as error:
            yield _undecided(question, str(error), view.place)


def _answer(question: _Question, view: View, callers: _Callers, memory: Memory) -> Iterator[Diagnostic]:
    if question.broken is _allowed:
        yield from _refutation(question, replace(view, limits=(), exports=(), injected=()), callers, memory)
        return
    if question.broken is _undenied:
        yield from _refutation(question, replace(view, authorization=()), callers, memory)
        return
    settled: dict[str, list[Diagnostic]] = {}
    for limit in view.limits:
        # A limit never holds if one of its conditions never does; alone, none tells paths apart in more than one way.
        found = [_refuted(question, limit.place, Note("no condition of it speaks of the path"))]
        for condition in (one for one in limit.predicates if "path" in one.text):
            if condition.text not in settled:
                alone = replace(view, limits=(replace(limit, predicates=(condition,), counters=()),), authorization=())
                settled[condition.text] = list(_refutation(question, _less(alone, condition), callers, memory))
            found = settled[condition.text]
            if not found:
                break
        yield from found


def _less(view: View, condition: Source) -> View:
    """Leave out what a condition does not look at."""
    return view if "auth" in condition.text else replace(view, exports=(), injected=())


def _refutation(question: _Question, view: View, callers: _Callers, memory: Memory) -> Iterator[Diagnostic]:
    terms = memory.algebra.terms
    sources = [source for limit in view.limits for source in limit.predicates]
    sources += [source for rule in view.authorization for source in rule.sources()]
    overrides = [source for _, source in callers.method.overrides]
    reserved = reserved_names(callers.reserved, (source.text for source in (*sources, *overrides)), memory.tree)
    trees = [memory.tree(text) for text in dict.fromkeys(source.text for source in sources) if "path" in text]
    world = World(terms, targets(question.prefix, question.prefix + LISTING_SUFFIX, trees), reserved=reserved)
    found = read(view, callers.method, callers.meant, world, memory)
    instance = Decider(terms).instance(question.broken(found, terms))
    if instance is not None:
        example = witness.example(world, instance, question.prefix, callers.method.name)
        yield _refuted(question, view.place, Note(describe(example)))


def _open(question: _Question, view: View) -> Iterator[Diagnostic]:
    if question.broken is _allowed:
        yield _refuted(question, view.place, Note("no AuthPolicy stands there"))


def _refuted(question: _Question, place: Place, note: Note) -> Diagnostic:
    headline = f"{question.says}, below `{question.prefix}`"
    return refuted(headline, place, "a route that somebody adds is not answered as meant", note)


def _undecided(question: _Question, reason: str, place: Place | None) -> Diagnostic:
    headline = f"whether {question.says}, below `{question.prefix}`, could not be decided: {reason}"
    return undecided(headline, place, "nobody can say how a route that somebody adds is answered")
