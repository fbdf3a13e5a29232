"""Turn the structural OpenAPI schema of a CustomResourceDefinition into a closed JSON Schema.

The API server prunes: it drops fields that the schema does not name, and says nothing. Here they are errors, so every
object is closed unless its schema keeps unknown fields (Kubernetes, "Extend the Kubernetes API", structural schemas).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from compiler import regex
from compiler.validate.words import short, where

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]

_NUMBER: Final = (int, float)
# What is copied as it is, with the type that it must have.
_COPIED: Final[Mapping[str, Any]] = {
    "enum": list,
    "exclusiveMaximum": bool,
    "exclusiveMinimum": bool,
    "format": str,
    "maxItems": int,
    "maxLength": int,
    "maxProperties": int,
    "maximum": _NUMBER,
    "minItems": int,
    "minLength": int,
    "minProperties": int,
    "minimum": _NUMBER,
    "multipleOf": _NUMBER,
    "pattern": str,
    "required": list,
    "uniqueItems": bool,
    "x-kubernetes-list-map-keys": list,
    "x-kubernetes-list-type": str,
}
# What says nothing about validity, or is read elsewhere.
_SILENT: Final = frozenset(
    {
        *("default", "description", "example", "externalDocs", "id", "title", "type", "nullable"),
        *("x-kubernetes-embedded-resource", "x-kubernetes-int-or-string", "x-kubernetes-map-type"),
        "x-kubernetes-preserve-unknown-fields",
    }
)
_TYPES: Final = ("array", "boolean", "integer", "number", "object", "string")
_OBJECT_FIELDS: Final[Schema] = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}


class NotStructuralError(ValueError):
    """The schema is none that the API server would take, or holds something that is not known here."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{where(path, 'the schema')} {why}")
        self.path = path


def json_schema(schema: object, path: Path = ()) -> dict[str, Any]:
    """Give the JSON Schema of a whole object.

    Raises:
        NotStructuralError: it cannot be told what the schema allows.
    """
    root = _mapping(schema, path)
    if root.get("type") != "object":
        raise NotStructuralError(path, "is not the schema of an object")
    return _with_object_fields(_converted(root, path, closed=True), root, path)


def _converted(schema: object, path: Path, *, closed: bool) -> dict[str, Any]:
    """Convert one node; parts of `anyOf` and its kin only add conditions, so these are never closed."""
    node = _mapping(schema, path)
    result = _types(node, path, closed=closed)
    for keyword, value in node.items():
        below = (*path, keyword)
        match keyword:
            case "properties":
                fields = _mapping(value, below).items()
                result[keyword] = {name: _converted(field, (*below, name), closed=closed) for name, field in fields}
            case "additionalProperties" if isinstance(value, bool):
                result[keyword] = value
            case "additionalProperties" | "items":
                result[keyword] = _converted(value, below, closed=closed)
            case "not":
                result[keyword] = _converted(value, below, closed=False)
            case "allOf" | "anyOf" | "oneOf" if isinstance(value, list) and value:
                result[keyword] = [_converted(part, (*below, index), closed=False) for index, part in enumerate(value)]
            case "x-kubernetes-validations":
                _check_rules(value, below)
            case _:
                result |= _keyword(keyword, value, node, below)
    if closed and node.get("type") == "object" and not _keeps_unknown(node):
        result.setdefault("additionalProperties", False)
    if node.get("x-kubernetes-embedded-resource") is True:
        result = _with_object_fields(result, node, path)
        result["required"] = sorted({*result.get("required", ()), "apiVersion", "kind"})
    return result


def _types(node: Schema, path: Path, *, closed: bool) -> dict[str, Any]:
    kind = node.get("type")
    if kind is not None and kind not in _TYPES:
        raise NotStructuralError((*path, "type"), f"is `{short(str(kind))}`, which is no type")
    either = node.get("x-kubernetes-int-or-string") is True
    if closed and kind is None and not either and not _keeps_unknown(node):
        raise NotStructuralError(path, "has no type")
    types = ["integer", "string"] if either else [kind] if kind is not None else []
    return {"type": [*types, *(["null"] if node.get("nullable") is True else [])]} if types else {}


def _keyword(keyword: str, value: object, node: Schema, path: Path) -> dict[str, Any]:
    """Convert a keyword without schemas in it."""
    if keyword in _SILENT or (keyword.startswith("x-") and not keyword.startswith("x-kubernetes-")):
        return {}
    if keyword not in _COPIED:
        raise NotStructuralError(path, "is not known here")
    if not isinstance(value, _COPIED[keyword]) or (isinstance(value, bool) and _COPIED[keyword] is not bool):
        raise NotStructuralError(path, "has a value of a wrong type")
    match keyword, value:
        case "pattern", str() if not regex.valid(value):
            raise NotStructuralError(path, "is no regular expression")
        case ("exclusiveMinimum", True) | ("exclusiveMaximum", True):
            # A switch in OpenAPI 3.0, a number in JSON Schema.
            bound = keyword.removeprefix("exclusive").lower()
            return {keyword: node[bound]} if bound in node else {}
        case (("exclusiveMinimum" | "exclusiveMaximum"), _):
            return {}
        case "enum", list() if node.get("nullable") is True:
            return {keyword: [*value, None]}
        case _:
            return {keyword: value}


def _check_rules(rules: object, path: Path) -> None:
    if not isinstance(rules, list) or not all(isinstance(rule, dict) and isinstance(rule.get("rule"), str) for rule in rules):
        raise NotStructuralError(path, "is no list of rules")


def _keeps_unknown(node: Schema) -> bool:
    return node.get("x-kubernetes-preserve-unknown-fields") is True


def _with_object_fields(result: dict[str, Any], node: Schema, path: Path) -> dict[str, Any]:
    """Add the fields of every object; a definition may narrow their values, and never closes metadata."""
    declared = _mapping(node.get("properties", {}), (*path, "properties"))
    metadata = _converted(declared.get("metadata", {}), (*path, "properties", "metadata"), closed=False)
    fields = {**_OBJECT_FIELDS, **result.get("properties", {}), "metadata": {"type": "object", **metadata}}
    return {**result, "properties": fields}


def _mapping(value: object, path: Path) -> Schema:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise NotStructuralError(path, "is no mapping")
    return value
