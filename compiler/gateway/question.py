"""Everything that one answer depends on, in one value."""

from __future__ import annotations

from msgspec import Struct

from compiler.gateway.cluster import Cluster
from compiler.gateway.identities import Identities
from compiler.gateway.release import Release
from compiler.gateway.requests import Headers, HttpRequest


class Question(Struct, frozen=True):
    """One request to one cluster; `headers` are the client's, as Envoy keeps them."""

    cluster: Cluster
    release: Release
    identities: Identities
    request: HttpRequest
    headers: Headers
