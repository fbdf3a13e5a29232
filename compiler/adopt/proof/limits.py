"""Reads the limits of a path in the filter's order: which apply, which refuse, and which windows a request then counts in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.adopt.proof.auth import NOBODY, Case, Surroundings, let_through
from compiler.adopt.proof.evaluator import part_of_name
from compiler.adopt.proof.outcome import Outcome, joined
from compiler.adopt.proof.reader import Reader, Roots
from compiler.adopt.verdict import BEYOND_REACH, Window
from compiler.gateway.effective import Effective, EffectiveLimit
from compiler.gateway.evaluate import InconclusiveError
from compiler.gateway.limitador import Unit
from compiler.gateway.limits import heard, told_apart
from compiler.gateway.plan import AskAuthorino, CountRequest, LimitTokens, plan
from compiler.gateway.policies import Rate
from compiler.prove.formula import FALSE, TRUE, Formula
from compiler.prove.semantics import Semantics
from compiler.prove.terms import Terms
from compiler.prove.values import Field, Headers, Record, Symbol, Table, Text, UnsupportedError, Value
from compiler.prove.values import Sequence as Listed

# What tells a caller from all others: the name, and that of a ServiceAccount in its namespace.
_OWN: Final = (Symbol(), part_of_name(":", 3))
_NO_HEADERS: Final = frozenset[str]()


@dataclass
class _State:
    """What has been decided for the callers of one case so far; `waiting` is where later limits are not checked in time."""

    case: Case
    refused: Formula = FALSE
    waiting: Formula = FALSE
    unknown: Formula = FALSE
    windows: dict[Window, Formula] = field(default_factory=dict)

    def next(self, case: Case, unknown: Formula) -> _State:
        """Go on with the callers of a case."""
        return _State(case, self.refused, self.waiting, unknown, dict(self.windows))


def decided(reader: Reader, effective: Effective, around: Surroundings, request: Record) -> Outcome:
    """Give the outcome of requests on a path.

    Raises:
        UnsupportedError: a policy uses something that is not understood.
    """
    if effective.unordered:
        raise UnsupportedError(f"two policies on one target: `{effective.unordered[0]}`")
    terms = reader.terms
    unknown: list[Formula] = []
    states = [_State(Case(TRUE, NOBODY, {}, _NO_HEADERS))]
    # Older releases stop at an error where later ones look on: there must be none, wherever it stands.
    looks_on = around.release.whole_struct
    run = _Run(reader if looks_on else replace(reader, semantics=Semantics.STRICT), around, request)
    for action in plan(effective):
        match action:
            case AskAuthorino(auth):
                before = states[0]
                if before.waiting != FALSE:
                    raise UnsupportedError("limits of tokens that are looked at before the caller is known")
                asked, wrong = reader.all_of(auth.when, {"auth": NOBODY, "request": request})
                # Whoever the policy is not for is let through without it.
                unasked = Case(terms.all((-asked, -wrong)), NOBODY, {}, _NO_HEADERS)
                states = [before.next(unasked, FALSE)]
                for case in let_through(reader, auth, around, request):
                    guarded = replace(case, guard=terms.both(asked, case.guard))
                    states.append(before.next(guarded, terms.both(asked, case.unknown)))
                unknown = [state.unknown for state in states]
                states = [state for state in states if state.case.guard != FALSE]
            case CountRequest(limits):
                for state in states:
                    run.count(limits, state)
            case LimitTokens(limits):
                for state in states:
                    run.tokens(limits, state)
    found = joined(terms, [(state.case.guard, Outcome(-state.refused, state.windows)) for state in states])
    return replace(found, unknown=terms.any([*unknown, *(state.unknown for state in states)]))


class _Applying(Struct, frozen=True):
    """Where a limit applies, where its conditions are an error, and where its counters are."""

    limit: EffectiveLimit
    where: Formula
    wrong: Formula
    uncounted: Formula
    shared: Formula

    @property
    def rates(self) -> tuple[Rate, ...]:
        """Give the rates that Limitador keeps.

        Raises:
            UnsupportedError: nobody knows which.
        """
        try:
            return told_apart(self.limit) if heard(self.limit) else ()
        except InconclusiveError as error:
            raise UnsupportedError(error.reason, error.place) from error

    @property
    def nothing(self) -> bool:
        """Tell whether it lets nothing through."""
        return any(rate.limit == 0 for rate in self.rates)


class _Run(Struct, frozen=True):
    reader: Reader
    around: Surroundings
    request: Record

    def count(self, limits: Sequence[EffectiveLimit], state: _State) -> None:
        """Count a request: an error of one limit, and none is looked at."""
        terms = self.reader.terms
        found = [self._applying(limit, state.case) for limit in limits]
        wrong = terms.any([*(one.wrong for one in found), *(terms.both(one.where, one.uncounted) for one in found)])
        for one in found:
            where = terms.both(one.where, -wrong)
            state.refused = terms.either(state.refused, where) if one.nothing else state.refused
            self._hold(one, "requests", where, state)

    def tokens(self, limits: Sequence[EffectiveLimit], state: _State) -> None:
        """Check limits of tokens: only the first that applies is certain to be looked at in time."""
        terms, release = self.reader.terms, self.around.release
        found = [self._applying(limit, state.case) for limit in limits]
        if not release.sorted_limits:
            counted = [(terms.both(one.where, -one.uncounted), one.nothing) for one in found]
            empty, other = (terms.any(where for where, nothing in counted if nothing is wanted) for wanted in (True, False))
            state.unknown = terms.either(state.unknown, terms.all((state.case.guard, empty, other)))
        for one in found:
            where = terms.both(one.where, -one.uncounted)
            checked = terms.both(where, -state.waiting)
            state.refused = terms.either(state.refused, checked) if one.nothing else state.refused
            state.waiting = terms.either(state.waiting, one.where if release.report_waits else where)
            self._hold(one, "tokens", where, state)

    def _applying(self, limit: EffectiveLimit, case: Case) -> _Applying:
        terms, roots = self.reader.terms, self._roots(limit, case)
        where, wrong = self.reader.all_of(limit.predicates, roots)
        uncounted, shared = FALSE, TRUE
        userid = _userid(case.auth)
        values = [self.reader.cel(counter, roots) for counter in limit.counters]
        for value, error in values:
            lists = isinstance(value, (Listed, Table, Record, Headers))
            uncounted = TRUE if lists else terms.either(uncounted, error)
            if isinstance(value, Text) and userid is not None:
                shared = terms.both(shared, -_same(terms, value, userid))
        if not self.around.release.whole_struct and terms.both(case.guard, terms.either(wrong, uncounted)) != FALSE:
            raise UnsupportedError(f"the limit `{limit.name}`, which can end in an error in this release", limit.place)
        return _Applying(limit, where, wrong, uncounted, shared)

    def _roots(self, limit: EffectiveLimit, case: Case) -> Roots:
        texts = [one.text.lower() for one in (*limit.predicates, *limit.counters)]
        if not any("headers" in text for text in texts) or not self.around.release.injected_visible:
            return {"auth": case.auth, "request": self.request}
        hidden = next((name for name in case.obscured if any(name.lower() in text for text in texts)), None)
        if hidden is not None:
            raise UnsupportedError(f"the header `{hidden}`, of which nothing is known once it is set", limit.place)
        headers = self.request.fields["headers"].value
        known = headers.injected if isinstance(headers, Headers) else {}
        over: Value = Headers({**known, **case.headers})
        return {"auth": case.auth, "request": Record("request", {**self.request.fields, "headers": Field(TRUE, over)})}

    def _hold(self, one: _Applying, unit: Unit, where: Formula, state: _State) -> None:
        """Note the windows of a limit."""
        terms = self.reader.terms
        for rate in one.rates:
            for shared in (False, True) if rate.limit < BEYOND_REACH else ():
                here = terms.both(where, one.shared if shared else -one.shared)
                window: Window = (unit, rate.limit, rate.seconds, shared)
                state.windows[window] = terms.either(state.windows.get(window, FALSE), here)


def _same(terms: Terms, value: Text, userid: Text) -> Formula:
    """Tell where a counter is kept for each user; that another text happens to be somebody's name does not matter."""
    own = {choice: where for where, choice in userid.choices if choice in _OWN}
    return terms.any(terms.both(where, own[choice]) for where, choice in value.choices if choice in own)


def _userid(auth: Record) -> Text | None:
    identity = auth.fields.get("identity")
    found = identity.value.fields.get("userid") if identity is not None and isinstance(identity.value, Record) else None
    return found.value if found is not None and isinstance(found.value, Text) else None
