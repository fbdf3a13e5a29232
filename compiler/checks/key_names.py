"""What a key says of its caller crosses to the gateway in annotations: names that would not arrive as they are."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program
from compiler.program.keys import SEPARATOR, Key

# The External Secrets Operator runs annotations through Go's templates.
_TEMPLATE = "{{"


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report users and groups of keys whose names an annotation does not carry."""
    for key in program.keys:
        for kind, name, why in _unfit(key):
            yield error(
                "unfit-for-key",
                f"the {kind} `{name}` of the key `{key.id}` {why}",
                key.origin.on_key(),
                "the caller would be somebody else at the gateway, or in other groups",
                help=f"rename the {kind}, or make the key without it",
            )


def _unfit(key: Key) -> Iterator[tuple[str, str, str]]:
    for kind, name in (("user", key.user), *(("group", group) for group in key.groups)):
        if _TEMPLATE in name:
            yield kind, name, f"holds `{_TEMPLATE}`, which begins a template"
        elif kind == "group" and SEPARATOR in name:
            yield kind, name, "holds a comma, and would be several groups"
