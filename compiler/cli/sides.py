"""The two sides of a comparison for a command: compiled, compared, and the run ended where that cannot be done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from compiler import pipeline
from compiler.cli.exit import COULD_NOT_RUN, INCONCLUSIVE, stop
from compiler.cli.report import Folder, Reporting, in_folder, show
from compiler.cli.revision import RevisionError
from compiler.cli.verdict import code
from compiler.diagnostics.model import Diagnostic, failed
from compiler.diff.compare import Comparison
from compiler.diff.result import Diff
from compiler.diff.side import Side
from compiler.diff.transition import transition
from compiler.pipeline import Front
from compiler.prove.leaf import UndecidedError


@contextmanager
def ended_by_doubt() -> Iterator[None]:
    """End the run where a side cannot be opened, or nobody can say what has changed."""
    try:
        yield
    except RevisionError as error:
        stop(str(error), COULD_NOT_RUN, advice=error.advice)
    except UndecidedError as error:
        stop(f"what has changed could not be decided: {error}", INCONCLUSIVE)


def side(front: Front, where: Path, names: tuple[str, str], reporting: Reporting, *, base: bool) -> Side:
    """Compile one side, whose file names begin with `names`, or end with what is wrong with it: it lies at `where`."""
    found: tuple[Diagnostic, ...] = front.diagnostics
    if front.program is not None and not failed(found):
        back = pipeline.back(front.program)
        found = (*found, *back.diagnostics)
        if not failed(found):
            return Side(*names, front.program, front.sources, back.bundle.documents, front.intent)
    shown = in_folder(found, where)
    show(shown, Folder(where, front.sources), reporting)
    sys.exit(COULD_NOT_RUN if base else code(shown))


def compared(comparison: Comparison) -> Diff:
    """Give all that has changed, with the order in which it is rolled out."""
    found = comparison.run()
    steps, checked = transition(comparison.base, comparison.head, comparison.tokens(), comparison.reader)
    return replace(found, steps=steps, checked=checked)
