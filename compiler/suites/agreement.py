"""Whether the manifests answer a call as it is meant, down to what the backend is told of the caller."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.explain.emitted import as_meant, reading
from compiler.explain.question import Question
from compiler.gateway.answer import Answer
from compiler.program.backends import ExternalModel
from compiler.program.decide import Decision
from compiler.program.ir import GROUP_HEADER, SUBSCRIPTION_HEADER, TIER_HEADER, USERNAME_HEADER
from compiler.prove.from_gateway import key_of
from compiler.suites.judge import spelt_limits

_PASSED = 200
_PRIVATE = (GROUP_HEADER, "authorization", "cookie", "x-api-key", "api-key")


def agrees(question: Question, decision: Decision, found: Answer, engine: str) -> bool:
    """Tell whether an answer is what is meant; `engine` is the one that was asked."""
    read = reading(engine, found)
    if read.status is None or not as_meant(decision, read):
        return False
    return found.status != _PASSED or _headers(question, found) == identity(question, decision)


def identity(question: Question, decision: Decision) -> Mapping[str, str]:
    """Give the headers that tell the backend who calls, as they are meant; a provider is told its key, and nothing else."""
    served = question.model.backend
    if isinstance(served, ExternalModel):
        key = served.credential
        return {} if key is None else {served.header: f"{served.scheme} {key_of(key)}".strip()}
    tier = question.program.tier_of(question.caller.groups)
    return {
        USERNAME_HEADER: question.caller.userid,
        SUBSCRIPTION_HEADER: decision.selected or "",
        TIER_HEADER: tier.name if tier is not None else "",
    }


def meaning(question: Question, decision: Decision) -> str:
    """Say what is meant, in the words of the table of engines."""
    selected = f", `{decision.selected}`" if decision.selected is not None else ""
    limits = "".join(f", {limit}" for limit in spelt_limits(decision))
    headers = f"; {_spelt(identity(question, decision))}" if decision.status == _PASSED else ""
    return f"{decision.status} ({decision.reason}){selected}{limits}{headers}"


def told(question: Question, found: Answer, engine: str) -> str:
    """Say what an engine answers."""
    headers = f"; {_spelt(_headers(question, found))}" if found.status == _PASSED else ""
    return f"{reading(engine, found)}{headers}"


def _headers(question: Question, found: Answer) -> Mapping[str, str]:
    """Give what the backend is told: beyond the cluster every header of which anything private is known."""
    seen = dict(found.headers)
    private = _PRIVATE if isinstance(question.model.backend, ExternalModel) else ()
    return {name: seen[name] for name in (USERNAME_HEADER, SUBSCRIPTION_HEADER, TIER_HEADER, *private) if name in seen}


def _spelt(headers: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in headers.items())
