"""Which method accepts a credential, as it is meant and as it is emitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from msgspec import Struct

from compiler.program import methods
from compiler.prove import view


class Acceptance(Struct, frozen=True):
    """Credentials of these kinds: the method that is meant to accept them, and one that the manifests let accept them."""

    credentials: tuple[methods.Credential, ...]
    meant: methods.Method | None
    emitted: view.Method | None


def acceptances(meant: Sequence[methods.Method], emitted: Sequence[view.Method]) -> tuple[Acceptance, ...]:
    """Give every pair of methods that some credential meets, with the plainest such credential.

    The first method that accepts a credential for any of its kinds wins, so credentials of two kinds show every pair that
    those of more could. Of emitted methods with one priority any may come first.
    """
    kinds = dict.fromkeys([one for method in meant for one in methods.credentials_of(method)])
    kinds.update(dict.fromkeys(one for method in emitted for one in method.accepts))
    together = (pair for pair in combinations(kinds, 2) if pair[0].prefix == pair[1].prefix)
    credentials = [*((one,) for one in kinds), *together]
    found: dict[tuple[str | None, str | None], Acceptance] = {}
    for credential in credentials:
        first = next((method for method in meant if set(methods.credentials_of(method)) & set(credential)), None)
        for method in _first(emitted, set(credential)):
            key = first.name if first else None, method.name if method else None
            if key != (None, None):
                found.setdefault(key, Acceptance(credential, first, method))
    return tuple(found.values())


def meant_by(meant: Sequence[methods.Method], emitted: view.Method) -> methods.Method | None:
    """Give the method that is meant by an emitted one: the first that accepts any of the same credentials."""
    return next((method for method in meant if set(methods.credentials_of(method)) & set(emitted.accepts)), None)


def _first(emitted: Sequence[view.Method], credential: set[methods.Credential]) -> Iterator[view.Method | None]:
    accepting = [method for method in emitted if set(method.accepts) & credential]
    if not accepting:
        yield None
        return
    best = min(method.priority for method in accepting)
    yield from (method for method in accepting if method.priority == best)
