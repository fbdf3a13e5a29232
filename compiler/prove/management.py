"""Proves, for every caller, whom the MaaS API's own route lets through, and that it is told who calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.gateway.cluster import Cluster
from compiler.program import methods
from compiler.program.ir import GROUP_HEADER, LISTING_SUFFIX, USERNAME_HEADER, Program
from compiler.program.methods import at_maas_api
from compiler.prove import attribution, witness
from compiler.prove.acceptance import acceptances
from compiler.prove.algebra import Algebra, text
from compiler.prove.decider import Decider
from compiler.prove.emitted import Emitted, read
from compiler.prove.expressions import Memory, Parser
from compiler.prove.formula import TRUE, Formula
from compiler.prove.from_gateway import permissions, view_of
from compiler.prove.intent import Intent
from compiler.prove.leaf import UndecidedError
from compiler.prove.platform import route_of_maas_api
from compiler.prove.prove import describe
from compiler.prove.reserved import reserved_by, reserved_names
from compiler.prove.targets import targets
from compiler.prove.terms import Terms
from compiler.prove.unconfigured import MANAGEMENT
from compiler.prove.values import Symbol, Text, UnsupportedError, Value
from compiler.prove.verdict import refuted, undecided
from compiler.prove.view import Method, View
from compiler.prove.world import World

# What limits look at besides: it must be there, and nothing meters here.
_EMPTY: Final = ("groups_str", "tier", "selected_subscription", "organization", "cost_center")


class _Pair(Struct, frozen=True):
    """Callers of one method, as it is meant and as it is emitted, below one path."""

    meant: methods.Method
    emitted: Method
    prefix: str


def management(program: Program, cluster: Cluster, parse: Parser) -> Iterator[Diagnostic]:
    """Find callers whom the MaaS API gets and should not, whom it does not get, and whom it takes for somebody else."""
    if not program.platform.made.maas_api_route:
        return
    _, namespace, name = route_of_maas_api(program)
    paths = cluster.index.routes.get(f"{namespace}/{name}", ())
    own = [one for one in cluster.policies if (one.kind, one.namespace, one.target.name) == ("AuthPolicy", namespace, name)]
    if not paths or not own:
        yield _refuted("nothing of its own guards the MaaS API", own[0].place if own else None)
        return
    # Limits are looked at where those of the Gateway are.
    view = replace(view_of("the MaaS API", paths, tuple(permissions(cluster))), limits=())
    if view.unknown:
        yield _undecided(view.unknown[0].what, view.unknown[0].place)
        return
    memory = Memory(parse, Algebra(Terms()))
    chosen = at_maas_api(program.platform.methods)
    for found in acceptances(chosen, view.methods):
        if found.meant is None or found.emitted is None:
            kinds = " and ".join(map(str, found.credentials))
            does = "refuses" if found.emitted is None else "accepts"
            yield _refuted(f"the MaaS API {does} {kinds}", found.emitted.place if found.emitted else view.place)
        elif methods.cached(found.meant) != found.emitted.cache:
            yield _refuted("the MaaS API remembers accepted credentials for another time than is written", found.emitted.place)
        else:
            for prefix in MANAGEMENT:
                yield from _proved(program, view, _Pair(found.meant, found.emitted, prefix), memory)


def _proved(program: Program, view: View, pair: _Pair, memory: Memory) -> Iterator[Diagnostic]:
    try:
        world = _world(program, view, pair, memory)
        found = read(view, pair.emitted, pair.meant, world, memory)
        for says, broken in _claims(Intent(program, world), program, pair.meant, found, memory.algebra):
            instance = Decider(memory.algebra.terms).instance(broken)
            if instance is not None:
                example = describe(witness.example(world, instance, pair.prefix, pair.meant.name))
                yield replace(_refuted(f"{says}, below `{pair.prefix}`", view.place), notes=(Note(example),))
                return
    except (UnsupportedError, UndecidedError) as error:
        yield _undecided(str(error), view.place)


def _world(program: Program, view: View, pair: _Pair, memory: Memory) -> World:
    sources = [source for rule in view.authorization for source in rule.sources()]
    sources += [source for _, source in (*pair.emitted.overrides, *view.injected)]
    sources += [export.value for export in view.exports]
    texts = list(dict.fromkeys(source.text for source in sources))
    reserved = reserved_names(reserved_by(program), texts, memory.tree)
    trees = [memory.tree(text) for text in texts if "path" in text]
    return World(memory.algebra.terms, targets(pair.prefix, pair.prefix + LISTING_SUFFIX, trees), reserved=reserved)


def _claims(
    intent: Intent, program: Program, method: methods.Method, found: Emitted, algebra: Algebra
) -> Iterator[tuple[str, Formula]]:
    """Give what must be nowhere, each with what it would be."""
    terms = algebra.terms
    meant = intent.named_caller(method)
    for fault in found.faults:
        yield f"the expression `{fault.source.text}` ends in an error", fault.where
    yield "another caller reaches the MaaS API, or one who should is refused", terms.differ(found.allowed, meant)
    named = intent.named(method)
    userid = Text(((named, Symbol()), (-named, "")))
    told = {**found.exports.get("identity", {}), **found.injected}
    for fact in (USERNAME_HEADER, "userid"):
        yield f"`{fact}` is not the caller's", terms.both(meant, _another(told.get(fact), userid, algebra))
    for fact in (GROUP_HEADER, "groups"):
        groups = told.get(fact)
        astray = TRUE if groups is None else _astray(program, intent, method, groups, algebra)
        yield f"`{fact}` is not the caller's", terms.both(meant, astray)
    for fact in _EMPTY:
        yield f"`{fact}` tells of a budget that is none here", terms.both(meant, _another(told.get(fact), text(""), algebra))


def _another(value: Value | None, wanted: Text, algebra: Algebra) -> Formula:
    return -algebra.equal(value, wanted) if isinstance(value, Text) else TRUE


def _astray(program: Program, intent: Intent, method: methods.Method, groups: Value, algebra: Algebra) -> Formula:
    known = attribution.of_tiers(program)
    return attribution.astray(known, lambda group: intent.member(group, method), algebra, groups)


def _refuted(headline: str, place: Place | None) -> Diagnostic:
    effect = "the MaaS API mints tokens for whomever the gateway names: for nobody, or for the wrong one"
    return refuted(headline, place, effect)


def _undecided(reason: str, place: Place | None) -> Diagnostic:
    headline = f"whether the right callers reach the MaaS API could not be decided: {reason}"
    return undecided(headline, place, "nobody can say for whom tokens are minted")
