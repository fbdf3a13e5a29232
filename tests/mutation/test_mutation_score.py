"""The proof notices every change of the manifests that anybody could notice: small ones, one at a time, of every kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mutation_equivalence import EXCUSES
from mutation_manifests import GONE, PLATFORMS, Change, Mutant, mutated, platform
from mutation_score import OPERATORS, Bench, Score

from compiler.engines.registry import installed
from compiler.prove.verify import verify

# Of each operator on each platform; the sites are chosen evenly. More only takes longer.
MOST = 1

# The proof knows how our listing takes a path apart, and no other way.
PATHS = "a path that is taken apart beyond the model's own prefix"
# What is true of callers who are not in a group, or only in some: no fact describes the groups that nobody names.
GROUPS = "a condition on groups that nobody names"
# The proof looks at limits before and after headers are injected, and the second reading as one release does; a window of
# no whole second is one that the second reading counts.
READINGS = "two readings differ"
# A limit that nothing reaches, on callers whom another one limits: no answer shows it.
UNSEEN = "but not when replayed"

# Why mutants of an operator may end as undecided and not as refuted: the proof says what it does not understand.
UNDECIDED: dict[str, tuple[str, ...]] = {
    "a name less in a list": (PATHS,),
    "a name more in a list": (PATHS,),
    "a string renamed": (PATHS, READINGS),
    "a string emptied": (PATHS, READINGS),
    "a comparison flipped": (GROUPS, READINGS),
    "a negation dropped": (READINGS,),
    "and for or": (READINGS,),
    "a term dropped": (READINGS,),
    "all for exists": (GROUPS, READINGS),
    "another field": ("a split of a string that is unknown", "the counters of the limit", READINGS),
    "another index": (PATHS,),
    "a condition of a policy": ("an AuthPolicy that holds under a condition",),
    "a condition of a rule": ("a condition of", "which is conditional"),
    "another audience": ("of which nobody knows whose credentials it accepts",),
    "priorities swapped": ("`has` of the field",),
    "a method less": ("an AuthPolicy that lets everybody in as nobody",),
    "endsWith for startsWith": (GROUPS, "`endsWith` on a string that is unknown"),
    "anybody": ("of which nobody knows whose credentials it accepts",),
    "other credentials": ("that are in no `authorization` header",),
    "another code": ("denials with other codes",),
    "a header in mixed case": ("not in lower case",),
    "another header": ("a comparison of two strings that are both unknown", "a value that is neither CEL nor a plain string"),
    "no conditions": (UNSEEN,),
    "a window of nothing": (READINGS,),
    "a counter less": (UNSEEN,),
    "a counter more": ("the counters of the limit", "the field"),
}


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[dict[str, Score]]:
    """Collect the scores, and show them all in the end."""
    found: dict[str, Score] = {}
    yield found
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    capture = request.config.pluginmanager.get_plugin("capturemanager")
    if reporter is not None and capture is not None:
        with capture.global_and_fixture_disabled():
            reporter.write_line("")
            for line in _lines(found):
                reporter.write_line(line)


def _lines(found: dict[str, Score]) -> Iterator[str]:
    head = ("mutants", "refuted", "unreadable", "undecided", "equivalent", "alive")
    yield f"{'operator':28}" + "".join(f"{name:>12}" for name in head)
    for name, one in found.items():
        counts = (one.mutants, one.refuted, one.unreadable, len(one.undecided), len(one.equivalent), len(one.alive))
        yield f"{name:28}" + "".join(f"{count:12}" for count in counts)
    killed, alive = sum(one.killed for one in found.values()), sum(len(one.alive) for one in found.values())
    total = sum(one.mutants for one in found.values())
    yield f"{100 * killed / max(1, killed + alive):.1f} % of the mutants that anybody can notice, of {total} in all, are noticed"


@pytest.fixture(scope="module")
def bench() -> Bench:
    """The engines in native code, where they are here: they give the answers of the one in Python, and sooner."""
    found = installed()
    return Bench(found[1:] or found)


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_is_emitted_is_proved(name: str) -> None:
    """Or every mutant would be noticed."""
    of = platform(name)
    assert verify(of.program, of.invariants, mutated(of, Mutant(())), installed).diagnostics == ()
    unchanged = Mutant(tuple(Change((file,), documents) for file, documents in of.manifests.items()))
    assert mutated(of, unchanged) == of.texts


@pytest.mark.parametrize("name", OPERATORS)
def test_every_mutant_is_noticed(name: str, bench: Bench, table: dict[str, Score]) -> None:
    """It is refuted or cannot be read; or it is undecided for a reason that is listed; or nobody can notice it at all."""
    score = table[name] = bench.scored(name, MOST)
    assert score.mutants > 0, "the operator changes nothing any more"
    assert score.alive == [], "these are proved, and somebody can tell, or nothing says why nobody could"
    listed = UNDECIDED.get(name, ())
    assert [reason for reason in score.undecided if not any(known in reason for known in listed)] == []


def test_excuses_are_for_operators_that_there_are() -> None:
    assert EXCUSES.keys() | UNDECIDED.keys() <= OPERATORS.keys()
    assert len(OPERATORS) >= 60


def test_an_excuse_is_not_taken_without_evidence(bench: Bench) -> None:
    """A change that callers notice is told apart by the callers tried."""
    of = platform("subscriptions")
    where = ("models/llm/simulator-model.yaml", 1, "spec", "limits", "tokens-100-per-1m")
    for change in (Change(where, GONE), Change((*where, "counters", 0), GONE), Change((*where, "rates", 0, "limit"), 101)):
        assert bench.told(of, Mutant((change,))) is not None
    renamed = Change(("models/llm/simulator-model.yaml", 1, "metadata", "name"), "another")
    assert bench.told(of, Mutant((renamed,))) is None
