"""Takes a key out of a configuration whatever else is wrong with that: a key that has leaked cannot wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NoReturn

import click
from msgspec import Struct

from compiler import pipeline
from compiler.cli.key_change import end, not_edited, refuse
from compiler.cli.overwrite import overwrite
from compiler.cli.report import Folder, in_folder
from compiler.diagnostics.model import Diagnostic, Severity, failed
from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import closest
from compiler.keys import edit
from compiler.pipeline import Front
from compiler.source.document import Document
from compiler.source.load import load_texts

_TEAMS: Final = "teams"
_NOT: Final = "the key was not revoked"


class Revoked(Struct, frozen=True):
    """A key that is taken out: the path of the file, its place in a store if it has one, and whether all now compiles."""

    file: str
    store: Mapping[str, object] | None
    compiles: bool


def revoked(config: Path, team: str, alias: str) -> Revoked:
    """Take a key out of the configuration in a folder; the run ends where it is not there, or where more would be wrong then."""
    before = pipeline.front(config)
    found = _found(before.sources.documents, team, alias)
    if found is None:
        _missing(before, config, team, alias)
    document, secret = found
    text = edit.removed(document, (_TEAMS, team), alias)
    if text is None:
        not_edited(config / document.file)
    after = pipeline.front_of(*load_texts({**before.sources.texts, document.file: text}), config)
    more = Counter(map(_said, _errors(after.diagnostics))) - Counter(map(_said, _errors(before.diagnostics)))
    if more:
        click.echo(f"maasc: {_NOT}, because of what the configuration would then say", err=True)
        end(in_folder([one for one in after.diagnostics if _said(one) in more], config), Folder(config, after.sources))
    unwritten = overwrite(config / document.file, text)
    if unwritten is not None:
        end((unwritten,), Folder(config, before.sources))
    external = secret.get("external") if isinstance(secret, Mapping) else None
    store = external if isinstance(external, Mapping) else None
    return Revoked((config / document.file).as_posix(), store, compiles=not failed(after.diagnostics))


def _found(documents: Iterable[Document], team: str, alias: str) -> tuple[Document, object] | None:
    """Give the document that has the key, and its secret as it is written."""
    for document in documents:
        key = _below(document.data, _TEAMS, team, "keys", alias) if document.origins is None else None
        if key is not None:
            return document, _below(key, "secret")
    return None


def _missing(front: Front, config: Path, team: str, alias: str) -> NoReturn:
    if failed(front.diagnostics):
        # It may be in what could not be read.
        click.echo(f"maasc: {_NOT}: it is in nothing that could be read", err=True)
        end(in_folder(front.diagnostics, config), Folder(config, front.sources))
    data = [document.data for document in front.sources.documents]
    known = {name for one in data for name in _names(_below(one, _TEAMS))}
    if team not in known:
        near = closest(team, known)
        refuse(f"there is no team {quoted(team)}", f"did you mean `{near}`?" if near else "teams are those below `teams:`")
    near = closest(alias, {name for one in data for name in _names(_below(one, _TEAMS, team, "keys"))})
    advice = f"did you mean `{near}`?" if near else "`maasc key list` shows those that there are"
    refuse(f"the team `{team}` has no key {quoted(alias)}", advice)


def _below(data: object, *path: str) -> object:
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _names(data: object) -> list[str]:
    return [str(name) for name in data] if isinstance(data, Mapping) else []


def _errors(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [one for one in diagnostics if one.severity is Severity.ERROR]


def _said(found: Diagnostic) -> tuple[str, str, str]:
    """Give what is wrong; lines move where one is taken out."""
    return found.code, found.headline, found.place.file if found.place else ""
