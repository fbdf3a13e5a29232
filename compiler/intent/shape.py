"""Hold plain data against one of the models, and say what is wrong with it in the words of the user's text."""

from __future__ import annotations

from typing import TypeVar

from compiler.diagnostics.model import Diagnostic, Place
from compiler.intent.field import Refused
from compiler.intent.read import read
from compiler.intent.spec import Spec

S = TypeVar("S", bound=Spec)


def validated(spec: type[S], data: object, place: Place, diagnostics: list[Diagnostic]) -> S | None:
    """Give the data, which stands at `place`, as the record; None, and more `diagnostics`, when it has another shape."""
    try:
        return read(spec, data)
    except Refused:
        from compiler.intent.errors import explain  # noqa: PLC0415 - pydantic takes longer to import than most builds to run

        diagnostics.extend(explain(spec, data, place))
        return None
