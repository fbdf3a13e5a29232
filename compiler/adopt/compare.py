"""Puts the same requests to the policies of the dump and to the manifests of its configuration, and sorts what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.adopt.asked_defects import Watch
from compiler.adopt.callers import Asked, questions
from compiler.adopt.draft import Draft
from compiler.adopt.gather import Dump
from compiler.adopt.maas_api import MaasApi, maas_api
from compiler.adopt.planned import planned
from compiler.adopt.proof.differences import About
from compiler.adopt.proof.given import kinds
from compiler.adopt.proof.proof import Proof, Prover
from compiler.adopt.proof.sides import Side
from compiler.adopt.reach import Reach
from compiler.adopt.standin import stand_ins
from compiler.adopt.unguarded import opened, unguarded
from compiler.adopt.verdict import Answered, Difference, Known, Reason, alike, answered, reason
from compiler.diagnostics.model import Diagnostic
from compiler.engines.base import Engine
from compiler.gateway.answer import Answer, answer
from compiler.gateway.cluster import Cluster
from compiler.gateway.externals import Externals
from compiler.gateway.identities import Identities, Token
from compiler.gateway.read import read, understood
from compiler.gateway.release import Release, find_release
from compiler.gateway.requests import HttpRequest
from compiler.program.ir import Entry, Model, Program
from compiler.prove.credentials import shown
from compiler.prove.from_gateway import externals
from compiler.prove.result import Example
from compiler.source.document import Document

_CREDENTIAL: Final = "imported"
_UNTOLD: Final = "what some requests are answered cannot be told, and the proof would not know it"
_DISAGREES: Final = "the proof and a trial request disagree ({}): this is a limit or a bug of maasc, please report it"
# Every token has one more fact, so that `extra` is always there to be asked.
_ALWAYS: Final = (("maas-api/asked", ("true",)),)


@dataclass
class Comparison:
    """How many requests were answered alike, otherwise, and not at all, and what was seen on the way."""

    asked: int = 0
    alike: int = 0
    differences: list[Difference] = field(default_factory=list)
    unknown: dict[str, Asked] = field(default_factory=dict)
    defects: tuple[Diagnostic, ...] = ()
    proofs: tuple[Proof, ...] = ()
    untold: set[str] = field(default_factory=set)

    def of(self, why: Reason) -> tuple[Difference, ...]:
        """Give the differences for one reason."""
        return tuple(one for one in self.differences if one.reason == why)


class _Side(Struct, frozen=True):
    """One of the two gateways."""

    cluster: Cluster
    release: Release
    host: str
    engine: Engine
    program: Program

    def answer(self, asked: Asked, extra: tuple[tuple[str, tuple[str, ...]], ...]) -> Answer:
        if asked.example is not None:
            return self._by(asked, asked.example)
        token = Token(asked.audiences, asked.user, tuple(sorted(asked.groups)), uid="1", extra=extra)
        headers = (("authorization", f"Bearer {_CREDENTIAL}"), *asked.headers)
        request = HttpRequest(asked.verb, self.host, asked.path, headers)
        return answer(self.cluster, self.release, self.engine, Identities(tokens={_CREDENTIAL: token}), request)

    def _by(self, asked: Asked, example: Example) -> Answer:
        """Answer whoever comes with another credential than a token of the cluster."""
        platform = self.program.platform
        method = next(one for one in platform.methods if one.name == example.method)
        found = shown(platform, method, example)
        request = HttpRequest(asked.verb, self.host, asked.path, (found.header, *asked.headers))
        return answer(self.cluster, self.release, self.engine, found.identities, request)


@dataclass
class _Asking:
    """Both gateways, and what came of asking them."""

    today: _Side
    then: _Side
    api: MaasApi
    looking: frozenset[str]
    windows: Mapping[str, frozenset[tuple[str, int, int]]]
    watch: Watch = field(default_factory=Watch)
    result: Comparison = field(default_factory=Comparison)

    def about(self, model: Model) -> About:
        """Give what is known of a model."""
        return About(model, model.id in self.looking, self.windows[model.id], self.api)

    def both(self, asked: Asked) -> tuple[Answered, Answered]:
        """Give the answers of both gateways."""
        extra = (*_ALWAYS, *self.api.answers(asked.model, asked.user, asked.groups, asked.wanted).items())
        return answered(self.today.answer(asked, extra), asked.user), answered(self.then.answer(asked, extra), asked.user)

    def ask(self, asked: Asked) -> None:
        answers = self.api.answers(asked.model, asked.user, asked.groups, asked.wanted)
        extra = (*_ALWAYS, *answers.items())
        found = self.today.answer(asked, extra)
        self.watch.see(asked, found)
        before, after = answered(found, asked.user), answered(self.then.answer(asked, extra), asked.user)
        if before.status is None or after.status is None:
            self.result.unknown.setdefault(before.why if before.status is None else after.why, asked)
            self.result.untold.add(asked.model)
        elif alike(before, after):
            self.result.alike += 1
        else:
            owned = sum(one.of(asked.user, asked.groups) for one in self.api.subscriptions)
            known = Known(owned, asked.model in self.looking, self.windows[asked.model])
            why = reason(asked, before, after, known)
            self.result.differences.append(Difference(asked, before, after, why))


def _windows(entries: Sequence[Entry]) -> Iterator[tuple[str, int, int]]:
    for entry in entries:
        for unit, rates in (("tokens", entry.budget.tokens), ("requests", entry.budget.requests)):
            yield from ((unit, rate.limit, rate.seconds) for rate in rates)


def _held_against(proof: Proof, found: Comparison) -> Proof:
    """Hold a proof against the requests that were tried: what those show, it must have found as well."""
    known = {one.reason for one in proof.differences}
    if "unmetered" in known:
        # Whoever nothing meters is unmetered with any query as well.
        known.add("query")
    odd = next((one for one in found.differences if one.asked.model == proof.model and one.reason not in known), None)
    if proof.why is not None or (odd is None and proof.model not in found.untold):
        return proof
    return replace(proof, why=_UNTOLD if odd is None else _DISAGREES.format(odd.asked))


def compare(  # noqa: PLR0913 - the two sides, and how they are asked
    dump: Dump,
    draft: Draft,
    program: Program,
    texts: Mapping[str, str],
    engine: Engine,
    *,
    tell: Callable[[int, int], None] = lambda _, __: None,
    tell_proofs: Callable[[int, int], None] = lambda _, __: None,
) -> Comparison:
    """Compare the decisions of a dump with those of the manifests that its configuration, `draft`, compiles to."""
    gateway = program.platform.gateway
    release = find_release(".".join(str(part) for part in program.platform.kuadrant if part is not None))
    plans = planned(dump)
    standing = list(stand_ins(dump, plans, gateway.name, [tier.name for tier in program.tiers], engine))
    documents = tuple(Document("dump", index, "", data) for index, (_, data) in enumerate(standing))
    assumed = Externals(gateway=(gateway.namespace, gateway.name), hostname=gateway.hostname)
    cluster, findings = understood({"dump": (documents, ())}, externals=assumed)
    emitted, _ = read(texts, externals=externals(program))
    objects = [one for one, _ in standing]
    reach = Reach(draft, {model.id: model.prefix for model in program.models})
    closed = reach.closed(findings, objects) | reach.planned(plans)
    asking = _Asking(
        _Side(cluster, release, gateway.hostname, engine, program),
        _Side(emitted, release, gateway.hostname, engine, program),
        maas_api(dump, draft, gateway.name),
        reach.looking(dump),
        {model.id: frozenset(_windows(program.precedence(model))) for model in program.models},
    )
    every = list(questions(program, sorted({one.name for one in asking.api.subscriptions})))
    for count, asked in enumerate(every, start=1):
        tell(count, len(every))
        if asked.model in closed:
            asking.result.unknown.setdefault(closed[asked.model], asked)
        else:
            asking.ask(asked)
    asking.result.asked = len(every)
    bare = unguarded(dump, reach)
    asking.result.differences[:] = opened(asking.result.differences, bare)
    sides = Side(cluster, release, gateway.hostname), Side(emitted, release, gateway.hostname)
    prover = Prover(*sides, program, asking.both, kinds(program))
    proofs: list[Proof] = []
    for count, model in enumerate(program.models, start=1):
        tell_proofs(count, len(program.models))
        why = closed.get(model.id)
        proofs.append(Proof(model.id, why=why) if why else prover.prove(model, asking.about(model)))
    lost = reach.unasked(dump)
    shown = (replace(proof, differences=opened(proof.differences, bare)) for proof in proofs)
    held = (_held_against(proof, asking.result) for proof in shown)
    asking.result.proofs = tuple(replace(proof, unasked=lost.get(proof.model, ())) for proof in held)
    asking.result.defects = tuple(asking.watch.defects(objects))
    return asking.result
