"""What is fuzzed: each reader of other people's texts, with the files that a search for trouble begins at."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, NoReturn

from fuzz_shapes import held_to_both
from fuzz_texts import ROOT, seeds
from fuzz_trees import tree_of

from compiler import pipeline
from compiler.adopt.defects import defects
from compiler.adopt.gather import gather
from compiler.adopt.platform import Wanted
from compiler.adopt.understand import understand
from compiler.adopt.write import leftovers, texts
from compiler.cel.measure import walk
from compiler.cel.parse import ParseError, parse
from compiler.cel.printer import UnspellableError, spellable
from compiler.cel.printer import text as spelt
from compiler.cel.shapes import Shapes
from compiler.cel.tree import Expr, MapLit, Str
from compiler.diagnostics.formats import FORMATS
from compiler.diagnostics.look import Look
from compiler.diagnostics.model import Diagnostic, Place, failed
from compiler.drift.compare import drift
from compiler.drift.dump import Live, key_of, objects
from compiler.drift.written import Written
from compiler.gateway.read import read
from compiler.gateway.texts import mentioned
from compiler.program.ir import Program
from compiler.source.document import Sources
from compiler.source.load import load_text, load_texts

# Of this process's own time, so that a busy machine is not taken for a hang.
_SECONDS: Final = 20
_NOWHERE: Final = Path("no-such-folder")
_EXPRESSION: Final = re.compile(r"(?:expression|predicate): '?(.*?)'?$", re.MULTILINE)
_CONFIGURATIONS: Final = ("config/*.yaml", "tests/errors/*/config/*.yaml", "tests/cases/*/config/*.yaml")
_SHAPES: Final = ("config/tests/*.yaml", "tests/cases/resources*/config/resources/*.yaml")
_MANIFESTS: Final = ("out/models/*/*.yaml", "out/gateway/*.yaml", "out/tiers/*.yaml")
_CASE: Final = "tests/cases/tiers-on-the-gateway"
_DUMPS: Final = ("tests/adopt/dumps/*.yaml", "tests/errors/*/dump.yaml", "out/models/*/*.yaml")
# A file system without a disk, where there is one: a dump is read from a file, and there are very many of them.
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - every process makes a folder of its own in it


@dataclass(frozen=True)
class Target:
    """A reader, called with any bytes, and texts that mean something to it."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[str]]


def bounded(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Let a reader hang no longer than some seconds."""

    def hung(*_: object) -> NoReturn:
        raise TimeoutError(f"no answer within {_SECONDS} seconds")

    def within(data: bytes) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
        try:
            run(data)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    signal.signal(signal.SIGVTALRM, hung)
    return within


def _report(found: tuple[Diagnostic, ...], sources: Sources) -> None:
    FORMATS["text"](found, sources, Look(color=False))


def loader(data: bytes) -> None:
    """Load the bytes of a YAML file, and tell what is wrong with them in every format."""
    documents, found = load_text("a.yaml", data)
    assert not (documents and found)
    for form in FORMATS.values():
        form(found, load_texts({"a.yaml": data.decode("utf-8", "replace")})[0], Look(color=False))


def intent(data: bytes) -> None:
    """Compile a configuration of one file as far as its manifests; both readers of its shape take the same."""
    sources, found = load_texts({"maas.yaml": data.decode("utf-8", "replace")})
    for document in sources.documents:
        held_to_both(document.data, data)
    front = pipeline.front_of(sources, found, _NOWHERE)
    _report(front.diagnostics, front.sources)
    if front.program is not None:
        pipeline.back(front.program)


def expression(data: bytes) -> None:
    """Parse a CEL text, by itself and by its shape; spelt again it means the same."""
    text = data.decode("utf-8", "replace")
    mentioned(text)
    try:
        tree = parse(text)
    except ParseError:
        tree = None
    try:
        by_shape = Shapes().parse(text)
    except ParseError:
        by_shape = None
    assert by_shape == tree
    if tree is not None and all(map(spellable, _literals(tree))):
        assert parse(spelt(tree)) == tree


def _literals(tree: Expr) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Str):
            yield node.value
        elif isinstance(node, MapLit):
            yield from (key for key, _ in node.entries)


def printer(data: bytes) -> None:
    """Print a tree: the text means the tree, unless it has a character that no literal carries."""
    tree = tree_of(data)
    try:
        text = spelt(tree)
    except UnspellableError:
        assert not all(map(spellable, _literals(tree)))
        return
    assert parse(text) == tree
    assert spelt(parse(text)) == text


def manifests(data: bytes) -> None:
    """Read manifests back."""
    read({"a.yaml": data.decode("utf-8", "replace")})


def dump(data: bytes) -> None:
    """Import a dump as far as its configuration, and tell what is left."""
    file = _file()
    file.write_bytes(data)
    found = gather((file,))
    if failed(tuple(found.findings)):
        _report(tuple(found.findings), Sources())
        return
    draft, problem = understand(found, Wanted("1.5", None, None))
    if problem is None:
        _report(tuple(defects(found)), Sources())
        leftovers(draft.left)
        sources, wrong = load_texts(texts(draft))
        assert not wrong
        _report(pipeline.front_of(sources, wrong, _NOWHERE).diagnostics, sources)


def live(data: bytes) -> None:
    """Read a dump for drift, and hold it against nothing and against itself."""
    found, wrong = objects({"a.yaml": data})
    if wrong:
        _report(wrong, Sources())
        return
    assert drift(Written(found), found, None, "no configuration").nothing
    drift(Written(()), found, None, "no configuration")


def meaning(data: bytes) -> None:
    """Tell what a dump means for the callers of a platform, whose other objects are as they were written."""
    written, program = _platform()
    found, wrong = objects({"a.yaml": data})
    if not wrong:
        known = {one.key for one in found}
        drift(written, (*found, *(one for one in written.objects if one.key not in known)), program, None)


@cache
def _platform() -> tuple[Written, Program]:
    program = pipeline.front(ROOT / _CASE / "config").program
    assert program is not None
    found = [(file, one) for file, several in pipeline.back(program).bundle.documents.items() for one in several]
    return Written(tuple(Live(key, one, Place(file)) for file, one in found if (key := key_of(one)) is not None)), program


def _file() -> Path:
    """Give one file for all dumps of this process."""
    folder = _FOLDERS.get(os.getpid())
    if folder is None:
        folder = _FOLDERS[os.getpid()] = Path(mkdtemp(dir=_MEMORY if _MEMORY.is_dir() else None))
    return folder / "dump.yaml"


_FOLDERS: Final[dict[int, Path]] = {}


def _expressions() -> tuple[str, ...]:
    found = (match for text in seeds("out/models/*/*.yaml", "out/gateway/*.yaml") for match in _EXPRESSION.findall(text))
    return tuple(sorted({one.replace("''", "'") for one in found}))


TARGETS: Final = {
    "loader": Target(loader, lambda: seeds(*_CONFIGURATIONS)),
    "intent": Target(intent, lambda: seeds(*_CONFIGURATIONS, *_SHAPES)),
    "expression": Target(expression, _expressions),
    "printer": Target(printer, lambda: ("", *map(chr, range(20)), "\x0e\x06\x00\x01\x10\x02\x0c\x01")),
    "manifests": Target(manifests, lambda: seeds(*_MANIFESTS)),
    "dump": Target(dump, lambda: seeds(*_DUMPS)),
    "live": Target(live, lambda: seeds(*_DUMPS)),
    "meaning": Target(meaning, lambda: seeds(f"{_CASE}/out/*/*.yaml", f"{_CASE}/out/*/*/*.yaml")),
}
