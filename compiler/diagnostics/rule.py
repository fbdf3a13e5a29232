"""Read the rule pages: for each code what it means, what happens at run time, and an example of each kind.

A page is `rules/<code>.md`, with these parts in this order and nothing else:

    # <code>
    one sentence that says what is wrong
    severity: <error, warning or info>
    ## At run time      what would happen if the compiler let it pass
    ## Bad              prose, one fenced example, or both
    ## Good             the same
    ## Why              optional

An example fenced as `yaml` is a whole configuration that can be run: the bad one yields the code and the good one does
not. A line `# file: <name>` starts the next file of an example; without any, it is one file. An example that is not about
configuration is fenced as `text`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Final, Literal

from msgspec import Struct

from compiler.diagnostics.model import Severity
from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import similar

Language = Literal["yaml", "text"]

DEFAULT_FILE: Final = "config.yaml"
_ENDING: Final = ".md"

_PAGE: Final = re.compile(r"# (?P<code>\S+)\n\n(?P<meaning>\S.*)\n\nseverity: (?P<severity>\w+)\n\n(?P<rest>## .*)\Z", re.DOTALL)
# Invariant: `## ` begins a line only as a heading, so no example may hold such a line.
_SECTION: Final = re.compile(r"^## (.+)\n\n", re.MULTILINE)
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$\n?", re.MULTILINE | re.DOTALL)
_FILE: Final = re.compile(r"^# file: (\S+)\n", re.MULTILINE)
_REQUIRED: Final = ("At run time", "Bad", "Good")
_OPTIONAL: Final = "Why"


class UnknownCodeError(LookupError):
    """No page has this code; `suggestions` are the codes near to it, the nearest first."""

    def __init__(self, code: str, suggestions: tuple[str, ...]) -> None:
        super().__init__(f"no rule has the code {quoted(code)}")
        self.code = code
        self.suggestions = suggestions


class RulePageError(ValueError):
    """A page does not have the layout; a mistake in this package, not of its user."""


class Example(Struct, frozen=True):
    """What a page shows for good or bad: words about it, an example, or both.

    `language` is None where there is no example and `text` is then empty; otherwise `text` ends with a line break.
    """

    prose: str
    language: Language | None
    text: str

    def files(self) -> tuple[tuple[str, str], ...]:
        """Give the name and text of each configuration file; none unless the example can be run."""
        if self.language != "yaml":
            return ()
        head, *named = _FILE.split(self.text)
        if not named:
            return ((DEFAULT_FILE, head),)
        return tuple(zip(named[::2], named[1::2], strict=True))


class RulePage(Struct, frozen=True):
    """All that is known of one code; `markdown` is the page as written."""

    code: str
    meaning: str
    severity: Severity
    effect: str
    bad: Example
    good: Example
    why: str | None
    markdown: str


def codes() -> tuple[str, ...]:
    """Give every code that has a page, in the order of the alphabet."""
    names = (entry.name for entry in files("compiler.diagnostics").joinpath("rules").iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING)))


def rule(code: str) -> RulePage:
    """Read the page of a code.

    Raises:
        UnknownCodeError: there is none.
    """
    known = codes()
    if code not in known:
        raise UnknownCodeError(code, similar(code, known))
    page = files("compiler.diagnostics").joinpath("rules", code + _ENDING)
    return parse(code, page.read_text(encoding="utf-8"))


def parse(code: str, markdown: str) -> RulePage:
    """Read the text of the page of a code.

    Raises:
        RulePageError: the text has another layout, or is the page of another code.
    """
    page = _PAGE.match(markdown)
    if page is None:
        raise _wrong(code, "a page begins with its code, a sentence, the severity and a section, with blank lines between")
    if page["code"] != code:
        raise _wrong(code, f"the heading is `{page['code']}`")
    meaning = page["meaning"]
    if "\n" in meaning or not meaning.endswith(".") or ". " in meaning:
        raise _wrong(code, "the meaning is one sentence on one line, with a full stop")
    if page["severity"] not in {severity.value for severity in Severity}:
        raise _wrong(code, f"`{page['severity']}` is no severity")
    sections = _sections(code, page["rest"])
    return RulePage(
        code=code,
        meaning=meaning,
        severity=Severity(page["severity"]),
        effect=sections["At run time"],
        bad=_example(code, sections["Bad"]),
        good=_example(code, sections["Good"]),
        why=sections.get(_OPTIONAL),
        markdown=markdown,
    )


def _sections(code: str, text: str) -> Mapping[str, str]:
    """Give the text of each section by its title."""
    _, *parts = _SECTION.split(text)
    titles = tuple(parts[::2])
    if titles not in (_REQUIRED, (*_REQUIRED, _OPTIONAL)):
        raise _wrong(code, f"the sections are {', '.join(titles)}")
    bodies = [body.strip() for body in parts[1::2]]
    if not all(bodies):
        raise _wrong(code, "a section is empty")
    return dict(zip(titles, bodies, strict=True))


def _example(code: str, text: str) -> Example:
    fences = list(_FENCE.finditer(text))
    if not fences:
        if "```" in text:
            raise _wrong(code, "an example is not closed")
        return Example(text, None, "")
    fence = fences[0]
    if len(fences) > 1 or fence.end() != len(text):
        raise _wrong(code, "a section ends with its only example")
    prose, name, body = text[: fence.start()].strip(), fence[1], fence[2]
    match name:
        case "yaml" | "text":
            example = Example(prose, name, body)
        case _:
            raise _wrong(code, f"an example is `yaml` or `text`, not `{name}`")
    if not body.strip():
        raise _wrong(code, "an example is empty")
    if name == "yaml" and _FILE.search(body) and not _FILE.match(body):
        raise _wrong(code, "an example of several files begins with the name of the first")
    return example


def _wrong(code: str, reason: str) -> RulePageError:
    return RulePageError(f"the page of `{code}`: {reason}")
