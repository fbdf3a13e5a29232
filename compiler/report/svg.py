"""Pictures as SVG that follows the reader's light or dark scheme."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec import Struct

from compiler.diagnostics.visible import visible, width
from compiler.report.picture import Box, Picture

# Pixels. The font is fixed-width, so that the room for a text is known without drawing it.
_CHARACTER: Final = 7.3
_LINE: Final = 17
_PADDING: Final = 10
_GAP: Final = 14
_BETWEEN: Final = 110
_MARGIN: Final = 16
_TITLE: Final = 40

_STYLE: Final = """
text { font: 12px "DejaVu Sans Mono", ui-monospace, monospace; fill: #1b1f24; }
.title { font-size: 16px; font-weight: bold; }
.ground { fill: #ffffff; }
rect { fill: #f4f6f8; stroke: #57606a; }
.caller { fill: #ddf4ff; } .meter { fill: #fff8c5; } .model { fill: #dafbe1; } .tier { fill: #fff8c5; }
.note { stroke-dasharray: 4 3; }
path { fill: none; stroke: #57606a; stroke-width: 1.2; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .ground { fill: #0d1117; }
  rect { fill: #161b22; stroke: #9198a1; }
  .caller { fill: #10304f; } .meter { fill: #33290b; } .model { fill: #12301c; } .tier { fill: #33290b; }
  path { stroke: #9198a1; }
}
"""


class _Placed(Struct, frozen=True):
    """A box with its corner and size in pixels."""

    box: Box
    x: float
    y: float
    width: float
    height: float


def svg(picture: Picture) -> str:
    """Give the picture as one SVG document."""
    placed, total_width, total_height = _placed(picture)
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {total_width:.0f} {total_height:.0f}",
            "width": f"{total_width:.0f}",
            "height": f"{total_height:.0f}",
            "role": "img",
        },
    )
    SubElement(root, "title").text = picture.title
    SubElement(root, "style").text = _STYLE
    SubElement(root, "rect", {"class": "ground", "width": "100%", "height": "100%", "stroke": "none"})
    SubElement(root, "text", {"class": "title", "x": str(_MARGIN), "y": "26"}).text = picture.title
    for start, end in picture.links:
        SubElement(root, "path", {"d": _curve(placed[start], placed[end])})
    for one in placed.values():
        _draw(root, one)
    indent(root, space=" ")
    return tostring(root, encoding="unicode") + "\n"


def _placed(picture: Picture) -> tuple[dict[tuple[int, int], _Placed], float, float]:
    heights = [sum(_height(box) + _GAP for box in boxes) for boxes in picture.columns]
    tallest = max(heights)
    found: dict[tuple[int, int], _Placed] = {}
    x: float = _MARGIN
    for column, boxes in enumerate(picture.columns):
        wide = max((width(visible(line)) * _CHARACTER for box in boxes for line in box.lines), default=0) + 2 * _PADDING
        y = _TITLE + (tallest - heights[column]) / 2
        for number, box in enumerate(boxes):
            found[column, number] = _Placed(box, x, y, wide, _height(box))
            y += _height(box) + _GAP
        x += wide + _BETWEEN if boxes else 0
    titled = width(picture.title) * _CHARACTER * 16 / 12 + 2 * _MARGIN
    return found, max(x - _BETWEEN + _MARGIN, titled), _TITLE + tallest + _MARGIN


def _height(box: Box) -> float:
    return len(box.lines) * _LINE + 2 * _PADDING


def _draw(root: Element, one: _Placed) -> None:
    corner = {"x": f"{one.x:.1f}", "y": f"{one.y:.1f}"}
    size = {"width": f"{one.width:.1f}", "height": f"{one.height:.1f}"}
    SubElement(root, "rect", {"class": one.box.kind, **corner, **size, "rx": "5"})
    for number, line in enumerate(one.box.lines):
        y = one.y + _PADDING + (number + 0.75) * _LINE
        SubElement(root, "text", {"x": f"{one.x + _PADDING:.1f}", "y": f"{y:.1f}"}).text = visible(line)


def _curve(start: _Placed, end: _Placed) -> str:
    """Lead from one box to another: to the right, or straight down within a column."""
    if start.x == end.x:
        middle = start.x + start.width / 2
        return f"M{middle:.1f},{start.y + start.height:.1f} V{end.y:.1f}"
    x, y = start.x + start.width, start.y + start.height / 2
    to_x, to_y = end.x, end.y + end.height / 2
    half = (x + to_x) / 2
    return f"M{x:.1f},{y:.1f} C{half:.1f},{y:.1f} {half:.1f},{to_y:.1f} {to_x:.1f},{to_y:.1f}"
