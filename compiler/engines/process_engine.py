"""An engine in another process, which answers one JSON object a line: how engines in Go and Rust are asked."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self

from compiler.engines.base import Failure, Outcome, Unsupported, Value
from compiler.engines.data import UncarriableError, carried, carried_text, plain

if TYPE_CHECKING:
    from types import TracebackType

_CHUNK: Final = 65_536

_MESSAGE_LENGTH: Final = 300


class _NotStartedError(Exception):
    """The program cannot be started."""


class _GoneError(Exception):
    """The process ended, stayed silent for too long, or said something else than an answer."""


class ProcessEngine:
    """A program that reads `{"expression": ..., "context": {...}}` and answers with one key of the four below.

    `value`: the result; `error`: the expression fails; `panic`: the engine does; `unsupported`: it cannot be asked this.
    The program starts with the first question and is started anew after a crash or a timeout. Close the engine, or use it
    in a `with` statement. One question at a time: an engine is not for several threads.
    """

    def __init__(self, name: str, program: Path, *, seconds: float = 30.0) -> None:
        self._name = name
        self._program = program
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._unread = bytearray()

    @property
    def name(self) -> str:
        """The name given by whoever knows which runtime the program stands for."""
        return self._name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def evaluate(self, expression: str, context: Mapping[str, object]) -> Outcome:
        """Evaluate CEL text; never raises.

        A crash, a silence of more than `seconds` and an answer that is none are each a `Failure`: a runtime that did the
        same would refuse the request. A program that does not start is `Unsupported`.
        """
        try:
            question = {"expression": carried_text(expression), "context": carried(context)}
        except UncarriableError as error:
            return Unsupported(str(error))
        try:
            return _outcome(self._answer(self._process or self._start(), json.dumps(question).encode() + b"\n"))
        except _NotStartedError as error:
            return Unsupported(f"{self._name} does not start: {error}")
        except _GoneError as error:
            said = self._stop()
            return Failure(f"{self._name} {error}{said}"[:_MESSAGE_LENGTH])

    def close(self) -> None:
        """End the program, if it runs; the next question would start it again."""
        self._stop()

    def _start(self) -> subprocess.Popen[bytes]:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by _stop; a pipe nobody reads would fill up
        self._unread.clear()
        try:
            process = subprocess.Popen(  # noqa: S603 -- no shell, and the path is the caller's
                [self._program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, bufsize=0
            )
        except OSError as error:
            self._errors.close()
            raise _NotStartedError(error.strerror) from None
        for pipe in (process.stdin, process.stdout):
            os.set_blocking(_descriptor(pipe), False)
        self._process = process
        return process

    def _stop(self) -> str:
        """Kill and forget the process; say how it ended if that was not our doing, and what it complained of."""
        process, errors = self._process, self._errors
        self._process = self._errors = None
        if process is None or errors is None:
            return ""
        # Grace for a process that is ending on its own: its signal is part of the message.
        with suppress(subprocess.TimeoutExpired):
            _close(process.stdin)
            process.wait(timeout=1.0)
        ended = "" if process.poll() is None else _ending(process.returncode)
        process.kill()
        process.wait()
        _close(process.stdout)
        errors.seek(0)
        complaint = errors.readline(_CHUNK).decode(errors="replace").strip()
        errors.close()
        return ended + (f": {complaint}" if complaint else "")

    def _answer(self, process: subprocess.Popen[bytes], question: bytes) -> bytes:
        """Send a line and wait for a line, both within the time; neither side can block the other."""
        deadline = time.monotonic() + self._seconds
        unsent = memoryview(question)
        with selectors.DefaultSelector() as ready:
            ready.register(_descriptor(process.stdout), selectors.EVENT_READ)
            ready.register(_descriptor(process.stdin), selectors.EVENT_WRITE)
            while b"\n" not in self._unread:
                left = deadline - time.monotonic()
                events = ready.select(left) if left > 0 else []
                if not events:
                    message = f"gave no answer within {self._seconds:g} seconds"
                    raise _GoneError(message)
                for key, _ in events:
                    if key.fd == _descriptor(process.stdout):
                        self._unread += _read(key.fd)
                    elif unsent:
                        unsent = unsent[_write(key.fd, unsent) :]
                    else:
                        ready.unregister(key.fd)
        line, _, rest = bytes(self._unread).partition(b"\n")
        self._unread = bytearray(rest)
        return line


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        message = "the process has no pipe"
        raise _GoneError(message)
    return pipe.fileno()


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        with suppress(OSError):
            pipe.close()


def _read(descriptor: int) -> bytes:
    chunk = os.read(descriptor, _CHUNK)
    if not chunk:
        message = "ended without an answer"
        raise _GoneError(message)
    return chunk


def _write(descriptor: int, data: memoryview) -> int:
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        return 0
    except OSError:
        message = "ended without an answer"
        raise _GoneError(message) from None


def _ending(code: int) -> str:
    if code >= 0:
        return f" (exit code {code})"
    try:
        return f" ({signal.Signals(-code).name})"
    except ValueError:
        return f" (signal {-code})"


def _outcome(line: bytes) -> Outcome:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        answer = None
    match answer:
        case {"value": value}:
            return _value(value)
        case {"error": str(message)}:
            return Failure(message[:_MESSAGE_LENGTH])
        case {"panic": str(message)}:
            return Failure(f"panic: {message}"[:_MESSAGE_LENGTH])
        case {"unsupported": str(message)}:
            return Unsupported(message[:_MESSAGE_LENGTH])
        case _:
            message = "gave an answer that is none"
            raise _GoneError(message)


def _value(value: object) -> Outcome:
    try:
        return Value(plain(value))
    except UncarriableError as error:
        return Unsupported(str(error))
