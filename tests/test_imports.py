"""What a command brings into memory before it works: start-up is paid on every run, and libraries are most of it."""

from __future__ import annotations

import os
import re
import site
import subprocess
import sys
from pathlib import Path

import pytest

from compiler.cli.main import COMMANDS, MODULES, maasc

# What takes longer to import than a small build takes to run.
HEAVY = frozenset(
    {
        "celpy",
        "cel",
        "cryptography",
        "hypothesis",
        "jsonschema",
        "jsonschema_rs",
        "kubernetes_validate",
        "lark",
        "pydantic",
        "re2",
        "ruamel",
        "z3",
    }
)
READING = frozenset({"yaml", "importlib.metadata", "multiprocessing", "asyncio", "compiler.pipeline"})
ROOT = Path(__file__).parents[1]

PLAINEST = {
    "platform.yaml": """\
platform:
  kuadrant: "1.5"
  gateway: {namespace: openshift-ingress, name: maas, hostname: maas.example.com, lowercasesHost: true}
  authentication:
    - {name: openshift, kind: tokenReview, audiences: ["https://kubernetes.default.svc"]}
groups:
  system:authenticated: {builtin: true}
tiers:
  free: {level: 0, groups: [system:authenticated], tokens: [{limit: 100, window: 1m}]}
""",
    "models.yaml": """\
models:
  llm/granite:
    backend: {kind: Service, name: granite, port: 8000}
    tiers: [free]
""",
}

_RUN = """
import sys
from compiler.cli.main import maasc
try:
    maasc.main({arguments!r}, prog_name="maasc")
except SystemExit as ended:
    assert ended.code in (0, None), ended.code
print("\\n" + " ".join(sys.modules), file=sys.stderr)
"""


def _imported(*arguments: str) -> frozenset[str]:
    code = _RUN.format(arguments=list(arguments))
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return frozenset(ran.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [("--help",), ("rule", "unknown-group"), ("rule",)])
def test_help_and_rules_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """Whoever asks what a command does, or what a diagnostic means, waits for no library."""
    assert sorted(_imported(*arguments) & (HEAVY | READING)) == []


def test_a_build_without_a_proof_imports_what_it_uses(tmp_path: Path) -> None:
    """The slow validator, pydantic, CEL engines and solvers stay where they are as long as nothing is wrong."""
    found = _imported("build", "--no-prove", "--out", str(tmp_path / "out"))
    assert found & HEAVY == {"jsonschema_rs"}


def test_the_plainest_texts_need_no_parser(tmp_path: Path) -> None:
    """One key a line, and nothing to be reported: whatever reads all of YAML, and finds places in it, stays where it is."""
    (tmp_path / "config").mkdir()
    for name, text in PLAINEST.items():
        (tmp_path / "config" / name).write_text(text, encoding="utf-8")
    found = _imported("build", "--no-prove", "--config", str(tmp_path / "config"), "--out", str(tmp_path / "out"))
    assert found & {"yaml", "compiler.source.events", "compiler.source.build", "compiler.source.spans"} == set()


def test_each_command_is_told_of_in_one_line() -> None:
    """The list of commands is written out, so that `--help` imports none; it names each, and each is there."""
    declared = re.compile(r'^@click\.(?:command|group)\("', re.MULTILINE)
    modules = {path.stem for path in (ROOT / "compiler" / "cli").glob("*.py") if declared.search(path.read_text())}
    assert {MODULES.get(name, name) for name in COMMANDS} == modules
    for name, line in COMMANDS.items():
        assert maasc.commands == {}
        assert line.endswith(".")
        assert len(line) <= 60, name


_STARTED = """
import os, sys
if len(sys.argv) > 1:
    from compiler.cli.start import program
    program()
"""


def _started(cache: Path, *arguments: str) -> frozenset[str]:
    """Give what Python brings in of itself, or with arguments what the program does, without the tools that `site` loads."""
    paths = os.pathsep.join((str(ROOT), *site.getsitepackages()))
    ran = subprocess.run(
        [sys.executable, "-S", "-X", "importtime", "-c", _STARTED, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths, "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:"))


def test_help_imports_no_paths_and_no_digests(tmp_path: Path) -> None:
    """What `click` and Python itself do without takes a tenth of the time that is left."""
    assert _started(tmp_path, "--help") & {"pathlib", "urllib.parse", "hashlib", "json", "msgspec"} == set()


def test_a_build_with_nothing_to_do_imports_nothing_but_what_reads(tmp_path: Path) -> None:
    """Bytes are compared, and nothing is parsed; the first build brings all the rest in."""
    arguments = ("build", "--no-prove", "--out", str(tmp_path / "out"))
    bare = _started(tmp_path)
    assert "click" in _started(tmp_path, *arguments)
    ours = {"compiler", "compiler.cli", "compiler.cli.again", "compiler.cli.start", "compiler.write", "compiler.write.names"}
    assert _started(tmp_path, *arguments) - bare <= {*ours, "__future__", "_blake2", "fcntl"}
