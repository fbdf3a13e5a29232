"""An object as the API server's rules see it: with the defaults of its schema, and as CEL values of the schema's types."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, Final

from celpy import celtypes
from celpy.adapter import json_to_cel

Schema = Mapping[str, Any]

_NAME: Final = re.compile(r"[A-Za-z_./-][A-Za-z0-9_./-]*\Z")
_ESCAPES: Final = (("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__"))
# Words that CEL keeps for itself, as far as the API server escapes them (apiserver, cel/escaping.go).
_RESERVED: Final = frozenset(
    {
        *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let"),
        *("loop", "namespace", "null", "package", "return", "true", "var", "void", "while"),
    }
)
_ALWAYS_SEEN: Final = ("apiVersion", "kind")
_SEEN_OF_METADATA: Final = ("name", "generateName")


def defaulted(value: Any, schema: Schema) -> Any:  # noqa: ANN401 - JSON
    """Fill in what the API server fills in before it validates; the value itself stays as it is."""
    match value:
        case dict():
            fields, others = schema.get("properties", {}), _others(schema)
            result = {key: defaulted(item, fields.get(key, others)) for key, item in value.items()}
            for name, field in fields.items():
                if name not in result and "default" in field:
                    result[name] = defaulted(field["default"], field)
            return result
        case list():
            return [defaulted(item, schema.get("items", {})) for item in value]
        case _:
            return value


def cel_value(value: Any, schema: Schema, *, whole: bool = False) -> Any:  # noqa: ANN401 - celpy's types have no common base
    """Give a value that satisfies its schema as CEL; `whole` for an object with metadata of its own.

    Fields without a schema are kept by the API server, and not shown to rules.
    """
    match value:
        case dict():
            return _map(value, schema, whole=whole or schema.get("x-kubernetes-embedded-resource") is True)
        case list():
            return celtypes.ListType([cel_value(item, schema.get("items", {})) for item in value])
        case str():
            return _text(value, schema.get("format"))
        case int() if schema.get("type") == "number":
            return celtypes.DoubleType(value)
        case _:
            return json_to_cel(value)


def _map(value: Mapping[str, Any], schema: Schema, *, whole: bool) -> celtypes.MapType:
    fields = schema.get("properties", {})
    result = celtypes.MapType()
    if "properties" not in schema and not whole:
        for key, item in value.items():
            result[celtypes.StringType(key)] = cel_value(item, _others(schema))
        return result
    for name, item in value.items():
        if name in fields and not (whole and name == "metadata") and _NAME.match(name):
            result[celtypes.StringType(escaped(name))] = cel_value(item, fields[name])
    if whole:
        for name in _ALWAYS_SEEN:
            result[celtypes.StringType(name)] = json_to_cel(value.get(name, ""))
        metadata = {name: text for name, text in value.get("metadata", {}).items() if name in _SEEN_OF_METADATA}
        result[celtypes.StringType("metadata")] = json_to_cel(metadata)
    return result


def _others(schema: Schema) -> Schema:
    others = schema.get("additionalProperties")
    return others if isinstance(others, Mapping) else {}


def _text(value: str, form: object) -> Any:  # noqa: ANN401 - as above
    match form:
        case "date-time" | "datetime":
            return celtypes.TimestampType(value)
        case "date":
            return celtypes.TimestampType(f"{value}T00:00:00Z")
        case "duration":
            return celtypes.DurationType(value)
        case "byte":
            return celtypes.BytesType(base64.b64decode(value))
        case _:
            return celtypes.StringType(value)


def escaped(name: str) -> str:
    """Spell the name of a field as rules must."""
    if name in _RESERVED:
        return f"__{name}__"
    return re.sub(r"__|[./-]", lambda match: dict(_ESCAPES)[match[0]], name)
