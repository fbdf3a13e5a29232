"""Building into a folder and checking it: what is written, what is refused, and what is left alone."""

from __future__ import annotations

import errno
import os
import resource
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.write.lock import Lock, parse
from compiler.write.output import Written, check, write

Snapshot = Callable[[Path], dict[str, str]]

_A = {
    "kustomization.yaml": "resources: []\n",
    "models/llm/granite.yaml": "a: 1\n",
    "models/llm/mistral.yaml": "a: 2\n",
    "tiers/t.yaml": "t\n",
}
_B = {
    "kustomization.yaml": "resources: []\n",
    "models/llm/granite.yaml": "a: 9\n",
    "models/other/mistral.yaml": "a: 2\n",
    "teams/x/y/t.yaml": "t\n",
}


def _build(out: Path, bundle: Mapping[str, str], *, force: bool = False, source: str = "i") -> Written:
    done = write(out, bundle, input_digest=source, proved=None, force=force, patience=0)
    assert isinstance(done, Written), done
    return done


def _refused(out: Path, bundle: Mapping[str, str], *, force: bool = False) -> list[tuple[str, str | None]]:
    done = write(out, bundle, input_digest="i", proved=None, force=force, patience=0)
    assert not isinstance(done, Written), done
    return _told(done)


def _told(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, str | None]]:
    """Give code and file of each diagnostic, after a look at how it is worded."""
    for found in diagnostics:
        assert found.severity is Severity.ERROR
        assert found.headline[0] in "`abcdefghijklmnopqrstuvwxyz"
        assert not found.headline.endswith(".")
        assert found.effect
        assert found.help
    return [(found.code, None if found.place is None else found.place.file) for found in diagnostics]


def _lock(out: Path) -> Lock:
    return parse((out / "maasc.lock").read_bytes())


def _codes(out: Path, bundle: Mapping[str, str]) -> list[tuple[str, str | None]]:
    return _told(check(out, bundle, input_digest="i", patience=0))


def test_a_first_build_makes_the_folder(tmp_path: Path, snapshot: Snapshot) -> None:
    """Parents are made, the files hold the text as UTF-8 with its own line ends, and nothing else is left behind."""
    out = tmp_path / "deep" / "out"
    bundle = {**_A, "é.yaml": "é\r\n"}
    assert _build(out, bundle) == Written(tuple(sorted(bundle)), (), (), 0)
    assert (out / "é.yaml").read_bytes() == b"\xc3\xa9\r\n"
    assert snapshot(out) == {**_A, "é.yaml": "é\n"}, "universal newlines read it as one line feed"
    assert sorted(_lock(out).files) == sorted(bundle)


def test_a_second_build_touches_nothing(tmp_path: Path) -> None:
    """Without a change no file is even opened for writing: identity and times of every file and folder stay."""
    _build(tmp_path, _A)
    before = {path: path.stat() for path in [tmp_path, *tmp_path.rglob("*")]}
    assert _build(tmp_path, dict(reversed(_A.items()))) == Written((), (), (), len(_A))
    after = {path: path.stat() for path in [tmp_path, *tmp_path.rglob("*")]}
    assert {path: (found.st_ino, found.st_mtime_ns, found.st_ctime_ns) for path, found in after.items()} == {
        path: (found.st_ino, found.st_mtime_ns, found.st_ctime_ns) for path, found in before.items()
    }


def test_only_changed_files_are_written(tmp_path: Path, snapshot: Snapshot) -> None:
    """A change replaces the file it concerns; the others keep inode and times; emptied folders go."""
    _build(tmp_path, _A)
    kept, changed = tmp_path / "kustomization.yaml", tmp_path / "models/llm/granite.yaml"
    before = kept.stat(), changed.stat()
    assert _build(tmp_path, _B) == Written(
        ("models/other/mistral.yaml", "teams/x/y/t.yaml"),
        ("models/llm/granite.yaml",),
        ("models/llm/mistral.yaml", "tiers/t.yaml"),
        1,
    )
    assert snapshot(tmp_path) == _B
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns, kept.stat().st_ctime_ns) == (
        before[0].st_ino,
        before[0].st_mtime_ns,
        before[0].st_ctime_ns,
    )
    assert changed.stat().st_ino != before[1].st_ino, "replaced, not written into: a reader keeps the whole old file"


