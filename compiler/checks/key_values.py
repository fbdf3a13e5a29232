"""No two keys have one value: which of the two callers a request comes from would be left to chance."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.ir import Program
from compiler.program.keys import External, Key, Sealed


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report keys whose value is the same one of a store, or was sealed for another key."""
    seen: dict[External | Sealed, Key] = {}
    for key in program.keys:
        first = seen.setdefault(key.secret, key)
        if first is not key:
            yield error(
                "key-value-shared",
                f"the keys `{first.id}` and `{key.id}` have one value",
                key.origin.at("secret"),
                "Authorino takes a caller for either of the two: another user, team or budget from one request to the next",
                Note("the value is used here for the first time", first.origin.at("secret")),
                help="make a value for each key: `maasc key new`",
            )
