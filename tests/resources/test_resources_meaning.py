"""Resources of both releases and the configuration's own language say the same, byte for byte in what is written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cli_support import run
from hypothesis import given, settings
from hypothesis import strategies as st
from resources_bench import PLATFORM, front, resource, told

from compiler.diagnostics.model import Place, failed
from compiler.intent.backends import InferenceServiceSpec
from compiler.intent.digest import digest
from compiler.intent.parse import parse
from compiler.render import yaml
from compiler.resources.price import per_million
from compiler.resources.translate import translated
from compiler.source.document import Sources
from compiler.source.load import load_text

CASES = Path(__file__).parents[1] / "cases"
Plain = dict[str, Any]


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", ["resources", "resources-of-the-first-release"])
def test_what_is_written_is_the_same(case: str, tmp_path: Path) -> None:
    """Every file of `out/`, also the lock with its digests."""
    for name, of in (("one", case), ("other", "resources-told-natively")):
        result = run("build", "--config", str(CASES / of / "config"), "--out", str(tmp_path / name))
        assert result.exit_code == 0, result.output
    assert _files(tmp_path / "one") == _files(tmp_path / "other")
    assert "maasc.lock" in _files(tmp_path / "one")


MODELS = ("llm/granite", "llm/qwen", "other/llama")
PRICES = {None: None, "0.0000025": "2.5", "12": "12000000", "0.0": "0", "999.999999999999999": "999999999.999999999"}


def _rates() -> st.SearchStrategy[list[Plain]]:
    windows = st.lists(st.sampled_from(["1s", "90m", "24h", "8784h"]), min_size=1, unique=True)
    return st.tuples(windows, st.integers(1, 10**9)).map(lambda two: [{"limit": two[1], "window": one} for one in two[0]])


@st.composite
def _worlds(draw: st.DrawFn) -> Plain:
    """Give access and subscriptions, with as little shape as they have in common."""
    some = st.lists(st.sampled_from(["research", "sales"]), min_size=1, unique=True)
    who = st.fixed_dictionaries({"groups": some}, optional={"users": st.just(["alice"])})
    names = st.sampled_from(["gold", "silver", "tin"])
    said = {"organization": st.just("acme"), "costCenter": st.just("4711"), "labels": st.just({"env": "prod"})}
    one = st.fixed_dictionaries(
        {
            "owner": who,
            "models": st.dictionaries(st.sampled_from(MODELS), _rates(), min_size=1),
            "metadata": st.fixed_dictionaries({}, optional=said),
            "price": st.sampled_from(list(PRICES)),
        },
        optional={"priority": st.integers(-(2**31), 2**31 - 1)},
    )
    models = st.lists(st.sampled_from(MODELS), min_size=1, unique=True)
    return {
        "access": draw(st.dictionaries(names, st.fixed_dictionaries({"models": models, "who": who}))),
        "subscriptions": draw(st.dictionaries(names, one)),
    }


def _natively(world: Plain) -> list[Plain]:
    def subscription(one: Plain) -> Plain:
        price = {} if one["price"] is None else {"pricePerMillionTokens": PRICES[one["price"]]}
        priority = {"priority": one["priority"]} if "priority" in one else {}
        budgets = {name: {"tokens": rates} for name, rates in one["models"].items()}
        return {"owner": one["owner"], **priority, "models": budgets, "metadata": {**one["metadata"], **price}}

    return [
        {
            "models": {model: {"backend": {"kind": "LLMInferenceService", "name": "it"}} for model in MODELS[1:]},
            "access": {name: {"models": one["models"], **one["who"]} for name, one in world["access"].items()},
            "subscriptions": {name: subscription(one) for name, one in world["subscriptions"].items()},
        }
    ]


def _as_resources(world: Plain, *, first: bool) -> list[Plain]:
    def of(kind: str, name: str, spec: Plain, namespace: str = "maas") -> Plain:
        metadata = {"name": name, "namespace": namespace}
        return {"apiVersion": "maas.opendatahub.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}

    def ref(model: str) -> Plain:
        namespace, _, name = model.partition("/")
        return {"name": name} if first else {"name": name, "namespace": namespace}

    def who(one: Plain) -> Plain:
        return {**one, "groups": [{"name": group} for group in one["groups"]]}

    def exposed(model: str) -> Plain:
        namespace, _, name = model.partition("/")
        backend = {"kind": "LLMInferenceService", "name": "it"}
        if first:
            return of("MaaSModel", name, {"modelRef": {**backend, "namespace": namespace}})
        return of("MaaSModelRef", name, {"modelRef": backend}, namespace)

    def access(name: str, one: Plain) -> Plain:
        refs = [ref(model)["name"] if first else ref(model) for model in one["models"]]
        return of("MaaSAuthPolicy", name, {"modelRefs": refs, "subjects": who(one["who"])})

    def subscription(name: str, one: Plain) -> Plain:
        price = {} if one["price"] is None else {"billingRate": {"perToken": one["price"]}}
        fields = {"organization": "organizationId", "costCenter": "costCenter", "labels": "labels"}
        spec = {
            "owner": who(one["owner"]),
            "modelRefs": [{**ref(model), "tokenRateLimits": rates, **price} for model, rates in one["models"].items()],
            "tokenMetadata": {fields[name]: value for name, value in one["metadata"].items()},
            **({"priority": one["priority"]} if "priority" in one else {}),
        }
        return of("MaaSSubscription", name, spec)

    return [
        *(exposed(model) for model in MODELS[1:]),
        *(access(name, one) for name, one in world["access"].items()),
        *(subscription(name, one) for name, one in world["subscriptions"].items()),
    ]


def _digest(documents: list[Plain]) -> str:
    """Give the digest of a configuration, in which all of what is meant is."""
    read, problems = load_text("platform.yaml", PLATFORM.encode())
    for index, document in enumerate(documents):
        found, wrong = load_text(f"{index}.yaml", yaml.document(document).encode())
        read, problems = read + found, problems + wrong
    sources, unsaid = translated(Sources(read))
    intent, wrong = parse(sources.documents)
    assert not failed((*problems, *unsaid, *wrong)), (problems, unsaid, wrong)
    assert intent is not None
    return digest(intent)


@settings(max_examples=60, deadline=None)
@given(_worlds())
def test_both_releases_say_what_the_language_says(world: Plain) -> None:
    """For any access and subscriptions; the digest covers everything that is written."""
    assert _digest(_natively(world)) == _digest(_as_resources(world, first=False)) == _digest(_as_resources(world, first=True))


@given(st.integers(0, 999), st.none() | st.integers(0, 10**15 - 1), st.integers(1, 15))
def test_prices_are_exact(whole: int, fraction: int | None, digits: int) -> None:
    """A million times the price of one token, whatever the digits."""
    written = f"{whole}" if fraction is None else f"{whole}.{str(fraction)[:digits]}"
    price = per_million(written, Place("x"), [])
    assert price is not None
    assert price == Decimal(written).scaleb(6)
    assert "E" not in f"{price:f}"


@pytest.mark.parametrize("written", ["", "-1", "1000", "1e-6", "0.0000000000000001", ".5", "5.", "٣", "NaN", " 1"])
def test_what_is_no_price_is_refused(written: str) -> None:
    found: list[Any] = []
    assert per_million(written, Place("x"), found) is None
    assert [one.code for one in found] == ["bad-value"]


def test_a_price_that_some_models_lack_cannot_be_said(tmp_path: Path) -> None:
    """In either order; and a price that is no price is one error."""
    first = '    - {name: granite, namespace: llm, tokenRateLimits: [{limit: 1, window: 1m}], billingRate: {perToken: "%s"}}\n'
    second = "    - {name: qwen, namespace: llm, tokenRateLimits: [{limit: 1, window: 1m}]}\n"
    owner = "  owner: {groups: [{name: research}]}\n  modelRefs:\n"
    for refs, expected in (
        (first % "0.01" + second, "unsupported-field it.yaml:8:14"),
        (second + first % "0.01", "unsupported-field it.yaml:8:"),
        (first % "x" + second, "bad-value it.yaml:7:"),
    ):
        files = {"platform.yaml": PLATFORM, "it.yaml": resource("MaaSSubscription", owner + refs)}
        assert [line.startswith(expected) for line in told(front(tmp_path, files))] == [True]


def test_a_name_alone_finds_a_model_wherever_it_is(tmp_path: Path) -> None:
    """The first release looked at names only: a resource elsewhere, a model of the configuration in any namespace."""
    spec = "  modelRefs: [llama, granite, qwen]\n  subjects: {users: [alice]}"
    files = {
        "platform.yaml": PLATFORM,
        "native.yaml": "models: {other/llama: {backend: {kind: LLMInferenceService}}}\n",
        "model.yaml": resource("MaaSModel", "  modelRef: {kind: LLMInferenceService, name: q}", "{name: qwen, namespace: maas}"),
        "policy.yaml": resource("MaaSAuthPolicy", spec),
    }
    intent = front(tmp_path, files).intent
    assert intent is not None
    assert intent.access["gold"].spec.models == ["other/llama", "llm/granite", "maas/qwen"]
    backend = intent.models["maas/qwen"].spec.backend
    assert isinstance(backend, InferenceServiceSpec)
    assert backend.name == "q"
