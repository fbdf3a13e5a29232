"""Finds secrets in a text by what they look like, whatever the text is: comments, broken YAML, files of other kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from msgspec import Struct

from compiler.source.sealed import is_sealed

PRIVATE_KEY: Final = "a private key"
JWT: Final = "a JSON web token"
API_KEY: Final = "what looks like an API key"

# Names whose value is a secret itself and not the name of one. Expressions with all of them are compiled when a text first needs
# one: that takes longer than reading most configurations, and few texts do.
_NAMES: Final = (
    r"(?:[a-z0-9]+[_-])*(?:passw(?:or)?d|passphrase|(?:client)?[_-]?secret[_-](?:access[_-])?key|client[_-]?secret|secretAccessKey"
    r"|private[_-]?key|api[_-]?key|(?:access|refresh|id|auth|bearer)?[_-]?token)"
)

# Runs of the characters that keys and tokens are made of; a web token has dots between its parts.
_RUN: Final = re.compile(r"[A-Za-z0-9+/_=.-]{16,}")
_WEB_TOKEN: Final = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?")
# What services put before the keys that they give out.
_KNOWN: Final = re.compile(
    r"sk-(?=[A-Za-z0-9_-]*[0-9A-Z])[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{30,}|gh[opsu]_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}"
    r"|AIza[A-Za-z0-9_-]{35}|xox[abpr]-[A-Za-z0-9-]{16,}"
)
_PRIVATE_KEY: Final = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----")
_PRIVATE_KEY_END: Final = re.compile(r"-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----")
# Nothing, another place of the text, or what a tool fills in: no secret itself.
_NO_VALUE: Final = re.compile(r"(?:|~|null|true|false|[|>][-+0-9]*|[&*!{\[].*|\$\{?\w+\}?|<[^>]*>|\{\{.*)\Z", re.IGNORECASE)

# How all of the names end, in small letters, by what stands in it: what a name begins with is looked for only where one ends.
_ENDINGS: Final = {
    inside: re.compile(rf"""{ending}["']?[ \t]*:""")
    for inside, ending in (("pass", "pass(?:wd|word|phrase)"), ("secret", "secret"), ("key", "key"), ("token", "token"))
}
# What stands in every web token, and in every key of a service that is known.
_MARKS: Final = ("eyJ", "sk-", "hf_", *(f"gh{kind}_" for kind in "opsu"), "AKIA", "AIza", "xox")

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
# The subject of a user, and digests, which say so.
_INNOCENT_BEFORE: Final = re.compile(r"""(?:\bsub["']?:[ \t]*["']?|\bsha(?:1|256|384|512)[:-]|@)\Z""")
_BEFORE: Final = 16

# A key as Authorino, OpenAI and others give out has at least so many characters.
_SHORTEST: Final = 32
# In random letters and digits the kind of a character (small, capital, digit) changes more often than in any name. How often,
# for 62 characters and for 36; random text is at 0.62 and at 0.40 on average, names are below half of that.
_CHANGES_MIXED: Final = 0.4
_CHANGES_SINGLE: Final = 0.28
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_=-"
_LONG: Final = re.compile(rf"[{_LETTERS}]{{{_SHORTEST},}}")
# To look for letters one after the other takes twenty times as long as to make them all one letter, and look for so many of it.
_ONE_LETTER: Final = str.maketrans(dict.fromkeys(_LETTERS, "a"))
_AS_LONG: Final = "a" * _SHORTEST
# Names are words with something between them; a run without that is no name.
_WORD: Final = 24
_SEPARATOR: Final = re.compile(r"[-_/+=]+")


class Found(Struct, frozen=True, order=True):
    """A secret in a text, by its first character and the one after its last, and what it is in words that do not repeat it."""

    start: int
    end: int
    what: str


