"""Proves that the emitted manifests mean what the Program says, and makes diagnostics of what does not."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Note, Severity
from compiler.program.invariant import Invariant
from compiler.program.ir import EVERYBODY, Program, Tier
from compiler.prove.algebra import Algebra
from compiler.prove.expressions import Memory, Parser
from compiler.prove.proof import Gateway, Proof
from compiler.prove.result import Absent, Counterexample, Effort, Example, ProofReport, Proved, Refuted, Result, Undecided
from compiler.prove.sameness import Sameness
from compiler.prove.terms import Terms
from compiler.prove.verdict import refuted, undecided
from compiler.prove.view import View


def prove(  # noqa: PLR0913 - a proof is of all of these
    program: Program,
    views: Sequence[View],
    parse: Parser,
    *,
    invariants: Sequence[Invariant] = (),
    gateway: Gateway | None = None,
    thorough: bool = False,
) -> ProofReport:
    """Prove every model of a Program by the views of its manifests, one for each model.

    `parse` reads a CEL text. `gateway` answers an example by other means, and must agree before anything is refuted.
    With `thorough` formulas are not simplified, so that the decision procedures are asked whatever the normal form
    would have settled, and no model is proved by another one: slow, and independent of both.
    """
    key = nothing_alike if thorough else Sameness(program, invariants).key
    proof = prover(program, parse, gateway=gateway, thorough=thorough)
    found = prove_some(proof, views, invariants=invariants, key=key)
    return replace(found, results=(*found.results, *missing(program, views)))


def prover(program: Program, parse: Parser, *, gateway: Gateway | None, thorough: bool) -> Proof:
    """Give what proves models of a Program."""
    return Proof(program, Memory(parse, Algebra(Terms(simplify=not thorough))), gateway)


def prove_some(
    proof: Proof, views: Sequence[View], *, invariants: Sequence[Invariant], key: Callable[[View], Hashable]
) -> ProofReport:
    """Prove some models of a Program, and say nothing of the others; what holds of one model holds of all with its key."""
    known: dict[Hashable, tuple[Result, ...]] = {}
    results: list[Result] = []
    reused = 0
    for view in views:
        same = key(view)
        if same is not None and same in known:
            reused += 1
            results += [replace(result, model=view.model) for result in known[same]]
            continue
        found = proof.model(view, invariants)
        results += found
        if same is not None and all(isinstance(result, Proved) for result in found):
            known[same] = found
    effort = Effort(proof.claims, proof.decider.folded, proof.decider.solved, reused)
    return ProofReport(tuple(results), effort)


def nothing_alike(_: View) -> Hashable:
    """Give a key that says of no model that another one is like it."""
    return None


def missing(program: Program, views: Sequence[View]) -> tuple[Absent, ...]:
    """Give a result for each model of which the manifests say nothing."""
    unseen = sorted({model.id for model in program.models} - {view.model for view in views})
    return tuple(map(Absent, unseen))


def diagnostics(report: ProofReport, tiers: Sequence[Tier] = (), invariants: Sequence[Invariant] = ()) -> tuple[Diagnostic, ...]:
    """Make a diagnostic of every result that is no proof: `refuted` with its counterexample, or `undecided`.

    By the `tiers` and the `invariants` of what was proved it is told which words an invariant lacks.
    """
    return tuple(_diagnostics(report.results, tiers, invariants))


def _diagnostics(results: Iterable[Result], tiers: Sequence[Tier], invariants: Sequence[Invariant]) -> Iterator[Diagnostic]:
    for result in results:
        if isinstance(result, Refuted) and result.property == "invariant":
            broken = next((one for one in invariants if one.origin == result.counterexample.place), None)
            yield _broken(result.model, result.counterexample, _forgotten(result.counterexample.example, tiers, broken))
        elif isinstance(result, Refuted):
            yield _refuted(result.model, result.counterexample)
        elif isinstance(result, Absent):
            yield Diagnostic(
                code="refuted",
                severity=Severity.ERROR,
                headline=f"no AuthPolicy of its own guards `{result.model}`: its manifests are missing",
                place=None,
                effect="whatever else stands at the gateway answers requests for the model",
                help="build `out/` again",
            )
        elif isinstance(result, Undecided):
            headline = f"whether the manifests of `{result.model}` mean what is written could not be decided: {result.reason}"
            yield undecided(headline, result.place, "nobody can say who gets through or what is counted")


def _refuted(model: str, found: Counterexample) -> Diagnostic:
    notes = [Note(f"{describe(found.example)}: meant is {found.meant}, emitted is {found.emitted}")]
    if found.intent is not None:
        notes.append(Note("this line means otherwise", found.intent))
    headline = f"the manifests of `{model}` do not mean what is written: {found.says}"
    effect = f"the caller of the example gets {found.emitted} instead of {found.meant}"
    return refuted(headline, found.place or found.intent, effect, *notes)


def _forgotten(example: Example, tiers: Sequence[Tier], broken: Invariant | None) -> str | None:
    """Say which tiers an invariant leaves in by their ServiceAccounts, whose group nobody writes.

    One that names its callers speaks of none but those, and what lets these in is no slip of the invariant.
    """
    if broken is None or broken.callers:
        return None
    left_in = (tier for tier in tiers if tier.projected in example.groups)
    # Without a tier that is for everybody there is nobody left.
    names = [tier.name for tier in left_in if EVERYBODY not in tier.members.groups]
    if not names:
        return None
    what = f"the ServiceAccounts of the {'tier' if len(names) == 1 else 'tiers'} {', '.join(f'`{name}`' for name in names)}"
    return f"if {what} are not meant, say `notTiers: [{', '.join(names)}]`, which takes out all groups of a tier and theirs"


def _broken(model: str, found: Counterexample, forgotten: str | None) -> Diagnostic:
    notes = [Note(f"{describe(found.example)}: {found.meant}")]
    if found.intent is not None:
        notes.append(Note("this line lets it happen", found.intent))
    return Diagnostic(
        code="refuted",
        severity=Severity.ERROR,
        headline=f"{found.says}, on `{model}`",
        place=found.place,
        effect=f"the caller of the example gets {found.emitted}",
        notes=tuple(notes),
        help=forgotten or "change what grants or meters this, or the invariant",
    )


def describe(example: Example) -> str:
    """Tell of a caller and a request in one line."""
    who = f"user `{example.username}`" if example.username else "a user without a name"
    groups = f" in {', '.join(f'`{group}`' for group in example.groups)}" if example.groups else " in no group"
    headers = "".join(f", {name}: {value}" for name, value in example.headers)
    return f"{who}{groups} by `{example.method}`, {example.target}{headers}"
