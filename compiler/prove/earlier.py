"""What an earlier run proved, so that what has not changed is not proved again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from compiler.program.invariant import Invariant
from compiler.program.ir import Program
from compiler.prove.view import View


class Earlier(Struct, frozen=True):
    """Tokens of what the same prover proved; `prover` is a digest of its code, for another one may mean something else."""

    prover: str
    tokens: frozenset[str]


class Tokens(Struct, frozen=True, dict=True):
    """Gives a token (SHA-256, hexadecimal) for all that the proof of one model depends on.

    Those are the prover, the platform and its tiers, the invariants, what is meant of the model, and all that its view says.
    Places are among them, though no proof depends on one: what is proved once too often is still proved.
    """

    prover: str
    program: Program
    invariants: Sequence[Invariant]
    views: Sequence[View]

    def of(self, view: View) -> str:
        """Give the token of one of the views."""
        own = replace(view, permissions=())
        return _digest(self._common, self._permissions[id(view.permissions)], own, self.program.model(view.model))

    @cached_property
    def _common(self) -> str:
        return _digest(self.prover, self.program.platform, self.program.tiers, tuple(self.invariants))

    @cached_property
    def _permissions(self) -> dict[int, str]:
        # The views of a cluster share what its roles permit, as one and the same object.
        return {number: _digest(one) for number, one in {id(view.permissions): view.permissions for view in self.views}.items()}


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()
