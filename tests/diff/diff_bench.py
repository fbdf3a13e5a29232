"""What the tests of `diff` share: sides made of plain data, and the reference meaning asked caller by caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

from compiler.checks.run import check_intent, check_program
from compiler.diagnostics.model import failed
from compiler.diff.budgets import Allowed, Relation, at_most, relation
from compiler.diff.compare import Comparison
from compiler.diff.cover import Kind
from compiler.diff.meaning import Outcome
from compiler.diff.result import Change, Diff, Row
from compiler.diff.side import Side
from compiler.intent.parse import parse
from compiler.lower.lower import lower
from compiler.program.decide import Caller, Decision, Request, decide
from compiler.program.ir import SUBSCRIPTION_HEADER, Program, Rate
from compiler.program.methods import Method, TierToken, credentials_of
from compiler.render import yaml
from compiler.render.layout import render
from compiler.source.document import Document, Sources
from compiler.source.load import load_text
from compiler.targets.emit import emit

Config = dict[str, Any]


def side(files: Mapping[str, Config | str], folder: str = "") -> Side:
    """Compile files of plain data, or of text; there may be warnings and no errors."""
    documents: list[Document] = []
    texts = {name: content if isinstance(content, str) else yaml.document(content) for name, content in files.items()}
    for name, text in sorted(texts.items()):
        found, problems = load_text(name, text.encode())
        assert not problems, problems
        documents += found
    intent, problems = parse(documents)
    assert intent is not None, problems
    problems += check_intent(intent)
    assert not failed(problems), problems
    program = lower(intent)
    assert not failed(check_program(program)), check_program(program)
    return Side("", folder, program, Sources(tuple(documents), texts), render(emit(program)).documents, intent)


def compared(base: Config, head: Config) -> Diff:
    """Compare two configurations of one file each."""
    return Comparison(side({"a.yaml": base}, "base/"), side({"a.yaml": head}, "head/")).run()


def is_in(kind: Kind, user: str, groups: frozenset[str]) -> bool:
    """Tell whether a caller is of a kind, by what the kind says."""
    return (
        all(groups.intersection(any_of) for any_of in kind.groups)
        and (not kind.users or user in kind.users)
        and not groups.intersection(kind.but)
        and user not in kind.not_users
    )


def covers(row: Row, user: str, groups: frozenset[str]) -> bool:
    """Tell whether a row speaks of a caller."""
    assert row.callers.kinds is not None
    return any(is_in(kind, user, groups) for kind in row.callers.kinds)


@dataclass(frozen=True)
class Had:
    """What a request gets: None where it is refused."""

    key: str | None
    allowed: Allowed | None

    def __str__(self) -> str:
        return str(Outcome(self.key, self.allowed))

    @classmethod
    def of(cls, decision: Decision) -> Had:
        """Give what a decision comes to."""
        if decision.status not in (200, 429):
            return cls(None, None)
        rates = {
            unit: tuple(Rate(one.limit, one.seconds) for one in decision.limits if one.unit == unit)
            for unit in ("tokens", "requests")
        }
        shared = any(one.per != ("user",) for one in decision.limits)
        return cls(decision.selected, Allowed(rates["tokens"], rates["requests"], shared))


def asked(program: Program, method: Method, model: str, caller: tuple[str, frozenset[str]], entry: str | None) -> Had:
    """Ask the reference meaning of one side; a model that is not there refuses everybody."""
    found = program.model(model)
    user, groups = caller
    projected = {tier.projected for tier in program.tiers}
    seen = groups & projected if isinstance(method, TierToken) else groups
    headers = {SUBSCRIPTION_HEADER: entry} if entry is not None else {}
    path = f"{found.prefix}/v1/chat/completions" if found else "/"
    return Had.of(decide(program, Caller(method.name, user, seen), Request(model, path, headers)))


def subsets(names: tuple[str, ...]) -> Iterator[frozenset[str]]:
    """Give all sets of some names."""
    return map(frozenset, chain.from_iterable(combinations(names, count) for count in range(len(names) + 1)))


def expected(before: Had, after: Had) -> set[Change]:
    """Give what changes for one request, counters apart."""
    if before.allowed is None or after.allowed is None:
        if before.allowed == after.allowed:
            return set()
        if before.allowed is not None:
            return {Change.LOST}
        return {Change.GAINED, *([Change.UNMETERED] if after.allowed and not after.allowed.tokens else [])}
    if before.allowed == after.allowed:
        return set()
    found = {Relation.RAISED: Change.RAISED, Relation.LOWERED: Change.LOWERED, Relation.MIXED: Change.MIXED}
    changes = {found[how]} if (how := relation(before.allowed, after.allowed)) in found else set()
    return changes | ({Change.UNMETERED} if before.allowed.tokens and not after.allowed.tokens else set())


def implied(told: tuple[Had, Had], wanted: tuple[Had, Had]) -> bool:
    """Tell whether what changes without asking says what changes for a request that asks."""
    if all(one.allowed is None or one == other for one, other in zip(wanted, told, strict=True)):
        return True
    alike = [one.allowed is None for one in told] == [one.allowed is None for one in wanted]
    mine, others = ([one.allowed for one in pair if one.allowed is not None] for pair in (wanted, told))
    return alike and len(mine) == 1 and at_most(mine[0], others[0])


def check_by_hand(base: Side, head: Side, diff: Diff, groups: tuple[str, ...], users: tuple[str, ...]) -> int:
    """Ask for every caller and every entry on both sides, and hold each answer against the rows; give how many were asked."""
    asks = 0
    methods = [
        (one, two)
        for one in base.program.platform.methods
        for two in head.program.platform.methods
        if type(one) is type(two) and credentials_of(one) == credentials_of(two)
    ]
    models = {model.id for one in (base, head) for model in one.program.models}
    projected = tuple(sorted({tier.projected for one in (base, head) for tier in one.program.tiers}))
    for first, second in methods:
        names = projected if isinstance(first, TierToken) else groups
        for model in sorted(models):
            rows = [
                row
                for folded in diff.rows
                for row in folded.each
                if model in row.models and (not row.callers.methods or first.name in row.callers.methods)
            ]
            keys = {
                entry.key
                for one in (base, head)
                if (found := one.program.model(model))
                for entry in one.program.precedence(found)
            }
            for some in subsets(names):
                for user in users:
                    asks += 1
                    pair = (
                        asked(base.program, first, model, (user, some), None),
                        asked(head.program, second, model, (user, some), None),
                    )
                    _check(rows, (user, some), None, pair)
                    for key in sorted(keys):
                        one, two = (
                            asked(of.program, how, model, (user, some), key) for of, how in ((base, first), (head, second))
                        )
                        _check(rows, (user, some), key, (one, two), pair)
    return asks


_SPOKEN = {Change.GAINED, Change.LOST, Change.RAISED, Change.LOWERED, Change.MIXED, Change.UNMETERED}


def _check(
    rows: list[Row],
    caller: tuple[str, frozenset[str]],
    entry: str | None,
    pair: tuple[Had, Had],
    plain: tuple[Had, Had] | None = None,
) -> None:
    texts = tuple(map(str, pair))
    found = [
        row
        for row in rows
        if set(row.changes) & {*_SPOKEN, Change.RESET}
        and covers(row, *caller)
        and (row.callers.asking == entry or (row.callers.first and entry is None and (row.before, row.after) == texts))
    ]
    wanted = expected(*pair)
    if plain is not None and wanted & {Change.GAINED, Change.LOST}:
        # Who is let through anyway gains or loses no access by asking for something else.
        had = plain[0] if Change.GAINED in wanted else plain[1]
        swapped = {Change.GAINED: Change.RAISED, Change.LOST: Change.LOWERED} if had.allowed is not None else {}
        wanted = {swapped.get(change, change) for change in wanted}
    about = (caller, entry, pair, [(row.changes, row.before, row.after) for row in found])
    if plain is not None and not found and (expected(*plain) or plain[0].key != plain[1].key) and implied(plain, pair):
        return
    assert len(found) <= 1, about
    changes = set(found[0].changes) if found else set()
    assert changes - {Change.RESET} == wanted, about
    assert Change.RESET not in changes or None not in (pair[0].allowed, pair[1].allowed), about
    # The words are those of the very budgets that the caller has.
    assert not found or _told(found[0]) == texts, about


def _told(row: Row) -> tuple[str, str]:
    before, after = (str(Had(None, None)) if text == "no such entry for them" else text for text in (row.before, row.after))
    return before, after
