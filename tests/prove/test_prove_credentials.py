"""The credential of an example is shown to the gateway as it is meant, whatever characters its names have."""

from __future__ import annotations

import pytest

from compiler.diagnostics.model import Place
from compiler.program.ir import Attach, Bridge, Gateway, MaasApi, Platform
from compiler.program.methods import ApiKey, Introspection, credentials_of
from compiler.prove.credentials import carried, shown
from compiler.prove.result import Example

PLATFORM = Platform(
    (1, 5, None),
    Gateway("ingress", "gw", "maas.example.com"),
    Attach.ROUTE,
    Bridge.SELECTED,
    MaasApi("maas-api", "maas-api", 8080),
    (),
    Place("a.yaml"),
)
HERE = Place("a.yaml")
EXAMPLE = Example("llm/granite", "keys", "alice", ("research",), user=True, headers=(), target="/")


@pytest.mark.parametrize("labels", [(("app", "b,c"),), (("app", "b,c=d"),), (("a=b", "c"),), (("a b", "x y z!"),)])
def test_a_secret_has_the_very_labels_of_the_method(labels: tuple[tuple[str, str], ...]) -> None:
    method = ApiKey("keys", "APIKEY", labels, HERE)
    (secret,) = shown(PLATFORM, method, carried(method, EXAMPLE, None)).identities.secrets
    assert set(labels) <= set(secret.labels)


def test_labels_that_read_alike_are_other_credentials() -> None:
    one, other = (ApiKey("keys", "APIKEY", labels, HERE) for labels in ((("a", "b"), ("c", "d")), (("a", "b,c=d"),)))
    assert str(credentials_of(one)[0]) == str(credentials_of(other)[0])
    assert credentials_of(one) != credentials_of(other)


def test_the_order_of_labels_makes_no_other_credential() -> None:
    one, other = (ApiKey("keys", "APIKEY", labels, HERE) for labels in ((("a", "b"), ("c", "d")), (("c", "d"), ("a", "b"))))
    assert credentials_of(one) == credentials_of(other)


def test_a_service_is_asked_at_its_own_url() -> None:
    asked = ("https://keys.example.com/a with b", "secret", "APIKEY")
    method = Introspection("keys", *asked, ("user",), ("groups",), ("team",), ("models",), HERE)
    found = shown(PLATFORM, method, carried(method, EXAMPLE, None)).identities.introspected
    assert [endpoint for endpoint, _ in found] == ["https://keys.example.com/a with b"]
