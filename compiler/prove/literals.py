"""Which names in a CEL text stand for nothing but themselves, so that others in their place mean the same of others.

A proof asks of such a name only whether it equals another one. Texts that ask for more, or that are not plain enough to
tell, have no such names.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from msgspec import Struct

from compiler.program.methods import RESERVED_PREFIX

# Everything that may be called on names; `join` and `split` by a comma alone, which no such name holds, and `startsWith` by
# the beginning that no such name has.
_FUNCTIONS: Final = frozenset({"exists", "all", "filter", "map", "has", "in", "join", "split", "startsWith"})
_ARGUMENTS: Final = {"join(": ",", "split(": ",", "startsWith(": RESERVED_PREFIX}
_CALL: Final = re.compile(r"(\w+)\s*\(")
_COMMA: Final = ","
_KEPT: Final = 1 << 12

# What looks at headers by a literal alone: the literal is the name of a header, and no other name is looked up there.
_HEADERS: Final = re.compile(r'has\(request\.headers\)|"\s+in request\.headers\b|\brequest\.headers\["')

# A list, a map, a comparison or an arm may begin before a name. A bracket behind a value is an index, and one behind a
# name a call, whose argument may be looked at.
_BEFORE: Final = re.compile(r"(?:^|==|!=|[,{:?]|(?:^|[^\w\s)\]}]|\bin)\s*\[)\s*\Z")
_AFTER: Final = re.compile(r"\s*(?:\Z|==|!=|[],}:?)]|&&|\|\||in\b(?!\s*(?:request|auth)\b))")


class Literals(Struct, frozen=True):
    """A text cut at its strings: what stands for what is around them, the same in every process, and the strings.

    `fixed` are strings that may be looked at more closely; where a text is not `plain`, any may. `paths` tells whether it
    may speak of the path of a request.
    """

    around: str
    inside: tuple[str, ...]
    fixed: frozenset[str]
    plain: bool
    paths: bool


@dataclass
class Reader:
    """Cuts texts."""

    _around: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Most texts of a model stand in every other model, too.
        self.read = lru_cache(_KEPT)(self._read)

    def _read(self, text: str) -> Literals:
        pieces = text.split('"')
        around, inside = pieces[::2], tuple(pieces[1::2])
        paths = "path" in text
        if "\\" in text or "'" in text or len(pieces) % 2 == 0:
            return Literals(self._digest(text), (), frozenset(), plain=False, paths=paths)
        # Where paths are looked at, a name may be part of one.
        fixed = inside if paths else [name for at, name in enumerate(inside) if not _free(around, at)]
        return Literals(self._digest('"'.join(around)), inside, frozenset(fixed), _plain(around, inside), paths)

    def _digest(self, text: str) -> str:
        found = self._around.get(text)
        if found is None:
            found = self._around[text] = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
        return found


def _plain(around: list[str], inside: tuple[str, ...]) -> bool:
    """Tell whether a text only compares, looks up and joins."""
    whole = '"'.join(around)
    calls = _CALL.findall(whole)
    given = [(at, name) for at, before in enumerate(around[:-1]) for name in _ARGUMENTS if before.endswith(name)]
    return (
        _FUNCTIONS.issuperset(calls)
        and len(given) == sum(calls.count(name.rstrip("(")) for name in _ARGUMENTS)
        and all(inside[at] == _ARGUMENTS[name] for at, name in given)
        and not any(_COMMA in name and name != _COMMA for name in inside)
        and "//" not in whole
        # A letter before a string makes it another kind of string.
        and not any(before[-1:].isalnum() for before in around[:-1])
        and "headers" not in _HEADERS.sub("", whole)
    )


def _free(around: list[str], at: int) -> bool:
    """Tell whether a string stands where it is an element, a key, a result, or one side of a comparison."""
    # What stands before a later piece is a string, and that is a value.
    before = around[at] if at == 0 else f"x{around[at]}"
    return bool(_BEFORE.search(before)) and bool(_AFTER.match(around[at + 1]))
