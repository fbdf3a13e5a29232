"""The shapes of resources, against the definitions that the MaaS controller publishes."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from validate_support import NO_REAL_CRDS, REAL_CRDS, Object, Steps, places, replaced, without

from compiler.checks.no_subjects import on_intent
from compiler.diagnostics.model import Place, Severity, failed
from compiler.intent.parse import parse
from compiler.resources.translate import translated
from compiler.source.document import Document, Sources
from compiler.source.load import load_text
from compiler.validate.crds import Crds, load_crds
from compiler.validate.words import Subject

pytestmark = pytest.mark.skipif(not REAL_CRDS.is_dir(), reason=NO_REAL_CRDS)


PLATFORM = """
platform:
  kuadrant: "1.5"
  gateway: {namespace: openshift-ingress, name: maas-default-gateway, hostname: maas.apps.example.com}
  modelNamespace: llm
  authentication:
    - {name: openshift, kind: tokenReview, audiences: ["https://kubernetes.default.svc"]}
"""


def _object(kind: str, spec: Object) -> Object:
    metadata = {"name": "gold", "namespace": "llm"}
    return {"apiVersion": "maas.opendatahub.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


SUBJECTS = {"groups": [{"name": "research"}], "users": ["alice"]}
METADATA = {"organizationId": "acme", "costCenter": "4711", "labels": {"env": "prod"}}
RATES = [{"limit": 10, "window": "1m"}]
DEFINITIONS: dict[str, Object] = {
    "maasmodels.2026-02": _object(
        "MaaSModel", {"modelRef": {"kind": "LLMInferenceService", "name": "granite", "namespace": "llm"}}
    ),
    "maasmodelrefs": _object("MaaSModelRef", {"modelRef": {"kind": "LLMInferenceService", "name": "granite"}}),
    "maasauthpolicies.2026-02": _object("MaaSAuthPolicy", {"modelRefs": ["granite"], "subjects": SUBJECTS}),
    "maasauthpolicies": _object("MaaSAuthPolicy", {"modelRefs": [{"name": "granite", "namespace": "llm"}], "subjects": SUBJECTS}),
    "maassubscriptions.2026-02": _object(
        "MaaSSubscription",
        {
            "owner": SUBJECTS,
            "priority": 3,
            "modelRefs": [{"name": "granite", "tokenRateLimits": RATES, "billingRate": {"perToken": "0.1"}}],
            "tokenMetadata": METADATA,
        },
    ),
    "maassubscriptions": _object(
        "MaaSSubscription",
        {
            "owner": SUBJECTS,
            "priority": 3,
            "modelRefs": [{"name": "granite", "namespace": "llm", "tokenRateLimits": RATES, "billingRate": {"perToken": "0.1"}}],
            "tokenMetadata": METADATA,
        },
    ),
    "externalmodels": _object(
        "ExternalModel",
        {"provider": "openai", "endpoint": "api.openai.com", "targetModel": "gpt-4o", "credentialRef": {"name": "key"}},
    ),
}
WRONG: tuple[object, ...] = (
    None,
    "",
    "Upper Case",
    "x" * 300,
    "1d",
    "1x",
    "00m",
    -1,
    0,
    10**10,
    1.5,
    True,
    [],
    {},
    [""],
    {"x": "y"},
)


def _definition(name: str, tmp_path: Path) -> Crds:
    folder = tmp_path / name
    folder.mkdir()
    shutil.copy(REAL_CRDS / f"maas.opendatahub.io_{name}.yaml", folder)
    crds, found = load_crds(folder)
    assert crds is not None, found
    return crds


def _releases(name: str, tmp_path: Path) -> list[Crds]:
    """Give the definitions of a kind: a document may be of either release."""
    kind = name.removesuffix(".2026-02")
    return [_definition(one, tmp_path) for one in (kind, f"{kind}.2026-02") if one in DEFINITIONS]


def _taken(releases: list[Crds], whole: Object) -> bool:
    subject = Subject(whole, Place("some.yaml"))
    return any(all(one.severity is not Severity.ERROR for one in crds.check(subject)) for crds in releases)


def _refused(whole: Object) -> bool:
    """Tell whether we refuse a resource for itself, whatever it refers to."""
    native, _ = load_text("platform.yaml", PLATFORM.encode())
    sources, unsaid = translated(Sources((*native, Document("some.yaml", 0, "", whole))))
    intent, found = parse(sources.documents)
    assert intent is not None
    return failed((*unsaid, *found, *on_intent(intent)))


def _mutants(whole: Object) -> Iterator[tuple[Steps, Object]]:
    for path, value in places(whole["spec"], ("spec",)):
        yield path, without(whole, path)
        for wrong in WRONG:
            yield path, replaced(whole, path, wrong)
        if isinstance(value, dict):
            yield path, replaced(whole, path, {**value, "unknown": "x"})


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_shapes_are_no_laxer_than_the_definitions(name: str, tmp_path: Path) -> None:
    """Whatever the API server refuses is refused here; what it takes and we do not, has no meaning."""
    releases = _releases(name, tmp_path)
    whole = DEFINITIONS[name]
    assert _taken(releases, whole)
    assert not _refused(whole)
    refused = 0
    for path, mutant in _mutants(whole):
        if not _taken(releases, mutant):
            refused += 1
            assert _refused(mutant), (path, json.dumps(mutant))
    assert refused > 10


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_field_of_a_definition_is_known(name: str, tmp_path: Path) -> None:
    """A field is honoured or refused by name, never as one that nobody has heard of."""
    crds = _definition(name, tmp_path)
    ((definition,),) = crds.definitions.values()
    schema: Any = definition.versions["v1alpha1"].schema
    for path, field in _fields(schema["properties"]["spec"], ("spec",)):
        whole = copy.deepcopy(DEFINITIONS[name])
        mutant = _with(whole, path, field)
        sources, unsaid = translated(Sources((Document("some.yaml", 0, "", mutant),)))
        assert not [one for one in unsaid if one.code == "unknown-key"], (path, unsaid)
        assert sources.documents


def _fields(schema: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - a schema
    for name, inner in schema.get("properties", {}).items():
        yield (*path, name), inner
        yield from _fields(inner.get("items", inner), (*path, name))


def _with(whole: Object, path: tuple[str, ...], schema: Any) -> Object:  # noqa: ANN401 - a schema
    """Put a value of the schema's type at a path, where the sample has none."""
    here: Any = whole
    for part in path[:-1]:
        here = here.setdefault(part, {})
        here = here[0] if isinstance(here, list) else here
    values = {"string": "x", "integer": 1, "object": {}, "array": []}
    if isinstance(here, dict):
        here.setdefault(path[-1], values[schema["type"]])
    return whole
