"""The YAML emitter: every reader gets back what went in, and the same data is always the same bytes."""

from __future__ import annotations

import io
import re
import unicodedata
from enum import Enum, StrEnum
from typing import Final

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from compiler.render.yaml import DEPTH_LIMIT, UnserialisableError, document, stream

_LAW: Final = settings(max_examples=200, deadline=None)

# Controls, formats, and separators other than the space: what a reviewer cannot see or a reader takes for a break.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})

# What YAML readers trip over: indicators, number and date pieces, breaks of 1.1, spaces and the odd invisible character.
_NASTY: Final = st.text(
    alphabet=st.sampled_from(
        "aeyYnNoOxzTZ01259 :#-+._~=<>!&*?|>%@`'\"\\{}[],\n\r\t\x00\x1b\x7f\x85\xa0\xad\u2028\u202e\ufeffé€\U0001f600"
    ),
    max_size=12,
)
_TEXT: Final = st.one_of(_NASTY, st.text(max_size=20))
_SCALARS: Final = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), _TEXT)
_DATA: Final = st.dictionaries(
    _TEXT,
    st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4), max_leaves=12),
    max_size=5,
)


def _read_11(text: str) -> list[object]:
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def _read_12(text: str) -> list[object]:
    return list(YAML(typ="safe", pure=True).load_all(io.StringIO(text)))


@given(_DATA)
@_LAW
def test_both_yaml_versions_read_back_what_was_written(data: dict[str, object]) -> None:
    """Nested data survives a reader of YAML 1.1 and a reader of YAML 1.2, types included."""
    text = document(data)
    for found in (_read_11(text), _read_12(text)):
        assert found == [data]
        assert repr(found) == repr([data]), "True and 1 are equal, yet not the same"


@given(_TEXT)
@_LAW
def test_a_string_stays_itself_in_every_position(value: str) -> None:
    """A string is the same as a value, as a key, as an item, as an item's key and deeper down."""
    data = {"a": value, "b": [value, [value], {value: value}], "c": {value: {value: [value]}}}
    text = document(data)
    assert _read_11(text) == [data]
    assert _read_12(text) == [data]


@given(st.lists(_DATA, min_size=1, max_size=4))
@_LAW
def test_a_stream_reads_back_as_its_documents(documents: list[dict[str, object]]) -> None:
    """Documents neither swallow nor split each other."""
    text = stream(documents)
    assert _read_11(text) == documents
    assert _read_12(text) == documents


@given(_DATA)
@_LAW
def test_the_text_is_what_reviews_and_hooks_like(data: dict[str, object]) -> None:
    """One line feed at the end, no trailing spaces, nothing invisible: no hook that tidies files changes a meaning."""
    text = document(data)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert text == "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    assert {unicodedata.category(character) for character in text if character not in "\n "}.isdisjoint(_INVISIBLE)


def test_nothing_invisible_is_written_as_it_is() -> None:
    """Every control, format and space character that Python knows is escaped, wherever in a string it stands."""
    invisible = [found for found in map(chr, range(0x110000)) if found != " " and unicodedata.category(found) in _INVISIBLE]
    assert [found for found in invisible if not document({"a": f"a{found}a"}).isascii()] == []


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "~", "null", "Null", "NULL", "nUlL", "true", "True", "TRUE", "false", "False", "y", "Y", "n", "N",
        "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF",
        "0", "-0", "+1", "1", "012", "08", "1_000", "0o17", "0O17", "0x1F", "0XAF", "0x_1", "0b101", "0B1", "1,000", "1 000",
        "1.5", "-1.5", ".5", "5.", "1e3", "1E3", "1e+3", "12e4567", "685e230", "1.5e-3",
        ".inf", "-.inf", ".Inf", ".nan", ".NaN", "._1",
        "12:30", "12:30:45", "1:1", "190:20:30.15", "-1:30",
        "2026-11-21", "2026-1-1", "2026-11-21T10:00:00Z", "2026-11-21 10:00:00 +1", "2001-12-14t21:59:43.10-05:00",
        "=", "<<", "-", "--", "---", "...", "- a", "? a", ": a", "?", ":", "a:", "a: b", "a :", "# a", "a #b", " a", "a ", "\ta",
        "!a", "&a", "*a", "|", ">", "%a", "@a", "`a`", "'a'", '"a"', "{a}", "[a]", ",a", "}", "]", "-a", "+a", ".a",
    ],
)  # fmt: skip
def test_ambiguous_scalars_are_quoted(value: str) -> None:
    """Whatever some version of YAML reads as something else than this string is never written plain."""
    text = document({"a": value})
    assert re.match(r"a: ['\"]", text), text
    assert _read_11(text) == [{"a": value}]
    assert _read_12(text) == [{"a": value}]
    assert document({value: 1})[0] in "'\"", "a key is a scalar like any other"


