"""What the tests of the traps share: platforms compiled from text, their documents and expressions, and callers who ask."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from compiler import pipeline
from compiler.diagnostics.model import Diagnostic, failed
from compiler.engines.celpy_engine import CelpyEngine
from compiler.gateway.answer import Answer, answer
from compiler.gateway.cluster import Cluster
from compiler.gateway.externals import ExternalRoute
from compiler.gateway.identities import Identities, Token
from compiler.gateway.read import read
from compiler.gateway.release import find_release
from compiler.gateway.requests import HttpRequest
from compiler.program.ir import Program
from compiler.prove.from_gateway import externals

Document = Mapping[str, Any]

ENGINE: Final = CelpyEngine()
HOST: Final = "maas.apps.example.com"
AUDIENCE: Final = "https://kubernetes.default.svc"
GATEWAY: Final = ("openshift-ingress", "maas-default-gateway")

_TESTS: Final = Path(__file__).parent.parent
_CASES: Final = _TESTS / "cases"
CASES: Final = (*sorted(found.name for found in _CASES.iterdir() if found.is_dir()), "config", "large")

AUTH: Final = "AuthPolicy"
TOKENS: Final = "TokenRateLimitPolicy"
REQUESTS: Final = "RateLimitPolicy"


@dataclass(frozen=True)
class Built:
    """A configuration that compiled: its Program, and its output files as plain data and as text."""

    program: Program
    files: Mapping[str, tuple[Document, ...]]
    texts: Mapping[str, str]

    @property
    def documents(self) -> tuple[Document, ...]:
        """Give every object for the cluster."""
        found = (document for content in self.files.values() for document in content)
        return tuple(document for document in found if document["kind"] != "Kustomization")

    def of(self, *kinds: str) -> tuple[Document, ...]:
        """Give the objects of some kinds; there must be one."""
        found = tuple(document for document in self.documents if document["kind"] in kinds)
        assert found, f"no {' or '.join(kinds)} is emitted"
        return found

    def one(self, kind: str, name: str, namespace: str = "llm") -> Document:
        """Give the object of a kind with a name."""
        (found,) = (
            document
            for document in self.of(kind)
            if (document["metadata"]["name"], document["metadata"]["namespace"]) == (name, namespace)
        )
        return found

    @cached_property
    def cluster(self) -> Cluster:
        """Read the manifests back as a cluster would."""
        return self.beside()

    def beside(self, *routes: ExternalRoute, manifests: str = "") -> Cluster:
        """Read the manifests back in a cluster where KServe made its routes, and somebody else perhaps more."""
        assumed = externals(self.program)
        assumed = replace(assumed, routes=(*assumed.routes, *routes))
        cluster, findings = read({**self.texts, "others.yaml": manifests}, externals=assumed)
        assert not failed(findings), findings
        return cluster


def platform(attach: str = "route", bridge: str = "selected", release: str = "1.5", names: str = "") -> str:
    """Write a platform section with two ways in."""
    widened = f"\n  names: '{names}'" if names else ""
    return f"""
platform:
  kuadrant: "{release}"
  gateway: {{namespace: {GATEWAY[0]}, name: {GATEWAY[1]}, hostname: {HOST}}}
  attach: {attach}
  bridge: {bridge}
  modelNamespace: llm{widened}
  authentication:
    - {{name: openshift, kind: tokenReview, audiences: ["{AUDIENCE}"]}}
    - {{name: tier-tokens, kind: tierToken}}
"""


def _front(files: tuple[str, ...]) -> pipeline.Front:
    with tempfile.TemporaryDirectory() as folder:
        for index, text in enumerate(files):
            (Path(folder) / f"{index}.yaml").write_text(text, encoding="utf-8")
        return pipeline.front(Path(folder))


def _built(front: pipeline.Front) -> Built:
    assert front.program is not None, front.diagnostics
    back = pipeline.back(front.program)
    assert not failed(back.diagnostics), back.diagnostics
    return Built(front.program, back.bundle.documents, back.bundle.texts)


@cache
def built(*files: str) -> Built:
    """Compile a configuration given as the texts of its files."""
    return _built(_front(files))


def diagnosed(*files: str) -> tuple[Diagnostic, ...]:
    """Give what the compiler says of a configuration."""
    return _front(files).diagnostics


def refused(*files: str) -> list[str]:
    """Give the codes of the errors of a configuration for which nothing is made."""
    front = _front(files)
    assert front.program is None
    return [found.code for found in front.diagnostics if found.severity.value == "error"]


def _large() -> str:
    """Write a platform whose tables are divided over several overrides, because no runtime compiles one that long."""
    groups = [f"{'department-' * 26}{number:03d}" for number in range(300)]
    rates = [f"[{{limit: {limit}, window: 1m}}]" for limit in (1, 2, 3)]
    plans = (
        f"  plan-{n}: {{owner: {{groups: [{group}]}}, priority: {n}, models: {{m: {{tokens: {rates[n % 3]}}}}}}}"
        for n, group in enumerate(groups)
    )
    declared = (f"  {group}: {{}}" for group in groups)
    models = "models: {m: {backend: {kind: LLMInferenceService}}}"
    access = f"access: {{all: {{models: [m], groups: [{', '.join(groups)}]}}}}"
    return "\n".join(("groups:", *declared, models, access, "subscriptions:", *plans))


@cache
def case(name: str) -> Built:
    """Compile one of the platforms of the tests, the repository's own configuration, or a large one."""
    if name == "large":
        return built(platform(), _large())
    return _built(pipeline.front(_TESTS.parent / "config" if name == "config" else _CASES / name / "config"))


def caller(user: str = "", *groups: str, audience: str = AUDIENCE) -> Token:
    """Give the token of a caller, by default one that the cluster itself made."""
    return Token((audience,), user, groups)


def ask(  # noqa: PLR0913 - each is one aspect of a request
    cluster: Cluster,
    token: Token | None,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    release: str = "1.5",
    host: str = HOST,
    method: str = "POST",
) -> Answer:
    """Send one request to a cluster in which nothing has been counted yet."""
    sent = (("Authorization", "Bearer token"),) if token is not None else ()
    request = HttpRequest(method, host, path, (*sent, *(headers or {}).items()))
    world = Identities(tokens={"token": token} if token is not None else {})
    return answer(cluster, find_release(release), ENGINE, world, request)


def walk(value: object, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give every value below a document with the keys that lead to it; items of a list count as their list."""
    yield path, value
    if isinstance(value, Mapping):
        for key, content in value.items():
            yield from walk(content, *path, str(key))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from walk(item, *path)


def expressions(document: Document) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give every CEL text of a document with the keys that lead to it."""
    for path, value in walk(document):
        if path and path[-1] in {"predicate", "expression"}:
            yield path, value


def limits(document: Document) -> Mapping[str, Any]:
    """Give the limits of a policy by name."""
    found: Mapping[str, Any] = document["spec"]["limits"]
    return found


def target(document: Document) -> tuple[str, str, str]:
    """Give what a policy attaches to: kind, namespace and name."""
    reference = document["spec"]["targetRef"]
    return reference["kind"], document["metadata"]["namespace"], reference["name"]
