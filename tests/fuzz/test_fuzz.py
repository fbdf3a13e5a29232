"""What reads other people's texts never raises, hangs or runs out of memory; a long run is made by hand."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from fuzz_corpus import chosen, steps
from fuzz_targets import TARGETS
from fuzz_texts import corpus, edited, seeds, some_edits
from fuzz_trees import tree_of

from compiler.cel.measure import walk
from compiler.cel.tree import Expr, Null


@pytest.mark.parametrize("name", TARGETS)
def test_texts_that_are_nearly_right_end_in_data_or_findings(name: str) -> None:
    """A few of them; the script counts how often it ran the reader."""
    words = (sys.executable, str(Path(__file__).with_name("fuzz.py")), "--examples", "60", "--only", name)
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    counted = re.fullmatch(rf"{name}: (\d+) executions, none failed\n", ran.stdout)
    assert counted is not None
    assert int(counted[1]) >= 60


def test_edits_change_a_text() -> None:
    assert edited("abc", [("insert", 1, 1, "x")]) == "axbc"
    assert edited("abc", [("drop", 1, 1, "x")]) == "ac"
    assert edited("abc", [("double", 1, 1, "x")]) == "abbc"
    assert edited("abc", [("swap", 1, 1, "x")]) == "axc"


def test_there_is_something_to_begin_with() -> None:
    for pattern in ("config/*.yaml", "tests/errors/*/config/*.yaml", "out/models/*/*.yaml"):
        assert len(seeds(pattern)) > 1


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_worth_keeping_still_ends_well(name: str) -> None:
    kept = corpus(name)
    assert len(kept) > 5
    for data in kept:
        TARGETS[name].run(data)


def test_bytes_choose_any_kind_of_node() -> None:
    chance = random.Random(0)  # noqa: S311 - the same bytes every time
    trees = [tree_of(chance.randbytes(200)) for _ in range(200)]
    assert {type(node) for tree in trees for node in walk(tree)} == set(get_args(Expr)) - {Null}


def test_edits_are_drawn_again_from_the_same_number() -> None:
    first, again, other = (some_edits(random.Random(seed)) for seed in (7, 7, 8))  # noqa: S311 - what is tested
    assert first == again != other


def test_a_text_is_kept_if_it_leads_somewhere_new() -> None:
    texts = [b"a", b"b", b"a + b", b"["]
    kept = chosen("expression", texts, 10)
    assert b"a + b" in kept
    assert not {b"a", b"b"} <= set(kept)
    assert steps("expression", b"[") - steps("expression", b"a")


def test_whoever_traces_already_goes_on() -> None:
    before = sys.gettrace()
    assert steps("loader", b"a: 1\n")
    assert sys.gettrace() is before
