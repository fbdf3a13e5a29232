"""Hold plain data against one of the models, and say what is wrong with it in the words of the user's text."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from compiler.diagnostics.model import Diagnostic, Place
from compiler.intent.errors import explain

S = TypeVar("S", bound=BaseModel)


def validated(spec: type[S], data: object, place: Place, diagnostics: list[Diagnostic]) -> S | None:
    """Give the data, which stands at `place`, as the model; None, and more `diagnostics`, when it has another shape."""
    try:
        return spec.model_validate(data)
    except ValidationError as error:
        diagnostics.extend(explain(error, data, place))
        return None
