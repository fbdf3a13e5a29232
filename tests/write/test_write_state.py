"""The state table: whose a file is, and what became of it."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from compiler.write.folder import digest
from compiler.write.lock import Lock, render, render_journal
from compiler.write.output import Written, write
from compiler.write.state import FileState, Finding, compare

_OURS, _WANTED, _OTHER, _NEXT = "ours\n", "wanted\n", "other\n", "next\n"


def _locked(out: Path, locked: str | None, journaled: tuple[str, ...] = ()) -> None:
    """Write a lock (and a journal) that claim `a.yaml` with the digests of these texts."""
    out.mkdir()
    if locked is not None:
        (out / "maasc.lock").write_text(render(Lock("i", {"a.yaml": digest(locked.encode())})))
    if journaled:
        (out / "maasc.lock.next").write_text(render_journal({"a.yaml": [digest(text.encode()) for text in journaled]}))


@pytest.mark.parametrize(
    ("locked", "journaled", "on_disk", "wanted", "state"),
    [
        # Wanted and never ours.
        (None, (), None, _WANTED, FileState.MISSING),
        (None, (), _WANTED, _WANTED, FileState.CLEAN),
        (None, (), _OTHER, _WANTED, FileState.FOREIGN),
        # Wanted and ours.
        (_OURS, (), None, _WANTED, FileState.MISSING),
        (_OURS, (), _WANTED, _WANTED, FileState.CLEAN),
        (_WANTED, (), _WANTED, _WANTED, FileState.CLEAN),
        (_OURS, (), _OURS, _WANTED, FileState.STALE),
        (_OURS, (), _OTHER, _WANTED, FileState.HAND_EDITED),
        (_WANTED, (), _OTHER, _WANTED, FileState.HAND_EDITED),
        # Ours and no longer wanted.
        (_OURS, (), None, None, None),
        (_OURS, (), _OURS, None, FileState.ORPHAN),
        (_OURS, (), _OTHER, None, FileState.ORPHAN_EDITED),
        # Not ours and not wanted: not our business.
        (None, (), _OTHER, None, None),
        # A build that did not end claims what it was about to write, and keeps what was ours before.
        (None, (_NEXT,), _NEXT, _WANTED, FileState.STALE),
        (_OURS, (_NEXT,), _NEXT, _WANTED, FileState.STALE),
        (_OURS, (_NEXT,), _OURS, _WANTED, FileState.STALE),
        (_OURS, (_NEXT,), _OTHER, _WANTED, FileState.HAND_EDITED),
        (_OURS, (_NEXT, _WANTED), _WANTED, _WANTED, FileState.CLEAN),
        (None, (_NEXT,), _NEXT, None, FileState.ORPHAN),
        (None, (_NEXT,), _OTHER, None, FileState.ORPHAN_EDITED),
        (None, (_NEXT,), None, None, None),
    ],
)
def test_state_table(
    locked: str | None, journaled: tuple[str, ...], on_disk: str | None, wanted: str | None, state: FileState | None
) -> None:
    """Lock, journal, disk and bundle decide together; time stamps and names do not."""
    with TemporaryDirectory() as folder:
        out = Path(folder, "out")
        _locked(out, locked, journaled)
        if on_disk is not None:
            (out / "a.yaml").write_text(on_disk)
        expected = () if state is None else (Finding("a.yaml", state),)
        assert compare(out, {} if wanted is None else {"a.yaml": wanted}) == (expected, ())


@pytest.mark.parametrize(
    ("make", "wanted", "unwanted"),
    [
        ("link", FileState.HAND_EDITED, FileState.ORPHAN_EDITED),
        ("link to the right bytes", FileState.HAND_EDITED, FileState.ORPHAN_EDITED),
        ("dangling link", FileState.HAND_EDITED, FileState.ORPHAN_EDITED),
        ("pipe", FileState.HAND_EDITED, FileState.ORPHAN_EDITED),
        ("socket", FileState.HAND_EDITED, FileState.ORPHAN_EDITED),
        ("folder", FileState.HAND_EDITED, None),
    ],
)
def test_what_is_no_file_is_never_taken_for_ours(
    make: str, wanted: FileState, unwanted: FileState | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links, pipes, sockets and folders at a locked path are the doing of somebody else, whatever they lead to."""
    out = tmp_path / "out"
    _locked(out, _OURS)
    place = out / "a.yaml"
    (tmp_path / "right").write_text(_WANTED)
    (tmp_path / "mine").write_text(_OURS)
    match make:
        case "link":
            place.symlink_to(tmp_path / "mine")
        case "link to the right bytes":
            place.symlink_to(tmp_path / "right")
        case "dangling link":
            place.symlink_to("nowhere")
        case "pipe":
            os.mkfifo(place)
        case "socket":
            # The path of a socket is short by law, so it is bound from within the folder.
            monkeypatch.chdir(out)
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(place.name)
        case _:
            place.mkdir()
            (place / "b").write_text(_OTHER)
    assert compare(out, {"a.yaml": _WANTED})[0] == (Finding("a.yaml", wanted),)
    assert compare(out, {})[0] == (() if unwanted is None else (Finding("a.yaml", unwanted),))


