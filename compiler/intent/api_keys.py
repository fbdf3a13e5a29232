"""The models of an API key: who calls with it, what it opens, and where its value lies."""

from __future__ import annotations

from typing import Annotated, Literal

from compiler.intent.field import Field, Refused
from compiler.intent.scalars import Label, Text
from compiler.intent.spec import Spec


class ExternalSpec(Spec):
    """A value that the External Secrets Operator reads from a store."""

    store: Annotated[Label, Field(description="the store that holds the value")]
    store_kind: Annotated[
        Literal["ClusterSecretStore", "SecretStore"],
        Field(
            alias="storeKind",
            description="kind of the store: `ClusterSecretStore`; `SecretStore`, which lies in the namespace of Kuadrant",
        ),
    ] = "ClusterSecretStore"
    path: Annotated[Text, Field(min_length=1, max_length=1024, description="where the value is in the store")]
    property: Annotated[
        Text | None,
        Field(min_length=1, max_length=1024, description="which of several values there; all that is there unless given"),
    ] = None


class SecretSpec(Spec):
    """Where the value of a key is kept; it is never written here."""

    external: Annotated[ExternalSpec | None, Field(description="in a store that the External Secrets Operator reads")] = None
    sealed: Annotated[
        str | None,
        Field(
            min_length=1,
            description="sealed for the cluster's sealed-secrets controller, as `maasc key new` and `kubeseal --raw` print it; "
            "or the name of a file that ends in `.sealed` and holds that",
        ),
    ] = None

    def sound(self) -> None:
        """Refuse a value that is kept in two places, or in none."""
        if (self.external is None) == (self.sealed is None):
            raise Refused("bad-value", "the value of a key is either `external` or `sealed`")


class KeySpec(Spec):
    """A key of one member; the team's budget meters it unless a subscription does."""

    user: Annotated[str, Field(description="the member who calls with it, by name, e-mail address or subject")]
    groups: Annotated[list[str] | None, Field(description="groups that its caller is in; those of the team unless given")] = None
    subscription: Annotated[str | None, Field(description="the subscription that meters it; the team's policy unless given")] = (
        None
    )
    models: Annotated[
        list[str] | None,
        Field(min_length=1, description="the only models that it opens; all that its user may call unless given"),
    ] = None
    secret: Annotated[SecretSpec, Field(description="where its value is kept")]
