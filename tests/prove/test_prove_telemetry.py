"""Labels of usage are strings whatever the filter knows of a caller, and nothing but what is meant tells usage apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache

import pytest
from engines_support import HOW_TO_BUILD, built
from engines_support import program as program_of
from prove_bench import program

from compiler.cel.printer import text
from compiler.engines.base import Engine, Value
from compiler.engines.registry import installed
from compiler.program.telemetry import PROPERTIES
from compiler.prove.telemetry import spelling
from compiler.prove.verify import verify
from compiler.render.layout import render
from compiler.targets.emit import emit
from compiler.targets.telemetry import manifests

NAME = "telemetry"
POLICY = "telemetry/telemetrypolicy.yaml"
ENGINES = installed()

# What the filter may know when it evaluates a label.
NOBODY: tuple[object, ...] = (None, {}, {"identity": {}}, {"other": {"userid": "x"}}, {"identity": {"name": "x"}})


@cache
def texts() -> dict[str, str]:
    return dict(render(emit(program(NAME))).texts)


def codes(changed: dict[str, str]) -> list[str]:
    return [one.code for one in verify(program(NAME), (), changed, lambda: ENGINES[:1]).diagnostics]


@contextmanager
def of_the_filter(name: str) -> Iterator[Engine]:
    """Give an engine of the filter's kind."""
    if name in {engine.name for engine in ENGINES}:
        yield next(engine for engine in ENGINES if engine.name == name)
    elif name in built():
        with closing(program_of(name)) as found:
            yield found
    else:
        pytest.skip(f"{name} is not built: {HOW_TO_BUILD}")


@pytest.mark.parametrize("name", ["cel-rust-python", "cel-rust-0.14", "cel-rust-latest"])
def test_a_label_is_a_string_whatever_is_known(name: str) -> None:
    """The value of the property where there is one, and nothing otherwise: never an error.

    Labels are for the filter alone, so that only its engine is asked; others refuse to compare an object with null.
    """
    with of_the_filter(name) as engine:
        for told in PROPERTIES.values():
            for auth in NOBODY:
                assert engine.evaluate(spelling(told), {"auth": auth, "request": {}}) == Value("")
            assert engine.evaluate(spelling(told), {"auth": {"identity": {told: "x"}}, "request": {}}) == Value("x")


def test_the_spelling_that_is_proved_is_the_one_that_is_emitted() -> None:
    (policy,) = (one for one in manifests(program(NAME)) if one.kind == "TelemetryPolicy")
    labels = getattr(policy, "spec").metrics.default.labels  # noqa: B009 - of any manifest
    assert {label: text(tree) for label, tree in labels.items()} == {
        "subscription": spelling("selected_subscription"),
        "organization": spelling("organization"),
    }


def test_what_is_emitted_is_proved() -> None:
    assert codes(texts()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("auth != null ? ", "true ? "),
        ("? auth.identity.organization", "? auth.identity.userid"),
        ("        organization:", "        cost_center:"),
        ("name: maas-usage", "name: another"),
        ("namespace: openshift-ingress", "namespace: llm"),
        ("    name: maas-default-gateway", "    name: another-gateway"),
    ],
)
def test_other_labels_are_refuted_or_not_understood(old: str, new: str) -> None:
    """A label that errs, that tells another fact, or that is another gateway's."""
    assert old in texts()[POLICY]
    assert set(codes({**texts(), POLICY: texts()[POLICY].replace(old, new)})) & {"refuted", "unmodelled"}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("servicemonitor", "app: limitador", "app: authorino"),
        ("servicemonitor", "path: /metrics", "path: /metric"),
        ("servicemonitor", "namespace: kuadrant", "namespace: llm"),
        ("prometheusrule", "record: team:maas", "record: maas"),
        ("prometheusrule", "* 0.0000001\n", "* 0.000001\n"),
        ("prometheusrule", "sum by (subscription) (inc", "max by (subscription) (inc"),
        ("prometheusrule", 'subscription="gold"', 'subscription="silver"'),
        ("prometheusrule", "        - record: subscription:maas_cost:increase1h\n", "        - record: x\n"),
    ],
)
def test_usage_that_is_read_or_added_up_otherwise_is_refuted(file: str, old: str, new: str) -> None:
    path = f"telemetry/{file}.yaml"
    assert old in texts()[path]
    assert "refuted" in codes({**texts(), path: texts()[path].replace(old, new, 1)})


def test_without_the_labels_nothing_is_told_apart() -> None:
    changed = {**texts(), POLICY: texts()["telemetry/servicemonitor.yaml"].replace("maas-usage", "x")}
    assert "refuted" in codes(changed)


def test_telemetry_that_nobody_asked_for_is_refuted() -> None:
    alone = {**dict(render(emit(program("teams"))).texts)}
    path = "gateway/gateway-auth-policy.yaml"
    alone[path] = f"{alone[path]}---\n{texts()[POLICY]}"
    found = verify(program("teams"), (), alone, lambda: ENGINES[:1]).diagnostics
    assert [one.code for one in found] == ["refuted"]


def test_prices_are_exact() -> None:
    """Decimals as they were written, a millionth of them, and in no exponent."""
    rules = texts()["telemetry/prometheusrule.yaml"]
    assert 'increase(authorized_hits{subscription="gold"}[1h])) * 0.0000001\n' in rules
    assert 'increase(authorized_hits{subscription="silver"}[1h])) * 123.456789123456789\n' in rules
