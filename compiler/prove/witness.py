"""Makes a caller and a request out of an instance of a formula."""

from __future__ import annotations

from collections.abc import Container

from msgspec.structs import replace

from compiler.prove import world
from compiler.prove.decider import Instance
from compiler.prove.formula import Fact, Other
from compiler.prove.result import Example
from compiler.prove.world import World

_ANYBODY = "somebody"
_ANYTHING = "something"
_KINDS = ("group", "part", "username", "header", "model", "object")


def example(of: World, instance: Instance, model: str, method: str) -> Example:
    """Give the plainest caller and request of which the instance is true."""
    facts = [node for number in sorted(instance.facts) if isinstance(node := of.terms.node(number), Fact)]
    taken = {fact.name for fact in of.terms.facts()}
    names = {kind: [fact.name for fact in facts if fact.kind == kind] for kind in _KINDS}
    groups = [*names["group"], *(f"{part},{_new(_ANYTHING, taken)}" for part in names["part"])]
    if world.GROUPS in facts and not groups:
        groups = [_new(f"{_ANYBODY}s-group", taken)]
    username = next(iter(names["username"]), _new(_ANYBODY, taken) if world.USERNAME in facts else None)
    headers = dict.fromkeys(names["header"], _ANYTHING)
    target, bound = of.targets[0], None
    for variable, point in instance.values:
        if variable == world.TARGET:
            target = point if isinstance(point, str) else of.targets[-1]
        elif variable in (world.BOUND, world.TEAM):
            bound = _new(_ANYTHING, point.than) if isinstance(point, Other) else point
        elif variable.name in of.valued and point is not None:
            headers[variable.name] = _new(_ANYTHING, point.than) if isinstance(point, Other) else point
    if world.HEADERS in facts and not headers:
        headers["accept"] = "*/*"
    return Example(
        model=model,
        method=method,
        username=username,
        groups=tuple(sorted(groups)),
        user=world.USER in facts,
        headers=tuple(sorted(headers.items())),
        target=target,
        bound=bound,
        models=tuple(sorted(names["model"])) if world.MODELS in facts else None,
        objects=tuple(sorted(names["object"])),
        claims=tuple(world.compared(fact) for fact in facts if fact.kind == "claim"),
    )


def friendlier(example: Example) -> Example:
    """Give the example with a name for a caller who has none: most callers have one, and few properties ask."""
    return replace(example, username=_ANYBODY, user=True) if example.username is None else example


def _new(name: str, taken: Container[object]) -> str:
    """Give a name that nothing mentions."""
    while name in taken:
        name += "-else"
    return name
