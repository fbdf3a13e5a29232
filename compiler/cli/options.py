"""The options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from compiler.cli import named
from compiler.diagnostics.formats import FORMATS

Command = TypeVar("Command", bound=Callable[..., Any])


def config(command: Command) -> Command:
    """Add `--config`."""
    return click.option(
        "--config",
        type=named.FOLDER,
        default=Path("config"),
        show_default=True,
        help="Folder that holds the configuration.",
    )(command)


def out(command: Command) -> Command:
    """Add `--out`."""
    return click.option(
        "--out",
        type=named.FOLDER,
        default=Path("out"),
        show_default=True,
        help="Folder that the manifests are written to.",
    )(command)


def apart(config: Path, out: Path) -> None:
    """Refuse an output folder that is the configuration's, or lies in it or around it.

    Raises:
        click.UsageError: manifests would be read as configuration, or files of the configuration be taken for manifests.
    """
    ours, theirs = whole(config), whole(out)
    if ours.is_relative_to(theirs) or theirs.is_relative_to(ours):
        raise click.UsageError(f"the folders `{config.as_posix()}` and `{out.as_posix()}` are one, or one lies in the other")


def whole(path: Path) -> Path:
    """Give a path without links; one that leads round in a circle stays as it is, and whoever opens it says so."""
    return Path(os.path.realpath(path))


def crds(command: Command) -> Command:
    """Add `--crds`."""
    return click.option(
        "--crds",
        type=named.FOLDER,
        default=None,
        help="Folder with the CustomResourceDefinitions of your cluster; every manifest is checked against them.",
    )(command)


def no_prove(command: Command) -> Command:
    """Add `--no-prove`."""
    return click.option("--no-prove", is_flag=True, help="Leave out the proof that the manifests mean what is written.")(command)


def reporting(command: Command) -> Command:
    """Add `--format`, `--color` and `-q`."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(list(FORMATS)),
        default="text",
        show_default=True,
        help="Form of the report.",
    )(looks(command))


def looks(command: Command) -> Command:
    """Add `--color` and `-q`."""
    return color(quiet("Print errors only.")(command))


def quiet(what: str) -> Callable[[Command], Command]:
    """Add `-q`, which does what the help says."""
    return click.option("-q", "--quiet", is_flag=True, help=what)


def color(command: Command) -> Command:
    """Add `--color`."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colour what is reported of files.",
    )(command)
