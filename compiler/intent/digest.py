"""A digest of what is written, the same for any order of files and keys, any layout and any comment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Final

from compiler.intent.intent import Intent, Item
from compiler.intent.spec import Spec, plain

_SECTIONS: Final = ("groups", "users", "tiers", "models", "access", "subscriptions", "policies", "teams", "invariants")


def digest(intent: Intent) -> str:
    """Give the SHA-256 of the configuration's content, in hexadecimal."""
    whole = hashlib.sha256()
    for piece in _canonical(intent):
        whole.update(piece.encode())
    return whole.hexdigest()


def _canonical(intent: Intent) -> Iterator[str]:
    """Give, piece by piece, the JSON text of one object with sorted keys that holds everything.

    Without defaults: a key that a later release brings changes no digest of those who do not write it.
    """
    known: dict[int, object] = {}
    separator = "{"
    for name in sorted((*_SECTIONS, "platform")):
        yield f"{separator}{_text(name)}:"
        separator = ","
        if name == "platform":
            yield _text(plain(intent.platform.spec, known))
        else:
            yield from _items(getattr(intent, name), known)
    yield "}"


def _items(items: Mapping[str, Item[Spec]], known: dict[int, object]) -> Iterator[str]:
    yield "{"
    for index, (name, item) in enumerate(sorted(items.items())):
        yield f"{',' if index else ''}{_text(name)}:{_text(plain(item.spec, known))}"
    yield "}"


# Made once: of a large configuration every item is spelt by itself.
_text: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
