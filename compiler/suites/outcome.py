"""The outcome of a call as CEL sees it, and what engines say of an assertion about it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from compiler.cel.printer import spellable, text
from compiler.cel.tree import Bool, Expr, Int, ListLit, MapLit, Str
from compiler.engines.base import Engine, Failure, Unsupported, Value
from compiler.explain.emitted import Reading
from compiler.gateway.answer import Answer
from compiler.program.decide import Decision
from compiler.suites.case import Call


class Verdict(Struct, frozen=True):
    """What one engine says of an assertion: None when it holds, else the value or why there is none."""

    engine: str
    wrong: str | None


def roots(call: Call, decision: Decision, found: Answer, reading: Reading) -> tuple[tuple[str, Expr], ...]:
    """Give the names that an assertion may use.

    `status` and `counted`; `selected` and `reason`, which is `decide`'s; `limits` with `unit`, `limit`, `seconds` and
    `shared`; `headers` as the backend sees them; `identity`, the texts that the gateway exports about the caller.
    """
    identity = (found.metadata or {}).get("identity")
    exported = identity if isinstance(identity, dict) else {}
    limits = [
        MapLit((("unit", Str(unit)), ("limit", Int(limit)), ("seconds", Int(seconds)), ("shared", Bool(shared))))
        for unit, limit, seconds, shared in reading.windows
    ]
    return (
        ("status", Int(found.status or 0)),
        ("selected", Str(reading.selected or "")),
        ("reason", Str(decision.reason)),
        ("counted", Bool(reading.counted)),
        ("limits", ListLit(tuple(limits))),
        ("headers", _texts(dict(found.headers))),
        ("identity", _texts(exported)),
        ("caller", Str(call.caller)),
        ("model", Str(call.model)),
        ("path", Str(call.path)),
    )


def _texts(found: dict[str, str] | dict[str, object]) -> MapLit:
    """Give the entries that are texts and that CEL can spell."""
    pairs = [(name, value) for name, value in sorted(found.items()) if isinstance(value, str)]
    return MapLit(tuple((name, Str(value)) for name, value in pairs if spellable(name) and spellable(value)))


def verdicts(assertion: str, names: Sequence[tuple[str, Expr]], engines: Sequence[Engine]) -> tuple[Verdict, ...]:
    """Ask every engine about an assertion.

    The names are bound by comprehensions over lists of one, because engines differ in the roots that they know and all see
    numbers of a context as doubles, which no whole number equals.
    """
    expression = f"({assertion})"
    for name, value in reversed(names):
        expression = f"[{text(value)}].map({name}, {expression})[0]"
    return tuple(_verdict(engine, expression) for engine in engines)


def _verdict(engine: Engine, expression: str) -> Verdict:
    match engine.evaluate(expression, {}):
        case Value(True):
            return Verdict(engine.name, None)
        case Value(value):
            return Verdict(engine.name, "false" if value is False else f"no boolean: {value}")
        case Failure(message):
            return Verdict(engine.name, f"error: {message}")
        case Unsupported(reason):
            return Verdict(engine.name, f"cannot be asked: {reason}")
