"""Say what is wrong with the output folder: every diagnostic of this package is worded here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.write.folder import Kind
from compiler.write.names import JOURNAL, LOCK

_NOTHING: Final = "nothing was written"
_STALE: Final = "the cluster would get what an older configuration says"


def _error(code: str, path: str | None, headline: str, effect: str, advice: str) -> Diagnostic:
    place = None if path is None else Place(path)
    return Diagnostic(code, Severity.ERROR, headline, place, effect, help=advice)


def hand_edited(path: str, *, wanted: bool) -> Diagnostic:
    """A file of ours that does not hold what we wrote."""
    return _error(
        "hand-edited",
        path,
        f"`{path}` was edited by hand",
        f"{_NOTHING}: the edit would be lost"
        if wanted
        else f"{_NOTHING}: the file is no longer wanted and the edit would be lost",
        "say it in the configuration, or restore the file from version control; `--force` gives the edit up",
    )


def edited_in_check(path: str) -> Diagnostic:
    """The same, where nothing was to be written."""
    return _error(
        "hand-edited",
        path,
        f"`{path}` was edited by hand",
        "the cluster would get the edit and not what the configuration says",
        "say it in the configuration and restore the file from version control; `build --force` gives the edit up",
    )


def foreign(path: str, kind: Kind) -> Diagnostic:
    """A file that stands where we write and was never ours."""
    return _error(
        "foreign-file",
        path,
        f"`{path}` is needed and {kind.value} stands there that maasc did not write",
        f"{_NOTHING}: it would be lost",
        "move it away, or choose another output folder; `--force` replaces it",
    )


def foreign_in_check(path: str, kind: Kind) -> Diagnostic:
    """The same, where nothing was to be written."""
    return _error(
        "foreign-file",
        path,
        f"`{path}` is needed and {kind.value} stands there that maasc did not write",
        "the cluster would get it instead of what the configuration says",
        "move it away and build again",
    )


def unsafe(path: str, kind: Kind) -> Diagnostic:
    """Something in the way that no force removes."""
    return _error(
        "unsafe-path",
        path,
        f"`{path}` cannot be reached safely: {kind.value} stands at it or above it",
        f"{_NOTHING}, even by force: what lies behind it is not maasc's to change",
        "remove what stands there, and build again",
    )


def unsafe_in_check(path: str, kind: Kind) -> Diagnostic:
    """The same, where nothing was to be written."""
    return _error(
        "unsafe-path",
        path,
        f"`{path}` cannot be reached safely: {kind.value} stands at it or above it",
        "what the cluster would get is not known",
        "remove what stands there, and build again",
    )


def bad_lock(path: str, reason: str) -> Diagnostic:
    """A lock or journal that does not parse."""
    return _error(
        "bad-lock",
        path,
        f"`{path}` cannot be read: {reason}",
        f"whose files are whose is not known, so {_NOTHING}",
        "restore it from version control and build again; after a merge leave the marks in it and build with `--force`, which "
        "reads the entries of both sides, overwrites every file that is needed and removes the others that the entries name",
    )


def busy() -> Diagnostic:
    """Another build or check holds the folder."""
    return _error(
        "output-busy",
        None,
        "another build is using the output folder and does not end",
        _NOTHING,
        "wait for it, or end it, and build again",
    )


def cannot_write(error: OSError, path: str, *, changed: bool) -> Diagnostic:
    """The system refused at a path, `.` for the folder as a whole; the reason is the system's."""
    what = "the output folder" if path == "." else f"`{path}`"
    half = (
        f"the output is half new and half old; `{JOURNAL}` tells the next build what is its own, and goes with it"
        if changed
        else _NOTHING
    )
    return _error(
        "cannot-write",
        path,
        f"{what} cannot be written: {_reason(error)}",
        half,
        "make the folder writable or free some space, and build again",
    )


def unreadable(error: OSError) -> Diagnostic:
    """The system refused to show what is there."""
    return _error(
        "unreadable-output",
        None,
        f"the output folder cannot be read: {_reason(error)}",
        "what the cluster would get is not known",
        "make the folder readable, and run again",
    )


def dangling(out: Path, refused: Diagnostic) -> Diagnostic:
    """Say the same as `refused` of the whole folder, and where a link on the way to it leads nowhere, that it does."""
    link = next((one for one in (out, *out.parents) if _leads_nowhere(one)), None)
    if link is None:
        return refused
    where = "it" if link == out else f"`{link.name}` above it"
    headline, _, _ = refused.headline.partition(":")
    advice = "make the folder that the link leads to, or remove the link, and run again"
    return replace(refused, headline=f"{headline}: {where} is a symbolic link to what is not there", help=advice)


def _leads_nowhere(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return path.is_symlink()
    except OSError:
        pass
    return False


def _reason(error: OSError) -> str:
    """Give the reason without the path, which may be of this machine only."""
    reason = os.strerror(error.errno) if error.errno is not None else type(error).__name__
    return reason[:1].lower() + reason[1:]


def stale(path: str) -> Diagnostic:
    """A file that an earlier build wrote and that would be written differently now."""
    return _error("stale-output", path, f"`{path}` is out of date", _STALE, "run `maasc build` and commit the result")


def missing(path: str) -> Diagnostic:
    """A file that should be there."""
    return _error(
        "stale-output",
        path,
        f"`{path}` is missing",
        "what the configuration says there would not be enforced",
        "run `maasc build` and commit the result",
    )


def stale_lock() -> Diagnostic:
    """A lock that is of another configuration or lists other files."""
    return _error(
        "stale-output",
        LOCK,
        f"`{LOCK}` was written for another configuration",
        "the lock vouches for an output that is not this one",
        "run `maasc build` and commit the result",
    )


def never_built() -> Diagnostic:
    """No lock at all."""
    return _error(
        "stale-output",
        LOCK,
        f"`{LOCK}` is missing: the output was never built",
        "what the configuration says would not be enforced",
        "run `maasc build` and commit the result",
    )


def interrupted() -> Diagnostic:
    """A journal that a build left behind when it was stopped."""
    return _error(
        "stale-output",
        JOURNAL,
        f"`{JOURNAL}` was left by a build that did not end",
        "the output may be half new and half old",
        "run `maasc build` again: it completes what was begun",
    )


def orphan(path: str) -> Diagnostic:
    """A file of ours that the configuration no longer asks for."""
    return _error(
        "orphan-file",
        path,
        f"`{path}` is no longer in the configuration",
        "the cluster would keep what was taken out",
        "run `maasc build`, which removes it, and commit the result",
    )
