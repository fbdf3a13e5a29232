"""Proves for each model that every caller is answered alike by both sides, but for differences whose reason is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Final, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.adopt.callers import Asked
from compiler.adopt.proof.api import answers
from compiler.adopt.proof.differences import About, differing, reasons
from compiler.adopt.proof.finder import Finder
from compiler.adopt.proof.given import Kind, identity, promised
from compiler.adopt.proof.outcome import Read
from compiler.adopt.proof.paths import distinguished
from compiler.adopt.proof.reader import Reader
from compiler.adopt.proof.sides import Side, headers, trees
from compiler.adopt.proof.witness import asked, read
from compiler.adopt.verdict import Answered, Difference, Reason
from compiler.cel.tree import Expr, Str
from compiler.program.ir import SUBSCRIPTION_HEADER, Model, Program
from compiler.program.methods import RESERVED_PREFIX, Introspection, Oidc
from compiler.prove.algebra import Algebra
from compiler.prove.decider import Instance
from compiler.prove.formula import FALSE, TRUE, Formula
from compiler.prove.leaf import UndecidedError
from compiler.prove.reserved import reserved_by
from compiler.prove.targets import walk
from compiler.prove.terms import Terms
from compiler.prove.values import UnsupportedError
from compiler.prove.world import World

Verdict = Literal["alike", "explained", "differs", "sampled"]

# Of differences that nothing explains, as many are shown, each with other answers than the ones before.
_SHOWN: Final = 3

# What the simulated gateways answer, today's and the one that is to be.
Ask = Callable[[Asked], tuple[Answered, Answered]]


class Proof(Struct, frozen=True):
    """What is known of one model, `namespace/name`: each difference with a request that shows it.

    `why` says why nothing is proved; then what is known is only known of the requests that were tried. `unasked` are ways in
    of today's that no method of the configuration is for, so that nothing is asked about whoever comes by them.
    """

    model: str
    differences: tuple[Difference, ...] = ()
    why: str | None = None
    unasked: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Sum it up."""
        if self.why is not None:
            return "sampled"
        if any(one.reason == "other" for one in self.differences):
            return "differs"
        return "explained" if self.differences or self.unasked else "alike"


class Prover(Struct, frozen=True):
    """Proves the models of one import; `ask` confirms each difference before anybody is told of it."""

    today: Side
    then: Side
    program: Program
    ask: Ask
    kinds: Sequence[Kind] = field(default=(Kind(),))

    def prove(self, model: Model, about: About) -> Proof:
        """Compare the two sides for all callers of a model."""
        try:
            return self._proved(model, about)
        except (UnsupportedError, UndecidedError) as error:
            return Proof(model.id, why=str(error))

    def _proved(self, model: Model, about: About) -> Proof:
        found: list[Difference] = []
        for kind in self.kinds:
            known = replace(about, of_cluster=kind.method is None)
            for difference in self._differences(self._world(model), kind, model, known):
                if isinstance(difference, str):
                    return Proof(model.id, tuple(found), difference)
                found.append(difference)
        return Proof(model.id, tuple(found))

    def _world(self, model: Model) -> World:
        """Find the requests that need telling apart, looking also at the policies that those meet which were found first."""
        known: tuple[str, ...] = (model.prefix, f"{model.prefix}/v1/chat/completions", model.listing_path)
        while True:
            about = trees((self.today, self.then), model.prefix, known)
            found = distinguished(model.prefix, model.listing_path, about)
            if set(found) <= set(known):
                break
            known = tuple(dict.fromkeys((*known, *found)))
        valued = tuple(dict.fromkeys((SUBSCRIPTION_HEADER, *headers(about))))
        return World(Terms(), found, valued, _reserved(self.program, about))

    def _differences(self, of: World, kind: Kind, model: Model, about: About) -> Iterator[Difference | str]:
        """Give a difference for each reason, or say why there may be others."""
        terms, finder = of.terms, Finder(of.terms)
        reader = Reader(of, Algebra(terms))
        raw = identity(of, kind, answers(terms, about.api, model.id))
        today, then = self.today.outcome(reader, kind, raw), self.then.outcome(reader, kind, raw)
        known = reasons(of, today, then, about)
        given = promised(terms, kind)
        unknown = terms.both(given, terms.either(today.unknown, then.unknown))
        rest = terms.all((given, differing(terms, today, then), -unknown))
        told = 0
        for reason, where in known.items():
            here = terms.both(rest, where)
            rest = terms.both(rest, -where)
            if reason in ("comma", "reserved") and told:
                # What is wrong without a comma is so with one as well.
                continue
            for _ in range(_SHOWN if reason == "other" else 1):
                shown = self._shown(of, finder, here)
                if shown is None:
                    break
                told += reason == "other"
                one = asked(of, shown, model, kind)
                yield self._difference(one, [read(of, side, shown) for side in (today, then)], reason)
                same = [outcome.alike(terms, read(of, outcome, shown)) for outcome in (today, then)]
                here = terms.both(here, -terms.all(same))
        shown = self._shown(of, finder, unknown)
        if shown is not None:
            yield f"which of several answers is given is a matter of time, as when {asked(of, shown, model, kind)}"

    def _difference(self, one: Asked, expected: Sequence[Read], reason: Reason) -> Difference | str:
        """Put what was found to the simulated gateways: what they do not confirm is no difference, and the proof is none."""
        before, after = self.ask(one)
        if before.status is None or after.status is None:
            why = before.why if before.status is None else after.why
            return f"the simulated gateway cannot tell what is answered when {one}: {why}"
        if [_said(before), _said(after)] != expected:
            return f"the simulated gateways answer otherwise than the proof reads the policies, as when {one}"
        return Difference(one, before, after, reason)

    def _shown(self, of: World, finder: Finder, where: Formula) -> Instance | None:
        """Give a request for which a formula holds, as plain a one as there is."""
        if where == FALSE:
            return None
        usual = of.is_target(of.targets[0])
        bare = of.terms.all(-of.has_header(name) for name in of.valued)
        for plainer in (of.terms.both(usual, bare), usual, TRUE):
            instance = finder.instance(of.terms.both(where, plainer))
            if instance is not None:
                return instance
        return None


def _reserved(program: Program, about: Iterable[Expr]) -> tuple[str, ...]:
    """Give all names of Kubernetes' own that anything could tell apart, and one that stands for the others."""
    if not any(isinstance(method, (Oidc, Introspection)) for method in program.platform.methods):
        return ()
    written = (node.value for one in about for node in walk(one) if isinstance(node, Str))
    found = {name for name in (*reserved_by(program), *written) if name.startswith(RESERVED_PREFIX) and name != RESERVED_PREFIX}
    fresh = next(name for number in count() if (name := f"{RESERVED_PREFIX}anything-{number}") not in found)
    return *sorted(found), fresh


def _said(one: Answered) -> Read:
    return one.passed, frozenset(one.windows if one.passed else ())
