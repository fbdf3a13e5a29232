"""What policies come to, as formulas: which requests pass, which windows then hold, and where no answer is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from compiler.adopt.verdict import Window
from compiler.prove.formula import FALSE, Formula
from compiler.prove.terms import Terms

# Whether a request passes, and the windows that it then counts in.
Read = tuple[bool, frozenset[Window]]


class Outcome(Struct, frozen=True):
    """The answers of one side; `windows` hold where requests pass. Where it is `unknown` nothing else is to be believed."""

    passes: Formula
    windows: Mapping[Window, Formula] = field(default_factory=dict)
    unknown: Formula = FALSE

    def alike(self, terms: Terms, answer: Read) -> Formula:
        """Tell which requests are answered so."""
        passes, windows = answer
        told = (where if window in windows else -where for window, where in self.windows.items())
        return terms.both(self.passes, terms.all(told)) if passes else -self.passes


def joined(terms: Terms, parts: Iterable[tuple[Formula, Outcome]]) -> Outcome:
    """Give the outcome of whichever part's condition holds; no two hold together."""
    parts = list(parts)
    windows: dict[Window, list[Formula]] = {}
    for guard, one in parts:
        for window, where in one.windows.items():
            windows.setdefault(window, []).append(terms.both(guard, where))
    return Outcome(
        terms.any(terms.both(guard, one.passes) for guard, one in parts),
        {window: terms.any(found) for window, found in sorted(windows.items())},
        terms.any(terms.both(guard, one.unknown) for guard, one in parts),
    )
