"""Small configurations with keys, compiled as a user's folder is."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Final

from compiler import pipeline
from compiler.diagnostics.model import failed
from compiler.pipeline import Front
from compiler.program.ir import Program
from compiler.program.keys import Key

# What kubeseal would make of a value of 48 characters for an RSA key of 2048 bits, as far as its form goes.
SEALED: Final = b64encode((256).to_bytes(2, "big") + bytes(range(256)) + bytes(64)).decode()

PLATFORM: Final = """\
platform:
  kuadrant: "1.5"
  gateway: {namespace: ingress, name: gw, hostname: maas.example.com, lowercasesHost: true}
  modelNamespace: llm
  authentication:
    - {name: openshift, kind: tokenReview, audiences: ["https://kubernetes.default.svc"]}
    - {name: keys, kind: apiKey}
"""

BASE: Final = (
    PLATFORM
    + """\
groups:
  ml-people: {}
  reviewers: {}
users:
  alice: {email: alice@example.com}
  bob: {}
models:
  granite: {backend: {kind: LLMInferenceService}}
  other/qwen: {backend: {kind: LLMInferenceService}}
access:
  reviewing: {models: [other/qwen], groups: [reviewers]}
subscriptions:
  gold: {owner: {groups: [reviewers], users: [bob]}, models: {other/qwen: {tokens: [{limit: 200, window: 1d}]}}}
policies:
  plan: {kind: TokenRateLimitPolicy, tokens: [{limit: 50, window: 1h}]}
"""
)


def team(keys: str, *, members: str = "[{user: alice}]", groups: str = "[]") -> str:
    """Give a configuration whose team `demo` has these keys, written as one flow mapping."""
    return BASE + (
        "teams:\n  demo:\n    defaultPolicy: plan\n"
        f"    groups: {groups}\n    members: {members}\n    grants: [{{model: granite}}]\n    keys: {keys}\n"
    )


def compiled(folder: Path, text: str) -> Front:
    """Compile a configuration of one file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    return pipeline.front(folder)


def program(folder: Path, text: str) -> Program:
    """Compile a configuration that has no error."""
    front = compiled(folder, text)
    assert not failed(front.diagnostics), front.diagnostics
    assert front.program is not None
    return front.program


def key(folder: Path, keys: str, **others: str) -> Key:
    """Compile a configuration whose team has one key, and give it."""
    (found,) = program(folder, team(keys, **others)).keys
    return found


def codes(front: Front) -> list[str]:
    """Give the codes of the errors, sorted."""
    return sorted(found.code for found in front.diagnostics if found.severity.value == "error")
