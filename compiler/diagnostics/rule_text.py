"""Show a rule page in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.diagnostics.look import PLAIN, Ink, Look, paint
from compiler.diagnostics.model import Severity
from compiler.diagnostics.rule import Example, RulePage

_INDENT: Final = "  "
_INKS: Final = {Severity.ERROR: Ink.ERROR, Severity.WARNING: Ink.WARNING, Severity.INFO: Ink.INFO}


def show(page: RulePage, look: Look = PLAIN) -> str:
    """Give a page as text with a title a section; prose is indented once, examples twice."""
    head = f"{paint(f'{page.severity.value}[{page.code}]', _INKS[page.severity], look)}: {page.meaning}"
    sections = [("At run time", _indented(page.effect, 1)), ("Bad", _example(page.bad)), ("Good", _example(page.good))]
    if page.why:
        sections.append(("Why", _indented(page.why, 1)))
    return "\n\n".join([head, *(f"{paint(title, Ink.STRONG, look)}\n{body}" for title, body in sections)]) + "\n"


def _example(example: Example) -> str:
    return "\n\n".join(_parts(example))


def _parts(example: Example) -> Iterator[str]:
    if example.prose:
        yield _indented(example.prose, 1)
    if example.text:
        yield _indented(example.text.rstrip("\n"), 2)


def _indented(text: str, depth: int) -> str:
    return "\n".join((_INDENT * depth + line).rstrip() for line in text.split("\n"))
