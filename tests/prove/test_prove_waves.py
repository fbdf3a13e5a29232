"""No object of a sync may come before what it relies on: whoever gets through is counted, at every moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from prove_bench import program

from compiler.diagnostics.model import Diagnostic
from compiler.gateway.read import loaded
from compiler.prove.documents import documents
from compiler.prove.waves import OPTIONS, WAVE, waves
from compiler.render import yaml as spelled
from compiler.render.layout import render
from compiler.targets.emit import emit

CASES = ("teams", "tiers-on-the-gateway", "keys", "external-models", "platform", "platform-on-the-gateway", "telemetry")
# Kinds of which the moment does not matter.
FREE = ("TelemetryPolicy", "ServiceMonitor", "PrometheusRule")


@cache
def texts(case: str) -> dict[str, str]:
    return dict(render(emit(program(case))).texts)


def told(changed: dict[str, str]) -> list[Diagnostic]:
    return list(waves(documents(loaded(changed))))


def objects(case: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for file, text in texts(case).items():
        for index, one in enumerate(yaml.safe_load_all(text)):
            if not file.endswith("kustomization.yaml") and file.endswith(".yaml"):
                yield file, index, one


def changed(case: str, file: str, index: int, annotations: dict[str, str | None]) -> dict[str, str]:
    """Give the files with other annotations of one object; None takes one away."""
    found = list(yaml.safe_load_all(texts(case)[file]))
    head = found[index]["metadata"]
    kept = {**(head.get("annotations") or {}), **annotations}
    head["annotations"] = {name: value for name, value in kept.items() if value is not None}
    return {**texts(case), file: spelled.stream(found)}


@pytest.mark.parametrize("case", CASES)
def test_what_is_emitted_is_in_order(case: str) -> None:
    assert told(texts(case)) == []


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("wave", "folders"), [("-9", ("models", "teams", "tiers")), ("99", ("gateway", "models", "provider-keys"))]
)
def test_an_object_that_is_applied_much_earlier_or_later_is_refuted(case: str, wave: str, folders: tuple[str, ...]) -> None:
    """Earlier than what it relies on, or later than what relies on it: there is some of both in each case."""
    for file, index, one in objects(case):
        if file.partition("/")[0] in folders and one["kind"] not in FREE:
            found = told(changed(case, file, index, {WAVE: wave}))
            named = f"the {one['kind']} `{one['metadata']['namespace']}/{one['metadata']['name']}`"
            assert any(named in diagnostic.headline and diagnostic.code == "refuted" for diagnostic in found), (file, named, wave)


@pytest.mark.parametrize("case", CASES)
def test_a_wave_that_is_no_number_is_refuted(case: str) -> None:
    for file, index, _ in objects(case):
        found = told(changed(case, file, index, {WAVE: "soon"}))
        assert any("to say `argocd.argoproj.io/sync-wave: soon`" in one.headline for one in found)


def test_limits_without_a_wave_are_refuted_with_what_they_come_before() -> None:
    for file, index, one in objects("teams"):
        if one["kind"] == "TokenRateLimitPolicy" and file.startswith("models/"):
            (found, *_) = told(changed("teams", file, index, {WAVE: None}))
            assert re.fullmatch(r"the TokenRateLimitPolicy `.*` is not applied after the .*: waves 0 and [12]", found.headline)


@pytest.mark.parametrize("name", ["argocd.argoproj.io/hook", "helm.sh/hook", OPTIONS])
def test_what_else_argo_cd_would_read_is_refuted(name: str) -> None:
    file, index, _ = next(one for one in objects("teams") if one[2]["kind"] == "AuthPolicy")
    (found,) = told(changed("teams", file, index, {name: "PreSync"}))
    assert found.headline.endswith(f"to say `{name}: PreSync`")


def test_a_limit_of_requests_goes_last() -> None:
    policies = [one for one in objects("teams") if one[2]["kind"] == "RateLimitPolicy"]
    assert policies
    for file, index, _ in policies:
        (found,) = told(changed("teams", file, index, {OPTIONS: None}))
        assert found.headline.endswith("does not say `argocd.argoproj.io/sync-options: PruneLast=true`")
