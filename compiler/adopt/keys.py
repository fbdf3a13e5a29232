"""API keys whose objects say what `teams.*.keys` says: whose they are, what meters them, and where the value lies."""

from __future__ import annotations

from typing import Final

from compiler.adopt.draft import Draft, Entry, origin
from compiler.adopt.gather import Dump
from compiler.adopt.objects import Object, Plain, mapping, mappings
from compiler.intent.scalars import is_label
from compiler.program.keys import (
    BOUND_ANNOTATION,
    DATA_KEY,
    EVERY_MODEL,
    GROUPS_ANNOTATION,
    KEY_LABEL,
    MODELS_ANNOTATION,
    SEPARATOR,
    TEAM_ANNOTATION,
    USER_ANNOTATION,
    WATCH_LABEL,
)
from compiler.program.methods import TEAM_PREFIX

_NEEDED: Final = (USER_ANNOTATION, TEAM_ANNOTATION, BOUND_ANNOTATION, MODELS_ANNOTATION)
_NOTHING: Final = "no-budget"
_REST: Final = "its key goes on working only as long as the object stays"


class _NotSaidError(ValueError):
    """A key that `teams.*.keys` cannot say; says why."""


def keys(dump: Dump, draft: Draft) -> None:
    """Add the keys that an ExternalSecret tells everything of; the value stays in the store, and is read by nobody here."""
    for found in dump.of("ExternalSecret"):
        try:
            _key(found, draft)
        except _NotSaidError as error:
            draft.leave(found, f"is for an API key that is not taken over, because {error}: {_REST}")


def _key(found: Object, draft: Draft) -> None:
    target = mapping(found.spec.get("target"))
    template = mapping(mapping(target.get("template")).get("metadata"))
    said = {str(name): str(text) for name, text in mapping(template.get("annotations")).items()}
    missing = [name for name in _NEEDED if not said.get(name)]
    if missing or not {WATCH_LABEL, KEY_LABEL} <= mapping(template.get("labels")).keys():
        raise _NotSaidError(f"it does not say `{(*missing, WATCH_LABEL)[0]}`")
    if not any(one.get("kind") == "apiKey" for one in draft.platform.data["authentication"]):
        raise _NotSaidError("no way in of a model is by keys")
    team, bound = said[TEAM_ANNOTATION], said[BOUND_ANNOTATION]
    alias = str(target.get("name", found.name)).removeprefix(f"maas-key-{team}.")
    if alias == target.get("name", found.name) or not is_label(alias) or not is_label(team):
        raise _NotSaidError(f"its Secret is not called `maas-key-{team}.` and an alias")
    if bound.startswith(TEAM_PREFIX) or bound not in draft.sections["subscriptions"]:
        raise _NotSaidError(f"it is bound to `{bound}`, which is none of the subscriptions")
    models = [] if said[MODELS_ANNOTATION] == EVERY_MODEL else said[MODELS_ANNOTATION].split(SEPARATOR)
    strange = [name for name in models if name not in draft.sections["models"]]
    if strange:
        raise _NotSaidError(f"it opens `{strange[0]}`, which is not among the models taken over")
    groups = [name for name in said.get(GROUPS_ANNOTATION, "").split(SEPARATOR) if name]
    user = said[USER_ANNOTATION]
    entry: Plain = {"user": user, "groups": groups, "subscription": bound, **({"models": models} if models else {})}
    entry["secret"] = {"external": _stored(found)}
    owner = draft.sections["teams"].get(team) or _team(draft, team)
    if {"user": user} not in owner.data["members"]:
        owner.data["members"].append({"user": user})
    owner.data["keys"][alias] = entry
    owner.origins.append(origin(found))


def _team(draft: Draft, name: str) -> Entry:
    """Add a team that may call nothing as such: subscriptions meter its keys, and no object tells a budget of its own."""
    if _NOTHING not in draft.sections["policies"]:
        policy: Plain = {"kind": "TokenRateLimitPolicy", "tokens": [{"limit": 0, "window": "1m"}]}
        entry = draft.add("policies", _NOTHING, policy)
        entry.remarks.append("of teams whose keys subscriptions meter: no object tells of another budget")
    return draft.add("teams", name, {"defaultPolicy": _NOTHING, "members": [], "keys": {}})


def _stored(found: Object) -> Plain:
    """Say where the value is kept."""
    store = mapping(found.spec.get("secretStoreRef"))
    held = [mapping(one.get("remoteRef")) for one in mappings(found.spec.get("data")) if one.get("secretKey") == DATA_KEY]
    if len(held) != 1 or not is_label(str(store.get("name", ""))) or not held[0].get("key"):
        raise _NotSaidError(f"where its `{DATA_KEY}` lies is not said")
    said: Plain = {"store": store["name"], "storeKind": store.get("kind", "SecretStore"), "path": held[0]["key"]}
    return said | ({"property": held[0]["property"]} if held[0].get("property") else {})
