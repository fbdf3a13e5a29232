"""How a text must begin, and what it must not be as a whole, to stand in YAML without quotes."""

from __future__ import annotations

from typing import Final

# Words of the YAML 1.1 type repository (bool, null); `~`, `=` and `<<` cannot start a plain scalar here anyway.
_WORDS: Final = "y|n|yes|no|on|off|true|false|null"
# Whatever some version reads as a number, a sexagesimal number, a date or a time starts with a digit and goes on with these.
_NUMBERS: Final = r"[0-9][-+.:_,0-9eEtTzZ ]*|0[xXoObB][0-9a-fA-F_]*"
# Starts with no indicator of either version, nor with a sign or a dot, which may open a number.
START: Final = rf"(?!(?i:{_WORDS})\Z)(?!(?:{_NUMBERS})\Z)(?=[A-Za-z0-9_/($^]|[^\x00-\x7f])"
