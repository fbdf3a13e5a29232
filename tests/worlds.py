"""Random small configurations, always valid: what the laws of the compiler are tried on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hypothesis import strategies as st

from compiler.checks.run import check_intent, check_program
from compiler.diagnostics.model import failed
from compiler.intent.parse import parse
from compiler.lower.lower import lower
from compiler.program.ir import Program
from compiler.render import yaml
from compiler.source.document import Document
from compiler.source.load import load_text

Config = dict[str, Any]

GROUPS: Final = ("admins", "ml-team", "odh:users", "research", "x-9")
USERS: Final = ("alice", "bob@example.com", "system:serviceaccount:ns:robot")
_MODELS: Final = ("granite", "qwen3", "other/granite")


def program_of(files: Mapping[str, Config]) -> Program:
    """Compile files of plain data as far as the Program; there may be warnings and no errors."""
    documents: list[Document] = []
    for name, content in files.items():
        found, problems = load_text(name, yaml.document(content).encode())
        assert not problems, problems
        documents += found
    intent, problems = parse(documents)
    assert intent is not None, problems
    problems += check_intent(intent)
    assert not failed(problems), problems
    program = lower(intent)
    problems = check_program(program)
    assert not failed(problems), problems
    return program


def _rates() -> st.SearchStrategy[list[dict[str, Any]]]:
    return _some(("1m", "90s", "1h"), least=1).flatmap(
        lambda chosen: st.tuples(*(st.sampled_from((0, 5, 100, 10**9)) for _ in chosen)).map(
            lambda limits: [{"limit": limit, "window": window} for limit, window in zip(limits, chosen, strict=True)]
        )
    )


def _budgets() -> st.SearchStrategy[Config]:
    return st.one_of(
        st.just({"unlimited": True}),
        _rates().map(lambda rates: {"tokens": rates}),
        st.tuples(_rates(), _rates()).map(lambda both: {"tokens": both[0], "requests": both[1]}),
    )


@st.composite
def configs(draw: st.DrawFn, *, attach: str = "route") -> Config:
    """Give a configuration as one mapping of sections."""
    groups = list(GROUPS)
    free = draw(st.permutations(groups))
    levels = draw(st.lists(st.integers(0, 50), unique=True, min_size=0 if attach == "route" else 1, max_size=3))
    tiers = {
        f"tier-{level}": {
            "level": level,
            "groups": [free.pop(), *([free.pop()] if draw(st.booleans()) else [])][:2],
            **draw(_budgets()),
        }
        for level in levels
        if len(free) > 1
    }
    models = {
        name: {"backend": draw(_backends(name.rpartition("/")[2])), "tiers": draw(st.one_of(st.just("*"), _some(tuple(tiers))))}
        for name in draw(_some(_MODELS, least=1))
    }
    config: Config = {
        "platform": {
            "kuadrant": draw(st.sampled_from(("1.3.0", "1.4.1", "1.4.6", "1.5"))),
            "gateway": {"namespace": "ingress", "name": "gw", "hostname": "maas.example.com"},
            "attach": attach,
            "bridge": draw(st.sampled_from(("selected", "groups"))),
            "modelNamespace": "llm",
            "authentication": [
                {"name": "openshift", "kind": "tokenReview", "audiences": ["https://kubernetes.default.svc"]},
                {"name": "tier-tokens", "kind": "tierToken"},
            ],
        },
        "groups": {name: {} for name in groups},
        "users": {name: {} for name in USERS},
        "tiers": tiers,
        "models": models,
    }
    if attach == "route":
        config["access"] = draw(_named("grant", _access(tuple(models))))
        config["subscriptions"] = draw(_named("sub", subscription(tuple(models))))
    return config


def _backends(name: str) -> st.SearchStrategy[Config]:
    return st.sampled_from(({"kind": "LLMInferenceService", "name": name}, {"kind": "Service", "name": name, "port": 80}))


def _some(names: Sequence[str], least: int = 0) -> st.SearchStrategy[list[str]]:
    """Give at least some of the names, in any order."""
    counts = st.integers(least, len(names))
    return st.tuples(st.permutations(names), counts).map(lambda drawn: list(drawn[0][: drawn[1]]))


def _named(stem: str, items: st.SearchStrategy[Config]) -> st.SearchStrategy[Config]:
    return st.lists(items, max_size=3).map(lambda found: {f"{stem}-{index}": item for index, item in enumerate(found)})


def _subjects() -> st.SearchStrategy[Config]:
    found = st.tuples(_some(GROUPS), _some(USERS)).filter(lambda both: bool(both[0] or both[1]))
    return found.map(lambda both: {"groups": both[0], "users": both[1]})


def _access(models: tuple[str, ...]) -> st.SearchStrategy[Config]:
    return st.tuples(_some(models, least=1), _subjects()).map(lambda both: {"models": both[0], **both[1]})


def subscription(models: tuple[str, ...]) -> st.SearchStrategy[Config]:
    """Give a subscription over some of the models."""
    budgets = _some(models, least=1).flatmap(lambda chosen: st.fixed_dictionaries({name: _budgets() for name in chosen}))
    return st.tuples(_subjects(), st.integers(-3, 3), budgets).map(
        lambda parts: {"owner": parts[0], "priority": parts[1], "models": parts[2]}
    )
