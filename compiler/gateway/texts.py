"""What a CEL text mentions, found without parsing it: paths, functions, and constructs that a runtime treats specially."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

Path = tuple[str, ...]

_TOKEN: Final = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>//[^\n]*)
    | (?P<string>[bB]?[rR][bB]?(?:\"\"\".*?\"\"\"|'''.*?'''|"[^"\n]*"|'[^'\n]*')
        |[bB]?(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    | (?P<number>\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<sign>&&|\|\||[=!<>]=|\.\?|\[\?|[-+*/%<>!?:.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)

# A list or map of strings mentions nothing: where no index can stand, one string may stand for all of it. What else than
# such strings makes quotes, or hides them, is not looked through.
_STRING: Final = r'"[^"\n]*"'
_LIST: Final = rf"\[{_STRING}(?:, ?{_STRING})*\]"
_ENTRY: Final = rf"{_STRING}: ?(?:{_STRING}|{_LIST})"
_WRITTEN: Final = re.compile(
    rf"{_STRING}|(?:(?<=[\[(,{{:?])|(?<=[\[(,{{:?=&|+] )|(?<=\bin ))(?P<whole>{_LIST}|\{{{_ENTRY}(?:, ?{_ENTRY})*\}})"
)
_OBSCURE: Final = ("\\", "'", '"""', "//")

_KEYWORDS: Final = frozenset({"true", "false", "null", "in"})
_MACROS: Final = frozenset({"all", "exists", "exists_one", "map", "filter"})

# What cel-go with `ext.Strings` and the filter's own string functions have in common, next to the standard functions.
_FUNCTIONS: Final = frozenset({"has", "size", "string", "int", "uint", "double", "bytes", "bool", "type", "dyn", "matches"})
_STANDARD_METHODS: Final = frozenset({"size", "contains", "startsWith", "endsWith", "matches"})
_STRING_METHODS: Final = frozenset(
    {"charAt", "indexOf", "lastIndexOf", "join", "lowerAscii", "upperAscii", "trim", "replace", "split", "substring"}
)
_METHODS: Final = _STANDARD_METHODS | _STRING_METHODS


class Mentions(Struct, frozen=True):
    """What one text mentions.

    `paths` are the dotted paths that start at a name, without the method that is called on them; `contained` those
    that stand to the right of `in`, `ranged` those that a macro goes through. `bound` are the variables of macros.
    `oddities` are constructs that no answer can be given for, in words. `selects_from_group` tells whether a field is
    selected from something in parentheses, where the filter may see another path than the text shows; `indexes` whether
    something is looked up by a key or a position.
    """

    paths: tuple[Path, ...]
    contained: tuple[Path, ...]
    ranged: tuple[Path, ...]
    functions: tuple[str, ...]
    methods: tuple[str, ...]
    bound: frozenset[str]
    oddities: tuple[str, ...]
    selects_from_group: bool
    indexes: bool

    @property
    def free(self) -> tuple[Path, ...]:
        """Give the paths whose first name no macro binds."""
        return tuple(path for path in self.paths if path[0] not in self.bound)

    def roots(self) -> frozenset[str]:
        """Give the names that the text takes from outside."""
        return frozenset(path[0] for path in self.free)


class Environment(Struct, frozen=True):
    """What a runtime binds and this model knows: the fields of `request`, and whether `auth` is its own raw identity."""

    name: str
    request: frozenset[str]
    raw_identity: bool


_REQUEST: Final = frozenset({"host", "method", "path", "url_path", "query", "headers", "referer"})
AUTHORINO: Final = Environment("Authorino", _REQUEST | {"user_agent"}, raw_identity=True)
FILTER: Final = Environment("the filter", _REQUEST | {"useragent"}, raw_identity=False)


@lru_cache(maxsize=4096)
def foreign(text: str, environment: Environment) -> tuple[str, ...]:
    """Name what the text uses that this model does not know in an environment, each thing once and in words."""
    mentions = mentioned(text)
    found = list(mentions.oddities)
    found += [f"the function `{name}`" for name in mentions.functions if name not in _FUNCTIONS]
    found += [f"the function `{name}`" for name in mentions.methods if name not in _METHODS | _MACROS]
    found += [f"`{'.'.join(path[:2])}`" for path in mentions.free if not _known(path, environment)]
    return tuple(dict.fromkeys(found))


def _known(path: Path, environment: Environment) -> bool:
    match path:
        case ("request", field, *_):
            return field in environment.request
        case ("auth", "identity", *_):
            return True
        case ("auth", "metadata", *_) if environment.raw_identity:
            return True
        case ("auth", *_):
            return not environment.raw_identity
        case _:
            return False


