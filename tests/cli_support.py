"""What the tests of the command line share: run `maasc` in a folder, and a smallest configuration to spoil."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from compiler.cli.main import maasc

SMALL = """\
platform:
  kuadrant: "1.5"
  gateway: {namespace: openshift-ingress, name: maas-default-gateway, hostname: maas.apps.example.com}
  modelNamespace: llm
  authentication:
    - {name: openshift, kind: tokenReview, audiences: ["https://kubernetes.default.svc"]}
groups:
  free-user: {description: Free users}
models:
  simulator: {backend: {kind: LLMInferenceService}}
access:
  free: {models: [simulator], groups: [free-user]}
subscriptions:
  free: {owner: {groups: [free-user]}, models: {simulator: {tokens: [{limit: 100, window: 1m}]}}}
"""


def run(*words: str) -> Result:
    """Run `maasc` here; whatever it is asked, it must end with an exit code and no traceback."""
    result = CliRunner().invoke(maasc, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def contents(folder: Path) -> dict[str, str]:
    """Give the text of every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}
