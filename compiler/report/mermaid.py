"""Pictures as flowcharts of Mermaid, which forges draw inside Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.diagnostics.visible import visible
from compiler.report.picture import Picture

_SHAPES: Final = {"caller": ("([", "])"), "meter": ("[", "]"), "model": ("[[", "]]"), "tier": ("[", "]"), "note": ("[", "]")}


def mermaid(picture: Picture) -> str:
    """Give the flowchart; the title stands in a comment for those who read the text."""
    return "".join(f"{line}\n" for line in _lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    yield f"%% {picture.title}"
    yield "flowchart LR"
    for column, boxes in enumerate(picture.columns):
        for number, box in enumerate(boxes):
            opening, closing = _SHAPES[box.kind]
            text = "<br/>".join(_text(line) for line in box.lines)
            yield f'  {_name((column, number))}{opening}"{text}"{closing}'
    for start, end in picture.links:
        yield f"  {_name(start)} --> {_name(end)}"


def _name(at: tuple[int, int]) -> str:
    return f"n{at[0]}_{at[1]}"


def _text(text: str) -> str:
    """Spell a text so that it is neither markup nor Markdown nor HTML: Mermaid takes `#` and a number for a character."""
    return "".join(one if one.isalnum() or one in " .,:/-" else f"#{ord(one)};" for one in visible(text))
