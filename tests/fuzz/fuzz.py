"""Feed what reads other people's texts with texts that are nearly right: `python tests/fuzz/fuzz.py --examples 10000`.

Whatever a text is, its reader answers with data or with findings, in bounded time and memory: an exception, a hang or too
much memory ends the run with the smallest text that shows it. At the end it is told how often each reader was run.
"""

from __future__ import annotations

import argparse
import re
import resource
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

from fuzz_texts import EDITS, edited, seeds, texts
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from compiler import pipeline
from compiler.cel.parse import ParseError, parse
from compiler.cel.printer import text as spelt
from compiler.cel.shapes import Shapes
from compiler.diagnostics.formats import FORMATS
from compiler.diagnostics.look import Look
from compiler.gateway.read import read
from compiler.gateway.texts import mentioned
from compiler.source.load import load_text, load_texts

_SECONDS: Final = 20
_MEMORY: Final = 2 << 30
_NOWHERE: Final = Path("no-such-folder")
_EXPRESSION: Final = re.compile(r"(?:expression|predicate): '?(.*?)'?$", re.MULTILINE)

_RUNS: Counter[str] = Counter()


def loader(content: bytes) -> None:
    """Load the bytes of a YAML file."""
    documents, found = load_text("a.yaml", content)
    assert not (documents and found)
    for form in FORMATS.values():
        form(found, load_texts({"a.yaml": content.decode("utf-8", "replace")})[0], Look(color=False))


def intent(text: str) -> None:
    """Compile a configuration of one file as far as its manifests."""
    front = pipeline.front_of(*load_texts({"maas.yaml": text}), _NOWHERE)
    FORMATS["text"](front.diagnostics, front.sources, Look(color=False))
    if front.program is not None:
        pipeline.back(front.program)


def expression(text: str) -> None:
    """Parse a CEL text, by itself and by its shape; spelt again it means the same."""
    mentioned(text)
    try:
        tree = parse(text)
    except ParseError:
        tree = None
    try:
        by_shape = Shapes().parse(text)
    except ParseError:
        by_shape = None
    assert by_shape == tree
    if tree is not None:
        assert parse(spelt(tree)) == tree


def manifests(text: str) -> None:
    """Read manifests back."""
    read({"a.yaml": text})


def _expressions() -> tuple[str, ...]:
    found = (match for text in seeds("out/models/*/*.yaml", "out/gateway/*.yaml") for match in _EXPRESSION.findall(text))
    return tuple(sorted({one.replace("''", "'") for one in found}))


def _targets() -> dict[str, tuple[st.SearchStrategy[object], Callable[..., None]]]:
    configurations = texts("config/*.yaml", "tests/errors/*/config/*.yaml", "tests/cases/*/config/*.yaml")
    return {
        "loader": (st.one_of(configurations.map(str.encode), st.binary(max_size=200)), loader),
        "intent": (configurations, intent),
        "expression": (st.builds(edited, st.sampled_from(_expressions()), EDITS), expression),
        "manifests": (texts("out/models/*/*.yaml", "out/gateway/*.yaml", "out/tiers/*.yaml"), manifests),
    }


def _hung(*_: object) -> NoReturn:
    raise TimeoutError(f"no answer within {_SECONDS} seconds")


def _fuzz(name: str, examples: int, start: int) -> None:
    strategy, target = _targets()[name]

    @seed(start)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def run(drawn: object) -> None:
        _RUNS[name] += 1
        signal.alarm(_SECONDS)
        try:
            target(drawn)
        finally:
            signal.alarm(0)

    run()


def main() -> None:
    """Run every reader, or one."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=1000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--only", choices=sorted(_targets()))
    asked = options.parse_args()
    signal.signal(signal.SIGALRM, _hung)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for name in _targets():
        if asked.only in (None, name):
            _fuzz(name, asked.examples, asked.seed)
    for name, runs in _RUNS.items():
        sys.stdout.write(f"{name}: {runs} executions, none failed\n")


if __name__ == "__main__":
    main()
