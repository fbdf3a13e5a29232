"""What every test may use."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that writes expected files anew instead of only comparing with them."""
    parser.addoption("--golden", action="store_true", help="write the expected files anew")


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> bool:
    """Tell whether expected files are to be written anew."""
    return bool(request.config.getoption("--golden"))
