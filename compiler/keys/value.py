"""The value of a key: drawn at random, and known to whoever searches for secrets that were left lying about."""

from __future__ import annotations

import secrets
import string
from typing import Final

from compiler.source.secret_text import looks_random

LENGTH: Final = 48
ALPHABET: Final = string.ascii_letters + string.digits


def new_value() -> str:
    """Draw a value of 48 letters and digits, 285 bits.

    One in some hundreds is drawn again, because it could pass for a name: `plaintext-secret` would not notice it.
    """
    while True:
        value = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if looks_random(value):
            return value
