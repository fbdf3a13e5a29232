"""What is behind another gateway becomes no configuration of ours, neither its host nor its models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from adopt_cluster import Plain, listing
from cli_support import run

GROUP = "gateway.networking.k8s.io"


def gateway(name: str) -> Plain:
    """Give a Gateway with a host of its own."""
    listener = {"hostname": f"{name}.example.com", "name": "https", "port": 443, "protocol": "HTTPS"}
    spec = {"gatewayClassName": "x", "listeners": [listener]}
    return {"apiVersion": f"{GROUP}/v1", "kind": "Gateway", "metadata": {"name": name, "namespace": "n"}, "spec": spec}


def model(name: str, *behind: str) -> list[Plain]:
    """Give a model with its route and a policy on that."""
    path = {"type": "PathPrefix", "value": f"/llm/{name}"}
    spec = {
        "parentRefs": [{"name": one, "namespace": "n"} for one in behind],
        "hostnames": [f"{one}.example.com" for one in behind],
        "rules": [{"matches": [{"path": path}], "backendRefs": [{"name": name, "port": 80}]}],
    }
    route = f"{name}-kserve-route"
    return [
        {"apiVersion": f"{GROUP}/v1", "kind": "HTTPRoute", "metadata": {"name": route, "namespace": "llm"}, "spec": spec},
        {
            "apiVersion": "serving.kserve.io/v1alpha1",
            "kind": "LLMInferenceService",
            "metadata": {"name": name, "namespace": "llm"},
        },
        policy(name, "HTTPRoute", route, "llm"),
    ]


def policy(name: str, kind: str, target: str, namespace: str) -> Plain:
    """Give a policy that lets a group in."""
    patterns = [{"selector": "auth.identity.user.groups", "operator": "incl", "value": f"callers-of-{name}"}]
    return {
        "apiVersion": "kuadrant.io/v1",
        "kind": "AuthPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "targetRef": {"group": GROUP, "kind": kind, "name": target},
            "rules": {
                "authentication": {"a": {"kubernetesTokenReview": {"audiences": ["https://kubernetes.default.svc"]}}},
                "authorization": {"members": {"patternMatching": {"patterns": patterns}}},
            },
        },
    }


def imported(*objects: Plain, options: tuple[str, ...] = ()) -> tuple[dict[str, Any], str]:
    """Import a dump; gives the configuration as plain data, and what was said."""
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    output = run("import", "dump.yaml", *options).output
    found: dict[str, Any] = {}
    for path in Path("config").glob("*.yaml"):
        found |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return found, output


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_host_of_another_gateway_is_not_taken() -> None:
    config, output = imported(gateway("b"), *model("m", "b"), options=("--gateway", "n/a"))
    assert not config
    assert "the host of the gateway `n/a` is not in the dump" in output


def test_models_of_another_gateway_are_left_with_the_reason() -> None:
    objects = [gateway("a"), gateway("b"), *model("ours", "a"), *model("theirs", "b"), *model("both", "b", "a")]
    config, output = imported(*objects, options=("--gateway", "n/a"))
    assert config["platform"]["gateway"] == {"namespace": "n", "name": "a", "hostname": "a.example.com"}
    assert set(config["models"]) == {"llm/ours", "llm/both"}
    assert {group for one in config["access"].values() for group in one["groups"]} == {"callers-of-ours", "callers-of-both"}
    assert "the LLMInferenceService llm/theirs is behind another gateway, `n/b`" in output
    assert "the AuthPolicy llm/theirs is behind another gateway, `n/b`" in output
    left = Path("unmanaged/llminferenceservice.yaml").read_text(encoding="utf-8")
    assert left.startswith("# it is behind another gateway, `n/b`\n")


def test_a_policy_of_another_gateway_lets_nobody_in_here() -> None:
    wide = policy("wide", "Gateway", "b", "n")
    config, output = imported(gateway("a"), gateway("b"), *model("ours", "a"), wide, options=("--gateway", "n/a"))
    assert "callers-of-wide" not in config["groups"]
    assert "the AuthPolicy n/wide is behind another gateway, `n/b`" in output


def test_a_model_whose_route_is_not_in_the_dump_may_be_behind_ours() -> None:
    _, *rest = model("ours", "a")
    config, _ = imported(gateway("a"), gateway("b"), *rest, options=("--gateway", "n/a"))
    assert set(config["models"]) == {"llm/ours"}


def test_a_policy_that_lets_in_whomever_it_accepts_is_told_as_that() -> None:
    open_ = policy("open", "HTTPRoute", "ours-kserve-route", "llm")
    del open_["spec"]["rules"]["authorization"]
    _, output = imported(gateway("a"), *model("ours", "a")[:2], open_)
    assert "the AuthPolicy llm/open lets in everybody whom it accepts: no rule of it asks for a group or a name" in output


@pytest.mark.parametrize(("way", "said"), [({"anonymous": {}}, "today 200, unmetered, then 401"), ({"x509": {}}, "`x509`")])
def test_a_policy_of_ways_in_alone_is_judged_by_them(way: Plain, said: str) -> None:
    """Without the ways in that the configuration has not, it would be an empty policy, which is none."""
    open_ = policy("open", "HTTPRoute", "ours-kserve-route", "llm")
    open_["spec"]["rules"] = {"authentication": {"a": way}}
    behind = gateway("a")
    behind["spec"]["listeners"][0]["allowedRoutes"] = {"namespaces": {"from": "All"}}
    tiers = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tier-to-group-mapping", "namespace": "maas-api"}}
    tiers["data"] = {"tiers": "- {name: free, level: 0, groups: [staff]}\n"}
    _, output = imported(behind, *model("ours", "a")[:2], open_, tiers)
    assert "holds no rule" not in output
    assert said in output
