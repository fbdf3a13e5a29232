"""What the tests of the command line share: run `maasc` in a folder, and a smallest configuration to spoil."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner, Result

from compiler.cli.again import asked
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
    """Run `maasc` here the ordinary way; whatever it is asked, it must end with an exit code and no traceback."""
    result = CliRunner().invoke(maasc, words, obj=asked(words) if words[:1] == ("build",) else None)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def dumped(objects: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """Give objects in the forms in which a cluster is dumped, with characters of several bytes and with escapes."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x", "annotations": {"a": "\U0001f600 \u2028", "b": "é"}}}
    whole = {"apiVersion": "v1", "items": [*objects, pod], "kind": "List", "metadata": {"resourceVersion": ""}}
    as_given = {"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "7"}, "items": whole["items"]}
    plain = json.dumps(as_given, ensure_ascii=False).replace("\u2028", "\\u2028").encode()
    return {
        "list": yaml.safe_dump(whole).encode(),
        "json": json.dumps(whole, indent=4, ensure_ascii=False).replace("\u2028", "\\u2028").encode(),
        "raw": plain,
        "comment": b"# a cluster\n---\n" + plain,
        "marked": b"\xef\xbb\xbf" + plain,
        "unsorted": yaml.safe_dump(as_given, sort_keys=False).encode(),
        "mixed": b"{apiVersion: v1, kind: Namespace, metadata: {name: x}}\n---\n" + yaml.safe_dump(objects[0]).encode(),
        "stream": yaml.safe_dump_all(whole["items"], allow_unicode=True).encode(),
    }


def contents(folder: Path) -> dict[str, str]:
    """Give the text of every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}
