"""Everything that one answer depends on, in one value."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.gateway.cluster import Cluster
from compiler.gateway.identities import Identities
from compiler.gateway.release import Release
from compiler.gateway.requests import Headers, HttpRequest


@dataclass(frozen=True)
class Question:
    """One request to one cluster; `headers` are the client's, as Envoy keeps them."""

    cluster: Cluster
    release: Release
    identities: Identities
    request: HttpRequest
    headers: Headers
