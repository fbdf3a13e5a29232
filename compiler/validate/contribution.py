"""What files of the output bring to the checks of the whole, to be remembered where nothing is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from compiler.diagnostics.model import Diagnostic
from compiler.validate.bundle import Neighbours
from compiler.validate.filter import Filter
from compiler.validate.manifest import Validation
from compiler.validate.size import Sizes

if TYPE_CHECKING:
    from compiler.validate.crds import Crds

# As JSON has it.
Plain = Mapping[str, Any]


class Contribution:
    """Some files, checked; what is to be said of them is said together with all others."""

    def __init__(self, crds: Crds | None = None) -> None:
        self.validation = Validation(crds)
        self.sizes = Sizes()

    def add(self, path: str, documents: Sequence[Mapping[str, object]], text: str) -> None:
        """Check a file."""
        self.validation.add(path, documents)
        self.sizes.add(path, documents, text)

    def join(self, other: Contribution) -> None:
        """Take in what was found in other files."""
        self.validation.join(other.validation)
        self.sizes.join(other.sizes)

    def found(self, most: int) -> tuple[Diagnostic, ...]:
        """Give what is wrong; `most` are the bytes that the filter's configuration may have."""
        return (*self.validation.found(), *self.sizes.found(most))

    def plain(self) -> Plain | None:
        """Give all that other files have to be held against; None where something is wrong already."""
        if self.validation.found() or self.sizes.objects:
            return None
        return {"neighbours": self.validation.neighbours.plain(), "filter": self.sizes.filter.plain()}

    @classmethod
    def of_plain(cls, plain: Plain) -> Contribution:
        """Give what `plain` gave.

        Raises:
            KeyError, TypeError, ValueError: it has another shape.
        """
        found = cls()
        found.validation.neighbours = Neighbours.of_plain(plain["neighbours"])
        found.sizes.filter = Filter.of_plain(plain["filter"])
        return found
