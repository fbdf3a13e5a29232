"""Feed what reads other people's texts with texts that are nearly right: `python tests/fuzz/fuzz.py --examples 10000`.

Whatever a text is, its reader answers with data or with findings, in bounded time and memory: an exception, a hang or too
much memory ends the run with the text that shows it. At the end it is told how often each reader was run. Hypothesis draws
edits of the repository's own files and finds the smallest text that fails; `--engine atheris`, which
`pip install -e '.[fuzz]'` brings, looks for texts that reach lines no other has reached, and begins at those in `corpus/`.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fuzz_targets import TARGETS, bounded
from fuzz_texts import EDITS, corpus, edited
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

# Only for what no signal of Python can end: the readers themselves are given seconds of their own time.
_FROZEN: Final = 300
_MEMORY: Final = 2 << 30
_EXECUTED: Final = re.compile(r"stat::number_of_executed_units: (\d+)")

_RUNS: Counter[str] = Counter()


def _strategy(name: str) -> st.SearchStrategy[bytes]:
    if name == "printer":
        return st.binary(max_size=300)
    texts = st.builds(edited, st.sampled_from(sorted(TARGETS[name].seeds())), EDITS).map(str.encode)
    return st.one_of(texts, st.sampled_from(corpus(name)), st.binary(max_size=200))


def by_hypothesis(name: str, examples: int, start: int) -> None:
    """Draw examples, and shrink the first one that fails."""

    @seed(start)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(_strategy(name))
    def run(drawn: bytes) -> None:
        _RUNS[name] += 1
        reader(drawn)

    reader = bounded(TARGETS[name].run)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    run()


def by_atheris(name: str, examples: int, start: int, keep: Path | None) -> None:
    """Run the search in a process of its own, which ends it; what it found worth keeping goes to the folder `keep`."""
    with TemporaryDirectory() as folder:
        found = Path(folder) / "found"
        found.mkdir()
        for index, text in enumerate((*(one.encode() for one in TARGETS[name].seeds()), *corpus(name))):
            (found / f"{index:05}").write_bytes(text)
        bounds = (f"-runs={examples}", f"-seed={start + 1}", f"-timeout={_FROZEN}", f"-rss_limit_mb={_MEMORY >> 20}")
        more = ("-max_len=20000", "-len_control=50", "-print_final_stats=1", f"-artifact_prefix={folder}/")
        words = (sys.executable, str(Path(__file__).with_name("fuzz_atheris.py")), name, *bounds, *more, str(found))
        ran = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
        if keep is not None:
            shutil.copytree(found, keep / name, dirs_exist_ok=True)
        counted = _EXECUTED.search(ran.stderr)
        if ran.returncode or counted is None:
            shown = "".join(f"{path.name}: {path.read_bytes()!r}\n" for path in Path(folder).iterdir() if path.is_file())
            sys.exit(f"{ran.stdout[-3000:]}{ran.stderr[-3000:]}{shown}")
        _RUNS[name] += int(counted[1])


def main() -> None:
    """Run every reader, or one."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=1000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--only", choices=sorted(TARGETS))
    options.add_argument("--engine", choices=("hypothesis", "atheris"), default="hypothesis")
    options.add_argument("--keep", type=Path, help="where atheris leaves the texts that reached something new")
    asked = options.parse_args()
    for name in TARGETS:
        if asked.only not in (None, name):
            continue
        if asked.engine == "atheris":
            by_atheris(name, asked.examples, asked.seed, asked.keep)
        else:
            by_hypothesis(name, asked.examples, asked.seed)
        sys.stdout.write(f"{name}: {_RUNS[name]} executions, none failed\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
