"""Seeded edits of one platform: what is edited, and every change that a reviewer must be told, by model."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

Config = dict[str, Any]
Edit = Callable[[Config], object]

GROUPS = ("free", "gold", "lab", "ops", "paid")
USERS = ("alice", "bob", "nobody")

BASE: Config = {
    "platform": {
        "kuadrant": "1.5",
        "gateway": {"namespace": "ingress", "name": "gw", "hostname": "maas.example.com"},
        "modelNamespace": "llm",
        "authentication": [
            {"name": "openshift", "kind": "tokenReview", "audiences": ["https://kubernetes.default.svc"]},
            {"name": "tier-tokens", "kind": "tierToken"},
        ],
    },
    "groups": {name: {} for name in GROUPS},
    "users": {"alice": {"email": "alice@example.com"}, "bob": {}},
    "tiers": {
        "small": {"level": 0, "groups": ["free"], "tokens": [{"limit": 100, "window": "1m"}]},
        "large": {
            "level": 1,
            "groups": ["paid"],
            "tokens": [{"limit": 1000, "window": "1m"}],
            "requests": [{"limit": 10, "window": "1m"}],
        },
    },
    "models": {
        "granite": {"backend": {"kind": "LLMInferenceService"}, "tiers": ["small", "large"]},
        "qwen": {"backend": {"kind": "Service", "name": "qwen", "port": 80}, "tiers": ["large"]},
        "guard": {"backend": {"kind": "LLMInferenceService"}},
    },
    "access": {
        "lab": {"models": ["qwen"], "groups": ["lab"], "users": ["alice"]},
        "gold": {"models": ["granite", "qwen"], "groups": ["gold"]},
    },
    "subscriptions": {
        "lab-day": {
            "owner": {"groups": ["lab"], "users": ["alice"]},
            "priority": 10,
            "models": {"qwen": {"tokens": [{"limit": 500, "window": "1h"}, {"limit": 4000, "window": "1d"}]}},
        },
        "gold-big": {
            "owner": {"groups": ["gold"]},
            "priority": 20,
            "models": {
                "granite": {"tokens": [{"limit": 9000, "window": "1h"}]},
                "qwen": {"tokens": [{"limit": 9000, "window": "1h"}]},
            },
            "metadata": {"organization": "acme"},
        },
    },
    "policies": {"crew": {"kind": "TokenRateLimitPolicy", "tokens": [{"limit": 300, "window": "1h"}], "per": "team"}},
    "teams": {
        "ops": {
            "name": "Operations",
            "defaultPolicy": "crew",
            "groups": ["ops"],
            "members": [{"user": "bob", "role": "member"}],
            "grants": [{"model": "qwen", "role": "invoke"}],
        }
    },
}


def put(path: str, value: object) -> Edit:
    """Write a value at a path."""

    def edit(config: Config) -> None:
        *way, last = path.split("/")
        here: Any = config
        for part in way:
            here = here[int(part) if isinstance(here, list) else part]
        here[int(last) if isinstance(here, list) else last] = value

    return edit


def drop(path: str) -> Edit:
    """Take away what is at a path."""

    def edit(config: Config) -> None:
        *way, last = path.split("/")
        here: Any = config
        for part in way:
            here = here[int(part) if isinstance(here, list) else part]
        del here[int(last) if isinstance(here, list) else last]

    return edit


def rename(section: str, old: str, new: str) -> Edit:
    """Give an item another name, and nothing else."""

    def edit(config: Config) -> None:
        config[section] = {new if name == old else name: item for name, item in config[section].items()}

    return edit


def everywhere(old: str, new: str) -> Edit:
    """Write another name wherever one stands."""

    def swapped(value: Any) -> Any:  # noqa: ANN401 - plain data
        if isinstance(value, dict):
            return {new if key == old else key: swapped(item) for key, item in value.items()}
        if isinstance(value, list):
            return [swapped(item) for item in value]
        return new if value == old else value

    return lambda config: config.update(swapped(deepcopy(config)))


def both(*edits: Edit) -> Edit:
    """Do one edit after the other."""

    def edit(config: Config) -> None:
        for one in edits:
            one(config)

    return edit


def edited(edit: Edit) -> Config:
    """Give the platform after an edit."""
    config = deepcopy(BASE)
    edit(config)
    return config


GRANITE, QWEN, GUARD = "llm/granite", "llm/qwen", "llm/guard"
GAINED, LOST, RAISED, LOWERED, MIXED = "access-gained", "access-lost", "budget-raised", "budget-lowered", "budget-mixed"
RESET, UNMETERED, IDENTITY, MOVED, PLATFORM = (
    "counters-reset",
    "budget-unmetered",
    "identity-changed",
    "model-moved",
    "platform-changed",
)

TIER = {"level": 2, "groups": ["ops"], "tokens": [{"limit": 7, "window": "1m"}]}
SMALL, LARGE, DAY, BIG = "tiers/small", "tiers/large", "subscriptions/lab-day", "subscriptions/gold-big"
METHODS = "platform/authentication"
REVIEW = {"name": "console", "kind": "tokenReview", "audiences": ["console"]}

# Name, edit, and what must be told, by model (empty for tokens and the platform); none: nothing may be told but objects.
CORPUS: list[tuple[str, Edit, set[tuple[str, str]]]] = [
    ("grant to a group", put("access/lab/groups", ["lab", "free"]), {(GAINED, QWEN)}),
    ("grant to a group whom nothing meters", put("access/gold/groups", ["gold", "lab"]), set()),
    ("grant a model to a tier", put("models/qwen/tiers", ["small", "large"]), {(GAINED, QWEN)}),
    ("grant a model to all tiers", put("models/qwen/tiers", "*"), {(GAINED, QWEN)}),
    ("open the guard to a tier", put("models/guard/tiers", ["large"]), {(GAINED, GUARD)}),
    ("revoke from a tier", put("models/granite/tiers", ["large"]), {(LOST, GRANITE)}),
    ("revoke from all tiers", put("models/granite/tiers", []), {(LOST, GRANITE)}),
    ("revoke from a group", put("access/lab/groups", []), {(LOST, QWEN)}),
    ("revoke from a user", put("access/lab/users", []), {(LOST, QWEN)}),
    ("drop an access entry", drop("access/gold"), {(LOST, GRANITE), (LOST, QWEN)}),
    ("drop a model of an access entry", put("access/gold/models", ["granite"]), {(LOST, QWEN)}),
    (
        "add a user with a budget",
        both(put("access/lab/users", ["alice", "bob"]), put(f"{DAY}/owner/users", ["alice", "bob"])),
        {(MIXED, QWEN), (RAISED, QWEN)},
    ),
    (
        "add access and a budget",
        both(
            put("access/more", {"models": ["guard"], "groups": ["lab"]}),
            put(
                "subscriptions/more",
                {"owner": {"groups": ["lab"]}, "models": {"guard": {"tokens": [{"limit": 1, "window": "1m"}]}}},
            ),
        ),
        {(GAINED, GUARD)},
    ),
    (
        "add access and no limit",
        both(
            put("access/more", {"models": ["guard"], "groups": ["lab"]}),
            put("subscriptions/more", {"owner": {"groups": ["lab"]}, "models": {"guard": {"unlimited": True}}}),
        ),
        {(GAINED, GUARD), (UNMETERED, GUARD)},
    ),
    ("a group renamed", everywhere("lab", "science"), {(GAINED, QWEN), (LOST, QWEN)}),
    (
        "a group of a tier renamed",
        both(put("groups/rich", {}), put(f"{LARGE}/groups", ["rich"])),
        {(GAINED, GRANITE), (LOST, GRANITE), (GAINED, QWEN), (LOST, QWEN)},
    ),
    (
        "a group put into another tier",
        both(put("groups/spare", {}), put(f"{SMALL}/groups", ["spare"]), put(f"{LARGE}/groups", ["paid", "free"])),
        {(GAINED, QWEN), (MIXED, GRANITE), (RESET, GRANITE)},
    ),
    (
        "tier levels swapped",
        both(put(f"{SMALL}/level", 1), put(f"{LARGE}/level", 0)),
        {(MIXED, GRANITE), (RESET, GRANITE), (LOST, QWEN)},
    ),
    ("tier levels spread", both(put(f"{SMALL}/level", 3), put(f"{LARGE}/level", 7)), set()),
    ("a tier's limit raised", put(f"{SMALL}/tokens/0/limit", 200), {(RAISED, GRANITE), (RESET, GRANITE)}),
    (
        "a tier's limit lowered",
        put(f"{LARGE}/tokens/0/limit", 900),
        {(LOWERED, GRANITE), (RESET, GRANITE), (LOWERED, QWEN), (RESET, QWEN)},
    ),
    ("a tier's window shortened", put(f"{SMALL}/tokens/0/window", "30s"), {(RAISED, GRANITE), (RESET, GRANITE)}),
    ("a tier's window spelt otherwise", put(f"{SMALL}/tokens/0/window", "60s"), set()),
    ("a tier's requests limited", put(f"{SMALL}/requests", [{"limit": 3, "window": "1m"}]), {(LOWERED, GRANITE)}),
    ("a tier's requests no longer limited", drop(f"{LARGE}/requests"), {(RAISED, GRANITE), (RAISED, QWEN)}),
    (
        "a tier's requests raised",
        put(f"{LARGE}/requests/0/limit", 20),
        {(RAISED, GRANITE), (RESET, GRANITE), (RAISED, QWEN), (RESET, QWEN)},
    ),
    (
        "a tier without limits",
        put(SMALL, {"level": 0, "groups": ["free"], "unlimited": True}),
        {(UNMETERED, GRANITE), (RAISED, GRANITE)},
    ),
    ("a tier of nothing", put(f"{SMALL}/tokens/0/limit", 0), {(LOWERED, GRANITE)}),
    (
        "a tier renamed",
        both(rename("tiers", "small", "tiny"), put("models/granite/tiers", ["tiny", "large"])),
        {(RESET, GRANITE), (RAISED, GRANITE), (LOWERED, GRANITE)},
    ),
    ("a tier on top", put("tiers/top", TIER), {(LOST, GRANITE), (IDENTITY, QWEN)}),
    (
        "a tier dropped",
        both(drop("tiers/large"), put("models/granite/tiers", ["small"]), put("models/qwen/tiers", [])),
        {(LOST, GRANITE), (LOST, QWEN)},
    ),
    ("a tier's display name", put(f"{SMALL}/displayName", "Small"), set()),
    ("a subscription's limit raised", put(f"{DAY}/models/qwen/tokens/0/limit", 600), {(RAISED, QWEN), (RESET, QWEN)}),
    ("a subscription's limit lowered", put(f"{BIG}/models/granite/tokens/0/limit", 1), {(LOWERED, GRANITE), (RESET, GRANITE)}),
    (
        "a burst up and a day down",
        put(f"{DAY}/models/qwen/tokens", [{"limit": 900, "window": "1h"}, {"limit": 2000, "window": "1d"}]),
        {(MIXED, QWEN), (RESET, QWEN)},
    ),
    ("a window changed", put(f"{DAY}/models/qwen/tokens/1/window", "2d"), {(LOWERED, QWEN), (RESET, QWEN)}),
    ("a window dropped", drop(f"{DAY}/models/qwen/tokens/1"), {(RAISED, QWEN), (RESET, QWEN)}),
    (
        "a window added",
        put(f"{BIG}/models/qwen/tokens", [{"limit": 9000, "window": "1h"}, {"limit": 50000, "window": "1d"}]),
        {(LOWERED, QWEN), (RESET, QWEN)},
    ),
    (
        "a window added that binds nobody",
        put(f"{BIG}/models/qwen/tokens", [{"limit": 9000, "window": "1h"}, {"limit": 216000, "window": "1d"}]),
        {(RESET, QWEN)},
    ),
    ("a count shared", put(f"{BIG}/models/qwen/per", "subscription"), {(LOWERED, QWEN), (RESET, QWEN)}),
    ("a subscription without limits", put(f"{BIG}/models/qwen", {"unlimited": True}), {(UNMETERED, QWEN), (RAISED, QWEN)}),
    ("a subscription's requests limited", put(f"{BIG}/models/qwen/requests", [{"limit": 1, "window": "1m"}]), {(LOWERED, QWEN)}),
    ("an entry renamed", rename("subscriptions", "lab-day", "lab-daily"), {(RESET, QWEN), (RAISED, QWEN), (LOWERED, QWEN)}),
    ("priorities swapped", both(put(f"{DAY}/priority", 20), put(f"{BIG}/priority", 10)), {(LOWERED, QWEN), (RESET, QWEN)}),
    ("priorities spread", both(put(f"{DAY}/priority", 1), put(f"{BIG}/priority", 2)), set()),
    ("an owner added", put(f"{BIG}/owner/groups", ["gold", "lab"]), {(RAISED, QWEN), (RESET, QWEN)}),
    ("an owner by e-mail", put(f"{DAY}/owner/users", ["alice@example.com"]), set()),
    ("an owner dropped", put(f"{DAY}/owner/users", []), {(LOST, QWEN)}),
    ("a subscription dropped", drop(DAY), {(LOST, QWEN)}),
    ("a subscription's model dropped", drop(f"{BIG}/models/granite"), {(LOST, GRANITE)}),
    ("a subscription's organization", put(f"{BIG}/metadata/organization", "umbrella"), set()),
    ("a policy's limit", put("policies/crew/tokens/0/limit", 30), {(LOWERED, QWEN), (RESET, QWEN)}),
    ("a policy counted for each", put("policies/crew/per", "user"), {(RAISED, QWEN), (RESET, QWEN)}),
    ("a policy renamed", everywhere("crew", "staff"), set()),
    ("a team's group dropped", put("teams/ops/groups", []), {(LOST, QWEN)}),
    (
        "a team's member added",
        put("teams/ops/members", [{"user": "bob", "role": "member"}, {"user": "alice", "role": "member"}]),
        {(RAISED, QWEN)},
    ),
    ("a team's member dropped", put("teams/ops/members", []), {(LOST, QWEN)}),
    (
        "a team's grant added",
        put("teams/ops/grants", [{"model": "qwen", "role": "invoke"}, {"model": "guard", "role": "invoke"}]),
        {(GAINED, GUARD)},
    ),
    ("a team's grant dropped", put("teams/ops/grants", []), {(LOST, QWEN)}),
    ("a team's title", put("teams/ops/name", "Ops"), set()),
    ("a method removed", drop(f"{METHODS}/1"), {(LOST, ""), (IDENTITY, "")}),
    ("a method added", put(METHODS, [*BASE["platform"]["authentication"], REVIEW]), {(GAINED, ""), (IDENTITY, "")}),
    ("an audience changed", put(f"{METHODS}/0/audiences", ["console"]), {(GAINED, ""), (LOST, ""), (IDENTITY, "")}),
    ("a method renamed", put(f"{METHODS}/0/name", "cluster"), set()),
    ("methods in another order", put(METHODS, BASE["platform"]["authentication"][::-1]), {(IDENTITY, "")}),
    ("the host renamed", put("platform/gateway/hostname", "ai.example.com"), {(PLATFORM, "")}),
    ("another release", put("platform/kuadrant", "1.4.6"), {(PLATFORM, "")}),
    ("another bridge", put("platform/bridge", "groups"), {(PLATFORM, ""), (RESET, GRANITE), (RESET, QWEN)}),
    ("more room in Limitador", put("platform/limitador", {"users": 50, "maxCounters": 2000}), {(PLATFORM, "")}),
    ("another MaaS API", put("platform/maasApi", {"namespace": "api"}), {(PLATFORM, "")}),
    ("a model renamed", everywhere("granite", "marble"), {(LOST, GRANITE), (GAINED, "llm/marble")}),
    ("a model's service renamed", put("models/granite/backend/name", "marble"), {(MOVED, GRANITE), (RESET, GRANITE)}),
    (
        "a model served by a Service",
        put("models/granite/backend", {"kind": "Service", "name": "granite", "port": 80}),
        {(RESET, GRANITE)},
    ),
    ("a model's port", put("models/qwen/backend/port", 8080), set()),
    ("a model's description", put("models/qwen/description", "Big"), set()),
    ("a model added", put("models/opt", {"backend": {"kind": "LLMInferenceService"}, "tiers": ["small"]}), {(GAINED, "llm/opt")}),
    ("a model added for nobody", put("models/opt", {"backend": {"kind": "LLMInferenceService"}}), set()),
    ("a model dropped", drop("models/guard"), set()),
    (
        "the namespace of models",
        put("platform/modelNamespace", "ai"),
        {(LOST, GRANITE), (LOST, QWEN), (GAINED, "ai/granite"), (GAINED, "ai/qwen")},
    ),
    ("a group declared", put("groups/new", {}), set()),
    ("an invariant", put("invariants", [{"name": "shut", "callers": {}, "models": ["guard"], "never": "access"}]), set()),
]
