"""The small parts: CEL texts, selectors, Go's texts, host names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.gateway.gotext import go_json, go_value, stringified
from compiler.gateway.hosts import closest, covers, shared
from compiler.gateway.selectors import Found, Missing, select, selects
from compiler.gateway.texts import AUTHORINO, FILTER, foreign, mentioned


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("auth.identity.userid", [("auth", "identity", "userid")]),
        ('auth.identity.groups.exists(g, g == "a.b")', [("auth", "identity", "groups"), ("g",), ("g",)]),
        ('request.headers["x"].size() > 0', [("request", "headers")]),
        ("has(auth.identity.x) ? auth.identity.x : ''", [("auth", "identity", "x")] * 2),
        ("'auth.identity' == \"it's auth.x\"", []),
        (r"r'\' + auth.a", [("auth", "a")]),
        (
            """'''a
        'auth.b' ''' == auth.c""",
            [("auth", "c")],
        ),
        ("x in auth.identity.m", [("x",), ("auth", "identity", "m")]),
        ("true ? null : false", []),
    ],
)
def test_paths_are_found_outside_of_strings(text: str, paths: list[tuple[str, ...]]) -> None:
    """Each dotted path, without the method that is called on it."""
    assert list(mentioned(text).paths) == paths


def test_what_stands_around_paths_is_found() -> None:
    """Right of `in`, below a macro, bound by one, selected from parentheses."""
    found = mentioned('"a" in (auth.identity.s) && auth.identity.l.exists(g, g in auth.identity.l.filter(x, x == g)) && (a).b')
    assert found.contained == (("auth", "identity", "s"),)
    assert found.ranged == (("auth", "identity", "l"), ("auth", "identity", "l"))
    assert found.bound == {"g", "x"}
    assert found.selects_from_group
    assert found.roots() == {"auth", "a"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('request.url_path == "/a" && auth.identity.groups.exists(g, g in ["a"])', 0),
        ("request.user_agent != ''", 0),
        ("request.time", 1),
        ("source.address", 1),
        ("auth.response.x", 1),
        ("auth != null", 1),
        ("request", 1),
        ("cel.bind(x, 1, x)", 3),
        ("a.?b", 2),
        ("format('%s')", 1),
        ("'unclosed", 1),
        ("has(request.headers)", 0),
        ("has(request)", 2),
        ('has(request.headers["a"])', 1),
    ],
)
def test_what_authorino_is_not_modelled_for_is_named(text: str, found: int) -> None:
    """Roots, fields, functions and syntax."""
    assert len(foreign(text, AUTHORINO)) == found


def test_the_environments_differ() -> None:
    """The filter spells the user agent otherwise, and knows what Authorino exports."""
    assert foreign("request.useragent", FILTER) == ()
    assert foreign("request.user_agent", FILTER) == ("`request.user_agent`",)
    assert foreign("auth != null && auth.plan.x == ''", FILTER) == ()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_looked_at(text: str) -> None:
    """Whatever it is, there is an end and no error."""
    mentioned(text)
    foreign(text, FILTER)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters='"\\\n', exclude_categories=["Cs"]), max_size=20))
def test_no_path_comes_from_inside_a_string(text: str) -> None:
    """A string literal hides whatever it holds."""
    assert mentioned(f'"{text}" == auth.identity.userid').paths == (("auth", "identity", "userid"),)


DOCUMENT = {"auth": {"identity": {"user": {"groups": ["a", "<b>"], "n": 1.0}, "s": "t"}}, "request": {"path": "/x"}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("auth.identity.s", Found("t")),
        ("auth.identity.user.groups", Found(["a", "<b>"])),
        ("auth.identity.user.groups.1", Found("<b>")),
        ("auth.identity.user.groups.2", Missing()),
        ("auth.identity.user.groups.a", Missing()),
        ("auth.identity.user.groups.@tostr", Found('["a","\\u003cb\\u003e"]')),
        ("auth.identity.s.@tostr", Found('"t"')),
        ("auth.identity.s.deeper", Missing()),
        ("auth.identity.nope.@tostr", Missing()),
        ("request.path", Found("/x")),
    ],
)
def test_selectors_follow_names(path: str, found: Found | Missing) -> None:
    """Dotted names, positions in lists, and `@tostr` at the end."""
    assert selects(path)
    assert select(path, DOCUMENT) == found


@pytest.mark.parametrize(
    "path",
    [
        "auth.identity.groups.#",
        "auth.identity.*",
        "request.headers.authorization.@case:lower",
        "auth.response.x",
        "Bearer {auth.metadata.a} and {auth.metadata.b}",
        "{auth.metadata.a}",
        "auth.metadata.a.@base64:encode",
        "{a}",
        "auth",
        "",
    ],
)
def test_other_selectors_are_not_modelled(path: str) -> None:
    """Wildcards, other modifiers, templates and other roots."""
    assert not selects(path)


@pytest.mark.parametrize(
    ("value", "printed", "text", "as_json"),
    [
        (None, "<nil>", "", "null"),
        (True, "true", "true", "true"),
        ("a b", "a b", "a b", '"a b"'),
        (1.0, "1", "1", "1"),
        (-0.5, "-0.5", "-0.5", "-0.5"),
        (1234567.0, "1.234567e+06", "1234567", "1234567"),
        (0.00001, "1e-05", "0.00001", "0.00001"),
        (1e-7, "1e-07", "0.0000001", "1e-7"),
        (1e21, "1e+21", "1" + "0" * 21, "1e+21"),
        (123.456, "123.456", "123.456", "123.456"),
        (["a", None, 2.0], "[a <nil> 2]", '["a",null,2]', '["a",null,2]'),
        ({"b": "x", "a": [True]}, "map[a:[true] b:x]", '{"a":[true],"b":"x"}', '{"a":[true],"b":"x"}'),
    ],
)
def test_values_are_written_as_go_writes_them(value: object, printed: str, text: str, as_json: str) -> None:
    """In headers, in comparisons, in JSON."""
    assert (go_value(value), stringified(value), go_json(value)) == (printed, text, as_json)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists, max_leaves=5)
)
def test_json_is_json(value: object) -> None:
    """What is written reads back as what it was."""
    assert json.loads(go_json(value), parse_int=float) == value


@pytest.mark.parametrize(
    ("left", "right", "common"),
    [
        ("*", "a.b", "a.b"),
        ("*.b", "a.b", "a.b"),
        ("*.b", "*.a.b", "*.a.b"),
        ("a.b", "a.b", "a.b"),
        ("*.b", "b", None),
        ("a.b", "c.b", None),
        ("*.a", "*.b", None),
    ],
)
def test_host_names_share_the_narrower_one(left: str, right: str, common: str | None) -> None:
    """Either way round."""
    assert shared(left, right) == common
    assert shared(right, left) == common


def test_the_closest_host_name_wins() -> None:
    """A name before a wildcard, a longer wildcard before a shorter one."""
    assert closest("x.a.b", ["*", "*.b", "*.a.b"]) == "*.a.b"
    assert closest("x.a.b", ["*", "x.a.b", "*.a.b"]) == "x.a.b"
    assert closest("x.c", ["*.b"]) is None
    assert covers("*", "anything")
