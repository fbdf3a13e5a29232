"""A property that the owner of the configuration asks for, over all callers of a description."""

from __future__ import annotations

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.program.ir import Model, Rate, Subjects


class Invariant(Struct, frozen=True):
    """All `callers` (everybody, where none is named) `but` these.

    They never have access to the models, or no entry gives them more tokens than `at_most` allows in its window: who may be
    metered by several has the budget of each. A caller's groups are those that its method speaks of. `models` are
    `namespace/name`, or `*` for all.
    """

    name: str
    callers: Subjects
    but: Subjects
    models: tuple[str, ...]
    never_access: bool
    at_most: Rate | None
    origin: Place

    def concerns(self, model: Model) -> bool:
        """Tell whether the invariant speaks of a model."""
        return model.id in self.models or "*" in self.models
