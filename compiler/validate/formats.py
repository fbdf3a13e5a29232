"""The string and number formats that the API server enforces (kube-openapi, pkg/validation/strfmt)."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Final

# Enforced by the API server and not here; all other names mean nothing to it.
UNCHECKED: Final = frozenset(
    {
        *("bsonobjectid", "uri", "email", "hostname", "mac", "isbn", "isbn10", "isbn13", "creditcard", "ssn"),
        *("hexcolor", "rgbcolor", "k8s-short-name", "k8s-long-name"),
    }
)

_DATE_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_DURATION: Final = re.compile(r"[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)\Z", re.ASCII)
_UUID: Final = re.compile(r"(?i:[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12})\Z")


def duration(text: str) -> bool:
    """Tell whether Go reads it as a duration: units from ns to h, no days."""
    return bool(_DURATION.match(text))


def _date_time(text: str) -> bool:
    if not _DATE_TIME.match(text):
        return False
    return _reads(lambda: datetime.fromisoformat(re.sub(r"\.\d+", "", text.upper())))


def _date(text: str) -> bool:
    return bool(_DATE.match(text)) and _reads(lambda: date.fromisoformat(text))


def _byte(text: str) -> bool:
    return _reads(lambda: base64.b64decode(text, validate=True))


def _reads(attempt: Callable[[], object]) -> bool:
    with suppress(ValueError, binascii.Error):
        attempt()
        return True
    return False


# The range of int32 is left to the controllers: all of them fail to read an object beyond it, so it is enforced here.
_NUMBERS: Final[Mapping[str, range]] = {"int32": range(-(2**31), 2**31), "int64": range(-(2**63), 2**63)}
_STRINGS: Final[Mapping[str, Callable[[str], bool]]] = {
    "byte": _byte,
    "cidr": lambda text: "/" in text and _reads(lambda: ipaddress.ip_network(text, strict=False)),
    "date": _date,
    "date-time": _date_time,
    "datetime": _date_time,
    "duration": duration,
    "ipv4": lambda text: _reads(lambda: ipaddress.IPv4Address(text)),
    "ipv6": lambda text: _reads(lambda: ipaddress.IPv6Address(text)),
    **dict.fromkeys(("uuid", "uuid3", "uuid4", "uuid5"), lambda text: bool(_UUID.match(text))),
}


def holds(name: str, value: object) -> bool:
    """Tell whether a value has a format; formats that are not enforced here hold always."""
    match value:
        case bool():
            return True
        case int():
            return name not in _NUMBERS or value in _NUMBERS[name]
        case str():
            return name not in _STRINGS or _STRINGS[name](value)
        case _:
            return True
