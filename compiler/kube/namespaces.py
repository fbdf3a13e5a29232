"""Namespace: where the objects of one tier lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compiler.kube.base import ObjectMeta


@dataclass(frozen=True)
class Namespace:
    """A Namespace."""

    api_version: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Namespace"
    metadata: ObjectMeta
