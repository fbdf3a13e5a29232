"""The emitted expressions that decide a request, with the value that each has for the caller, and those of its parts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from compiler.cel.parse import parse
from compiler.cel.printer import text
from compiler.cel.tokens import ParseError
from compiler.cel.tree import All, Any, Expr, Not, Ternary
from compiler.diagnostics.model import Place
from compiler.engines.base import Engine, Failure, Unsupported, Value
from compiler.explain.emitted import World, put
from compiler.explain.question import Question
from compiler.explain.recording import Recording
from compiler.gateway.answer import Answer
from compiler.gateway.cluster import effectives
from compiler.gateway.effective import EffectiveAuth, EffectiveLimit
from compiler.gateway.evaluate import InconclusiveError
from compiler.gateway.metadata import filter_roots
from compiler.gateway.policies import AccessReview, Authorization, Cel, Patterns, Source

# Parts of parts that are told: what a condition is made of, and what its negated or chosen part is made of.
_DEPTH: Final = 2


class Shown(Struct, frozen=True):
    """An expression, its value as JSON or why it has none, and the same of its parts where they help."""

    name: str
    expression: str
    value: str
    place: Place | None
    parts: tuple[Shown, ...] = ()


class Section(Struct, frozen=True):
    """Expressions that belong together; `says` is what came of them."""

    title: str
    says: str
    shown: tuple[Shown, ...]


def shown(of: Question, world: World, engine: Engine) -> tuple[Section, ...]:
    """Give the emitted expressions as an engine evaluates them: facts, authorization, limits of tokens and of requests.

    What the gateway does not come to, because it refuses before, is left out.
    """
    recording = Recording(engine)
    found = put(of, world, recording)
    paths = effectives(world.cluster, found.guard) if found.guard is not None else ()
    if not paths:
        return ()
    sections: list[Section] = []
    auth = paths[0].auth
    if auth is not None:
        sections += _facts(auth, found, recording)
        sections += _authorization(auth, found, recording)
    for unit, limits in (("tokens", paths[0].tokens), ("requests", paths[0].requests)):
        sections += _limits(unit, limits, found, world, recording)
    return tuple(sections)


def _facts(auth: EffectiveAuth, found: Answer, recording: Recording) -> Iterator[Section]:
    """Give the facts of the method that accepted the caller."""
    accepted = [step.rule for step in found.trace if step.phase == "authentication" and step.outcome == "accepted"]
    method = next((method for method in auth.methods if method.name in accepted), None)
    if method is None:
        return
    facts = [(one.name, one.source) for one in method.overrides if isinstance(one.source, Cel)]
    contexts = recording.contexts(cel.text for _, cel in facts)
    if contexts:
        said = tuple(_of(name, cel, contexts[0], recording, depth=0) for name, cel in facts)
        yield Section(f"facts of `{method.name}`", "accepted", said)


def _authorization(auth: EffectiveAuth, found: Answer, recording: Recording) -> Iterator[Section]:
    outcomes = {step.rule: step.outcome for step in found.trace if step.phase == "authorization"}
    contexts = recording.contexts(cel.text for rule in auth.authorization for _, cel in _conditions(rule))
    if not contexts:
        return
    for rule in auth.authorization:
        said = tuple(_of(name, cel, contexts[0], recording) for name, cel in _conditions(rule))
        yield Section(f"authorization `{rule.name}`", outcomes.get(rule.name, "not asked"), said)


def _conditions(rule: Authorization) -> Iterator[tuple[str, Cel]]:
    match rule.rule:
        case Patterns(patterns):
            yield from (("", pattern.predicate) for pattern in patterns if pattern.predicate is not None)
        case AccessReview(user, groups, attributes):
            named: list[tuple[str, Source | None]] = [("user", user), ("groups", groups)]
            named += [(one.name, one.source) for one in attributes]
            yield from ((name, source) for name, source in named if isinstance(source, Cel))


def _limits(
    unit: str, limits: tuple[EffectiveLimit, ...], found: Answer, world: World, recording: Recording
) -> Iterator[Section]:
    outcomes = {step.rule: step.outcome for step in found.trace if step.phase == unit}
    contexts = recording.contexts(cel.text for limit in limits for cel in limit.predicates)
    if not outcomes or not contexts:
        return
    # Authorino may have been asked the same text before; the filter is asked last.
    request = contexts[-1]["request"]
    seen: Mapping[str, object] = request if isinstance(request, Mapping) else {}
    for limit in limits:
        rates = ", ".join(f"{rate.limit} in {rate.seconds}s" for rate in limit.rates)
        said = tuple(_predicate(cel, found, world, recording, seen) for cel in limit.predicates)
        outcome = outcomes.get(limit.name, "not looked at: the request has been answered")
        yield Section(f"limit of {unit} `{limit.name}` ({rates})", outcome, said)


def _predicate(cel: Cel, found: Answer, world: World, recording: Recording, request: Mapping[str, object]) -> Shown:
    try:
        roots = filter_roots(cel, world.release, request, found.metadata)
    except InconclusiveError as error:
        return Shown("", cel.text, f"not known: {error.reason}", cel.place)
    return _of("", cel, roots, recording)


def _of(name: str, cel: Cel, context: Mapping[str, object], engine: Recording, depth: int = _DEPTH) -> Shown:
    try:
        parts = _parts(parse(cel.text), context, engine, depth)
    except ParseError:
        parts = ()
    return Shown(name, cel.text, _value(cel.text, context, engine), cel.place, parts)


def _parts(node: Expr, context: Mapping[str, object], engine: Recording, depth: int) -> tuple[Shown, ...]:
    """Give the terms of `&&` and `||`, also below a negation, and of a choice its condition and the arm that is taken."""
    if depth == 0:
        return ()
    match node:
        case All(terms) | Any(terms) | Not(All(terms) | Any(terms)):
            return tuple(_part(term, context, engine, depth - 1) for term in terms)
        case Ternary(condition, then, otherwise):
            asked = _part(condition, context, engine, 0)
            return asked, _part(then if asked.value == "true" else otherwise, context, engine, depth - 1)
        case _:
            return ()


def _part(term: Expr, context: Mapping[str, object], engine: Recording, depth: int) -> Shown:
    return Shown("", text(term), _value(text(term), context, engine), None, _parts(term, context, engine, depth))


def _value(expression: str, context: Mapping[str, object], engine: Recording) -> str:
    match engine.evaluate(expression, context):
        case Value(value):
            return json.dumps(value, ensure_ascii=False)
        case Failure(message):
            return f"error: {message}"
        case Unsupported(reason):
            return f"not known: {reason}"
