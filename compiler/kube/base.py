"""What all kinds share: metadata, references, and how a typed object becomes plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Final, Protocol, get_args

from msgspec import Struct, field

from compiler.cel.printer import Printer
from compiler.cel.tree import Expr

GATEWAY_GROUP: Final = "gateway.networking.k8s.io"
_WORD: Final = re.compile(r"_([a-z])")
_EXPRESSIONS: Final = frozenset(get_args(Expr))
_SCALARS: Final = frozenset((str, int, bool))
_COLLECTIONS: Final = frozenset((tuple, dict))

# Parts that are remembered; those that many manifests share are back soon after they were forgotten. Ten times as many leave the
# cache of a processor, and take longer to find than they save.
_MOST_SHARED: Final = 1_000


class ObjectMeta(Struct, frozen=True):
    """Name and namespace of an object (none for cluster-wide kinds), its labels and annotations."""

    name: str
    namespace: str | None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


class TargetRef(Struct, frozen=True):
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


class Plainer:
    """Makes plain data of objects; a part that several of them share becomes one part of the data, made once."""

    def __init__(self) -> None:
        # By identity: as long as a part is held, no other can have its own.
        self._known: dict[int, object] = {}
        self._held: list[object] = []
        self._printer = Printer()

    def plain(self, manifest: Manifest) -> dict[str, object]:
        """Give the object as plain data in the order of its fields; empty and absent fields are left out.

        Raises:
            UnspellableError: a CEL literal holds a character that no spelling carries.
        """
        if len(self._known) > _MOST_SHARED:
            self._known.clear()
            self._held.clear()
            self._printer = Printer()
        return {"apiVersion": manifest.api_version, "kind": manifest.kind, **self._fields(manifest)}

    def _fields(self, value: Any) -> dict[str, object]:  # noqa: ANN401 - any of the objects of this package
        found: dict[str, object] = {}
        for name, spelt in _members(value.__class__):
            content = getattr(value, name)
            if type(content) in _SCALARS:
                found[spelt] = content
            elif content is not None and (content or type(content) not in _COLLECTIONS):
                found[spelt] = self._plain(content)
        return found

    def _plain(self, value: object) -> object:
        if type(value) in _SCALARS:
            return value
        known = self._known.get(id(value))
        if known is None:
            self._held.append(value)
            known = self._known[id(value)] = self._made(value)
        return known

    def _made(self, value: Any) -> object:  # noqa: ANN401 - any of the objects of this package
        kind = type(value)
        if kind in _EXPRESSIONS:
            return self._printer.text(value)
        if kind is tuple:
            return [self._plain(item) for item in value]
        if kind is dict:
            return {key: self._plain(content) for key, content in value.items()}
        return self._fields(value)


@cache
def _members(kind: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - the class of an object
    """Give the fields of a class, and how Kubernetes spells them; `from_` is there for a name that Python keeps for itself."""
    return tuple((name, _camel(name.rstrip("_"))) for name in kind.__struct_fields__)


def _camel(name: str) -> str:
    return _WORD.sub(lambda match: match.group(1).upper(), name)
