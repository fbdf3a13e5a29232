"""Secrets that open something: those that our policies take for keys, and what our objects have written on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff_corpus import BASE
from drift_cluster import Object, cluster, copied, emitted, named
from drift_sides import compiled, differing, drifted, live, side

from compiler.diff import words
from compiler.diff.side import Side
from compiler.drift.result import Fate
from compiler.prove.leaf import UndecidedError

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


@pytest.fixture(scope="module")
def platform() -> Side:
    """Give the platform of this repository, which has one key."""
    return compiled(ROOT / "config")


def told(platform: Side, *objects: Object) -> list[tuple[str, str, str, str]]:
    """Give what is told of the bearers of keys: the change, the callers, what was and what is."""
    found = drifted(platform, objects)
    assert "without a change of meaning" not in found.verdict
    return [(words.titles(row), words.callers(row.callers), row.before, row.after) for row in found.rows]


def said(one: Object, **annotations: str | None) -> Object:
    """Give a Secret, or an object that one is made of, with other annotations of ours."""
    changed = copied(one)
    spec = changed.get("spec", {})
    metadata = spec["target"]["template"]["metadata"] if spec else changed["metadata"]
    new = {f"maas.opendatahub.io/{name}": text for name, text in annotations.items()}
    metadata["annotations"] = {name: text for name, text in {**metadata["annotations"], **new}.items() if text is not None}
    return changed


GOLD = {"user": "root", "groups": "premium-user", "subscription": "premium-simulator-subscription"}


def test_a_planted_key_is_told_with_what_it_opens(platform: Side) -> None:
    (secret,) = made(OUT)
    rows = told(platform, *live(platform), secret, copied(said(secret, **GOLD), name="evil"))
    assert {row[:3] for row in rows} == {("access gained", "whoever brings the key `kuadrant-system/evil`", "refused")}
    assert all("`premium-simulator-subscription`" in after for *_, after in rows)
    assert told(platform, *live(platform), secret, copied(said(secret, **GOLD), name="evil", namespace="llm")) == []


@pytest.mark.parametrize("kind", ["ExternalSecret", "Secret"])
def test_a_key_that_says_something_else_is_told_with_what_that_means(platform: Side, kind: str) -> None:
    (secret,) = made(OUT)
    cluster = live(platform)
    if kind == "Secret":
        cluster.append(said(secret, **GOLD))
    else:
        owner = named(cluster, kind, "maas-key-demo.alice-dev")
        cluster[cluster.index(owner)] = said(owner, **GOLD)
        # What is not made anew yet will be.
        cluster.append(secret)
    rows = told(platform, *cluster)
    assert rows
    assert {row[1] for row in rows} == {"whoever brings the key `demo/alice-dev`"}
    assert any("`premium-simulator-subscription`" in after for *_, after in rows)


@pytest.mark.parametrize("models", [None, "", "llm/no-such-model"])
def test_a_key_that_opens_no_model_any_more_is_told(platform: Side, models: str | None) -> None:
    (secret,) = made(OUT)
    rows = told(platform, *live(platform), said(secret, models=models))
    assert {(row[0], row[3]) for row in rows} == {("access lost", "refused")}


def test_a_key_that_is_gone_is_lost_by_whoever_has_it(platform: Side) -> None:
    without = [one for one in live(platform) if one["kind"] != "ExternalSecret"]
    assert {row[0] for row in told(platform, *without)} == {"access lost"}


def test_of_models_whose_policies_differ_nothing_is_told_about_keys(platform: Side) -> None:
    """What a key opens there is for the live policies to say."""
    (secret,) = made(OUT)
    cluster = [*live(platform), copied(said(secret, **GOLD), name="evil")]
    before = {model for row in drifted(platform, cluster).rows for model in row.models}
    policy = named(cluster, "AuthPolicy", "maas-auth-simulator-model")
    policy["spec"]["rules"]["authorization"]["own"] = {"opa": {"rego": "allow = true"}}
    found = drifted(platform, cluster)
    assert {one.model for one in found.unknown} == {"llm/simulator-model"}
    assert {model for row in found.rows for model in row.models} == before - {"llm/simulator-model"} != before


def test_without_a_way_in_for_keys_no_key_means_anything(tmp_path: Path) -> None:
    platform = side(tmp_path, BASE)
    planted = copied(made(OUT)[0], name="evil")
    assert drifted(platform, [*live(platform), planted]).rows == ()


def test_what_cannot_be_decided_of_keys_is_remarked(platform: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise UndecidedError("of one thing or another")

    monkeypatch.setattr("compiler.drift.compare.bearers", refuse)
    found = drifted(platform, live(platform)[1:])
    assert found.remarks[-1] == "what this means for whoever brings an API key is not known: of one thing or another"
