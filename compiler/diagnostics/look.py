"""How a report is to look, apart from its format."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct


class Look(Struct, frozen=True):
    """What the caller of a renderer may choose.

    `base` is put before every file name, so that an editor can open it from where the user stands (`config/`).
    `color` asks for ANSI colours; only formats made for a terminal heed it.
    """

    base: str = ""
    color: bool = False


PLAIN: Final = Look()


class Ink(Enum):
    """The colours in use, as the parameters of ANSI's Select Graphic Rendition."""

    ERROR = "1;31"
    WARNING = "1;33"
    INFO = "1;36"
    STRONG = "1"
    FRAME = "1;34"


def paint(text: str, ink: Ink, look: Look) -> str:
    """Give the text in a colour when colours are asked for."""
    return f"\x1b[{ink.value}m{text}\x1b[0m" if look.color and text else text
