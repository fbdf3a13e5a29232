"""The scalars of the language: names, windows, limits; each refuses with a code of its own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from compiler.cel.printer import spellable

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


def _window(value: str) -> str:
    try:
        window_seconds(value)
    except ValueError as error:
        raise PydanticCustomError("bad-window", "{reason}", {"reason": str(error)}) from None
    return value


def _limit(value: int) -> int:
    if not 0 <= value <= MAX_LIMIT:
        raise PydanticCustomError("bad-limit", "a limit is a whole number from 0 to 1000000000", {})
    return value


def _label(value: str) -> str:
    if not is_label(value):
        raise PydanticCustomError(
            "bad-name",
            "a Kubernetes name here is at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends",
            {},
        )
    return value


def _label_name(value: str) -> str:
    if not _LABEL_NAME.match(value):
        reason = "a label's name is at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"
        raise PydanticCustomError("bad-name", "{reason}; a DNS name and `/` may stand before it", {"reason": reason})
    return value


def _label_value(value: str) -> str:
    if not _LABEL_VALUE.match(value):
        reason = "a label holds at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, or nothing"
        raise PydanticCustomError("bad-value", "{reason}", {"reason": reason})
    return value


def _hostname(value: str) -> str:
    if not _HOSTNAME.match(value):
        raise PydanticCustomError(
            "bad-hostname", "a hostname is lower-case DNS labels joined by dots, without scheme or port", {}
        )
    return value


def _endpoint(value: str) -> str:
    if _ADDRESS.match(value):
        raise PydanticCustomError("bad-hostname", "a provider is found by its host name, for which its certificate is", {})
    return _hostname(value)


def _base_path(value: str) -> str:
    if len(value) > _MOST_PATH or not _BASE_PATH.match(value):
        raise PydanticCustomError(
            "bad-value", "a path here is `/`, or a slash before each segment, none of which begins with a dot", {}
        )
    return value


def _text(value: str) -> str:
    if not spellable(value):
        raise PydanticCustomError("bad-value", "text that reaches an expression holds no control characters or line breaks", {})
    return value


def _regex(value: str) -> str:
    from compiler import regex  # noqa: PLC0415 - an engine that most configurations do without

    if not regex.valid(value):
        raise PydanticCustomError("bad-value", "this is no regular expression of RE2, which has no look-around", {})
    return value


Window = Annotated[str, AfterValidator(_window), Field(json_schema_extra={"pattern": "^([0-9]{1,9}[smhdw])+$"})]
LimitAmount = Annotated[int, AfterValidator(_limit), Field(json_schema_extra={"minimum": 0, "maximum": MAX_LIMIT})]
Label = Annotated[str, AfterValidator(_label), Field(json_schema_extra={"pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"})]
LabelName = Annotated[str, AfterValidator(_label_name)]
LabelValue = Annotated[str, AfterValidator(_label_value)]
Hostname = Annotated[str, AfterValidator(_hostname)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
BasePath = Annotated[str, AfterValidator(_base_path)]
Text = Annotated[str, AfterValidator(_text)]
Visible = Annotated[str, Field(pattern=r"\S")]
Regex = Annotated[str, AfterValidator(_regex)]
Port = Annotated[int, Field(ge=1, le=65535)]
