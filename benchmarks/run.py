"""Measure `maasc` against its peers, and write the ratios to `benchmarks/RESULTS.md`: `make bench`.

Inputs and outputs lie in memory where the system has such a folder, and so does `maasc`, in an environment of its own.
Before a peer is measured, what it writes is read and found equal to what we write. `--large` adds the size L, and
`--large-peers` what others take for it, which is half an hour; `--pairs` says how often each is run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from generate import SIZES, Size, generate
from growth import section
from installed import installed
from measure import Command, Compared, Taken, compare, middle, run, several
from results import Row, page

BIN: Final = Path(sys.executable).parent
HERE: Final = Path(__file__).parent
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a file system without a disk; every run has a folder of its own in it
_LONG_AGO: Final = 1_000_000_000
_MANY: Final = Size(models=500, subscriptions=100, each=10, groups=1_000)


@dataclass
class Bench:
    """One run of all measurements."""

    folder: Path
    pairs: int
    programs: Path
    rows: list[Row] = field(default_factory=list)

    def maasc(self, *words: str, fresh: str | None = None) -> Command:
        """Give a run of `maasc`; the folder `fresh` is removed before."""
        remove = (lambda: shutil.rmtree(self.folder / fresh, ignore_errors=True)) if fresh else (lambda: None)
        return Command(
            (str(self.programs / "maasc"), *words), self.folder, remove, {"XDG_CACHE_HOME": str(self.folder / "cache")}
        )

    def build(self, size: str, *words: str) -> Command:
        """Give a build from nothing."""
        out = f"new-{size}"
        return self.maasc("build", "--no-cache", "-q", "--config", size, "--out", out, *words, fresh=out)

    def peer(self, action: str, first: Path, second: Path) -> Command:
        """Give an action of `peers.py`, a process of its own so that this one stays small; what it wrote before is removed."""
        words = (sys.executable, str(HERE / "peers.py"), action, str(first), str(second))
        keeps = action in ("resolve", "equal", "chart", "texts")
        return Command(words, self.folder, lambda: None if keeps else shutil.rmtree(second, ignore_errors=True))

    def script(self, *words: str) -> Command:
        """Give a command that is not measured."""
        return Command(words, self.folder)

    def against(self, what: str, reach: str, ours: Command, theirs: Command) -> Compared:
        """Compare two commands, and note how."""
        (found,) = compare((ours,), theirs, self.pairs)
        return self.noted(what, reach, found)

    def noted(self, what: str, reach: str, found: Compared) -> Compared:
        """Note a comparison."""
        self.rows.append(Row(what, reach, f"{found.wall:.3g}", middle(found.ours), middle(found.theirs), f"{found.cpu:.3g}"))
        sys.stderr.write(f"{what}: {found.wall:.3g} ({reach})\n")
        return found

    def alone(self, what: str, reach: str, ours: Command) -> Taken:
        """Measure one command, and note what it takes."""
        taken = middle(several(ours, self.pairs))
        self.rows.append(Row(what, reach, f"{taken.wall:.3g} s", taken))
        sys.stderr.write(f"{what}: {taken.wall:.3g} s ({reach})\n")
        return taken


def main() -> None:
    """Measure everything."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pairs", type=int, default=7)
    options.add_argument("--large", action="store_true")
    options.add_argument("--large-peers", action="store_true")
    asked = options.parse_args()
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        bench = Bench(Path(folder), asked.pairs, installed(Path(folder)))
        for size in ("S", "M", *(("L",) if asked.large or asked.large_peers else ())):
            generate(SIZES[size], bench.folder / size)
            run(bench.maasc("build", "--no-prove", "-q", "--config", size, "--out", f"out-{size}"))
        _start(bench)
        _peers(bench, "M", reach=("0.05", "2"))
        _again(bench)
        small = bench.alone("`build --no-prove` M", "", bench.build("M", "--no-prove"))
        if asked.large:
            _large(bench, small)
        if asked.large_peers:
            _peers(bench, "L", reach=("", "2"))
        _proofs(bench)
        (HERE / "RESULTS.md").write_text(f"{page(bench.rows, asked.pairs)}\n{section()}", encoding="utf-8")


def _start(bench: Bench) -> None:
    bare = Command((str(bench.programs / "python"), "-c", "pass"), bench.folder)
    bench.against("`maasc --help` / `python -c pass`", "5", bench.maasc("--help"), bare)
    bench.against("`build --no-prove` S / `python -c pass`", "16", bench.build("S", "--no-prove"), bare)


def _peers(bench: Bench, size: str, reach: tuple[str, str]) -> None:
    out = bench.folder / f"out-{size}"
    if size == "M":
        kustomize = Command((str(BIN / "kubectl"), "kustomize", str(out)), bench.folder)
        told = bench.folder / "kustomize.yaml"
        run(bench.script("sh", "-c", f"{kustomize.words[0]} kustomize {out} > {told}"))
        run(bench.peer("equal", out, told))
        plain, proved = compare((bench.build(size, "--no-prove"), bench.build(size)), kustomize, bench.pairs)
        bench.noted(f"`build --no-prove` {size} / `kubectl kustomize`", reach[0], plain)
        bench.noted(f"`build` {size} with proof / `kubectl kustomize`", "0.5", proved)
    helm = shutil.which("helm")
    if helm:
        _helm(bench, size, helm)
    others = ("jinja2", "pyyaml") if size == "M" else () if helm else ("jinja2",)
    for peer in others:
        given, made = bench.folder / f"{peer}.json", bench.folder / f"new-{peer}"
        run(bench.peer("resolve", out, given))
        theirs = bench.peer(peer, given, made)
        run(theirs)
        run(bench.peer("equal", out, made))
        limit = reach[1] if peer == "jinja2" and not helm else ""
        bench.against(f"`build --no-prove` {size} / {peer}", limit, bench.build(size, "--no-prove"), theirs)
    if size == "L":
        return
    given, made = bench.folder / "texts.json", bench.folder / "new-written"
    run(bench.peer("texts", out, given))
    theirs = bench.peer("write", given, made)
    run(theirs)
    run(bench.script("diff", "-r", str(out), str(made)))
    bench.against(f"`build --no-prove` {size} / writing the same bytes in Python", "", bench.build(size, "--no-prove"), theirs)
    copied = bench.folder / "copied"
    copy = Command(("cp", "-r", str(out), str(copied)), bench.folder, lambda: shutil.rmtree(copied, ignore_errors=True))
    bench.against(f"`build --no-prove` {size} / `cp -r` of its output", "5", bench.build(size, "--no-prove"), copy)


