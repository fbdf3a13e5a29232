"""Puts a question to the manifests that the Program gives, in memory, on every engine, and compares the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Note, Severity, failed
from compiler.engines.base import Engine
from compiler.explain.question import Question
from compiler.gateway.answer import Answer, answer
from compiler.gateway.cluster import Cluster
from compiler.gateway.identities import Identities
from compiler.gateway.limitador import Counters
from compiler.gateway.read import read
from compiler.gateway.release import Release, find_release
from compiler.gateway.requests import HttpRequest
from compiler.program.decide import Decision
from compiler.program.ir import Program
from compiler.program.methods import Method
from compiler.prove import credentials
from compiler.prove.from_gateway import externals
from compiler.prove.result import Example

# Limits that nothing can reach only count; what the configuration may write ends at 10^9.
_BEYOND_REACH = 10**12
_PASSED = 200
_OVER = 429

# Unit, amount, seconds, and whether callers share the count.
Window = tuple[str, int, int, bool]


class World(Struct, frozen=True):
    """What the manifests make of a cluster, and how its release reads them."""

    cluster: Cluster
    release: Release


class Reading(Struct, frozen=True):
    """What the manifests answer by one engine; `status` is None where no answer can be given, and `why` then says why."""

    engine: str
    status: int | None
    selected: str | None
    windows: tuple[Window, ...]
    counted: bool
    why: str

    def __str__(self) -> str:
        if self.status is None:
            return f"no answer: {self.why}"
        told = ", ".join(
            f"{limit} {unit} in {seconds}s{' shared' if shared else ''}" for unit, limit, seconds, shared in self.windows
        )
        selected = f", `{self.selected}`" if self.selected is not None else ""
        return f"{self.status} ({self.why}){selected}{f', {told}' if told else ''}"


def near(of: Question) -> Program:
    """Give the Program with just the models whose routes the request's path could reach.

    The files of a model depend on no other model, and a route is chosen by the path alone, so the answer is the same as
    with all of them, and a platform of a thousand models is not rendered to explain one.
    """
    reached = tuple(model for model in of.program.models if of.request.path.startswith(model.prefix))
    return replace(of.program, models=reached)


def world_of(program: Program, texts: Mapping[str, str]) -> tuple[World | None, tuple[Diagnostic, ...]]:
    """Read manifests back from their texts by file name; None when they cannot all be read.

    Raises:
        UnknownReleaseError: nobody has described the platform's release.
    """
    cluster, found = read(texts, externals=externals(program))
    if failed(found):
        return None, found
    release = find_release(".".join(str(part) for part in program.platform.kuadrant if part is not None))
    return World(cluster, release), found


def put(of: Question, world: World, engine: Engine, state: Counters | None = None) -> Answer:
    """Put the question to the simulated gateway; `state` are the counters before it, by default nothing was counted."""
    headers = tuple(of.request.headers.items())
    identities = Identities()
    if of.method is not None:
        found = credentials.shown(of.program.platform, of.method, _example(of, of.method))
        identities, headers = found.identities, (found.header, *headers)
    request = HttpRequest("POST", of.program.platform.gateway.hostname, of.request.path, headers)
    return answer(world.cluster, world.release, engine, identities, request, state)


def _example(of: Question, method: Method) -> Example:
    plain = Example(of.model.id, method.name, of.caller.userid, of.brought, user=True, headers=(), target=of.request.path)
    return credentials.carried(method, plain, of.caller.bound, of.caller.models)


def readings(of: Question, world: World, engines: Sequence[Engine]) -> tuple[Reading, ...]:
    """Give the answer of every engine, in their order."""
    return tuple(reading(engine.name, put(of, world, engine)) for engine in engines)


def reading(engine: str, found: Answer) -> Reading:
    """Give what an answer comes to, by the engine that was asked."""
    identity = (found.metadata or {}).get("identity")
    known: Mapping[str, object] = identity if isinstance(identity, dict) else {}
    selected = known.get("selected_subscription")
    windows = sorted(
        (one.unit, one.limit, one.seconds, known.get("userid") not in [value for _, value in one.counters])
        for one in found.limits
        if one.limit < _BEYOND_REACH
    )
    return Reading(
        engine=engine,
        status=found.status,
        selected=selected if isinstance(selected, str) and found.status in (_PASSED, _OVER) else None,
        windows=tuple(windows),
        counted=any(one.unit == "tokens" for one in found.limits),
        why=found.why_not or found.reason,
    )


def judged(of: Question, decision: Decision, found: Sequence[Reading]) -> tuple[Diagnostic, ...]:
    """Tell whether every engine answers as the configuration means: `refuted` where one does not, else `undecided`."""
    wrong = [one for one in found if one.status is not None and not as_meant(decision, one)]
    notes = tuple(Note(f"by `{one.engine}`: {one}") for one in found)
    if wrong:
        return (_refuted(of, decision, notes),)
    unknown = [one for one in found if one.status is None]
    if unknown or not found:
        reason = unknown[0].why if unknown else "there is no engine to ask"
        return (
            Diagnostic(
                "undecided",
                Severity.ERROR,
                f"what the manifests of `{of.model.id}` answer to this request is not known: {reason}",
                of.model.origin.on_key(),
                "nobody can say whether the gateway answers as the configuration means",
                notes,
                help="ask about a plainer request",
            ),
        )
    return ()


def _refuted(of: Question, decision: Decision, notes: tuple[Note, ...]) -> Diagnostic:
    meant = f"{decision.status} ({decision.reason})" + (f", `{decision.selected}`" if decision.selected is not None else "")
    return Diagnostic(
        "refuted",
        Severity.ERROR,
        f"the manifests of `{of.model.id}` do not answer this request as the configuration means it",
        decision.because[-1] if decision.because else of.model.origin.on_key(),
        f"the caller gets something else than {meant}",
        notes,
        help="this is a mistake of the compiler or of an engine: do not roll the manifests out, and report it",
    )


def as_meant(decision: Decision, found: Reading) -> bool:
    """Tell whether the manifests answer as the configuration means."""
    if (decision.status, decision.selected) != (found.status, found.selected):
        return False
    meant = sorted((one.unit, one.limit, one.seconds, one.per != ("user",)) for one in decision.limits)
    if decision.status == _OVER:
        # The first limit that is used up ends the request, so the gateway need not have looked at all of them.
        return set(found.windows) <= set(meant) and any(limit == 0 for _, limit, _, _ in found.windows)
    if decision.status != _PASSED:
        return True
    return found.why == "allowed" and list(found.windows) == meant and found.counted == (decision.reason != "listing")
