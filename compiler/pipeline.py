"""The passes from `config/` to the files of `out/`, in order; each gives its product and its diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from compiler.checks.run import check_intent, check_program
from compiler.diagnostics.model import Diagnostic, failed
from compiler.incremental import Earlier, Known, Made, Unchanged
from compiler.intent.digest import digest
from compiler.intent.intent import Intent
from compiler.intent.parse import parse
from compiler.intent.sealed import with_sealed
from compiler.lower.invariants import invariants
from compiler.lower.lower import lower
from compiler.processes import in_two
from compiler.program.invariant import Invariant
from compiler.program.ir import Program
from compiler.render.layout import Bundle, File, files, kustomizations
from compiler.resources.objects import is_object
from compiler.source.beside import beside
from compiler.source.document import Document, Sources
from compiler.source.guard import guarded
from compiler.source.load import load_folder
from compiler.targets.emit import file_of, of_models, shared
from compiler.validate.contribution import Contribution, Plain

if TYPE_CHECKING:
    from compiler.validate.crds import Crds

# Models whose manifests are made in one go; where there are more, two processes share the work.
_A_PART: Final = 500


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


def front(config: Path, *, keep: bool = True) -> Front:
    """Read, check and lower the configuration; as many errors as can be told apart are reported at once.

    Unless told to `keep` the data and the intent, only what locates diagnostics stays.
    """
    return _front(load_folder(config), config, keep=keep)


def front_of(sources: Sources, diagnostics: tuple[Diagnostic, ...], config: Path, *, keep: bool = True) -> Front:
    """Check and lower a configuration that is read, with what was wrong with it; other files are looked up in the folder."""
    return _front((sources, diagnostics), config, keep=keep)


def _front(loaded: tuple[Sources, tuple[Diagnostic, ...]], config: Path, *, keep: bool) -> Front:
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


def back(program: Program, crds: Crds | None = None, *, keep: bool = True, earlier: Earlier | None = None) -> Back:
    """Emit, render and validate the manifests of a Program; unless told to `keep` their plain data, only the texts stay.

    Files that an `earlier` build made of models that have not changed are taken as they are, unless there are definitions to
    check them by, or their plain data are wanted.
    """
    unchanged = Unchanged(earlier, program) if earlier and not keep and crds is None else None
    known = unchanged.files if unchanged else {}
    wanted = _Wanted(crds, keep=keep, brought=unchanged is not None)
    whole = _made(program, wanted, known)
    if known and whole.contribution.validation.found():
        # Which of two files is told as the first depends on the order in which they are made.
        whole = _made(program, wanted, {})
    found = whole.contribution.found(program.platform.gateway.max_filter_bytes)
    bundle = Bundle(dict(sorted(whole.documents.items())), dict(sorted(whole.texts.items())))
    return Back(bundle, found, unchanged.made(bundle.texts, whole.brought) if unchanged else {})


def _made(program: Program, wanted: _Wanted, known: Mapping[str, Known]) -> _Part:
    """Make all files but those that are known."""
    whole = _Part(wanted)
    whole.add(files(shared(program)))
    models = [model for model in program.models if file_of(model) not in known]
    # Plain data and definitions would take longer to hand over than they take to make.
    count = 1 if wanted.keep or wanted.crds else -(-len(models) // _A_PART)

    def part(index: int) -> _Part:
        made = _Part(wanted)
        made.add(files(of_models(program, models[len(models) * index // count : len(models) * (index + 1) // count])))
        return made

    for made in in_two(count, part):
        whole.join(made)
    for path, file in known.items():
        whole.take(path, file)
    whole.add(kustomizations(list(whole.texts)))
    return whole


class _Wanted(Struct, frozen=True):
    """What is wanted of files beside their texts: plain data, and what each brings to the checks of the whole."""

    crds: Crds | None
    keep: bool
    brought: bool


class _Part:
    """Some files of the output, and what is to be said of them."""

    def __init__(self, wanted: _Wanted) -> None:
        self._wanted = wanted
        self.contribution = Contribution(wanted.crds)
        self.texts: dict[str, str] = {}
        self.documents: dict[str, tuple[Mapping[str, object], ...]] = {}
        self.brought: dict[str, Plain] = {}

    def add(self, rendered: Iterable[File]) -> None:
        for file in rendered:
            alone = Contribution(self._wanted.crds)
            alone.add(file.path, file.documents, file.text)
            plain = alone.plain() if self._wanted.brought else None
            if plain is not None:
                self.brought[file.path] = plain
            self.contribution.join(alone)
            self.texts[file.path] = file.text
            if self._wanted.keep:
                self.documents[file.path] = file.documents

    def take(self, path: str, file: Known) -> None:
        self.contribution.join(file.contribution)
        self.brought[path] = file.made.brought
        self.texts[path] = file.text

    def join(self, other: _Part) -> None:
        self.contribution.join(other.contribution)
        self.texts |= other.texts
        self.documents |= other.documents
        self.brought |= other.brought
