"""Proves many models share by share: a proof needs the memory of one share, and two are proved at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from compiler.cel.shapes import Shapes
from compiler.diagnostics.model import Diagnostic, failed
from compiler.gateway.cluster import Cluster
from compiler.gateway.syntax import Syntax, unreadable
from compiler.processes import in_two
from compiler.program.invariant import Invariant
from compiler.program.ir import Program
from compiler.prove.earlier import Earlier, Tokens
from compiler.prove.portability import Portability
from compiler.prove.proof import Gateway
from compiler.prove.prove import missing, nothing_alike, prove_some, prover
from compiler.prove.result import Effort, ProofReport, Proved, Result
from compiler.prove.sameness import Sameness, sources
from compiler.prove.view import View

T = TypeVar("T")

# Models of a share. Their formulas are kept together, and what they have in common is proved once in each share.
_MODELS: Final = 100
# Characters of a text that is never too long: printed anew, each of them brings at most six others.
_ROOMY: Final = 10_000
# Texts of a share, at most, whose trees are kept: each is asked for its syntax, for its engines, and for its meaning.
_TREES: Final = 1 << 12


class Proven(Struct, frozen=True):
    """What came of a proof: texts that do not parse, or that some engine cannot take, and the results.

    `tokens` stand for what was proved, now or earlier; of what was proved earlier there are no results.
    """

    unreadable: tuple[Diagnostic, ...]
    unfit: tuple[Diagnostic, ...]
    report: ProofReport
    tokens: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Tell whether there is nothing to tell of."""
        return not self.unreadable and not self.unfit and all(isinstance(result, Proved) for result in self.report.results)


def prove_all(  # noqa: PLR0913 - a proof is of all of these
    program: Program,
    cluster: Cluster,
    views: Sequence[View],
    *,
    invariants: Sequence[Invariant],
    gateway: Gateway,
    syntax: Callable[[str, Callable[[str], object]], str | None],
    thorough: bool,
    earlier: Earlier | None = None,
) -> Proven:
    """Prove every model by its view, and every text fit for its place; `syntax` tells what is wrong with a text.

    It is given a parser that knows the texts of the share already. What was proved `earlier` is not proved again.
    """
    # An even number, so that both processes have as much to do.
    count = 2 * -(-len(views) // (2 * _MODELS)) if len(views) > _MODELS else 1
    shapes = Shapes()
    numbers = Tokens(earlier.prover, program, invariants, views) if earlier else None
    key = nothing_alike if thorough else Sameness(program, invariants).key
    parts = in_two(min(2, count), lambda part: [key(view) for view in _part(views, part, min(2, count))])
    keys = dict(zip([view.model for view in views], [same for part in parts for same in part], strict=True))
    # Models that are alike come into one share, where one proof serves them all.
    ordered = sorted(views, key=lambda view: repr(keys[view.model]))

    def share(index: int) -> Proven:
        parsed = lru_cache(_TREES)(shapes.parse)
        every = _part(ordered, index, count)
        tokens = {view.model: numbers.of(view) for view in every} if numbers else {}
        known = earlier.tokens if earlier else frozenset()
        done = [view for view in every if tokens.get(view.model) in known]
        here = [view for view in every if tokens.get(view.model) not in known]
        fine = {source.text for view in done for source in sources(view)}
        wrong: Syntax = lambda text: None if text in fine else syntax(text, parsed)  # noqa: E731 - a name for its type
        unread = tuple(unreadable(_part(cluster.policies, index, count), wrong))
        if failed(unread):
            return Proven(unread, (), ProofReport((), Effort(0, 0, 0, 0)))
        unfit = tuple(_unfit(here, Portability(parsed), program, keys))
        proof = prover(program, parsed, gateway=gateway, thorough=thorough)
        report = prove_some(proof, here, invariants=invariants, key=lambda view: keys[view.model])
        proven = Proven(unread, unfit, report, tuple(tokens.values()))
        return proven if proven.holds else replace(proven, tokens=())

    shares = in_two(count, share, lambda proven: proven.holds)
    place = {view.model: number for number, view in enumerate(views)}
    results: list[Result] = [result for one in shares for result in one.report.results]
    return Proven(
        tuple(found for one in shares for found in one.unreadable),
        tuple(found for one in shares for found in one.unfit),
        ProofReport(
            (*sorted(results, key=lambda result: place[result.model]), *missing(program, views)),
            _together([one.report.effort for one in shares]),
        ),
        tuple(token for one in shares for token in one.tokens),
    )


def _unfit(
    views: Sequence[View], portability: Portability, program: Program, keys: Mapping[str, Hashable]
) -> Iterator[Diagnostic]:
    """Find texts that are unfit for their places; those of models that are alike differ in names, and in how long they are."""
    fit: set[Hashable] = set()
    for view in views:
        same = keys[view.model]
        if same in fit and all(len(source.text) <= _ROOMY for source in sources(view)):
            continue
        found = tuple(portability.check(view, program.platform.methods))
        yield from found
        if same is not None and not found:
            fit.add(same)


def _part(whole: Sequence[T], index: int, count: int) -> Sequence[T]:
    return whole[len(whole) * index // count : len(whole) * (index + 1) // count]


def _together(efforts: Sequence[Effort]) -> Effort:
    return Effort(
        sum(one.claims for one in efforts),
        sum(one.folded for one in efforts),
        sum(one.solved for one in efforts),
        sum(one.reused for one in efforts),
    )
