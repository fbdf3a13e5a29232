"""The MaaS API's route has a way in: keys are none, because a key that opens some models must not buy a token for others."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program
from compiler.program.methods import at_maas_api


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report a route that nobody could call."""
    if program.platform.made.maas_api_route and not at_maas_api(program.platform.methods):
        yield error(
            "nobody-for-maas-api",
            "the MaaS API has a route, and no way in is for it",
            program.platform.origin.at("maasApi", "route"),
            "nobody could list models or get a token: keys are not taken there, lest one for some models buy tokens for others",
            help="add a way in of kind `tokenReview`, `tierToken` or `oidc`, or leave `route` out",
        )
