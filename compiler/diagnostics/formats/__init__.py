"""The report formats by the name a user asks for; any of them goes with the same exit code."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol, cast

from compiler.diagnostics.locate import Locator
from compiler.diagnostics.look import PLAIN, Look
from compiler.diagnostics.model import Diagnostic


class Renderer(Protocol):
    """Turns diagnostics into a report.

    The order and repetition of the diagnostics do not matter. The report is text that can be encoded as UTF-8
    whatever the user wrote, and ends with a line break unless it is empty.
    """

    def __call__(self, diagnostics: Sequence[Diagnostic], sources: Locator, look: Look = PLAIN) -> str:
        """Give the whole report."""


class _Formats(Mapping[str, Renderer]):
    """The modules of this folder, each of which is read only when it is asked for."""

    _NAMES: Final = ("text", "json", "sarif", "github", "junit")

    def __getitem__(self, name: str) -> Renderer:
        if name not in self._NAMES:
            raise KeyError(name)
        return cast("Renderer", importlib.import_module(f"{__name__}.{name}").render)

    def __iter__(self) -> Iterator[str]:
        return iter(self._NAMES)

    def __len__(self) -> int:
        return len(self._NAMES)


FORMATS: Final[Mapping[str, Renderer]] = _Formats()
