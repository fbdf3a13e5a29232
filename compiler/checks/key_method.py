"""Where there are keys there is a way in that accepts them."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program
from compiler.program.keys import secret_labels
from compiler.program.methods import ApiKey


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report keys that no method looks for, once for all of them."""
    found = secret_labels(program.platform.gateway.name).items()
    methods = [method for method in program.platform.methods if isinstance(method, ApiKey)]
    if not program.keys or any(set(method.labels) <= set(found) for method in methods):
        return
    others = len(program.keys) - 1
    more = f" and {others} more" if others else ""
    advice = "leave `labels` out of a method of the kind `apiKey`" if methods else "add `{name: keys, kind: apiKey}`"
    yield error(
        "key-without-method",
        f"no authentication method accepts the key `{program.keys[0].id}`{more}",
        program.keys[0].origin.on_key(),
        "401 for whoever calls with it",
        help=f"{advice} to `platform.authentication`" if not methods else f"{advice}, or ask for those that keys get",
    )
