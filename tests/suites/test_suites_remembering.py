"""An engine that remembers answers as the engine that it asks would."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from suites_bench import Bench

from compiler import pipeline
from compiler.engines.base import Outcome, Unsupported, Value
from compiler.explain.emitted import put, reading
from compiler.suites.plain_engine import PlainEngine
from compiler.suites.remembering import Remembering, paths
from compiler.suites.world import read_back


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("auth.identity.userid", {("auth", "identity", "userid")}),
        ('"x-maas-tier" in request.headers', {("request", "headers", "x-maas-tier")}),
        ('request.headers["a"] == "b"', {("request", "headers", "a")}),
        ("has(auth.identity.user)", {("auth", "identity", "user")}),
        (
            "auth.identity.groups.exists(g, g in [auth.identity.userid])",
            {("auth", "identity", "groups"), ("auth", "identity", "userid")},
        ),
        ("[auth.identity.groups].map(auth, auth)[0]", {("auth", "identity", "groups")}),
        ('auth.identity.groups.exists(g, "x" in g)', {("auth", "identity", "groups")}),
        ("auth", {("auth",)}),
        ("true", set()),
        ("this is no CEL of ours", {()}),
    ],
)
def test_an_expression_depends_on_what_it_names(expression: str, wanted: set[tuple[str, ...]]) -> None:
    assert set(paths(expression)) == wanted


class _Asked(PlainEngine):
    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        self.times += 1
        return super().evaluate(expression, context)


def test_only_what_makes_a_difference_is_asked_again() -> None:
    """Another path of the request changes nothing for a question about a header; another value, or none, does."""
    inner = _Asked()
    engine = Remembering(inner)
    text = '"a" in request.headers ? request.headers["a"] : ""'
    for path, headers in (("/x", {"a": "1"}), ("/y", {"a": "1", "b": "2"}), ("/x", {"a": "2"}), ("/x", {}), ("/y", {})):
        found = engine.evaluate(text, {"request": {"path": path, "headers": headers}})
        assert found == Value(headers.get("a", ""))
    assert inner.times == 3
    assert engine.name == "plain"


def test_what_is_missing_at_different_depths_is_not_the_same() -> None:
    """No map, a missing key, and null give different answers."""
    engine = Remembering(PlainEngine())
    contexts: list[Mapping[str, object]] = [
        {},
        {"auth": {}},
        {"auth": "x"},
        {"auth": {"identity": None}},
        {"auth": {"identity": 1}},
    ]
    outcomes = [engine.evaluate("auth.identity", context) for context in contexts]
    assert outcomes == [PlainEngine().evaluate("auth.identity", context) for context in contexts]


def test_the_plain_engine_refuses_what_it_does_not_read() -> None:
    assert isinstance(PlainEngine().evaluate("size(x) == 1", {"x": []}), Unsupported)


def test_every_boundary_caller_gets_the_same_answer(small: Bench) -> None:
    """With every expression that is emitted, over all boundary callers: remembering changes no answer."""
    texts = pipeline.back(small.program).bundle.texts
    world, _ = read_back(small.program, texts, ())
    assert world is not None
    remembering, plain = Remembering(PlainEngine()), PlainEngine()
    for model in small.program.models:
        for question in small.probes.of(model):
            one, other = put(question, world, remembering), put(question, world, plain)
            assert reading("", one) == reading("", other)
            assert one.headers == other.headers
