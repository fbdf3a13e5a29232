"""What policies stand on is proved as well: whatever somebody changes about it is refuted, one change at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler import pipeline
from compiler.cel.parse import parse
from compiler.diagnostics.model import Diagnostic, failed
from compiler.engines.celpy_engine import CelpyEngine
from compiler.gateway.read import loaded, understood
from compiler.program.ir import Program
from compiler.prove.from_gateway import externals
from compiler.prove.management import management
from compiler.prove.surroundings import surroundings
from compiler.prove.unconfigured import unconfigured
from compiler.prove.verify import verify
from compiler.render import yaml as spelled

CASES = Path(__file__).parent.parent / "cases"
PLATFORMS = ("platform", "platform-on-the-gateway")

Manifest = dict[str, Any]


@cache
def _program(case: str) -> Program:
    program = pipeline.front(CASES / case / "config").program
    assert program is not None
    return program


@cache
def _texts(case: str) -> dict[str, str]:
    return dict(pipeline.back(_program(case)).bundle.texts)


def _changed(case: str, file: str, change: Callable[[list[Manifest]], object]) -> tuple[Diagnostic, ...]:
    """Prove the case after a change of the documents of one file."""
    texts = dict(_texts(case))
    documents = list(yaml.safe_load_all(texts[file]))
    change(documents)
    texts[file] = spelled.stream(documents)
    program, files = _program(case), loaded(texts)
    cluster, found = understood(files, externals=externals(program))
    if failed(found):
        return found
    around = (*management(program, cluster, parse), *surroundings(program, files, cluster))
    return around if failed(around) else tuple(unconfigured(program, cluster, parse))


def _documents(case: str) -> Iterator[tuple[str, int, Manifest]]:
    for file in sorted(_texts(case)):
        if file.startswith("platform/") and not file.endswith("kustomization.yaml"):
            for index, document in enumerate(yaml.safe_load_all(_texts(case)[file])):
                yield file, index, document


def _leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield from _leaves(item, (*path, key))
    if not isinstance(value, (dict, list)):
        yield path


def _spots() -> list[Any]:
    """Give every text, number and flag of every object that stands around the policies, but for the order of applying it."""
    return [
        pytest.param(case, file, index, path, id=f"{case}: {document['kind']} {'.'.join(map(str, path))}")
        for case in PLATFORMS[:1]
        for file, index, document in _documents(case)
        if document["kind"] != "AuthPolicy"
        for path in _leaves(document)
        if "argocd.argoproj.io/sync-wave" not in path
    ]


def _other(value: object) -> object:
    return not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}x"


@pytest.mark.parametrize(("case", "file", "index", "path"), _spots())
def test_another_value_anywhere_is_refused(case: str, file: str, index: int, path: tuple[str | int, ...]) -> None:
    """No name, label, port, path, host or listener is otherwise than meant."""

    def change(documents: list[Manifest]) -> None:
        at: Any = documents[index]
        for part in path[:-1]:
            at = at[part]
        at[path[-1]] = _other(at[path[-1]])

    assert failed(_changed(case, file, change))


@pytest.mark.parametrize("case", PLATFORMS)
def test_an_object_less_or_more_is_refused(case: str) -> None:
    for file, index, document in _documents(case):
        again = copy.deepcopy(document)
        again["metadata"]["name"] = "another"
        assert failed(_changed(case, file, partial(_add, again)))
        if len(list(yaml.safe_load_all(_texts(case)[file]))) > 1:
            assert failed(_changed(case, file, partial(_take, index)))


def _add(document: Manifest, documents: list[Manifest]) -> None:
    documents.append(document)


def _take(index: int, documents: list[Manifest]) -> None:
    documents.pop(index)


def _policy(documents: list[Manifest]) -> Manifest:
    found: Manifest = next(one for one in documents if one["kind"] == "AuthPolicy")["spec"]["rules"]
    return found


def _less(phase: str, name: str) -> Callable[[list[Manifest]], object]:
    return lambda documents: _policy(documents)[phase].pop(name)


def _headers(documents: list[Manifest]) -> dict[str, Any]:
    found: dict[str, Any] = _policy(documents)["response"]["success"]["headers"]
    return found


def _exported(documents: list[Manifest]) -> dict[str, Any]:
    found: dict[str, Any] = _policy(documents)["response"]["success"]["filters"]["identity"]["json"]["properties"]
    return found


def _put(phase: str, name: str, value: Callable[[Any], Any]) -> Callable[[list[Manifest]], object]:
    def change(documents: list[Manifest]) -> None:
        rules = _policy(documents)[phase]
        rules[name] = value(rules.get(name))

    return change


WRONG: dict[str, Callable[[list[Manifest]], object]] = {
    "no issuer": _less("authorization", "issuer-and-audience"),
    "identity headers are taken from the client": _less("authorization", "identity-headers"),
    "somebody without a name": _less("authorization", "named"),
    "a way in less": _less("authentication", "keycloak"),
    "keys as well": _put(
        "authentication", "keys", lambda _: {"apiKey": {"selector": {"matchLabels": {"app": "maas"}}}, "priority": 9}
    ),
    "another audience": lambda documents: _policy(documents)["authentication"]["openshift"]["kubernetesTokenReview"].update(
        audiences=["https://kubernetes.default.svc"]
    ),
    "another issuer": lambda documents: _policy(documents)["authentication"]["keycloak"]["jwt"].update(issuerUrl="https://x.y"),
    "remembered longer": lambda documents: _policy(documents)["authentication"]["openshift"]["cache"].update(ttl=600),
    "names of the cluster from a realm": lambda documents: _policy(documents)["authentication"]["keycloak"]["overrides"].update(
        userid={"expression": 'has(auth.identity.preferred_username) ? auth.identity.preferred_username : ""'}
    ),
    "groups of the cluster from a realm": lambda documents: _policy(documents)["authentication"]["keycloak"]["overrides"].update(
        groups={"expression": "has(auth.identity.groups) ? auth.identity.groups : []"}
    ),
    "an expression that errs": lambda documents: _policy(documents)["authentication"]["openshift"]["overrides"].update(
        userid={"expression": "auth.identity.user.username"}
    ),
    "nobody is named": lambda documents: _headers(documents).pop("x-maas-username"),
    "somebody else is named": lambda documents: _headers(documents)["x-maas-username"].update(plain={"expression": '"alice"'}),
    "somebody else is exported": lambda documents: _exported(documents)["userid"].update(expression='"alice"'),
    "an entry is exported": lambda documents: _exported(documents)["selected_subscription"].update(expression='"tier:free"'),
    "a fact is not exported": lambda documents: _exported(documents).pop("groups_str"),
    "no groups": lambda documents: _headers(documents).pop("x-maas-group"),
    "groups as Go prints them": lambda documents: _headers(documents)["x-maas-group"].update(
        plain={"selector": "auth.identity.groups"}
    ),
    "only where somebody asks": _put("authorization", "named", lambda rule: {**rule, "when": [{"predicate": "false"}]}),
    "nobody at all": _put("authorization", "more", lambda _: {"patternMatching": {"patterns": [{"predicate": "false"}]}}),
    "no policy": lambda documents: documents.remove(next(one for one in documents if one["kind"] == "AuthPolicy")),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_policy_on_the_maas_api_is_refused(name: str) -> None:
    """Exactly those reach it who are meant to, and it is told who they are."""
    assert failed(_changed("platform", "platform/maas-api.yaml", WRONG[name]))


@pytest.mark.parametrize("case", PLATFORMS)
def test_a_limit_on_the_maas_api_is_refused(case: str) -> None:
    """Its paths spend no budget, whatever is asked of models."""

    def change(documents: list[Manifest]) -> None:
        for limit in documents[0]["spec"]["limits"].values():
            limit["when"] = [one for one in limit["when"] if "url_path" not in one["predicate"]]

    assert failed(_changed(case, "gateway/gateway-token-rate-limits.yaml", change))


@pytest.mark.parametrize("case", PLATFORMS)
def test_a_proof_of_everything_is_of_these_too(case: str) -> None:
    """As emitted all of it holds, and a proof that finds nothing else finds what is wrong here."""
    program, texts = _program(case), _texts(case)
    assert verify(program, (), texts, lambda: [CelpyEngine()]).diagnostics == ()
    nobody = {**texts, "platform/maas-api.yaml": texts["platform/maas-api.yaml"].replace('userid != ""', 'userid == ""')}
    assert failed(verify(program, (), nobody, lambda: [CelpyEngine()]).diagnostics)
    elsewhere = {**texts, "platform/gateway.yaml": texts["platform/gateway.yaml"].replace("port: 443", "port: 444")}
    assert failed(verify(program, (), elsewhere, lambda: [CelpyEngine()]).diagnostics)
