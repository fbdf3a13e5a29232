"""The rule pages: each can be read, and a page of another layout is refused."""

from __future__ import annotations

from textwrap import dedent

import pytest

from compiler.diagnostics.look import Look
from compiler.diagnostics.model import Severity
from compiler.diagnostics.rule import Example, RulePageError, UnknownCodeError, codes, parse, rule
from compiler.diagnostics.rule_text import show

PAGE = dedent("""\
    # some-code

    A thing is wrong.

    severity: warning

    ## At run time

    403 for everyone.

    ## Bad

    Two files.

    ```yaml
    # file: one.yaml
    groups: {}
    # file: more/two.yaml
    users: {}
    ```

    ## Good

    Say it once.

    ## Why

    Because.
    And more.
    """)


@pytest.mark.parametrize("code", codes())
def test_every_page_has_the_layout(code: str) -> None:
    """A page that cannot be read would fail only when its user asks for it."""
    page = rule(code)

    assert page.code == code
    assert page.effect
    assert page.markdown.endswith("\n")
    assert not page.markdown.endswith("\n\n")
    assert page.markdown.isascii()
    assert max(map(len, page.markdown.split("\n"))) < 500


@pytest.mark.parametrize("code", codes())
def test_every_page_shows_something_bad_and_something_good(code: str) -> None:
    """Both are there, they differ, and a configuration that is bad has one that is good beside it."""
    page = rule(code)

    assert (page.bad.prose, page.bad.text) != (page.good.prose, page.good.text)
    assert (page.bad.language == "yaml") == (page.good.language == "yaml")


def test_the_codes_that_need_a_page_have_one() -> None:
    """The pages are part of the package, sorted and named by code."""
    wanted = {"yaml-syntax", "duplicate-key", "no-config", "stale-output", "crd-violation", "two-policies-one-target"}

    assert wanted <= set(codes())
    assert list(codes()) == sorted(codes())


def test_a_page_is_taken_apart() -> None:
    """Each part of the layout ends up in its field."""
    page = parse("some-code", PAGE)

    assert (page.code, page.meaning, page.severity) == ("some-code", "A thing is wrong.", Severity.WARNING)
    assert (page.effect, page.why, page.markdown) == ("403 for everyone.", "Because.\nAnd more.", PAGE)
    assert (page.bad.prose, page.bad.language) == ("Two files.", "yaml")
    assert page.bad.files() == (("one.yaml", "groups: {}\n"), ("more/two.yaml", "users: {}\n"))
    assert page.good == Example("Say it once.", None, "")
    assert page.good.files() == ()
    assert parse("some-code", PAGE.partition("\n## Why")[0]).why is None


def test_an_example_without_file_names_is_one_file() -> None:
    """Most examples need no name, and an example of something else has no configuration files."""
    assert Example("", "yaml", "groups: {}\n").files() == (("config.yaml", "groups: {}\n"),)
    assert Example("", "text", "# file: a.yaml\n$ ls\n").files() == ()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("# some-code", "# other-code", "the heading is `other-code`"),
        ("# some-code\n\n", "", "a page begins with its code"),
        ("A thing is wrong.", "A thing is wrong", "one sentence"),
        ("A thing is wrong.", "A thing. It is wrong.", "one sentence"),
        ("A thing is wrong.", "A thing\nis wrong.", "one sentence"),
        ("severity: warning", "severity: fatal", "`fatal` is no severity"),
        ("severity: warning", "warning", "a page begins with its code"),
        ("## Bad", "## Worse", "the sections are At run time, Worse, Good, Why"),
        ("## Why", "## Whence", "the sections are At run time, Bad, Good, Whence"),
        ("## Bad\n\n", "", "the sections are At run time, Good, Why"),
        ("403 for everyone.\n\n", "", "a section is empty"),
        ("Say it once.", "\n", "a section is empty"),
        ("```yaml", "```toml", "an example is `yaml` or `text`"),
        ("users: {}\n```", "users: {}\n```\n\nMore.", "a section ends with its only example"),
        ("users: {}\n```", "users: {}\n```\n\n```text\nx\n```", "a section ends with its only example"),
        ("users: {}\n```", "users: {}", "an example is not closed"),
        ("# file: one.yaml\n", "", "begins with the name of the first"),
    ],
)
def test_a_page_of_another_layout_is_refused(old: str, new: str, reason: str) -> None:
    """A slip in a page is found by its test and not by its reader."""
    assert old in PAGE
    with pytest.raises(RulePageError, match=reason):
        parse("some-code", PAGE.replace(old, new, 1))


def test_an_empty_example_is_refused() -> None:
    """A fence with nothing in it shows nothing."""
    with pytest.raises(RulePageError, match="an example is empty"):
        parse("some-code", PAGE.replace("Say it once.", "```text\n\n```"))


def test_an_unknown_code_comes_with_suggestions() -> None:
    """The nearest code is named first, and a path is no code."""
    with pytest.raises(UnknownCodeError, match="no rule has the code `duplicate-keys`") as caught:
        rule("duplicate-keys")
    assert (caught.value.code, caught.value.suggestions[0]) == ("duplicate-keys", "duplicate-key")
    with pytest.raises(UnknownCodeError):
        rule("../rules/duplicate-key")


def test_a_page_is_shown_in_a_terminal() -> None:
    """Titles stand out, examples are indented, and colours come only when asked for."""
    page = parse("some-code", PAGE)

    assert show(page) == dedent("""\
        warning[some-code]: A thing is wrong.

        At run time
          403 for everyone.

        Bad
          Two files.

            # file: one.yaml
            groups: {}
            # file: more/two.yaml
            users: {}

        Good
          Say it once.

        Why
          Because.
          And more.
        """)
    assert show(page, Look(color=True)).startswith("\x1b[1;33mwarning[some-code]\x1b[0m: A thing is wrong.\n\n\x1b[1mAt run time")
