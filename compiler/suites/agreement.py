"""Whether the manifests answer a call as it is meant, down to what the backend is told of the caller."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.explain.emitted import as_meant, reading
from compiler.explain.question import Question
from compiler.gateway.answer import Answer
from compiler.program.decide import Decision
from compiler.program.ir import SUBSCRIPTION_HEADER, TIER_HEADER, USERNAME_HEADER
from compiler.suites.judge import spelt_limits

_PASSED = 200


def agrees(question: Question, decision: Decision, found: Answer, engine: str) -> bool:
    """Tell whether an answer is what is meant; `engine` is the one that was asked."""
    read = reading(engine, found)
    if read.status is None or not as_meant(decision, read):
        return False
    return found.status != _PASSED or _headers(dict(found.headers)) == identity(question, decision)


def identity(question: Question, decision: Decision) -> Mapping[str, str]:
    """Give the headers that tell the backend who calls, as they are meant."""
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


def told(found: Answer, engine: str) -> str:
    """Say what an engine answers."""
    headers = f"; {_spelt(_headers(dict(found.headers)))}" if found.status == _PASSED else ""
    return f"{reading(engine, found)}{headers}"


def _headers(found: Mapping[str, str]) -> Mapping[str, str]:
    return {name: found[name] for name in (USERNAME_HEADER, SUBSCRIPTION_HEADER, TIER_HEADER) if name in found}


def _spelt(headers: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in headers.items())
