"""Reads suites: files of a folder, one suite a file, with a diagnostic for whatever cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.engines.celpy_engine import CelpyEngine
from compiler.intent.described import described
from compiler.intent.model import ConfigFile
from compiler.intent.shape import validated
from compiler.intent.spec import declared
from compiler.source.below import below
from compiler.source.document import Document, Sources
from compiler.source.errors import error
from compiler.source.folder import decoded
from compiler.source.guard import guarded
from compiler.source.limits import LIMITS
from compiler.source.load import load_text
from compiler.suites.model import SuiteSpec
from compiler.suites.series import BadSeriesError, steps

NOT_TESTED: Final = "the suite is not run: what it would have found goes unseen"
_ENDINGS: Final = (".yaml", ".yml")


class Suite(Struct, frozen=True):
    """One suite: its file, as the user opens it, and what it says."""

    file: str
    spec: SuiteSpec
    place: Place


class Loaded(Struct, frozen=True):
    """The suites that could be read, the texts of all files, and what is wrong."""

    suites: tuple[Suite, ...]
    sources: Sources
    diagnostics: tuple[Diagnostic, ...]


def files_of(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Diagnostic, ...]]:
    """Give the files of suites: each path itself, or all `.yaml` and `.yml` files below it when it is a folder.

    What of a folder cannot be listed is told: a suite in it would go unseen.
    """
    found: dict[Path, None] = {}
    unread: list[Diagnostic] = []
    for path in paths:
        if path.is_dir():
            inside, wrong = below(path, _ENDINGS)
            found |= dict.fromkeys(one for one in inside if not one.name.startswith("."))
            unread += (replace(one, effect=NOT_TESTED) for one in wrong)
        else:
            found[path] = None
    return tuple(found), tuple(unread)


def load(paths: Sequence[Path]) -> Loaded:
    """Read the suites of files."""
    documents: list[Document] = []
    texts: dict[str, str] = {}
    suites: list[Suite] = []
    found: list[Diagnostic] = []
    for path in paths:
        name = path.as_posix()
        content = _content(path)
        if isinstance(content, str):
            found.append(replace(error("unreadable-file", f"the file cannot be read: {content}", name), effect=NOT_TESTED))
            continue
        read, problems = load_text(name, content)
        found += [replace(problem, effect=NOT_TESTED) for problem in problems]
        documents += read
        if not any(problem.code in ("not-utf8", "file-too-large") for problem in problems):
            texts[name] = decoded(content)
        if not problems:
            found += _suites(name, read, suites)
    sources, diagnostics = guarded(Sources(tuple(documents), texts), found)
    return Loaded(tuple(suites), sources, diagnostics)


def _content(path: Path) -> bytes | str:
    """Give the bytes of a file, or why it has none."""
    try:
        with path.open("rb") as stream:
            return stream.read(LIMITS.size + 1)
    except OSError as problem:
        return (problem.strerror or "the system refused").lower()


def _suites(name: str, documents: Sequence[Document], suites: list[Suite]) -> Iterator[Diagnostic]:
    if len(documents) != 1:
        yield _empty(Place(name)) if not documents else _several(Place(name, document=documents[1].index))
        return
    document = documents[0]
    place = Place(name, document=document.index)
    if not isinstance(document.data, dict):
        headline = f"a suite is a mapping, found {described(document.data)}"
        yield Diagnostic("wrong-type", Severity.ERROR, headline, place, NOT_TESTED, help="`maasc test --init` writes a suite")
        return
    if document.data and document.data.keys() <= declared(ConfigFile).keys():
        headline = "this is a file of the configuration, and no suite"
        advice = "suites lie in the folder `tests` of the configuration, which `--config` names"
        first = place.at(next(iter(document.data))).on_key()
        yield Diagnostic("wrong-type", Severity.ERROR, headline, first, NOT_TESTED, help=advice)
        return
    refused: list[Diagnostic] = []
    spec = validated(SuiteSpec, document.data, place, refused)
    if spec is None:
        yield from (replace(one, effect=NOT_TESTED) for one in refused)
        return
    wrong = [*_bad_series(spec, place), *_bad_cel(spec, place)]
    yield from wrong
    if not (spec.matrix or spec.expect or spec.metering):
        yield _empty(place)
    elif not wrong:
        suites.append(Suite(name, spec, place))


def _empty(place: Place) -> Diagnostic:
    return Diagnostic(
        "empty-suite",
        Severity.ERROR,
        "the suite has no case",
        place,
        "the run would pass without having tried anything",
        help="write a `matrix`, rows of `expect` or `metering`, or delete the file",
    )


def _several(place: Place) -> Diagnostic:
    advice = "put the second one into a file of its own"
    return Diagnostic(
        "bad-value", Severity.ERROR, "a file holds one suite, and this is a second document", place, NOT_TESTED, help=advice
    )


def _bad_series(spec: SuiteSpec, place: Place) -> Iterator[Diagnostic]:
    for index, metering in enumerate(spec.metering):
        try:
            steps(metering.series)
        except BadSeriesError as problem:
            yield Diagnostic(
                "bad-series",
                Severity.ERROR,
                f"the series cannot be read: {problem}",
                place.at("metering", index, "series"),
                NOT_TESTED,
                help="`40x16` is sixteen steps with a call of 40 tokens each, `0x5` is five steps without a call",
            )


def _bad_cel(spec: SuiteSpec, place: Place) -> Iterator[Diagnostic]:
    texts = [(one.that, place.at("asserts", index, "that")) for index, one in enumerate(spec.asserts)]
    for index, row in enumerate(spec.expect):
        texts += [(text, place.at("expect", index, "asserts", number)) for number, text in enumerate(row.asserts)]
    engine = CelpyEngine()
    for text, where in texts:
        wrong = engine.wrong_syntax(text)
        if wrong is not None:
            yield Diagnostic("bad-value", Severity.ERROR, f"the assertion is not CEL: {wrong}", where, NOT_TESTED)
