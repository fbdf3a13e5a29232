"""Proves one Program: every model, every method, every property, each by claims that must be nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.program import ir, methods
from compiler.program.invariant import Invariant
from compiler.prove import attribution, obligations, replay, witness
from compiler.prove.acceptance import Acceptance, acceptances
from compiler.prove.decider import Decider
from compiler.prove.emitted import read
from compiler.prove.expressions import Memory
from compiler.prove.intent import Intent
from compiler.prove.invariants import Through, breaches
from compiler.prove.leaf import UndecidedError
from compiler.prove.obligations import Case, Claim
from compiler.prove.reserved import reserved_by, reserved_names
from compiler.prove.result import Answer, Counterexample, Example, Property, Proved, Refuted, Result, Undecided
from compiler.prove.targets import targets
from compiler.prove.terms import Terms
from compiler.prove.values import UnsupportedError
from compiler.prove.view import Method, View
from compiler.prove.world import World

# Answers an example from the manifests by other means than a proof's own, or None where it cannot.
Gateway = Callable[[Example], Answer | None]

_CLAIMS: Final[tuple[tuple[Property, Callable[[Case], Iterator[Claim]]], ...]] = (
    ("no-errors", obligations.faults),
    ("access", obligations.access),
    ("selection", obligations.selection),
    ("identity", obligations.identity),
    ("budgets", obligations.budgets),
)


_OVER: Final = 429

# What cannot be told once a property does not hold: an error changes what everything else means, and limits are proved
# for the entry that is meant.
_AFTER: Final[Mapping[Property, frozenset[Property]]] = {
    "no-errors": frozenset(("access", "selection", "identity", "budgets")),
    "selection": frozenset(("budgets",)),
}


@dataclass
class Proof:
    """The proof of one Program; formulas and evaluated texts are shared by its models."""

    program: ir.Program
    memory: Memory
    gateway: Gateway | None = None
    claims: int = 0
    decider: Decider = field(init=False)
    reserved: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.decider = Decider(self.terms)
        self.reserved = reserved_by(self.program)

    @property
    def terms(self) -> Terms:
        """Give the formulas of the proof."""
        return self.memory.algebra.terms

    def model(self, view: View, asked: Sequence[Invariant] = ()) -> tuple[Result, ...]:
        """Prove one model; results are in the order of properties, one for each."""
        model = self.program.model(view.model)
        if model is None:
            return (Undecided(view.model, "methods", "the Program has no such model", view.place),)
        if view.unknown:
            found = view.unknown[0]
            return (Undecided(view.model, "methods", found.what, found.place),)
        attempt = _Attempt(self, view, model)
        return tuple(attempt.run(asked))


class _Pair(Struct, frozen=True):
    """A method as it is meant, the one that is emitted for it, and the requests of the model."""

    world: World
    meant: methods.Method
    emitted: Method
    credentials: tuple[methods.Credential, ...]


@dataclass
class _Attempt:
    """The proof of one model."""

    proof: Proof
    view: View
    model: ir.Model
    found: dict[Property, Refuted | Undecided] = field(default_factory=dict)
    counts: dict[Property, int] = field(default_factory=dict)
    skipped: set[Property] = field(default_factory=set)

    def run(self, asked: Sequence[Invariant]) -> Iterator[Result]:
        concerned = [invariant for invariant in asked if invariant.concerns(self.model)]
        try:
            world = self._world()
        except UnsupportedError as error:
            yield Undecided(self.model.id, "budgets", str(error), error.place or self.view.place)
            return
        pairs = acceptances(self.proof.program.platform.methods, self.view.methods)
        self.counts["methods"] = len(pairs)
        for pair in pairs:
            if pair.meant is None or pair.emitted is None:
                self.found.setdefault("methods", _mismatch(self.model.id, pair, self.view.place))
                # Of callers whose method has no partner nothing else can be said.
                self.skipped |= {"invariant", *(name for name, _ in _CLAIMS)}
            else:
                if methods.cached(pair.meant) != pair.emitted.cache:
                    self.found.setdefault("methods", _remembered(self.model.id, pair.meant, pair.emitted))
                self._pair(_Pair(world, pair.meant, pair.emitted, pair.credentials), concerned)
        for name in ("methods", *(name for name, _ in _CLAIMS), *(("invariant",) if concerned else ())):
            if name in self.found or name not in self.skipped:
                yield self.found.get(name) or Proved(self.model.id, name, self.counts.get(name, 0))

    def _world(self) -> World:
        sources = [source for limit in self.view.limits for source in limit.predicates]
        sources += [source for method in self.view.methods for _, source in method.overrides]
        sources += [source for rule in self.view.authorization for source in rule.sources()]
        sources += [export.value for export in self.view.exports]
        texts = dict.fromkeys(source.text for source in sources if "path" in source.text)
        trees = [self.proof.memory.tree(text) for text in texts]
        reserved = reserved_names(self.proof.reserved, (source.text for source in sources), self.proof.memory.tree)
        return World(self.proof.terms, targets(self.model.prefix, self.model.listing_path, trees), reserved=reserved)

    def _pair(self, pair: _Pair, asked: Sequence[Invariant]) -> None:
        intent = Intent(self.proof.program, pair.world)
        try:
            reading = read(self.view, pair.emitted, pair.meant, pair.world, self.proof.memory)
        except UnsupportedError as error:
            self._undecided("no-errors", str(error), error.place or self.view.place)
            self.skipped |= {*_AFTER["no-errors"], "invariant"}
            return
        program = self.proof.program
        case = Case(
            world=pair.world,
            model=self.model,
            meaning=intent.meaning(self.model, pair.meant),
            emitted=reading,
            groups=attribution.known(program, self.model),
            carried=attribution.mentioned(program, self.model),
            member=lambda group: intent.member(group, pair.meant),
            named=intent.named(pair.meant),
            place=self.view.place,
        )
        left_out: set[Property] = set()
        for name, claims in _CLAIMS:
            if name not in left_out:
                self._claims(name, claims(case), pair)
                left_out |= _AFTER.get(name, frozenset()) if name in self.found else frozenset()
        self.skipped |= left_out
        through = Through(intent, pair.meant, case.meaning, reading.allowed)
        for invariant in asked:
            for breach in breaches(invariant, through, self.proof.terms):
                says = f"the invariant `{invariant.name}` does not hold: {breach.says}"
                self._check(Claim("invariant", breach.broken, invariant.origin, says, opened=breach.opened), pair)

    def _claims(self, name: Property, claims: Iterator[Claim], pair: _Pair) -> None:
        try:
            for claim in claims:
                self._check(claim, pair)
        except UnsupportedError as error:
            self._undecided(name, str(error), error.place or self.view.place)

    def _check(self, claim: Claim, pair: _Pair) -> None:
        if claim.property in self.found:
            return
        self.proof.claims += 1
        self.counts[claim.property] = self.counts.get(claim.property, 0) + 1
        try:
            instance = self.proof.decider.instance(claim.broken)
        except UndecidedError as error:
            self._undecided(claim.property, str(error), claim.place)
            return
        if instance is not None:
            plain = witness.example(pair.world, instance, self.model.id, pair.meant.name)
            plain = replace(plain, credentials=pair.credentials)
            tried = (self._replayed(claim, example, pair) for example in (witness.friendlier(plain), plain))
            outcomes = sorted(tried, key=lambda outcome: isinstance(outcome, Undecided))
            self.found[claim.property] = outcomes[0]

    def _replayed(self, claim: Claim, example: Example, pair: _Pair) -> Refuted | Undecided:
        """Ask again, caller by caller, before anything is called wrong."""
        wanted, because = replay.meant(self.proof.program, pair.meant, example)
        view = replace(self.view, authorization=()) if claim.unguarded else self.view
        got = replay.emitted(view, pair.emitted, pair.meant, example, self.proof.memory.tree, later=claim.later)
        if not _differ(claim, wanted, got):
            return Undecided(self.model.id, claim.property, f"{claim.says}, but not when replayed", claim.place)
        # An error has another answer in each place, whether limits see injected headers depends on the release, and the
        # gateway leaves no authorization out.
        comparable = got.error is None and not claim.later and not claim.unguarded
        second = self.proof.gateway(example) if self.proof.gateway and comparable else None
        # It stops at the first limit that is used up, and knows one release: it need not give the same answer, but must
        # not give the one that is meant.
        if second is not None and not replay.alike(second, got) and replay.alike(second, wanted):
            return Undecided(self.model.id, claim.property, f"two readings differ: {second}, or {got}", claim.place)
        line = because[0 if claim.opened else -1] if because else None
        return Refuted(self.model.id, claim.property, Counterexample(example, claim.says, wanted, got, line, claim.place))

    def _undecided(self, name: Property, reason: str, place: Place | None) -> None:
        self.found.setdefault(name, Undecided(self.model.id, name, reason, place))


def _differ(claim: Claim, wanted: Answer, got: Answer) -> bool:
    """Tell whether two answers bear a claim's example out."""
    if claim.property == "invariant":
        return wanted.through or got.through
    if claim.unguarded:
        return got.error is not None or (got.through and got.status != _OVER)
    if claim.sharing:
        return any(not one.apart for one in got.allowances)
    return not replay.alike(wanted, got)


