"""Selects from Authorino's document by the few gjson paths that are modelled, and templates that hold one of them.

Those are dotted names, with `@tostr` or `@base64:decode` at the end.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from compiler.gateway.gotext import go_json, stringified

# A name with none of the characters that gjson gives a meaning to.
_NAME: Final = re.compile(r"[A-Za-z0-9_:/-]+\Z", re.ASCII)
_TO_STRING: Final = "@tostr"
_DECODE: Final = "@base64:decode"
# Words without a sign that a template gives a meaning to, and one path in braces.
_TEMPLATE: Final = re.compile(r"(?P<before>[A-Za-z0-9 _-]+)\{(?P<path>[^{}\\]+)\}\Z", re.ASCII)
_REQUEST: Final = frozenset({"host", "method", "path", "url_path", "query", "headers", "referer", "user_agent"})
_CONTEXT_REQUEST: Final = frozenset({"host", "method", "path", "headers"})


class Missing(Struct, frozen=True):
    """The path leads nowhere."""


class Found(Struct, frozen=True):
    """The path leads to this plain value."""

    value: object


def selects(path: str) -> bool:
    """Tell whether a path is one of those that are modelled."""
    if (template := _TEMPLATE.match(path)) is not None:
        path = template["path"]
    names = path.removesuffix("." + _TO_STRING).removesuffix("." + _DECODE).split(".")
    if not all(_NAME.match(name) for name in names):
        return False
    match names:
        case ["auth", "identity" | "metadata", *_]:
            return True
        case ["request", field, *_]:
            return field in _REQUEST
        case ["context", "request", "http", field, *_]:
            return field in _CONTEXT_REQUEST
        case _:
            return False


def select(path: str, document: Mapping[str, object]) -> Found | Missing:
    """Follow a path that is modelled; `@tostr` gives the JSON text of what was found, as Go writes it.

    A template is never missing: a path in it that leads nowhere leaves nothing behind.
    """
    if (template := _TEMPLATE.match(path)) is not None:
        inside = select(template["path"], document)
        return Found(template["before"] + stringified(inside.value if isinstance(inside, Found) else None))
    if path.endswith("." + _DECODE):
        encoded = select(path.removesuffix("." + _DECODE), document)
        return Found(_decoded(encoded.value)) if isinstance(encoded, Found) else encoded
    plain = path.removesuffix("." + _TO_STRING)
    value: object = document
    for name in plain.split("."):
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return Missing()
    return Found(go_json(value) if plain != path else value)


def _decoded(value: object) -> str:
    """Decode as far as it can be: what is no base64 is the empty string here, as after an error in Go."""
    try:
        return b64decode(stringified(value), validate=True).decode(errors="replace")
    except Base64Error:
        return ""
