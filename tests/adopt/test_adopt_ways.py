"""Ways in by identity providers and by keys become methods where the language has the same, and are told where not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from adopt_cluster import CLUSTER, KUADRANT, TOKENS, Plain, gateway, listing, on, route, service, thing
from adopt_proof import compared
from cli_support import run

SPLIT = 'auth.identity.groups_str.split(",")'
ISSUER = "https://kc.example.com/realms/maas"
NAME = {"userid": {"selector": "auth.identity.preferred_username"}}
JWT: Plain = {"jwt": {"issuerUrl": ISSUER, "ttl": 300}, "overrides": NAME}
AUDIENCE: Plain = {"patternMatching": {"patterns": [{"selector": "auth.identity.aud", "operator": "incl", "value": "maas"}]}}
ANNOTATIONS = "auth.identity.metadata.annotations"
KEYS: Plain = {
    "apiKey": {"selector": {"matchLabels": {"app": "keys"}}},
    "credentials": {"authorizationHeader": {"prefix": "APIKEY"}},
    "overrides": {
        "userid": {"expression": f'{ANNOTATIONS}["maas.opendatahub.io/user"]'},
        "groups": {"expression": f'{ANNOTATIONS}["maas.opendatahub.io/groups"].split(",")'},
        "bound": {"expression": f'{ANNOTATIONS}["maas.opendatahub.io/subscription"]'},
    },
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _platform(methods: Plain, rules: Plain, claim: str = "groups") -> list[Plain]:
    to = on("HTTPRoute", "granite-kserve-route")
    groups = f"auth.identity.{claim}"
    member = [{"selector": groups, "operator": "incl", "value": name} for name in ("research", "sales")]
    properties = {"userid": {"selector": "auth.identity.userid"}, "groups_str": {"expression": f'{groups}.join(",")'}}
    said = {
        "authentication": methods,
        "authorization": {"members": {"patternMatching": {"patterns": [{"any": member}]}}, **rules},
        "response": {"success": {"filters": {"identity": {"json": {"properties": properties}}}}},
    }
    counters = [{"expression": "auth.identity.userid"}]
    research, sales = (f'{SPLIT}.exists(g, g == "{name}")' for name in ("research", "sales"))
    limits = {
        "research": {"rates": [{"limit": 100, "window": "1m"}], "when": [{"predicate": research}], "counters": counters},
        "sales": {
            "rates": [{"limit": 5, "window": "1m"}],
            "when": [{"predicate": sales}, {"predicate": f"!({research})"}],
            "counters": counters,
        },
    }
    return [
        gateway(),
        service("llm", "granite"),
        route("llm", "granite"),
        thing(KUADRANT, "AuthPolicy", "llm", "granite", spec={"targetRef": to, "rules": said}),
        thing(TOKENS, "TokenRateLimitPolicy", "llm", "granite", spec={"targetRef": to, "limits": limits}),
    ]


def _imported(objects: list[Plain], code: int = 0) -> tuple[Any, str]:
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert result.exit_code == code, result.output
    return yaml.safe_load(Path("config/platform.yaml").read_text(encoding="utf-8"))["platform"]["authentication"], result.output


def test_an_identity_provider_becomes_a_method_and_decides_alike() -> None:
    """Issuer, audience, and the claims that tell name and groups; that it is the same is proved for all tokens of the issuer."""
    objects = _platform({"Keycloak Users": JWT}, {"audience": AUDIENCE})
    authentication, shown = _imported(objects)
    assert authentication == [
        {
            "name": "keycloak-users",
            "kind": "oidc",
            "issuer": ISSUER,
            "audience": "maas",
            "username": "preferred_username",
            "groups": "groups",
        }
    ]
    assert "not-imported" not in shown
    found = compared(objects)
    (proof,) = found.proofs
    assert proof.verdict == "explained"
    assert {one.reason for one in proof.differences} >= {"identity", "header", "listing"}
    assert all(one.asked.example is not None for one in proof.differences)
    assert found.alike
    assert "by `keycloak-users`" in shown


def test_another_claim_may_hold_the_groups() -> None:
    authentication, _ = _imported(_platform({"sso": JWT}, {"audience": AUDIENCE}, "realm_access.roles"))
    assert authentication[0]["groups"] == "realm_access.roles"
    access = yaml.safe_load(Path("config/access.yaml").read_text(encoding="utf-8"))["access"]
    assert access["granite"]["groups"] == ["research", "sales"]


def test_names_of_kubernetes_count_no_longer() -> None:
    """An identity provider cannot make anybody a member of what only the cluster vouches for; who loses by it is told."""
    objects = _platform({"sso": JWT}, {"audience": AUDIENCE})
    text = listing(objects).replace("sales", "system:masters")
    (proof,) = compared(yaml.safe_load(text)["items"]).proofs
    (one,) = (one for one in proof.differences if one.reason == "reserved")
    assert "system:masters" in one.asked.groups
    assert one.today.passed
    assert not one.then.passed


def test_a_token_for_anybody_else_is_a_difference() -> None:
    """Which audience is meant decides; a rule that is not taken over is found by the proof."""
    objects = _platform({"sso": JWT}, {"audience": AUDIENCE})
    rules = objects[3]["spec"]["rules"]["authorization"]
    rules["another"] = {"patternMatching": {"patterns": [{"selector": "auth.identity.azp", "operator": "eq", "value": "x"}]}}
    (proof,) = compared(objects).proofs
    assert proof.verdict == "differs"


def test_whoever_comes_by_another_way_is_told_of() -> None:
    """Nothing is proved about them, and the report says so of each model."""
    name = {"userid": {"selector": "auth.identity.user.username"}, "groups": {"expression": "auth.identity.user.groups"}}
    review = {"kubernetesTokenReview": {"audiences": [CLUSTER]}, "priority": 1, "overrides": name}
    objects = _platform({"sso": JWT, "cluster": review}, {})
    authentication, shown = _imported(objects)
    assert [one["kind"] for one in authentication] == ["tokenReview"]
    assert "no rule asks that `auth.identity.aud` includes one text" in shown
    assert "as by `sso` of the AuthPolicy llm/granite" in shown
    page = Path("unmanaged/README.md").read_text(encoding="utf-8")
    assert "nothing is asked about them: `sso` of the AuthPolicy llm/granite" in page
    (proof,) = compared(objects).proofs
    assert proof.verdict == "explained"


@pytest.mark.parametrize(
    ("method", "why"),
    [
        (JWT | {"when": [{"predicate": "true"}]}, "under a condition"),
        (JWT | {"jwt": {"jwksUrl": "https://kc.example.com/keys"}}, "of which no `https` issuer is known"),
        (JWT | {"credentials": {"cookie": {"name": "x"}}}, "which is sent in another way than as `Bearer`"),
        (JWT | {"overrides": {"userid": {"expression": 'auth.identity.sub + "x"'}}}, "its `userid` is no claim of the token"),
        (JWT | {"overrides": NAME | {"groups": {"expression": '["x"]'}}}, "which claim holds the groups is not clear"),
        (KEYS | {"apiKey": {"selector": {"matchLabels": {"a": "b"}}, "allNamespaces": True}}, "in another way than by labels"),
        (KEYS | {"overrides": NAME}, "does not read the annotation `maas.opendatahub.io/user`"),
        ({"anonymous": {}}, "lets callers in by `anonymous` (`way`): add the method"),
    ],
)
def test_what_the_language_does_not_have_is_told(method: Plain, why: str) -> None:
    objects = _platform({"way": method}, {"audience": AUDIENCE})
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    shown = run("import", "dump.yaml").output
    assert f"the AuthPolicy llm/granite lets callers in by `{next(iter(method))}` (`way`)" in shown
    assert why in shown
    platform = yaml.safe_load(Path("config/platform.yaml").read_text(encoding="utf-8"))["platform"]
    kinds = [one["kind"] for one in platform["authentication"]]
    assert kinds == ["tokenReview"]


def test_keys_with_our_annotations_become_a_method() -> None:
    """Whether it decides alike is another matter, which the proof tells: such keys are bound to an entry."""
    objects = _platform({"keys": KEYS}, {})
    authentication, shown = _imported(objects, 1)
    assert authentication == [{"name": "keys", "kind": "apiKey", "prefix": "APIKEY", "labels": {"app": "keys"}}]
    assert "by `keys` asks for" in shown


def test_one_method_of_many_policies_is_one() -> None:
    """And two that differ have two names."""
    objects = _platform({"sso": JWT}, {"audience": AUDIENCE})
    other = yaml.safe_load(listing(objects).replace("granite", "phi").replace("realms/maas", "realms/other"))["items"]
    same = yaml.safe_load(listing(objects).replace("granite", "qwen"))["items"]
    Path("dump.yaml").write_text(listing([*objects, *other[1:], *same[1:]]), encoding="utf-8")
    run("import", "dump.yaml")
    found = yaml.safe_load(Path("config/platform.yaml").read_text(encoding="utf-8"))["platform"]["authentication"]
    assert [(one["name"], one["issuer"][-5:]) for one in found] == [("sso", "/maas"), ("sso-2", "other")]
