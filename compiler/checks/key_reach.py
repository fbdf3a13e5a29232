"""A key opens a model: what meters it covers its holder there, and something lets the holder in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.program.decide import Caller, access_of
from compiler.program.ir import Entry, Model, Program
from compiler.program.keys import Key

_REFUSED = "403 for whoever calls with it"


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report keys that open no model, and models that a key lists and does not open."""
    metered: defaultdict[str, list[tuple[Model, Entry]]] = defaultdict(list)
    for model in program.models if program.keys else ():
        for entry in model.entries:
            metered[entry.key].append((model, entry))
    for key in program.keys:
        yield from _key(program, key, metered)


def _key(program: Program, key: Key, metered: Mapping[str, Sequence[tuple[Model, Entry]]]) -> Iterator[Diagnostic]:
    caller = Caller("", key.user, frozenset(key.groups), key.bound)
    tier = program.tier_of(caller.groups)
    covered = [model for model, entry in metered.get(key.bound, ()) if entry.subjects.cover(caller.userid, caller.groups)]
    opened = {model.id for model in covered if access_of(model, caller, tier) is not None}
    if not opened:
        yield error(
            "key-opens-nothing",
            f"the key `{key.id}` opens no model",
            key.origin.on_key(),
            f"{_REFUSED}, whatever is called",
            help=_why(key, bool(metered.get(key.bound)), bool(covered)),
        )
        return
    for model in key.models or ():
        if model not in opened:
            yield error(
                "key-opens-nothing",
                f"the key `{key.id}` does not open `{model}`, which it lists",
                key.origin.at("models"),
                f"{_REFUSED} and asks for that model",
                help="take the model out of the key, or let its holder call it with the budget that the key is bound to",
            )


def _why(key: Key, exists: bool, covers: bool) -> str:  # noqa: FBT001 - what is so far right, in the order it is asked
    team = key.bound == f"team:{key.team}"
    if not exists:
        return f"grant the team `{key.team}` a model, or bind the key to a `subscription`"
    if not covers and team:
        return f"no grant of the team `{key.team}` is for `{key.user}` or a group of the key"
    if not covers:
        return f"neither `{key.user}` nor a group of the key is an owner of the subscription `{key.bound}`"
    return f"nothing lets `{key.user}` or a group of the key call what `{key.bound}` meters: write an `access` entry"
