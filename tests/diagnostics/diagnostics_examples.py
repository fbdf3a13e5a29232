"""Diagnostics, texts and a locator for the tests of the renderers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

from compiler.diagnostics.model import Diagnostic, Note, PathPart, Place, Severity, Span


@dataclass(frozen=True)
class Texts:
    """A locator over texts by file, with spans by path; a place that carries its own span needs neither."""

    texts: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[tuple[PathPart, ...], Span] = field(default_factory=dict)

    def span(self, place: Place) -> Span | None:
        """Look the path up, else believe the place."""
        return self.spans.get(place.path, place.span)

    def text(self, file: str) -> str | None:
        """Look the file up."""
        return self.texts.get(file)


def at(line: int, column: int, end_line: int, end_column: int, file: str = "a.yaml") -> Place:
    """Give a place that carries its span."""
    return Place(file, span=Span(line, column, end_line, end_column))


def error(place: Place | None = None, headline: str = "something is wrong", code: str = "some-code") -> Diagnostic:
    """Give an error with nothing but what every diagnostic has."""
    return Diagnostic(code, Severity.ERROR, headline, place, "")


ACCESS = "access:\n  free: {models: [chat], groups: [fre-user]}\n"
GROUPS = "groups:\n  free-user: {}\n"

UNKNOWN_GROUP = Diagnostic(
    code="unknown-group",
    severity=Severity.ERROR,
    headline="`fre-user` is no declared group",
    place=Place("access.yaml", ("access", "free", "groups", 0)),
    effect="403 for everyone",
    notes=(Note("the groups are declared here", Place("groups.yaml", ("groups",), key=True)), Note("names are compared exactly")),
    help="did you mean `free-user`?",
)
WARNING = Diagnostic("empty-file", Severity.WARNING, "the file holds nothing", Place("x.yaml"), "no effect")
PLACELESS = Diagnostic("no-config", Severity.ERROR, "`config` holds no file", None, "nothing is compiled")

SOURCES = Texts(
    {"access.yaml": ACCESS, "groups.yaml": GROUPS},
    {("access", "free", "groups", 0): Span(2, 35, 2, 43), ("groups",): Span(1, 1, 1, 7)},
)

# Every code point, lone surrogates and controls included.
_ANY = st.text(st.characters(codec=None), max_size=30)
_NUMBERS = st.integers(-3, 40)
_SPANS = st.builds(Span, _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS)
_PLACES = st.builds(Place, st.sampled_from(["a.yaml", "b/ü:,%.yaml", "gone.yaml"]) | _ANY, span=st.none() | _SPANS)
_NOTES = st.builds(Note, _ANY, st.none() | _PLACES)

DIAGNOSTICS = st.builds(
    Diagnostic,
    code=st.sampled_from(["duplicate-key", "no-such-code", "../rule"]) | _ANY,
    severity=st.sampled_from(Severity),
    headline=_ANY,
    place=st.none() | _PLACES,
    effect=_ANY,
    notes=st.lists(_NOTES, max_size=2).map(tuple),
    help=st.none() | _ANY,
)
LISTS = st.lists(DIAGNOSTICS, max_size=4)
SOURCE_TEXTS = st.builds(lambda first, second: Texts({"a.yaml": first, "b/ü:,%.yaml": second}), _ANY, st.text(max_size=300))
