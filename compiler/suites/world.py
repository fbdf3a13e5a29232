"""Everything that cases are asked of: the meaning, and the manifests as each engine reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from compiler import pipeline
from compiler.diagnostics.model import Diagnostic, failed
from compiler.engines.base import Engine
from compiler.explain.emitted import World
from compiler.explain.question import Question
from compiler.gateway.externals import ExternalRoute
from compiler.gateway.read import read
from compiler.gateway.release import find_release
from compiler.program.ir import Program
from compiler.prove.from_gateway import externals
from compiler.render.layout import Documents
from compiler.suites.case import Call, Case, Metered
from compiler.suites.remembering import Remembering


class Platform(Struct, frozen=True):
    """A Program, its manifests by file name as plain data and as text, what a cluster makes of them, the engines to ask."""

    program: Program
    documents: Documents
    texts: Mapping[str, str]
    world: World
    engines: tuple[Engine, ...]


def questions(cases: Iterable[Case]) -> tuple[Question, ...]:
    """Give every question that some case asks."""
    found: list[Question] = []
    for case in cases:
        if isinstance(case, Call):
            found.append(case.question)
        elif isinstance(case, Metered):
            found += case.turns
    return tuple(found)


def near(program: Program, asked: Sequence[Question]) -> Program:
    """Give the Program with just the models that questions could reach.

    The files of a model depend on no other model, and a route is chosen by the path alone.
    """
    wanted = {question.request.path for question in asked}
    reached = tuple(model for model in program.models if any(path.startswith(model.prefix) for path in wanted))
    return replace(program, models=reached)


def platform(
    program: Program, asked: Sequence[Question], engines: Sequence[Engine]
) -> tuple[Platform | None, tuple[Diagnostic, ...]]:
    """Emit a Program and read its manifests back; None when they cannot be read."""
    back = pipeline.back(program)
    if failed(back.diagnostics):
        return None, back.diagnostics
    world, found = read_back(program, back.bundle.texts, asked)
    if world is None:
        return None, found
    return Platform(
        program, back.bundle.documents, back.bundle.texts, world, tuple(Remembering(engine) for engine in engines)
    ), found


def read_back(
    program: Program, texts: Mapping[str, str], asked: Sequence[Question]
) -> tuple[World | None, tuple[Diagnostic, ...]]:
    """Read manifests into a cluster in which the models that are not configured have their routes as well."""
    assumed = externals(program)
    known = {model.id for model in program.models}
    strange = {of.model.id: of.model for of in asked if of.model.id not in known and of.program.model(of.model.id) is None}
    routes = tuple(ExternalRoute(model.namespace, model.route, model.prefix) for model in strange.values())
    cluster, found = read(texts, externals=replace(assumed, routes=(*assumed.routes, *routes)))
    if failed(found):
        return None, found
    return World(cluster, find_release(".".join(str(part) for part in program.platform.kuadrant if part is not None))), found
