"""The views of the manifests that are read back are those of the manifests, and nothing in them is passed over."""

from __future__ import annotations

import re
from functools import cache

import pytest
from plain_views import views as plain
from prove_bench import CONFIGS, manifests, program

from compiler.cel.parse import parse
from compiler.diagnostics.model import Severity
from compiler.engines.registry import installed
from compiler.gateway.cluster import Cluster
from compiler.gateway.read import read
from compiler.gateway.release import find_release
from compiler.prove.from_gateway import externals, views
from compiler.prove.prove import prove
from compiler.prove.result import Proved, Refuted, Undecided
from compiler.prove.second_reading import second_reading
from compiler.prove.view import View
from compiler.render.layout import render
from compiler.targets.emit import emit

ENGINES = installed()


@cache
def texts(name: str) -> dict[str, str]:
    return dict(render(emit(program(name))).texts)


def cluster(name: str, old: str = "", new: str = "") -> Cluster:
    changed = {file: re.sub(old, new, text) if old else text for file, text in texts(name).items()}
    assert not old or changed != texts(name)
    found, diagnostics = read(changed, externals=externals(program(name)))
    assert not [one for one in diagnostics if one.severity is Severity.ERROR]
    return found


def plainer(view: View) -> object:
    """Give a view without places and without the order of what has none."""
    return (
        view.model,
        [
            (one.name, one.priority, one.accepts, one.cache, sorted((key, value.text) for key, value in one.overrides))
            for one in view.methods
        ],
        sorted((rule.name, sorted(source.text for source in rule.sources())) for rule in view.authorization),
        sorted(view.permissions, key=str),
        sorted((one.item, one.name, one.value.text) for one in view.exports),
        sorted((name, source.text) for name, source in view.injected),
        sorted(
            (one.unit, one.policy, one.name, one.rates, tuple(source.text for source in one.sources())) for one in view.limits
        ),
        view.unknown,
        view.fetched,
    )


@pytest.mark.parametrize("name", CONFIGS)
def test_what_is_read_back_is_what_is_there(name: str) -> None:
    of = program(name)
    found = [plainer(view) for view in views(of, cluster(name))]
    assert found == [plainer(view) for view in plain(of, manifests(name))]
    assert manifests(name)


UNKNOWN = {
    "a condition of the policy": (
        r"  rules:\n    authentication",
        '  when:\n    - predicate: "true"\n  rules:\n    authentication',
    ),
    "defaults of a method": (r"        overrides:\n", "        defaults:\n          x: {value: y}\n        overrides:\n"),
    "other credentials": (r"(        kubernetesTokenReview:)", "        credentials: {customHeader: {name: x}}\n\\1"),
    "the audience of the host": (r"          audiences:\n            - \S+\n", "          audiences: []\n"),
    "a pattern by a regular expression": (
        r"- predicate: auth\.identity\.selected_subscription != \"\"",
        "- {selector: auth.identity.iss, operator: matches, value: b}",
    ),
    "a denial with another code": (r"code: 403", "code: 302"),
    "a property that is no CEL": (r"expression: auth\.identity\.tier\n", "selector: auth.identity.tier\n"),
    "a conditional rule": (r"(      model-access:\n)", '\\1        when:\n          - predicate: "true"\n'),
    "a conditional export": (r"(          identity:\n)", '\\1            when:\n              - predicate: "true"\n'),
    "a header in upper case": (r"x-maas-username:", "X-MaaS-Username:"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_a_proof_does_not_understand_is_undecided(what: str) -> None:
    of = program("subscriptions")
    shown = views(of, cluster("subscriptions", *UNKNOWN[what]))
    assert all(view.unknown for view in shown)
    assert all(isinstance(result, Undecided) for result in prove(of, shown, parse).results)


def test_a_written_value_is_understood() -> None:
    """A static override is a string like any other."""
    of = program("subscriptions")
    shown = views(of, cluster("subscriptions", r"(          tier:\n            )expression: '\"\"'", "\\1value: ''"))
    assert all(isinstance(result, Proved) for result in prove(of, shown, parse).results)


def test_the_simulated_gateway_confirms_a_counterexample() -> None:
    of = program("subscriptions")
    found = cluster("subscriptions", r"limit: 100\n", "limit: 101\n")
    gateway = second_reading(of, found, find_release("1.5.0"), lambda: ENGINES)
    (wrong,) = [
        result for result in prove(of, views(of, found), parse, gateway=gateway).results if not isinstance(result, Proved)
    ]
    assert isinstance(wrong, Refuted)
    assert gateway(wrong.counterexample.example) is not None


def test_a_gateway_that_answers_otherwise_leaves_it_undecided() -> None:
    of = program("subscriptions")
    changed = cluster("subscriptions", r"limit: 100\n", "limit: 101\n")
    other = second_reading(of, cluster("subscriptions"), find_release("1.5.0"), lambda: ENGINES)
    (wrong,) = [
        result for result in prove(of, views(of, changed), parse, gateway=other).results if not isinstance(result, Proved)
    ]
    assert isinstance(wrong, Undecided)
    assert "two readings differ" in wrong.reason
