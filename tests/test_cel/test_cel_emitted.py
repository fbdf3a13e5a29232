"""Everything that is emitted for the example configurations is portable in its place, and reads back as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from compiler.cel import environment
from compiler.cel.environment import Result, Slot
from compiler.cel.inside import Where, expressions
from compiler.cel.kinds import Kind
from compiler.cel.parse import parse as parse_cel
from compiler.cel.portable import check, facts
from compiler.cel.printer import text
from compiler.cel.tree import Bool, Expr, Ident, Str
from compiler.intent.parse import parse
from compiler.kube.authpolicy import AuthPolicy, Expression
from compiler.kube.base import Manifest, TargetRef
from compiler.kube.ratelimit import Counter, RateLimitPolicy, TokenRateLimitPolicy
from compiler.kube.telemetry import TelemetryPolicy
from compiler.lower.lower import lower
from compiler.prove.fields import fields
from compiler.source.load import load_folder
from compiler.targets.emit import emit

ROOT = Path(__file__).parent.parent.parent
CONFIGS = ["config", *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("tests/cases/*/config")))]

OVERRIDE = environment.override()


@dataclass(frozen=True)
class Emitted:
    """The objects of one configuration; what may be read in each is what the policies themselves compute."""

    manifests: tuple[Manifest, ...]
    overrides: Mapping[str, Slot]

    def expressions(self) -> Iterator[tuple[Manifest, Where, Expr]]:
        """Give every expression, with the object and the way to it."""
        for manifest in self.manifests:
            for where, tree in expressions(manifest):
                yield manifest, where, tree

    def slot(self, manifest: Manifest, where: Where) -> Slot:
        """Tell what reads an expression, and what it must give there."""
        if isinstance(manifest, TokenRateLimitPolicy | RateLimitPolicy):
            policy = next(one for one in self.manifests if isinstance(one, AuthPolicy) and _target(one) == _target(manifest))
            place = environment.limit(self.exported(policy))
            return place.giving(Result.COUNTER) if "counters" in where else place
        assert isinstance(manifest, AuthPolicy)
        rule = environment.rule(self._computed(manifest))
        match where[-1], where[-2]:
            case _ if "overrides" in where:
                return self.overrides[str(where[where.index("authentication") + 1])]
            case "predicate", _:
                return rule
            case _, "authorization_groups":
                return rule.giving(Result.LIST)
            case _, "user" | "namespace" | "name" | "plain":
                return rule.giving(Result.TEXT)
            case _:
                return rule.giving(Result.VALUE)

    def _computed(self, policy: AuthPolicy) -> dict[str, Kind]:
        """Give what the overrides of every method compute."""
        ways = policy.spec.rules.authentication.items()
        return facts([(_trees(one.overrides), self.overrides[name]) for name, one in ways])

    def exported(self, policy: AuthPolicy) -> dict[str, Kind]:
        """Give what the filters see as `auth.identity`."""
        success = policy.spec.rules.response.success
        if success is None:
            return {}
        return facts([(_trees(success.filters["identity"].json.properties), environment.rule(self._computed(policy)))])


def _target(policy: AuthPolicy | TokenRateLimitPolicy | RateLimitPolicy) -> tuple[str | None, TargetRef]:
    return policy.metadata.namespace, policy.spec.target_ref


def _trees(found: Mapping[str, Expression]) -> dict[str, Expr]:
    return {name: one.expression for name, one in found.items()}


def emitted(config: str) -> Emitted:
    sources, _ = load_folder(ROOT / config)
    intent, _ = parse(sources.documents)
    assert intent is not None
    program = lower(intent)
    overrides = {method.name: environment.override(fields(method)) for method in program.platform.methods}
    # Labels of usage ask for null, which is in no subset: `tests/prove/test_prove_telemetry.py` tries them on the one engine.
    found = (manifest for output in emit(program) for manifest in output.manifests)
    return Emitted(tuple(one for one in found if not isinstance(one, TelemetryPolicy)), overrides)


@pytest.mark.parametrize("config", CONFIGS)
def test_everything_emitted_is_portable_in_its_place(config: str) -> None:
    found = emitted(config)
    assert sum(1 for _ in found.expressions()) > 20
    for manifest, where, tree in found.expressions():
        assert check(tree, found.slot(manifest, where)) == (), (manifest.metadata.name, where, text(tree))


@pytest.mark.parametrize("config", CONFIGS)
def test_everything_emitted_reads_back(config: str) -> None:
    """What is read back prints alike and is portable too."""
    found = emitted(config)
    for manifest, where, tree in found.expressions():
        again = parse_cel(text(tree))
        assert text(again) == text(tree)
        assert check(again, found.slot(manifest, where)) == ()


def test_the_wrong_place_is_noticed() -> None:
    """Overrides do not see each other, and limits see no list."""
    found = emitted("tests/cases/subscriptions/config")
    rules = [tree for _, where, tree in found.expressions() if where[-1] == "predicate" and "auth.identity." in text(tree)]
    lists = [tree for _, where, tree in found.expressions() if "overrides" in where and "groups" in where]
    assert rules
    assert lists
    assert all(check(tree, OVERRIDE.giving(Result.CONDITION)) for tree in rules)
    assert all(check(tree, environment.limit({}).giving(Result.VALUE)) for tree in lists)


def test_a_list_that_reaches_a_limit_is_still_checked_there() -> None:
    """What is exported is known by its kind, so that comparing a list with a name is noticed."""
    found = emitted("tests/cases/subscriptions/config")
    policies = [one for one in found.manifests if isinstance(one, AuthPolicy)]
    place = environment.limit(next(seen for one in policies if (seen := found.exported(one))))
    assert check(parse_cel('auth.identity.groups == "a"'), place) != ()
    assert check(parse_cel('auth.identity.userid == "a"'), place) == ()


def test_expressions_are_found_in_the_order_of_the_fields() -> None:
    """In objects, mappings and tuples; a tree inside a tree is part of it."""
    holder = {"b": (Counter(Ident("x")), Counter(Str("y"))), "a": [Bool(value=True)], "c": Bool(value=False), "d": None}
    assert list(expressions(holder)) == [
        (("b", 0, "expression"), Ident("x")),
        (("b", 1, "expression"), Str("y")),
        (("c",), Bool(value=False)),
    ]
