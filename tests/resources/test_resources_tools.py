"""Every command speaks of resources as of any other configuration: where they are written, and by what they mean."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_support import run

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of the resources of today."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(CASES / "resources" / "config", "config"))


@pytest.mark.usefixtures("config")
def test_to_write_the_same_natively_is_no_change() -> None:
    result = run("diff", "config", (CASES / "resources-told-natively" / "config").as_posix())
    assert result.output.startswith("no change of meaning")


def test_a_change_of_a_resource_is_put_down_to_its_line(config: Path) -> None:
    shutil.copytree(config, "before")
    file = config / "resources" / "subscriptions.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("{limit: 1000, window: 1m}", "{limit: 10, window: 1m}"), encoding="utf-8")
    shown = run("diff", "before", "config").output
    assert "[budget-lowered]" in shown
    assert "because  config/resources/subscriptions.yaml:27" in shown


@pytest.mark.usefixtures("config")
def test_an_answer_is_explained_by_the_lines_of_resources() -> None:
    shown = run("explain", "llm/simulator-model", "--group", "research").output
    assert "config/resources/access.yaml:" in shown
    assert "config/resources/subscriptions.yaml:" in shown


@pytest.mark.usefixtures("config")
def test_resources_are_in_the_canonical_layout_as_they_are() -> None:
    assert run("fmt", "--check").exit_code == 0


def test_a_slip_in_a_resource_is_corrected_in_its_place(config: Path) -> None:
    """And nothing else in the file is touched."""
    file = config / "resources" / "access.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("{name: research}]", "{name: reserch}]"), encoding="utf-8")
    shown = run("check", "--fix", "--no-prove").output
    assert "fixed config/resources/access.yaml:" in shown
    assert file.read_text(encoding="utf-8") == text
