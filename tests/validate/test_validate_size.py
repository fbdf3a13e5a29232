"""Sizes are counted as the runtime has them: listeners times hostnames times matches times limits, and objects as JSON."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.diagnostics.model import Diagnostic, Severity
from compiler.validate import filter as filters
from compiler.validate.size import LARGEST, Sizes, size

EMPTY = 450
TOKENS = EMPTY + 900 + 2 * len("true")


def gateway(listeners: int) -> dict[str, Any]:
    return {"kind": "Gateway", "spec": {"listeners": [{}] * listeners}}


def route(name: str, matches: tuple[int, ...], hosts: int = 1) -> dict[str, Any]:
    rules: list[dict[str, Any]] = [{"matches": [{}] * count} for count in matches]
    return {
        "kind": "HTTPRoute",
        "metadata": {"namespace": "a", "name": name},
        "spec": {"hostnames": ["h"] * hosts, "rules": rules},
    }


def policy(kind: str, target: tuple[str, str], predicate: str = "true", limits: int = 1) -> dict[str, Any]:
    limit = {"rates": [{"limit": 1, "window": "1m"}], "when": [{"predicate": predicate}]}
    spec = {"targetRef": {"kind": target[0], "name": target[1]}, "limits": {str(index): limit for index in range(limits)}}
    return {"kind": kind, "metadata": {"namespace": "a", "name": "p"}, "spec": spec}


ON_ROUTE = ("HTTPRoute", "r")
ON_GATEWAY = ("Gateway", "g")


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([route("r", (1,))], EMPTY),
        ([route("r", (2, 3), hosts=2)], 10 * EMPTY),
        ([route("r", (0,))], EMPTY),
        ([gateway(2), route("r", (3,))], 6 * EMPTY),
        ([route("r", (1,)), policy("TokenRateLimitPolicy", ON_ROUTE)], TOKENS),
        ([policy("TokenRateLimitPolicy", ON_ROUTE), route("r", (4,))], 4 * TOKENS),
        ([policy("TokenRateLimitPolicy", ON_ROUTE, limits=3)], EMPTY + 3 * (TOKENS - EMPTY)),
        ([policy("RateLimitPolicy", ON_ROUTE, '"a"')], EMPTY + 450 + 5),
        ([route("r", (1,)), route("s", (1,)), policy("RateLimitPolicy", ON_GATEWAY)], 2 * (EMPTY + 450 + 4)),
        # A policy on a route replaces the Gateway's of its kind, and no other.
        ([route("r", (1,)), policy("RateLimitPolicy", ON_GATEWAY), policy("TokenRateLimitPolicy", ON_ROUTE)], TOKENS + 450 + 4),
        ([policy("TokenRateLimitPolicy", ON_GATEWAY, limits=9), policy("TokenRateLimitPolicy", ON_ROUTE)], TOKENS),
    ],
)
def test_every_match_of_a_route_has_all_limits_that_hold_for_it(documents: list[dict[str, Any]], expected: int) -> None:
    assert filters.of({"models/a/r.yaml": documents}).total == expected


def test_files_can_be_added_up_apart() -> None:
    """The Gateway and its limits are in other files than the routes."""
    files = {
        "models/a/r.yaml": [route("r", (2,)), policy("TokenRateLimitPolicy", ON_ROUTE)],
        "models/a/s.yaml": [route("s", (1,))],
        "gateway/limits.yaml": [policy("TokenRateLimitPolicy", ON_GATEWAY), policy("RateLimitPolicy", ON_GATEWAY)],
        "platform/gateway.yaml": [gateway(2)],
    }
    whole = filters.Filter()
    for path, documents in files.items():
        whole.join(filters.of({path: documents}))
    assert whole.total == filters.of(files).total == 2 * 3 * (TOKENS + 450 + 4)


def test_a_model_whose_route_somebody_else_makes_has_one_match() -> None:
    role = {"kind": "Role", "metadata": {"namespace": "a", "name": "x"}}
    assert filters.of({"models/a/m.yaml": [role], "models/a/kustomization.yaml": [], "tiers/x.yaml": [role]}).total == EMPTY


def found(documents: list[dict[str, Any]], most: int = 10**9, text: str = "") -> list[Diagnostic]:
    sizes = Sizes()
    sizes.add("models/a/r.yaml", documents, text)
    whole = Sizes()
    whole.join(sizes)
    return list(whole.found(most))


@pytest.mark.parametrize(
    ("most", "told"),
    [
        (2 * TOKENS, []),
        (2 * TOKENS - 1, [("gateway-config-large", Severity.WARNING)]),
        (TOKENS, [("gateway-config-large", Severity.WARNING)]),
        (TOKENS - 1, [("gateway-config-too-large", Severity.ERROR)]),
    ],
)
def test_half_is_a_warning_and_more_than_all_an_error(most: int, told: list[tuple[str, Severity]]) -> None:
    assert [(one.code, one.severity) for one in found([policy("TokenRateLimitPolicy", ON_ROUTE)], most)] == told


@pytest.mark.parametrize(
    ("matches", "refused"),
    [
        ((8,) * 16, False),
        ((1,) * 17, True),
        ((64,), False),
        ((65,), True),
        ((64, 64), False),
        ((64, 64, 1), True),
    ],
)
def test_a_route_has_the_bounds_of_its_definition(matches: tuple[int, ...], refused: bool) -> None:  # noqa: FBT001 - a case
    codes = [one.code for one in found([route("r", matches)])]
    assert codes == (["route-too-large"] if refused else [])


def test_an_object_is_as_large_as_the_json_of_it() -> None:
    """Quotes of CEL take two bytes each there, so that a text of less than the limit can be an object of more."""
    document = {"kind": "X", "metadata": {"namespace": "a", "name": "x"}, "data": '"' * 800_000}
    assert size({"a": 'é"'}) == len(b'{"a":"\xc3\xa9\\""}')
    assert [one.code for one in found([document], text='"' * 800_000)] == ["object-too-large"]
    assert found([{**document, "data": "x" * (LARGEST - 200)}], text="x" * LARGEST) == []
