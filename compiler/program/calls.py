"""What Authorino has to ask of other services before it answers for one request."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from compiler.program.backends import ExternalModel
from compiler.program.ir import Attach, Model, Program
from compiler.program.methods import ApiKey, Method, credentials_of

# The gateway waits 200 ms for Authorino (the operator's AuthServiceTimeout). The API server takes 5 to 25 ms to review a
# token, so that eight answers one after the other come in time even where each is a slow one.
MOST: Final = 8


class Calls(Struct, frozen=True):
    """The calls that a request for one model can need: by `ways`, one after the other, and for what comes after them."""

    ways: tuple[Method, ...]
    access_review: bool
    provider_key: bool

    @property
    def count(self) -> int:
        """Give how many there are."""
        return len(self.ways) + self.access_review + self.provider_key


def calls(program: Program, model: Model) -> Calls:
    """Give the most that one request can need: nothing that it asks for is remembered, and the last way in takes its credential.

    A credential is shown only to the ways in that have its prefix, and one that some way refuses is not remembered as such.
    Keys in Secrets are in memory. The keys of an issuer are too, but they are fetched for a token that none of them has signed.
    """
    ways: dict[str, list[Method]] = {}
    for method in program.platform.methods:
        if not isinstance(method, ApiKey):
            ways.setdefault(credentials_of(method)[0].prefix, []).append(method)
    keyed = isinstance(model.backend, ExternalModel) and model.backend.credential is not None
    longest = max(ways.values(), key=len, default=())
    return Calls(tuple(longest), program.platform.attach is Attach.GATEWAY, keyed)
