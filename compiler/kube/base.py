"""What all kinds share: metadata, references, and how a typed object becomes plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, Final, Protocol, get_args

from compiler.cel.printer import text
from compiler.cel.tree import Expr

GATEWAY_GROUP: Final = "gateway.networking.k8s.io"
_WORD: Final = re.compile(r"_([a-z])")
_EXPRESSIONS: Final = get_args(Expr)


@dataclass(frozen=True)
class ObjectMeta:
    """Name and namespace of an object (none for cluster-wide kinds), its labels and annotations."""

    name: str
    namespace: str | None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TargetRef:
    """What a policy attaches to, always in the policy's own namespace (spec.targetRef)."""

    group: str
    kind: str
    name: str


class Manifest(Protocol):
    """An object that is written to `out/`."""

    api_version: ClassVar[str]
    kind: ClassVar[str]

    @property
    def metadata(self) -> ObjectMeta:
        """Name the object."""


def plain(manifest: Manifest) -> dict[str, object]:
    """Give the object as plain data in the order of its fields; empty and absent fields are left out.

    Raises:
        UnspellableError: a CEL literal holds a character that no spelling carries.
    """
    return {"apiVersion": manifest.api_version, "kind": manifest.kind, **_fields(manifest)}


def _fields(value: Any) -> dict[str, object]:  # noqa: ANN401 - any of the dataclasses of this package
    found: dict[str, object] = {}
    for member in fields(value):
        content = getattr(value, member.name)
        if content is None or (isinstance(content, tuple | Mapping) and not content):
            continue
        found[_camel(member.name)] = _plain(content)
    return found


def _plain(value: object) -> object:
    if isinstance(value, _EXPRESSIONS):
        return text(value)
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, Mapping):
        return {key: _plain(content) for key, content in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _camel(name: str) -> str:
    return _WORD.sub(lambda match: match.group(1).upper(), name)
