"""Finds the CEL texts of policies that do not parse, with whatever parser the caller has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.gateway.policies import Cel, Policy

# Parts of policies that hold no text.
_BARREN: Final = (str, int, type, Place)

# Tells what is wrong with a CEL text, or None when nothing is.
Syntax = Callable[[str], str | None]


def unreadable(policies: Iterable[Policy], syntax: Syntax | None) -> Iterator[Diagnostic]:
    """Find the texts that the parser refuses."""
    if syntax is None:
        return
    # Most texts of a model stand in every other model, too.
    told: dict[str, str | None] = {}
    for policy in policies:
        for text in texts(policy):
            if text.text not in told:
                told[text.text] = syntax(text.text)
            wrong = told[text.text]
            if wrong is not None:
                yield Diagnostic(
                    code="bad-cel",
                    severity=Severity.ERROR,
                    headline=f"the expression `{text.text}` does not parse: {wrong}",
                    place=text.place,
                    effect="the policy is refused in part or as a whole, or the gateway's filter does not load",
                )


def texts(value: object) -> Iterator[Cel]:
    """Give all CEL texts below a policy or a part of one, in the order of the fields."""
    if isinstance(value, Cel):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif not isinstance(value, _BARREN) and isinstance(value, Struct):
        for part in value.__struct_fields__:
            yield from texts(getattr(value, part))
