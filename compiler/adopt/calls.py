"""Calls of the MaaS API in the metadata of a policy: of what these fetch the answers are known, and of nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from compiler.adopt.objects import Plain, mapping, mappings
from compiler.adopt.probes import asks_for_subscription, asks_for_tier
from compiler.cel import printer
from compiler.cel.parse import parse
from compiler.cel.tree import Not
from compiler.engines.base import Engine

INFO: Final = "subscription-info"
VALIDATION: Final = "apiKeyValidation"
TIER: Final = "matchedTier"

# By what the paths of the calls end in all releases.
_CALLS: Final = {INFO: "/subscriptions/select", VALIDATION: "/api-keys/validate", TIER: "/tiers/lookup"}
# What a call says to have a subscription chosen among all of the caller's, and to have it chosen among those of a model.
_WHO: Final = frozenset({"groups", "username", "requestedSubscription"})
_MODEL: Final = "requestedModel"
# Whatever may lead to what was fetched, by its name or by a pattern of selectors.
_LOOKED_AT: Final = re.compile(r"auth\s*(?:\.\s*(?:metadata\b|\w*[*?@#\\|])|\[)")
# What finds nothing for callers without keys.
_OF_KEYS: Final = re.compile(
    r"auth\.metadata\.apiKeyValidation\b|has\(auth\.metadata\)(?=\s*&&\s*has\(auth\.metadata\.apiKeyValidation\))"
)


class Call(Struct, frozen=True):
    """A call that is made of the API where all conditions of `when` hold; `of_model` if it asks about one model."""

    when: tuple[Plain, ...]
    of_model: bool = False

    @property
    def otherwise(self) -> str | None:
        """Give, as CEL, where the call is not made; None where that cannot be told."""
        predicate = self.when[0].get("predicate") if len(self.when) == 1 and len(self.when[0]) == 1 else None
        try:
            return printer.text(Not(parse(predicate))) if isinstance(predicate, str) else None
        except (ValueError, RecursionError):
            return None


def answered(fetched: object, engine: Engine) -> Mapping[str, Call]:
    """Give the calls that a policy has answers of, by the names of these; `fetched` is its `metadata`."""
    found = {name: _call(name, mapping(mapping(fetched).get(name)), engine) for name in _CALLS}
    return {name: call for name, call in found.items() if call is not None}


def _call(name: str, entry: Plain, engine: Engine) -> Call | None:
    http = mapping(entry.get("http"))
    url, when = http.get("url"), entry.get("when", [])
    if not isinstance(url, str) or not url.partition("?")[0].endswith(_CALLS[name]) or http.get("method") != "POST":
        return None
    conditions = tuple(mappings(when))
    if not isinstance(when, list) or len(conditions) != len(when):
        return None
    body = str(mapping(http.get("body")).get("expression"))
    match name:
        case "matchedTier":
            return Call(conditions) if asks_for_tier(body, engine) else None
        case "subscription-info":
            said = asks_for_subscription(body, engine)
            return Call(conditions, of_model=_MODEL in said) if said >= _WHO else None
        case _:
            # Whoever is asked about has no key, whatever of the request it would be.
            return Call(conditions)


def unknown(fetched: object, texts: Iterable[str], *, without_keys: bool) -> object:
    """Give what a policy fetches where its `texts` still look at it; None where they do not.

    Where whoever is let in is `without_keys`, nothing is fetched about a key.
    """
    if not isinstance(fetched, dict):
        return fetched
    looking = (_OF_KEYS.sub("", text) if without_keys else text for text in texts)
    return fetched if any(map(_LOOKED_AT.search, looking)) else None
