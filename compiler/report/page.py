"""Puts the one page together: a template, its style and script, and the tables as data that nothing can break out of."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from string import Template
from typing import Final

# In this order: a script uses only what stands before it.
SCRIPTS: Final = ("decide", "dom", "matrix", "chart", "ask", "tiers", "changes", "search", "source", "main")


def page(tables: dict[str, object], texts: list[dict[str, object]], changes: dict[str, object] | None, digest: str) -> str:
    """Give the page; `changes` is None where nothing is compared, `digest` says which configuration it is of."""
    style = _part("page.css")
    script = "".join(_part(f"{name}.js") for name in SCRIPTS)
    data = {"digest": digest, "files": texts, "tables": tables, "changes": changes}
    return Template(_part("page.html")).substitute(
        policy=f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {_hash(style)}; script-src {_hash(script)}",
        style=style,
        script=script,
        data=embedded(data),
    )


def embedded(data: object) -> str:
    """Spell data as JSON that may stand in a script element: without `<` neither its end nor a comment can be in it."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _part(name: str) -> str:
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")
