"""Builds the engine programs into `bin/` beside this file, as far as the toolchains are here; says by name what is absent."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
BIN = HERE / "bin"
CARGO_TARGET = BIN / "cargo"

# The name of a program, and cargo's for it, which may hold no dot.
RUST = {"cel-rust-0.12": "cel-rust-0-12", "cel-rust-0.14": "cel-rust-0-14", "cel-rust-latest": "cel-rust-latest"}
GO = ("cel-go",)


def main() -> int:
    """Build; 0 when all that could be built was, 1 when a build failed or, with --require, a toolchain is absent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--require", action="store_true", help="fail when a toolchain is absent")
    required = parser.parse_args().require
    BIN.mkdir(exist_ok=True)
    os.nice(10)
    results = [build("go", GO, build_go), build("cargo", tuple(RUST), build_rust)]
    return int("failed" in results or (required and "absent" in results))


def build(tool: str, programs: tuple[str, ...], step: Callable[[str], None]) -> str:
    """Run one toolchain over its programs and say how it went."""
    names = ", ".join(programs)
    path = shutil.which(tool)
    if path is None:
        say(f"absent: {tool}; not built: {names}")
        return "absent"
    began = time.monotonic()
    try:
        step(path)
    except subprocess.CalledProcessError as error:
        say(f"failed: {tool} ended with exit code {error.returncode}; not built: {names}")
        return "failed"
    say(f"built in {time.monotonic() - began:.1f} s: {names}")
    return "built"


def build_go(go: str) -> None:
    """Build a static program; the toolchain that is here is used, none is fetched."""
    environment = os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    for name in GO:
        command = [go, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(BIN / name), "."]
        subprocess.run(command, cwd=HERE / name, env=environment, check=True)


def build_rust(cargo: str) -> None:
    """Build the workspace, so that what the releases share is compiled once."""
    environment = os.environ | {"CARGO_TARGET_DIR": str(CARGO_TARGET)}
    subprocess.run([cargo, "build", "--release", "--locked", "--quiet"], cwd=HERE, env=environment, check=True)
    for name, target in RUST.items():
        shutil.copy2(CARGO_TARGET / "release" / target, BIN / name)


def say(line: str) -> None:
    """Write a line now, so that it stands where it belongs among the lines of the compilers."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
