"""Series of calls, in a notation as short as Prometheus's: `900x25 0x40 900x5`.

A series is a list of steps of one length. `<tokens>x<count>` stands for `count` steps, and `<tokens>` alone for one; at the
beginning of each step the caller calls once, and the response costs that many tokens. `0` is a step without a call.
"""

from __future__ import annotations

import re
from typing import Final

_PART: Final = re.compile(r"(?P<tokens>[0-9]{1,10})(?:x(?P<count>[0-9]{1,6}))?\Z")
_TOO_MUCH: Final = re.compile(r"[0-9]+x[0-9]+\Z|[0-9]+\Z")
# Calls are simulated one by one, each on every engine.
MOST_STEPS: Final = 20_000


class BadSeriesError(ValueError):
    """A series that cannot be read; says which part and why."""


def steps(text: str) -> tuple[int, ...]:
    """Give the tokens that the call at each step costs, 0 where there is none.

    Raises:
        BadSeriesError: it does not parse, is longer than `MOST_STEPS` steps, or has no call at all.
    """
    found: list[int] = []
    for part in text.split():
        matched = _PART.match(part)
        count = int(matched["count"] or 1) if matched else 0
        if matched is None and _TOO_MUCH.match(part):
            raise BadSeriesError(f"`{part}` is more than {MOST_STEPS:,} steps, or than {10**10:,} tokens in one")
        if matched is None or count == 0:
            raise BadSeriesError(f"`{part}` is not of the form `<tokens>x<count>`, such as `900x25`")
        if len(found) + count > MOST_STEPS:
            raise BadSeriesError(f"a series has at most {MOST_STEPS} steps")
        found += [int(matched["tokens"])] * count
    if not any(found):
        raise BadSeriesError("the series has no call")
    return tuple(found)
