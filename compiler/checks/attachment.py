"""Policies of the Gateway know tiers only: what is written per model needs policies on routes."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.intent.intent import Intent


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report access, subscriptions and teams beside `attach: gateway`, and a gateway without tiers."""
    if intent.platform.spec.attach != "gateway":
        return
    chosen = intent.platform.place.at("attach")
    for kind, section in (("access", intent.access), ("subscription", intent.subscriptions), ("team", intent.teams)):
        for name, place in ((item.name, item.place) for item in section.values()):
            yield _mixture(f"the {kind} `{name}`", place, chosen)
    if not intent.tiers:
        yield error(
            "no-tiers",
            "`attach: gateway` without a single tier",
            chosen,
            "403 for everyone: the Gateway's policies know callers by tier",
            help="define `tiers`, or use `attach: route`",
        )


def _mixture(what: str, place: Place, chosen: Place) -> Diagnostic:
    return error(
        "attach-mixture",
        f"{what} needs policies on routes, and `attach: gateway` makes none",
        place.on_key(),
        "ignored: the Gateway's policies let in and meter by tier alone",
        Note("attachment chosen here", chosen),
        help="use `attach: route`, which honours tiers as well",
    )
