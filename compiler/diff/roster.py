"""Reads who is in which group, so that a change can be counted in people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from compiler.diff.known import Known

# A person of a roster: userid and groups.
Person = tuple[str, frozenset[str]]

_COLUMNS: Final = ["user", "groups"]
_BETWEEN: Final = re.compile(r"[;,|\s]+")


class RosterError(ValueError):
    """A roster that cannot be read; `line` counts from 1, and is None where no one line is wrong."""

    def __init__(self, reason: str, line: int | None) -> None:
        super().__init__(reason)
        self.line = line


class Roster(Struct, frozen=True):
    """People by the names that the gateway knows them by; `unknown` are groups of theirs that neither side has."""

    people: tuple[Person, ...]
    unknown: tuple[str, ...]


def resolved(people: Sequence[Person], names: Known) -> Roster:
    """Give people under the names that their e-mail addresses and subjects stand for, in the groups that all of them have.

    Raises:
        RosterError: two rows are one user.
    """
    found: dict[str, frozenset[str]] = {}
    for user, groups in people:
        name = names.users.get(user, user)
        if name in found:
            raise RosterError(f"`{user}` is `{name}`, who is listed as well", None)
        found[name] = groups | names.everybody
    unknown = {group for _, groups in people for group in groups} - names.groups - names.everybody
    return Roster(tuple(sorted(found.items())), tuple(sorted(unknown)))


def roster(text: str) -> tuple[Person, ...]:
    """Read a CSV with the header `user,groups`: userid, and groups with `;`, a space or a comma between them.

    Raises:
        RosterError: it has another header, a row with other columns, or somebody twice.
    """
    reader = csv.reader(io.StringIO(text), strict=True)
    found: dict[str, frozenset[str]] = {}
    try:
        header = next(reader, [])
        if [name.strip() for name in header] != _COLUMNS:
            raise RosterError("the first line is not `user,groups`", 1)
        for row in reader:
            if not row:
                continue
            if len(row) != len(_COLUMNS) or not row[0].strip():
                raise RosterError("a row is a user and, quoted where there are several with commas, the groups", reader.line_num)
            user = row[0].strip()
            if user in found:
                raise RosterError(f"`{user}` is listed twice", reader.line_num)
            found[user] = frozenset(group for group in _BETWEEN.split(row[1]) if group)
    except csv.Error as error:
        raise RosterError(f"it is no CSV: {error}", reader.line_num) from error
    return tuple(sorted(found.items()))
