"""Applies the fixes of a configuration one after the other, and keeps each only if it helps and brings nothing new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from compiler.checks.run import check_intent
from compiler.diagnostics.model import Diagnostic, Place, Severity, failed
from compiler.diagnostics.order import ordered
from compiler.intent.parse import parse
from compiler.pipeline import Front, front_of
from compiler.repair.edit import Edited, edited
from compiler.resources.translate import translated
from compiler.source.document import Sources
from compiler.source.load import load_texts


class Made(Struct, frozen=True):
    """A fix that was applied."""

    code: str
    edit: Edited
    says: str


class Refused(Struct, frozen=True):
    """A fix that was not applied, and why."""

    found: Diagnostic
    why: str


@dataclass
class Repair:
    """What came of it: the texts by file that are not as they were, the fixes that were made, and those that were not."""

    texts: dict[str, str] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def repaired(sources: Sources, unread: tuple[Diagnostic, ...], config: Path) -> Repair:
    """Try the fix of everything that is wrong in the files of a folder, in their order."""
    result = Repair()
    read, unsaid = translated(sources)
    # What cannot be read may declare what seems to be declared nowhere.
    if failed((*unread, *unsaid)) or parse(read.documents)[0] is None:
        return result
    here = front_of(sources, unread, config)
    tried: set[tuple[str, str, Place | None]] = set()
    while True:
        fixable = [one for one in ordered(here.diagnostics, here.sources) if one.fix and _key(one) not in tried]
        if not fixable:
            return result
        found = fixable[0]
        tried.add(_key(found))
        after = _tried(found, here, config, result)
        here = after or here


def _key(found: Diagnostic) -> tuple[str, str, Place | None]:
    return found.code, found.headline, found.place


def _tried(found: Diagnostic, before: Front, config: Path, result: Repair) -> Front | None:
    """Apply one fix; gives the configuration with it, or None where it is refused."""
    edit = edited(found, found.fix, before.sources) if found.fix else None
    if edit is None or found.fix is None:
        result.refused.append(Refused(found, "what stands there is not edited: an alias, or a shape of its own"))
        return None
    texts: Mapping[str, str] = {**before.sources.texts, edit.file: edit.text}
    after = front_of(*load_texts(texts), config)
    why = _objection(found, before, after)
    if why is not None:
        result.refused.append(Refused(found, why))
        return None
    result.texts[edit.file] = edit.text
    result.made.append(Made(found.code, edit, found.fix.says))
    return after


def _objection(found: Diagnostic, before: Front, after: Front) -> str | None:
    """Say what speaks against a fix: what it was to fix is still there, or something is wrong that was not."""
    told, tells = (Counter((one.code, one.headline) for one in side.diagnostics) for side in (before, after))
    if tells[found.code, found.headline] >= told[found.code, found.headline]:
        return "it would not help"
    comparable = _comparable(found, before, after)
    for one in after.diagnostics:
        new = tells[one.code, one.headline] > told[one.code, one.headline]
        if new and not _inside(one, found) and (one.severity is Severity.ERROR or one in comparable):
            return f"it would bring {one.code}: {one.headline}"
    return None


def _comparable(found: Diagnostic, before: Front, after: Front) -> set[Diagnostic]:
    """Give what would have been told before, had it been there: not all rules ran, and not on items that could not be read."""
    if found.code not in _READ:
        return set()
    return set(after.diagnostics) if before.meant else _of_intent(after)


def _of_intent(front: Front) -> set[Diagnostic]:
    intent, found = parse(front.sources.documents)
    return {*found, *(check_intent(intent) if intent is not None else ())}


def _inside(one: Diagnostic, found: Diagnostic) -> bool:
    """Tell whether something is said of the item that could not be read for what was fixed in it."""
    if one.place is None or found.place is None or found.code in _READ:
        return False
    return (one.place.file, one.place.document, one.place.path[:2]) == (
        found.place.file,
        found.place.document,
        found.place.path[:2],
    )


# Findings on items whose shape is right: all of it was read, and nothing could be hidden.
_READ = frozenset({"unknown-group", "unknown-user", "unknown-model", "unknown-tier", "unknown-policy"})