@lru_cache(maxsize=4096)
def mentioned(text: str) -> Mentions:
    """Read a text for what it mentions."""
    if any(mark in text for mark in _OBSCURE):
        return _mentioned(text)
    found = _mentioned(_WRITTEN.sub(lambda found: '""' if found["whole"] else found[0], text))
    # Oddities are told in the words of the text.
    return found if not found.oddities else _mentioned(text)


@lru_cache(maxsize=4096)
def _mentioned(text: str) -> Mentions:
    tokens, oddities = _tokens(text)
    paths: list[Path] = []
    contained: list[Path] = []
    ranged: list[Path] = []
    functions: list[str] = []
    methods: list[str] = []
    bound: set[str] = set()
    grouped = False
    for at, (kind, word) in enumerate(tokens):
        before = tokens[at - 1][1] if at else ""
        after = tokens[at + 1][1] if at + 1 < len(tokens) else ""
        if kind != "name" or word in _KEYWORDS:
            continue
        if before in {".", ".?"}:
            if after == "(":
                methods.append(word)
                bound |= _bound(word, tokens, at)
            grouped = grouped or (after != "(" and at > 1 and tokens[at - 2][1] == ")")
        elif after == "(":
            functions.append(word)
            oddities += _odd_has(word, tokens, at)
        else:
            path, end = _path(tokens, at)
            paths.append(path)
            follower = tokens[end][1] if end < len(tokens) else ""
            if _right_of_in(tokens, at) and follower not in {".", "["}:
                contained.append(path)
            if follower == "." and end + 1 < len(tokens) and tokens[end + 1][1] in _MACROS:
                ranged.append(path)
    return Mentions(
        paths=tuple(paths),
        contained=tuple(contained),
        ranged=tuple(ranged),
        functions=tuple(functions),
        methods=tuple(methods),
        bound=frozenset(bound),
        oddities=tuple(oddities),
        selects_from_group=grouped,
        indexes=any(word == "[" and _ends_value(tokens[at - 1]) for at, (_, word) in enumerate(tokens) if at),
    )


def _tokens(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    tokens: list[tuple[str, str]] = []
    oddities: list[str] = []
    at = 0
    while at < len(text):
        matched = _TOKEN.match(text, at)
        if matched is None:
            oddities.append(f"text that is no CEL from `{text[at : at + 20]}` on")
            break
        at = matched.end()
        kind = str(matched.lastgroup)
        if kind == "comment":
            oddities.append("a comment in an expression, which swallows what is joined to it,")
        elif kind != "space":
            tokens.append((kind, matched.group()))
        if matched.group() in {".?", "[?"}:
            oddities.append("optional selection")
    return tokens, oddities


def _path(tokens: list[tuple[str, str]], at: int) -> tuple[Path, int]:
    """Give the dotted path that starts at a name, and the index after it."""
    path = [tokens[at][1]]
    end = at + 1
    while end + 1 < len(tokens) and tokens[end][1] == "." and tokens[end + 1][0] == "name":
        if end + 2 < len(tokens) and tokens[end + 2][1] == "(":
            break
        path.append(tokens[end + 1][1])
        end += 2
    return tuple(path), end


def _ends_value(token: tuple[str, str]) -> bool:
    return token[1] in {")", "]", "}"} or token[0] == "string" or (token[0] == "name" and token[1] != "in")


def _right_of_in(tokens: list[tuple[str, str]], at: int) -> bool:
    at -= 1
    while at >= 0 and tokens[at][1] == "(":
        at -= 1
    return at >= 0 and tokens[at] == ("name", "in")


def _bound(method: str, tokens: list[tuple[str, str]], at: int) -> set[str]:
    """Give the variable that a macro binds: its first argument, when that is a name alone."""
    if method in _MACROS and at + 3 < len(tokens) and tokens[at + 2][0] == "name" and tokens[at + 3][1] == ",":
        return {tokens[at + 2][1]}
    return set()


def _odd_has(function: str, tokens: list[tuple[str, str]], at: int) -> list[str]:
    """Find `has` on anything but a selection: the operator's validator and cel-go refuse it."""
    if function != "has":
        return []
    depth = 0
    for end in range(at + 1, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[end][1], 0)
        if depth == 0:
            selects = tokens[end - 1][0] == "name" and tokens[end - 2][1] == "."
            return [] if selects else ["`has` on something that is no selection"]
    return ["an unclosed `has`"]
