"""Refuses secrets that stand in a file as they are, and hides them before anything else can quote them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.source.document import Document, Sources
from compiler.source.positions import Positions
from compiler.source.sealed import SUFFIX, is_sealed
from compiler.source.secret_data import MANIFEST, UNSEALED, in_data
from compiler.source.secret_text import calls_for_data, in_text

CODE: Final = "plaintext-secret"
_ADVICE: Final = (
    "revoke it, because the history keeps it; write where a new one lies (`external` of a key, `credential` of a provider), "
    "or seal it (`maasc key new`)"
)
_HIDDEN: Final = re.compile(r"\S")
# So many characters of a secret in a sentence are too many.
_TELLING: Final = 12

_Range = tuple[int, int]


class Leak(Struct, frozen=True):
    """A secret in a text: the range that is shown, what it is, and the ranges that must not be."""

    shown: _Range
    what: str
    hide: tuple[_Range, ...]


# The secrets of files, by the files' names.
Leaks = Mapping[str, tuple[Leak, ...]]


def guarded(sources: Sources, findings: Iterable[Diagnostic] = ()) -> tuple[Sources, tuple[Diagnostic, ...]]:
    """Give the sources and the findings as they are where they hold no secret.

    Otherwise there are no documents, a star stands for each character of a secret, so that all places stay what they are, and
    findings whose words could repeat one are left out until it is gone.
    """
    return without(leaks(sources), sources, findings)


def leaks(sources: Sources) -> Leaks:
    """Give the secrets of each file that has any."""
    documents: dict[str, list[Document]] = {}
    for document in sources.documents:
        documents.setdefault(document.file, []).append(document)
    found = ((file, _leaks(file, text, documents.get(file, ()))) for file, text in sources.texts.items())
    return {file: tuple(those) for file, those in found if those}


def without(leaking: Leaks, sources: Sources, findings: Iterable[Diagnostic]) -> tuple[Sources, tuple[Diagnostic, ...]]:
    """Give the sources and the findings without the secrets of their files, as `guarded` does."""
    if not leaking:
        return sources, tuple(findings)
    values = [sources.texts[file][start:end] for file, found in leaking.items() for one in found for start, end in one.hide]
    told = [_told(file, Positions(sources.texts[file]), one) for file, found in leaking.items() for one in found]
    texts = {file: _hidden(text, leaking.get(file, ())) for file, text in sources.texts.items()}
    return Sources((), texts), (*(one for one in findings if not _repeats(one, values)), *told)


def hidden(text: str) -> str:
    """Give a text with a star for each character of a secret in it."""
    return _hidden(text, _leaks("", text, ()))


def _hidden(text: str, leaks: Sequence[Leak]) -> str:
    for start, end in {ranges for one in leaks for ranges in one.hide}:
        text = text[:start] + _HIDDEN.sub("*", text[start:end]) + text[end:]
    return text


def _leaks(file: str, text: str, documents: Sequence[Document]) -> list[Leak]:
    """Give the secrets of a file in the order of its text; of two that overlap one."""
    if file.endswith(SUFFIX):
        return [] if is_sealed(text.strip()) else [Leak((0, len(text)), UNSEALED, ((0, len(text)),))]
    found = [Leak((one.start, one.end), one.what, ((one.start, one.end),)) for one in in_text(text)]
    if calls_for_data(text):
        found += (leak for document in documents for leak in _meant(text, document))
    kept: list[Leak] = []
    # A Secret comes first and is told of once: what is hidden for it is not told of again.
    for leak in sorted(found, key=lambda leak: (leak.what != MANIFEST, leak.shown[0], -leak.shown[1], leak.what)):
        if not any(start <= leak.shown[0] < end for one in kept for start, end in (one.shown, *one.hide)):
            kept.append(leak)
    return sorted(kept, key=lambda leak: leak.shown)


def _meant(text: str, document: Document) -> Iterator[Leak]:
    lines: Positions | None = None
    for one in in_data(document.data):
        lines = lines or Positions(text)
        shown = lines.range(document.span(one.where))
        yield Leak(shown, one.what, tuple(lines.range(document.span(path)) for path in one.paths))


def _told(file: str, lines: Positions, leak: Leak) -> Diagnostic:
    return Diagnostic(
        CODE,
        Severity.ERROR,
        f"{leak.what} stands here as it is",
        Place(file, span=lines.span(*leak.shown)),
        "whoever reads the repository can use it, now and out of its history",
        help=_ADVICE,
    )


def _repeats(found: Diagnostic, values: Sequence[str]) -> bool:
    words = "\n".join((found.headline, found.effect, found.help or "", *(note.text for note in found.notes)))
    return any(value.strip("\"' ")[:_TELLING] in words for value in values)
