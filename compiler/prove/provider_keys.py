"""Proves that a provider gets its key and nothing of the caller's, and that no key goes anywhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from compiler.cel.parse import ParseError, parse
from compiler.diagnostics.model import Diagnostic
from compiler.gateway.cluster import Cluster
from compiler.gateway.effective import EffectiveAuth
from compiler.gateway.policies import Fetch, Patterns, ResponseItem, Selector
from compiler.program.backends import Credential, ExternalModel
from compiler.program.ir import GROUP_HEADER, SUBSCRIPTION_HEADER, TIER_HEADER, USERNAME_HEADER, Model, Program
from compiler.prove.concrete import CelError, Evaluation
from compiler.prove.verdict import refuted

_OURS: Final = (USERNAME_HEADER, GROUP_HEADER, TIER_HEADER, SUBSCRIPTION_HEADER)
_FETCHED: Final = "provider"


def keys(program: Program, cluster: Cluster) -> Iterator[Diagnostic]:
    """Find models whose provider gets another key than is meant, or the caller's token in its place, and keys that stray."""
    for model in program.models:
        for effective in cluster.index.routes.get(f"{model.namespace}/{model.route}", ()):
            if effective.auth is not None:
                yield from _sent(model, effective.auth)


def _sent(model: Model, auth: EffectiveAuth) -> Iterator[Diagnostic]:
    served = model.backend if isinstance(model.backend, ExternalModel) else None
    key = served.credential if served else None
    place = auth.authorization[0].place if auth.authorization else model.origin
    sent = [one for one in auth.response if one.target == "header" and one.key not in _OURS]
    meant = [] if served is None or key is None else [_header(served, key)]
    if [(one.key, _selected(one)) for one in sent] != meant:
        headline = f"what `{model.id}` tells its backend beside who calls is not what is meant"
        yield refuted(headline, sent[0].place if sent else place, "a key goes astray, or the caller's token goes to the provider")
    if [_source(one) for one in auth.fetches] != ([] if key is None else [(_FETCHED, key.namespace, key.secret)]):
        headline = f"what is fetched for `{model.id}` is not what is meant"
        yield refuted(headline, auth.fetches[0].place if auth.fetches else place, "a key goes astray")
    if key is not None and not _guarded(key, auth):
        yield refuted(
            f"`{model.id}` can be called without its key", place, "the caller's token goes to the provider in its place"
        )


def _header(served: ExternalModel, key: Credential) -> tuple[str, str]:
    """Give the header that a provider gets, and how it is made of what was fetched."""
    path = f"auth.metadata.{_FETCHED}.data.{key.key}.@base64:decode"
    return served.header, f"{served.scheme} {{{path}}}" if served.scheme else path


def _selected(item: ResponseItem) -> str | None:
    return item.body.path if isinstance(item.body, Selector) and not item.when else None


def _source(fetch: Fetch) -> tuple[str, str, str]:
    return fetch.name, fetch.namespace, fetch.secret


def _guarded(key: Credential, auth: EffectiveAuth) -> bool:
    """Tell whether the request is refused whatever may come back in place of the key; what errs denies here."""
    texts = [text for rule in auth.authorization if not rule.when for text in _predicates(rule.rule)]
    answers: tuple[Mapping[str, object], ...] = (
        {},
        {"metadata": {}},
        {"metadata": {_FETCHED: {"kind": "Status"}}},
        {"metadata": {_FETCHED: {"data": {}}}},
        {"metadata": {_FETCHED: {"data": {key.key: ""}}}},
    )
    return all(any(not _holds(text, answer) for text in texts) for answer in answers)


def _predicates(rule: object) -> Iterator[str]:
    """Give the conditions about what was fetched."""
    if isinstance(rule, Patterns):
        texts = (pattern.predicate.text for pattern in rule.patterns if pattern.predicate is not None)
        yield from (text for text in texts if "auth.metadata" in text)


def _holds(text: str, auth: Mapping[str, object]) -> bool:
    try:
        return Evaluation().value(parse(text), {"auth": {"identity": {}, **auth}}) is True
    except (CelError, ParseError):
        return False
