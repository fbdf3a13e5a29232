"""Which method accepts a credential, as it is meant and as it is emitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from compiler.program import ir
from compiler.prove import view


@dataclass(frozen=True)
class Acceptance:
    """Tokens for these audiences: the method that is meant to accept them, and one that the manifests let accept them."""

    audiences: tuple[str, ...]
    meant: ir.Method | None
    emitted: view.Method | None


def acceptances(meant: Sequence[ir.Method], emitted: Sequence[view.Method]) -> tuple[Acceptance, ...]:
    """Give every pair of methods that some token meets, with the plainest such token.

    The first method that accepts any audience of a token wins, so tokens for two audiences show every pair that tokens
    for more could. Of emitted methods with one priority any may come first.
    """
    audiences = dict.fromkeys([one for method in meant for one in audiences_of(method)])
    audiences.update(dict.fromkeys(one for method in emitted for one in method.audiences))
    tokens = [(one,) for one in audiences] + list(combinations(audiences, 2))
    found: dict[tuple[str | None, str | None], Acceptance] = {}
    for token in tokens:
        first = next((method for method in meant if set(audiences_of(method)) & set(token)), None)
        for method in _first(emitted, set(token)):
            key = first.name if first else None, method.name if method else None
            if key != (None, None):
                found.setdefault(key, Acceptance(token, first, method))
    return tuple(found.values())


def audiences_of(method: ir.Method) -> tuple[str, ...]:
    """Give the audiences whose tokens a method accepts."""
    return method.audiences if isinstance(method, ir.TokenReview) else (method.audience,)


def _first(methods: Sequence[view.Method], token: set[str]) -> Iterator[view.Method | None]:
    accepting = [method for method in methods if set(method.audiences) & token]
    if not accepting:
        yield None
        return
    best = min(method.priority for method in accepting)
    yield from (method for method in accepting if method.priority == best)
