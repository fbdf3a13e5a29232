"""Names of emitted objects: the controller's names where they fit, a short hash where they do not."""

from __future__ import annotations

import hashlib
import re
from typing import Final

# Names stay below the length of a label value, so that they can be used as one everywhere.
MAX_NAME: Final = 63
_HASH_LENGTH: Final = 8
_LOOKS_HASHED: Final = re.compile(r"-[0-9a-f]{8}\Z")


def object_name(prefix: str, name: str) -> str:
    """Give `prefix-name`, or a shortened form with a hash of the whole when that is longer than 63 characters.

    Two different names never give one result: a natural name of full length that looks like a shortened one is
    hashed as well, so the two sets do not meet.
    """
    full = f"{prefix}-{name}"
    if len(full) < MAX_NAME or (len(full) == MAX_NAME and not _LOOKS_HASHED.search(full)):
        return full
    digest = hashlib.sha256(full.encode()).hexdigest()[:_HASH_LENGTH]
    # Always of full length, so that only names of full length look shortened; no cut may end in a dash or a dot.
    cut = full[: MAX_NAME - _HASH_LENGTH - 1].rstrip("-.")
    return f"{cut.ljust(MAX_NAME - _HASH_LENGTH - 1, 'x')}-{digest}"
