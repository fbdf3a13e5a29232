"""The gateway's filter: runs the actions of a path until one answers, or the request is passed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from compiler.engines.base import Failure
from compiler.gateway.authorino import Denied, Permitted, check
from compiler.gateway.effective import Effective, EffectiveAuth
from compiler.gateway.evaluate import Evaluator, InconclusiveError
from compiler.gateway.limitador import Counted, Counters, Unit
from compiler.gateway.limits import Applying, Matched, View, applies, applying, calls
from compiler.gateway.plan import AskAuthorino, CountRequest, LimitTokens, plan
from compiler.gateway.question import Question
from compiler.gateway.requests import Headers, for_filter

_OVER = 429
_ERROR = 500


class Outcome(Struct, frozen=True):
    """What the filter did: `status` when it answered itself, else None; headers as it passes them on."""

    status: int | None
    reason: str
    method: str
    metadata: dict[str, object] | None
    headers: Headers
    limits: tuple[Matched, ...]
    counters: Counters


@dataclass
class _Run:
    """The state of one run. `waiting` means that an action waits for the response, and all later ones with it."""

    question: Question
    effective: Effective
    counters: Counters
    headers: Headers
    metadata: dict[str, object] | None = None
    method: str = ""
    reason: str = "allowed"
    waiting: bool = False
    limits: list[Matched] = field(default_factory=list)

    def ended(self, status: int | None, reason: str) -> Outcome:
        return Outcome(status, reason, self.method, self.metadata, self.headers, tuple(self.limits), self.counters)

    def view(self) -> View:
        """Give what expressions see now."""
        release = self.question.release
        headers = self.headers if release.injected_visible else self.question.headers
        return View(release, for_filter(self.question.request, headers), self.metadata)


def run(effective: Effective, question: Question, counters: Counters, evaluator: Evaluator) -> Outcome:
    """Run the actions of a path.

    Raises:
        InconclusiveError: no answer can be given.
    """
    if effective.unordered:
        raise InconclusiveError(f"which of {', '.join(f'`{name}`' for name in effective.unordered)} holds is not known")
    state = _Run(question, effective, counters, question.headers)
    for action in plan(effective):
        match action:
            case AskAuthorino():
                outcome = _ask_authorino(action.auth, state, evaluator)
            case CountRequest():
                outcome = _count_request(action, state, evaluator)
            case LimitTokens():
                outcome = _limit_tokens(action, state, evaluator)
        if outcome is not None:
            return outcome
    return state.ended(None, state.reason)


def _ask_authorino(auth: EffectiveAuth, state: _Run, evaluator: Evaluator) -> Outcome | None:
    place = auth.when[0].place if auth.when else None
    if state.waiting:
        evaluator.note("auth", "", "waits for the response: the request is passed on before it", place)
        state.reason = "auth-deferred"
        return None
    held = applies(auth.when, state.view(), evaluator)
    if isinstance(held, Failure):
        evaluator.note("auth", "when", f"error: {held.message}", place)
        return state.ended(_ERROR, "auth-when-error")
    if not held:
        evaluator.note("auth", "when", "not asked", place)
        state.reason = "auth-skipped"
        return None
    answered = check(auth, state.question, evaluator)
    match answered:
        case Denied():
            return state.ended(answered.status, answered.reason)
        case Permitted():
            state.method = answered.method
            state.metadata = answered.granted.metadata
            state.headers = injected(state.headers, answered.granted.headers, exact=state.question.release.header_case_sensitive)
            return None


def injected(headers: Headers, added: Headers, *, exact: bool) -> Headers:
    """Set headers: each replaces those of its name, and only those spelt alike if `exact`; the client's are lower-case."""
    for name, value in added:
        spelt = name if exact else name.lower()
        headers = (*(pair for pair in headers if pair[0] != spelt), (spelt, value))
    return headers


def _count_request(action: CountRequest, state: _Run, evaluator: Evaluator) -> Outcome | None:
    if state.waiting:
        evaluator.note("requests", "", "waits for the response: nothing is limited", None)
        return None
    found: list[Applying] = []
    for limit in action.limits:
        applied = applying(limit, state.view(), evaluator)
        wrong = applied.values if isinstance(applied, Applying) else applied
        evaluator.note("requests", limit.name, _said(applied), limit.place)
        if isinstance(wrong, Failure):
            evaluator.note("requests", "", "error: no limit of requests is looked at", limit.place)
            return None
        if isinstance(applied, Applying):
            found.append(applied)
    asked = _record(found, "requests", state, enforced=True)
    if state.counters.exceeded(asked):
        return state.ended(_OVER, "over-limit")
    state.counters = state.counters.counted(asked)
    return None


def _limit_tokens(action: LimitTokens, state: _Run, evaluator: Evaluator) -> Outcome | None:
    found: list[Applying] = []
    for limit in action.limits:
        applied = applying(limit, state.view(), evaluator)
        evaluator.note("tokens", limit.name, _said(applied), limit.place)
        if isinstance(applied, Applying):
            found.append(applied)
    countable = [applied for applied in found if not isinstance(applied.values, Failure)]
    if len(countable) > 1 and not state.waiting and not state.question.release.sorted_limits:
        return _in_any_order(countable, state)
    for applied in found:
        if isinstance(applied.values, Failure):
            state.waiting = state.waiting or state.question.release.report_waits
            continue
        enforced = not state.waiting
        state.waiting = True
        asked = _record([applied], "tokens", state, enforced=enforced)
        if enforced and state.counters.exceeded(asked):
            return state.ended(_OVER, "over-limit")
    return None


def _in_any_order(found: Sequence[Applying], state: _Run) -> Outcome | None:
    """Answer for several limits of which one is checked in time, and nobody knows which one."""
    verdicts = {bool(state.counters.exceeded(_record([applied], "tokens", state, enforced=False))) for applied in found}
    if len(verdicts) > 1:
        names = ", ".join(f"`{applied.limit.name}`" for applied in found)
        raise InconclusiveError(f"only one of {names} is checked in time, and which one is not known", found[0].limit.place)
    state.waiting = True
    return state.ended(_OVER, "over-limit") if verdicts == {True} else None


def _said(applied: Applying | Failure | None) -> str:
    match applied:
        case None:
            return "does not apply"
        case Failure():
            return f"error, and so not applied: {applied.message}"
        case Applying(values=Failure()):
            return "a counter is an error, and so not applied"
        case _:
            return "applies"


def _record(found: Sequence[Applying], unit: Unit, state: _Run, *, enforced: bool) -> list[Counted]:
    """Add what applies to the outcome, and give what Limitador is asked."""
    asked: list[Counted] = []
    for applied in found:
        for counted, matched in calls(state.effective.path.route.id, unit, applied):
            exceeded = bool(state.counters.exceeded([counted]))
            state.limits.append(replace(matched, enforced=enforced, exceeded=exceeded))
            asked.append(counted)
    return asked
