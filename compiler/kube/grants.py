"""ReferenceGrant, gateway.networking.k8s.io: lets routes of one namespace reach Services of another."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from compiler.kube.base import ObjectMeta


class GrantFrom(Struct, frozen=True):
    """Whose references are let in."""

    group: str
    kind: str
    namespace: str


class GrantTo(Struct, frozen=True):
    """What may be referred to; the core group is the empty one."""

    group: str
    kind: str
    name: str


class ReferenceGrantSpec(Struct, frozen=True):
    """Any of `from_` may refer to any of `to`."""

    from_: tuple[GrantFrom, ...]
    to: tuple[GrantTo, ...]


class ReferenceGrant(Struct, frozen=True):
    """A ReferenceGrant, in the namespace of what is referred to."""

    api_version: ClassVar[str] = "gateway.networking.k8s.io/v1beta1"
    kind: ClassVar[str] = "ReferenceGrant"
    metadata: ObjectMeta
    spec: ReferenceGrantSpec
