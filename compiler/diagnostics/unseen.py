"""Characters that nobody sees, and that make one name look like another."""

from __future__ import annotations

import unicodedata

from compiler.diagnostics.visible import visible


def unseen(text: str) -> str | None:
    """Advise to remove the first character that shows as nothing or as a plain space; None where all are what they seem.

    A text that is empty shows as nothing altogether.
    """
    if not text:
        return "it is empty: write the one that is meant, or remove it"
    odd = next((character for character in text if not character.isascii() and visible(character) != character), None)
    if odd is None:
        return None
    name = unicodedata.name(odd, "a character that does not show").lower()
    return f"it holds a {name} (U+{ord(odd):04X}), which nobody sees: remove it, or write a plain space"
