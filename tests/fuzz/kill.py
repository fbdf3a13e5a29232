"""Kill `maasc build` at random moments, and see the next one repair what is left: `python tests/fuzz/kill.py --times 200`.

Each time a configuration is built over the output of another one, and the process is killed: at any moment between its start
and its end, or a moment after the first change of the folder. The build after it has to leave exactly what a build into a
folder that was never there leaves, without force, and in the cache nothing that misleads it. At the end it is told how many
builds were killed before, while and after they changed the folder.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

MAASC: Final = Path(sys.executable).with_name("maasc")
JOURNAL: Final = "maasc.lock.next"

_SMALL: Final = """\
platform:
  kuadrant: "1.5"
  gateway: {namespace: openshift-ingress, name: maas-default-gateway, hostname: maas.apps.example.com, lowercasesHost: true}
  modelNamespace: llm
  authentication:
    - {name: openshift, kind: tokenReview, audiences: ["https://kubernetes.default.svc"]}
groups:
  staff: {description: Everybody}
"""
# Longer than a build takes to its last change, shorter than a slow machine takes for all of it.
_LONGEST_WAIT: Final = 60.0


def configuration(models: range, limit: int) -> str:
    """Give a configuration whose models and amounts tell it from another one."""
    names = [f"model-{index:02}" for index in models]
    text = _SMALL + f"tiers:\n  free: {{level: 0, groups: [staff], tokens: [{{limit: {limit}, window: 1m}}]}}\nmodels:\n"
    backends = {name: f"{{kind: Service, name: {name}, port: 8000}}" for name in names}
    return text + "".join(f"  {name}: {{backend: {backend}, tiers: [free]}}\n" for name, backend in backends.items())


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@dataclass(frozen=True)
class Killing:
    """A folder with two configurations, each with the output of a build that nothing disturbed."""

    folder: Path
    clean: tuple[dict[str, bytes], dict[str, bytes]]
    lasts: float

    def once(self, chance: random.Random, head: int) -> str:
        """Build one configuration over the other, kill that, build again; tell when the kill came."""
        before = contents(self.folder / "out")
        assert before == self.clean[1 - head]
        running = start(self.folder, head)
        if chance.random() < 0.5:
            _until_changed(running, self.folder / "out")
            time.sleep(chance.random() * 0.02)
        else:
            time.sleep(chance.random() * self.lasts)
        _kill(running, whole=chance.random() < 0.5)
        left = contents(self.folder / "out")
        ending, told = finish(start(self.folder, head))
        assert ending == 0, told
        assert contents(self.folder / "out") == self.clean[head], "the next build leaves something else than a clean one"
        if left == before:
            return "before the first change"
        return "after the last change" if left == self.clean[head] else "between changes"


def start(folder: Path, which: int, *words: str, limited: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    """Begin a build, as the leader of its processes; `limited` takes rights from it before it begins.

    That runs between fork and exec, which is safe here: there are no threads that could hold a lock.
    """
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    command = (str(MAASC), "build", "-q", "--config", f"config-{which}", *words)
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=limited,  # noqa: PLW1509
    )


def finish(running: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Wait for a build to end, and give its exit code and what it printed."""
    told, _ = running.communicate(timeout=_LONGEST_WAIT)
    return running.returncode, told.decode()


def _until_changed(running: subprocess.Popen[bytes], out: Path) -> None:
    while running.poll() is None and not (out / JOURNAL).exists():
        pass


def _kill(running: subprocess.Popen[bytes], *, whole: bool) -> None:
    if running.poll() is None:
        with suppress(ProcessLookupError):
            (os.killpg if whole else os.kill)(running.pid, signal.SIGKILL)
    running.wait()
    assert running.stdout is not None
    running.stdout.close()


def prepared(folder: Path) -> Killing:
    """Build both configurations into folders that were never there."""
    clean = []
    for which, text in enumerate((configuration(range(12), 1000), configuration(range(4, 16), 2000))):
        (folder / f"config-{which}").mkdir()
        (folder / f"config-{which}" / "maas.yaml").write_text(text, encoding="utf-8")
        assert finish(start(folder, which, "--no-cache", "--out", f"clean-{which}")) == (0, "")
        clean.append(contents(folder / f"clean-{which}"))
    begun = time.monotonic()
    assert finish(start(folder, 0, "--no-cache")) == (0, "")
    return Killing(folder, (clean[0], clean[1]), time.monotonic() - begun)


def killed(times: int, seed: int) -> Counter[str]:
    """Kill so many builds, and count when the kills came."""
    chance = random.Random(seed)  # noqa: S311 - when the kills come depends on the machine anyway
    with TemporaryDirectory() as name:
        killing = prepared(Path(name))
        return Counter(killing.once(chance, head=(turn + 1) % 2) for turn in range(times))


def main() -> None:
    """Kill as often as is asked, and tell what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=200)
    options.add_argument("--seed", type=int, default=0)
    asked = options.parse_args()
    for when, count in sorted(killed(asked.times, asked.seed).items()):
        sys.stdout.write(f"{count} killed {when}, repaired by the next build\n")


if __name__ == "__main__":
    main()
