"""What drift means is what `maasc diff` says of the same change: one reads live manifests, the other what was written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from diff_corpus import BASE, CORPUS, Edit, edited
from drift_cluster import Object, copied, named
from drift_sides import compiled, drifted, live, objects, side

from compiler.diff import words
from compiler.diff.compare import Comparison
from compiler.diff.result import Change, Row
from compiler.diff.side import Side
from compiler.drift.result import Fate


def told(rows: tuple[Row, ...]) -> set[tuple[str, str, str, str]]:
    """Give every change by model, with what was and is."""
    return {
        (change.value, model, one.before, one.after)
        for row in rows
        for one in row.each
        for change in row.changes
        for model in row.models
    }


# Where routes and the platform are as they were, a change of the manifests means what the change of the configuration does.
_ALIKE = [(name, edit) for name, edit, _ in CORPUS if "model" not in name and edited(edit)["platform"] == BASE["platform"]]


@pytest.mark.parametrize(("name", "edit"), _ALIKE[::3], ids=[name for name, _ in _ALIKE[::3]])
def test_it_says_what_diff_says(name: str, edit: Edit, tmp_path: Path) -> None:
    base, head = side(tmp_path / "base", BASE), side(tmp_path / "head", edited(edit))
    routes = [{model.id: model.route for model in one.program.models} for one in (base, head)]
    assert routes[0] == routes[1], f"{name} moves a model, which `drift` tells of as of an object"
    found = drifted(base, live(head))
    assert not found.unknown
    # Whatever a tier token says of groups, backends are told; `diff` tells of it by the tiers.
    rows = tuple(row for row in found.rows if not row.before.endswith(" as written"))
    assert told(rows) == told(Comparison(base, head).run().rows)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Side:
    """Give the platform of the corpus."""
    return side(tmp_path_factory.mktemp("written"), BASE)


def rows(written: Side, cluster: list[Object]) -> list[tuple[tuple[Change, ...], str, str, str]]:
    """Give what is told of a cluster, in short."""
    found = drifted(written, cluster)
    assert not found.unknown
    return [(row.changes, words.models(row), row.before, row.after) for row in found.rows]


def test_nothing_is_told_of_what_is_as_written(written: Side) -> None:
    found = drifted(written, live(written))
    assert found.nothing
    assert found.verdict == f"no drift: {len(objects(written))} objects are live as written"


def test_a_group_that_only_the_cluster_knows_is_found(written: Side) -> None:
    cluster = live(written)
    access = named(cluster, "AuthPolicy", "maas-auth-guard")["spec"]["rules"]["authorization"]
    access["model-access"] = {
        "patternMatching": {"patterns": [{"predicate": 'auth.identity.groups.exists(g, g == "strangers")'}]}
    }
    found = drifted(written, cluster)
    assert [row.changes for row in found.rows] == [(Change.GAINED,)] * 2
    for row in found.rows:
        assert "in `strangers`" in words.callers(row.callers)
        assert row.witness is not None
        assert "strangers" in row.witness.groups
        assert (row.witness.before.status, row.witness.after.status) == (403, 200)


def test_without_any_auth_policy_everybody_gets_in(written: Side) -> None:
    cluster = [one for one in live(written) if one["kind"] != "AuthPolicy"]
    (told_,) = rows(written, cluster)
    assert told_[0] == (Change.UNMETERED, Change.GAINED)
    assert told_[1] == "llm/granite, llm/guard, llm/qwen"
    assert told_[3] == "everybody gets through, without any credential"


def test_without_its_own_policy_the_gateways_holds(written: Side) -> None:
    cluster = live(written)
    cluster.remove(named(cluster, "AuthPolicy", "maas-auth-granite"))
    assert {(changes, models) for changes, models, _, _ in rows(written, cluster)} == {((Change.LOST,), "llm/granite")}


def test_without_a_route_nobody_gets_anywhere(written: Side) -> None:
    cluster = live(written)
    cluster.remove(named(cluster, "HTTPRoute", "maas-model-qwen"))
    assert {(changes, models) for changes, models, _, _ in rows(written, cluster)} == {((Change.LOST,), "llm/qwen")}


def test_without_limits_of_the_gateway_or_the_route_nothing_is_metered(written: Side) -> None:
    cluster = [one for one in live(written) if one["kind"] != "TokenRateLimitPolicy"]
    found = rows(written, cluster)
    assert found
    assert all(Change.UNMETERED in changes for changes, *_ in found)


@pytest.mark.parametrize(("created", "replaces"), [("2027-01-01T00:00:00Z", True), ("2020-01-01T00:00:00Z", False)])
def test_a_newer_policy_on_one_of_our_routes_replaces_ours(written: Side, created: str, replaces: bool) -> None:  # noqa: FBT001
    cluster = live(written)
    other = copied(named(cluster, "TokenRateLimitPolicy", "maas-trlp-granite"), name="mine", labels={}, creationTimestamp=created)
    other["spec"]["limits"] = {"much": {"rates": [{"limit": 10**6, "window": "1m"}]}}
    found = drifted(written, [*cluster, other])
    assert [(one.fate, one.name) for one in found.objects] == [(Fate.EXTRA, "TokenRateLimitPolicy llm/mine")]
    assert bool(found.rows) is replaces


def test_a_policy_on_the_gateway_matters_to_all_models(written: Side) -> None:
    cluster = live(written)
    other = copied(
        named(cluster, "AuthPolicy", "gateway-auth-policy"), name="mine", labels={}, creationTimestamp="2027-01-01T00:00:00Z"
    )
    other["spec"]["overrides"] = {"rules": other["spec"].pop("rules")}
    found = drifted(written, [*cluster, other])
    assert {change for row in found.rows for change in row.changes} == {Change.LOST}
    assert {model for row in found.rows for model in row.models} == {"llm/granite", "llm/qwen"}


def test_another_way_in_is_told_by_its_name(written: Side) -> None:
    cluster = live(written)
    methods = named(cluster, "AuthPolicy", "maas-auth-granite")["spec"]["rules"]["authentication"]
    methods["back-door"] = copied({**methods["openshift"], "metadata": {}})
    del methods["back-door"]["metadata"]
    methods["back-door"]["kubernetesTokenReview"] = {"audiences": ["anything"]}
    (row,) = drifted(written, cluster).rows
    assert row.changes == (Change.GAINED, Change.IDENTITY)
    assert words.callers(row.callers) == "tokens for `anything`"
    assert row.after == "accepted by `back-door`, and whom it lets in is not known"


def test_another_order_of_the_ways_in_is_told(written: Side) -> None:
    cluster = live(written)
    methods = named(cluster, "AuthPolicy", "maas-auth-granite")["spec"]["rules"]["authentication"]
    methods["openshift"]["priority"], methods["tier-tokens"]["priority"] = 1, 0
    found = drifted(written, cluster)
    assert found.rows
    assert all(row.callers.methods == ("openshift", "tier-tokens") for row in found.rows)


def test_headers_that_callers_may_bring_are_told(written: Side) -> None:
    cluster = live(written)
    del named(cluster, "AuthPolicy", "maas-auth-granite")["spec"]["rules"]["authorization"]["identity-headers"]
    headers = "`x-maas-username`, `x-maas-group`, `x-maas-tier`"
    assert rows(written, cluster) == [
        (
            (Change.IDENTITY,),
            "llm/granite",
            f"requests that bring {headers} are refused",
            f"requests that bring {headers} may get through",
        )
    ]


def test_what_backends_are_told_otherwise_is_told(written: Side) -> None:
    cluster = live(written)
    headers = named(cluster, "AuthPolicy", "maas-auth-granite")["spec"]["rules"]["response"]["success"]["headers"]
    headers["x-maas-username"]["plain"] = {"expression": '"root"'}
    name = "`x-maas-username`"
    assert rows(written, cluster) == [
        ((Change.IDENTITY,), "llm/granite", f"{name} as written", f"{name} otherwise, or not at all")
    ]


def test_an_entry_may_be_had_by_whoever_names_one(written: Side) -> None:
    """Where the live policy believes the header, a name that nobody has thought of is as good as any."""
    cluster = live(written)
    rules = named(cluster, "AuthPolicy", "maas-auth-granite")["spec"]["rules"]
    asked = '"x-maas-subscription" in request.headers ? request.headers["x-maas-subscription"] : ""'
    for method in rules["authentication"].values():
        method["overrides"]["selected_subscription"] = {"expression": asked}
    limits = named(cluster, "TokenRateLimitPolicy", "maas-trlp-granite")["spec"]["limits"]
    limits["deny-unmetered"]["rates"] = [{"limit": 777, "window": "1m"}]
    found = drifted(written, cluster)
    assert any("777 tokens" in one.after for row in found.rows for one in row.each)


def test_what_no_proof_understands_is_said_for_each_model(written: Side) -> None:
    cluster = live(written)
    rules = named(cluster, "AuthPolicy", "maas-auth-granite")["spec"]["rules"]
    rules["authorization"]["own"] = {"opa": {"rego": "allow = true"}}
    found = drifted(written, cluster)
    assert [(one.model, one.why) for one in found.unknown] == [("llm/granite", "authorization by `opa` is not modelled")]
    assert "not known for 1 model" in found.verdict


@pytest.fixture(scope="module")
def ways_in() -> Side:
    """Give a platform with every kind of way in."""
    return compiled(Path(__file__).parents[1] / "cases" / "ways-in" / "config")


def _told_of(ways_in: Side, change: Callable[[list[Object]], object]) -> list[tuple[tuple[Change, ...], str, str, str]]:
    cluster = live(ways_in)
    change(cluster)
    found = drifted(ways_in, cluster)
    assert not found.unknown
    return [(row.changes, words.callers(row.callers), row.before, row.after) for row in found.rows]


def _rules(cluster: list[Object], model: str = "qwen3") -> Object:
    rules: Object = named(cluster, "AuthPolicy", f"maas-auth-{model}")["spec"]["rules"]
    return rules


def test_whatever_the_way_in_what_is_as_written_is_no_drift(ways_in: Side) -> None:
    assert drifted(ways_in, live(ways_in)).nothing


def test_tokens_that_are_not_meant_for_us_are_told(ways_in: Side) -> None:
    """All good tokens get in as before, so that only the others show that nobody looks any more."""
    found = _told_of(ways_in, lambda cluster: _rules(cluster)["authorization"].pop("issuer-and-audience"))
    bad = "tokens that are not meant for us"
    assert found == [
        ((Change.IDENTITY,), "all callers, by `keycloak`, `partner`", f"{bad} are refused", f"{bad} may get through")
    ]


def test_another_issuer_is_another_way_in(ways_in: Side) -> None:
    found = _told_of(
        ways_in, lambda cluster: _rules(cluster)["authentication"]["keycloak"]["jwt"].update(issuerUrl="https://evil.example.com")
    )
    assert found[0][:2] == ((Change.GAINED, Change.IDENTITY), "tokens signed by `https://evil.example.com`")
    assert [(changes, callers) for changes, callers, _, _ in found[1:]] == [
        ((Change.LOST,), "callers in `premium-users`, by `keycloak`")
    ]


@pytest.mark.parametrize("added", ['"llm/other", ', '"simulator", '])
def test_keys_for_other_models_are_told(ways_in: Side, added: str) -> None:
    def open_more(cluster: list[Object]) -> None:
        for method in _rules(cluster, "simulator-model")["authentication"].values():
            for one in method.get("overrides", {}).values():
                one["expression"] = one["expression"].replace('["*", "llm/sim', f'["*", {added}"llm/sim')

    bad = "keys for other models"
    assert _told_of(ways_in, open_more) == [
        ((Change.IDENTITY,), "all callers, by `keys`, `service`", f"{bad} are refused", f"{bad} may get through")
    ]


def test_keys_that_no_longer_open_a_model_are_told(ways_in: Side) -> None:
    def open_fewer(cluster: list[Object]) -> None:
        for method in _rules(cluster, "simulator-model")["authentication"].values():
            for one in method.get("overrides", {}).values():
                one["expression"] = one["expression"].replace('["*", "llm/simulator-model", "simulator-model"]', '["llm/other"]')

    ((changes, callers, before, after),) = _told_of(ways_in, open_fewer)
    assert (changes, callers) == ((Change.IDENTITY,), "all callers, by `keys`, `service`")
    assert before.startswith("good keys get through; ")
    assert after.startswith("some of these keys are refused; ")


def test_tokens_for_another_audience_are_told(ways_in: Side) -> None:
    def other(cluster: list[Object]) -> None:
        patterns = _rules(cluster)["authorization"]["issuer-and-audience"]["patternMatching"]["patterns"]
        patterns[0]["any"][1]["all"][1]["value"] = "another"

    (row,) = _told_of(ways_in, other)
    assert row[1:] == (
        "all callers, by `keycloak`",
        "good tokens get through; tokens that are not meant for us are refused",
        "some of these tokens are refused; tokens that are not meant for us may get through",
    )


def test_what_meters_those_whose_keys_are_bound_is_told(ways_in: Side) -> None:
    def double(cluster: list[Object]) -> None:
        policy = next(one for one in cluster if one["metadata"]["name"] == "maas-trlp-simulator-model")
        for limit in policy["spec"]["limits"].values():
            limit["rates"][0]["limit"] *= 2

    found = _told_of(ways_in, double)
    assert {changes for changes, *_ in found} == {(Change.RAISED,)}
    assert {"`tier:premium`", "`team:demo`"} <= {before.rpartition(" ")[2] for _, _, before, _ in found}


@pytest.mark.parametrize("first", [True, False])
def test_of_two_rates_for_one_window_nobody_knows_which_is_kept(written: Side, first: bool) -> None:  # noqa: FBT001 - a case
    cluster = live(written)
    limits = named(cluster, "TokenRateLimitPolicy", "maas-trlp-qwen")["spec"]["limits"]
    rates = next(limit["rates"] for limit in limits.values() if limit["rates"][0]["limit"] > 0)
    seconds = {"limit": rates[0]["limit"] * 5, "window": rates[0]["window"]}
    rates.insert(0 if first else 1, seconds)
    (unknown,) = drifted(written, cluster).unknown
    assert unknown.model == "llm/qwen"
    assert unknown.why.endswith("has two rates for one window, of which Limitador keeps one")
