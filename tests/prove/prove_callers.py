"""Random callers of a Program, and requests of theirs."""

from __future__ import annotations

import random
from collections.abc import Collection

from msgspec.structs import replace

from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Program
from compiler.program.methods import claims_of
from compiler.prove.result import Example


def chance_of(seed: int) -> random.Random:
    """Give a source of chance that is the same for the same seed."""
    return random.Random(seed)  # noqa: S311 - examples, no secrets


def callers(chance: random.Random, of: Program, count: int) -> list[tuple[int, Example]]:
    """Give random callers, each with the index of a model, and requests that bring random headers."""
    groups = {group for tier in of.tiers for group in tier.members.groups} | {"other"}
    users = {"nobody"}
    keys = {"", "nothing"} | {tier.entry.key for tier in of.tiers}
    for model in of.models:
        for subjects in [grant.subjects for grant in model.grants] + [entry.subjects for entry in model.entries]:
            groups.update(subjects.groups)
            users.update(subjects.users)
        keys.update(entry.key for entry in model.entries)
    found = []
    for _ in range(count):
        index = chance.randrange(len(of.models))
        model = of.models[index]
        headers = {}
        if chance.random() < 0.5:
            headers[SUBSCRIPTION_HEADER] = chance.choice(sorted(keys))
        if chance.random() < 0.1:
            headers[chance.choice(IDENTITY_HEADERS)] = "x"
        user = chance.choice([None, *sorted(users)])
        mine = tuple(chance.sample(sorted(groups), min(len(groups), chance.randrange(4))))
        target = chance.choice((f"{model.prefix}/v1/chat", f"{model.prefix}/v1/models", f"{model.prefix}/v1/models?a=b"))
        plain = Example(model.id, "", user, mine, user is not None or bool(mine), tuple(headers.items()), target)
        found.append((index, replace(plain, **_carried(chance, of, keys))))
    return found


def _carried(chance: random.Random, of: Program, keys: Collection[str]) -> dict[str, object]:
    """Give what credentials of some kinds say besides: what they are bound to, what they open, whose they are."""
    claims = chance.choice([claims_of(method) for method in of.platform.methods])
    bound = [None, *sorted(keys), *sorted(key.removeprefix("team:") for key in keys if key.startswith("team:"))]
    opened = ["*", "llm/other", *(name for model in of.models for name in model.called)]
    return {
        "bound": chance.choice(bound),
        "models": chance.choice((None, (), tuple(sorted(set(chance.sample(opened, 2)))))),
        "claims": claims if chance.random() < 0.7 else tuple(chance.sample(claims, chance.randrange(len(claims) + 1))),
    }
