"""Tells which models a proof cannot tell apart but by their path, so that one proof serves them all."""

from __future__ import annotations

from collections.abc import Hashable

from compiler.cel.build import strings
from compiler.cel.printer import text
from compiler.program.ir import Model
from compiler.prove.view import AccessReview, Comparison, Conditions, Pattern, Several, Source, View

_LISTING = "\0listing"
_CALLED = "\0called"


def likeness(view: View, model: Model) -> Hashable:
    """Give a key that two models share only if what holds of one, with its path renamed, holds of the other.

    Formulas come from texts and from the Program alone. A text that speaks of the path does so only by comparing it
    with the listing path; where it does more, the model's own prefix is part of the key. A text that asks whether a
    credential opens the model compares with the words for it. What is not understood is like nothing else.
    """
    if view.unknown:
        return (model.id,)
    literal, called = f'"{model.listing_path}"', text(strings(model.called))
    own = [_renamed(source, literal).replace(called, _CALLED) for source in sources(view)]
    bound = any(("path" in one and _looks_closer(one)) for one in own) or any(
        isinstance(rule, AccessReview) for rule in view.authorization
    )
    return (
        model.prefix if bound else None,
        tuple(own),
        tuple((method.name, method.priority, method.accepts, method.cache) for method in view.methods),
        tuple(name for method in view.methods for name, _ in method.overrides),
        tuple((type(rule), rule.name, len(rule.sources()), _shape(rule)) for rule in view.authorization),
        tuple((export.item, export.name) for export in view.exports),
        tuple(name for name, _ in view.injected),
        tuple((limit.unit, limit.rates, len(limit.predicates), len(limit.counters)) for limit in view.limits),
        model.tiers,
        tuple(grant.subjects for grant in model.grants),
        tuple((entry.kind, entry.name, entry.subjects, entry.budget, entry.metadata) for entry in model.entries),
    )


def _shape(rule: Conditions | AccessReview) -> Hashable:
    return tuple(map(_pattern, rule.patterns)) if isinstance(rule, Conditions) else None


def _pattern(pattern: Pattern) -> Hashable:
    match pattern:
        case Source():
            return None
        case Comparison():
            return (pattern.selector, pattern.operator, pattern.value)
        case Several():
            return (pattern.every, *map(_pattern, pattern.members))


def sources(view: View) -> list[Source]:
    """Give all CEL texts that decide about the requests of a model."""
    found = [source for method in view.methods for _, source in method.overrides]
    found += [source for rule in view.authorization for source in rule.sources()]
    found += [export.value for export in view.exports]
    found += [source for _, source in view.injected]
    found += [source for limit in view.limits for source in (*limit.predicates, *limit.counters)]
    return found


def _renamed(source: Source, literal: str) -> str:
    return source.text.replace(literal, _LISTING) if "path" in source.text else source.text


def _looks_closer(text: str) -> bool:
    return any(mark in text for mark in ("/", "With(", "split("))
