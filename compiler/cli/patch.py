"""Show a change of a file as a patch."""

from __future__ import annotations

from collections.abc import Iterator


def patch(name: str, before: str, after: str) -> str:
    """Give the change of a text as a unified diff."""
    return "".join(_lines(name, before, after))


def _lines(name: str, before: str, after: str) -> Iterator[str]:
    from difflib import unified_diff  # noqa: PLC0415 - commands that could show a patch rarely do

    old, new = (text.splitlines(keepends=True) for text in (before, after))
    for line in unified_diff(old, new, name, name):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
