"""Keys whose ExternalSecret tells everything become keys of a team; nothing of their values is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from adopt_cluster import GATEWAY, Plain, listing, thing
from cli_support import run
from test_adopt_ways import KEYS, _platform

NAMES = "maas.opendatahub.io"
LABELS = {"authorino.kuadrant.io/managed-by": "authorino", f"{NAMES}/api-key": GATEWAY}
SAID = {
    f"{NAMES}/user": "alice",
    f"{NAMES}/groups": "research",
    f"{NAMES}/team": "demo",
    f"{NAMES}/policy": "",
    f"{NAMES}/subscription": "research",
    f"{NAMES}/models": "*",
}
REMOTE: Plain = {"key": "maas/alice-dev", "property": "value"}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _key(name: str = "maas-key-demo.alice-dev", **said: str) -> Plain:
    metadata = {"labels": dict(LABELS), "annotations": {**SAID, **{f"{NAMES}/{key}": value for key, value in said.items()}}}
    spec: Plain = {
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
        "target": {"name": name, "template": {"metadata": metadata, "data": {"other": "{{ .value }}"}}},
        "data": [{"secretKey": "api_key", "remoteRef": {**REMOTE, "key": f"maas/{name.rpartition('.')[2]}"}}],
    }
    return thing("external-secrets.io/v1", "ExternalSecret", "kuadrant-system", name, spec=spec)


def _objects(*keys: Plain) -> list[Plain]:
    method = KEYS | {"apiKey": {"selector": {"matchLabels": LABELS}}}
    return [*_platform({"keys": method}, {}), *keys]


def _imported(objects: list[Plain]) -> tuple[Any, str]:
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    shown = run("import", "dump.yaml").output
    teams = Path("config/teams.yaml")
    return yaml.safe_load(teams.read_text(encoding="utf-8"))["teams"] if teams.exists() else None, shown


def test_a_key_becomes_one_of_its_team() -> None:
    """The object that is then emitted has the same name, says the same, and asks the same store."""
    teams, _ = _imported(_objects(_key(), _key("maas-key-demo.bob", user="bob", models="llm/granite")))
    store = {"store": "vault", "storeKind": "ClusterSecretStore", "path": "maas/alice-dev", "property": "value"}
    assert teams == {
        "demo": {
            "defaultPolicy": "no-budget",
            "members": [{"user": "alice"}, {"user": "bob"}],
            "keys": {
                "alice-dev": {
                    "user": "alice",
                    "groups": ["research"],
                    "subscription": "research",
                    "secret": {"external": store},
                },
                "bob": {
                    "user": "bob",
                    "groups": ["research"],
                    "subscription": "research",
                    "models": ["llm/granite"],
                    "secret": {"external": store | {"path": "maas/bob"}},
                },
            },
        }
    }
    assert run("check").exit_code == 0
    assert run("build", "-q").exit_code == 0
    (emitted,) = yaml.safe_load_all(Path("out/teams/demo/key-alice-dev.yaml").read_text(encoding="utf-8"))
    assert emitted["metadata"]["name"] == "maas-key-demo.alice-dev"
    assert emitted["spec"]["target"]["template"]["metadata"]["annotations"] == SAID
    (data,) = emitted["spec"]["data"]
    assert data["remoteRef"].items() >= REMOTE.items()


def _without(path: tuple[str, ...]) -> Plain:
    key = _key()
    inner = key["spec"]
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return key


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (_key(team=""), "it does not say `maas.opendatahub.io/team`"),
        (
            _without(("target", "template", "metadata", "labels", "authorino.kuadrant.io/managed-by")),
            "it does not say `authorino",
        ),
        (_key("alice"), "its Secret is not called `maas-key-demo.` and an alias"),
        (_key(subscription="team:demo"), "it is bound to `team:demo`, which is none of the subscriptions"),
        (_key(models="llm/other"), "it opens `llm/other`, which is not among the models taken over"),
        (_without(("data",)), "where its `api_key` lies is not said"),
    ],
)
def test_what_a_key_does_not_say_is_told(key: Plain, why: str) -> None:
    teams, shown = _imported(_objects(key))
    assert teams is None
    assert "ExternalSecret kuadrant-system/" in shown
    assert f"is for an API key that is not taken over, because {why}" in shown


def test_without_a_way_in_by_keys_none_is_taken_over() -> None:
    teams, shown = _imported([*_platform({}, {}), _key()])
    assert teams is None
    assert "because no way in of a model is by keys" in shown


def test_other_secrets_of_stores_are_not_looked_at() -> None:
    other = _key()
    other["spec"]["target"]["template"]["metadata"]["labels"] = {"app": "x"}
    teams, shown = _imported(_objects(other))
    assert teams is None
    assert "1 ExternalSecret.external-secrets.io" in shown


def test_a_plain_key_keeps_its_annotations_beside_the_report() -> None:
    """Whose it is can be read there; its value is nowhere."""
    secret = thing(
        "v1", "Secret", "kuadrant-system", "alice", labels=LABELS, annotations=SAID, data={"api_key": "c2VjcmV0LXZhbHVl"}
    )
    _imported(_objects(secret))
    kept = yaml.safe_load(Path("unmanaged/secret.yaml").read_text(encoding="utf-8"))
    assert kept["metadata"]["annotations"] == {name: text for name, text in SAID.items() if not name.endswith("/policy")}
    assert "c2VjcmV0LXZhbHVl" not in Path("unmanaged/secret.yaml").read_text(encoding="utf-8")


def test_a_key_does_not_hide_that_the_platform_is_unclear() -> None:
    teams, shown = _imported([one for one in _objects(_key()) if one["kind"] != "Gateway"])
    assert teams is None
    assert "error[unclear-platform]: the host of the gateway `openshift-ingress/maas-default-gateway` is not in the dump" in shown
