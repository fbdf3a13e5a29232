"""What is refused is told in words that are true of what is written."""

from __future__ import annotations

from typing import Any

import pytest
from intent_agreement import agreed

from compiler.diagnostics.model import Diagnostic, Place
from compiler.intent.api_keys import ExternalSpec
from compiler.intent.authentication import OidcSpec
from compiler.intent.errors import explain
from compiler.intent.model import AccessSpec, ModelSpec, TierSpec
from compiler.intent.resources import Rate, Resource
from compiler.intent.spec import Spec
from compiler.suites.model import RowSpec

_EXTERNAL = {"store": "vault", "path": "maas/alice"}
_TIER = {"level": 1, "groups": ["staff"]}
_ROW = {"caller": "alice", "model": "granite", "status": 200}
_RESOURCE = {"apiVersion": "maas.opendatahub.io/v1alpha1", "kind": "MaaSModel", "metadata": {"name": "A" * 254}}


def _only(spec: type[Spec], data: object) -> Diagnostic:
    (found,) = explain(spec, data, Place("maas.yaml"))
    return found


@pytest.mark.parametrize(
    ("spec", "data", "headline"),
    [
        (ExternalSpec, {**_EXTERNAL, "path": ""}, "the text is empty"),
        (ExternalSpec, {**_EXTERNAL, "path": "a" * 1025}, "the text has more than the 1024 characters that fit here"),
        (Resource, _RESOURCE, "the text has more than the 253 characters that fit here"),
        (AccessSpec, {"models": []}, "nothing is listed here, and at least one item is needed"),
        (RowSpec, {**_ROW, "status": 10**30}, f"the number `{10**30}` is none of the numbers that may stand here"),
        (RowSpec, {**_ROW, "status": 500}, "the number `500` is none of the values for this place"),
        (ModelSpec, {"backend": {"kind": True}}, "expected the name of a kind, found `true`"),
        (ModelSpec, {"backend": {"kind": ["Service"]}}, "expected the name of a kind, found a list"),
        (ModelSpec, {"backend": {"kind": "service"}}, "unknown kind `service`"),
    ],
)
def test_a_headline_says_what_is_wrong_there(spec: type[Spec], data: dict[str, Any], headline: str) -> None:
    found = _only(spec, data)
    assert (found.code, found.headline) == ("bad-value", headline)


@pytest.mark.parametrize(
    ("value", "help_"),
    [("1", "remove the quotes"), ("true", None), ("1.0", None), ("", None), ("1k", "write all digits: `1000`")],
)
def test_quotes_are_the_trouble_only_where_a_number_is_in_them(value: str, help_: str | None) -> None:
    assert _only(TierSpec, {**_TIER, "level": value}).help == help_


@pytest.mark.parametrize(("value", "help_"), [("true", "remove the quotes"), ("1", None), ("", None), ("yes", None)])
def test_quotes_are_the_trouble_only_where_a_truth_is_in_them(value: str, help_: str | None) -> None:
    assert _only(TierSpec, {**_TIER, "unlimited": value}).help == help_


def test_a_kind_in_brackets_is_meant_without_them() -> None:
    kinds: tuple[object, ...] = (["Service"], {"Service": {}}, ["service"])
    for kind in kinds:
        assert _only(ModelSpec, {"backend": {"kind": kind}}).help == "did you mean `Service`?"
    assert str(_only(ModelSpec, {"backend": {"kind": []}}).help).startswith("known here: ")


def test_a_number_that_equals_another_is_told_of_at_its_place() -> None:
    found = _only(RowSpec, {**_ROW, "status": 200.0})
    assert found.place == Place("maas.yaml", ("status",))
    assert found.help == "known here: 200, 401, 403, 429"


@pytest.mark.parametrize("window", ["1d", "01h", "1h30m"])
def test_nobody_is_advised_to_write_what_is_written(window: str) -> None:
    """Other places take such windows, and resources do not."""
    found = _only(Rate, {"limit": 1, "window": window})
    assert (found.code, found.help, found.fix) == ("bad-window", None, None)


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://sso.example.com/realms/maas", True),
        ("https://sso.example.com:8443/realms/maas", True),
        ("https://[::1]:8443/", True),
        (" https://sso.example.com", False),
        ("https://sso.example.com ", False),
        ("https://sso example.com/", False),
        ("https://sso.example.com/realms/the maas", False),
        ("https://sso.example.com:https/", False),
        ("https://sso.example.com:65536/", False),
        ("https://[sso]/", False),
        ("http://sso.example.com", False),
    ],
)
def test_a_url_is_what_every_reader_of_it_takes(url: str, *, taken: bool) -> None:
    data = {"name": "sso", "kind": "oidc", "issuer": url, "audience": "maas"}
    assert (agreed(OidcSpec, data) is not None) == taken
    if not taken:
        assert _only(OidcSpec, data).code == "bad-url"
