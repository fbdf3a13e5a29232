"""The release of Kuadrant is one whose behaviour we know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.checks.report import error, warning
from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program

_KNOWN: Final = ((1, 3), (1, 4), (1, 5))


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report unknown releases, and what every known one lets through however well the policies are written."""
    release = program.platform.kuadrant
    place = program.platform.origin.at("kuadrant")
    if release[:2] not in _KNOWN:
        known = ", ".join(f"{major}.{minor}" for major, minor in _KNOWN)
        yield error(
            "unsupported-kuadrant",
            f"the release {release[0]}.{release[1]} of Kuadrant is not known",
            place,
            "which expressions it evaluates, and what it does with an error, would be a guess",
            help=f"known releases: {known}",
        )
        return
    if program.platform.gateway.lowercases_host:
        return
    # Host look-up is case-sensitive up to the filter of 1.5 (wasm-shim 0.14.1; fixed on its main branch by 9a9cc21).
    host = program.platform.gateway.hostname
    yield warning(
        "host-case-bypass",
        f"the gateway's filter of Kuadrant {release[0]}.{release[1]} compares hosts with their case",
        place,
        f"a request with `Host: {host.upper()}` reaches the backend without any policy",
        help="lower-case the host in front of the gateway, which no policy can do, and say so: `lowercasesHost: true`",
    )
