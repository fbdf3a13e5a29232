"""The price of a token as the price of a million tokens, exactly."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.intent.described import described

_DECIMAL: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,15})?")
_MILLION: Final = Decimal(10) ** 6


def per_million(written: str, place: Place, diagnostics: list[Diagnostic]) -> Decimal | None:
    """Give the price of a million tokens without needless zeros; None, and one diagnostic more, where it is no price."""
    if not _DECIMAL.fullmatch(written):
        diagnostics.append(
            Diagnostic(
                "bad-value",
                Severity.ERROR,
                f"the price of a token is a decimal below 1000 with at most 15 decimal places, found {described(written)}",
                place,
                "use would be billed at another price, or not at all",
                help='such as `"0.0000025"`, which is 2.50 for a million tokens',
            )
        )
        return None
    # 18 digits at most: far from where decimals are rounded.
    price = (Decimal(written) * _MILLION).normalize()
    return price or Decimal(0)
