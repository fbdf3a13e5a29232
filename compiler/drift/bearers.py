"""What drift means for whoever brings an API key: live Secrets, and the objects that they are made of, say whom they let in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.diff import keys
from compiler.diff.answers import Reader
from compiler.diff.meaning import Meanings
from compiler.diff.result import Row
from compiler.diff.side import Side
from compiler.drift import secrets
from compiler.drift.dump import Live
from compiler.drift.secrets import Template
from compiler.drift.written import Written
from compiler.program.bearer import method_of
from compiler.program.keys import (
    BOUND_ANNOTATION,
    EVERY_MODEL,
    GROUPS_ANNOTATION,
    MODELS_ANNOTATION,
    SEPARATOR,
    USER_ANNOTATION,
    External,
    Key,
)
from compiler.targets.keys import secret_name


def bearers(written: Written, live: Sequence[Live], ours: Side) -> tuple[Row, ...]:
    """Give what changes for the bearers of keys as long as the policies are as they are written.

    Raises:
        UndecidedError: what is written uses something that no proof understands.
    """
    if method_of(ours.program) is None:
        return ()
    there = replace(ours, program=replace(ours.program, keys=tuple(_keys(written, live, ours))))
    reader = Reader()
    return tuple(told.row for told in keys.changes(Meanings(ours, reader), Meanings(there, reader), reader.terms))


def _keys(written: Written, live: Sequence[Live], ours: Side) -> Iterator[Key]:
    """Give the keys as they are live; one that is not ours as one of the namespace of its Secret."""
    chosen = secrets.selectors(written.objects)
    meant, promised = secrets.templates(written.objects), secrets.templates(live)
    there = {one.key: secrets.said(one) for one in live if one.key[:2] == ("", "Secret")}
    namespace = ours.program.platform.kuadrant_namespace
    for key in ours.program.keys:
        ident = ("", "Secret", namespace, secret_name(key.team, key.alias))
        # A Secret is made anew as its owner says.
        says = there.get(ident) if ident in there and promised.get(ident) == meant.get(ident) else promised.get(ident)
        if says is not None and secrets.opens(says.labels, chosen):
            yield _read(key, says)
    for (_, _, within, name), says in there.items():
        if within == namespace and ("", "Secret", within, name) not in meant and secrets.opens(says.labels, chosen):
            # Nothing tells where its value is from, so that it is no other's.
            nowhere = External("", "", f"{within}/{name}", None)
            yield _read(Key(within, name, "", (), None, "", None, nowhere, Place("")), says)


def _read(key: Key, says: Template) -> Key:
    """Give a key with what is said of its caller, as the gateway reads it."""
    models = _listed(says, MODELS_ANNOTATION)
    return replace(
        key,
        user=_text(says, USER_ANNOTATION),
        groups=tuple(sorted(_listed(says, GROUPS_ANNOTATION))),
        bound=_text(says, BOUND_ANNOTATION),
        models=None if EVERY_MODEL in models else tuple(sorted(models)),
    )


def _text(says: Template, name: str) -> str:
    found = says.annotations.get(name)
    return found if isinstance(found, str) else ""


def _listed(says: Template, name: str) -> list[str]:
    return [one for one in _text(says, name).split(SEPARATOR) if one]
