"""Configurations with resources, from the text to what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from compiler import pipeline
from compiler.diagnostics.model import Diagnostic
from compiler.pipeline import Front

PLATFORM = """
platform:
  kuadrant: "1.5"
  gateway: {namespace: openshift-ingress, name: maas-default-gateway, hostname: maas.apps.example.com, lowercasesHost: true}
  modelNamespace: llm
  authentication:
    - {name: openshift, kind: tokenReview, audiences: ["https://kubernetes.default.svc"]}
groups: {research: {}, sales: {}}
users: {alice: {}}
models: {granite: {backend: {kind: LLMInferenceService}}}
access: {all: {models: [granite], groups: [research, sales], users: [alice]}}
"""


def resource(kind: str, spec: str, metadata: str = "{name: gold, namespace: maas}") -> str:
    """Write a resource; the lines of `spec` are indented by two."""
    return f"apiVersion: maas.opendatahub.io/v1alpha1\nkind: {kind}\nmetadata: {metadata}\nspec:\n{spec}\n"


def front(folder: Path, files: Mapping[str, str]) -> Front:
    """Compile files as far as the Program."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return pipeline.front(folder)


def told(front: Front) -> list[str]:
    """Say each diagnostic as its code, its line and column, and its headline."""
    return [_line(front, found) for found in front.diagnostics]


def _line(front: Front, found: Diagnostic) -> str:
    span = front.sources.span(found.place) if found.place else None
    where = f"{found.place.file}:{span.line}:{span.column}" if found.place and span else "nowhere"
    return f"{found.code} {where} {found.headline}"