def test_the_lock_says_what_was_built(tmp_path: Path) -> None:
    """Input and proof are recorded, and renewed even when no file changes; the same build gives the same bytes anywhere."""
    one, two = tmp_path / "one", tmp_path / "two"
    for out, order in ((one, _A), (two, dict(reversed(_A.items())))):
        done = write(out, order, input_digest="i", proved="p")
        assert isinstance(done, Written)
    assert (one / "maasc.lock").read_bytes() == (two / "maasc.lock").read_bytes()
    assert (_lock(one).input, _lock(one).proved) == ("i", "p")
    assert _build(one, _A, source="j").unchanged == len(_A)
    assert (_lock(one).input, _lock(one).proved) == ("j", None)


_BUNDLES = st.dictionaries(st.sampled_from(["a", "b/c", "b/d", "e/f/g", "h"]), st.sampled_from(["1\n", "2\n"]), max_size=5)


@given(st.lists(_BUNDLES, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_folder_depends_on_the_last_build_only(
    tmp_path_factory: pytest.TempPathFactory, snapshot: Snapshot, bundles: list[dict[str, str]]
) -> None:
    """Whatever was built before, the folder ends as if the last bundle had been built into a fresh one, and a check agrees."""
    out = tmp_path_factory.mktemp("out")
    for bundle in bundles:
        _build(out, bundle)
        assert snapshot(out) == bundle
        assert _codes(out, bundle) == []
    for bundle in bundles[:-1]:
        if bundle != bundles[-1]:
            assert _codes(out, bundle) != []


def test_a_hand_edit_is_kept(tmp_path: Path, snapshot: Snapshot) -> None:
    """A file of ours that somebody changed stops the build before anything is written; force gives the edit up."""
    _build(tmp_path, _A)
    (tmp_path / "models/llm/granite.yaml").write_text("edited\n")
    (tmp_path / "tiers/t.yaml").write_text("edited too\n")
    before = snapshot(tmp_path)
    lock = (tmp_path / "maasc.lock").read_bytes()
    expected = [("hand-edited", "models/llm/granite.yaml"), ("hand-edited", "tiers/t.yaml")]
    assert _refused(tmp_path, _B) == expected
    assert _refused(tmp_path, {}) == expected
    assert _refused(tmp_path, _A) == expected
    assert snapshot(tmp_path) == before
    assert (tmp_path / "maasc.lock").read_bytes() == lock
    assert _codes(tmp_path, _A) == expected
    assert _build(tmp_path, _B, force=True).removed == ("models/llm/mistral.yaml", "tiers/t.yaml")
    assert snapshot(tmp_path) == _B


def test_an_edit_to_the_wanted_text_is_no_edit(tmp_path: Path) -> None:
    """A file that already holds what would be written is adopted, whoever wrote it."""
    _build(tmp_path, _A)
    (tmp_path / "models/llm/granite.yaml").write_text("a: 9\n")
    (tmp_path / "models/other").mkdir()
    (tmp_path / "models/other/mistral.yaml").write_text("a: 2\n")
    inode = (tmp_path / "models/other/mistral.yaml").stat().st_ino
    assert _build(tmp_path, _B).created == ("teams/x/y/t.yaml",)
    assert (tmp_path / "models/other/mistral.yaml").stat().st_ino == inode
    assert "models/other/mistral.yaml" in _lock(tmp_path).files, "from now on it is ours"
    assert _build(tmp_path, {}).removed == tuple(sorted(_B))


def test_foreign_files(tmp_path: Path, snapshot: Snapshot) -> None:
    """What we did not write is left alone, and stops the build only where its path is needed."""
    _build(tmp_path, _A)
    notes = {"README.md": "mine\n", "models/llm/OWNERS": "me\n", "tiers/more/x": "y\n"}
    for path, text in notes.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "empty").mkdir()
    assert _codes(tmp_path, _A) == []
    _build(tmp_path, {})
    assert snapshot(tmp_path) == {**notes, "empty/": ""}
    (tmp_path / "kustomization.yaml").write_text("mine\n")
    before = snapshot(tmp_path)
    assert _refused(tmp_path, _A) == [("foreign-file", "kustomization.yaml")]
    assert ("foreign-file", "kustomization.yaml") in _codes(tmp_path, _A)
    assert snapshot(tmp_path) == before
    assert _build(tmp_path, _A, force=True).updated == ("kustomization.yaml",)
    assert snapshot(tmp_path) == {**notes, "empty/": "", **_A}


def test_a_deleted_file_comes_back_and_a_deleted_orphan_stays_away(tmp_path: Path, snapshot: Snapshot) -> None:
    """To delete a file of ours is no edit that would be lost."""
    _build(tmp_path, _A)
    (tmp_path / "models/llm/granite.yaml").unlink()
    (tmp_path / "tiers/t.yaml").unlink()
    assert _codes(tmp_path, _A) == [("stale-output", "models/llm/granite.yaml"), ("stale-output", "tiers/t.yaml")]
    done = _build(tmp_path, _B)
    assert "models/llm/granite.yaml" in done.created
    assert done.removed == ("models/llm/mistral.yaml",)
    assert snapshot(tmp_path) == _B, "the folder of the deleted orphan is gone too"


def test_a_file_becomes_a_folder_and_back(tmp_path: Path, snapshot: Snapshot) -> None:
    """Files that we are about to remove are not in the way; anything else in the folder is."""
    one, two = {"a": "1", "b/c/d": "1"}, {"a/x/y": "1", "b/c": "1"}
    for bundle in (one, two, one):
        _build(tmp_path, bundle)
        assert snapshot(tmp_path) == bundle
    (tmp_path / "b/c/mine").write_text("mine")
    assert _refused(tmp_path, two) == [("unsafe-path", "b/c")]
    assert _refused(tmp_path, two, force=True) == [("unsafe-path", "b/c")]
    assert snapshot(tmp_path) == {**one, "b/c/mine": "mine"}
    (tmp_path / "b/c/mine").unlink()
    (tmp_path / "b/c/empty").mkdir()
    assert _refused(tmp_path, two) == [("unsafe-path", "b/c")], "a folder that is not ours is not removed either"
    (tmp_path / "b/c/empty").rmdir()
    _build(tmp_path, two)
    (tmp_path / "a/x/y").unlink()
    (tmp_path / "a/x").rmdir()
    (tmp_path / "a/x").write_text("mine")
    assert _refused(tmp_path, one, force=True) == [("unsafe-path", "a")], "a file where a folder of ours was is not ours"
    assert _refused(tmp_path, two, force=True) == [("unsafe-path", "a/x/y")]


def test_what_is_in_the_way_and_cannot_be_forced(tmp_path: Path, snapshot: Snapshot) -> None:
    """A folder where a file is needed, a file where a folder is needed, and a pipe are for the user to remove."""
    (tmp_path / "kustomization.yaml").mkdir()
    (tmp_path / "models").write_text("mine")
    (tmp_path / "tiers").mkdir()
    os.mkfifo(tmp_path / "tiers/t.yaml")
    expected = [
        ("unsafe-path", "kustomization.yaml"),
        ("unsafe-path", "models/llm/granite.yaml"),
        ("unsafe-path", "models/llm/mistral.yaml"),
        ("unsafe-path", "tiers/t.yaml"),
    ]
    for force in (False, True):
        assert _refused(tmp_path, _A, force=force) == expected
    assert [told for told in _codes(tmp_path, _A) if told[0] != "stale-output"] == expected
    (tmp_path / "tiers/t.yaml").unlink()
    assert snapshot(tmp_path) == {"kustomization.yaml/": "", "models": "mine", "tiers/": ""}


def test_links_inside_the_folder_are_never_followed(tmp_path: Path, snapshot: Snapshot) -> None:
    """A link at a needed path is foreign and force replaces the link itself; a linked folder stops even force."""
    out, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    (outside / "t.yaml").write_text("precious\n")
    out.mkdir()
    (out / "tiers").mkdir()
    (out / "tiers/t.yaml").symlink_to(outside / "t.yaml")
    assert _refused(out, _A) == [("foreign-file", "tiers/t.yaml")]
    _build(out, _A, force=True)
    assert snapshot(out) == _A
    assert snapshot(outside) == {"t.yaml": "precious\n"}
    shutil.rmtree(out / "models/llm")
    (out / "models/llm").symlink_to(outside)
    for bundle in (_A, _B, {}):
        for force in (False, True):
            refused = _refused(out, bundle, force=force)
            assert ("unsafe-path", "models/llm/granite.yaml") in refused
            assert {code for code, _ in refused} == {"unsafe-path"}
    assert snapshot(outside) == {"t.yaml": "precious\n"}


def test_a_linked_orphan_is_removed_by_force_and_not_its_target(tmp_path: Path, snapshot: Snapshot) -> None:
    """Where a file of ours was replaced by a link, force removes the link."""
    out, outside = tmp_path / "out", tmp_path / "precious"
    outside.write_text("precious\n")
    _build(out, _A)
    (out / "tiers/t.yaml").unlink()
    (out / "tiers/t.yaml").symlink_to(outside)
    assert _refused(out, {}) == [("hand-edited", "tiers/t.yaml")]
    _build(out, {}, force=True)
    assert snapshot(out) == {}
    assert outside.read_text() == "precious\n"


def test_a_link_that_stands_for_our_own_half_written_file(tmp_path: Path, snapshot: Snapshot) -> None:
    """Somebody who puts a link where the temporary file goes does not make us write through it."""
    out, outside = tmp_path / "out", tmp_path / "precious"
    outside.write_text("precious\n")
    (out / "tiers").mkdir(parents=True)
    for folder in (out, out / "tiers"):
        (folder / ".maasc-write.tmp").symlink_to(outside)
    _build(out, _A)
    assert snapshot(out) == _A
    assert outside.read_text() == "precious\n"


def test_the_folder_itself_may_be_a_link(tmp_path: Path, snapshot: Snapshot) -> None:
    """The user named the folder, so where it leads is the user's choice."""
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to("real")
    _build(tmp_path / "out", _A)
    assert snapshot(tmp_path / "real") == _A
    assert (tmp_path / "out").is_symlink()
    assert _codes(tmp_path / "out", _A) == []


def test_a_hard_link_keeps_its_text(tmp_path: Path) -> None:
    """A file of ours is replaced, so that another name of it still holds the old text."""
    out = tmp_path / "out"
    _build(out, _A)
    (tmp_path / "other").hardlink_to(out / "models/llm/granite.yaml")
    _build(out, _B)
    assert (tmp_path / "other").read_text() == "a: 1\n"


def test_a_bad_lock_stops_the_build(tmp_path: Path, snapshot: Snapshot) -> None:
    """Without a lock nobody knows whose the files are; force takes what is needed and removes what is legibly ours."""
    _build(tmp_path, _A)
    text = (tmp_path / "maasc.lock").read_text()
    (tmp_path / "maasc.lock").write_text(f"<<<<<<< ours\n{text}")
    (tmp_path / "README.md").write_text("mine\n")
    assert _refused(tmp_path, _B) == [("bad-lock", "maasc.lock")]
    assert _codes(tmp_path, _B) == [("bad-lock", "maasc.lock")]
    assert snapshot(tmp_path) == {**_A, "README.md": "mine\n"}
    _build(tmp_path, _B, force=True)
    assert snapshot(tmp_path) == {**_B, "README.md": "mine\n"}
    assert _codes(tmp_path, _B) == []


def test_a_lock_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    """A lock that somebody wrote by hand removes nothing outside, even by force."""
    out, precious = tmp_path / "out", tmp_path / "precious"
    precious.write_text("ours\n")
    _build(out, {"precious": "ours\n"})
    text = (out / "maasc.lock").read_text()
    (out / "maasc.lock").write_text(text.replace('"precious"', '"../precious"'))
    assert _refused(out, {}) == [("bad-lock", "maasc.lock")]
    _build(out, {}, force=True)
    assert precious.read_text() == "ours\n"


def test_check_tells_the_causes_apart(tmp_path: Path) -> None:
    """Each way to be out of date has its own code, and a check changes nothing."""
    out = tmp_path / "out"
    assert _codes(out, _A) == [("stale-output", "maasc.lock")], "never built: said once, not for each file"
    assert not out.exists()
    _build(out, _A)
    (out / "kustomization.yaml").write_text("edited\n")
    (out / "teams/x/y").mkdir(parents=True)
    (out / "teams/x/y/t.yaml").write_text("mine\n")
    before = {path: path.stat().st_ctime_ns for path in out.rglob("*")}
    assert _codes(out, _B) == [
        ("stale-output", "maasc.lock"),
        ("hand-edited", "kustomization.yaml"),
        ("stale-output", "models/llm/granite.yaml"),
        ("orphan-file", "models/llm/mistral.yaml"),
        ("stale-output", "models/other/mistral.yaml"),
        ("foreign-file", "teams/x/y/t.yaml"),
        ("orphan-file", "tiers/t.yaml"),
    ]
    assert {path: path.stat().st_ctime_ns for path in out.rglob("*")} == before


def test_check_holds_the_lock_to_the_configuration(tmp_path: Path) -> None:
    """A lock of another input is out of date though every file is right; the proof counts when the caller has one."""
    done = write(tmp_path, _A, input_digest="i", proved="p")
    assert isinstance(done, Written)
    stale = [("stale-output", "maasc.lock")]
    assert _told(check(tmp_path, _A, input_digest="i")) == []
    assert _told(check(tmp_path, _A, input_digest="i", proved="p")) == []
    assert _told(check(tmp_path, _A, input_digest="j")) == stale
    assert _told(check(tmp_path, _A, input_digest="i", proved="q")) == stale
    (tmp_path / "maasc.lock").unlink()
    assert _told(check(tmp_path, _A, input_digest="i")) == stale


def test_check_sees_a_build_that_did_not_end(tmp_path: Path) -> None:
    """A journal left behind is reported, and the next build clears it."""
    _build(tmp_path, _A)
    (tmp_path / "maasc.lock.next").write_text('{"files": {}, "version": 1}')
    assert _codes(tmp_path, _A) == [("stale-output", "maasc.lock.next")]
    _build(tmp_path, _A)
    assert _codes(tmp_path, _A) == []
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "maasc.lock.next").write_text('{"files": {}, "version": 1}')
    assert _codes(fresh, _A)[:2] == [("stale-output", "maasc.lock.next"), ("stale-output", "maasc.lock")]


