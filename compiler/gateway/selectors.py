"""Selects from Authorino's document by the few gjson paths that are modelled: dotted names, and `@tostr` at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from compiler.gateway.gotext import go_json

# A name with none of the characters that gjson gives a meaning to.
_NAME: Final = re.compile(r"[A-Za-z0-9_:/-]+\Z", re.ASCII)
_TO_STRING: Final = "@tostr"
_REQUEST: Final = frozenset({"host", "method", "path", "url_path", "query", "headers", "referer", "user_agent"})
_CONTEXT_REQUEST: Final = frozenset({"host", "method", "path", "headers"})


@dataclass(frozen=True)
class Missing:
    """The path leads nowhere."""


@dataclass(frozen=True)
class Found:
    """The path leads to this plain value."""

    value: object


def selects(path: str) -> bool:
    """Tell whether a path is one of those that are modelled."""
    names = path.removesuffix("." + _TO_STRING).split(".")
    if not all(_NAME.match(name) for name in names):
        return False
    match names:
        case ["auth", "identity", *_]:
            return True
        case ["request", field, *_]:
            return field in _REQUEST
        case ["context", "request", "http", field, *_]:
            return field in _CONTEXT_REQUEST
        case _:
            return False


def select(path: str, document: Mapping[str, object]) -> Found | Missing:
    """Follow a path that is modelled; `@tostr` gives the JSON text of what was found, as Go writes it."""
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
