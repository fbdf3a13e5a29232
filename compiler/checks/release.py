"""The release of Kuadrant is one whose behaviour we know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compiler.checks.report import error, warning
from compiler.diagnostics.model import Diagnostic
from compiler.program.ir import Program

# The last patch of each line whose sources were read; a later one may differ in what its filter evaluates.
KNOWN: Final = {(1, 3): 1, (1, 4): 6, (1, 5): 2}


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report unknown releases, and what every known one lets through however well the policies are written."""
    release = program.platform.kuadrant
    place = program.platform.origin.at("kuadrant")
    written = ".".join(str(part) for part in release if part is not None)
    if (release[2] or 0) > KNOWN.get((release[0], release[1]), -1):
        known = ", ".join(f"{major}.{minor}.0 to {major}.{minor}.{last}" for (major, minor), last in KNOWN.items())
        yield error(
            "unsupported-kuadrant",
            f"the release {written} of Kuadrant is not known",
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
        program.platform.origin.at("gateway", "hostname"),
        f"a request with `Host: {host.upper()}` reaches the backend without any policy",
        help="lower-case it in front of the gateway, which no policy can do, and say so: `gateway: {lowercasesHost: true, ...}`",
    )
