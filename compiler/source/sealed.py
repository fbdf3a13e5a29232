"""The form of a sealed value, which tells one from a plain one without any key.

`kubeseal` writes base64 of: the length of an RSA ciphertext in two bytes, that ciphertext, and what AES-GCM makes of the value
(as many bytes as the value has, and a tag of 16).
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from typing import Final

SUFFIX: Final = ".sealed"
_LENGTH: Final = 2
_TAG: Final = 16
# Bytes of an RSA ciphertext: those of the modulus, from 2048 to 8192 bits.
_RSA: Final = range(256, 1025, 8)
# Most of a text is not sealed, and the first characters tell: two bytes within that range.
_SHORTEST: Final = 4 * (_LENGTH + _RSA.start + _TAG) // 3


def is_sealed(text: str) -> bool:
    """Tell whether a text has the form of a value that was sealed."""
    if len(text) < _SHORTEST:
        return False
    try:
        content = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return False
    size = int.from_bytes(content[:_LENGTH], "big")
    return size in _RSA and len(content) > _LENGTH + size + _TAG
