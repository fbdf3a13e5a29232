"""Load texts and folders: documents that can be trusted to mean the same to every reader, and what is wrong with the rest."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic
from compiler.source import lines
from compiler.source.document import Document, Sources
from compiler.source.errors import error
from compiler.source.folder import Content, decoded, entries, reason, too_large
from compiler.source.guard import Leak, Leaks, leaks, without
from compiler.source.limits import LIMITS, Limits

if TYPE_CHECKING:
    from compiler.source.parsed import Heard

# What could be read of a folder, and what is wrong with the rest.
Loaded = tuple[Sources, tuple[Diagnostic, ...]]

FIRST_STEPS: Final = "`maasc init` writes a first one; `--config` names another folder"


def load_text(
    file: str, content: bytes, limits: Limits = LIMITS, heard: Heard | None = None
) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """Read the documents of one file from its bytes; empty documents are left out, and all of them after an error.

    What the parser finds passes through `heard`, so that a caller with a very long text can tell how far it is.
    """
    if len(content) > limits.size:
        return (), (too_large(file, limits),)
    try:
        text = decoded(content)
    except UnicodeDecodeError as problem:
        return (), (_not_utf8(file, content, problem),)
    plainest = lines.documents(text, limits.depth)
    if plainest is not None:
        return tuple(Document(file, index, text, data) for index, data in enumerate(plainest)), ()
    from compiler.source.parsed import parsed  # noqa: PLC0415 - a parser, which the plainest texts do without

    return parsed(file, text, limits, heard)


def load_folder(root: Path, limits: Limits = LIMITS) -> Loaded:
    """Read every `.yaml` and `.yml` file below a folder, in the order of their paths.

    Hidden files and folders are not read, nor is the folder `tests` directly below the root. Where a secret stands in a file as
    it is, there are no documents, and no text shows it.
    """
    findings: list[Diagnostic] = []
    try:
        contents = entries(root, findings, limits)
    except OSError as problem:
        return unlisted(problem)
    return joined([part(contents, limits)], findings)


def unlisted(problem: OSError) -> Loaded:
    """Say of a folder why it cannot be read."""
    headline = f"the folder cannot be read: {reason(problem)}"
    return Sources(), (error("no-config", headline, ".", advice=FIRST_STEPS),)


def load_texts(texts: Mapping[str, str]) -> Loaded:
    """Read texts by their file names as if they stood in a folder."""
    return joined([part((name, text.encode()) for name, text in sorted(texts.items()))], [])


class Part(Struct, frozen=True):
    """Some files of a folder: what was read, what is wrong with it, and which secrets stand in it."""

    sources: Sources
    findings: tuple[Diagnostic, ...]
    leaks: Leaks


def part(contents: Iterable[tuple[str, Content]], limits: Limits = LIMITS) -> Part:
    """Read files by their names and contents."""
    findings: list[Diagnostic] = []
    documents: list[Document] = []
    texts: dict[str, str] = {}
    for name, content in contents:
        if isinstance(content, Diagnostic):
            findings.append(content)
            continue
        found, problems = load_text(name, content, limits)
        findings += problems
        documents += found
        if not found and not problems:
            advice = "delete the file, or write what was to be in it"
            findings.append(error("empty-file", "the file holds nothing", name, advice=advice))
        if found:
            texts[name] = found[0].text
        elif not any(problem.code in ("not-utf8", "file-too-large") for problem in problems):
            texts[name] = decoded(content)
    sources = Sources(tuple(documents), texts)
    return Part(sources, tuple(findings), leaks(sources))


def joined(parts: Iterable[Part], findings: Iterable[Diagnostic]) -> Loaded:
    """Put the parts of a folder together, with what was found before any file was read."""
    documents: list[Document] = []
    texts: dict[str, str] = {}
    leaking: dict[str, tuple[Leak, ...]] = {}
    for one in parts:
        documents += one.sources.documents
        texts |= one.sources.texts
        leaking |= one.leaks
        findings = (*findings, *one.findings)
    if not texts and not findings:
        findings = (error("no-config", "no `.yaml` file in the folder", ".", advice=FIRST_STEPS),)
    return without(leaking, Sources(tuple(documents), texts), findings)


def _not_utf8(file: str, content: bytes, problem: UnicodeDecodeError) -> Diagnostic:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return error("not-utf8", "the file is UTF-16", file, advice="save it as UTF-8")
    line = content[: problem.start].count(b"\n") + 1
    return error("not-utf8", f"the file is not UTF-8: byte {problem.start + 1}, in line {line}", file, advice="save it as UTF-8")
