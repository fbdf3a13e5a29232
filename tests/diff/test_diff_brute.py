"""Whatever is changed, each caller for whom something changes is told of, and nobody else."""

from __future__ import annotations

from diff_bench import Config, check_by_hand, side
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import GROUPS, USERS, configs

from compiler.diff.compare import Comparison
from compiler.diff.result import Change, Diff

LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PAIRS = st.one_of(st.tuples(configs(), configs()), st.tuples(configs(attach="gateway"), configs(attach="gateway")))


@LAW
@given(PAIRS)
def test_every_difference_is_told_and_none_is_invented(pair: tuple[Config, Config]) -> None:
    base, head = (side({"a.yaml": config}) for config in pair)
    diff = Comparison(base, head).run()
    assert check_by_hand(base, head, diff, GROUPS, (*USERS[:2], "nobody", ""))
    for row in diff.rows:
        assert (
            row.witness is None or row.witness.before != row.witness.after or row.changes[0] not in (Change.GAINED, Change.LOST)
        )


MIRRORED = {Change.GAINED: Change.LOST, Change.LOST: Change.GAINED, Change.RAISED: Change.LOWERED, Change.LOWERED: Change.RAISED}


def mirrored(diff: Diff, *, turned: bool) -> list[tuple[object, ...]]:
    """Give the rows without what only one direction has: where a line is, and what is newly without a limit."""
    found: list[tuple[object, ...]] = []
    for row in (one for folded in diff.rows for one in folded.each):
        changes = {MIRRORED.get(change, change) if turned else change for change in row.changes} - {Change.UNMETERED}
        sides = (row.after, row.before) if turned else (row.before, row.after)
        callers = (repr(row.callers.kinds), row.callers.asking or "", row.callers.first, row.callers.methods)
        found += [(sorted(one.value for one in changes), model, callers, sides) for model in row.models]
    return sorted(found, key=repr)


@LAW
@given(PAIRS)
def test_the_other_way_round_everything_is_told_the_other_way_round(pair: tuple[Config, Config]) -> None:
    base, head = (side({"a.yaml": config}) for config in pair)
    there, back = Comparison(base, head).run(), Comparison(head, base).run()
    assert mirrored(there, turned=False) == mirrored(back, turned=True)


@LAW
@given(st.one_of(configs(), configs(attach="gateway")))
def test_nothing_changes_between_a_configuration_and_itself(config: Config) -> None:
    assert Comparison(side({"a.yaml": config}), side({"b.yaml": config})).run().nothing
