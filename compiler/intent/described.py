"""Names a value of the user's in a sentence."""

from __future__ import annotations

from typing import Final

from compiler.source.scalars import AmbiguousNumberError, Scalar, plain

# Characters of a value that are repeated in a sentence; the excerpt shows more of it.
_MOST: Final = 60


def looks_plain(found: object) -> bool:
    """Tell whether a text would be a number or a boolean without its quotes."""
    return isinstance(found, str) and not isinstance(unquoted(found), str)


def unquoted(text: str) -> Scalar:
    """Give the value that a text would have without its quotes; the text itself where it would have none."""
    try:
        return plain(text)
    except AmbiguousNumberError:
        return text


def described(found: object) -> str:
    """Name a value of the user's in a sentence."""
    match found:
        case None:
            return "nothing"
        case bool():
            return f"`{str(found).lower()}`"
        case int() | float():
            return f"the number `{found}`"
        case "":
            return "an empty text"
        case str():
            return f"{'the text ' if looks_plain(found) else ''}`{found[:_MOST]}{'...' if len(found) > _MOST else ''}`"
        case list():
            return "a list"
        case _:
            return "a mapping"
