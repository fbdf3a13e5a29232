"""A request as the client sends it, and as Authorino and the filter each see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from compiler.gateway.evaluate import InconclusiveError

Headers = tuple[tuple[str, str], ...]

# Where Go's parser of URLs and Envoy would see different paths, or the parser gives up (and Authorino with it).
_ODD_PATH: Final = re.compile(r"^//|^[^/]|#|[\x00-\x20\x7f]|%(?![0-9A-Fa-f]{2})")


class HttpRequest(Struct, frozen=True):
    """One request: `path` with its query string, headers in the order and the spelling that the client chose."""

    method: str
    host: str
    path: str
    headers: Headers = ()


def received(request: HttpRequest) -> Headers:
    """Give the headers as Envoy keeps them: names in lower case.

    Raises:
        InconclusiveError: a header or the path is one that Envoy treats specially.
    """
    found = tuple((name.lower(), value) for name, value in request.headers)
    for name, _ in found:
        if name.startswith(":") or name == "host":
            raise InconclusiveError(f"the header `{name}` is not modelled")
    if _ODD_PATH.search(request.path):
        raise InconclusiveError(f"the path `{request.path}` is not modelled")
    return found


def joined(request: HttpRequest, headers: Headers) -> dict[str, str]:
    """Give the headers as a map, repeated ones joined by commas, with the pseudo headers that are known."""
    found = {":authority": request.host, ":method": request.method, ":path": request.path}
    for name, value in headers:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def for_authorino(request: HttpRequest, headers: Headers) -> dict[str, object]:
    """Give the root `request` of Authorino: empty fields are absent, `url_path` is decoded."""
    path, _, query = request.path.partition("?")
    seen = joined(request, headers)
    found: dict[str, object] = {
        "host": request.host,
        "method": request.method,
        "path": request.path,
        "url_path": unquote(path, errors="replace"),
        "query": query,
        "headers": seen,
        "referer": seen.get("referer", ""),
        "user_agent": seen.get("user-agent", ""),
    }
    return {name: value for name, value in found.items() if value}


def for_filter(request: HttpRequest, headers: Headers) -> dict[str, object]:
    """Give the root `request` of the filter: absent fields are null, `url_path` is as sent."""
    path, _, query = request.path.partition("?")
    seen = joined(request, headers)
    return {
        "host": request.host,
        "method": request.method,
        "path": request.path,
        "url_path": path,
        "query": query,
        "headers": seen,
        "referer": seen.get("referer"),
        "useragent": seen.get("user-agent"),
    }


def authorino_context(request: Mapping[str, object]) -> dict[str, object]:
    """Give the part of Authorino's document that only selectors reach: `context.request.http`."""
    http = {name: request[name] for name in ("host", "method", "path", "headers") if name in request}
    return {"request": {"http": http}}
