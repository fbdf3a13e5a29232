"""Authorino's authorization phase: every rule must hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from compiler.engines.base import Failure
from compiler.gateway.cluster import Cluster
from compiler.gateway.document import Document, resolve
from compiler.gateway.evaluate import Evaluator, InconclusiveError
from compiler.gateway.gotext import stringified
from compiler.gateway.patterns import Named, matches
from compiler.gateway.policies import AccessReview, Authorization, Patterns, Source
from compiler.gateway.rbac import Access, allowed

_PHASE: Final = "authorization"


def refused_by(
    rules: Sequence[Authorization], named: Named, document: Document, cluster: Cluster, evaluator: Evaluator
) -> Authorization | None:
    """Give a rule that refuses the request, or None. A rule whose own condition is false, or an error, is no rule.

    Raises:
        CrashError: a predicate gives something that is no boolean.
        InconclusiveError: no answer can be given.
    """
    for rule in rules:
        if matches(rule.when, named, document, evaluator) is not True:
            evaluator.note(_PHASE, rule.name, "skipped", rule.place)
            continue
        match rule.rule:
            case Patterns():
                held = matches(rule.rule.patterns, named, document, evaluator)
            case AccessReview():
                held = _reviewed(rule.rule, document, cluster, evaluator)
        evaluator.note(_PHASE, rule.name, _said(held), rule.place)
        if held is not True:
            return rule
    return None


def _said(held: bool | Failure) -> str:  # noqa: FBT001
    if isinstance(held, Failure):
        return f"refused: {held.message}"
    return "granted" if held else "refused"


def _reviewed(review: AccessReview, document: Document, cluster: Cluster, evaluator: Evaluator) -> bool | Failure:
    if not review.attributes:
        raise InconclusiveError("an access review without resource attributes is not modelled")
    said: dict[str, str] = {}
    sources = {"user": review.user} | {attribute.name: attribute.source for attribute in review.attributes}
    for name, source in sources.items():
        text = _text(source, document, evaluator)
        if isinstance(text, Failure):
            return text
        said[name] = text
    groups = _groups(review.groups, document, evaluator)
    if isinstance(groups, Failure):
        return groups
    access = Access(
        namespace=said.get("namespace", ""),
        group=said.get("group", ""),
        resource=said.get("resource", ""),
        subresource=said.get("subresource", ""),
        name=said.get("name", ""),
        verb=said.get("verb", ""),
    )
    return allowed(cluster.roles, cluster.bindings, said["user"], groups, access)


def _text(source: Source, document: Document, evaluator: Evaluator) -> str | Failure:
    outcome = resolve(source, document, evaluator)
    return outcome if isinstance(outcome, Failure) else stringified(outcome.value)


def _groups(source: Source | None, document: Document, evaluator: Evaluator) -> tuple[str, ...] | Failure:
    """Resolve the groups: a list of strings, or the JSON text of one."""
    if source is None:
        return ()
    text = _text(source, document, evaluator)
    if isinstance(text, Failure):
        return text
    try:
        groups = json.loads(text)
    except ValueError:
        return Failure("the groups are no list of strings")
    if groups is None:
        return ()
    if not isinstance(groups, list) or not all(group is None or isinstance(group, str) for group in groups):
        return Failure("the groups are no list of strings")
    return tuple(group or "" for group in groups)
