"""What each model takes of what the cluster has, measured in the manifests that are emitted, and how much is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from compiler.cel.environment import AUTHORINO, FILTER
from compiler.cel.tokens import Kind, tokens
from compiler.program import calls, comparisons
from compiler.program.counters import counters
from compiler.program.ir import Model, Program
from compiler.program.methods import BEARER
from compiler.render.layout import Documents
from compiler.validate import filter as filters
from compiler.validate.size import LARGEST, MOST_MATCHES, MOST_RULES, MOST_SETS, size

Document = Mapping[str, Any]

_AUTH: Final = "AuthPolicy"
_POLICIES: Final = (_AUTH, "TokenRateLimitPolicy", "RateLimitPolicy")
_ASKING: Final = ("kubernetesTokenReview", "oauth2Introspection", "jwt")
_BY_CALLER: Final = "auth.identity.userid"
_BY_ENTRY: Final = "selected_subscription"
_BOUNDS: Final = (("rules", "rules", MOST_RULES), ("matches in a rule", "most", MOST_MATCHES), ("matches", "sets", MOST_SETS))


class Cost(Struct, frozen=True):
    """What one model takes.

    `objects` are the bytes of each object, by kind and name, and `filter` those in the filter's configuration. `sets` are
    matches of its route for each listener and host. `longest` is in characters, `groups` counts how often expressions name
    a group, `evaluations` what Authorino evaluates for one request at most, `calls` how often it asks other services for it,
    `counters` what Limitador keeps for each caller, and `shared` what it keeps for all of them together. Where the Gateway's
    policies hold for the model, they count.
    """

    model: str
    objects: tuple[tuple[str, int], ...]
    filter: int
    sets: int
    limits: int
    longest: int
    groups: int
    evaluations: int
    calls: int
    counters: int
    shared: int


class Share(Struct, frozen=True):
    """How much of one budget of the runtime is used, and by what; `unit` is what is counted."""

    what: str
    unit: str
    used: int
    most: int
    by: str


class Costs(Struct, frozen=True):
    """The models that were asked for, and what all files together take."""

    models: tuple[Cost, ...]
    shares: tuple[Share, ...]


def costs(program: Program, documents: Documents, models: Sequence[Model]) -> Costs:
    """Measure the manifests of a Program; the shares are those of all models, whichever are asked for."""
    everything = filters.of(documents)
    on_gateway = {str(one["kind"]): one for path, parts in documents.items() if path.startswith("gateway/") for one in parts}
    found = {
        model.id: _cost(program, model, documents.get(f"models/{model.namespace}/{model.name}.yaml", ()), on_gateway, everything)
        for model in program.models
    }
    shares = (*_shares(program, documents, everything), *_at_run_time(program, tuple(found.values())))
    return Costs(tuple(found[model.id] for model in models), shares)


def _cost(
    program: Program, model: Model, own: Sequence[Document], on_gateway: Mapping[str, Document], everything: filters.Filter
) -> Cost:
    policies = {kind: one for kind, one in on_gateway.items() if kind in _POLICIES}
    policies |= {str(one["kind"]): one for one in own if one["kind"] in _POLICIES}
    route = everything.routes.get((model.namespace, model.route)) or filters.Route()
    texts = [text for policy in policies.values() for text in expressions(policy)]
    limits = [limit for kind, one in policies.items() if kind != _AUTH for limit in one["spec"]["limits"].values()]
    auth = policies.get(_AUTH)
    return Cost(
        model=model.id,
        objects=tuple((f"{one['kind']}/{one['metadata']['name']}", size(one)) for one in own),
        filter=everything.bytes(route),
        sets=everything.listeners * route.sets,
        limits=len(limits),
        longest=max(map(len, texts), default=0),
        groups=sum(_named(text, _groups(program, model)) for text in texts),
        evaluations=_evaluations(auth["spec"]["rules"]) if auth else 0,
        calls=_calls(auth["spec"]["rules"]) if auth else 0,
        counters=sum(_counters(limit) for limit in limits if _by_caller(limit)),
        shared=sum(_counters(limit) for limit in limits if not _by_caller(limit)),
    )


def expressions(value: object) -> Iterator[str]:
    """Give every CEL text of an object."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in ("expression", "predicate") and isinstance(inner, str):
                yield inner
            else:
                yield from expressions(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from expressions(inner)


def _groups(program: Program, model: Model) -> frozenset[str]:
    subjects = [grant.subjects for grant in model.grants] + [entry.subjects for entry in program.precedence(model)]
    return frozenset(group for one in subjects for group in one.groups)


def _named(text: str, groups: Collection[str]) -> int:
    return sum(token.kind is Kind.STRING and token.text in groups for token in tokens(text))


def _evaluations(rules: Mapping[str, Any]) -> int:
    """Count what one request can need: every way in is tried, one of them yields its facts, and all that follows is asked."""
    ways = rules.get("authentication", {}).values()
    facts = max((len(way.get("overrides", ())) for way in ways), default=0)
    patterns = sum(
        _leaves(one.get("patternMatching", {}).get("patterns", ())) or 1 for one in rules.get("authorization", {}).values()
    )
    success = rules.get("response", {}).get("success", {})
    exported = sum(len(one["json"]["properties"]) for one in success.get("filters", {}).values())
    return len(ways) + facts + len(rules.get("metadata", ())) + patterns + exported + len(success.get("headers", ()))


def _leaves(patterns: Sequence[Mapping[str, Any]]) -> int:
    return sum(_leaves(one.get("any") or one.get("all") or ()) or 1 for one in patterns)


def _calls(rules: Mapping[str, Any]) -> int:
    """Count what one request can need: each way in that takes its prefix asks somebody, unless it is one for keys in Secrets."""
    ways = [way for way in rules.get("authentication", {}).values() if not way.keys().isdisjoint(_ASKING)]
    prefixes = Counter(way.get("credentials", {}).get("authorizationHeader", {}).get("prefix", BEARER) for way in ways)
    reviews = sum("kubernetesSubjectAccessReview" in one for one in rules.get("authorization", {}).values())
    return max(prefixes.values(), default=0) + len(rules.get("metadata", ())) + reviews


def _by_caller(limit: Document) -> bool:
    return any(one["expression"] == _BY_CALLER for one in limit.get("counters", ()))


def _counters(limit: Document) -> int:
    """Count windows times the entries that share the limit: it names them where it compares the entry, else it has one."""
    entries = 1
    if any(one["expression"].endswith(_BY_ENTRY) for one in limit.get("counters", ())):
        compared = [one["predicate"] for one in limit.get("when", ()) if _BY_ENTRY in one["predicate"]]
        entries = max((sum(token.kind is Kind.STRING for token in tokens(text)) for text in compared), default=1)
    return len(limit["rates"]) * entries


def _shares(program: Program, documents: Documents, everything: filters.Filter) -> Iterator[Share]:
    objects = [(size(one), f"{one['kind']} of {path}", one) for path, parts in documents.items() for one in parts]
    largest = max(objects, key=lambda one: one[0], default=(0, "", {}))
    yield Share("largest object", "bytes", largest[0], LARGEST, largest[1])
    yield Share("filter configuration", "bytes", everything.total, program.platform.gateway.max_filter_bytes, "all routes")
    lengths = ((max(map(len, expressions(one)), default=0), told) for _, told, one in objects)
    longest, by = max(lengths, key=lambda one: one[0], default=(0, ""))
    yield Share("longest expression", "characters", longest, min(AUTHORINO.characters, FILTER.characters), by)
    for what, of, most in _BOUNDS:
        routes = ((getattr(one, of), "/".join(filter(None, name))) for name, one in everything.routes.items())
        used, route = max(routes, key=lambda one: one[0], default=(0, ""))
        yield Share(f"most {what} of a route", what.partition(" ")[0], used, most, route)


def _at_run_time(program: Program, models: Sequence[Cost]) -> Iterator[Share]:
    """Give what grows with requests and callers; of callers it is only known what is said of them."""
    slowest = max(models, key=lambda one: one.calls, default=None)
    if slowest is not None:
        yield Share("most calls for a request", "calls", slowest.calls, calls.MOST, slowest.model)
    names = {model.id: comparisons.compared(program, model) for model in program.models}
    most = max(names, key=names.__getitem__, default="")
    yield Share("most names compared with a group", "names", names.get(most, 0), comparisons.MOST, most)
    if (limitador := program.platform.limitador) is not None:
        found = counters(program, limitador.users)
        largest = max(found, key=found.__getitem__, default="")
        yield Share("counters", "counters", sum(found.values()), limitador.max_counters, largest)
