"""The layout by examples: where things stand, what stays, and what has no place."""

from __future__ import annotations

import pytest

from compiler.intent.authentication import ApiKeySpec, IntrospectionSpec, OidcSpec, TierTokenSpec, TokenReviewSpec
from compiler.intent.backends import ExternalModelSpec, InferenceServiceSpec, ServiceSpec
from compiler.intent.keys import key_order
from compiler.intent.spec import Spec, declared
from compiler.style.layout import formatted


def layout(text: str) -> str:
    """Lay a text out."""
    found, diagnostics = formatted("x.yaml", text.encode())
    assert found is not None, diagnostics
    return found


LONG = ", ".join(f"a-group-with-a-long-name-{number}" for number in range(6))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a:\n- b\n-   c\n", "a:\n  - b\n  - c\n", id="lists are set off from their key"),
        pytest.param("a:\n    -\n        b:  1\n        c: 2\n", "a:\n  - b: 1\n    c: 2\n", id="an item begins behind its dash"),
        pytest.param("-   -  a\n    -  b\n", "- - a\n  - b\n", id="lists in lists"),
        pytest.param("a: { b: [ 1,2 ],c: {} , d }\n", "a: {b: [1, 2], c: {}, d}\n", id="brackets"),
        pytest.param("a: [\n  b,\n  c,\n]\n", "a: [b, c]\n", id="what was broken and fits is joined"),
        pytest.param(f"a: [{LONG}]\n", f"a: [{LONG}]\n", id="what was not broken stays"),
        pytest.param("a: [b,  # why\n c]\n", "a:\n  [\n    b,  # why\n    c\n  ]\n", id="a comment keeps brackets broken"),
        pytest.param("a: {b: 1, # why\n c: [\n  # own\n 2], # last\n # end\n }\n",
                     "a:\n  {\n    b: 1,  # why\n    c: [\n      # own\n      2\n    ]  # last\n    # end\n  }\n",
                     id="comments in brackets"),
        pytest.param("a: [b : c, d]\n", "a: [b: c, d]\n", id="a single pair needs no brackets"),
        pytest.param("\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n", id="one blank line at most"),
        pytest.param("a:   # head\n\n   # first\n   b: 1# no\n   # tail\n # after\nc: 1\n",
                     "a:  # head\n  # first\n  b: 1# no\n  # tail\n# after\nc: 1\n", id="comments stay where they belong"),
        pytest.param("a:\n  # nothing yet\nb: 1\n", "a:\n  # nothing yet\nb: 1\n", id="below nothing"),
        pytest.param("a: # why\n   b\n", "a:  # why\n  b\n", id="between a key and its value"),
        pytest.param("- # why\n  # more\n  a: 1\n", "-  # why\n  # more\n  a: 1\n", id="behind a dash"),
        pytest.param("a: &x\n    b: 1\nc: *x\n*x : 1\n", None, id="an alias that is a mapping is no key"),
        pytest.param("a: &x b\n*x : 1\n", "a: &x b\n*x : 1\n", id="an alias as a key"),
        pytest.param("a: &x   # why\n    b: 1\nc:  *x\nd:\n    <<: *x\n", "a: &x  # why\n  b: 1\nc: *x\nd:\n  <<: *x\n",
                     id="anchors"),
        pytest.param("a: &x [ 1 ]\nb: [&y {c: 1}, *x]\n", "a: &x [1]\nb: [&y {c: 1}, *x]\n", id="anchors in brackets"),
        pytest.param("a: {b: , c : , d\n  , # why\n e}\n", "a:\n  {\n    b,\n    c,\n    d,  # why\n    e\n  }\n",
                     id="keys alone"),
        pytest.param("a: [b: c, # why\n d: [e,\n f # so\n ]]\n",
                     "a:\n  [\n    b: c,  # why\n    d: [\n      e,\n      f  # so\n    ]\n  ]\n", id="single pairs, broken"),
        pytest.param("? a\n: b\n", "a: b\n", id="a key that is marked as one"),
        pytest.param("a: |2-\n    b\n   c\n", "a: |2-\n    b\n   c\n", id="a text that says how far it is indented"),
        pytest.param("- a: |+\n          b\n\n\n  c: 1\n", "- a: |+\n    b\n\n\n  c: 1\n", id="a text with its end"),
        pytest.param("a: 'one\n\n     two'\nb: \"one \\\n  \\ two\"\n", "a: 'one\n\n  two'\nb: \"one \\\n  \\ two\"\n",
                     id="long strings"),
        pytest.param("--- # one\na:  1\n...\n# between\n---\nb: 2\n", "---  # one\na: 1\n# between\n---\nb: 2\n", id="documents"),
        pytest.param("--- [a,  b]\n", "--- [a, b]\n", id="brackets at the root"),
        pytest.param("# why\n[a,  b] # so\n# end", "# why\n[a, b]  # so\n# end\n", id="brackets at the root with comments"),
        pytest.param("&a\nb:   1\n", "&a\nb: 1\n", id="an anchor at the root"),
        pytest.param("#  only comments\n\n\n# here", "#  only comments\n\n# here\n", id="nothing but comments"),
        pytest.param("", "", id="nothing"),
    ],
)  # fmt: skip
def test_the_layout(before: str, after: str | None) -> None:
    if after is None:
        assert formatted("x.yaml", before.encode())[0] is None
    else:
        assert layout(before) == after
        assert layout(after) == after


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("%YAML 1.2\n---\na: 1\n", "a directive"),
        ("a: &x # why\n  # so\n  [1]\n", "a comment behind an anchor"),
        ("a: &x # why\n  one\n", "an anchor on a line of its own"),
        ("a: # one\n  &x # two\n  b: 1\n", "an anchor between comments"),
        ("? a # why\n: b\n", "a comment inside of a value"),
        ("? a\n# why\n: b\n", "a comment between a key and its `:`"),
        ("a: [b # one\n , c]\n", None),
        ("a: [b # one\n , # two\n c]\n", "a comma between comments"),
        ("a: [b\n  # one\n , c]\n", "a comment between an item and its comma"),
        ("a: {b: # one\n c}\n", "a comment between a key and its value, inside of brackets"),
        ("a: {? b : c}\n", "a `?` inside of brackets"),
    ],
)
def test_what_has_no_place_is_refused(text: str, why: str | None) -> None:
    found, diagnostics = formatted("x.yaml", text.encode())
    if why is None:
        assert found is not None
        return
    assert found is None
    assert [(one.code, one.headline) for one in diagnostics] == [("unformattable", f"its layout has no canonical form: {why}")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tiers:\n  a: {tokens: [], groups: [g], level: 1}\n", "tiers:\n  a: {level: 1, groups: [g], tokens: []}\n"),
        ("models:\n  m:\n    tiers: []\n    backend: {name: x, kind: Service}  # why\n",
         "models:\n  m:\n    backend: {kind: Service, name: x}  # why\n    tiers: []\n"),
        ("models:\n  m:\n    tiers: []\n    # why\n    backend: {}\n",
         "models:\n  m:\n    tiers: []\n    # why\n    backend: {}\n"),
        ("models:\n  m:\n    tiers: []\n\n    backend: {}\n", "models:\n  m:\n    tiers: []\n\n    backend: {}\n"),
        ("models:\n  m:\n    tiers: &t []\n    backend: {}\n", "models:\n  m:\n    tiers: &t []\n    backend: {}\n"),
        ("models: {m: {tiers: [], <<: {backend: {}}}}\n", "models: {m: {tiers: [], <<: {backend: {}}}}\n"),
        ("models: {z: {}, a: {}}\naccess: {}\n", "models: {z: {}, a: {}}\naccess: {}\n"),
        ("tiers: {a: {odd: 1, level: 1}}\n", "tiers: {a: {level: 1, odd: 1}}\n"),
    ],
)  # fmt: skip
def test_keys_are_ordered_where_nothing_stands_between_them(before: str, after: str) -> None:
    assert layout(before) == after


