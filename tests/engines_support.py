"""Every CEL engine that is here: those of Python packages, and the programs of `tests/engines` as far as they are built."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compiler.engines import registry
from compiler.engines.process_engine import ProcessEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.engines.base import Engine

PROGRAMS = ("cel-go", "cel-rust-0.12", "cel-rust-0.14", "cel-rust-latest")

HOW_TO_BUILD = "python3 tests/engines/build.py builds it"

_BIN = Path(__file__).parent / "engines" / "bin"


def built() -> tuple[str, ...]:
    """Name the programs that are built."""
    return tuple(name for name in PROGRAMS if (_BIN / name).is_file())


def program(name: str) -> ProcessEngine:
    """Give the engine of a program, not started yet; the caller closes it."""
    return ProcessEngine(name, _BIN / name)


def header() -> list[str]:
    """Say for the head of a test run which engines take part and which do not."""
    names = (*(engine.name for engine in registry.installed()), *built())
    lines = [f"CEL engines: {', '.join(names)}"]
    missing = [f"{package} (not installed)" for package in registry.absent()]
    missing += [f"{name} ({HOW_TO_BUILD})" for name in PROGRAMS if name not in built()]
    return lines + ([f"CEL engines absent: {', '.join(missing)}"] if missing else [])


@pytest.fixture(scope="session")
def engines() -> Iterator[tuple[Engine, ...]]:
    """All engines that are here, in the same order in every run; the programs run until the session ends."""
    with ExitStack() as stack:
        yield (*registry.installed(), *(stack.enter_context(program(name)) for name in built()))
