"""What a proof ends in: proved, refuted by a caller and a request, or undecided for a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from compiler.diagnostics.count import noun
from compiler.diagnostics.model import Place
from compiler.program.methods import Credential
from compiler.prove.view import Unit

Property = Literal["methods", "no-errors", "access", "selection", "identity", "budgets", "invariant"]


class Example(Struct, frozen=True):
    """A caller and a request.

    `method` is the one that accepts the credential. `username` is None where the identity has none; with neither a name
    nor groups, `user` tells whether it has a user at all. `target` is the path with its query, `headers` by name.
    `credentials` are the kinds that the credential is of; without any they are the method's. `bound` is what the credential
    says that it is bound to and `models` which it opens, None where it says nothing. `objects` are paths of objects in the
    identity, whatever is in them, and `claims` comparisons that hold: selector, operator, value.
    """

    model: str
    method: str
    username: str | None
    groups: tuple[str, ...]
    user: bool
    headers: tuple[tuple[str, str], ...]
    target: str
    credentials: tuple[Credential, ...] = ()
    bound: str | None = None
    models: tuple[str, ...] | None = None
    objects: tuple[str, ...] = ()
    claims: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Allowance:
    """A window that holds: at most `limit` units in `seconds`.

    It is `shared` with all whom the same entry meters, or each caller has it apart. Entries are meant to count apart;
    whether they do only matters where one limit holds for several of them.
    """

    unit: Unit
    limit: int
    seconds: int
    shared: bool
    apart: bool = field(default=True, compare=False)


class Answer(Struct, frozen=True):
    """What becomes of a request.

    `status` is None where an expression is an error, which `error` tells. `allowances` are in a fixed order, one for
    each window that holds; `counted` tells whether any limit on tokens holds. `told` is what limits and backends are
    told of the caller.
    """

    status: int | None
    selected: str | None = None
    allowances: tuple[Allowance, ...] = ()
    counted: bool = False
    told: tuple[tuple[str, str], ...] = ()
    error: str | None = None

    @property
    def through(self) -> bool:
        """Tell whether the caller has access, with or without a budget left."""
        return self.status in (200, 429)

    def __str__(self) -> str:
        if self.status is None:
            return f"an error: {self.error}"
        if self.status not in (200, 429):
            return str(self.status)
        windows = ", ".join(_window(one) for one in self.allowances)
        limited = windows or ("counted without a limit" if self.counted else "nothing counts")
        return f"{self.status}, `{self.selected or ''}`, {limited}"


def _window(one: Allowance) -> str:
    shared = " shared" if one.shared else ""
    return f"{one.limit} {noun(one.limit, one.unit)} in {one.seconds}s{shared}{'' if one.apart else ' by all entries'}"


class Counterexample(Struct, frozen=True):
    """An example that is not answered as meant, with the line that means otherwise and the text that is emitted."""

    example: Example
    says: str
    meant: Answer
    emitted: Answer
    intent: Place | None
    place: Place | None


class Proved(Struct, frozen=True):
    """A property of a model holds for every caller; `claims` is how many formulas that took."""

    model: str
    property: Property
    claims: int


class Refuted(Struct, frozen=True):
    """A property of a model does not hold."""

    model: str
    property: Property
    counterexample: Counterexample


class Undecided(Struct, frozen=True):
    """Whether a property of a model holds is not known."""

    model: str
    property: Property
    reason: str
    place: Place | None


class Absent(Struct, frozen=True):
    """No policy that would decide about a model is there, so that no property of it holds."""

    model: str
    property: Property = "methods"


Result = Proved | Refuted | Undecided | Absent


class Effort(Struct, frozen=True):
    """How much a proof took: claims that the normal form settled, formulas that both procedures solved, models reused."""

    claims: int
    folded: int
    solved: int
    reused: int


class ProofReport(Struct, frozen=True):
    """The results in the order of models, and the effort."""

    results: tuple[Result, ...]
    effort: Effort
