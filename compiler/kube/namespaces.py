"""Namespace: where the objects of one tier lie."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from compiler.kube.base import ObjectMeta


class Namespace(Struct, frozen=True):
    """A Namespace."""

    api_version: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Namespace"
    metadata: ObjectMeta
