"""Each way in has a name and an audience of its own."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note, Place
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
                "a rule replaces another of the same name: one of the two ways in would be closed",
                Note("first used here", other.origin.at("name")),
                help="rename one of them",
            )
        for audience in method.audiences if isinstance(method, TokenReview) else (method.audience,):
            first = audiences.setdefault(audience, method)
            if first is not method:
                yield error(
                    "audience-twice",
                    f"the methods `{first.name}` and `{method.name}` accept the audience `{audience}`",
                    _audience(method),
                    f"`{first.name}` always answers first for such a token, and `{method.name}` is never asked",
                    Note(f"`{first.name}` accepts it here", _audience(first)),
                    help="give each method an audience of its own",
                )


def _audience(method: Method) -> Place:
    """Give where the audience is written; a tier token that names none points at the method as a whole."""
    return method.origin.at("audiences" if isinstance(method, TokenReview) else "audience")
