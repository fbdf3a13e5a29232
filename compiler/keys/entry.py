"""Spells the entry of a key in YAML: below its team in lines, or within braces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from compiler.program.keys import External, Sealed
from compiler.source.sealed import is_sealed

_STEP: Final = "  "
# What no reader of YAML takes for anything else, in braces or out of them.
_PLAIN: Final = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)[A-Za-z][A-Za-z0-9_./@-]*\Z", re.IGNORECASE)

_CLUSTER_WIDE: Final = "ClusterSecretStore"


@dataclass(frozen=True)
class NewKey:
    """A key that is to be written; what is empty or None is left out."""

    alias: str
    user: str
    secret: External | Sealed
    groups: tuple[str, ...] = ()
    subscription: str | None = None
    models: tuple[str, ...] = ()

    def data(self) -> dict[str, object]:
        """Give the entry as plain data."""
        found: dict[str, object] = {"user": self.user}
        if self.groups:
            found["groups"] = list(self.groups)
        if self.subscription is not None:
            found["subscription"] = self.subscription
        if self.models:
            found["models"] = list(self.models)
        return found | {"secret": _secret(self.secret)}

    def lines(self, indent: str) -> Iterator[str]:
        """Give the entry as lines of a block, without their ends."""
        yield f"{indent}{spelt(self.alias)}:"
        for name, value in self.data().items():
            yield f"{indent}{_STEP}{name}: {flow(value)}"

    def flow(self) -> str:
        """Give the entry as it stands within braces."""
        return f"{spelt(self.alias)}: {flow(self.data())}"


def _secret(secret: External | Sealed) -> dict[str, object]:
    if isinstance(secret, Sealed):
        return {"sealed": secret.value}
    found = {"store": secret.store}
    if secret.store_kind != _CLUSTER_WIDE:
        found["storeKind"] = secret.store_kind
    found["path"] = secret.path
    if secret.property is not None:
        found["property"] = secret.property
    return {"external": found}


def flow(value: object) -> str:
    """Spell plain data in one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{name}: {flow(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
        case _:
            return spelt(str(value))


def spelt(text: str) -> str:
    """Spell a text as it is where every reader takes it for that text, and in quotes otherwise."""
    return text if _PLAIN.match(text) or is_sealed(text) else json.dumps(text, ensure_ascii=False)
