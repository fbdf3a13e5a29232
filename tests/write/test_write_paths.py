"""Which paths a bundle may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.write.output import check, write
from compiler.write.paths import fault, require
from compiler.write.state import compare

_BAD = [
    "", "/", "/etc/passwd", "a//b", "a/",
    "./a", "a/./b", "../a", "a/../b", "a/..", ".", "..", "a\\b", "a\nb", "a\x00", "a\x7f", "\ud800",
    "maasc.lock", "maasc.lock.next", ".maasc-write.tmp", "a/.maasc-x.tmp", ".maasc-x.tmp/a",
]  # fmt: skip


@pytest.mark.parametrize("path", _BAD)
def test_bad_paths_are_bugs(path: str, tmp_path: Path) -> None:
    """A path that is not relative, normalised and the bundle's own stops the program before it looks at the folder."""
    out = tmp_path / "out"
    for action in (
        lambda: write(out, {path: "x"}, input_digest="i", proved=None),
        lambda: check(out, {path: "x"}, input_digest="i"),
        lambda: compare(out, {path: "x"}),
    ):
        with pytest.raises(ValueError, match="`"):
            action()
    assert not out.exists()


@pytest.mark.parametrize(
    "path", ["a", "a/b/c.yaml", ".hidden", "..a", "a..", "maasc.lock/a", "a/maasc.lock", "é", "a b", ".maasc-x"]
)
def test_good_paths(path: str) -> None:
    """Whatever stays in the folder and is no name of ours is fine."""
    assert fault(path) is None
    require([path])


@pytest.mark.parametrize("both", [("a", "a/b"), ("a/b", "a/b/c/d"), ("A.yaml", "a.yaml"), ("x/A", "X/a"), ("a", "A/b")])
def test_paths_that_exclude_each_other_are_bugs(both: tuple[str, str]) -> None:
    """A file cannot be a folder, and names that differ in case alone are one file on some disks."""
    with pytest.raises(ValueError, match="`"):
        require(both)


def test_text_that_cannot_be_encoded_is_a_bug(tmp_path: Path) -> None:
    """A lone surrogate is found before anything is touched."""
    with pytest.raises(ValueError, match="surrogates"):
        write(tmp_path / "out", {"a": "x", "b": "\ud800"}, input_digest="i", proved=None)
    assert not (tmp_path / "out").exists()
