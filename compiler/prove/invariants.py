"""What must be nowhere for an invariant to hold."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from compiler.program.invariant import Invariant
from compiler.program.ir import Rate
from compiler.program.methods import Method
from compiler.prove.formula import TRUE, Formula
from compiler.prove.intent import Intent, Meaning
from compiler.prove.terms import Terms


class Breach(Struct, frozen=True):
    """Where an invariant does not hold, and what it then is; `opened` where it is that somebody is let in at all."""

    broken: Formula
    says: str
    opened: bool = False


class Through(Struct, frozen=True):
    """Who gets through to a model with a method: as it is meant, and as the manifests have it."""

    intent: Intent
    method: Method
    meaning: Meaning
    emitted: Formula


def breaches(invariant: Invariant, through: Through, terms: Terms) -> Iterator[Breach]:
    """Give what must be nowhere for the invariant to hold."""
    callers = _callers(invariant, through, terms)
    meaning = through.meaning
    if invariant.never_access:
        let_through = terms.either(meaning.allowed, through.emitted)
        yield Breach(terms.both(callers, let_through), "such a caller is let through", opened=True)
    if invariant.at_most is None:
        return
    for entry in meaning.entries:
        if not any(_keeps(rate, invariant.at_most) for rate in entry.budget.tokens):
            within = terms.all((callers, meaning.open, meaning.selected[entry.key]))
            yield Breach(within, f"`{entry.key}` meters such a caller and allows more")


def _callers(invariant: Invariant, through: Through, terms: Terms) -> Formula:
    intent, method = through.intent, through.method
    members = intent.covers(invariant.callers, method) if invariant.callers else TRUE
    return terms.both(members, -intent.covers(invariant.but, method))


def _keeps(rate: Rate, most: Rate) -> bool:
    """Tell whether a rate never allows more than `most` in any stretch of its length that begins with a window.

    A stretch that begins within a window may see one more of them; Kuadrant's windows are fixed, and so is this bound.
    """
    windows = -(-most.seconds // rate.seconds) if rate.seconds else 0
    return windows > 0 and rate.limit * windows <= most.limit
