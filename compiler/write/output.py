"""Bring the output folder to what it should hold, or say why not; and check it without touching it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic
from compiler.write import paths, report
from compiler.write.exclusive import BusyError, held
from compiler.write.folder import UnreachableError, discard, discard_folder, entered, put
from compiler.write.lock import Lock, render, render_journal
from compiler.write.names import JOURNAL, LOCK, TEMPORARY
from compiler.write.state import PATIENCE, FileState, Survey, digests, observe, survey, united


class Written(Struct, frozen=True):
    """What a build did to the files of the bundle: sorted paths, and how many were left as they were."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


@dataclass
class _Stand:
    """How far a build has come: the path it is at, `.` for the folder as a whole, and whether anything has changed."""

    path: str = "."
    changed: bool = False


def write(  # noqa: PLR0913  # all but the first two are named at the call
    out: Path,
    bundle: Mapping[str, str],
    *,
    input_digest: str,
    proved: str | None,
    force: bool = False,
    patience: float = PATIENCE,
) -> Written | tuple[Diagnostic, ...]:
    """Make the folder hold exactly the bundle (relative path to text), the lock, and what is not ours.

    Only files that differ are written, each all at once. Refusals come before anything is touched. However the process
    ends, the next build completes the work without force: see `_perform`. A machine that loses power may forget files
    of a finished build; version control is what they are kept in. `patience` is in seconds.

    Raises:
        ValueError: the bundle holds a path or a text that can never be written.
    """
    wanted = digests(bundle)
    stand = _Stand()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with held(out, shared=False, patience=patience) as root:
            found = survey(root, wanted, force=force)
            refused = _refusals(found, force=force)
            if refused:
                return refused
            return _perform(root, bundle, Lock(input_digest, wanted, proved), found, stand)
    except BusyError:
        return (report.busy(),)
    except OSError as error:
        told = report.cannot_write(error, stand.path, changed=stand.changed)
        return (told if stand.changed else report.dangling(out, told),)


def check(
    out: Path,
    bundle: Mapping[str, str],
    *,
    input_digest: str,
    proved: str | None = None,
    patience: float = PATIENCE,
) -> tuple[Diagnostic, ...]:
    """Say how the folder differs from what a build would leave; nothing is changed.

    `proved` is compared only when given. `patience` is in seconds.

    Raises:
        ValueError: the bundle holds a path or a text that can never be written.
    """
    wanted = digests(bundle)
    found = observe(out, wanted, patience)
    if isinstance(found, Diagnostic):
        return (found,)
    if found.problems:
        return found.problems
    if found.lock is None and not found.interrupted and len(found.among(FileState.MISSING)) == len(found.findings):
        return (report.never_built(),)
    return _about_lock(found, Lock(input_digest, wanted, proved)) + _about_files(found)


def left(bundle: Mapping[str, str], *, input_digest: str, proved: str | None) -> dict[str, str]:
    """Give the text of every file that a build leaves in the folder, by path.

    Raises:
        ValueError: the bundle holds a path or a text that can never be written.
    """
    return {**bundle, LOCK: render(Lock(input_digest, digests(bundle), proved))}


def _refusals(found: Survey, *, force: bool) -> tuple[Diagnostic, ...]:
    unsafe = tuple(report.unsafe(path, kind) for path, kind in found.unsafe)
    if force or found.problems:
        return found.problems + unsafe
    told = dict(found.unsafe)
    edited = [(path, report.hand_edited(path, wanted=True)) for path in found.among(FileState.HAND_EDITED)]
    edited += [(path, report.hand_edited(path, wanted=False)) for path in found.among(FileState.ORPHAN_EDITED)]
    edited += [(path, report.foreign(path, found.seen[path].kind)) for path in found.among(FileState.FOREIGN)]
    return unsafe + tuple(diagnostic for path, diagnostic in sorted(edited, key=lambda pair: pair[0]) if path not in told)


def _perform(root: int, bundle: Mapping[str, str], lock: Lock, found: Survey, stand: _Stand) -> Written:
    """Change the folder in an order that can stop anywhere.

    The journal is on disk before the first change. It claims, for every path, the digests that were ours or that we have
    leave to replace, and the digest that is to come; so whatever mixture a stop leaves, each file matches lock or journal and
    is ours. The old lock stays until all files are right, and the journal until the new lock is; it goes as well where a
    build stops before it has changed anything.
    """
    stand.changed = found.interrupted
    try:
        return _performed(root, bundle, lock, found, stand)
    except OSError:
        if not stand.changed:
            with suppress(OSError):
                discard(root, JOURNAL)
        raise


