"""Seals a value for the cluster's sealed-secrets controller, offline and as `kubeseal` does.

The form is that of sealed-secrets (pkg/crypto, HybridEncrypt): a session key of 256 bits, encrypted by RSA-OAEP with SHA-256 and
with `namespace/name` as its label, so that the value opens for that one Secret; before it its length in two bytes; behind it the
value in AES-GCM. The session key is used once, so the nonce is zero.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

_SESSION: Final = 32
_NONCE: Final = bytes(12)
_LEAST_BITS: Final = 2048


class CertificateError(ValueError):
    """Nothing can be sealed with this certificate, or nothing that the cluster could open."""


def public_key(pem: bytes, now: datetime) -> RSAPublicKey:
    """Give the key of a certificate in PEM (the first, where there are several) that is valid `now`, a time with its zone.

    Raises:
        CertificateError: as the class says.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise CertificateError("the file holds no certificate in PEM") from None
    if now < certificate.not_valid_before_utc:
        raise CertificateError(f"the certificate is not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC")
    if now > certificate.not_valid_after_utc:
        raise CertificateError(
            f"the certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d} at "
            f"{certificate.not_valid_after_utc:%H:%M} UTC"
        )
    try:
        found = certificate.public_key()
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, RSAPublicKey):
        raise CertificateError("the certificate has no RSA key, and the controller uses no other")
    if found.key_size < _LEAST_BITS:
        raise CertificateError(f"the key of the certificate has {found.key_size} bits, and less than {_LEAST_BITS} are broken")
    return found


def sealed(value: str, namespace: str, name: str, key: RSAPublicKey) -> str:
    """Give the sealed value, base64, for the Secret of a name in a namespace; no two are the same."""
    session = secrets.token_bytes(_SESSION)
    encrypted = key.encrypt(session, OAEP(MGF1(SHA256()), SHA256(), label=f"{namespace}/{name}".encode()))
    content = AESGCM(session).encrypt(_NONCE, value.encode(), None)
    return b64encode(len(encrypted).to_bytes(2, "big") + encrypted + content).decode()
