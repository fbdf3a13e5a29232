"""Draws texts that are nearly right: those of the repository's own files with a few pieces changed, doubled or taken away."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

ROOT: Final = Path(__file__).parents[2]
_MOST_CHARACTERS: Final = 20_000

# What stands for something in YAML, in CEL or in a path, and what some reader trips over.
_PIECES: Final = (
    *("{", "}", "[", "]", ": ", "- ", "#", "&a ", "*a", "<<: ", "!!str ", "|\n", ">-\n", "---\n", "...\n", "'", '"', "\\"),
    *("\t", "\r\n", "%YAML 1.1\n", "? ", "~", "null", "true", "0100", "1e999", ".inf", "-0", "9" * 400),
    *("\ufeff", "\x00", "\u2028", "\ud7ff", "\xe9", "[" * 70, "(" * 120, "a", "/", "..", "*", "@", "system:"),
    *("x-maas-username", "kind: Secret\n", "limit: 0", "window: 0s", "level: 1", '"a" in ', "has(", ".exists(g, "),
    *(" ? ", " : ", " && ", " || ", "!", "==", "[0]", '["a"]', "r'", '"""', "//", ")"),
)

_KINDS: Final = ("insert", "drop", "double", "swap")
_MOST_EDITS: Final = 6
_FARTHEST: Final = 2**20
_LONGEST: Final = 40

EDITS: Final = st.lists(
    st.tuples(st.sampled_from(_KINDS), st.integers(0, _FARTHEST), st.integers(1, _LONGEST), st.sampled_from(_PIECES)),
    max_size=_MOST_EDITS,
)


def some_edits(chance: random.Random) -> list[tuple[str, int, int, str]]:
    """Draw edits for an engine that has its own way to choose."""
    return [
        (chance.choice(_KINDS), chance.randrange(_FARTHEST), chance.randint(1, _LONGEST), chance.choice(_PIECES))
        for _ in range(chance.randint(1, _MOST_EDITS))
    ]


def corpus(name: str) -> tuple[bytes, ...]:
    """Give the texts that are kept for a reader, each of which reaches something that no other does."""
    return tuple(path.read_bytes() for path in sorted((Path(__file__).with_name("corpus") / name).iterdir()))


def seeds(*patterns: str) -> tuple[str, ...]:
    """Give the texts of files below the repository, those that are not too long."""
    found = (path.read_text(encoding="utf-8") for pattern in patterns for path in sorted(ROOT.glob(pattern)))
    return tuple(text for text in found if len(text) <= _MOST_CHARACTERS)


def edited(text: str, edits: list[tuple[str, int, int, str]]) -> str:
    """Apply edits one after the other."""
    for kind, where, length, piece in edits:
        at = where % (len(text) + 1)
        span = text[at : at + length]
        match kind:
            case "insert":
                text = text[:at] + piece + text[at:]
            case "drop":
                text = text[:at] + text[at + length :]
            case "double":
                text = text[: at + length] + span + text[at + length :]
            case _:
                text = text[:at] + piece + text[at + length :]
    return text


def texts(*patterns: str) -> st.SearchStrategy[str]:
    """Draw edited texts of files."""
    return st.builds(edited, st.sampled_from(seeds(*patterns)), EDITS)
