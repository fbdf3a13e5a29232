"""Reads dumps: files and folders of manifests, of any length, one object at a time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.adopt.objects import Object, at_line, is_listing, kept, mapping, name_of
from compiler.adopt.rbac import about_models
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.source.below import below
from compiler.source.cut import CODE, Ending, broken_off, joined, kind_first, truncated, unended
from compiler.source.events import SyntaxDiagnosticError
from compiler.source.folder import not_read
from compiler.source.listing import BAD_DUMP, bad, fault, itemless, without_unset
from compiler.source.stream import Streamed, streamed

_ENDINGS: Final = (".yaml", ".yml", ".json")
# Files are called by kinds: whatever else a text may be, it is no kind of any API.
_FORMS: Final = {"kind": re.compile(r"[A-Za-z][A-Za-z0-9]{0,62}"), "apiVersion": re.compile(r"[A-Za-z0-9./-]{1,317}")}
_NOTHING: Final = "nothing is imported: what is missing would be open, or closed, without anybody having decided it"


@dataclass
class Dump:
    """What was read: the objects that decide about requests, by kind and then name, and how many there are of other kinds."""

    objects: list[Object] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    findings: list[Diagnostic] = field(default_factory=list)

    def of(self, *kinds: str) -> tuple[Object, ...]:
        """Give the objects of some kinds."""
        return tuple(one for one in self.objects if one.kind in kinds)


class _File(Struct, frozen=True):
    """A file of a dump; `short` is its name below what the user named."""

    path: Path
    short: str


def gather(paths: Sequence[Path], tell: Callable[[int], None] = lambda _: None) -> Dump:
    """Read dumps; `tell` is told now and then how many objects have been read."""
    dump = Dump()
    seen: dict[tuple[str, str, str], Object] = {}
    count = 0
    for path in _files(paths, dump.findings):
        known, held = len(dump.findings), False
        for piece in _pieces(path.path, dump.findings):
            count += 1
            held = held or piece.data is not None
            tell(count)
            _add(path, piece, dump, seen)
        if not held and len(dump.findings) == known:
            dump.findings.append(_empty(path))
        dump.findings[known:] = _told_once(dump.findings[known:])
    dump.objects, others = about_models(dump.objects)
    dump.others.update(name_of(one.data) for one in others)
    dump.objects.sort(key=lambda one: (one.kind, one.namespace, one.name))
    return dump


def _told_once(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Leave out what may only be wrong because the file was cut off there, as an object that lacks its kind."""
    cut = any(one.code == CODE for one in found)
    return [one for one in found if not (cut and one.code == BAD_DUMP)]


def _add(file: _File, piece: Streamed, dump: Dump, seen: dict[tuple[str, str, str], Object]) -> None:
    place = at_line(file.path.as_posix(), piece.line)
    if piece.data is None:
        return
    if not isinstance(piece.data, dict):
        dump.findings.append(_no_object(place))
        return
    if piece.listed is not None and not piece.is_item:
        if not is_listing(piece.data):
            dump.findings.append(_truncated(place, piece.listed))
        elif not piece.closed:
            dump.findings.append(kind_first(place, _NOTHING))
        elif (wrong := fault(without_unset(piece.data) if piece.in_brackets else piece.data, place, _NOTHING)) is not None:
            dump.findings.append(wrong)
        return
    if is_listing(piece.data) and "name" not in mapping(piece.data.get("metadata")):
        dump.findings.append(itemless(place, _NOTHING))
        return
    if not all(isinstance(piece.data.get(name), str) and form.fullmatch(piece.data[name]) for name, form in _FORMS.items()):
        dump.findings.append(_no_object(place))
        return
    known = len(dump.findings)
    found = kept(piece.data, place, f"{file.short}:{piece.line}", dump.findings)
    if found is None:
        if len(dump.findings) == known:
            dump.others[name_of(piece.data)] += 1
        return
    first = seen.setdefault((found.kind, found.namespace, found.name), found)
    if first is found:
        dump.objects.append(found)
    elif first.data != found.data:
        dump.findings.append(_twice(found, first))


def _files(paths: Sequence[Path], findings: list[Diagnostic]) -> Iterator[_File]:
    for path in paths:
        if path.is_dir():
            inside, unread = below(path, _ENDINGS)
            findings += [replace(one, effect=_NOTHING) for one in unread]
            if not inside and not unread:
                advice = "`kubectl get ... -A -o yaml > dump.yaml` writes one"
                findings.append(bad("no `.yaml` or `.json` file in the folder", Place(path.as_posix()), _NOTHING, advice))
            yield from (_File(one, one.relative_to(path).as_posix()) for one in inside)
        else:
            yield _File(path, path.name)


def _empty(file: _File) -> Diagnostic:
    advice = "a cluster without any object of the kinds asked for is printed as a list all the same"
    return bad("the dump holds nothing", Place(file.path.as_posix()), _NOTHING, advice)


def _pieces(path: Path, findings: list[Diagnostic]) -> Iterator[Streamed]:
    file = path.as_posix()
    ending = Ending()
    closed = False
    try:
        with path.open("rb") as stream:
            for piece in streamed(file, stream, ending=ending):
                closed = piece.closed
                yield piece
        told = any(one.code == CODE and one.place is not None and one.place.file == file for one in findings)
        if ending.within_a_line and not closed and not told:
            findings.append(unended(file, ending, _NOTHING))
    except SyntaxDiagnosticError as stopped:
        cut = stopped.at_end
        findings.append(broken_off(stopped.found, _NOTHING) if cut else replace(joined(stopped.found), effect=_NOTHING))
    except OSError as problem:
        findings.append(replace(not_read(problem, file), effect=_NOTHING))


def _no_object(place: Place) -> Diagnostic:
    headline = "this is no Kubernetes object: it has no `apiVersion` and `kind`"
    return bad(headline, place, _NOTHING, "a dump holds objects as `kubectl get ... -o yaml` prints them")


def _truncated(place: Place, listed: int) -> Diagnostic:
    objects = f"{listed} object{'' if listed == 1 else 's'}"
    return truncated(f"the list ends after {objects} without its `kind`: the dump was cut off", place, _NOTHING)


def _twice(found: Object, first: Object) -> Diagnostic:
    advice = "dump everything at once: between two dumps the cluster has changed"
    told = bad(f"the {found.said} is there twice, and not the same", found.place, _NOTHING, advice)
    return replace(told, notes=(Note("the other one is here", first.place),))
