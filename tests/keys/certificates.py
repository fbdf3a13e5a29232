"""Key pairs and certificates as the sealed-secrets controller makes them, and its side of sealing."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

FROM = datetime(2026, 1, 1, tzinfo=UTC)
TO = datetime(2036, 1, 1, tzinfo=UTC)


@cache
def pair(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Give a key pair, the same one each time."""
    return rsa.generate_private_key(65537, bits)


@cache
def elliptic() -> ec.EllipticCurvePrivateKey:
    """Give a key pair that seals nothing."""
    return ec.generate_private_key(ec.SECP256R1())


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, since: datetime = FROM, until: datetime = TO) -> bytes:
    """Give a certificate of a key in PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sealed-secrets")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    return made.not_valid_before(since).not_valid_after(until).sign(key, SHA256()).public_bytes(Encoding.PEM)


def opened(sealed: str, label: str, key: rsa.RSAPrivateKey) -> str:
    """Open a sealed value as the controller does, step by step from its description."""
    content = b64decode(sealed, validate=True)
    size = content[0] * 256 + content[1]
    session = key.decrypt(content[2 : 2 + size], OAEP(MGF1(SHA256()), SHA256(), label=label.encode()))
    return AESGCM(session).decrypt(b"\0" * 12, content[2 + size :], None).decode()
