"""The events of a YAML text by libyaml, with texts refused that YAML 1.1 and 1.2 divide into lines differently.

Events, because the parser is iterative: libyaml's composer takes the process down on a hundred kilobytes of brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, cast

from yaml import MarkedYAMLError, YAMLError
from yaml import events as yaml_events
from yaml._yaml import CParser  # the parser alone; `yaml.cyaml` brings the composer along
from yaml.error import Mark

from compiler.diagnostics.model import Diagnostic, Note, Place, Span
from compiler.source.cut import Ending
from compiler.source.errors import error

Event = yaml_events.Event

# YAML 1.2.2, production c-printable, without the line breaks of YAML 1.1 (NEL, LS, PS), the byte order mark inside a text,
# and DEL and the C1 controls, which libyaml refuses.
_UNPRINTABLE: Final = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_UNPRINTABLE_IN_ASCII: Final = re.compile("[^\t\n\r\x20-\x7e]")
_BREAK: Final = re.compile(r"\r\n|\n|\r")

# Lines that git puts around what it could not merge.
_CONFLICT: Final = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?= |\r?$)", re.MULTILINE)
_RESOLVE: Final = "keep one of the two sides, and remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`"

_SECOND_KEY: Final = "mapping values are not allowed in this context"
_LONGEST_KEY: Final = 1024

# What libyaml says, and what it means to somebody who wrote the line.
_PLAIN_WORDS: Final = {
    _SECOND_KEY: (
        "a second `: ` stands where only one key fits",
        "put text that holds `: ` in quotes, or check the indentation of the line",
    ),
    "found character that cannot start any token": (
        "no value starts with this character",
        "indent with spaces, not tabs, and put text that starts with `@`, a backtick or `%` in quotes",
    ),
    "did not find expected ',' or ']'": ("the list is not closed", "add the missing `]` or `,`"),
    "did not find expected ',' or '}'": ("the mapping is not closed", "add the missing `}` or `,`"),
    "did not find expected node content": ("a value is missing", "close what is open, or write the value"),
    "did not find expected key": ("a key was expected here", "check the indentation of the line and the quotes before it"),
    "did not find expected '-' indicator": ("an item of the list was expected here", "check the indentation of the line"),
    "could not find expected ':'": ("this line is no `key: value`", "add the `:` and a space, or indent the line"),
    "did not find expected <document start>": (
        "one document ends before this, and nothing says that another begins",
        "write `---` on a line of its own between the two, or each to a file of its own; if both are one, indent them alike",
    ),
    "found unexpected end of stream": ("the text ends inside quotes", "close the quotes"),
}


class SyntaxDiagnosticError(Exception):
    """The text is not well-formed; `found` says where and why, and `at_end` that there was only too little of it."""

    def __init__(self, found: Diagnostic, *, at_end: bool = False) -> None:
        super().__init__(found.headline)
        self.found = found
        self.at_end = at_end


def events(file: str, text: str) -> Iterator[Event]:
    """Give the events of a text one after the other.

    Raises:
        SyntaxDiagnosticError: where the text is not well-formed.
    """
    # The large class takes longer to compile than most texts take to read, and most are ASCII.
    strange = _UNPRINTABLE_IN_ASCII.search(text) if text.isascii() else re.search(_UNPRINTABLE, text)
    if strange:
        raise SyntaxDiagnosticError(_unprintable(file, text, strange))
    parser = CParser(text)
    try:
        while parser.check_event():
            yield cast("Event", parser.get_event())
    except MarkedYAMLError as problem:
        ending = Ending()
        ending.add(text)
        raise SyntaxDiagnosticError(_malformed(file, text, problem), at_end=ending.holds(problem.problem_mark)) from problem
    except YAMLError as problem:
        raise SyntaxDiagnosticError(error("yaml-syntax", "the text is not YAML", file)) from problem
    finally:
        parser.dispose()


def plainly(problem: MarkedYAMLError) -> tuple[str, str | None]:
    """Say what libyaml found, and what to do about it, to somebody who wrote the text."""
    said = problem.problem or problem.context or "the text is not YAML"
    return _PLAIN_WORDS.get(said, (said, None))


def span(start: Event, end: Event | None = None) -> Span:
    """Give the range from the start of one event to the end of another, or of the same."""
    first, last = cast("Mark", start.start_mark), cast("Mark", (end or start).end_mark)
    return Span(first.line + 1, first.column + 1, last.line + 1, last.column + 1)


def _unprintable(file: str, text: str, strange: re.Match[str]) -> Diagnostic:
    before = _BREAK.split(text[: strange.start()])
    line, column = len(before), len(before[-1]) + 1
    number = f"U+{ord(strange[0]):04X}"
    return error(
        "yaml-syntax",
        f"the character {number} stands in the text as it is",
        file,
        Span(line, column, line, column + 1),
        advice="write it as an escape in double quotes, or remove it",
    )


def _malformed(file: str, text: str, problem: MarkedYAMLError) -> Diagnostic:
    left = _CONFLICT.search(text)
    if left:
        line = len(_BREAK.split(text[: left.start()]))
        marker = Span(line, 1, line, len(left[0]) + 1)
        return error("yaml-syntax", "a conflict of git is left in the file", file, marker, advice=_RESOLVE)
    headline, advice = plainly(problem)
    lines = _BREAK.split(text)
    where = _at(problem.problem_mark or problem.context_mark, lines)
    if where is not None and problem.problem == _SECOND_KEY and _is_one_key(lines[where.line - 1][: where.column - 1]):
        headline, advice = "a key has more than 1,024 characters, and YAML takes none so long", "give it a shorter name"
    begun = _at(problem.context_mark, lines)
    notes = (Note(f"{problem.context or 'it'} that begins here", Place(file, span=begun)),) if begun and begun != where else ()
    return error("yaml-syntax", headline, file, where, notes=notes, advice=advice)


def _is_one_key(before: str) -> bool:
    """Tell whether what stands before a colon is a single key, which libyaml has given up on because of its length."""
    return len(before.strip()) > _LONGEST_KEY and not re.search(r":\s", before)


def _at(mark: Mark | None, lines: list[str]) -> Span | None:
    """Give the character at a mark; the last character of the text for a mark behind it."""
    if mark is None:
        return None
    line, column = mark.line, mark.column
    if line >= len(lines) or column >= len(lines[line]):
        line = min(line, len(lines) - 1)
        while line > 0 and not lines[line].strip():
            line -= 1
        column = (
            max(min(column, len(lines[line].rstrip()) - 1), 0) if line == mark.line else max(len(lines[line].rstrip()) - 1, 0)
        )
    return Span(line + 1, column + 1, line + 1, column + 2)
