"""Which engines are installed here, in an order that never changes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from compiler.engines.celpy_engine import CelpyEngine

if TYPE_CHECKING:
    from compiler.engines.base import Engine

# Module and class of an engine whose package is an extra, and that package.
_OPTIONAL: Final = (
    ("compiler.engines.rust_engine", "RustEngine", "common-expression-language"),
    ("compiler.engines.cpp_engine", "CppEngine", "cel-expr-python"),
)


def installed() -> tuple[Engine, ...]:
    """Make one of each engine whose package can be imported; cel-python, which always can, comes first."""
    found = (_optional(module, name) for module, name, _ in _OPTIONAL)
    return (CelpyEngine(), *(engine for engine in found if engine is not None))


def absent() -> tuple[str, ...]:
    """Name the packages whose engines are not installed here."""
    return tuple(package for module, name, package in _OPTIONAL if _optional(module, name) is None)


def _optional(module: str, name: str) -> Engine | None:
    try:
        made = getattr(import_module(module), name)()
    except ImportError:
        return None
    return cast("Engine", made)
