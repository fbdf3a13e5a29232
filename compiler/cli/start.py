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
        if sys.stderr is not None:
            sys.stderr.write("maasc: interrupted\n")
        os._exit(130)


def _run() -> None:
    question = None
    if sys.argv[1:2] == ["build"]:
        from compiler.cli.again import answer, asked  # noqa: PLC0415 - nothing else is remembered

        question = asked(sys.argv[1:])
        said = answer(question) if question and _plain() else None
        if said is not None:
            os._exit(_told(*said))
    from compiler.cli.main import program as ordinary  # noqa: PLC0415 - all that there is

    ordinary(question)


def _plain() -> bool:
    """Tell whether both streams are open, and take any text."""
    return all(stream is not None and stream.encoding.lower() == "utf-8" for stream in (sys.stdout, sys.stderr))


def _told(aside: str, report: str) -> int:
    """Say it all, and give the exit code: 2 where a stream takes nothing, in the words of the ordinary way."""
    # As any other run of ours: see `compiler.cli.main.main`. The public module would bring in more than all of this.
    _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
    try:
        for stream, text in ((sys.stderr, aside), (sys.stdout, report)):
            stream.write(text)
            stream.flush()
    except OSError as error:
        from contextlib import suppress  # noqa: PLC0415 - hardly ever

        with suppress(OSError):
            # Not by the stream: what it holds back would be said first.
            os.write(2, f"maasc: the system refused: {error.strerror or error}\n".encode())
        return 2
    return 0
