"""Writes rows of a suite: who asks what, and what is meant to come of it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping

from compiler.explain.question import Question
from compiler.program import ir
from compiler.program.decide import Decision, Request
from compiler.program.methods import Method
from compiler.prove.replay import decision_of
from compiler.prove.result import Example
from compiler.suites.case import Metered
from compiler.suites.judge import spelt_limits
from compiler.suites.model import LISTING

_COMPLETIONS = "/v1/chat/completions"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./@")


def flow(value: object) -> str:
    """Spell plain data as one line of YAML."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(flow(item) for item in value) + "]"
        case str() if value and value[0].isalpha() and set(value) <= _PLAIN and value.lower() not in _WORDS:
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


# What some reader of YAML takes for something else than a text.
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan"})


def from_question(question: Question, decision: Decision) -> tuple[str, ...]:
    """Give a caller and a row that tell what is meant."""
    caller: dict[str, object] = {}
    if question.method is None:
        caller["credential"] = "none"
    if question.named:
        caller["user"] = question.caller.userid
    caller |= _caller(question.brought, question.method, question.program)
    if question.caller.bound:
        caller["bound"] = question.caller.bound
    return _lines(caller, question.model, question.request, decision)


def from_example(example: Example, program: ir.Program, users: Collection[str]) -> tuple[str, ...]:
    """Give a caller and a row for a counterexample of a proof; `users` are those whom a suite may name."""
    model = program.model(example.model)
    method = next((one for one in program.platform.methods if one.name == example.method), None)
    if model is None or method is None:
        return ()
    caller: dict[str, object] = {"user": example.username} if example.username in users else {}
    caller |= _caller(example.groups, method, program)
    request = Request(model.id, example.target, dict(example.headers))
    return _lines(caller, model, request, decision_of(program, method, example))


def from_turns(of: Metered) -> tuple[str, ...]:
    """Give a caller and calls over time that take turns with their headers."""
    first = of.turns[0]
    caller = _caller(first.brought, first.method, first.program)
    if first.named:
        caller = {"user": first.caller.userid} | caller
    row: dict[str, object] = {"caller": _name(caller), "model": first.model.id}
    row["headers"] = [dict(turn.request.headers) for turn in of.turns]
    row |= {
        "series": " ".join(f"{tokens}x1" for tokens in of.steps),
        "every": "1s",
        "expect": {"ok": of.ok, "limited": of.limited},
    }
    return f"callers: {flow({_name(caller): caller})}", f"metering: [{flow(row)}]"


def _caller(groups: tuple[str, ...], method: Method | None, program: ir.Program) -> dict[str, object]:
    found: dict[str, object] = {"groups": list(groups)} if groups else {}
    if method is not None and method != program.platform.methods[0]:
        found["method"] = method.name
    return found


def _name(caller: dict[str, object]) -> str:
    """Name a caller by what it is."""
    groups = caller.get("groups")
    parts = [str(caller.get("user", "")), *(groups if isinstance(groups, list) else [])]
    told = "-and-".join(re.sub(r"\W", "-", part) for part in parts if part)
    if "credential" in caller:
        return "nobody"
    bound = re.sub(r"\W", "-", f"-bound-to-{caller['bound']}") if "bound" in caller else ""
    return (told or "in-no-group") + (f"-by-{caller['method']}" if "method" in caller else "") + bound


def _lines(caller: dict[str, object], model: ir.Model, request: Request, decision: Decision) -> tuple[str, ...]:
    name = _name(caller)
    row: dict[str, object] = {"caller": name, "model": model.id}
    below = request.path.removeprefix(model.prefix)
    if below != _COMPLETIONS:
        row["path"] = LISTING if request.path == model.listing_path else below
    if request.headers:
        row["headers"] = dict(request.headers)
    row |= answer(decision)
    return f"callers: {flow({name: caller})}", f"expect: [{flow(row)}]"


def answer(decision: Decision) -> dict[str, object]:
    """Give what a row says of an answer."""
    found: dict[str, object] = {"status": decision.status}
    if decision.selected is not None:
        found["selected"] = decision.selected
        found["limits"] = list(spelt_limits(decision))
    return found
