"""Which engines are found, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import engines_support

from compiler.engines import registry
from compiler.engines.base import Value

if TYPE_CHECKING:
    import pytest

    from compiler.engines.base import Engine

NAMES = ["celpy", "cel-rust-python", "cel-cpp-python"]


def test_the_order_is_always_the_same_and_celpy_is_first() -> None:
    names = [engine.name for engine in registry.installed()]
    assert names == [name for name in NAMES if name in names]
    assert names[0] == "celpy"
    assert len(names) + len(registry.absent()) == len(NAMES)


def test_an_engine_whose_package_is_missing_is_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str) -> object:
        raise ImportError(name=module)

    monkeypatch.setattr(registry, "import_module", missing)
    assert [engine.name for engine in registry.installed()] == ["celpy"]
    assert registry.absent() == ("common-expression-language", "cel-expr-python")


def test_a_test_run_names_what_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines_support, "built", lambda: ("cel-go",))
    present, missing = engines_support.header()
    assert present.startswith("CEL engines: celpy")
    assert present.endswith("cel-go")
    assert "cel-rust-0.14 (python3 tests/engines/build.py builds it)" in missing
    assert "cel-go" not in missing


def test_every_engine_answers(engines: tuple[Engine, ...]) -> None:
    assert {engine.name: engine.evaluate('auth.x == "y"', {"auth": {"x": "y"}}) for engine in engines} == {
        engine.name: Value(value=True) for engine in engines
    }
