"""A digest of what is written, the same for any order of files and keys, any layout and any comment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from pydantic import BaseModel

from compiler.intent.intent import Intent, Item


def digest(intent: Intent) -> str:
    """Give the SHA-256 of the configuration's content, in hexadecimal."""
    sections: dict[str, object] = {"platform": _plain(intent.platform.spec)}
    for name in ("groups", "users", "tiers", "models", "access", "subscriptions", "policies", "teams", "invariants"):
        items: Mapping[str, Item[BaseModel]] = getattr(intent, name)
        sections[name] = {key: _plain(item.spec) for key, item in items.items()}
    canonical = json.dumps(sections, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(spec: BaseModel) -> object:
    return spec.model_dump(mode="json", by_alias=True)
