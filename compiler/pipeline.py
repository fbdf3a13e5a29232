"""The passes from `config/` to the files of `out/`, in order; each gives its product and its diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.checks.run import check_intent, check_program, rules
from compiler.diagnostics.model import Diagnostic, failed
from compiler.incremental import Earlier, Made, Unchanged
from compiler.intent.digest import digest
from compiler.intent.intent import Intent
from compiler.intent.parse import parse
from compiler.intent.sealed import with_sealed
from compiler.lower.invariants import invariants
from compiler.lower.lower import lower
from compiler.program.invariant import Invariant
from compiler.program.ir import Program
from compiler.render.layout import Bundle
from compiler.resources.objects import is_object
from compiler.shares import Ahead, Wanted, made
from compiler.source.beside import beside
from compiler.source.document import Document, Sources
from compiler.source.guard import guarded
from compiler.source.load import load_folder
from compiler.source.loading import Loading

if TYPE_CHECKING:
    from compiler.validate.crds import Crds

# Errors that say no more than how large the whole is.
_SIZES: Final = frozenset({"too-many-counters"})


class Front(Struct, frozen=True):
    """What the front end makes of a folder: `program` and `digest` are None when an error stands in the way.

    `meant` tells whether the rules on what is meant ran, and not only those on what is written. `measurable` is the Program also
    where all that stands in the way is its size.
    """

    sources: Sources
    program: Program | None
    digest: str | None
    diagnostics: tuple[Diagnostic, ...]
    intent: Intent | None = None
    invariants: tuple[Invariant, ...] = ()
    meant: bool = False
    measurable: Program | None = None


class Back(Struct, frozen=True):
    """What the back end makes of a Program; the diagnostics speak of output files, and `made` is for a later build."""

    bundle: Bundle
    diagnostics: tuple[Diagnostic, ...]
    made: Mapping[str, Made] = field(default_factory=dict)


def front(config: Path, *, keep: bool = True, loading: Loading | None = None, ahead: Ahead | None = None) -> Front:
    """Read, check and lower the configuration; as many errors as can be told apart are reported at once.

    Unless told to `keep` the data and the intent, only what locates diagnostics stays. Where somebody is `loading` the folder
    already, that is waited for. What can be done `ahead` is begun as soon as it is known what is written.
    """
    if loading is None:
        return _front(load_folder(config), config, keep=keep, ahead=ahead)
    # Modules that are asked next: to import them takes as long as is left to wait.
    rules()
    return _front(loading.loaded(), config, keep=keep, ahead=ahead)


def front_of(sources: Sources, diagnostics: tuple[Diagnostic, ...], config: Path, *, keep: bool = True) -> Front:
    """Check and lower a configuration that is read, with what was wrong with it; other files are looked up in the folder."""
    return _front((sources, diagnostics), config, keep=keep)


def _front(loaded: tuple[Sources, tuple[Diagnostic, ...]], config: Path, *, keep: bool, ahead: Ahead | None = None) -> Front:
    sources, diagnostics = loaded
    # Nothing may hold the data longer than it is needed: of a large configuration it is most of what there is.
    del loaded
    others = beside(config)
    shown, leaked = guarded(Sources(texts=others))
    if leaked:
        sources, diagnostics = replace(sources, texts={**sources.texts, **shown.texts}), (*diagnostics, *leaked)
    if any(is_object(document.data) for document in sources.documents):
        from compiler.resources.translate import translated  # noqa: PLC0415 - the shapes of all kinds, where none is used

        sources, unsaid = translated(sources)
        diagnostics += unsaid
    documents = list(sources.documents)
    if not keep:
        sources = sources.without_data()
    intent, found = parse(_handed_over(documents))
    if failed(diagnostics):
        # A file or a resource that could not be read may define what others use, so only what it says itself is certain.
        return Front(sources, None, None, (*diagnostics, *(one for one in found if one.code != "missing-platform")))
    diagnostics += found
    if intent is None:
        return Front(sources, None, None, diagnostics)
    intent, missing = with_sealed(intent, others)
    if ahead is not None and not failed((*diagnostics, *missing)):
        ahead.begin(intent)
    # Of what is defined twice only one is kept: what the other uses is not unused.
    twice = any(one.code == "duplicate-name" for one in found)
    checked = (one for one in check_intent(intent) if not (twice and one.code == "unused-group"))
    diagnostics += (*missing, *checked)
    if failed(diagnostics):
        return Front(sources, None, None, diagnostics)
    program = lower(intent)
    diagnostics += check_program(program)
    wrong = failed(tuple(one for one in diagnostics if one.code not in _SIZES))
    return Front(
        sources=sources,
        program=None if failed(diagnostics) else program,
        digest=digest(intent),
        diagnostics=diagnostics,
        intent=intent if keep else None,
        invariants=invariants(intent, program),
        meant=True,
        measurable=None if wrong else program,
    )


def _handed_over(documents: list[Document]) -> Iterator[Document]:
    """Give one document after the other, and hold none of those that were given."""
    documents.reverse()
    while documents:
        yield documents.pop()


def back(
    program: Program,
    crds: Crds | None = None,
    *,
    keep: bool = True,
    earlier: Earlier | None = None,
    ahead: Ahead | None = None,
) -> Back:
    """Emit, render and validate the manifests of a Program; unless told to `keep` their plain data, only the texts stay.

    Files that an `earlier` build made of models that have not changed are taken as they are, unless there are definitions to
    check them by, or their plain data are wanted. What was begun `ahead` is of the same Program.
    """
    unchanged = Unchanged(earlier, program) if earlier and not keep and crds is None else None
    known = unchanged.files if unchanged else {}
    wanted = Wanted(crds, keep=keep, brought=unchanged is not None)
    whole = made(program, wanted, known, ahead)
    if known and whole.contribution.validation.found():
        # Which of two files is told as the first depends on the order in which they are made.
        whole = made(program, wanted)
    found = whole.contribution.found(program.platform.gateway.max_filter_bytes)
    bundle = Bundle(dict(sorted(whole.documents.items())), dict(sorted(whole.texts.items())))
    return Back(bundle, found, unchanged.made(bundle.texts, whole.brought) if unchanged else {})
