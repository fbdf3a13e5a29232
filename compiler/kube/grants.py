"""ReferenceGrant, gateway.networking.k8s.io: lets routes of one namespace reach Services of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compiler.kube.base import ObjectMeta


@dataclass(frozen=True)
class GrantFrom:
    """Whose references are let in."""

    group: str
    kind: str
    namespace: str


@dataclass(frozen=True)
class GrantTo:
    """What may be referred to; the core group is the empty one."""

    group: str
    kind: str
    name: str


@dataclass(frozen=True)
class ReferenceGrantSpec:
    """Any of `from_` may refer to any of `to`."""

    from_: tuple[GrantFrom, ...]
    to: tuple[GrantTo, ...]


@dataclass(frozen=True)
class ReferenceGrant:
    """A ReferenceGrant, in the namespace of what is referred to."""

    api_version: ClassVar[str] = "gateway.networking.k8s.io/v1beta1"
    kind: ClassVar[str] = "ReferenceGrant"
    metadata: ObjectMeta
    spec: ReferenceGrantSpec
