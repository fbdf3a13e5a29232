"""Lets Authorino remember credentials that it accepted, by all that the answer depends on: the credential itself."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from compiler.kube.authpolicy import Authentication, Cache, Selector

# What a review or a service is told is the credential alone; the overrides are computed anew for each request.
_CREDENTIAL: Final = Selector("request.headers.authorization")


def remembered(rule: Authentication, seconds: int) -> Authentication:
    """Let accepted credentials be remembered for some seconds; for 0 they are not (`cache.ttl: 0` would mean 60)."""
    return replace(rule, cache=Cache(_CREDENTIAL, seconds)) if seconds else rule
