"""Host names with wildcards: which covers which, and which one of several a host belongs to."""

from __future__ import annotations

from collections.abc import Container

ANY = "*"


def covers(pattern: str, host: str) -> bool:
    """Tell whether a host name, or a wildcard such as `*.example.com`, covers a name or a narrower wildcard."""
    if not pattern.startswith("*"):
        return pattern == host
    if host.startswith("*"):
        return len(host) >= len(pattern) and host[1:].endswith(pattern[1:])
    return host.endswith(pattern[1:])


def shared(left: str, right: str) -> str | None:
    """Give the narrower of two host names when one covers the other."""
    if covers(left, right):
        return right
    return left if covers(right, left) else None


def closest(host: str, known: Container[str]) -> str | None:
    """Give the most specific of the known names that covers a host: itself, then wildcards by length, then any host."""
    wildcards = ("*" + host[at:] for at, character in enumerate(host) if character == ".")
    return next((name for name in (host, *wildcards, ANY) if name in known), None)


def without_port(host: str) -> str:
    """Give a host as the filter reads it: up to the first colon."""
    return host.partition(":")[0]
