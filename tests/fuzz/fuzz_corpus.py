"""Choose the texts to keep for a reader: `python tests/fuzz/fuzz_corpus.py NAME FOLDER...` writes them to `corpus/NAME`.

Of all small texts of the folders and the corpus, each that is kept brings the reader to a step between two lines where those
kept before it did not come. Nothing is kept that looks like a credential.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any, Final

from fuzz_targets import TARGETS
from fuzz_texts import corpus

import compiler

_PACKAGE: Final = str(Path(compiler.__file__).parent)
_SECRET: Final = re.compile(rb"PRIVATE KEY|eyJ|password|api_?key|secret|[A-Za-z0-9+/_-]{40}", re.IGNORECASE)

Steps = frozenset[tuple[str, int, int]]


def steps(name: str, data: bytes) -> Steps:
    """Give the steps between lines of the compiler that a reader takes on a text."""
    found: set[tuple[str, int, int]] = set()
    last: dict[int, int] = {}

    def lines(frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401 - as `sys.settrace` has it
        found.add((frame.f_code.co_filename, last.get(id(frame), 0), frame.f_lineno))
        last[id(frame)] = frame.f_lineno
        return lines

    def calls(frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401 - the same
        return lines if frame.f_code.co_filename.startswith(_PACKAGE) else None

    # Whoever traces already, as the tests' own coverage does, goes on afterwards.
    before = sys.gettrace()
    sys.settrace(calls)
    try:
        TARGETS[name].run(data)
    finally:
        sys.settrace(before)
    return frozenset(found)


def chosen(name: str, texts: Iterable[bytes], most: int) -> list[bytes]:
    """Choose the text that adds most, again and again; of equal ones the shortest."""
    reached = {one: steps(name, one) for one in sorted(set(texts), key=lambda one: (len(one), one))}
    kept: list[bytes] = []
    known: Steps = frozenset()
    while len(kept) < most and reached:
        best = max(reached, key=lambda one: len(reached[one] - known))
        if not (new := reached.pop(best) - known):
            break
        known |= new
        kept.append(best)
    return kept


def main() -> None:
    """Choose, and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name", choices=sorted(TARGETS))
    options.add_argument("folders", nargs="*", type=Path)
    options.add_argument("--most", type=int, default=32)
    options.add_argument("--longest", type=int, default=1500)
    asked = options.parse_args()
    texts = [path.read_bytes() for folder in asked.folders for path in sorted(folder.iterdir())]
    small = [one for one in (*corpus(asked.name), *texts) if len(one) <= asked.longest and not _SECRET.search(one)]
    folder = Path(__file__).with_name("corpus") / asked.name
    kept = chosen(asked.name, small, asked.most)
    for old in folder.iterdir():
        old.unlink()
    for one in kept:
        (folder / hashlib.sha256(one).hexdigest()[:12]).write_bytes(one)


if __name__ == "__main__":
    main()
