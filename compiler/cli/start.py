"""Where the program starts: what ran before on the same bytes is said again, and only anything else brings the compiler in."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import sys


def program() -> None:
    """Run `maasc` as a process of its own."""
    try:
        _run()
    except KeyboardInterrupt:
        # The ordinary way answers it itself, once it is there.
        sys.stderr.write("maasc: interrupted\n")
        os._exit(130)


def _run() -> None:
    question = None
    if sys.argv[1:2] == ["build"]:
        from compiler.cli.again import answer, asked  # noqa: PLC0415 - nothing else is remembered

        question = asked(sys.argv[1:])
        said = answer(question) if question and _plain() else None
        if said is not None and _told(*said):
            os._exit(0)
    from compiler.cli.main import program as ordinary  # noqa: PLC0415 - all that there is

    ordinary(question)


def _plain() -> bool:
    """Tell whether both streams are open, and take any text."""
    return all(stream is not None and stream.encoding.lower() == "utf-8" for stream in (sys.stdout, sys.stderr))


def _told(aside: str, report: str) -> bool:
    """Say it all, or tell that a stream takes nothing, which the ordinary way has words for."""
    # As any other run of ours: see `compiler.cli.main.main`. The public module would bring in more than all of this.
    _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
    try:
        for stream, text in ((sys.stderr, aside), (sys.stdout, report)):
            stream.write(text)
            stream.flush()
    except OSError:
        return False
    return True
