"""A Gateway that is made has a certificate, and says so where it also listens without one."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error, warning
from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report a Gateway without TLS, and one with a listener that has none."""
    new = program.platform.made.gateway
    place = program.platform.origin.at("gateway", "create")
    if new is not None and new.secret is None:
        yield error(
            "gateway-without-tls",
            f"the Gateway `{program.platform.gateway.name}` has no certificate",
            place,
            "every credential passes the network in clear: whoever listens calls as its owner",
            help="name the Secret with the certificate: `create: {tls: {secret: maas-tls}, ...}`",
        )
    elif new is not None and new.plain_http:
        yield warning(
            "plain-http",
            f"the Gateway `{program.platform.gateway.name}` also listens without TLS",
            place.at("plainHttp"),
            "clients that use it send their credentials in clear; policies hold there all the same",
            help="leave `plainHttp` out",
        )