@pytest.mark.parametrize(
    "value",
    [
        "a", "yesterday", "nobody", "one", "1m", "24h", "1d", "0xyz", "kuadrant.io/v1", "v1alpha1", "maas-auth-granite",
        "/llm/granite",
        "system:authenticated", "https://kubernetes.default.svc", "a#b", "a:b", "auth.identity.userid",
        "auth.identity.groups.@tostr",
        'auth.identity.selected_subscription != ""',
        'auth.identity.groups.exists(g, g in ["free-user"]) || auth.identity.tier in ["free"]',
        "(a || b) && c", "Authentication required", "it's", "Zoë", "日本", "1.2.x", "x-maas-username", "a, b", "10 Mbit",
    ],
)  # fmt: skip
def test_harmless_scalars_stay_readable(value: str) -> None:
    """Names, paths, windows and most CEL text carry no quotes."""
    assert document({"a": value}) == f"a: {value}\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("it's: x", "a: 'it''s: x'\n"),
        ("a\tb", 'a: "a\\tb"\n'),
        ("a\rb", 'a: "a\\rb"\n'),
        ('\x00"\\', 'a: "\\x00\\"\\\\"\n'),
        ("\x85\u2028\ufeff\U000e0041", 'a: "\\x85\\u2028\\uFEFF\\U000E0041"\n'),
        ("admin\u202e", 'a: "admin\\u202E"\n'),
        ("ad\u200bmin", 'a: "ad\\u200Bmin"\n'),
    ],
)
def test_quoting_style(value: str, expected: str) -> None:
    """Single quotes unless a character has to be escaped; what a reviewer cannot see is escaped."""
    assert document({"a": value}) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x\n", "a: |\n  x\n"),
        ("x\ny", "a: |-\n  x\n  y\n"),
        ("x\n\n  y\n", "a: |\n  x\n\n    y\n"),
        ("# x\n--- y", "a: |-\n  # x\n  --- y\n"),
        ("---\n...\n", "a: |\n  ---\n  ...\n"),
        # A hook that trims trailing blanks must not be able to change a value.
        ("x\n\n", 'a: "x\\n\\n"\n'),
        ("x \ny", 'a: "x \\ny"\n'),
        ("x\n ", 'a: "x\\n "\n'),
        # The first line decides the indentation of a block scalar.
        (" x\ny", 'a: " x\\ny"\n'),
        ("\nx", 'a: "\\nx"\n'),
        ("\n", 'a: "\\n"\n'),
        ("x\n\ty", 'a: "x\\n\\ty"\n'),
        ("x\r\ny", 'a: "x\\r\\ny"\n'),
    ],
)
def test_multi_line_strings(value: str, expected: str) -> None:
    """Text of several lines is a literal block where that is safe, else one line with escapes."""
    assert document({"a": value}) == expected
    assert _read_11(expected) == [{"a": value}]
    assert _read_12(expected) == [{"a": value}]


def test_layout() -> None:
    """Two spaces a level, items below their key, keys in the order given, empty collections on their line."""
    first: dict[str, object] = {
        "kind": "AuthPolicy",
        "apiVersion": "kuadrant.io/v1",
        "spec": {
            "rates": [{"limit": 100, "window": "1m"}, {"limit": 0}],
            "nested": [["a", ["b"]], [{"c": {"d": True}}], "x\ny\n"],
            "tuple": ("a",),
            "none": None,
            "map": {},
            "list": [],
            "items": [{}, []],
        },
    }
    assert stream([first, {}, {"b": 1}]) == (
        "kind: AuthPolicy\n"
        "apiVersion: kuadrant.io/v1\n"
        "spec:\n"
        "  rates:\n"
        "    - limit: 100\n"
        "      window: 1m\n"
        "    - limit: 0\n"
        "  nested:\n"
        "    - - a\n"
        "      - - b\n"
        "    - - c:\n"
        "          d: true\n"
        "    - |\n"
        "      x\n"
        "      y\n"
        "  tuple:\n"
        "    - a\n"
        "  none: null\n"
        "  map: {}\n"
        "  list: []\n"
        "  items:\n"
        "    - {}\n"
        "    - []\n"
        "---\n"
        "{}\n"
        "---\n"
        "b: 1\n"
    )


def test_long_lines_are_never_folded() -> None:
    """A line may be as long as its value: folding would change with the width of a name."""
    value = "auth.identity.userid == " + " || ".join(["x"] * 2000) + " : "
    assert document({"a": {"b": [value]}}).count("\n") == 3


