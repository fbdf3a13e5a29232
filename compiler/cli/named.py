"""What names a file, a folder or a configuration: an empty text names none, and would be taken for the folder one is in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import click

_EMPTY: Final = "it is empty, and names nothing; is a variable not set?"


class _Named(click.Path):
    """A path that is not empty."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's
        return super().convert(_not_empty(self, value, param, ctx), param, ctx)


class _Text(click.ParamType[str]):
    """A text that is not empty: a path, or something else."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(_not_empty(self, value, param, ctx))


def _not_empty(kind: click.ParamType[Any], value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
    return kind.fail(_EMPTY, param, ctx) if os.fspath(value) in ("", b"") else value


FOLDER: Final = _Named(path_type=Path, file_okay=False)
FILE: Final = _Named(path_type=Path, dir_okay=False)
PATH: Final = _Named(path_type=Path)
THERE: Final = _Named(path_type=Path, exists=True)
NAME: Final = _Text()
