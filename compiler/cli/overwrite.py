"""Replace the text of a file that its user wrote, all at once: readers see the old file or the new one."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.source.folder import reason


def overwrite(path: Path, text: str, ready: Callable[[], None] = lambda: None) -> Diagnostic | None:
    """Make a file hold a text and keep its mode, or say why that cannot be; a link is followed.

    `ready` is called when the new file only has to take the place of the old one, which stays if that ends the run.
    """
    place = Path(os.path.realpath(path))
    # A name that no reader of the configuration looks at.
    temporary = place.with_name(f".maasc-{place.name}.{os.getpid()}.tmp")
    try:
        mode = place.stat().st_mode & 0o777
        try:
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
                stream.write(text.encode())
                os.fchmod(stream.fileno(), mode)
            ready()
            temporary.replace(place)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        return Diagnostic(
            "cannot-write",
            Severity.ERROR,
            f"the file cannot be written: {reason(error)}",
            Place(path.as_posix()),
            "no effect: the file is as it was",
        )
    return None
