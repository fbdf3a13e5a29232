"""What can be asked, by which names, and what is refused with which advice."""

from __future__ import annotations

import pytest
from explain_support import platform, refused

from compiler.explain.asked import Asked


@pytest.mark.parametrize("written", ["alice", "alice@example.com", "28341878-ea4a-4ae7-9e97-05bfb0fdd108"])
def test_a_user_is_named_as_in_the_language(written: str) -> None:
    assert platform("config").ask("qwen3", user=written).caller.userid == "alice"


def test_a_model_is_named_with_or_without_its_namespace() -> None:
    assert platform("config").ask("qwen3").model.id == "llm/qwen3"
    assert platform("config").ask("llm/qwen3").request.path == "/llm/qwen3/v1/chat/completions"
    assert platform("subscriptions").ask("premium-model").request.path.startswith("/llm/premium-simulated/")


def test_without_a_name_the_caller_is_nobody_the_configuration_knows() -> None:
    of = platform("config").ask("qwen3", "research")
    assert of.caller.userid not in of.intent.users
    assert not of.named
    assert of.caller.method == "openshift"


REFUSED = {
    "model": (Asked("qwen4"), "unknown model `qwen4`", "did you mean `qwen3`?"),
    "model far from all": (Asked("zzz"), "unknown model `zzz`", "known models: `llm/facebook-opt-125m-simulated`"),
    "user": (Asked("qwen3", user="alcie"), "unknown user `alcie`", "did you mean `alice`?"),
    "user far from all": (Asked("qwen3", user="zoe"), "unknown user `zoe`", "leave `--user` out"),
    "empty user": (Asked("qwen3", user=""), '`""` cannot be the name of a user', "not empty"),
    "method": (Asked("qwen3", method="openshit"), "unknown method `openshit`", "did you mean `openshift`?"),
    "method far from all": (Asked("qwen3", method="kerberos"), "unknown method", "known methods: `openshift`, `tier-tokens`"),
    "group": (Asked("qwen3", groups=("",)), '`""` cannot be the name of a group', "not empty"),
    "group with an escape": (Asked("qwen3", groups=("a\x1b",)), "cannot be the name of a group", "no control characters"),
    "header": (Asked("qwen3", headers=("x-maas-subscription",)), "is no header", "write it as `name: value`"),
    "header name": (Asked("qwen3", headers=("a b: c",)), "is no header", "write it as `name: value`"),
    "credential": (Asked("qwen3", headers=("Authorization: Bearer x",)), "the header `authorization`", "follows from"),
    "path": (Asked("qwen3", path="/v1/models"), "the path `/v1/models` is not below `/llm/qwen3`", "`/llm/qwen3/v1/models`?"),
    "path with a line break": (Asked("qwen3", path="/llm/qwen3/\n"), "cannot be the path of a request", "percent-encoding"),
    "path with a space": (Asked("qwen3", path="/llm/qwen3/a b"), "cannot be the path of a request", "percent-encoding"),
    "path of a neighbour": (Asked("qwen3", path="/llm/qwen30/x"), "is not below `/llm/qwen3`", "did you mean"),
    "empty path": (Asked("qwen3", path=""), 'the path `""` is not below', "`/llm/qwen3/`?"),
    "no credential of a user": (Asked("qwen3", user="alice", credential=False), "without a credential has no user", "--user"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_meant_is_refused_with_advice(what: str) -> None:
    asked, headline, advice = REFUSED[what]
    error = refused("config", asked)
    assert headline in error.headline
    assert advice in error.advice


def test_a_name_of_another_namespace_is_suggested_with_it() -> None:
    assert refused("subscriptions", Asked("granite")).advice == "did you mean `other/granite`?"


def test_callers_may_be_in_any_group() -> None:
    of = platform("config").ask("qwen3", "reserch", "research", "system:authenticated")
    assert of.notes == ("no policy mentions the group `reserch`; did you mean `research`?",)
    assert platform("config").ask("qwen3", "research", "system:authenticated").notes == ()


def test_the_group_that_everybody_has_is_not_forgotten() -> None:
    """Where a policy asks for it, and the method is one that the cluster answers."""
    note = "every token of the cluster is in `system:authenticated` too; ask with `--group system:authenticated` for what it gets"
    assert platform("config").ask("qwen3", "research").notes == (note,)
    assert platform("subscriptions").ask("simulator-model", "research").notes == ()
    assert note not in platform("config").ask("qwen3", "research", method="tier-tokens").notes


def test_a_service_account_need_not_be_declared() -> None:
    name = "system:serviceaccount:maas-default-gateway-tier-free:alice"
    of = platform("tiers-on-routes").ask("qwen3", user=name, method="tier-tokens")
    assert of.caller.userid == name


def test_headers_are_as_the_gateway_sees_them() -> None:
    of = platform("subscriptions").ask(
        "simulator-model", headers=("X-Maas-Subscription: a", "x-maas-subscription:b", "x-mass-subscription: c")
    )
    assert of.request.headers == {"x-maas-subscription": "a,b", "x-mass-subscription": "c"}
    assert of.notes == ("the header `x-mass-subscription` means nothing to the gateway; did you mean `x-maas-subscription`?",)
