"""The lock and the journal: round trips, and nothing that is not exactly one is believed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.write.lock import BadLockError, Lock, parse, parse_journal, render, render_journal, salvage

_A = "a" * 64
_B = "b" * 64

_DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
_PATHS = st.lists(
    st.text("abcé-.", min_size=1, max_size=5).filter(lambda name: name not in (".", "..")), min_size=1, max_size=3
).map("/".join)


@given(st.dictionaries(_PATHS, _DIGESTS, max_size=5), st.text(max_size=5), st.none() | st.text(max_size=5))
@settings(max_examples=200, deadline=None)
def test_a_lock_reads_back(files: dict[str, str], source: str, proved: str | None) -> None:
    """What is rendered is parsed to the same lock, and the order of the entries does not count."""
    lock = Lock(source, files, proved)
    text = render(lock)
    assert parse(text.encode()) == lock
    assert render(Lock(source, dict(reversed(files.items())), proved)) == text


@given(st.dictionaries(_PATHS, st.frozensets(_DIGESTS, max_size=3), max_size=5))
@settings(max_examples=200, deadline=None)
def test_a_journal_reads_back(claims: dict[str, frozenset[str]]) -> None:
    """A journal keeps every digest of every path, in one spelling."""
    text = render_journal(claims)
    assert parse_journal(text.encode()) == claims
    assert render_journal(dict(reversed(claims.items()))) == text


def test_the_text_of_a_lock() -> None:
    """Sorted keys, one entry a line: two builds that touch different files merge without a conflict."""
    assert render(Lock("i", {"b/c.yaml": _B, "a.yaml": _A})) == (
        "{\n"
        '  "files": {\n'
        f'    "a.yaml": "{_A}",\n'
        f'    "b/c.yaml": "{_B}"\n'
        "  },\n"
        '  "input": "i",\n'
        '  "proved": null,\n'
        '  "version": 1\n'
        "}\n"
    )


@given(st.binary(max_size=40) | st.text('[]{}",:0123ve\\n', max_size=40).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_noise_is_never_a_lock(data: bytes) -> None:
    """Whatever the bytes, the answer is a reason and no other exception."""
    for read in (parse, parse_journal):
        with pytest.raises(BadLockError, match=r"^[a-z`]"):
            read(data)
    assert salvage(data) == {}


def _lock(**changed: object) -> bytes:
    return json.dumps({"files": {}, "input": "i", "proved": None, "version": 1} | changed).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"1" * 5_000, "not JSON"),
        (b"[]", "no version"),
        (b"{}", "no version"),
        (_lock(version=2), "version is not 1"),
        (_lock(version="1"), "version is not 1"),
        (_lock(version=True), "version is not 1"),
        (_lock(more=1), "keys are not"),
        (b'{"version": 1, "files": {}}', "keys are not"),
        (_lock(input=1), "no digest"),
        (_lock(proved=1), "no digest"),
        (_lock(files=[]), "no mapping"),
        (_lock(files={"a": 1}), "no digest"),
        (_lock(files={"a": "A" * 64}), "no digest"),
        (_lock(files={"a": "a" * 63}), "no digest"),
        (_lock(files={"a": f"{_A}\n"}), "no digest"),
        (_lock(files={"../a": _A}), "not normalised"),
        (_lock(files={"/a": _A}), "absolute"),
        (_lock(files={"a/./b": _A}), "not normalised"),
        (_lock(files={"maasc.lock": _A}), "maasc itself"),
        (f'{{"files": {{"a": "{_A}", "a": "{_B}"}}, "input": "i", "proved": null, "version": 1}}'.encode(), "twice"),
    ],
)
def test_what_is_no_lock_is_refused(data: bytes, reason: str) -> None:
    """Nothing is concluded from a lock that is damaged, newer, or leads out of the folder."""
    with pytest.raises(BadLockError, match=reason):
        parse(data)


@pytest.mark.parametrize(
    ("files", "reason"),
    [({"a": _A}, "no list"), ({"a": [1]}, "no digest"), ({"../a": [_A]}, "not normalised"), (1, "no mapping")],
)
def test_what_is_no_journal_is_refused(files: object, reason: str) -> None:
    """A journal is believed as little as a lock."""
    with pytest.raises(BadLockError, match=reason):
        parse_journal(json.dumps({"files": files, "version": 1}).encode())


def test_salvage_reads_both_sides_of_a_conflict() -> None:
    """Every legible entry counts; what leads out of the folder does not, conflict or not."""
    text = (
        '{\n  "files": {\n'
        f'    "a.yaml": "{_A}",\n'
        "<<<<<<< ours\n"
        f'    "b.yaml": "{_A}",\n'
        "=======\n"
        f'    "b.yaml": "{_B}",\n'
        f'    "\\u00e9.yaml": "{_B}"\n'
        ">>>>>>> theirs\n"
        f'    "../c.yaml": "{_A}",\n'
        f'    "bad\\q": "{_A}",\n'
        f'  }},\n  "input": "{_A[:-1]}g",\n  "version": 1\n}}\n'
    )
    assert salvage(text.encode()) == {"a.yaml": {_A}, "b.yaml": {_A, _B}, "é.yaml": {_B}}
