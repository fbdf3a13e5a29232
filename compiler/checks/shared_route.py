"""Each model has a route of its own, because a route has one policy of each kind."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.ir import Model, Program


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report models that would share a route or a path."""
    first: dict[tuple[str, str], Model] = {}
    for model in program.models:
        for kind, name in (("route", model.route), ("path", model.prefix)):
            owner = first.setdefault((model.namespace, f"{kind} {name}"), model)
            if owner is not model:
                yield error(
                    "shared-route",
                    f"the models `{owner.name}` and `{model.name}` share the {kind} `{name}`",
                    model.origin.at("backend"),
                    "of two policies on one route one replaces the other: one model's access and budget would hold for both",
                    Note(f"`{owner.name}` is here", owner.origin.at("backend")),
                    help="give each model a backend of its own, or describe it once",
                )
                break
