"""Compare the output folder with what should be in it: file by file, whose it is and what became of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from compiler.diagnostics.model import Diagnostic
from compiler.write import paths, report
from compiler.write.exclusive import BusyError, held
from compiler.write.folder import Kind, Seen, UnreachableError, all_below, digest, entered, look, read
from compiler.write.lock import BadLockError, Lock, parse, parse_journal, salvage
from compiler.write.names import JOURNAL, LOCK

Claims = Mapping[str, frozenset[str]]

# How long, in seconds, a build or a check waits for another one to end.
PATIENCE: Final = 10.0


class FileState(Enum):
    """What a path of the output folder is to us."""

    CLEAN = "holds what should be there"
    MISSING = "should be there and is not"
    STALE = "holds what an earlier build of ours wrote"
    HAND_EDITED = "was ours and somebody changed it"
    FOREIGN = "stands where we write and was never ours"
    ORPHAN = "is ours and no longer wanted"
    ORPHAN_EDITED = "was ours, is no longer wanted, and somebody changed it"


class Finding(Struct, frozen=True):
    """The state of one path, relative to the output folder."""

    path: str
    state: FileState


class Survey(Struct, frozen=True):
    """All that is known of the folder before it is touched.

    `claims` gives each path that is ours the digests a file of ours may have there, from the lock and from the journal of a
    build that did not end. `unsafe` holds what stands in the way and what no force removes.
    """

    findings: tuple[Finding, ...]
    lock: Lock | None = None
    lock_bytes: bytes | None = None
    claims: Claims = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict)
    interrupted: bool = False
    unsafe: tuple[tuple[str, Kind], ...] = ()
    problems: tuple[Diagnostic, ...] = ()

    def among(self, *states: FileState) -> tuple[str, ...]:
        """Give the paths in one of these states, sorted."""
        return tuple(found.path for found in self.findings if found.state in states)


def compare(out: Path, bundle: Mapping[str, str]) -> tuple[tuple[Finding, ...], tuple[Diagnostic, ...]]:
    """Tell the state of every path that is in the bundle (relative path to text) or that is ours, sorted by path.

    The diagnostics say why the folder could not be judged; then there are no findings. Nothing is changed.

    Raises:
        ValueError: the bundle holds a path or a text that can never be written.
    """
    wanted = digests(bundle)
    found = observe(out, wanted, PATIENCE)
    if isinstance(found, Diagnostic):
        return (), (found,)
    return found.findings, found.problems


def digests(bundle: Mapping[str, str]) -> dict[str, str]:
    """Give the digest of every text of a bundle, sorted by path.

    Raises:
        ValueError: the bundle holds a path or a text that can never be written.
    """
    paths.require(bundle)
    return {path: digest(bundle[path].encode()) for path in sorted(bundle)}


def observe(out: Path, wanted: Mapping[str, str], patience: float) -> Survey | Diagnostic:
    """Survey a folder that may not exist, and let builds wait meanwhile."""
    if not os.path.lexists(out):
        return Survey(tuple(Finding(path, FileState.MISSING) for path in wanted))
    try:
        with held(out, shared=True, patience=patience) as root:
            return survey(root, wanted)
    except BusyError:
        return report.busy()
    except OSError as error:
        return report.dangling(out, report.unreadable(error))


def survey(root: int, wanted: Mapping[str, str], *, force: bool = False) -> Survey:
    """Look at every path that is wanted (path to digest) or claimed, in a folder that is open and locked.

    With `force`, a lock that does not parse is read as far as it goes instead of being a problem.

    Raises:
        OSError: something cannot be read.
    """
    lock_bytes = _own(root, LOCK)
    journal_bytes = _own(root, JOURNAL)
    lock, claims, problems = _claims(lock_bytes, journal_bytes)
    if problems and not force:
        return Survey((), problems=problems)
    seen = _look_at(root, {*wanted, *claims})
    states = {path: _state(seen[path], wanted.get(path), claims.get(path)) for path in sorted(seen)}
    going = {path for path, state in states.items() if state is FileState.ORPHAN}
    going |= {f"{folder}/" for path in claims for folder in paths.folders_above(path)}
    unsafe: list[tuple[str, Kind]] = []
    for path, what in sorted(seen.items()):
        if path in wanted and _makes_room(root, path, what, going):
            states[path] = FileState.MISSING
        elif _blocks(what, needed=path in wanted):
            unsafe.append((path, what.kind))
    return Survey(
        tuple(Finding(path, state) for path, state in states.items() if state is not None),
        lock,
        lock_bytes,
        claims,
        seen,
        interrupted=journal_bytes is not None,
        unsafe=tuple(unsafe),
    )


def _own(root: int, name: str) -> bytes | None:
    """Read the lock or the journal; one that is a link or a folder reads as bytes that do not parse."""
    what = look(root, name).kind
    return read(root, name) if what in (Kind.FILE, Kind.ABSENT) else b""


def _claims(lock_bytes: bytes | None, journal_bytes: bytes | None) -> tuple[Lock | None, Claims, tuple[Diagnostic, ...]]:
    lock: Lock | None = None
    sources: list[Claims] = []
    problems: list[Diagnostic] = []
    if lock_bytes is not None:
        try:
            lock = parse(lock_bytes)
            sources.append({path: frozenset({value}) for path, value in lock.files.items()})
        except BadLockError as error:
            problems.append(report.bad_lock(LOCK, str(error)))
            sources.append(salvage(lock_bytes))
    if journal_bytes is not None:
        try:
            sources.append(parse_journal(journal_bytes))
        except BadLockError as error:
            problems.append(report.bad_lock(JOURNAL, str(error)))
    return lock, united(*sources), tuple(problems)


def united(*sources: Claims) -> dict[str, frozenset[str]]:
    """Give the claims of all sources together."""
    found: dict[str, frozenset[str]] = {}
    for source in sources:
        for path, values in source.items():
            found[path] = found.get(path, frozenset()) | values
    return found


def _look_at(root: int, wanted: Iterable[str]) -> dict[str, Seen]:
    seen: dict[str, Seen] = {}
    for folder, names in paths.by_folder(wanted):
        here = {paths.joined(folder, name): name for name in names}
        try:
            with entered(root, folder) as opened:
                seen |= {path: look(opened, name) for path, name in here.items()}
        except UnreachableError as error:
            seen |= dict.fromkeys(here, Seen(error.kind))
    return seen


def _state(what: Seen, wanted: str | None, claimed: frozenset[str] | None) -> FileState | None:
    """Judge one path; None is a claim on what is gone, which nobody has to hear of."""
    if wanted is None:
        return _unwanted(what, claimed or frozenset())
    if what.kind is Kind.ABSENT:
        return FileState.MISSING
    if what.kind is Kind.FILE and what.digest == wanted:
        return FileState.CLEAN
    if claimed is None:
        return FileState.FOREIGN
    return FileState.STALE if what.digest in claimed else FileState.HAND_EDITED


def _unwanted(what: Seen, claimed: frozenset[str]) -> FileState | None:
    # Where a folder or a file took the place, ours is gone. Behind a link it may live on, so that is not passed over.
    if what.kind in (Kind.ABSENT, Kind.FOLDER, Kind.BELOW_FILE):
        return None
    return FileState.ORPHAN if what.digest in claimed else FileState.ORPHAN_EDITED


def _makes_room(root: int, path: str, what: Seen, going: set[str]) -> bool:
    """Tell whether all that stands in the way of a path is `going`: orphans, and folders (with a slash) made for our files."""
    if what.kind is Kind.BELOW_FILE:
        return not going.isdisjoint(paths.folders_above(path))
    if what.kind is Kind.FOLDER and f"{path}/" in going:
        with entered(root, path) as opened:
            return all(found in going for found in all_below(opened, f"{path}/"))
    return False


def _blocks(what: Seen, *, needed: bool) -> bool:
    """Tell whether something stands at or above a path that must not be replaced or removed, even when forced."""
    if what.kind in (Kind.FOLDER, Kind.BELOW_FILE):
        return needed
    return what.kind in (Kind.OTHER, Kind.BELOW_LINK)