def in_text(text: str) -> Iterator[Found]:
    """Give the secrets of a text; one may be found twice."""
    for begun in _PRIVATE_KEY.finditer(text):
        ended = _PRIVATE_KEY_END.search(text, begun.end())
        yield Found(begun.start(), ended.end() if ended else len(text), PRIVATE_KEY)
    for named in _named().finditer(text) if _may_name(text.lower()) else ():
        if is_secret_value(named["value"].strip("\"'")):
            yield Found(named.start("value"), named.end("value"), value_of(named["name"]))
    if any(mark in text for mark in _MARKS):
        for run in _RUN.finditer(text):
            yield from _in_run(text, run)
    elif _AS_LONG in text.translate(_ONE_LETTER):
        for run in _LONG.finditer(text):
            yield from _random(text, run.start(), run[0])


def is_secret_name(name: str) -> bool:
    """Tell whether the value below such a key is a secret itself."""
    return re.fullmatch(_NAMES, name, re.IGNORECASE) is not None


@cache
def _named() -> re.Pattern[str]:
    return re.compile(
        rf"""(?:^|[\s{{,\["'])(?P<name>{_NAMES})["']?[ \t]*:[ \t]+"""
        r"""(?P<value>"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s,}\]#"']+(?=[ \t]*(?:$|[,}\]#])))""",
        re.IGNORECASE | re.MULTILINE,
    )


@cache
def _data() -> re.Pattern[str]:
    """Find where data has to be looked at as well.

    That is a name whose value may be folded, a Secret, a value that claims to be sealed, an escape.
    """
    return re.compile(rf"""\\|(?:^|[\s{{,"'])(?:{_NAMES}|sealed)["']?[ \t]*:|\bSecret\b""", re.IGNORECASE | re.MULTILINE)


def _may_name(small: str) -> bool:
    """Tell whether a text in small letters may hold one of the names; of letters beyond ASCII some match others."""
    return not small.isascii() or any(inside in small and ending.search(small) for inside, ending in _ENDINGS.items())


def calls_for_data(text: str) -> bool:
    """Tell whether the data of a text may show a secret that the text itself does not: most texts do not."""
    small = text.lower()
    if "\\" not in small and "secret" not in small and "sealed" not in small and not _may_name(small):
        return False
    return _data().search(text) is not None


def value_of(name: str) -> str:
    """Name the value below a key in words that do not repeat it."""
    return f"the value of `{name}`"


def is_secret_value(value: str) -> bool:
    """Tell whether what stands below the name of a secret is one: no placeholder, and not sealed."""
    return _NO_VALUE.match(value) is None and not is_sealed(value)


def _in_run(text: str, run: re.Match[str]) -> Iterator[Found]:
    for found in _WEB_TOKEN.finditer(run[0]):
        yield Found(run.start() + found.start(), run.start() + found.end(), JWT)
    for found in _KNOWN.finditer(run[0]):
        yield Found(run.start() + found.start(), run.start() + found.end(), API_KEY)
    start = run.start()
    for piece in run[0].split("."):
        yield from _random(text, start, piece)
        start += len(piece) + 1


def _random(text: str, start: int, piece: str) -> Iterator[Found]:
    if looks_random(piece) and not _INNOCENT_BEFORE.search(text[max(0, start - _BEFORE) : start]):
        yield Found(start, start + len(piece), API_KEY)


def looks_random(word: str) -> bool:
    """Tell whether a word was drawn at random rather than thought up: no name, no UUID and nothing that was sealed."""
    if len(word) < _SHORTEST or _UUID.match(word):
        return False
    letters = _SEPARATOR.sub("", word)
    kinds = [_kind(letter) for letter in letters]
    changes = sum(one != other for one, other in pairwise(kinds)) / max(1, len(kinds))
    if len(set(kinds)) == 1 or (len(set(kinds)) < 3 and "digit" not in kinds and changes < _CHANGES_MIXED):  # noqa: PLR2004 - of three
        return False
    if {"small", "capital"} <= set(kinds):
        return changes >= _CHANGES_MIXED and not is_sealed(word)
    return changes >= _CHANGES_SINGLE and max(map(len, _SEPARATOR.split(word))) >= _WORD


def _kind(letter: str) -> str:
    return "digit" if letter.isdigit() else "small" if letter.islower() else "capital"
