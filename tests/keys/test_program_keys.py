"""What the Secret of a key says, which is all that the gateway knows of its caller."""

from __future__ import annotations

from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.program.keys import External, Key, secret_annotations, secret_labels

_KEY = Key(
    team="demo",
    alias="alice-dev",
    user="alice",
    groups=("premium", "research"),
    policy="pro-plan",
    bound="team:demo",
    models=("llm/granite", "llm/gpt"),
    secret=External("vault", "ClusterSecretStore", "maas/alice-dev", None),
    origin=Place("teams.yaml"),
)


def test_annotations_say_who_calls_with_what_budget() -> None:
    """The names and the form are read by the gateway, so they are the same for ever."""
    assert secret_annotations(_KEY) == {
        "maas.opendatahub.io/user": "alice",
        "maas.opendatahub.io/groups": "premium,research",
        "maas.opendatahub.io/team": "demo",
        "maas.opendatahub.io/policy": "pro-plan",
        "maas.opendatahub.io/subscription": "team:demo",
        "maas.opendatahub.io/models": "llm/granite,llm/gpt",
    }


def test_annotations_are_there_also_where_they_say_nothing() -> None:
    """A missing annotation would be an error in the expression that reads it, and 403 for the key."""
    bare = secret_annotations(replace(_KEY, groups=(), policy=None, bound="gold", models=None))
    assert bare["maas.opendatahub.io/groups"] == ""
    assert bare["maas.opendatahub.io/policy"] == ""
    assert bare["maas.opendatahub.io/models"] == "*"
    assert bare.keys() == secret_annotations(_KEY).keys()


def test_labels_let_authorino_find_the_keys_of_one_gateway() -> None:
    """Without the watch label Authorino never reads the Secret; the other one parts the keys of two Gateways."""
    assert secret_labels("maas-gateway") == {
        "authorino.kuadrant.io/managed-by": "authorino",
        "maas.opendatahub.io/api-key": "maas-gateway",
    }


def test_a_key_is_named_by_team_and_alias() -> None:
    """Two teams may use one alias."""
    assert _KEY.id == "demo/alice-dev"
