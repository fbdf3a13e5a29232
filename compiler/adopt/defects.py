"""What is known to be wrong with policies as platforms have them, found in the policies of a dump."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from compiler.adopt import policies
from compiler.adopt.gather import Dump
from compiler.adopt.objects import Object, mapping, mappings
from compiler.diagnostics.model import Diagnostic, Note, Severity

_CODE: Final = "controller-defect"


def defect(headline: str, found: Object, effect: str, *notes: Note, advice: str) -> Diagnostic:
    """Make the finding for something that is wrong in the cluster, and will not be in what is emitted."""
    return Diagnostic(_CODE, Severity.WARNING, headline, found.place, effect, notes, advice)


def gathered(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Tell the first of each kind of defect, and how many more there are: a controller repeats itself on every model."""
    kinds: dict[str | None, list[Diagnostic]] = {}
    for one in found:
        kinds.setdefault(one.help if one.code == _CODE else one.code, []).append(one)
    return tuple(replace(first, notes=(*first.notes, *_more(rest))) for first, *rest in kinds.values())


def _more(rest: Sequence[Diagnostic]) -> tuple[Note, ...]:
    return (Note(f"and {len(rest)} more like it, the next one here", rest[0].place),) if rest else ()


def defects(dump: Dump) -> Iterator[Diagnostic]:
    """Find what can be seen without asking any policy a question."""
    yield from _colliding_keys(dump)
    yield from _ownerless(dump)
    yield from _mixed_case(dump)
    yield from _open_rules(dump)
    yield from _query(dump)
    yield from _neighbours(dump)
    yield from _default_budgets(dump)


def _colliding_keys(dump: Dump) -> Iterator[Diagnostic]:
    """Find subscriptions that get one name in the policy of a model: the controller joins names by a character they may hold."""
    taken: dict[tuple[str, str], Object] = {}
    for one in dump.of("MaaSSubscription"):
        for ref in mappings(one.spec.get("modelRefs")):
            model = f"{ref.get('namespace', '')}/{ref.get('name')}"
            key = f"{one.namespace}-{one.name}-{ref.get('name')}-tokens"
            first = taken.setdefault((model, key), one)
            if first is not one:
                yield defect(
                    f"the subscriptions `{first.id}` and `{one.id}` get one limit, `{key}`, on `{ref.get('name')}`",
                    one,
                    "one of the two overwrites the other: its owners have the other's budget, or none",
                    Note("the other one is here", first.place),
                    advice="limits are named by a subscription alone from now on, and the names of those differ",
                )


def _ownerless(dump: Dump) -> Iterator[Diagnostic]:
    for one in dump.of("MaaSSubscription"):
        owner = mapping(one.spec.get("owner"))
        if not owner.get("groups") and not owner.get("users"):
            yield defect(
                f"the subscription `{one.id}` has no owner",
                one,
                "whoever may call the model and asks for it by header is unmetered: the name is known, and no limit has it",
                advice="it is not taken over; give it an owner, or delete it now",
            )


def _mixed_case(dump: Dump) -> Iterator[Diagnostic]:
    for policy in dump.of("AuthPolicy"):
        rules = mapping(policies.body(policy).get("rules"))
        headers = mapping(mapping(mapping(rules.get("response")).get("success")).get("headers"))
        refused = "x-maas-username" in str(rules.get("authorization", "")).lower()
        odd = sorted(name for name in headers if name != name.lower() and name.lower().startswith("x-maas-"))
        if odd and not refused:
            yield defect(
                f"the AuthPolicy `{policy.id}` sets `{odd[0]}`, and not in lower case",
                policy,
                "from Kuadrant 1.4 on a client's own header of the name stays beside it: the backend may believe the client",
                advice="identity headers are set in lower case, and a request that brings one is refused",
            )


def _open_rules(dump: Dump) -> Iterator[Diagnostic]:
    for policy in dump.of("AuthPolicy"):
        rules = mapping(mapping(policies.body(policy).get("rules")).get("authorization"))
        for name, rule in sorted(rules.items()):
            rego = str(mapping(mapping(rule).get("opa")).get("rego", ""))
            if "not object.get(" in rego and "auth.metadata" in rego:
                yield defect(
                    f"the rule `{name}` of the AuthPolicy `{policy.id}` lets everybody in whom nobody answers about",
                    policy,
                    "while the MaaS API does not answer, no subscription is asked for",
                    advice="which entry meters a caller is decided in the policy itself from now on",
                )


def _query(dump: Dump) -> Iterator[Diagnostic]:
    for policy in dump.of(*policies.LIMITING):
        for name, limit in policies.limits(policy):
            if any('request.path.endsWith("' in text for text in policies.predicates(limit)):
                yield defect(
                    f"the limit `{name}` of the {policy.said} leaves out paths by their end",
                    policy,
                    "`request.path` holds the query: `?x=/v1/models` behind any path is not counted",
                    advice="listings are told by `request.url_path` from now on",
                )
                break


def _neighbours(dump: Dump) -> Iterator[Diagnostic]:
    """Find routes whose path is the beginning of another's name: the filter compares texts, and not parts of a path."""
    guarded = {(one.namespace, policies.target(one)[1]) for one in dump.of(*policies.POLICIES)}
    paths = sorted((path, route) for route in dump.of("HTTPRoute") for path in _prefixes(route))
    for (short, first), (long, second) in _beginning(paths):
        if (first.namespace, first.name) in guarded and (second.namespace, second.name) not in guarded:
            yield defect(
                f"the path `{short}` of the route `{first.id}` is the beginning of `{long}`, which no policy is on",
                first,
                f"requests to `{second.id}` are let in and metered as if they were for `{first.id}`",
                Note("the other route is here", second.place),
                advice="give the other model policies of its own: list it under `models`, or rename it",
            )


def _beginning(paths: list[tuple[str, Object]]) -> Iterable[tuple[tuple[str, Object], tuple[str, Object]]]:
    for one, other in pairwise(paths):
        if other[0].startswith(one[0]) and one[0] != other[0] and not other[0].startswith(f"{one[0]}/"):
            yield one, other


def _prefixes(route: Object) -> Iterator[str]:
    for rule in mappings(route.spec.get("rules")):
        for match in mappings(rule.get("matches")):
            path = mapping(match.get("path"))
            value = str(path.get("value", "/"))
            if path.get("type", "PathPrefix") == "PathPrefix" and value != "/":
                yield value.rstrip("/")


def _default_budgets(dump: Dump) -> Iterator[Diagnostic]:
    for one in dump.of("MaaSSubscription"):
        silent = [str(ref.get("name")) for ref in mappings(one.spec.get("modelRefs")) if not ref.get("tokenRateLimits")]
        if silent:
            yield defect(
                f"the subscription `{one.id}` says nothing of its budget on {', '.join(f'`{name}`' for name in silent)}",
                one,
                "its owners get 100 tokens a minute, which nobody wrote",
                advice="the amount is written into the configuration: change it there",
            )
