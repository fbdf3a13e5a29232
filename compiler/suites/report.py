"""Everything there is to report of a run, before it is put into words."""

from __future__ import annotations

from msgspec import Struct

from compiler.explain.expressions import Section
from compiler.explain.position import Positions
from compiler.suites.coverage import Coverage
from compiler.suites.mutation import Mutation
from compiler.suites.result import Result


class Bound(Struct, frozen=True):
    """A share that was asked for, in percent, and whether what was measured reaches it."""

    name: str
    measured: float
    least: float

    @property
    def reached(self) -> bool:
        """Tell whether it is enough."""
        return self.measured >= self.least

    def __str__(self) -> str:
        return f"{self.name} is {percent(self.measured)}, and {percent(self.least)} is asked for"


class Report(Struct, frozen=True):
    """Results in order, the values of expressions behind the failed ones by their number, and what was measured.

    `suites` finds places in suites, `config` in the configuration, `out` in the manifests.
    """

    results: tuple[Result, ...]
    values: dict[int, tuple[Section, ...]]
    suites: Positions
    config: Positions
    out: Positions
    coverage: Coverage | None = None
    mutation: Mutation | None = None
    bounds: tuple[Bound, ...] = ()

    def count(self, status: str) -> int:
        """Count the results of a status."""
        return sum(result.status == status for result in self.results)

    @property
    def passed(self) -> bool:
        """Tell whether nothing failed and every bound is reached."""
        return not self.count("failed") and all(bound.reached for bound in self.bounds)


def percent(share: float) -> str:
    """Spell a share in percent; rounded down, so that 100 % is never claimed too early."""
    return f"{int(share * 10) / 10:g} %"
