"""Authorino answers before the gateway stops waiting for it."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import warning
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.calls import MOST, calls
from compiler.program.ir import Program


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report what one request needs to have asked, where that is more than fits into the gateway's patience."""
    found = ((calls(program, model), model) for model in program.models)
    most, model = max(found, key=lambda one: one[0].count, default=(None, None))
    if most is None or model is None or most.count <= MOST:
        return
    place = program.platform.origin
    notes = [Note(f"one after the other: {', '.join(f'`{way.name}`' for way in most.ways)}")]
    if most.access_review:
        notes.append(Note("then whether the caller's tier may call the model", place.at("attach")))
    if most.provider_key:
        notes.append(Note(f"then for the provider's key of `{model.id}`", model.origin.at("backend", "credential")))
    yield warning(
        "slow-authorization",
        f"one request may have Authorino ask other services {most.count} times, and the gateway waits 200 ms for all of it",
        place.at("authentication"),
        "500 for whoever comes by the last way in, whenever the cluster or an identity provider is slow to answer",
        *notes,
        help="one way in for several `audiences`, the busiest one first, and `cache` where a credential comes again and again",
    )
