"""JSON Schema, draft 2020-12, with the API server's regular expressions, formats and kinds of lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from compiler import regex
from compiler.validate import formats

Found = Iterator[ValidationError]
Schema = Mapping[str, Any]


def _pattern(_: object, pattern: str, value: object, __: object) -> Found:
    if isinstance(value, str) and regex.found(pattern, value) is None:
        yield ValidationError("no match")


def _pattern_properties(validator: Any, patterns: Mapping[str, Schema], value: object, _: object) -> Found:  # noqa: ANN401
    for pattern, schema in patterns.items():
        for key, item in _items(value):
            if isinstance(key, str) and regex.found(pattern, key) is not None:
                yield from validator.descend(item, schema, path=key, schema_path=pattern)


def _additional_properties(validator: Any, allowed: bool | Schema, value: object, schema: Schema) -> Found:  # noqa: ANN401, FBT001
    for key, item in _items(value):
        if key in schema.get("properties", ()) or _matched(key, schema):
            continue
        if allowed is False:
            error = ValidationError("unknown")
            error.path.appendleft(key)
            yield error
        elif isinstance(allowed, Mapping):
            yield from validator.descend(item, allowed, path=key)


def _items(value: object) -> Iterable[tuple[Any, object]]:
    return value.items() if isinstance(value, dict) else ()


def _matched(key: object, schema: Schema) -> bool:
    return isinstance(key, str) and any(regex.found(pattern, key) is not None for pattern in schema.get("patternProperties", ()))


def _format(_: object, name: str, value: object, __: object) -> Found:
    if not formats.holds(name, value) or (isinstance(value, str) and name in formats.UNCHECKED):
        yield ValidationError("format")


def _list_type(_: object, kind: str, value: object, schema: Schema) -> Found:
    if not isinstance(value, list) or kind not in ("set", "map"):
        return
    keys: Sequence[str] | None = schema.get("x-kubernetes-list-map-keys", ()) if kind == "map" else None
    seen: list[object] = []
    for index, item in enumerate(value):
        identity = item if keys is None else [item.get(key) for key in keys] if isinstance(item, dict) else item
        if identity in seen:
            error = ValidationError("twice")
            error.path.appendleft(index)
            yield error
        seen.append(identity)


Dialect: Final[Any] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "format": _format,
        "x-kubernetes-list-type": _list_type,
    },
)


def validator(schema: Schema) -> Any:  # noqa: ANN401 - a class made by `extend` has no type of its own
    """Make a validator; its errors lie at the field in question, also for a field that is not known."""
    return Dialect(schema)
