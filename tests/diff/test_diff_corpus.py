"""Every seeded edit is told, at the line that was edited, and nothing is told that is not so."""

from __future__ import annotations

import pytest
from diff_bench import check_by_hand, side
from diff_corpus import BASE, CORPUS, GROUPS, USERS, Edit, edited

from compiler.diff.compare import Comparison
from compiler.diff.transition import transition


def test_there_are_at_least_sixty() -> None:
    assert len({name for name, _, _ in CORPUS}) == len(CORPUS) >= 60


@pytest.mark.parametrize(("edit", "wanted"), [pytest.param(edit, wanted, id=name) for name, edit, wanted in CORPUS])
def test_an_edit_is_told(edit: Edit, wanted: set[tuple[str, str]]) -> None:
    base, head = side({"a.yaml": BASE}), side({"a.yaml": edited(edit)})
    comparison = Comparison(base, head)
    diff = comparison.run()
    assert not diff.nothing
    # What is the same on every model is told of the platform.
    told = {
        (change.value, model)
        for row in diff.rows
        for change in row.changes
        for model in (row.models if row.callers.kinds else ("",))
    }
    assert told >= wanted if wanted else not told
    for row in diff.rows:
        assert row.causes
        assert all(cause.line for cause in row.causes)
    check_by_hand(base, head, diff, GROUPS, USERS)
    for step in transition(base, head, comparison.tokens(), comparison.reader)[0]:
        assert step.safety.value != "undecided", step
