"""Spells the entry of a key in YAML: below its team in lines, or within braces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from compiler.program.keys import External, Sealed
from compiler.source.edit import STEP, spelt

_CLUSTER_WIDE: Final = "ClusterSecretStore"


class NewKey(Struct, frozen=True):
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
            yield f"{indent}{STEP}{name}: {flow(value)}"

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
