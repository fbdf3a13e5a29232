"""Each way in has a name and an audience of its own."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.ir import Method, Program, TokenReview


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report methods of one name, and audiences that two methods accept."""
    names: dict[str, Method] = {}
    audiences: dict[str, Method] = {}
    for method in program.platform.methods:
        other = names.setdefault(method.name, method)
        if other is not method:
            yield error(
                "duplicate-method",
                f"two authentication methods are called `{method.name}`",
                method.origin.at("name"),
                "rules of one name replace each other: one way in would be closed",
                Note("first used here", other.origin.at("name")),
            )
        for audience in method.audiences if isinstance(method, TokenReview) else (method.audience,):
            first = audiences.setdefault(audience, method)
            if first is not method:
                yield error(
                    "audience-twice",
                    f"the methods `{first.name}` and `{method.name}` accept the audience `{audience}`",
                    method.origin,
                    f"`{first.name}` always answers first: its groups and its userid hold, and `{method.name}` is never asked",
                    Note(f"`{first.name}` is here", first.origin),
                )
