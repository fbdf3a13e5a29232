"""Which tokens are accepted before and after, and by which method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from compiler.diff.meaning import kind_of
from compiler.program.ir import Method
from compiler.prove.acceptance import audiences_of


@dataclass(frozen=True)
class Credentials:
    """Tokens for any of these audiences (each a combination of them), and the method that accepts them on each side."""

    audiences: tuple[tuple[str, ...], ...]
    base: Method | None
    head: Method | None

    @property
    def kinds(self) -> tuple[str, str]:
        """Give what decides about the groups of their callers on each side."""
        return kind_of(self.base), kind_of(self.head)


def credentials(base: Sequence[Method], head: Sequence[Method]) -> tuple[Credentials, ...]:
    """Give all tokens in as few parts as the methods of both sides tell apart.

    A token for two audiences goes to the first method that takes either; it only matters where the two sides then differ
    in another way than for each of its audiences by itself.
    """
    audiences = sorted({one for method in (*base, *head) for one in audiences_of(method)})
    found: dict[tuple[str, str], list[tuple[tuple[str, ...], Method | None, Method | None]]] = {}
    for token in [(one,) for one in audiences] + list(combinations(audiences, 2)):
        methods = _first(base, token), _first(head, token)
        parts = found.setdefault((kind_of(methods[0]), kind_of(methods[1])), [])
        if len(token) == 1 or not parts or all(len(other[0]) > 1 for other in parts):
            parts.append((token, *methods))
    kept = (parts for _, parts in sorted(found.items()) if parts)
    return tuple(Credentials(tuple(token for token, _, _ in parts), parts[0][1], parts[0][2]) for parts in kept)


def _first(methods: Sequence[Method], token: tuple[str, ...]) -> Method | None:
    return next((method for method in methods if set(audiences_of(method)) & set(token)), None)
