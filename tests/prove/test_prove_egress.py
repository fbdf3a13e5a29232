"""What leads out of the cluster is what is meant, and a key goes to its provider alone: every change of it is refuted."""

from __future__ import annotations

from functools import cache

import pytest
from prove_bench import program

from compiler.engines.registry import installed
from compiler.prove.verify import verify
from compiler.render.layout import render
from compiler.targets.emit import emit

NAME = "external-models"
GPT = "models/llm/gpt-4o.yaml"
VLLM = "models/llm/public-vllm.yaml"
GRANITE = "models/llm/granite.yaml"
PARTNERS = "models/partners/gpt-4o.yaml"
ACCOUNT = "provider-keys/kuadrant/maas-provider-keys.yaml"
ROLE = "provider-keys/llm/maas-provider-key-openai-key.yaml"
ENGINES = installed()[:1]


@cache
def texts() -> dict[str, str]:
    return dict(render(emit(program(NAME))).texts)


def found(file: str, old: str, new: str) -> list[str]:
    """Give the codes of what is found once a text is changed."""
    assert old in texts()[file]
    changed = {**texts(), file: texts()[file].replace(old, new)}
    return [one.code for one in verify(program(NAME), (), changed, lambda: ENGINES).diagnostics]


def test_what_is_emitted_is_proved() -> None:
    assert verify(program(NAME), (), texts(), lambda: ENGINES).diagnostics == ()


USERID = "{priority: 1, plain: {expression: auth.identity.userid}}"
SWAPS = [
    # Where requests go.
    (GPT, "hostname: api.openai.com", "hostname: api.example.com"),
    (GPT, "replacePrefixMatch: /", "replacePrefixMatch: /v2"),
    (GPT, "  externalName: api.openai.com", "  externalName: api.example.com"),
    (GPT, "    - api.openai.com\n  location", "    - api.example.com\n  location"),
    (GPT, "      sni: api.openai.com", "      sni: api.example.com"),
    (GPT, "  host: api.openai.com", "  host: api.example.com"),
    (GPT, "        - name: maas-gpt-4o\n", "        - name: somewhere\n"),
    (GPT, "kind: DestinationRule", "kind: ServiceEntry"),
    (VLLM, "          port: 8000", "          port: 8001"),
    (VLLM, "replacePrefixMatch: /base", "replacePrefixMatch: /"),
    (GRANITE, "          namespace: serving\n", ""),
    (GRANITE, "      name: granite-predictor\n", "      name: another\n"),
    # What the provider is told of the caller.
    (GPT, "              - x-maas-username\n", ""),
    (GPT, "              - cookie\n", ""),
    (VLLM, "              - authorization\n", ""),
    (PARTNERS, "              - authorization\n", ""),
    # Which key it gets, and when.
    (GPT, "Bearer {auth.metadata.provider.data.token.@base64:decode}", "Bearer {auth.identity.userid}"),
    (GPT, "          authorization:\n            priority: 1\n", "          Authorization:\n            priority: 1\n"),
    (GPT, "          authorization:\n            priority: 1\n", "          x-key:\n            priority: 1\n"),
    (GPT, "namespaces/llm/secrets/openai-key", "namespaces/partner-keys/secrets/azure"),
    (GPT, '"token" in auth.metadata.provider.data ? auth.metadata.provider.data["token"] != "" : false', "true"),
    (GPT, '? auth.metadata.provider.data["token"] != "" : false', "? true : false"),
    (PARTNERS, "          api-key:\n            priority: 1\n", "          authorization:\n            priority: 1\n"),
    (GRANITE, "          x-maas-tier:\n", f"          authorization: {USERID}\n          x-maas-tier:\n"),
    # Who may read it.
    (ROLE, "    resourceNames:\n      - openai-key\n", ""),
    (ROLE, "      - get\n", "      - get\n      - list\n"),
    (ROLE, "    namespace: kuadrant\n", "    namespace: llm\n"),
    (ROLE, "      - openai-key\n", "      - another\n"),
    (ACCOUNT, "kubernetes.io/service-account.name: maas-provider-keys", "kubernetes.io/service-account.name: default"),
    (ACCOUNT, "type: kubernetes.io/service-account-token", "type: Opaque"),
    (ACCOUNT, "type: kubernetes.io/service-account-token", "type: kubernetes.io/service-account-token\ndata: {token: YQ==}"),
    (ACCOUNT, "  name: maas-provider-keys\n", "  name: another\n"),
]


@pytest.mark.parametrize(
    ("file", "old", "new"), SWAPS, ids=[f"{new.strip()[:40]} for {old.strip()[:40]}" for _, old, new in SWAPS]
)
def test_what_is_otherwise_is_refuted(file: str, old: str, new: str) -> None:
    codes = found(file, old, new)
    assert codes, "nothing was found"
    assert set(codes) <= {"refuted", "unmodelled", "duplicate-object", "undecided"}


HEAD = "metadata: {name: x, namespace: llm}\n"
EXTRA = {
    "a Service that nobody means": f"apiVersion: v1\nkind: Service\n{HEAD}spec: {{type: ExternalName, externalName: a.b}}\n",
    "a Secret": f"apiVersion: v1\nkind: Secret\n{HEAD}data: {{token: YQ==}}\n",
    "another account": f"apiVersion: v1\nkind: ServiceAccount\n{HEAD}",
    "another host": f"apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n{HEAD}spec: {{hosts: [a.b]}}\n",
}


@pytest.mark.parametrize("what", EXTRA)
def test_what_nobody_means_is_refuted(what: str) -> None:
    changed = {**texts(), GPT: f"{texts()[GPT]}---\n{EXTRA[what]}"}
    assert "refuted" in [one.code for one in verify(program(NAME), (), changed, lambda: ENGINES).diagnostics]
