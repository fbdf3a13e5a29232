"""Makes a request out of an instance of a formula, so that both gateways can be asked about it."""

from __future__ import annotations

from collections.abc import Collection, Container
from typing import Final

from compiler.adopt.callers import SOMEBODY, Asked
from compiler.adopt.proof.given import ACCOUNT, ACCOUNTS, EVERYBODY, OF_NAMESPACE, Kind
from compiler.adopt.proof.outcome import Outcome, Read
from compiler.adopt.proof.sides import METHOD
from compiler.program.ir import IDENTITY_HEADERS, Model
from compiler.prove.decider import Instance
from compiler.prove.formula import FALSE, TRUE, Conjunction, Fact, Formula, Other, Point, Switch, Variable
from compiler.prove.leaf import UndecidedError
from compiler.prove.witness import example
from compiler.prove.world import BOUND, TARGET, TEAM, World

_ANYTHING: Final = "something"
_KINDS: Final = ("group", "part", "username", "header", "audience")
_OTHER: Final = Other(())
_VERBS: Final = ("POST", "GET", "PUT", "DELETE")


def read(of: World, outcome: Outcome, instance: Instance) -> Read:
    """Give what an outcome says of the request that is made of an instance."""
    values = dict(instance.values)

    def holds(formula: Formula) -> bool:
        node = of.terms.node(formula)
        match node:
            case Fact():
                found = formula in (TRUE, FALSE) or abs(formula) in instance.facts
            case Switch(variable, cases, default):
                absent = variable.name in of.valued or variable in (BOUND, TEAM)
                usual: Point | Other = of.targets[0] if variable == TARGET else None if absent else _OTHER
                point = values.get(variable, usual)
                found = holds(next((inner for one, inner in cases if one == point), default))
            case Conjunction(literals, clauses):
                found = all(map(holds, literals)) and all(map(holds, clauses))
        return found if formula > 0 else not found

    passes = holds(outcome.passes)
    return passes, frozenset(window for window, where in outcome.windows.items() if passes and holds(where))


def asked(of: World, instance: Instance, model: Model, kind: Kind) -> Asked:
    """Give the plainest request of which the instance is true.

    Raises:
        UndecidedError: no request can be made of it.
    """
    if kind.method is None:
        return _by_token(of, instance, model)
    found = example(of, instance, model.id, kind.method.name)
    verb = _verb(next((point for variable, point in instance.values if variable == METHOD), None))
    return Asked(
        model.id,
        found.username or "",
        frozenset(found.groups),
        (),
        found.target,
        _kind(found.target, dict(found.headers), model),
        found.headers,
        verb,
        found,
    )


def _by_token(of: World, instance: Instance, model: Model) -> Asked:
    facts = [node for number in sorted(instance.facts) if isinstance(node := of.terms.node(number), Fact)]
    taken = {fact.name for fact in of.terms.facts()}
    names = {kind: [fact.name for fact in facts if fact.kind == kind] for kind in _KINDS}
    groups = {EVERYBODY, *names["group"], *(f"{part},{_new(_ANYTHING, taken)}" for part in names["part"])}
    headers = dict.fromkeys(names["header"], _ANYTHING)
    path, verb = of.targets[0], _VERBS[0]
    for variable, point in instance.values:
        if variable == TARGET:
            path = point if isinstance(point, str) else of.targets[-1]
        elif variable == METHOD:
            verb = _verb(point)
        elif variable.name in of.valued:
            value = _value(point)
            headers |= {} if value is None else {variable.name: value}
        elif not isinstance(point, Other):
            raise UndecidedError(f"a request is needed in which {_said(variable, point)}")
    return Asked(
        model.id,
        next(iter(names["username"]), None) or _somebody(groups, taken, parted=any(fact.kind == "parts" for fact in facts)),
        frozenset(groups),
        tuple(names["audience"]),
        path,
        _kind(path, headers, model),
        tuple(sorted(headers.items())),
        verb,
    )


def _kind(path: str, headers: Collection[str], model: Model) -> str:
    if path == model.listing_path:
        return "listing"
    return "identity" if set(headers) & set(IDENTITY_HEADERS) else "query" if "?" in path else "chat"


def _verb(point: Point | Other) -> str:
    if isinstance(point, str):
        return point
    than = point.than if isinstance(point, Other) else ()
    return next(one for one in (*_VERBS, "OPTIONS", _new("PATCH", than)) if one not in than)


def _value(point: Point | Other) -> str | None:
    return _new(_ANYTHING, point.than) if isinstance(point, Other) else point


def _said(variable: Variable, point: Point) -> str:
    return f"{variable.name} is `{point}`"


def _somebody(groups: set[str], taken: Container[str], *, parted: bool) -> str:
    """Give a name that nothing mentions: a ServiceAccount's for whoever is in its groups."""
    namespace = next((group.removeprefix(OF_NAMESPACE) for group in sorted(groups) if group.startswith(OF_NAMESPACE)), None)
    if namespace is not None or ACCOUNTS in groups:
        return _new(f"{ACCOUNT}{namespace or 'somewhere'}:{SOMEBODY}-1a2b3c4d", taken)
    return _new(f"{SOMEBODY}:{SOMEBODY}:{SOMEBODY}:{SOMEBODY}" if parted else SOMEBODY, taken)


def _new(name: str, taken: Container[object]) -> str:
    while name in taken:
        name += "-else"
    return name
