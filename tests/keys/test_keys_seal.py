"""Values are drawn well, and sealed so that the cluster alone can open them, each for its own Secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from certificates import FROM, TO, certificate, elliptic, opened, pair
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.keys.seal import CertificateError, public_key, sealed
from compiler.keys.value import ALPHABET, new_value
from compiler.source.sealed import is_sealed
from compiler.source.secret_text import looks_random

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_a_value_has_48_letters_and_digits_and_is_never_the_same() -> None:
    found = {new_value() for _ in range(200)}
    assert len(found) == 200
    assert {len(value) for value in found} == {48}
    assert set("".join(found)) == set(ALPHABET)
    assert len(ALPHABET) == 62


def test_a_value_that_is_left_lying_about_is_always_noticed() -> None:
    assert all(looks_random(new_value()) for _ in range(500))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80), st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.from_regex(r"[a-z.]{1,9}", fullmatch=True))
def test_the_controller_opens_what_was_sealed(value: str, namespace: str, name: str) -> None:
    key = pair()
    found = sealed(value, namespace, name, public_key(certificate(key), NOW))
    assert opened(found, f"{namespace}/{name}", key) == value
    assert is_sealed(found) == (value != "")


def test_a_value_opens_for_no_other_secret_and_with_no_other_key() -> None:
    found = sealed("value", "kuadrant-system", "maas-key-demo.a", pair().public_key())
    for label in ("kuadrant-system/maas-key-demo.b", "other/maas-key-demo.a", ""):
        with pytest.raises(ValueError, match=r"."):
            opened(found, label, pair())
    with pytest.raises((ValueError, InvalidTag)):
        opened(found, "kuadrant-system/maas-key-demo.a", pair(3072))


def test_one_value_is_sealed_otherwise_each_time() -> None:
    key = pair().public_key()
    assert len({sealed("value", "a", "b", key) for _ in range(5)}) == 5


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_the_form_is_that_of_every_size_of_key(bits: int) -> None:
    found = sealed("v" * 48, "a", "b", pair(bits).public_key())
    assert is_sealed(found)
    assert opened(found, "a/b", pair(bits)) == "v" * 48


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (b"", "holds no certificate in PEM"),
        (b"-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n", "holds no certificate in PEM"),
        (b"-----BEGIN PUBLIC KEY-----\nbm9uZQ==\n-----END PUBLIC KEY-----\n", "holds no certificate in PEM"),
        (certificate(pair(), FROM, NOW - timedelta(seconds=1)), "expired on 2026-05-31 at 23:59 UTC"),
        (certificate(pair(), NOW + timedelta(seconds=1), TO), "is not valid before 2026-06-01 00:00 UTC"),
        (certificate(elliptic()), "has no RSA key"),
        (certificate(pair(1024)), "has 1024 bits"),
    ],
)
def test_a_certificate_that_is_none_or_not_good_now_seals_nothing(pem: bytes, said: str) -> None:
    with pytest.raises(CertificateError, match=said):
        public_key(pem, NOW)


def test_a_certificate_is_good_to_the_second() -> None:
    pem = certificate(pair(), NOW, NOW)
    assert public_key(pem, NOW).public_numbers() == pair().public_key().public_numbers()
    for moment in (NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)):
        with pytest.raises(CertificateError):
            public_key(pem, moment)


def test_the_first_of_several_certificates_is_the_one() -> None:
    pem = certificate(pair()) + certificate(pair(3072))
    assert public_key(pem, NOW).key_size == 2048