def _helm(bench: Bench, size: str, helm: str) -> None:
    """Compare with a chart that prints the objects from resolved values, as they come."""
    chart, told = bench.folder / f"chart-{size}", bench.folder / "helm.yaml"
    run(bench.peer("chart", bench.folder / f"out-{size}", chart))
    words = f"{helm} template models {chart} --values {chart}.json"
    run(bench.script("sh", "-c", f"{words} > {told}"))
    run(bench.peer("equal", bench.folder / f"out-{size}", told))
    theirs = Command(tuple(words.split()), bench.folder)
    reach = {"M": "0.6", "L": "0.4"}[size]
    bench.against(f"`build --no-prove` {size} / `helm template`", reach, bench.build(size, "--no-prove"), theirs)


def _again(bench: Bench) -> None:
    """Build again: with nothing changed, and with one subscription changed."""
    repository = bench.folder / "repository"
    shutil.copytree(bench.folder / "M", repository / "config")
    git = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.com")
    environment = {"XDG_CACHE_HOME": str(bench.folder / "cache"), "GIT_CONFIG_GLOBAL": "", "GIT_CONFIG_SYSTEM": ""}
    build = Command((str(bench.programs / "maasc"), "build", "--no-prove", "-q"), repository, environment=environment)
    run(build)
    for path in repository.rglob("*"):
        # Of a file as young as its index Git reads every byte, each time.
        os.utime(path, (_LONG_AGO, _LONG_AGO))
    for words in (("init", "-q", "."), ("add", "-A"), ("commit", "-q", "-m", "M")):
        run(Command((*git, *words), repository, environment=environment))
    status = Command((*git, "status", "--short"), repository, environment=environment)
    bench.against("`build --no-prove` M, nothing changed / `git status`", "10", build, status)
    changed = repository / "config" / "subscriptions" / "0000.yaml"

    def change() -> None:
        text = changed.read_text(encoding="utf-8")
        changed.write_text(text.replace("window: 1h", "window: 2h") if "1h" in text else text.replace("window: 2h", "window: 1h"))

    edited = Command(build.words, repository, change, environment)
    bench.against("`build --no-prove` M, one subscription changed / nothing changed", "1.5", edited, build)
    change()
    words = (str(bench.programs / "maasc"), "build", "--no-prove")
    told = subprocess.run(words, cwd=repository, capture_output=True, text=True, check=True)  # noqa: S603 - the same command
    covered = changed.read_text(encoding="utf-8").count("tokens:")
    bench.rows.append(Row(f"files written for it, of which {covered} models are covered", str(covered), _updated(told.stderr)))


def _updated(told: str) -> str:
    return told.partition(": ")[2].partition(" updated")[0]


def _large(bench: Bench, small: Taken) -> None:
    ours = bench.alone("`build --no-prove` L", "", bench.build("L", "--no-prove"))
    weigh = {size: sum(path.stat().st_size for path in (bench.folder / f"out-{size}").rglob("*.yaml")) for size in ("M", "L")}
    growth = ours.wall / small.wall / (weigh["L"] / weigh["M"])
    bench.rows.append(Row("growth M to L: time ratio over output-byte ratio", "1.4", f"{growth:.3g}"))
    each = ours.memory * 1024 / SIZES["L"].models
    bench.rows.append(Row("peak memory of L per model", "40 KiB", f"{each:.3g} KiB"))


def _proofs(bench: Bench) -> None:
    bench.alone("`check` M, with proof", "", bench.maasc("check", "-q", "--config", "M"))
    bench.alone("`prove` M", "30 s", bench.maasc("prove", "-q", "--config", "M", "--out", "out-M"))
    generate(_MANY, bench.folder / "many")
    run(bench.maasc("build", "--no-prove", "-q", "--config", "many", "--out", "out-many"))
    many = bench.maasc("prove", "-q", "--config", "many", "--out", "out-many")
    bench.alone("`prove`, 500 models x 1,000 groups x 100 subscriptions", "3 s", many)
    shutil.copytree(bench.folder / "M", bench.folder / "changed")
    changed = bench.folder / "changed" / "subscriptions" / "0000.yaml"
    changed.write_text(changed.read_text(encoding="utf-8").replace("window: 1h", "window: 2h"), encoding="utf-8")
    bench.alone("`diff` M and M with one subscription changed", "30 s", bench.maasc("diff", "M", "changed"))
    model = "team-000/model-00000"
    bench.alone("`explain` one request of M", "", bench.maasc("explain", model, "--group", "group-00000", "--config", "M"))


if __name__ == "__main__":
    main()
