"""Reads the AuthPolicy of a path: who is let through as whom, and what the limits then see of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, groupby
from typing import Final

from msgspec import Struct

from compiler.adopt.proof.given import Kind, accepted
from compiler.adopt.proof.reader import Named, Reader, Roots
from compiler.gateway import policies
from compiler.gateway.effective import EffectiveAuth
from compiler.gateway.release import Release
from compiler.prove.formula import FALSE, TRUE, Formula
from compiler.prove.review import reviewed
from compiler.prove.values import Field, Record, Sequence, Text, UnsupportedError, Value
from compiler.prove.view import Permission

_ATTRIBUTES: Final = frozenset({"group", "resource", "namespace", "name", "verb"})


class Surroundings(Struct, frozen=True):
    """What a policy is asked in: the release, what RBAC allows, what is fetched, and the callers with what is known of them."""

    release: Release
    permissions: tuple[Permission, ...]
    metadata: Mapping[str, Value]
    kind: Kind
    raw: Record


class Case(Struct, frozen=True):
    """Callers of one way in who are let through, where `guard` holds; `auth` and `headers` are what limits then see.

    Where it is `unknown` the runtime's answer is.
    """

    guard: Formula
    auth: Record
    headers: Mapping[str, Text]
    obscured: frozenset[str]
    unknown: Formula = FALSE


# What limits see of a caller about whom Authorino was never asked.
NOBODY: Final = Record("auth", {"identity": Field(FALSE, Record("auth.identity", {}, closed=True))}, closed=True)


def let_through(reader: Reader, auth: EffectiveAuth, around: Surroundings, request: Value) -> Iterator[Case]:
    """Give the callers whom Authorino lets through, by the way in that accepts them.

    Raises:
        UnsupportedError: the policy uses something that is not understood.
    """
    if not auth.methods:
        raise UnsupportedError("an AuthPolicy that lets everybody in as nobody")
    terms, named = reader.terms, dict(auth.patterns)
    before: Roots = {"auth": Record("auth", {}, closed=True), "request": request}
    rest = TRUE
    for _, group in groupby(auth.methods, key=lambda method: method.priority):
        taking = [(method, _takes(reader, method, named, around, before)) for method in group]
        taking = [(method, where) for method, where in taking if where != FALSE]
        both = terms.any(terms.both(one, other) for (_, one), (_, other) in combinations(taking, 2))
        for method, where in taking:
            identity, failed = _extended(reader, method, around, request)
            guard = terms.both(rest, where)
            # One that fails leaves its identity to later ones, and which of two that accept answers first is not known.
            wrong = both if len(auth.methods) == 1 else terms.either(both, failed)
            yield _case(reader, auth, around, (terms.both(guard, -failed), identity, request, terms.both(guard, wrong)))
        rest = terms.both(rest, -terms.any(where for _, where in taking))


def _takes(reader: Reader, method: policies.Method, named: Named, around: Surroundings, roots: Roots) -> Formula:
    where = accepted(reader.terms, around.kind, method)
    if where == FALSE:
        return FALSE
    true, _ = reader.patterns(method.when, named, roots)
    return reader.terms.both(where, true)


def _extended(reader: Reader, method: policies.Method, around: Surroundings, request: Value) -> tuple[Record, Formula]:
    """Apply defaults and overrides, all of which see the identity as it was."""
    raw = around.raw
    roots: Roots = {"auth": Record("auth", {"identity": Field(TRUE, raw)}, closed=True), "request": request}
    fields, failed = dict(raw.fields), FALSE
    given = {one.name: one for one in method.defaults if one.name not in raw.fields}
    for name, one in (given | {one.name: one for one in method.overrides}).items():
        found = reader.value(one.source, roots)
        fields.pop(name, None)
        if found is not None:
            fields[name] = Field(TRUE, found[0])
            failed = reader.terms.either(failed, found[1])
    return Record(raw.name, fields), failed


def _case(reader: Reader, auth: EffectiveAuth, around: Surroundings, found: tuple[Formula, Record, Value, Formula]) -> Case:
    guard, identity, request, unknown = found
    fields = {"identity": Field(TRUE, identity)}
    if around.metadata:
        fields["metadata"] = Field(
            TRUE, Record("auth.metadata", {name: Field(TRUE, one) for name, one in around.metadata.items()})
        )
    roots: Roots = {"auth": Record("auth", fields, closed=True), "request": request}
    named, terms = dict(auth.patterns), reader.terms
    allowed = terms.all(_authorized(reader, rule, named, around, roots) for rule in auth.authorization)
    guard = terms.both(guard, allowed)
    exports, headers, obscured, odd = _responses(reader, auth, around, roots)
    return Case(guard, exports, headers, obscured, terms.either(unknown, terms.both(guard, odd)))


def _authorized(reader: Reader, rule: policies.Authorization, named: Named, around: Surroundings, roots: Roots) -> Formula:
    """Tell where a rule holds; one whose own condition does not, or is an error, is no rule."""
    asked, _ = reader.patterns(rule.when, named, roots)
    match rule.rule:
        case policies.Patterns(patterns):
            held, _ = reader.patterns(patterns, named, roots)
        case policies.AccessReview() as review:
            held = _allowed(reader, review, around, roots)
    return reader.terms.either(-asked, held)


def _allowed(reader: Reader, review: policies.AccessReview, around: Surroundings, roots: Roots) -> Formula:
    sources = {"user": review.user} | {one.name: one.source for one in review.attributes}
    if not review.attributes or not sources.keys() <= _ATTRIBUTES | {"user"}:
        raise UnsupportedError("an access review about something else than a resource", review.user.place)
    found = {name: reader.value(source, roots) for name, source in sources.items()}
    groups = reader.value(review.groups, roots) if review.groups else (Sequence(()), FALSE)
    known = {name: one for name, one in found.items() if one is not None}
    if groups is None or len(known) < len(found):
        raise UnsupportedError("an access review of which something is not known", review.user.place)
    failed = reader.terms.any([groups[1], *(error for _, error in known.values())])
    granted = reviewed(reader.algebra, around.permissions, {name: value for name, (value, _) in known.items()}, groups[0])
    return reader.terms.both(granted, -failed)


def _responses(
    reader: Reader, auth: EffectiveAuth, around: Surroundings, roots: Roots
) -> tuple[Record, Mapping[str, Text], frozenset[str], Formula]:
    """Give `auth` as limits see it, the headers that are set, those that nothing is known of, and where the answer is not."""
    terms, named = reader.terms, dict(auth.patterns)
    items: dict[str, Field] = {}
    headers: dict[str, Text] = {}
    obscured: set[str] = set()
    unknown, hidden = FALSE, False
    for _, group in groupby(auth.response, key=lambda item: item.priority):
        made, failed = [], []
        for item in group:
            asked, _ = reader.patterns(item.when, named, roots)
            value, error = _item(reader, item, roots, around.release)
            made.append(terms.both(asked, -error))
            failed.append(terms.both(asked, error))
            name = item.key if around.release.header_case_sensitive else item.key.lower()
            if item.target == "header" and made[-1] == TRUE and isinstance(value, Text):
                headers[name] = value
            elif item.target == "header":
                obscured.add(name)
            elif item.key in items:
                raise UnsupportedError(f"two items that are exported as `{item.key}`", item.place)
            elif value is None or (isinstance(value, Sequence) and not around.release.lists):
                hidden = True
            else:
                items[item.key] = Field(made[-1], value)
        # Which of the others one that fails takes with it is a matter of time.
        unknown = terms.either(unknown, terms.both(terms.any(made), terms.any(failed)))
    return Record("auth", items, closed=not hidden), headers, frozenset(obscured), unknown


def _item(reader: Reader, item: policies.ResponseItem, roots: Roots, release: Release) -> tuple[Value | None, Formula]:
    """Give what an item exports, and where it fails; no value where nothing is known of it."""
    if not isinstance(item.body, tuple):
        found = reader.value(item.body, roots)
        return found if found is not None else (None, FALSE)
    fields: dict[str, Field] = {}
    errors: list[Formula] = []
    for one in item.body:
        found = reader.value(one.source, roots)
        if found is not None:
            errors.append(found[1])
            # What older releases make of lists is not known here.
            if release.lists or not isinstance(found[0], Sequence):
                fields[one.name] = Field(TRUE, found[0])
    return Record(f"auth.{item.key}", fields, closed=len(fields) == len(item.body)), reader.terms.any(errors)
