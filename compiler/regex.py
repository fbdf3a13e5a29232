"""Regular expressions by RE2, in time that grows with the text alone, whatever the pattern.

It is the engine of the API server: same syntax, `$` only at the very end, ASCII classes, no look-around.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import re2

_OPTIONS: Final = re2.Options()
_OPTIONS.log_errors = False  # or RE2 itself would write to standard error


def valid(pattern: str) -> bool:
    """Tell whether it is a regular expression."""
    return _compiled(pattern) is not None


def fits(pattern: str, text: str) -> bool:
    """Tell whether a valid pattern matches the text as a whole."""
    try:
        return _compiled(pattern).fullmatch(text) is not None
    except UnicodeEncodeError:  # a lone surrogate, which no text of the API server holds
        return False


def found(pattern: str, text: str) -> str | None:
    """Give the first match of a valid pattern anywhere in the text."""
    try:
        match = _compiled(pattern).search(text)
    except UnicodeEncodeError:  # a lone surrogate, which no text of the API server holds
        return None
    return match and str(match[0])


@cache
def _compiled(pattern: str) -> Any:  # noqa: ANN401 - RE2 brings no types
    try:
        return re2.compile(pattern, options=_OPTIONS)
    except re2.error:
        return None
