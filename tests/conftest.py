"""What every test may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from engines_support import engines, header

__all__ = ["engines"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that writes expected files anew instead of only comparing with them."""
    parser.addoption("--golden", action="store_true", help="write the expected files anew")


def pytest_report_header() -> list[str]:
    """Name the engines that take part, and those that are absent."""
    return header()


@pytest.fixture(autouse=True, scope="session")
def _no_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what builds remember away from the user's own memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_progress() -> Iterator[None]:
    """Let no run say how far it is: on a slow machine that would be in what tests expect to be printed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compiler.cli.progress._AFTER", 1e9)
        yield


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> bool:
    """Tell whether expected files are to be written anew."""
    return bool(request.config.getoption("--golden"))
