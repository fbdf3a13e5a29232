"""Spell plain data as YAML: one spelling for each value, read alike by YAML 1.1 and YAML 1.2."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from compiler.render.opening import START

PathPart = str | int
Collection = Mapping[str, object] | list[object] | tuple[object, ...]

# Readers bound the nesting they accept, ours too; a structure that contains itself ends here as well.
DEPTH_LIMIT: Final = 64
# The column of what is nested so deep: two spaces a level.
_DEEPEST: Final = 2 * DEPTH_LIMIT

# Kubernetes and CEL integers have 64 bits; a larger number becomes a float in Go without a word.
_INT_MIN: Final = -(2**63)
_INT_MAX: Final = 2**63 - 1

# YAML gives up on an implicit key after 1024 characters (YAML 1.2.2, 7.4.3); longer ones are written `? key`.
_KEY_LIMIT: Final = 1000

# Collections that are remembered; those that many documents share are back soon after they were forgotten, and more of them leave
# the cache of a processor.
_MOST_SHARED: Final = 1_000

_SEQUENCES: Final = (list, tuple)
# To ask for an abstract class takes long, and nearly all collections are known by their exact type.
_COLLECTIONS: Final = (dict, *_SEQUENCES, Mapping)
_OPENING: Final = re.compile(START)


class UnserialisableError(TypeError):
    """A value that has no spelling both YAML versions read alike, with the path that leads to it."""

    def __init__(self, path: tuple[PathPart, ...], reason: str) -> None:
        super().__init__(f"{_where(path)}: {reason}")
        self.path = path
        self._reason = reason

    def below(self, part: PathPart) -> UnserialisableError:
        """Give the same, seen from one level above: paths are made on the way out, because nearly all values are fine."""
        return UnserialisableError((part, *self.path), self._reason)


class Writer:
    """Spells documents; a collection that several of them hold, as one and the same object, is spelt once."""

    def __init__(self) -> None:
        # By place and identity: as long as a collection is held, no other can have its own.
        self._below: dict[str, dict[int, str]] = defaultdict(dict)
        self._inline: dict[str, dict[int, str]] = defaultdict(dict)
        self._held: list[Collection] = []

    def stream(self, documents: Sequence[Mapping[str, object]]) -> str:
        """Give several YAML documents as one text, separated by `---`.

        Raises:
            UnserialisableError: as `document`.
            ValueError: there is no document; a file of nothing is nobody's wish.
        """
        if not documents:
            message = "a stream needs at least one document"
            raise ValueError(message)
        if len(self._held) > _MOST_SHARED:
            self._below.clear()
            self._inline.clear()
            self._held.clear()
        return "---\n".join(map(self._document, documents))

    def value(self, data: Sequence[object]) -> str:
        """Give a list as the text of a YAML document."""
        return self._sequence(data, "", "") if data else "[]\n"

    def _document(self, data: Mapping[str, object]) -> str:
        if not isinstance(data, Mapping):
            raise UnserialisableError((), f"a document is a mapping, not {type(data).__name__}")
        return self._mapping(data, "", "") if data else "{}\n"

    def _mapping(self, data: Mapping[str, object], first: str, indent: str) -> str:
        """Spell a mapping that is not empty; `first` stands before the first key, `indent` before the others."""
        entries: list[str] = []
        lead, deeper = first, f"{indent}  "
        key = ""
        try:
            for key, value in data.items():
                head = (_head(key) if type(key) is str else None) or _unusual(key, indent)
                kind = type(value)
                # Exact types: a subclass such as an enum may print as something else than it compares to.
                if kind is str:
                    entries.append(f"{lead}{head} {_text(value, indent)}\n")  # type: ignore[arg-type]
                elif kind is dict or kind is list or isinstance(value, _COLLECTIONS):
                    entries.append(f"{lead}{head}{self._collection(value, deeper, inline=False)}")  # type: ignore[arg-type]
                else:
                    entries.append(f"{lead}{head} {_atom(value)}\n")
                lead = indent
        except UnserialisableError as error:
            raise (error.below(key) if type(key) is str else error) from None
        return "".join(entries)

    def _sequence(self, data: Sequence[object], first: str, indent: str) -> str:
        """Spell a sequence that is not empty; `first` stands before the first dash, `indent` before the others.

        Entries are spelt here as those of a mapping are there: to hand each to a function took a third of the time of all.
        """
        entries: list[str] = []
        lead, deeper = first, f"{indent}  "
        try:
            for value in data:
                kind = type(value)
                if kind is str:
                    entries.append(f"{lead}- {_text(value, indent)}\n")  # type: ignore[arg-type]
                elif kind is dict or kind is list or isinstance(value, _COLLECTIONS):
                    entries.append(f"{lead}-{self._collection(value, deeper, inline=True)}")  # type: ignore[arg-type]
                else:
                    entries.append(f"{lead}- {_atom(value)}\n")
                lead = indent
        except UnserialisableError as error:
            raise error.below(len(entries)) from None
        return "".join(entries)

    def _collection(self, value: Collection, indent: str, *, inline: bool) -> str:
        """Spell a collection; `inline` below a dash, where the first entry shares its line. Below a key it starts a new one."""
        if not value:
            return " []\n" if isinstance(value, _SEQUENCES) else " {}\n"
        here = (self._inline if inline else self._below)[indent]
        known = here.get(id(value))
        if known is None:
            if len(indent) >= _DEEPEST:
                raise UnserialisableError((), f"nested deeper than {DEPTH_LIMIT} levels")
            first = " " if inline else f"\n{indent}"
            spelt = self._sequence(value, first, indent) if isinstance(value, _SEQUENCES) else self._mapping(value, first, indent)
            self._held.append(value)
            known = here[id(value)] = spelt
        return known


def document(data: Mapping[str, object]) -> str:
    """Give one YAML document of plain data: block style, keys in the order given, one line feed at the end.

    Plain data is None, bool, 64-bit int, str, list, tuple, and mappings with str keys. Lines are never folded.

    Raises:
        UnserialisableError: a value of another type (floats and subclasses too), a lone surrogate, nesting beyond `DEPTH_LIMIT`.
    """
    return Writer().stream((data,))


def value(data: Sequence[object]) -> str:
    """Give a list as the text of a YAML document, for the places where Kubernetes wants YAML inside a string.

    Raises:
        UnserialisableError: as `document`.
    """
    return Writer().value(data)


def stream(documents: Sequence[Mapping[str, object]]) -> str:
    """Give several YAML documents as one text, separated by `---`.

    Raises:
        UnserialisableError: as `document`.
        ValueError: there is no document; a file of nothing is nobody's wish.
    """
    return Writer().stream(documents)


def _atom(value: object) -> str:
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if type(value) is not int:
        raise UnserialisableError((), f"a value of type {type(value).__name__} has no YAML spelling here")
    if not _INT_MIN <= value <= _INT_MAX:
        raise UnserialisableError((), "the integer does not fit 64 bits")
    return str(value)


def _text(value: str, indent: str) -> str:
    # Printable ASCII alone, as nearly all is: to search a text for what is hidden takes long.
    if value.isascii() and value.isprintable():
        if _OPENING.match(value) and ": " not in value and " #" not in value and value[-1] not in ": ":
            return value
        return "'" + value.replace("'", "''") + "'"
    if "\n" in value and _is_literal(value):
        lines = value.removesuffix("\n").split("\n")
        body = "\n".join(f"{indent}  {line}" if line else "" for line in lines)
        return f"{'|' if value.endswith(chr(10)) else '|-'}\n{body}"
    return _foreign(value)


@lru_cache(maxsize=1 << 12)
def _head(key: str) -> str | None:
    """Spell a key with its colon, of which there are few and each many times; None where it is too long for that."""
    spelt = _key(key)
    return f"{spelt}:" if len(spelt) <= _KEY_LIMIT else None


def _unusual(key: object, indent: str) -> str:
    if type(key) is not str:
        raise UnserialisableError((), f"a key must be a string, not {type(key).__name__}")
    return f"? {_key(key)}\n{indent}:"


def _key(key: str) -> str:
    """Spell a key; a line break in one is escaped."""
    return _text(key, "") if key.isascii() and key.isprintable() else _foreign(key)


def _foreign(value: str) -> str:
    from compiler.render.foreign import foreign  # noqa: PLC0415 - its expressions take longer to compile than most files to spell

    spelt = foreign(value)
    if spelt is None:
        raise UnserialisableError((), "the string holds half of a surrogate pair")
    return spelt


def _is_literal(value: str) -> bool:
    """Tell whether a block scalar carries the string through editors and hooks that trim spaces and trailing blank lines.

    Its first line decides the indentation, so it has to start with something visible.
    """
    return (
        value[0] not in " \n"
        and not value.endswith((" ", "\n\n"))
        and " \n" not in value
        and _is_visible(value.replace("\n", ""))
    )


def _is_visible(value: str) -> bool:
    """Tell whether a text shows all that it holds."""
    if value.isascii():
        return value.isprintable()
    from compiler.render.foreign import HIDDEN  # noqa: PLC0415 - as above

    return not HIDDEN.search(value)


def _where(path: tuple[PathPart, ...]) -> str:
    """Spell a path as a person would: `spec.rules[0].name`; a surrogate in a key is shown as its escape."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
    return text.encode("utf-8", "backslashreplace").decode() or "the document"
