"""One reader under a search that sees which lines are reached: `fuzz.py --engine atheris` runs this, with libFuzzer's options."""

from __future__ import annotations

import importlib
import random
import sys
from typing import Any

from fuzz_texts import edited, some_edits


def main() -> None:
    """Search until the options say that it is enough, and end the process."""
    atheris: Any = importlib.import_module("atheris")
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["compiler"]):
        targets = importlib.import_module("fuzz_targets")

    def mutated(data: bytes, most: int, start: int) -> bytes:
        """Edit as a person would go wrong, half of the time: bits that flip are seldom still a text."""
        chance = random.Random(start)  # noqa: S311 - the engine gives the number, so that a run can be repeated
        if name == "printer" or chance.random() < 0.5:
            changed: bytes = atheris.Mutate(data, most)
            return changed
        return edited(data.decode("utf-8", "replace"), some_edits(chance)).encode("utf-8", "replace")[:most]

    atheris.Setup(sys.argv, targets.bounded(targets.TARGETS[name].run), custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
