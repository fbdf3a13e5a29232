"""Laws that hold whatever is written: the same bytes in any order, and changes that reach only those they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from worlds import GROUPS, USERS, Config, configs, program_of, subscription

from compiler.kube.names import object_name
from compiler.program.decide import Caller, Request, decide
from compiler.program.ir import SUBSCRIPTION_HEADER, Program
from compiler.render.layout import render
from compiler.targets.emit import emit

LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ANY_CONFIG = st.one_of(configs(), configs(attach="gateway"))


def texts(program: Program) -> dict[str, str]:
    return dict(render(emit(program)).texts)


def shuffled(value: Any, chance: Any) -> Any:  # noqa: ANN401 - plain data; Hypothesis' random
    """Give the same data with the keys of its mappings in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key], chance) for key in keys}
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


def split(config: Config, chance: Any) -> dict[str, Config]:  # noqa: ANN401 - Hypothesis' random
    """Spread the items of the sections over files of any names."""
    files: dict[str, Config] = {}
    for section, content in config.items():
        if section == "platform" or not content:
            files.setdefault(chance.choice("abc") + ".yaml", {})[section] = content
            continue
        for name, item in content.items():
            files.setdefault(chance.choice("abc") + ".yaml", {}).setdefault(section, {})[name] = item
    return files


def callers() -> Iterator[Caller]:
    groups = chain.from_iterable(combinations(GROUPS, count) for count in range(len(GROUPS) + 1))
    for one in groups:
        for user in (*USERS[:2], "nobody"):
            yield Caller("openshift", user, frozenset(one))


def requests(program: Program, caller: Caller) -> Iterator[Request]:  # noqa: ARG001 - the same for every caller
    for model in program.models:
        path = f"{model.prefix}/v1/chat/completions"
        yield Request(f"{model.namespace}/{model.name}", path)
        for entry in program.precedence(model):
            yield Request(f"{model.namespace}/{model.name}", path, {SUBSCRIPTION_HEADER: entry.key})


@LAW
@given(ANY_CONFIG, st.randoms(use_true_random=False))
def test_any_order_of_files_and_keys_gives_the_same_bytes(config: Config, chance: Any) -> None:  # noqa: ANN401 - Hypothesis' random
    whole = texts(program_of({"all.yaml": config}))
    assert texts(program_of(split(shuffled(config, chance), chance))) == whole


@LAW
@given(configs(), st.data())
def test_a_new_subscription_changes_nothing_for_callers_without_its_group(config: Config, data: st.DataObject) -> None:
    group = data.draw(st.sampled_from(GROUPS))
    added = data.draw(subscription(tuple(config["models"])))
    added["owner"] = {"groups": [group]}
    before = program_of({"a.yaml": config})
    after = program_of({"a.yaml": {**config, "subscriptions": {**config["subscriptions"], "new": added}}})
    for caller in callers():
        if group not in caller.groups:
            for request in requests(after, caller):
                assert _answer(before, caller, request) == _answer(after, caller, request)


def _answer(program: Program, caller: Caller, request: Request) -> tuple[object, ...]:
    found = decide(program, caller, request)
    return found.status, found.reason, found.selected, found.limits


@LAW
@given(configs(), st.data())
def test_taking_a_grant_away_lets_nobody_in(config: Config, data: st.DataObject) -> None:
    before = program_of({"a.yaml": config})
    ways = [("access", name) for name in config["access"]]
    ways += [("models", name) for name, model in config["models"].items() if model["tiers"]]
    assume(ways)
    section, name = data.draw(st.sampled_from(ways))
    if section == "access":
        less = {**config, "access": {other: grant for other, grant in config["access"].items() if other != name}}
    else:
        less = {**config, "models": {**config["models"], name: {**config["models"][name], "tiers": []}}}
    after = program_of({"a.yaml": less})
    for caller in callers():
        for request in requests(before, caller):
            if decide(after, caller, request).status == 200:
                assert decide(before, caller, request).status == 200


KUBERNETES_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


@LAW
@given(ANY_CONFIG)
def test_every_object_has_a_valid_name_of_its_own(config: Config) -> None:
    seen = set()
    for path, documents in render(emit(program_of({"a.yaml": config}))).documents.items():
        for document in documents:
            if document["kind"] == "Kustomization":
                continue
            metadata = document["metadata"]
            assert isinstance(metadata, dict)
            assert KUBERNETES_NAME.fullmatch(metadata["name"]), path
            identity = (document["kind"], metadata["namespace"], metadata["name"])
            assert identity not in seen
            seen.add(identity)


LABEL = st.from_regex(KUBERNETES_NAME, fullmatch=True)
PREFIX = st.sampled_from(("maas-auth", "maas-trlp", "maas-rlp", "maas-model", "maas-post"))


@settings(max_examples=300, deadline=None)
@given(PREFIX, LABEL, LABEL, st.integers(0, 63))
def test_names_are_valid_and_do_not_collide(prefix: str, one: str, other: str, shared: int) -> None:
    """Also for long names that differ only behind the place where they are cut."""
    other = (one[:shared] + other)[:63].rstrip("-")
    assert KUBERNETES_NAME.fullmatch(object_name(prefix, one))
    assert (object_name(prefix, one) == object_name(prefix, other)) == (one == other)


@settings(max_examples=300, deadline=None)
@given(PREFIX, LABEL)
def test_a_name_is_not_taken_by_the_short_form_of_another(prefix: str, name: str) -> None:
    """Somebody may call a model what the hash makes of another model's name."""
    short = object_name(prefix, name)
    imitation = short.removeprefix(f"{prefix}-")
    if imitation != name:
        assert object_name(prefix, imitation) != short