def _remembered(model: str, meant: methods.Method, emitted: Method) -> Refuted:
    """Tell of credentials that are remembered for another time than is written."""
    example = Example(model, meant.name, None, (), user=False, headers=(), target="/")
    wanted, found = (Answer(None, error=f"remembered for {seconds}s") for seconds in (methods.cached(meant), emitted.cache))
    says = "accepted credentials are remembered for another time"
    return Refuted(model, "methods", Counterexample(example, says, wanted, found, meant.origin, emitted.place))


def _mismatch(model: str, pair: Acceptance, place: Place) -> Refuted:
    """Tell of tokens that are accepted and should not be, or the other way round."""
    name = pair.meant.name if pair.meant else pair.emitted.name if pair.emitted else ""
    example = Example(model, name, None, (), user=False, headers=(), target="/")
    kinds = " and ".join(map(str, pair.credentials))
    meant = Answer(401) if pair.meant is None else Answer(None, error=f"accepted by `{pair.meant.name}`")
    emitted = Answer(401) if pair.emitted is None else Answer(None, error=f"accepted by `{pair.emitted.name}`")
    says = f"{kinds} are {'refused' if pair.emitted is None else 'accepted'}"
    intent = pair.meant.origin if pair.meant else None
    at = pair.emitted.place if pair.emitted else place
    return Refuted(model, "methods", Counterexample(example, says, meant, emitted, intent, at))