def test_a_link_that_leads_nowhere_is_said_to_be_one(tmp_path: Path) -> None:
    """And not that a file exists, which is so and helps nobody."""
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "round").symlink_to("round")
    headlines = {}
    for out in ("dangling", "dangling/out", "round"):
        done = write(tmp_path / out, _A, input_digest="i", proved=None)
        assert not isinstance(done, Written)
        headlines[out] = done[0].headline.removeprefix("the output folder cannot be written: ")
    assert headlines["dangling"] == "it is a symbolic link to what is not there"
    assert headlines["dangling/out"] == "`dangling` above it is a symbolic link to what is not there"
    assert "not there" not in headlines["round"]
    (found,) = check(tmp_path / "dangling", _A, input_digest="i")
    assert found.headline == "the output folder cannot be read: it is a symbolic link to what is not there"


def test_an_output_that_is_no_folder(tmp_path: Path) -> None:
    """A file, or a link that leads nowhere, cannot be built into; no path of this machine is told."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    for out in (tmp_path / "file", tmp_path / "dangling", tmp_path / "file" / "out"):
        done = write(out, _A, input_digest="i", proved=None, force=True)
        assert not isinstance(done, Written)
        assert _told(done) == [("cannot-write", ".")]
        assert str(tmp_path) not in repr(done)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_read_only_disk(tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be written gives the system's reason; one that needs no writing is fine as it is."""
    _build(tmp_path, _A)
    really_open = os.open

    def read_only(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, "Read-only file system")
        return really_open(path, flags, mode, dir_fd=dir_fd)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", read_only)
        for name in ("unlink", "rmdir", "replace"):
            patched.setattr(os, name, refuse)
        assert _build(tmp_path, _A) == Written((), (), (), len(_A))
        done = write(tmp_path, _B, input_digest="i", proved=None)
    assert not isinstance(done, Written)
    assert _told(done) == [("cannot-write", "maasc.lock.next")]
    assert "read-only file system" in done[0].headline
    assert done[0].effect == "nothing was written"
    assert snapshot(tmp_path) == _A
    _build(tmp_path, _B)
    assert snapshot(tmp_path) == _B


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_file_that_cannot_be_replaced_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Where nothing has changed, nothing is left over; where something has, the journal is, and says what is ours."""
    _build(tmp_path, dict.fromkeys("abcd", "1\n"))
    really_replace = os.replace
    asked: list[str] = []

    def replace(source: str, name: str, **folders: int) -> None:
        asked.append(name)
        if len(asked) == number + 1:
            raise OSError(errno.EPERM, "Operation not permitted")
        really_replace(source, name, **folders)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace)
        done = write(tmp_path, dict.fromkeys("abcd", "2\n"), input_digest="i", proved=None)
    assert not isinstance(done, Written)
    name = "abcd"[number - 1]
    assert _told(done) == [("cannot-write", name)]
    assert done[0].headline == f"`{name}` cannot be written: operation not permitted"
    assert (tmp_path / "maasc.lock.next").exists() == (number > 1)
    assert ("half new and half old" in (done[0].effect or "")) == (number > 1)
    assert isinstance(write(tmp_path, dict.fromkeys("abcd", "2\n"), input_digest="i", proved=None), Written)
    assert not (tmp_path / "maasc.lock.next").exists()


def test_a_full_disk(tmp_path: Path, snapshot: Snapshot) -> None:
    """Where the system really stops a write in the middle, nothing has changed and nothing is left over."""
    _build(tmp_path, {"a": "1\n"})
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
            done = write(tmp_path, {"a": "2\n" * 100}, input_digest="i", proved=None)
            os._exit(0 if not isinstance(done, Written) and [found.code for found in done] == ["cannot-write"] else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert snapshot(tmp_path) == {"a": "1\n"}
    assert _codes(tmp_path, {"a": "1\n"}) == []


def test_places_are_relative(tmp_path: Path) -> None:
    """A diagnostic names the file from the output folder, with forward slashes."""
    (tmp_path / "tiers").mkdir()
    (tmp_path / "tiers/t.yaml").write_text("mine\n")
    done = write(tmp_path, _A, input_digest="i", proved=None)
    assert not isinstance(done, Written)
    assert [found.place for found in done] == [Place("tiers/t.yaml")]
