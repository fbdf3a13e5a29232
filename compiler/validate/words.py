"""Say what a schema has against an object, in words, with the place in its file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from compiler.diagnostics.model import Place

if TYPE_CHECKING:
    from jsonschema import ValidationError

REFUSED: Final = "the API server refuses the object, and Argo CD stops half-way through the sync"

_LONGEST: Final = 120
_EXPECTED: Final[Mapping[str, str]] = {
    "array": "a list",
    "boolean": "a boolean",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
_FOUND: Final[Mapping[type, str]] = {
    bool: "a boolean",
    dict: "an object",
    float: "a number",
    int: "a number",
    list: "a list",
    str: "a string",
}


class Subject(Struct, frozen=True):
    """An object of the bundle, with where it stands."""

    content: Mapping[str, Any]
    place: Place

    @property
    def title(self) -> str:
        """Name the object as kubectl does, as far as it has a name."""
        metadata = self.content.get("metadata")
        name, namespace = (metadata.get(key) for key in ("name", "namespace")) if isinstance(metadata, Mapping) else (None, None)
        return titled(self.content.get("kind"), namespace, name, self.place.file)


def titled(kind: object, namespace: object, name: object, file: str) -> str:
    """Name an object as kubectl does, and by its file where it has no name."""
    if not isinstance(name, str):
        return f"the {kind} in `{file}`"
    return f"the {kind} {shown(f'{namespace}/{name}' if isinstance(namespace, str) else name)}"


def where(path: tuple[str | int, ...], top: str = "the object itself") -> str:
    """Spell a path as `spec.rules[0].name`, keys with dots in them in brackets; `top` is what an empty one leads to."""
    spelled = ""
    for part in path:
        if isinstance(part, str) and part and not set(part) & set(".[]/ "):
            spelled += f".{part}" if spelled else part
        else:
            spelled += f"[{part}]" if isinstance(part, int) else f"[{json.dumps(part, ensure_ascii=False)}]"
    return f"`{short(spelled)}`" if spelled else top


def reason(error: ValidationError) -> str:
    """Say what is wrong with the value at the place of an error."""
    expected: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            return "there is no such field"
        case "required":
            instance: Any = error.instance
            missing = [name for name in expected if name not in instance]
            return f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        case "type":
            return f"it is {_found(error.instance)}, not {_type(expected)}"
        case "const":
            same = type(error.instance) is type(expected)
            return f"it is {shown(error.instance) if same else _found(error.instance)}, not {shown(expected)}"
        case "enum":
            return f"{shown(error.instance)} is none of {_listed(expected)}"
        case "pattern":
            return f"{shown(error.instance)} does not match {shown(expected)}"
        case "format":
            return f"{shown(error.instance)} has not the format `{expected}`"
        case "x-kubernetes-list-type":
            return f"the list has two items that are one by its type `{expected}`"
        case "oneOf" | "anyOf" | "not":
            return f"it has none of the forms that it may have (`{error.validator}`)"
        case _:
            return f"{shown(error.instance)} breaks `{error.validator}: {short(str(expected))}`"


def shown(value: object) -> str:
    """Show a value in backticks, on one line and not too long."""
    return f"`{short(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))}`"


def short(text: str) -> str:
    """Put a text on one line, with its middle left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST * 2 // 3]} ... {line[-_LONGEST // 4 :]}"


def _found(value: object) -> str:
    return _FOUND.get(type(value), "null")


def _type(expected: str | list[str]) -> str:
    return " or ".join(_EXPECTED[name] for name in ([expected] if isinstance(expected, str) else expected))


def _listed(values: list[object]) -> str:
    return ", ".join(shown(value) for value in values)