def test_the_order_is_that_of_the_models_of_the_language() -> None:
    assert key_order(("tiers", "free")) == ("level", "displayName", "description", "groups", "tokens", "requests", "unlimited")
    assert key_order(("tiers", "free", "tokens", 0)) == ("limit", "window")
    assert (key_order(("models", "m", "backend")) or ())[:2] == ("kind", "name")
    assert (key_order(("platform", "authentication", 0)) or ())[:3] == ("name", "kind", "audiences")
    assert key_order(("invariants", 0, "atMost")) == ("limit", "window")
    assert key_order(("teams", "t", "keys", "a")) == ("user", "groups", "subscription", "models", "secret")
    assert key_order(()) is key_order(("tiers",)) is key_order(("nothing", "of", "ours")) is None


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        (("platform", "authentication", 0), (TokenReviewSpec, TierTokenSpec, OidcSpec, ApiKeySpec, IntrospectionSpec)),
        (("models", "m", "backend"), (InferenceServiceSpec, ServiceSpec, ExternalModelSpec)),
    ],
)
def test_keys_that_several_kinds_have_keep_the_order_of_each(path: tuple[str | int, ...], kinds: tuple[type[Spec], ...]) -> None:
    """As README writes a way in: the issuer before the audience, and how long it is remembered last."""
    order = key_order(path)
    assert order is not None
    for kind in kinds:
        keys = [field.key for field in declared(kind).values()]
        assert [key for key in order if key in keys] == keys, kind