def test_findings_are_sorted_and_complete(tmp_path: Path) -> None:
    """Every path of the bundle and every path that is ours appears once, in the order of the paths."""
    out = tmp_path / "out"
    assert isinstance(write(out, {"z": "1", "m/n": "1", "a": "1"}, input_digest="i", proved=None), Written)
    found, problems = compare(out, {"m/n": "2", "b": "1", "a": "1"})
    assert problems == ()
    assert found == (
        Finding("a", FileState.CLEAN),
        Finding("b", FileState.MISSING),
        Finding("m/n", FileState.STALE),
        Finding("z", FileState.ORPHAN),
    )


def test_nothing_is_touched_by_looking(tmp_path: Path) -> None:
    """To compare with a folder that is not there makes no folder."""
    assert compare(tmp_path / "out", {"a": "1"}) == ((Finding("a", FileState.MISSING),), ())
    assert not list(tmp_path.iterdir())


def test_locked_files_behind_a_link_or_a_file(tmp_path: Path) -> None:
    """A file of ours behind a linked folder may live on and is reported; one whose folder is now a file is gone."""
    out = tmp_path / "out"
    assert isinstance(write(out, {"a/x": "1", "b/x": "1"}, input_digest="i", proved=None), Written)
    (out / "a").rename(tmp_path / "moved")
    (out / "a").symlink_to(tmp_path / "moved")
    shutil.rmtree(out / "b")
    (out / "b").write_text("a note")
    assert compare(out, {})[0] == (Finding("a/x", FileState.ORPHAN_EDITED),)
    assert compare(out, {"b/x": "1"})[0] == (Finding("a/x", FileState.ORPHAN_EDITED), Finding("b/x", FileState.HAND_EDITED))


@pytest.mark.parametrize("name", ["maasc.lock", "maasc.lock.next"])
@pytest.mark.parametrize("kind", ["noise", "link", "folder", "pipe"])
def test_a_lock_that_is_none(name: str, kind: str, tmp_path: Path) -> None:
    """A lock or journal that does not parse, or is no plain file, leaves everything unjudged."""
    out = tmp_path / "out"
    _locked(out, None)
    match kind:
        case "noise":
            (out / name).write_text("<<<<<<< ours\n")
        case "link":
            (tmp_path / "real").write_text(render(Lock("i")))
            (out / name).symlink_to(tmp_path / "real")
        case "folder":
            (out / name).mkdir()
        case _:
            os.mkfifo(out / name)
    found, problems = compare(out, {"a.yaml": _WANTED})
    assert found == ()
    assert [(problem.code, problem.place and problem.place.file) for problem in problems] == [("bad-lock", name)]


def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    """What is no folder, or leads nowhere, is a diagnostic and names no path of this machine."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("file", "dangling"):
        found, problems = compare(tmp_path / name, {"a.yaml": _WANTED})
        assert found == ()
        assert [problem.code for problem in problems] == ["unreadable-output"]
        assert str(tmp_path) not in repr(problems)
