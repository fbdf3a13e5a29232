"""API keys as they are meant, and what the Secret of each says: the contract between keys and the method that reads them.

Authorino finds the Secret by its labels, compares the value below `DATA_KEY` with what the caller sends, and gives the whole
Secret as the caller's identity, so the annotations are what the gateway knows of the caller.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from compiler.diagnostics.model import Place

# Authorino reads a Secret only with its watch label, and an AuthPolicy asks for those of its gateway.
WATCH_LABEL: Final = "authorino.kuadrant.io/managed-by"
WATCHED_BY: Final = "authorino"
KEY_LABEL: Final = "maas.opendatahub.io/api-key"

USER_ANNOTATION: Final = "maas.opendatahub.io/user"
GROUPS_ANNOTATION: Final = "maas.opendatahub.io/groups"
TEAM_ANNOTATION: Final = "maas.opendatahub.io/team"
POLICY_ANNOTATION: Final = "maas.opendatahub.io/policy"
BOUND_ANNOTATION: Final = "maas.opendatahub.io/subscription"
MODELS_ANNOTATION: Final = "maas.opendatahub.io/models"

# Joins groups and models in an annotation; no such name may hold it.
SEPARATOR: Final = ","
EVERY_MODEL: Final = "*"

DATA_KEY: Final = "api_key"
DEFAULT_NAMESPACE: Final = "kuadrant-system"


class External(Struct, frozen=True):
    """The value lies in a store outside of the cluster; `path` and `property` find it there."""

    store: str
    store_kind: str
    path: str
    property: str | None


class Sealed(Struct, frozen=True):
    """The value as only the cluster's sealed-secrets controller can read it, base64 as `kubeseal` writes it."""

    value: str


class Key(Struct, frozen=True):
    """A key of one member of a team.

    `groups` are those its caller is in, sorted. `bound` is the key of the entry that meters it: the plain name of a
    subscription, or `team:<team>`; `policy` is the team's budget where the key is bound to the team, else None. `models` are the
    only ones it opens, `namespace/name` and sorted; None for all that user and groups may call.
    """

    team: str
    alias: str
    user: str
    groups: tuple[str, ...]
    policy: str | None
    bound: str
    models: tuple[str, ...] | None
    secret: External | Sealed
    origin: Place

    @property
    def id(self) -> str:
        """Give `team/alias`; no two keys have the same."""
        return f"{self.team}/{self.alias}"

    def opens(self, model: str) -> bool:
        """Tell whether it is for a model, `namespace/name`, as far as the key itself goes."""
        return self.models is None or model in self.models


def secret_labels(gateway: str) -> dict[str, str]:
    """Give the labels by which Authorino finds the keys of a Gateway, named without its namespace."""
    return {WATCH_LABEL: WATCHED_BY, KEY_LABEL: gateway}


def secret_annotations(key: Key) -> dict[str, str]:
    """Give what the Secret of a key says of its caller: all of them always, empty where there is nothing to say."""
    return {
        USER_ANNOTATION: key.user,
        GROUPS_ANNOTATION: SEPARATOR.join(key.groups),
        TEAM_ANNOTATION: key.team,
        POLICY_ANNOTATION: key.policy or "",
        BOUND_ANNOTATION: key.bound,
        MODELS_ANNOTATION: EVERY_MODEL if key.models is None else SEPARATOR.join(key.models),
    }
