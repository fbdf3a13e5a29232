"""What is built of the repository works without the repository."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
_START = """
import sys, compiler
from compiler.cli.start import program
assert compiler.__file__.startswith(sys.argv.pop(1))
program()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with what a wheel of this tree installs; what building leaves behind stays away from the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("compiler", "schemas"):
        shutil.copytree(ROOT / name, folder / "sources" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / "sources")
    words = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, ".")
    subprocess.run([sys.executable, *words], cwd=folder / "sources", check=True)
    [built] = folder.glob("*.whl")
    with ZipFile(built) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def _files(folder: Path) -> Iterator[str]:
    for name in ("compiler", "schemas"):
        for path in (folder / name).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                yield path.relative_to(folder).as_posix()


def test_a_wheel_holds_all_that_the_program_reads(wheel: Path) -> None:
    """Every file of the compiler and of the schemas."""
    assert sorted(_files(wheel)) == sorted(_files(ROOT))


def test_a_wheel_is_the_whole_program(wheel: Path, tmp_path: Path) -> None:
    """From a first configuration to a proof, in a folder of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(wheel), *site.getsitepackages())),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    for words in (("init",), ("build",), ("build", "--check"), ("prove",), ("schema",)):
        # Without `-S` it would be the sources that are found.
        run = [sys.executable, "-S", "-c", _START, str(wheel), *words]
        done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), (words, done.stderr)
