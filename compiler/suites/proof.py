"""Whether manifests mean what a program says, for every caller; where they do not, somebody who shows it."""

from __future__ import annotations

from compiler.cel.parse import parse
from compiler.explain.emitted import World
from compiler.program.ir import Program
from compiler.prove.from_gateway import views
from compiler.prove.prove import prove
from compiler.prove.result import Counterexample, Proved, Refuted
from compiler.prove.second_reading import second_reading
from compiler.suites.plain_engine import PlainEngine


def compared(program: Program, world: World) -> tuple[bool, Counterexample | None]:
    """Tell whether everything is proved, and give the first counterexample if there is one."""
    gateway = second_reading(program, world.cluster, world.release, lambda: (PlainEngine(),))
    report = prove(program, views(program, world.cluster), parse, gateway=gateway)
    refuted = next((result.counterexample for result in report.results if isinstance(result, Refuted)), None)
    return all(isinstance(result, Proved) for result in report.results), refuted
