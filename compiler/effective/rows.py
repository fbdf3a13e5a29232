"""The table itself: one row for each model and subject, and the pairs of subjects whose answer is not that of either."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from compiler.effective.subjects import Subject, caller, everywhere, others, pairs
from compiler.program.bearer import revocations
from compiler.program.decide import Caller, Decision, Request, decide
from compiler.program.ir import EVERYBODY, Entry, Model, Program

_COMPLETIONS = "/v1/chat/completions"


class Row(Struct, frozen=True):
    """The answer for a caller who is all of the subjects at once; no subject at all stands for nobody.

    `entry` is what meters the caller, None where the request is refused. For a pair, `alone` are the keys of the entries
    that meter each of the two alone, None where it is refused.
    """

    model: str
    subjects: tuple[Subject, ...]
    decision: Decision
    entry: Entry | None
    alone: tuple[str | None, ...] = ()


class Table(Struct, frozen=True):
    """`rows` are for single subjects, `pairs` for two at once; `left_out` counts the pairs that there was no room for.

    `everybody` is the group that callers have beside the subjects, where some policy asks for it, and `others` are the ways in
    by which nobody is in it. `revocations` tell of each way in until when a revoked credential is accepted.
    """

    rows: tuple[Row, ...]
    pairs: tuple[Row, ...]
    left_out: int
    everybody: str | None = None
    revocations: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def table(program: Program, models: Sequence[Model], subjects: Sequence[Subject], most_pairs: int) -> Table:
    """Decide for every model and subject, and tell at most `most_pairs` pairs.

    A pair is told when it is metered unlike either of its subjects alone, or when precedence chooses between theirs; when
    there are too many, the latter are left out first.
    """
    rows: list[Row] = []
    found: list[Row] = []
    left_out = 0
    for model in sorted(models, key=lambda one: one.id):
        answers = _Answers(program, model)
        if not _anybody(program, model):
            rows.append(answers.row(()))
            continue
        rows += [answers.row((subject,)) for subject in subjects]
        room = {True: most_pairs, False: most_pairs}
        for row in answers.pairs(subjects):
            if room[_surprises(row)]:
                room[_surprises(row)] -= 1
                found.append(row)
            else:
                left_out += 1
    # Sorting is stable, and so keeps the order of models and subjects among those that are told.
    told = {id(row) for row in sorted(found, key=_surprises, reverse=True)[:most_pairs]}
    pairs_told = tuple(row for row in found if id(row) in told)
    everybody = EVERYBODY if everywhere(program) else None
    apart = others(program) if everybody else ()
    return Table(tuple(rows), pairs_told, left_out + len(found) - len(told), everybody, tuple(revocations(program)), apart)


def _surprises(row: Row) -> bool:
    """Tell whether a pair is metered as neither of the two is, or refused although one of them is not."""
    selected = row.decision.selected
    return selected not in row.alone or (selected is None and any(row.alone))


def _anybody(program: Program, model: Model) -> bool:
    """Tell whether some caller could reach the model and be metered there."""
    reachable = bool(model.tiers) or any(grant.subjects for grant in model.grants)
    return reachable and bool(program.precedence(model))


class _Answers:
    """The answers on one model, decided once for all callers whom the model cannot tell apart."""

    def __init__(self, program: Program, model: Model) -> None:
        # Deciding looks a model up by its name among all, so it is given only this one.
        self._program = replace(program, models=(model,))
        self._model = model
        self._entries = {entry.key: entry for entry in program.precedence(model)}
        subjects = [grant.subjects for grant in model.grants] + [entry.subjects for entry in program.precedence(model)]
        self._groups = frozenset(group for one in subjects for group in one.groups)
        self._users = frozenset(user for one in subjects for user in one.users)
        self._request = Request(model.id, model.prefix + _COMPLETIONS)
        self._known: dict[Hashable, Decision] = {}

    def row(self, subjects: tuple[Subject, ...]) -> Row:
        decision = self.of(subjects)
        return Row(self._model.id, subjects, decision, self._entries.get(decision.selected or ""))

    def pairs(self, subjects: Sequence[Subject]) -> Iterator[Row]:
        """Give the pairs that are told; whom the model does not mention makes no difference in a pair."""
        for pair in pairs([one for one in subjects if one.name in (self._users if one.kind == "user" else self._groups)]):
            alone = tuple(self.of((one,)).selected for one in pair)
            row = replace(self.row(pair), alone=alone)
            if _surprises(row) or (None not in alone and len(set(alone)) > 1):
                yield row

    def of(self, subjects: tuple[Subject, ...]) -> Decision:
        asks = caller(self._program, subjects)
        # Names that nothing on the model mentions are left away: all such callers are one to `decide`.
        plain = Caller(
            asks.method,
            asks.userid if asks.userid in self._users else "",
            frozenset(asks.groups & self._groups),
            asks.bound,
            asks.models,
        )
        found = self._known.get(plain)
        if found is None:
            found = self._known[plain] = decide(self._program, plain, self._request)
        return found
