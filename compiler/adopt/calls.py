"""Calls of the MaaS API in the metadata of a policy: of what these fetch the answers are known, and of nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from compiler.adopt.objects import Plain, mapping

INFO: Final = "subscription-info"
VALIDATION: Final = "apiKeyValidation"
TIER: Final = "matchedTier"

# By what the paths of the calls end in all releases.
_CALLS: Final = {INFO: "/subscriptions/select", VALIDATION: "/api-keys/validate", TIER: "/tiers/lookup"}
# In Rego: what is looked at besides, a decision without a condition, and the conditions.
_BESIDE: Final = re.compile(r"\binput\b(?!\.auth\.metadata\b)|\bdata\.")
_ALWAYS: Final = re.compile(r"\ballow\s*:?=\s*true\b(?!\s*(?:if\b|\{))|\ballow\s*(?:\n|\Z)")
_DECISION: Final = re.compile(r"(?<!default )\ballow\b")
_CONDITION: Final = re.compile(r"\ballow\b[^{}\n]{0,99}\{([^{}]*)\}")
_LOOKED_AT: Final = re.compile(r"auth\s*(?:\.\s*metadata|\[)")


def answered(fetched: object) -> frozenset[str]:
    """Give the names under which a policy has answers of the API; `fetched` is its `metadata`."""
    return frozenset(name for name, end in _CALLS.items() if _leads_to(mapping(mapping(fetched).get(name)), end))


def _leads_to(entry: Plain, end: str) -> bool:
    url = mapping(entry.get("http")).get("url")
    return isinstance(url, str) and url.partition("?")[0].endswith(end)


def says_no_more(rego: str) -> bool:
    """Tell whether a rule decides by answers of the API alone: not by who calls, and never without asking."""
    conditions = _CONDITION.findall(rego)
    # Whatever else is said of `allow` has a form that is not read here.
    asks = len(conditions) == len(_DECISION.findall(rego)) and all("input.auth.metadata" in one for one in conditions)
    return bool(conditions) and asks and _BESIDE.search(rego) is None and _ALWAYS.search(rego) is None


def unknown(fetched: object, texts: Iterable[str]) -> object:
    """Give what a policy fetches besides, where its `texts` look at anything that was fetched; None where nothing is left."""
    if not isinstance(fetched, dict):
        return fetched
    known = answered(fetched)
    rest = {name: entry for name, entry in fetched.items() if name not in known}
    return rest if rest and any(map(_LOOKED_AT.search, texts)) else None
