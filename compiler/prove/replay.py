"""Answers one caller and one request, as it is meant and as it is emitted, without any of the symbolic machinery."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct

from compiler.cel.tree import Expr
from compiler.diagnostics.model import Place
from compiler.program import ir, methods
from compiler.program.decide import Caller, Decision, Request, decide
from compiler.prove import attribution, raw
from compiler.prove.concrete import CelError, Evaluation
from compiler.prove.result import Allowance, Answer, Example
from compiler.prove.view import (
    AccessReview,
    Comparison,
    Conditions,
    Fetched,
    Limit,
    Method,
    Pattern,
    Permission,
    Several,
    Source,
    View,
)

Parser = Callable[[str], Expr]
Data = dict[str, object]

# Limits that nothing can reach only count; what the configuration may write ends at 10^9.
BEYOND_REACH: Final = 10**12

_OK: Final = 200
_FORBIDDEN: Final = 403
_OVER: Final = 429


def meant(program: ir.Program, method: methods.Method, example: Example) -> tuple[Answer, tuple[Place, ...]]:
    """Give the answer of the reference meaning, and the lines that decided it: what lets in, then what meters."""
    decision = decision_of(program, method, example)
    allowances = (Allowance(one.unit, one.limit, one.seconds, one.per != ("user",)) for one in decision.limits)
    if decision.status not in (_OK, _OVER):
        return Answer(decision.status), decision.because
    userid = _userid(method, example)
    told = {
        "userid": userid,
        ir.USERNAME_HEADER: userid,
        ir.SUBSCRIPTION_HEADER: decision.selected or "",
    }
    model = program.model(example.model)
    if model is not None:
        told |= attribution.concrete(program, model, _groups(program, method, example), decision.selected)
    counted = decision.reason != "listing"
    return Answer(decision.status, decision.selected, in_order(allowances), counted, tuple(told.items())), decision.because


def decision_of(program: ir.Program, method: methods.Method, example: Example) -> Decision:
    """Ask the reference meaning."""
    caller = Caller(
        method=method.name,
        userid=_userid(method, example),
        groups=_groups(program, method, example),
        bound=_bound(method, example),
        models=frozenset(example.models or ()) if methods.binds(method) else None,
        genuine=_genuine(method, example),
    )
    return decide(program, caller, Request(example.model, example.target, dict(example.headers)))


def _userid(method: methods.Method, example: Example) -> str:
    name = example.username or ""
    return name if methods.vouches_for_user(method, name) else ""


def _groups(program: ir.Program, method: methods.Method, example: Example) -> frozenset[str]:
    projected = {tier.projected for tier in program.tiers}
    return frozenset(group for group in example.groups if methods.vouches_for_group(method, group, projected))


def _bound(method: methods.Method, example: Example) -> str | None:
    match method:
        case methods.ApiKey():
            return example.bound or ""
        case methods.Introspection():
            return f"{methods.TEAM_PREFIX}{example.bound}" if example.bound else ""
        case _:
            return None


def _genuine(method: methods.Method, example: Example) -> bool:
    return set(methods.claims_of(method)) <= set(example.claims)


def emitted(  # noqa: PLR0913 - what is asked, and how
    view: View, method: Method, of: methods.Method, example: Example, parse: Parser, *, later: bool = False
) -> Answer:
    """Give the answer of the manifests; `of` tells what the method is, with `later` the limits see the injected headers."""
    replay = _Replay(parse, {"request": request_of(example)}, later)
    try:
        return replay.answer(view, method, raw.concrete(of, example))
    except CelError as error:
        return Answer(None, error=str(error))


def alike(one: Answer, other: Answer) -> bool:
    """Tell whether two answers come to the same; of what is told only what both tell counts."""
    told = dict(other.told)
    same = all(told.get(name, value) == value for name, value in one.told)
    parts = [(answer.status, answer.selected, answer.allowances, answer.counted) for answer in (one, other)]
    return same and parts[0] == parts[1]


def in_order(allowances: Iterable[Allowance]) -> tuple[Allowance, ...]:
    """Put allowances into the order of an answer."""
    return tuple(sorted(allowances, key=lambda one: (one.unit, one.seconds, one.limit, one.shared)))


def request_of(example: Example) -> Data:
    """Give `request` as expressions see it; without any header there are no headers."""
    found: Data = {"path": example.target, "url_path": example.target.partition("?")[0]}
    return {**found, "headers": dict(example.headers)} if example.headers else found


class _Replay(Struct, frozen=True):
    parse: Parser
    roots: Data
    later: bool

    def answer(self, view: View, method: Method, identity: Data) -> Answer:
        raw = self._over(identity)
        overrides = {name: self._value(source, raw) for name, source in method.overrides}
        inside = self._over({**identity, **overrides}, view.fetched)
        passed = [self._authorized(rule, view.permissions, inside) for rule in view.authorization]
        if not all(passed):
            return Answer(_FORBIDDEN)
        exports: dict[str, Data] = {}
        for one in view.exports:
            exports.setdefault(one.item, {})[one.name] = self._value(one.value, inside)
        told = {name: self._value(source, inside) for name, source in view.injected}
        outside: Data = {**self.roots, "auth": exports}
        request = self.roots["request"]
        if self.later and isinstance(request, dict):
            outside["request"] = {**request, "headers": {**request.get("headers", {}), **told}}
        matching = [limit for limit in view.limits if self._all(limit.predicates, outside) and _counts(limit)]
        known = exports.get("identity", {})
        selected = known.get("selected_subscription")
        allowances = in_order(
            Allowance(limit.unit, amount, seconds, known.get("userid") not in values, selected in values)
            for limit in matching
            for values in ([self._value(counter, outside) for counter in limit.counters],)
            for amount, seconds in limit.rates
            if amount < BEYOND_REACH
        )
        facts = {**attribution.told(known, told), "userid": known.get("userid", "")}
        return Answer(
            _OVER if any(one.limit == 0 for one in allowances) else _OK,
            selected if isinstance(selected, str) else None,
            allowances,
            any(limit.unit == "tokens" for limit in matching),
            tuple((name, value) for name, value in facts.items() if isinstance(value, str)),
        )

    def _over(self, identity: Data, fetched: Iterable[Fetched] = ()) -> Data:
        secrets = {one.name: {"data": {key: f"what `{key}` holds" for key in one.keys}} for one in fetched}
        return {**self.roots, "auth": {"identity": identity, **({"metadata": secrets} if secrets else {})}}

    def _value(self, source: Source, scope: Mapping[str, object]) -> object:
        try:
            return Evaluation().value(self.parse(source.text), scope)
        except CelError as error:
            raise CelError(f"{error}, in `{source.text}`") from error

    def _all(self, sources: Iterable[Source], scope: Mapping[str, object]) -> bool:
        found = [self._value(source, scope) for source in sources]
        if not all(isinstance(value, bool) for value in found):
            raise CelError("a condition that is not a boolean")
        return all(found)

    def _matches(self, pattern: Pattern, scope: Mapping[str, object]) -> bool:
        match pattern:
            case Source():
                return self._all((pattern,), scope)
            case Several(members, every):
                found = (self._matches(member, scope) for member in members)
                return all(found) if every else any(found)
            case Comparison(selector, operator, value):
                return _compared(selector, operator, value, scope)

    def _authorized(
        self, rule: Conditions | AccessReview, permissions: tuple[Permission, ...], scope: Mapping[str, object]
    ) -> bool:
        if isinstance(rule, Conditions):
            found = [self._matches(pattern, scope) for pattern in rule.patterns]
            return all(found)
        given = {
            name: self._value(source, scope) if isinstance(source, Source) else source
            for name, source in (("user", rule.user), *rule.attributes)
        }
        groups = self._value(rule.groups, scope) if rule.groups else []
        if not isinstance(groups, list):
            raise CelError("the groups of an access review are no list")
        return any(
            given.get("namespace") == permission.namespace
            and _within(given.get("group"), permission.api_groups)
            and _within(given.get("resource"), permission.resources)
            and _within(given.get("name"), permission.names or ("*",))
            and _within(given.get("verb"), permission.verbs)
            and (given["user"] in permission.users or any(group in groups for group in permission.groups))
            for permission in permissions
        )


def _compared(selector: str, operator: str, value: str, scope: Mapping[str, object]) -> bool:
    found: object = scope
    for name in selector.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found == value or (operator == "incl" and isinstance(found, list) and value in found)


def _counts(limit: Limit) -> bool:
    """Tell whether a limit counts at all: in a window of no whole second nothing is counted."""
    return any(seconds > 0 for _, seconds in limit.rates)


def _within(value: object, allowed: tuple[str, ...]) -> bool:
    return "*" in allowed or value in allowed
