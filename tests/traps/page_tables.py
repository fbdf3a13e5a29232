"""Reads the tables of the pages that promise something."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
REFERENCE: Final = ROOT.parent / "shared" / "reference"

CODE: Final = re.compile(r"`([^`]+)`")
LATER: Final = re.compile(r"later: ([A-Za-z -]+)")
CAPABILITIES: Final = frozenset({"API keys", "Keycloak", "diff", "external models", "report", "size budget"})

_ID: Final = re.compile(r"[A-Z][0-9.-]+\Z|[A-Z]-[0-9]+\Z")


def rows(page: Path) -> list[tuple[str, ...]]:
    """Give the cells of every table row that begins with an id, in the order of the page."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in lines]
    return [(row[0].strip("| "), *row[1:]) for row in cells if _ID.match(row[0].strip("| "))]
