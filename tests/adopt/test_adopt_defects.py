"""What is known to be wrong with policies of platforms is recognised on import, said with its effect, and not taken over."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import adopt_tiers
import adopt_today
import pytest
from adopt_cluster import KUADRANT, TOKENS, Access, FirstRelease, Plain, Subscription, listing, on, route, thing
from cli_support import run

MODELS = {"granite": "llm"}
STAFF = Access("staff", ("granite",), ("staff",))
GOLD = Subscription("gold", {"granite": [(100, "1m")]}, ("staff",))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _told(objects: list[Plain], *options: str) -> str:
    """Import objects, and give what is printed; no comparison fails for a defect of the cluster."""
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    result = run("import", "dump.yaml", *options)
    assert result.exit_code == 0, result.output
    return result.output


def _policy(objects: list[Plain], kind: str) -> Any:  # noqa: ANN401 - a spec
    return next(one for one in objects if one["kind"] == kind and one["metadata"]["namespace"] == "llm")["spec"]


def test_a_healthy_platform_has_none() -> None:
    """Apart from what the first release does everywhere: a rule that fails open."""
    shown = _told(FirstRelease(MODELS, [STAFF], [GOLD]).objects())
    assert shown.count("controller-defect") == 1
    assert "lets everybody in whom nobody answers about" in shown


def test_colliding_keys() -> None:
    """Of `a-b/c` and `a/b-c` one overwrites the other."""
    objects = adopt_today.cluster(["llm/granite"], [Access("staff", ("llm/granite",), ("staff",))], [])
    for namespace, name in (("a-b", "c"), ("a", "b-c")):
        refs = [{"name": "granite", "namespace": "llm", "tokenRateLimits": [{"limit": 5, "window": "1m"}]}]
        spec = {"owner": {"groups": [{"name": "staff"}]}, "modelRefs": refs}
        objects.append(thing("maas.opendatahub.io/v1alpha1", "MaaSSubscription", namespace, name, spec=spec))
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    shown = run("import", "dump.yaml").output
    assert "the subscriptions `a/b-c` and `a-b/c` get one limit, `a-b-c-granite-tokens`, on `granite`" in shown
    assert "one of the two overwrites the other" in shown


def test_one_name_in_two_namespaces_gets_two_names() -> None:
    objects = adopt_today.cluster(["llm/granite"], [Access("staff", ("llm/granite",), ("staff",))], [])
    for namespace in ("blue", "green"):
        refs = [{"name": "granite", "namespace": "llm", "tokenRateLimits": [{"limit": 5, "window": "1m"}]}]
        spec = {"owner": {"groups": [{"name": namespace}]}, "modelRefs": refs}
        objects.append(thing("maas.opendatahub.io/v1alpha1", "MaaSSubscription", namespace, "gold", spec=spec))
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    run("import", "dump.yaml")
    text = Path("config/subscriptions.yaml").read_text(encoding="utf-8")
    assert "\n  gold:\n" in text
    assert "# note: called `gold` in the cluster, where another namespace has one of the name as well\n  green-gold:\n" in text


def test_conditions_that_err() -> None:
    """A header that is not there is an error, and a limit with an error does not count."""
    objects = FirstRelease(MODELS, [STAFF], [GOLD]).objects()
    limit = _policy(objects, "TokenRateLimitPolicy")["limits"]["gold-granite-tokens"]
    limit["when"] = [{"predicate": 'request.headers["x-plan"] == "gold"'}]
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert (
        "a condition of the limit `gold-granite-tokens` of the TokenRateLimitPolicy llm/maas-trlp-granite can end in an error"
        in result.output
    )
    assert "a caller whom nothing meters passes today, and is refused or metered" in result.output
    assert "as when `somebody` in `staff` asks for `/llm/granite/v1/chat/completions`: today 200, unmetered" in result.output


def test_limits_that_overlap() -> None:
    objects = FirstRelease(MODELS, [STAFF], [GOLD, Subscription("silver", {"granite": [(50, "1h")]}, ("sales",))]).objects()
    limits = _policy(objects, "TokenRateLimitPolicy")["limits"]
    for name in ("gold", "silver"):
        limits[f"{name}-granite-tokens"]["when"] = [{"predicate": 'auth.identity.userid != ""'}]
    shown = _told(objects)
    assert "the limits `gold-granite-tokens`, `silver-granite-tokens` of the TokenRateLimitPolicy llm/maas-trlp-granite" in shown
    assert "several limits count one request today, and one entry does" in shown


def test_identity_headers_in_capitals() -> None:
    shown = _told(adopt_tiers.cluster({"llm/granite": ["free"]}))
    assert "sets `X-MaaS-Username`, and not in lower case" in shown
    assert "the backend may believe the client" in shown
    refused = adopt_today.cluster(["llm/granite"], [Access("staff", ("llm/granite",), ("staff",))], [])
    assert "and not in lower case" not in _again(refused)


def _again(objects: list[Plain]) -> str:
    for folder in ("config", "unmanaged"):
        Path(folder).rename(f"{folder}-before")
    return _told(objects)


def test_a_route_that_captures_its_neighbour() -> None:
    """`/llm/granite` is the beginning of `/llm/granite-code`, and the filter compares texts."""
    shown = _told([*FirstRelease(MODELS, [STAFF], [GOLD]).objects(), route("llm", "granite-code")])
    assert "the path `/llm/granite` of the route `llm/granite-kserve-route` is the beginning of `/llm/granite-code`" in shown
    assert "let in and metered as if they were for `llm/granite-kserve-route`" in shown
    guarded = {"granite": "llm", "granite-code": "llm"}
    both = FirstRelease(guarded, [Access("staff", tuple(guarded), ("staff",))], [GOLD]).objects()
    assert "is the beginning of" not in _again(both)


def test_a_subscription_of_nobody() -> None:
    objects = FirstRelease(MODELS, [STAFF], [GOLD, Subscription("ghost", {"granite": [(1, "1m")]})]).objects()
    shown = _told(objects)
    assert "the subscription `opendatahub/ghost` has no owner" in shown
    assert "asks for it by header is unmetered" in shown
    assert "MaaSSubscription opendatahub/ghost is for nobody" in shown
    assert "ghost" not in Path("config/subscriptions.yaml").read_text(encoding="utf-8")


def test_quota_without_access_and_access_without_quota() -> None:
    """The configuration keeps both as they are; the import says so, and every check from then on."""
    objects = FirstRelease(MODELS, [Access("sales", ("granite",), ("sales",))], [GOLD]).objects()
    for shown in (_told(objects), run("check").output, Path("unmanaged/README.md").read_text(encoding="utf-8")):
        assert "no owner of the subscription `gold` is given access to `llm/granite`" in shown
        assert "the group `sales` may call `llm/granite`, and nothing meters it there" in shown


def test_budgets_that_nobody_wrote() -> None:
    objects = FirstRelease(MODELS, [STAFF], [Subscription("gold", {"granite": []}, ("staff",))]).objects()
    assert "the subscription `opendatahub/gold` says nothing of its budget on `granite`" in _told(objects)
    assert "tokens: [{limit: 100, window: 1m}]" in Path("config/subscriptions.yaml").read_text(encoding="utf-8")


def test_paths_told_by_their_end() -> None:
    shown = _told(adopt_tiers.cluster({"llm/granite": ["free"]}))
    assert "`?x=/v1/models` behind any path is not counted" in shown
    assert "a query string that ends like a listing escapes the limit today, and counts" in shown


def test_tiers_that_cannot_be_told_apart() -> None:
    """Of tiers with one level the first one written counts, and a tier that no limit knows is unlimited."""
    tiers = [
        adopt_tiers.Tier("one", 3, ("a",)),
        adopt_tiers.Tier("two", 3, ("b",), (10, "1m")),
        adopt_tiers.Tier("low", -1, ("c",)),
    ]
    _told(adopt_tiers.cluster({"llm/granite": []}, tiers))
    text = Path("config/tiers.yaml").read_text(encoding="utf-8")
    assert text.count("# note: the level was 3: of tiers with one level the first one written counts") == 2
    assert "  one:\n    level: 2\n" in text
    assert "  two:\n    level: 1\n" in text
    assert "  low:\n    level: 0\n" in text
    assert text.count("unlimited: true") == 2


def _left(objects: list[Plain]) -> str:
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    return run("import", "dump.yaml").output


def _tiered(change: Any) -> list[Plain]:  # noqa: ANN401 - what the cluster may hold
    objects = copy.deepcopy(adopt_tiers.cluster({"llm/granite": ["free"]}))
    change({one["kind"] + "/" + one["metadata"]["name"]: one for one in objects})
    return objects


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda one: one["ConfigMap/tier-to-group-mapping"].update(data={}), "holds no list of tiers"),
        (
            lambda one: one["ConfigMap/tier-to-group-mapping"].update(
                data={"tiers": "- {name: Free, groups: [a]}\n- {name: pro, groups: []}\n"}
            ),
            "names a tier `Free`, which is no Kubernetes name",
        ),
        (
            lambda one: one["ConfigMap/tier-to-group-mapping"].update(data={"tiers": "- {name: pro, groups: []}\n"}),
            "gives the tier `pro` to no group",
        ),
        (
            lambda one: one["LLMInferenceService/granite"]["metadata"]["annotations"].update(
                {"alpha.maas.opendatahub.io/tiers": "free"}
            ),
            "that is no JSON list of names",
        ),
        (
            lambda one: one["LLMInferenceService/granite"]["metadata"]["annotations"].update(
                {"alpha.maas.opendatahub.io/tiers": '["free", "gone"]'}
            ),
            "lists the tier `gone`, which no mapping gives to anybody",
        ),
        (
            lambda one: one["RateLimitPolicy/gateway-rate-limits"]["spec"]["limits"]["free"].update(counters=[]),
            "is no tier's: its counters are not one for each user",
        ),
        (
            lambda one: one["RateLimitPolicy/gateway-rate-limits"]["spec"]["limits"]["free"].update(
                rates=[{"limit": 1, "window": "500ms"}]
            ),
            "is no tier's: a window counts in milliseconds",
        ),
        (
            lambda one: one["RateLimitPolicy/gateway-rate-limits"]["spec"]["limits"]["free"].update(rates=[]),
            "is no tier's: it has no rates",
        ),
        (
            lambda one: one["RateLimitPolicy/gateway-rate-limits"]["spec"]["limits"]["free"].update(
                when=[{"predicate": 'auth.identity.tiers == "free"'}]
            ),
            "a condition on `auth.identity.tiers`",
        ),
        (
            lambda one: one["RateLimitPolicy/gateway-rate-limits"]["spec"]["limits"]["free"].update(
                when=[{"predicate": 'auth.identity.tier == "gone"'}]
            ),
            "limits the tier `gone`, which no mapping gives to anybody",
        ),
        (
            lambda one: one["RateLimitPolicy/gateway-rate-limits"]["spec"]["limits"]["free"].update(
                when=[{"predicate": 'auth.identity.tier == "free" || auth.identity.userid == "alice"'}]
            ),
            "it is for others than one tier",
        ),
    ],
)
def test_what_tiers_cannot_say_is_left_over(change: Any, why: str) -> None:  # noqa: ANN401
    assert why in _left(_tiered(change))


def test_bindings_by_hand_stand_for_annotations() -> None:
    """A Role for some models, bound to the ServiceAccounts of a tier; whom else it is bound to is left over."""
    objects = adopt_tiers.cluster({"llm/granite": None, "llm/other": None})
    rbac = "rbac.authorization.k8s.io/v1"
    rule = {
        "apiGroups": ["serving.kserve.io"],
        "resources": ["llminferenceservices"],
        "resourceNames": ["granite"],
        "verbs": ["post"],
    }
    objects.append(thing(rbac, "Role", "llm", "model-user", rules=[rule]))
    accounts = "system:serviceaccounts:maas-default-gateway-tier-premium"
    for name, subject in (("premium", accounts), ("staff", "staff")):
        subjects = [{"kind": "Group", "name": subject, "apiGroup": "rbac.authorization.k8s.io"}]
        ref = {"kind": "Role", "name": "model-user", "apiGroup": "rbac.authorization.k8s.io"}
        objects.append(thing(rbac, "RoleBinding", "llm", name, roleRef=ref, subjects=subjects))
    shown = _left(objects)
    text = Path("config/models.yaml").read_text(encoding="utf-8")
    assert "  llm/granite:\n    backend: {kind: LLMInferenceService}\n    tiers: [premium]\n" in text
    assert text.count("tiers:") == 1
    assert "the RoleBinding llm/staff gives models to somebody else than the ServiceAccounts of a known tier" in shown


def test_resources_that_cannot_be_said_are_left_over() -> None:
    """Each with its reason; what decides nothing is set aside and the rest is taken over."""
    maas = "maas.opendatahub.io/v1alpha1"
    objects = adopt_today.cluster(["llm/granite"], [Access("staff", ("llm/granite",), ("staff",))], [])
    ref = {"name": "granite", "namespace": "llm"}
    rates = [{"limit": 5, "window": "1m"}]
    owner = {"groups": [{"name": "staff"}]}
    more = [
        ("MaaSModelRef", "llm", "gpt", {"modelRef": {"kind": "ExternalModel", "name": "gpt"}}),
        ("MaaSModelRef", "llm", "tenant", {"modelRef": {"kind": "LLMInferenceService", "name": "t"}, "tenantRef": "blue"}),
        (
            "MaaSModelRef",
            "llm",
            "far",
            {"modelRef": {"kind": "LLMInferenceService", "name": "far"}, "endpointOverride": "https://x"},
        ),
        ("MaaSModelRef", "llm", "empty", None),
        ("MaaSAuthPolicy", "maas", "metered", {"modelRefs": [ref], "subjects": owner, "meteringMetadata": {"costCenter": "1"}}),
        ("MaaSAuthPolicy", "maas", "nowhere", {"modelRefs": [{"name": "gpt", "namespace": "llm"}], "subjects": owner}),
        ("MaaSSubscription", "maas", "odd", {"owner": owner, "modelRefs": [{**ref, "tokenRateLimits": rates, "surprise": 1}]}),
        (
            "MaaSSubscription",
            "maas",
            "prices",
            {
                "owner": owner,
                "modelRefs": [
                    {**ref, "tokenRateLimits": rates, "billingRate": {"perToken": "1"}},
                    {"name": "far", "namespace": "llm", "tokenRateLimits": rates, "billingRate": {"perToken": "2"}},
                ],
            },
        ),
    ]
    objects += [thing(maas, kind, namespace, name, spec=spec) for kind, namespace, name, spec in more]
    going = thing(maas, "MaaSAuthPolicy", "maas", "going", spec={"modelRefs": [ref], "subjects": owner})
    going["metadata"]["deletionTimestamp"] = "2026-03-02T08:00:00Z"
    shown = _left([*objects, going])
    for reason in (
        "MaaSModelRef llm/gpt exposes the ExternalModel llm/gpt, which is not in the dump",
        "MaaSModelRef llm/tenant belongs to a tenant with a gateway of its own",
        "MaaSModelRef llm/far has a `endpointOverride`",
        "MaaSModelRef llm/empty has no spec",
        "MaaSAuthPolicy maas/metered has a `meteringMetadata`",
        "MaaSAuthPolicy maas/nowhere names the model `llm/gpt`, which is not among the models taken over",
        "MaaSSubscription maas/odd cannot be read: unknown key `surprise`",
        "MaaSSubscription maas/prices has several prices",
        "MaaSAuthPolicy maas/going is being deleted",
    ):
        assert f"the {reason}" in shown
    text = "".join(path.read_text(encoding="utf-8") for path in Path("config").iterdir())
    assert "llm/far" in text
    assert "  metered:\n" in text
    assert "  prices:\n" in text
    assert "price" not in text.replace("prices", "")


def test_a_policy_that_is_not_understood_is_no_basis_for_a_comparison() -> None:
    """Nothing is called alike because nobody could tell: the run is inconclusive."""
    objects = FirstRelease(MODELS, [STAFF], [GOLD]).objects()
    _policy(objects, "AuthPolicy")["rules"]["authorization"]["require-group-membership"] = {"opa": {"rego": "allow { true }"}}
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert result.exit_code == 4
    assert "0 are answered alike, 0 otherwise" in result.output
    assert "- `llm/granite`: AuthPolicy llm/maas-auth-granite: authorization by `opa` is not modelled" in result.output


def test_a_policy_that_changes_between_controllers_is_a_difference() -> None:
    """What the policies let through and the resources do not is told of as such."""
    objects = FirstRelease(MODELS, [STAFF], [GOLD]).objects()
    rules = _policy(objects, "AuthPolicy")["rules"]["authorization"]
    rules["require-group-membership"]["patternMatching"]["patterns"] = [
        {"selector": "auth.identity.user.groups", "operator": "excl", "value": "staff"}
    ]
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert result.exit_code == 1
    assert "error[decides-otherwise]" in result.output


def test_which_gateway_is_meant_can_be_said() -> None:
    objects = FirstRelease(MODELS, [STAFF], [GOLD]).objects()
    other = copy.deepcopy(objects[0])
    other["metadata"]["name"] = "another"
    del other["spec"]["listeners"][0]["hostname"]
    Path("dump.yaml").write_text(listing([*objects, other]), encoding="utf-8")
    refused = run("import", "dump.yaml", "--gateway", "openshift-ingress/another")
    assert refused.exit_code == 1
    assert "the host of the gateway `openshift-ingress/another` is not in the dump" in refused.output
    run("import", "dump.yaml", "--gateway", "openshift-ingress/another", "--hostname", "m.example.com", "--kuadrant", "1.4.2")
    text = Path("config/platform.yaml").read_text(encoding="utf-8")
    assert "kuadrant: 1.4.2" in text
    assert "gateway: {namespace: openshift-ingress, name: another, hostname: m.example.com}" in text


def test_policies_of_the_gateway_are_for_every_model_without_its_own() -> None:
    """A policy on a route replaces that of the Gateway; decisions stay what they are."""
    objects = FirstRelease({"granite": "llm", "phi": "llm"}, [Access("staff", ("granite",), ("staff",))], [GOLD]).objects()
    objects = [one for one in objects if one["metadata"]["name"] not in ("maas-auth-phi", "gateway-default-deny")]
    own = next(one for one in objects if one["kind"] == "AuthPolicy")["spec"]["rules"]
    members = [{"selector": "auth.identity.user.groups", "operator": "incl", "value": "free"}]
    authorization = {"members": {"patternMatching": {"patterns": members}}}
    rules = {"authentication": own["authentication"], "authorization": authorization, "response": copy.deepcopy(own["response"])}
    limit = {
        "rates": [{"limit": 5, "window": "2m"}],
        "when": [{"predicate": 'auth.identity.groups_str.split(",").exists(g, g == "free")'}],
        "counters": [{"expression": "auth.identity.userid"}],
    }
    to = on("Gateway", "maas-default-gateway")
    objects.append(thing(KUADRANT, "AuthPolicy", "openshift-ingress", "by-group", spec={"targetRef": to, "rules": rules}))
    spec = {"targetRef": to, "limits": {"free-tokens": limit}}
    objects.append(thing(TOKENS, "TokenRateLimitPolicy", "openshift-ingress", "by-group", spec=spec))
    shown = _told(objects)
    assert "decides-otherwise" not in shown
    access = Path("config/access.yaml").read_text(encoding="utf-8")
    assert "  by-group:\n    models: [llm/phi]\n    groups: [free]\n" in access
    subscriptions = Path("config/subscriptions.yaml").read_text(encoding="utf-8")
    assert (
        "  free-tokens:\n    owner: {groups: [free]}\n    models: {llm/phi: {tokens: [{limit: 5, window: 2m}]}}\n"
        in subscriptions
    )


@pytest.mark.parametrize(
    ("rule", "decides"),
    [
        ({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}, True),
        ({"apiGroups": ["serving.kserve.io"], "resources": ["*"], "verbs": ["get", "post"]}, True),
        ({"apiGroups": ["serving.kserve.io"], "resources": "llminferenceservices", "verbs": ["post"]}, True),
        ({"apiGroups": ["apps"], "resources": ["*"], "verbs": ["*"]}, False),
        ({"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}, False),
    ],
    ids=str,
)
def test_a_role_for_everything_lets_call_models_as_well(tmp_path: Path, rule: Plain, decides: bool) -> None:  # noqa: FBT001
    rbac = "rbac.authorization.k8s.io"
    objects = adopt_tiers.cluster({"llm/granite": ["free"]})
    objects.append(thing(f"{rbac}/v1", "Role", "llm", "admin", rules=[rule]))
    reference = {"apiGroup": rbac, "kind": "Role", "name": "admin"}
    subjects = [{"apiGroup": rbac, "kind": "Group", "name": "operators"}]
    objects.append(thing(f"{rbac}/v1", "RoleBinding", "llm", "admin", roleRef=reference, subjects=subjects))
    (tmp_path / "dump.yaml").write_text(listing(objects), encoding="utf-8")
    result = run("import", str(tmp_path / "dump.yaml"))
    assert (result.exit_code != 0) == decides
