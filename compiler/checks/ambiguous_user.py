"""A name, an e-mail address or a subject stands for one user."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.intent.intent import Intent


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report every spelling that two users share."""
    first: dict[str, tuple[str, Place]] = {user.name: (user.name, user.place.on_key()) for user in intent.users.values()}
    for user in intent.users.values():
        for key, alias in (("email", user.spec.email), ("sub", user.spec.sub)):
            if alias is None:
                continue
            owner, place = first.setdefault(alias, (user.name, user.place.at(key)))
            if owner != user.name:
                yield error(
                    "ambiguous-user",
                    f"`{alias}` stands for `{owner}` and for `{user.name}`",
                    user.place.at(key),
                    "one of the two would get the other's access and budget",
                    Note(f"first used for `{owner}` here", place),
                    help="names, e-mail addresses and subjects are one set: use each once",
                )
