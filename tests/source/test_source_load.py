"""Texts become plain data by YAML 1.2, every key and value keeps its place, and what cannot be trusted is refused in words."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from compiler.diagnostics.model import Diagnostic, PathPart, Place, Span
from compiler.render import yaml
from compiler.source.document import Document, Sources
from compiler.source.limits import Limits
from compiler.source.load import load_folder, load_text


def data(text: str) -> object:
    """Give the data of a text that holds one document and nothing wrong."""
    documents, found = load_text("a.yaml", text.encode())
    assert found == ()
    (document,) = documents
    return document.data


def problems(text: str) -> list[str]:
    return [f"{one.code}: {one.headline}" for one in load_text("a.yaml", text.encode())[1]]


def cut(text: str, span: Span | None) -> str:
    """Give the part of a text that a span covers."""
    assert span is not None
    lines = text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    middle = lines[span.line : span.end_line - 1]
    return "\n".join([lines[span.line - 1][span.column - 1 :], *middle, lines[span.end_line - 1][: span.end_column - 1]])


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("1e3", 1000.0),
        ("0o7", 7),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        (".5", 0.5),
        ("1.", 1.0),
        ("1.2.3", "1.2.3"),
        ("1d", "1d"),
        ("-", None),
        ("~", None),
        ("Null", None),
        ("", None),
        ("nULL", "nULL"),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("False", False),
        ('"1"', "1"),
        ("'true'", "true"),
        ('"\\u00e9\\n"', "é\n"),
        ("1__0", "1__0"),
        ("4_", "4_"),
    ],
)
def test_scalars_are_what_yaml_1_2_says(written: str, value: object) -> None:
    text = f"- {written}\n" if written != "-" else "-\n"
    found = data(text)
    assert found == [value]
    assert isinstance(found, list)
    assert type(found[0]) is type(value)


@pytest.mark.parametrize(
    "written",
    ["0100", "-010", "1_000", "00", ".inf", "-.INF", ".nan", "1e999", "9" * 401, f"0x{'f' * 5000}", f"0o{'7' * 5000}"],
)
def test_numbers_that_readers_differ_about_are_refused(written: str) -> None:
    (problem,) = problems(f"limit: {written}\n")
    assert problem == f"bad-number: `{written[:40]}` is not the same number to every reader of YAML"


def test_the_same_number_in_quotes_is_text() -> None:
    assert data("limit: '0100'\n") == {"limit": "0100"}


def test_merge_keys_add_what_is_not_written() -> None:
    text = "base: &a {x: 1, y: 2}\nother: &b {y: 3, z: 4}\none: {<<: *a, y: 9}\ntwo:\n  <<: [*a, *b]\n  x: 0\n"
    assert data(text) == {
        "base": {"x": 1, "y": 2},
        "other": {"y": 3, "z": 4},
        "one": {"y": 9, "x": 1},
        "two": {"x": 0, "y": 2, "z": 4},
    }
    assert data("'<<': 1\n") == {"<<": 1}


def test_an_alias_is_what_it_names_and_a_scalar_may_be_a_key() -> None:
    assert data("a: &n alice\nb: *n\n*n : [*n]\n") == {"a": "alice", "b": "alice", "alice": ["alice"]}


def test_anchors_end_with_their_document() -> None:
    assert problems("a: &x 1\n---\nb: *x\n") == ["yaml-syntax: nothing before this is called `&x`"]


def test_documents_keep_their_number_and_empty_ones_are_left_out() -> None:
    documents, found = load_text("a.yaml", b"---\na: 1\n---\n---\nb: 2\n")
    assert found == ()
    assert [(one.index, one.data) for one in documents] == [(0, {"a": 1}), (2, {"b": 2})]
    assert [one.span(("b",)) for one in documents if one.index] == [Span(5, 4, 5, 5)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2\n", ["duplicate-key: the key `a` is written twice"]),
        ("a: {b: 1, 'b': 2}\n", ["duplicate-key: the key `b` is written twice"]),
        ("1: x\n", ["bad-key: the key `1` is not text"]),
        ("true: x\n", ["bad-key: the key `true` is not text"]),
        ("? {a: 1}\n: x\n", ["bad-key: a key is not text"]),
        ("<<: 1\n", ["bad-key: `<<` merges mappings, and this is none"]),
        ("<<: [{a: 1}, 2]\n", ["bad-key: `<<` merges mappings, and this is none"]),
        ("a: !!str 1\n", ["yaml-tag: the value carries the tag `tag:yaml.org,2002:str`"]),
        ("a: ! 1\n", ["yaml-tag: the value carries the tag `!`"]),
        ("a: !x [1]\n", ["yaml-tag: the value carries the tag `!x`"]),
        ("!x\na: 1\n", ["yaml-tag: the value carries the tag `!x`"]),
        ("%YAML 1.1\n---\na: 1\n", ["yaml-syntax: the file asks to be read as another version of YAML"]),
        ("a: &x [*x]\n", ["alias-limit: the alias `*x` stands inside what it names"]),
        ("a: [1\n", ["yaml-syntax: the list is not closed"]),
        ("a: b: c\n", ["yaml-syntax: a second `: ` stands where only one key fits"]),
        (
            "groups:\n  " + "x" * 1025 + ": {}\n",
            ["yaml-syntax: a key has more than 1,024 characters, and YAML takes none so long"],
        ),
        ("a: " + "x" * 1025 + ": c\n", ["yaml-syntax: a second `: ` stands where only one key fits"]),
        ("a: x\x07y\n", ["yaml-syntax: the character U+0007 stands in the text as it is"]),
        ("a: x\u2028y\n", ["yaml-syntax: the character U+2028 stands in the text as it is"]),
        ("a: x\x85y\n", ["yaml-syntax: the character U+0085 stands in the text as it is"]),
        ("a: 1\nb: \ufeff2\n", ["yaml-syntax: the character U+FEFF stands in the text as it is"]),
        (
            "a: 1\na: 2\n1: 0100\n",
            [
                "duplicate-key: the key `a` is written twice",
                "bad-key: the key `1` is not text",
                "bad-number: `0100` is not the same number to every reader of YAML",
            ],
        ),
    ],
)
def test_what_is_wrong_is_said_all_at_once(text: str, expected: list[str]) -> None:
    assert problems(text) == expected
    assert load_text("a.yaml", text.encode())[0] == ()


def test_a_version_of_1_2_may_be_asked_for() -> None:
    assert data("%YAML 1.2\n---\na: no\n") == {"a": "no"}


def test_both_places_of_a_duplicate_are_shown() -> None:
    (found,) = load_text("a.yaml", b"a: 1\nb:\n  c: 1\n  c: 2\n")[1]
    assert found.place == Place("a.yaml", span=Span(4, 3, 4, 4))
    assert found.notes[0].place == Place("a.yaml", span=Span(3, 3, 3, 4))


def test_what_is_open_at_the_end_is_shown_on_the_last_thing_written() -> None:
    (found,) = load_text("a.yaml", b"access: [\n  alice\n\n\n")[1]
    assert found.place == Place("a.yaml", span=Span(2, 7, 2, 8))
    assert found.notes[0].place == Place("a.yaml", span=Span(1, 9, 1, 10))


def test_a_byte_order_mark_moves_nothing() -> None:
    (document,), found = load_text("a.yaml", "\ufeffa: 1\n".encode())
    assert found == ()
    assert document.span(("a",), key=True) == Span(1, 1, 1, 2)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_do_anywhere(line_break: str) -> None:
    (document,), _ = load_text("a.yaml", f"a:{line_break}  b: é1{line_break}".encode())
    assert document.span(("a", "b")) == Span(2, 6, 2, 8)


TEXT = """\
tiers:
  free: &free
    level: 0
    groups: [a, "b c"]
  copy: {<<: *free, level: 1}
  alias: *free
