"""Which tokens are accepted before and after, and by which method."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from msgspec import Struct

from compiler.diff.meaning import Taking, taking
from compiler.program.methods import Credential, Method, credentials_of


class Credentials(Struct, frozen=True):
    """Credentials of any of these kinds (each a combination), and the method that accepts them on each side."""

    credentials: tuple[tuple[Credential, ...], ...]
    base: Method | None
    head: Method | None

    @property
    def kinds(self) -> tuple[Taking, Taking]:
        """Give what decides about the groups of their callers on each side."""
        return taking(self.base), taking(self.head)


def credentials(base: Sequence[Method], head: Sequence[Method]) -> tuple[Credentials, ...]:
    """Give all credentials in as few parts as the methods of both sides tell apart.

    One of two kinds goes to the first method that takes either; it only matters where the two sides then differ in
    another way than for each of its kinds by itself.
    """
    single = sorted({one for method in (*base, *head) for one in credentials_of(method)})
    found: dict[tuple[Taking, Taking], list[tuple[tuple[Credential, ...], Method | None, Method | None]]] = {}
    together = (pair for pair in combinations(single, 2) if pair[0].prefix == pair[1].prefix)
    for token in [*((one,) for one in single), *together]:
        methods = _first(base, token), _first(head, token)
        parts = found.setdefault((taking(methods[0]), taking(methods[1])), [])
        if len(token) == 1 or not parts or all(len(other[0]) > 1 for other in parts):
            parts.append((token, *methods))
    kept = (parts for _, parts in sorted(found.items()) if parts)
    return tuple(Credentials(tuple(token for token, _, _ in parts), parts[0][1], parts[0][2]) for parts in kept)


def _first(methods: Sequence[Method], token: tuple[Credential, ...]) -> Method | None:
    return next((method for method in methods if set(credentials_of(method)) & set(token)), None)
