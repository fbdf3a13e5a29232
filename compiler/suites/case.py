"""What a suite comes to: single calls with what is expected of them, and calls over time."""

from __future__ import annotations

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.explain.question import Question


class Skip(Struct, frozen=True):
    """Why a case is not run; `until` is the last such day, as `YYYY-MM-DD`."""

    reason: str
    until: str


class Assert(Struct, frozen=True):
    """CEL over an outcome, and where it is written; `name` is how it is spoken of."""

    name: str
    text: str
    place: Place
    skip: Skip | None = None


class Expected(Struct, frozen=True):
    """What is expected of one answer; what is None is not asked.

    `because` are `file#name`, each of which must be among what decided. `limits` are spelt as `100 tokens in 1m`.
    """

    statuses: tuple[int, ...]
    selected: str | None = None
    reason: str | None = None
    because: tuple[str, ...] = ()
    limits: tuple[str, ...] | None = None


class Call(Struct, frozen=True):
    """One request and what is expected of the answer.

    `caller`, `model` and `path` are as the suite names them. `listed` tells whether a row says it, or the matrix alone.
    """

    suite: str
    name: str
    place: Place
    caller: str
    model: str
    path: str
    question: Question
    expected: Expected
    asserts: tuple[Assert, ...]
    listed: bool
    skip: Skip | None = None


class Metered(Struct, frozen=True):
    """Calls over time: `turns` are the requests that take turns, `steps` the tokens of each step of `seconds`.

    At each step `concurrent` calls are in flight at once. Without `reported` no response tells its tokens.
    """

    suite: str
    name: str
    place: Place
    turns: tuple[Question, ...]
    steps: tuple[int, ...]
    seconds: int
    concurrent: int
    reported: bool
    ok: int
    limited: int
    skip: Skip | None = None


class Empty(Struct, frozen=True):
    """Something in a suite that is about nothing, which is a failure of its own; `why` says what would be selected."""

    suite: str
    name: str
    place: Place
    why: str
    skip: Skip | None = None


Case = Call | Metered | Empty
