"""Secrets that open something: those that our policies take for keys, and what our objects have written on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from drift_cluster import Object, cluster, copied, emitted, named
from drift_sides import compiled, differing, drifted, live

from compiler.drift.result import Fate

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out"
KEYS = ROOT / "tests/cases/keys/out"
KINDS = ("ExternalSecret", "SealedSecret")
MANAGED = {"app.kubernetes.io/managed-by": "maasc"}
USER, BOUND = "maas.opendatahub.io/user", "maas.opendatahub.io/subscription"


def made(out: Path) -> list[Object]:
    """Give the Secrets that controllers make of the objects of a folder."""
    return [_made(one) for one in emitted(out) if one["kind"] in KINDS]


def _made(one: Object) -> Object:
    spec = one["spec"]
    written = (spec["target"] if one["kind"] == "ExternalSecret" else spec)["template"]["metadata"]
    owner = {"apiVersion": one["apiVersion"], "kind": one["kind"], "name": one["metadata"]["name"]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": spec.get("target", one["metadata"])["name"],
            "namespace": one["metadata"]["namespace"],
            "labels": {**written["labels"], "reconcile.external-secrets.io/managed": "true"},
            "annotations": {**written["annotations"], "reconcile.external-secrets.io/data-hash": "0"},
            "ownerReferences": [owner],
        },
    }


def test_what_controllers_make_of_ours_is_ours() -> None:
    secrets = made(KEYS)
    assert {one["kind"] for one in emitted(KEYS)} >= {*KINDS}
    assert differing([*cluster(KEYS), *secrets], KEYS) == []


def test_a_secret_that_says_it_was_made_of_ours_is_told() -> None:
    (secret,) = made(OUT)
    planted = copied(secret, name="evil", annotations={USER: "root", BOUND: "research-gold"})
    (found,) = differing([*cluster(OUT), secret, planted])
    assert (found.fate, found.name) == (Fate.EXTRA, "Secret kuadrant-system/evil")
    assert found.effect == "whoever has the key that it holds is let in as the caller whom it names"


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("annotations", USER, "root"),
        ("annotations", BOUND, None),
        ("annotations", "maas.opendatahub.io/later", "x"),
        ("labels", "maas.opendatahub.io/api-key", "another"),
        ("labels", "authorino.kuadrant.io/managed-by", None),
    ],
)
def test_a_key_that_says_something_else_than_its_owner_is_told(part: str, name: str, value: str | None) -> None:
    (secret,) = made(OUT)
    said = {key: text for key, text in {**secret["metadata"][part], name: value}.items() if text is not None}
    (found,) = differing([*cluster(OUT), copied(secret, **{part: said})])
    assert (found.fate, found.name) == (Fate.CHANGED, "Secret kuadrant-system/maas-key-demo.alice-dev")
    assert [(field.path, field.live) for field in found.fields] == [(f"metadata.{part}.{name}", f'"{value}"' if value else None)]


def test_a_secret_that_policies_choose_by_other_labels_is_told() -> None:
    """The labels by which keys are chosen can be configured, so the written policies say which they are."""
    there = cluster(OUT)
    ours = emitted(OUT)
    for one in (*there, *ours):
        for method in one["spec"]["rules"]["authentication"].values() if one["kind"] == "AuthPolicy" else ():
            if "apiKey" in method:
                method["apiKey"]["selector"]["matchLabels"] = {"app": "legacy"}
    watched = {"authorino.kuadrant.io/managed-by": "authorino"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "kuadrant-system"}}
    chosen = copied(secret, labels={**watched, "app": "legacy", "more": "x"})
    unwatched = copied(secret, name="y", labels={"app": "legacy"})
    other = copied(secret, name="z", labels={**watched, "maas.opendatahub.io/api-key": "maas-default-gateway"})
    (found,) = differing([*there, chosen, unwatched, other], ours)
    assert (found.fate, found.name) == (Fate.EXTRA, "Secret kuadrant-system/x")


def test_labels_alone_do_not_make_a_secret_one_of_ours() -> None:
    (secret,) = made(OUT)
    token = copied(named(made(OUT), "Secret", secret["metadata"]["name"]), name="copy", labels=MANAGED)
    (found,) = differing([*cluster(OUT), token])
    assert found.effect.startswith("it was made by a build")


def test_what_is_no_secret_and_was_made_of_ours_is_passed_over() -> None:
    """A controller's objects often have the labels of what they were made of."""
    (owner,) = made(OUT)[0]["metadata"]["ownerReferences"]
    made_of_it: Object = {
        "apiVersion": "example.com/v1",
        "kind": "Shadow",
        "metadata": {"name": "x", "namespace": "kuadrant-system", "labels": MANAGED, "ownerReferences": ["nonsense", owner]},
    }
    assert differing([*cluster(OUT), made_of_it]) == []
    assert differing([*cluster(OUT), copied(made_of_it, ownerReferences=[{**owner, "name": "other"}])]) != []


@pytest.mark.parametrize("kind", ["ExternalSecret", "Secret"])
def test_of_a_key_that_differs_nobody_says_that_it_means_nothing(kind: str) -> None:
    platform = compiled(ROOT / "config")
    changed = live(platform)
    (secret,) = made(OUT)
    if kind == "Secret":
        changed.append(copied(secret, name="evil"))
    else:
        named(changed, kind, "maas-key-demo.alice-dev")["spec"]["refreshInterval"] = "2h0m0s"
    assert "meaning" not in drifted(platform, changed).verdict