@pytest.mark.parametrize("length", [900, 998, 999, 1000, 1001, 1024, 1025, 5000])
@pytest.mark.parametrize("value", ["x", {"b": ["c"]}, ["c", {"d": "e"}], [], {}, "x\ny\n"])
def test_long_keys(length: int, value: object) -> None:
    """A key longer than readers look ahead is written in the explicit form, with any value, on any level."""
    for key in ("k" * length, "\x00" * (length // 4)):
        data = {"m": {key: value, "z": [{key: value, "a": 1}]}}
        text = document(data)
        assert _read_11(text) == [data]
        assert _read_12(text) == [data]


class _Plain(str, Enum):  # noqa: UP042  # the kind whose formatted text is its member name
    FREE = "free"


class _Named(StrEnum):
    FREE = "free"


class _Number(int):
    pass


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"spec": {"rules": [{"limit": 1.0}]}}, "spec.rules[0].limit: a value of type float"),
        ({"a": [b"x"]}, "a[0]: a value of type bytes"),
        ({"a": {"x"}}, "a: a value of type set"),
        ({"a": _Plain.FREE}, "a: a value of type _Plain"),
        ({"a": _Named.FREE}, "a: a value of type _Named"),
        ({"a": _Number(1)}, "a: a value of type _Number"),
        ({"a": object}, "a: a value of type type"),
        ({"a": {1: "x"}}, "a: a key must be a string, not int"),
        ({None: "x"}, "the document: a key must be a string, not NoneType"),
        ({_Named.FREE: "x"}, "the document: a key must be a string, not _Named"),
        ({"a": [2**63]}, "a[0]: the integer does not fit 64 bits"),
        ({"a": -(2**63) - 1}, "a: the integer does not fit 64 bits"),
        ({"a": "x\ud800"}, "a: the string holds half of a surrogate pair"),
        ({"a": ["x\n\udfffy"]}, "a[0]: the string holds half of a surrogate pair"),
        ({"a": {"\ud800": 1}}, "a.\\ud800: the string holds half of a surrogate pair"),
        (["a"], "the document: a document is a mapping, not list"),
    ],
)
def test_what_has_no_spelling_is_refused_with_its_path(data: dict[str, object], message: str) -> None:
    """Nothing is guessed: a value that is no plain data names the place where it was found."""
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        document(data)


def test_nesting_is_bounded() -> None:
    """Data nested up to the limit is written; beyond it, and for data that contains itself, the emitter stops with a path."""
    fine: object = "x"
    for _ in range(DEPTH_LIMIT - 1):
        fine = [fine]
    assert _read_11(document({"a": fine})) == [{"a": fine}]
    with pytest.raises(UnserialisableError, match="nested deeper than"):
        document({"a": [fine]})
    circle: dict[str, object] = {}
    circle["self"] = circle
    with pytest.raises(UnserialisableError, match=r"^self\.self\.self.*nested deeper"):
        document(circle)


def test_a_stream_of_nothing_is_a_bug() -> None:
    """An empty file would be taken for a file that has nothing to say."""
    with pytest.raises(ValueError, match="at least one document"):
        stream([])


def test_bytes_are_stable() -> None:
    """The exact bytes of a manifest: a change here rewrites every file of every user."""
    manifest: dict[str, object] = {
        "apiVersion": "kuadrant.io/v1alpha1",
        "kind": "TokenRateLimitPolicy",
        "metadata": {"name": "maas-trlp-granite", "annotations": {"opendatahub.io/managed": "false"}},
        "spec": {
            "limits": {
                "tokens-100-per-1m": {
                    "rates": [{"limit": 100, "window": "1m"}],
                    "when": [
                        {"predicate": 'auth.identity.selected_subscription in ["free", "tier:free"]'},
                        {"predicate": '!("a" in b)'},
                    ],
                    "counters": [{"expression": 'has(auth.identity.user) ? auth.identity.user.username : ""'}],
                }
            }
        },
    }
    assert document(manifest) == (
        "apiVersion: kuadrant.io/v1alpha1\n"
        "kind: TokenRateLimitPolicy\n"
        "metadata:\n"
        "  name: maas-trlp-granite\n"
        "  annotations:\n"
        "    opendatahub.io/managed: 'false'\n"
        "spec:\n"
        "  limits:\n"
        "    tokens-100-per-1m:\n"
        "      rates:\n"
        "        - limit: 100\n"
        "          window: 1m\n"
        "      when:\n"
        '        - predicate: auth.identity.selected_subscription in ["free", "tier:free"]\n'
        "        - predicate: '!(\"a\" in b)'\n"
        "      counters:\n"
        "        - expression: 'has(auth.identity.user) ? auth.identity.user.username : \"\"'\n"
    )
