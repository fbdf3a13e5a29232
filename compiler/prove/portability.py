"""Finds emitted texts that some engine on the path would not take, or would answer otherwise than another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.cel import environment
from compiler.cel.environment import Result, Slot
from compiler.cel.kinds import Kind
from compiler.cel.parse import ParseError
from compiler.cel.portable import Finding, Judged, check, facts, judge
from compiler.cel.tree import Expr
from compiler.diagnostics.model import Diagnostic, Severity
from compiler.program import methods
from compiler.program.ir import GROUP_HEADER
from compiler.prove.acceptance import meant_by
from compiler.prove.fields import fields
from compiler.prove.view import AccessReview, Method, Source, View

Texts = tuple[tuple[str, str], ...]


@dataclass
class Portability:
    """The check of many models; a text that stands in a place with the same facts is looked at once."""

    parse: Callable[[str], Expr]
    _trees: dict[str, Expr | None] = field(default_factory=dict)
    _slots: dict[str, Slot] = field(default_factory=dict)
    _found: dict[tuple[str, int, Result], tuple[Finding, ...]] = field(default_factory=dict)
    _kinds: dict[tuple[int, int], Judged] = field(default_factory=dict)

    def check(self, view: View, meant: Sequence[methods.Method]) -> Iterator[Diagnostic]:
        """Give a diagnostic for each text of a model that is unfit for its place; those that do not parse are left out.

        `meant` are the ways in; what none of them is for has the identity of a token.
        """
        ways = tuple((_texts(method.overrides), self._raw(method, meant)) for method in view.methods)
        rule = self._slot(environment.rule, self._facts(ways))
        exports = _texts([(one.name, one.value) for one in view.exports if one.item == "identity"])
        limit = self._slot(environment.limit, self._facts([(exports, rule)]))
        for method, (_, raw) in zip(view.methods, ways, strict=True):
            yield from self._all((source for _, source in method.overrides), raw, Result.VALUE)
        for authorization in view.authorization:
            if isinstance(authorization, AccessReview):
                groups = {authorization.groups}
                yield from self._all((one for one in authorization.sources() if one in groups), rule, Result.LIST)
                yield from self._all((one for one in authorization.sources() if one not in groups), rule, Result.TEXT)
            else:
                yield from self._all(authorization.sources(), rule, Result.CONDITION)
        yield from self._all((one.value for one in view.exports), rule, Result.VALUE)
        for name, source in view.injected:
            # The groups go as JSON, whoever reads them.
            yield from self._all((source,), rule, Result.VALUE if name == GROUP_HEADER else Result.TEXT)
        for one in view.limits:
            yield from self._all(one.predicates, limit, Result.CONDITION)
            yield from self._all(one.counters, limit, Result.COUNTER)

    def _all(self, sources: Iterator[Source] | Sequence[Source], slot: Slot, result: Result) -> Iterator[Diagnostic]:
        for source in sources:
            for finding in self._findings(source.text, slot, result):
                yield _diagnostic(source, finding)

    def _findings(self, text: str, slot: Slot, result: Result) -> tuple[Finding, ...]:
        # Slots are kept, so that their identities stand for them.
        key = (text, id(slot), result)
        if key not in self._found:
            tree = self._tree(text)
            self._found[key] = () if tree is None else check(tree, slot.giving(result), lambda tree, _: self._judged(tree, slot))
        return self._found[key]

    def _judged(self, tree: Expr, slot: Slot) -> Judged:
        # Trees are kept as well.
        key = (id(tree), id(slot))
        if key not in self._kinds:
            self._kinds[key] = judge(tree, slot)
        return self._kinds[key]

    def _slot(self, made: Callable[[Mapping[str, Kind]], Slot], facts: Mapping[str, Kind]) -> Slot:
        """Make a slot, or give the one that was made of the same facts: for nearly all models they are the same."""
        slot = made(facts)
        return self._slots.setdefault(repr(slot), slot)

    def _raw(self, method: Method, meant: Sequence[methods.Method]) -> Slot:
        found = meant_by(meant, method)
        return self._slot(lambda _: environment.override(fields(found)) if found else environment.override(), {})

    def _facts(self, ways: Sequence[tuple[Texts, Slot]]) -> dict[str, Kind]:
        trees = [({name: tree for name, text in way if (tree := self._tree(text)) is not None}, slot) for way, slot in ways]
        return facts(trees, self._judged)

    def _tree(self, text: str) -> Expr | None:
        if text not in self._trees:
            try:
                self._trees[text] = self.parse(text)
            except ParseError:
                self._trees[text] = None
        return self._trees[text]


def _texts(named: Sequence[tuple[str, Source]]) -> Texts:
    return tuple((name, source.text) for name, source in named)


def _diagnostic(source: Source, finding: Finding) -> Diagnostic:
    return Diagnostic(
        code="unportable-expression",
        severity=Severity.ERROR,
        headline=finding.sentence,
        place=source.place,
        effect="an engine on the path refuses it or fails on it: 403 for everyone in an AuthPolicy, unmetered in a limit",
        help="fewer groups, subscriptions or tiers on one model make shorter expressions; `bridge: selected` does as well",
    )
