"""The report formats by the name a user asks for; any of them goes with the same exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

from compiler.diagnostics.formats import github, json, junit, sarif, text
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


FORMATS: Final[Mapping[str, Renderer]] = MappingProxyType(
    {
        "text": text.render,
        "json": json.render,
        "sarif": sarif.render,
        "github": github.render,
        "junit": junit.render,
    },
)