def _performed(root: int, bundle: Mapping[str, str], lock: Lock, found: Survey, stand: _Stand) -> Written:
    created = found.among(FileState.MISSING)
    updated = found.among(FileState.STALE, FileState.HAND_EDITED, FileState.FOREIGN)
    removed = found.among(FileState.ORPHAN, FileState.ORPHAN_EDITED)
    discard(root, TEMPORARY)
    if found.interrupted:
        _sweep(root, {*bundle, *found.claims})
    if created or updated or removed:
        stand.path = JOURNAL
        put(root, JOURNAL, render_journal(_claims(lock, found)).encode(), durable=True)
    _remove(root, removed, stand)
    _prune(root, found, bundle, stand)
    for folder, names in paths.by_folder(created + updated):
        stand.path = folder or "."
        with entered(root, folder, create=True) as opened:
            for name in names:
                stand.path = paths.joined(folder, name)
                put(opened, name, bundle[stand.path].encode())
                stand.changed = True
    text = render(lock).encode()
    stand.path = LOCK
    if found.lock_bytes != text:
        put(root, LOCK, text, durable=True)
        stand.changed = True
    stand.path = JOURNAL
    discard(root, JOURNAL)
    return Written(created, updated, removed, len(found.among(FileState.CLEAN)))


def _claims(lock: Lock, found: Survey) -> Mapping[str, frozenset[str]]:
    present = {path: frozenset({what.digest}) for path, what in found.seen.items() if what.digest}
    return united(found.claims, present, {path: frozenset({value}) for path, value in lock.files.items()})


def _sweep(root: int, known: set[str]) -> None:
    """Remove what an interrupted build left half-written."""
    for folder, _ in paths.by_folder(known):
        try:
            with entered(root, folder) as opened:
                discard(opened, TEMPORARY)
        except UnreachableError:
            continue


def _remove(root: int, removed: tuple[str, ...], stand: _Stand) -> None:
    for folder, names in paths.by_folder(removed):
        stand.path = folder or "."
        with entered(root, folder) as opened:
            for name in names:
                stand.path = paths.joined(folder, name)
                discard(opened, name)
                stand.changed = True


def _prune(root: int, found: Survey, bundle: Mapping[str, str], stand: _Stand) -> None:
    """Remove the folders that only our own files ever asked for, the deepest first, where they are empty."""
    needed = {folder for path in bundle for folder in paths.folders_above(path)}
    ours = {folder for path in found.claims for folder in paths.folders_above(path)}
    for folder in sorted(ours - needed, key=lambda name: (-name.count("/"), name)):
        stand.path = folder
        discard_folder(root, folder)
        stand.changed = True


def _about_lock(found: Survey, lock: Lock) -> tuple[Diagnostic, ...]:
    told: list[Diagnostic] = []
    if found.interrupted:
        told.append(report.interrupted())
    if found.lock is None:
        told.append(report.never_built())
    elif (
        found.lock.input != lock.input
        or found.lock.files != lock.files
        or (lock.proved is not None and found.lock.proved != lock.proved)
    ):
        told.append(report.stale_lock())
    return tuple(told)


def _about_files(found: Survey) -> tuple[Diagnostic, ...]:
    unsafe = dict(found.unsafe)
    told: list[Diagnostic] = []
    for finding in found.findings:
        path = finding.path
        if path in unsafe:
            told.append(report.unsafe_in_check(path, unsafe[path]))
            continue
        match finding.state:
            case FileState.STALE:
                told.append(report.stale(path))
            case FileState.MISSING:
                told.append(report.missing(path))
            case FileState.HAND_EDITED | FileState.ORPHAN_EDITED:
                told.append(report.edited_in_check(path))
            case FileState.ORPHAN:
                told.append(report.orphan(path))
            case FileState.FOREIGN:
                told.append(report.foreign_in_check(path, found.seen[path].kind))
            case FileState.CLEAN:
                pass
    return tuple(told)