models:
  - one
  - name: two
    empty:
note: |
  first
  second

last: 'x'
"""


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        (("tiers",), True, "tiers"),
        (("tiers", "free", "level"), False, "0"),
        (("tiers", "free", "groups"), False, '[a, "b c"]'),
        (("tiers", "free", "groups", 1), False, '"b c"'),
        (("tiers", "copy"), False, "{<<: *free, level: 1}"),
        (("tiers", "copy", "level"), False, "1"),
        (("tiers", "copy", "groups", 0), False, "a"),
        (("tiers", "alias"), False, "*free"),
        (("tiers", "alias", "level"), True, "level"),
        (("models",), False, "- one\n  - name: two\n    empty"),
        (("models", 1, "empty"), False, "empty"),
        (("models", 1, "nothing"), False, "name: two\n    empty"),
        (("models", 1, "nothing"), True, "name: two\n    empty"),
        (("models", 7), True, "models"),
        (("last",), False, "'x'"),
    ],
)
def test_every_key_and_value_has_its_place(path: tuple[PathPart, ...], key: bool, expected: str) -> None:  # noqa: FBT001 - a column of the table
    (document,), _ = load_text("a.yaml", TEXT.encode())
    assert cut(TEXT, document.span(path, key=key)) == expected


def test_sources_know_texts_and_places_of_their_files_only() -> None:
    documents, _ = load_text("a.yaml", b"a: 1\n")
    sources = Sources(documents, {"a.yaml": "a: 1\n"})
    assert sources.span(Place("a.yaml", ("a",))) == Span(1, 4, 1, 5)
    assert sources.span(Place("a.yaml", ("a",), document=1)) is None
    assert sources.span(Place("b.yaml", span=Span(3, 3, 3, 4))) == Span(3, 3, 3, 4)
    assert sources.text("a.yaml") == "a: 1\n"
    assert sources.text("b.yaml") is None


def test_bounds_hold() -> None:
    small = Limits(size=100, depth=3, repeated=5)
    found = [
        load_text("a.yaml", text, small)[1][0].headline
        for text in (b"a" * 101, b"[[[[1]]]]", b"a: &x [[1]]\nb: [*x]\n", b"a: &x [1, 2]\nb: [*x, *x]\n")
    ]
    assert found == [
        "the file is larger than 9.53674e-05 MiB",
        "more than 3 levels of mappings and lists",
        "the alias makes more than 3 levels",
        "the aliases repeat more than 5 values",
    ]
    assert load_text("a.yaml", b"a: &x [1, 2]\nb: *x\n", small)[1] == ()


def test_a_bomb_of_aliases_and_a_mountain_of_brackets_end_at_once() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
    )
    assert [one.code for one in load_text("a.yaml", bomb.encode())[1]] == ["alias-limit"]
    assert [one.code for one in load_text("a.yaml", b"[" * 1_000_000)[1]] == ["nesting-too-deep"]
    assert [one.code for one in load_text("a.yaml", b"- " * 1_000_000)[1]] == ["nesting-too-deep"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(codec="utf-8"), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab: #-'\"\né{[", max_size=5), inner, max_size=4),
    max_leaves=12,
)


def places(value: object, path: tuple[PathPart, ...] = ()) -> Iterator[tuple[tuple[PathPart, ...], object]]:
    yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, child in children:
        yield from places(child, (*path, part))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), VALUES, min_size=1, max_size=4))
def test_what_is_rendered_is_read_back_with_places(value: dict[str, object]) -> None:
    """The place of any scalar or key holds just that scalar or key."""
    text = yaml.document(value)
    (document,), found = load_text("a.yaml", text.encode())
    assert found == ()
    assert document.data == value
    for path, child in places(value):
        if path and isinstance(path[-1], str):
            assert data(f"- {cut(text, document.span(path, key=True))}\n") == [path[-1]]
        if isinstance(child, int | bool | None) or (isinstance(child, str) and "\n" not in child):
            spelt = cut(text, document.span(path))
            assert data(f"- {spelt}\n") == [child]


@settings(max_examples=300, deadline=None)
@given(st.text("ab:- \n'\"[]{}#&*!|>%@`,?\\\t0123456789.é~<", max_size=40) | st.text(max_size=40))
def test_any_text_is_data_or_a_diagnostic_and_data_is_what_another_reader_sees(text: str) -> None:
    try:
        content = text.encode()
    except UnicodeEncodeError:
        return
    documents, found = load_text("a.yaml", content)
    assert not (documents and found)
    for one in found:
        assert one.place is not None
    for document in documents:
        for path, _ in places(document.data):
            assert document.span(path).line >= 1
    # Readers differ about a block scalar that is the whole document, which no configuration is.
    if len(documents) == 1 and documents[0].index == 0 and isinstance(documents[0].data, dict | list):
        assert_ruamel_agrees(documents[0], text)


def assert_ruamel_agrees(document: Document, text: str) -> None:
    """Compare with ruamel.yaml, which knows YAML 1.2; where it refuses a text, there is nothing to compare."""
    reader = YAML(typ="safe", pure=True)
    try:
        theirs = list(reader.load_all(io.StringIO(text)))
    except (YAMLError, ValueError, AttributeError, IndexError, KeyError, TypeError, NotImplementedError, AssertionError):
        return
    if any(mark in text for mark in ("!", "<<", "-", "_", ".")):
        return  # ruamel.yaml reads dates and digit groups, which YAML 1.2's core schema does not have
    assert theirs[0] == document.data


def codes(found: tuple[Diagnostic, ...]) -> list[tuple[str, str]]:
    return [(one.code, one.place.file if one.place else "") for one in found]


def test_a_folder_is_read_in_the_order_of_its_paths(tmp_path: Path) -> None:
    for name in (
        "b.yaml",
        "a/z.yml",
        "UPPER.YAML",
        ".hidden.yaml",
        ".git/x.yaml",
        "tests/suite.yaml",
        "a/tests/kept.yaml",
        "notes.md",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("a: 1\n")
    sources, found = load_folder(tmp_path)
    assert found == ()
    assert [one.file for one in sources.documents] == ["UPPER.YAML", "a/tests/kept.yaml", "a/z.yml", "b.yaml"]


def test_an_empty_file_and_a_file_of_comments_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("")
    (tmp_path / "b.yaml").write_text("# later\n---\n")
    assert codes(load_folder(tmp_path)[1]) == [("empty-file", "a.yaml"), ("empty-file", "b.yaml")]


def test_a_folder_of_nothing_and_no_folder_are_told(tmp_path: Path) -> None:
    assert [one.headline for one in load_folder(tmp_path)[1]] == ["no `.yaml` file in the folder"]
    (tmp_path / "file.yaml").write_text("a: 1\n")
    assert [one.code for one in load_folder(tmp_path / "gone")[1]] == ["no-config"]
    assert [one.headline for one in load_folder(tmp_path / "file.yaml")[1]] == ["the folder cannot be read: not a directory"]


def test_files_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_bytes(b"a" * (4 * 1024 * 1024 + 1))
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: caf\xe9\n")
    (tmp_path / "wide.yaml").write_bytes("a: 1\n".encode("utf-16"))
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "pipe.yaml").symlink_to("gone.yaml")
    (tmp_path / "dir.yaml").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "dir.yaml")
    sources, found = load_folder(tmp_path)
    assert [(one.code, one.place.file if one.place else "", one.headline) for one in found] == [
        ("unreadable-file", "linked", "the folder is a symbolic link, and those are not followed"),
        ("file-too-large", "big.yaml", "the file is larger than 4 MiB"),
        ("not-utf8", "latin.yaml", "the file is not UTF-8: byte 12, in line 2"),
        ("unreadable-file", "loop.yaml", "it is no file, or a link to nothing"),
        ("unreadable-file", "pipe.yaml", "it is no file, or a link to nothing"),
        ("not-utf8", "wide.yaml", "the file is UTF-16"),
    ]
    assert sources.texts == {}


def test_a_file_that_breaks_keeps_its_text_to_be_shown(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [\n")
    (tmp_path / "b.yaml").write_text("b: 1\n")
    sources, found = load_folder(tmp_path)
    assert codes(found) == [("yaml-syntax", "a.yaml")]
    assert sources.text("a.yaml") == "a: [\n"
    assert [one.file for one in sources.documents] == ["b.yaml"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything, so nothing is refused")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")
    (tmp_path / "a.yaml").chmod(0)
    (tmp_path / "shut").mkdir(mode=0)
    found = load_folder(tmp_path)[1]
    assert [one.headline for one in found] == [
        "the folder cannot be read: permission denied",
        "the file cannot be read: permission denied",
    ]


def test_a_refusal_of_the_system_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As above, for those who run the tests as root."""
    (tmp_path / "a.yaml").write_text("a: 1\n")
    (tmp_path / "shut").mkdir()

    def refuse(path: Path, mode: str) -> io.BytesIO:
        raise PermissionError(13, "Permission denied", f"{path} {mode}")

    real = os.scandir

    def scan(folder: str) -> object:
        if str(folder).endswith("shut"):
            raise PermissionError(13, "Permission denied", folder)
        return real(folder)

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(os, "scandir", scan)
    found = load_folder(tmp_path)[1]
    assert [(one.code, one.headline) for one in found] == [
        ("unreadable-file", "the folder cannot be read: permission denied"),
        ("unreadable-file", "the file cannot be read: permission denied"),
    ]


def test_a_name_that_is_no_text_can_still_be_printed(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.yaml")).write_text("")
    except OSError:
        pytest.skip("this file system has only names that are UTF-8")
    (found,) = load_folder(tmp_path)[1]
    assert found.place is not None
    assert found.place.file.encode() == b"caf?.yaml"


def test_a_section_that_is_indented_unlike_the_others_is_told_of_as_such() -> None:
    """To begin another document there would leave the slip where it is."""
    _, (found,) = load_text("a.yaml", b"  groups:\n    free: {}\nmodels: {}\n")
    assert found.code == "yaml-syntax"
    assert "if both are one, indent them alike" in (found.help or "")
