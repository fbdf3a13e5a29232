"""What is written, without what says no more than a default, and with windows of one length written alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.intent.field import Refused
from compiler.intent.model import ConfigFile
from compiler.intent.read import read
from compiler.intent.scalars import window_seconds
from compiler.intent.spec import plain


def normal(section: str, content: object) -> object:
    """Give the content of a section as it would be written with the fewest words; what is no such content as it is.

    Keys and the places of items in lists stay, so that a path into it leads to the same in what was written.
    """
    try:
        written: dict[str, Any] = plain(read(ConfigFile, {section: content}))
    except Refused:
        return content
    return _windows(written.get(section, content))


def _windows(value: object) -> object:
    """Write windows in seconds: `1h` is no other than `60m`."""
    if isinstance(value, list):
        return [_windows(inner) for inner in value]
    if not isinstance(value, Mapping):
        return value
    # Names are free: a group may be called `window`, a label as well, and neither has a number beside it.
    rate = value.keys() == {"limit", "window"} and isinstance(value["limit"], int)
    return {
        key: f"{window_seconds(str(inner))}s" if rate and key == "window" else _windows(inner) for key, inner in value.items()
    }
