"""The scalars of the language: names, windows, limits; each refuses with a code of its own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Final

from compiler.cel.printer import spellable
from compiler.intent.field import Check, Field, Refused

MAX_LIMIT: Final = 1_000_000_000
MAX_SECONDS: Final = 366 * 24 * 60 * 60

# A schema for editors says it as well, and its regular expressions know no `\Z`.
RELEASE: Final = r"^[0-9]+\.[0-9]+(\.[0-9]+)?$"
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
# What Kubernetes lets a label be called, and hold.
_WORD: Final = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_LABEL_NAME: Final = re.compile(rf"((?=[^/]{{1,253}}/){_DOMAIN}/)?{_WORD}\Z")
_LABEL_VALUE: Final = re.compile(rf"({_WORD})?\Z")
_HOSTNAME: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+\Z")
_ADDRESS: Final = re.compile(r"[0-9.]+\Z")
_BASE_PATH: Final = re.compile(r"/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*)?\Z")
_MOST_PATH: Final = 1024
_WINDOW: Final = re.compile(r"(?:[0-9]{1,9}[smhdw])+\Z")
_WINDOW_PART: Final = re.compile(r"([0-9]+)([smhdw])")
# As people write them. `M` is left out: a month to some, a minute to others.
_UNITS: Final = {
    name: unit
    for unit, names in {
        "s": "s sec secs second seconds",
        "m": "m min mins minute minutes",
        "h": "h hr hrs hour hours",
        "d": "d day days",
        "w": "w week weeks",
    }.items()
    for name in names.split()
}
_LOOSE_UNIT: Final = rf"(?!M\b)(?i:{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![a-zA-Z])"
_LOOSE: Final = re.compile(rf"[0-9]{{1,9}}|(?:[0-9]{{1,9}} ?{_LOOSE_UNIT}[ ,]*)+", re.ASCII)
_LOOSE_PART: Final = re.compile(r"([0-9]+) ?([a-zA-Z]*)")
_UNIT_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@lru_cache(maxsize=1 << 12)
def window_seconds(window: str) -> int:
    """Give the seconds of a window such as `90s`, `1h30m`, `1d` or `2w`.

    Raises:
        ValueError: not of that form, nothing at all, or more than 366 days.
    """
    if not _WINDOW.match(window):
        message = "a window is whole numbers with the units s, m, h, d or w, such as `1m`, `24h` or `1d12h`"
        raise ValueError(message)
    seconds = sum(int(count) * _UNIT_SECONDS[unit] for count, unit in _WINDOW_PART.findall(window))
    if not 0 < seconds <= MAX_SECONDS:
        message = "a window lasts at least one second and at most 366 days"
        raise ValueError(message)
    return seconds


def window_meant(written: object) -> str | None:
    """Give the window that something else than a window can only mean: `90 s`, `1 hour`, or 60, which counts seconds."""
    if isinstance(written, bool) or not isinstance(written, int | str):
        return None
    parts = _LOOSE_PART.findall(str(written).strip())
    whole = _LOOSE.fullmatch(str(written).strip())
    found = "".join(f"{count}{_UNITS[unit.lower() or 's']}" for count, unit in parts) if whole else ""
    try:
        window_seconds(found)
    except ValueError:
        return None
    return found


def is_release(text: str) -> bool:
    """Tell whether a text is a release of Kuadrant as the language writes it: `1.5` or `1.4.2`."""
    return bool(re.fullmatch(RELEASE, text))


def is_hostname(text: str) -> bool:
    """Tell whether a text is a host name: lower-case DNS labels joined by dots."""
    return bool(_HOSTNAME.match(text))


def is_label(name: str) -> bool:
    """Tell whether a name is a DNS label: lower-case letters, digits and `-`, at most 63 characters."""
    return bool(_LABEL.match(name))


def _window(value: str) -> None:
    try:
        window_seconds(value)
    except ValueError as error:
        raise Refused("bad-window", str(error)) from None


def _limit(value: int) -> None:
    if not 0 <= value <= MAX_LIMIT:
        raise Refused("bad-limit", "a limit is a whole number from 0 to 1000000000")


def _label(value: str) -> None:
    if not is_label(value):
        raise Refused(
            "bad-name",
            "a Kubernetes name here is at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends",
        )


def _label_name(value: str) -> None:
    if not _LABEL_NAME.match(value):
        reason = "a label's name is at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"
        raise Refused("bad-name", f"{reason}; a DNS name and `/` may stand before it")


def _label_value(value: str) -> None:
    if not _LABEL_VALUE.match(value):
        reason = "a label holds at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, or nothing"
        raise Refused("bad-value", reason)


def _hostname(value: str) -> None:
    if not _HOSTNAME.match(value):
        raise Refused("bad-hostname", "a hostname is lower-case DNS labels joined by dots, without scheme or port")


def _endpoint(value: str) -> None:
    if _ADDRESS.match(value):
        raise Refused("bad-hostname", "a provider is found by its host name, for which its certificate is")
    _hostname(value)


def _base_path(value: str) -> None:
    if len(value) > _MOST_PATH or not _BASE_PATH.match(value):
        raise Refused("bad-value", "a path here is `/`, or a slash before each segment, none of which begins with a dot")


def _text(value: str) -> None:
    if not spellable(value):
        raise Refused("bad-value", "text that reaches an expression holds no control characters or line breaks")


def _regex(value: str) -> None:
    from compiler import regex  # noqa: PLC0415 - an engine that most configurations do without

    if not regex.valid(value):
        raise Refused("bad-value", "this is no regular expression of RE2, which has no look-around")


Window = Annotated[str, Check(_window, {"pattern": "^([0-9]{1,9}[smhdw])+$"})]
LimitAmount = Annotated[int, Check(_limit, {"minimum": 0, "maximum": MAX_LIMIT})]
Label = Annotated[str, Check(_label, {"pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"})]
LabelName = Annotated[str, Check(_label_name)]
LabelValue = Annotated[str, Check(_label_value)]
Hostname = Annotated[str, Check(_hostname)]
Endpoint = Annotated[str, Check(_endpoint)]
BasePath = Annotated[str, Check(_base_path)]
Text = Annotated[str, Check(_text)]
# What is a space to Python, to ECMA 262 or to Unicode, none of which agrees with the others.
Visible = Annotated[str, Field(pattern=r"[^\s\x1c-\x1f\x85\ufeff]")]
Regex = Annotated[str, Check(_regex)]
Port = Annotated[int, Field(ge=1, le=65535)]
