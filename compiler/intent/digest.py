"""A digest of what is written, the same for any order of files and keys, any layout and any comment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from msgspec.json import Encoder

from compiler.intent.intent import Intent, Item
from compiler.intent.spec import Spec, plain

_SECTIONS: Final = ("groups", "users", "tiers", "models", "access", "subscriptions", "policies", "teams", "invariants")


def digest(intent: Intent) -> str:
    """Give the SHA-256 of the configuration's content, in hexadecimal."""
    whole = hashlib.sha256()
    for piece in _canonical(intent):
        whole.update(piece)
    return whole.hexdigest()


def _canonical(intent: Intent) -> Iterator[bytes]:
    """Give, piece by piece, the JSON text of one object with sorted keys that holds everything.

    Without defaults: a key that a later release brings changes no digest of those who do not write it.
    """
    known: dict[int, object] = {}
    separator = b"{"
    for name in sorted((*_SECTIONS, "platform")):
        yield separator + canonical(name) + b":"
        separator = b","
        if name == "platform":
            yield canonical(plain(intent.platform.spec, known))
        else:
            yield from _items(getattr(intent, name), known)
    yield b"}"


def _items(items: Mapping[str, Item[Spec]], known: dict[int, object]) -> Iterator[bytes]:
    yield b"{"
    for index, (name, item) in enumerate(sorted(items.items())):
        yield (b"," if index else b"") + canonical(name) + b":" + canonical(plain(item.spec, known))
    yield b"}"


def canonical(value: object) -> bytes:
    """Give plain data without floats as JSON in ASCII, keys sorted and nothing between, as `json.dumps` writes it."""
    with suppress(UnicodeEncodeError):
        found = _quick(value)
        # Of the rest it writes as it is what `json.dumps` escapes.
        if found.isascii() and b"\x7f" not in found:
            return found
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


# Made once: of a large configuration every item is spelt by itself.
_quick: Final = Encoder(order="deterministic").encode
