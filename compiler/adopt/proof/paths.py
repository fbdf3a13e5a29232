"""The paths that need telling apart: one for each way in which all tests of paths, of both sides together, can come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from typing import Final, Literal

from msgspec import Struct

from compiler.cel.tree import Compare, Concat, Expr, Has, Ident, Index, Int, ListLit, MapLit, Method, Select, Str, Ternary
from compiler.prove.segments import Segments, segments
from compiler.prove.values import UnsupportedError

_REQUEST: Final = Ident("request")
_PLACES: Final = ("path", "url_path")
_PATHS: Final = tuple(Select(_REQUEST, name) for name in _PLACES)
# Characters for "anything else", of which the first that no test mentions is used.
_FRESH: Final = "~*+@$"
_MOST: Final = 40_000
_KINDS: Final = 200
_USUAL: Final = "v1/chat/completions"


class Test(Struct, frozen=True):
    """One test of a path; `whole` tells whether it sees the query as well."""

    kind: Literal["equal", "start", "end"]
    text: str
    whole: bool

    def holds(self, path: str, query: str | None) -> bool:
        """Test a path with a query, or with none."""
        seen = path if query is None or not self.whole else f"{path}?{query}"
        match self.kind:
            case "equal":
                return seen == self.text
            case "start":
                return seen.startswith(self.text)
            case "end":
                return seen.endswith(self.text)


class _Tests(Struct, frozen=True):
    """All tests: of whole paths, and of the segments at some places."""

    texts: tuple[Test, ...]
    segments: tuple[Segments, ...]

    def outcome(self, path: str, query: str | None) -> tuple[object, ...]:
        """Give all that any test can tell of a path."""
        parts = path.split("/")
        told = [test.holds(path, query) for test in self.texts]
        places = [
            (index, parts[index] if index < len(parts) and parts[index] in one.strings else index < len(parts))
            for one in self.segments
            for index in sorted(one.indices)
        ]
        return (*told, *places)


def distinguished(prefix: str, listing: str, trees: Iterable[Expr]) -> tuple[str, ...]:
    """Give paths below a prefix, some with a query, such that every other is tested like one of them; the usual one first.

    Each segment of any path either equals a word of some test, or begins and ends like one or like none; segments that no
    test can reach, from the front or from the end, need not be there.

    Raises:
        UnsupportedError: a path is looked at in another way, or there are too many kinds.
    """
    tests = _tests(trees, len(prefix.split("/")))
    texts = [test.text for test in tests.texts]
    fresh = next((one for one in _FRESH if all(one not in text for text in (*texts, prefix, listing))), None)
    if fresh is None or any("?" in text for text in texts):
        raise UnsupportedError("a path with characters that could stand for something else")
    queries: list[str | None] = [None]
    if any(test.whole for test in tests.texts):
        ends = dict.fromkeys(["", *(test.text for test in tests.texts if test.kind == "end" and test.whole)])
        queries += [fresh + end for end in ends]
    found: dict[tuple[object, ...], str] = {}
    for path in (f"{prefix}/{_USUAL}", listing, prefix, f"{prefix}/", *_candidates(prefix, fresh, tests)):
        for query in queries:
            found.setdefault(
                (path == listing, query is None, *tests.outcome(path, query)), path if query is None else f"{path}?{query}"
            )
    if len(found) > _KINDS:
        raise UnsupportedError("too many kinds of path")
    return tuple(found.values())


def _candidates(prefix: str, fresh: str, tests: _Tests) -> Iterator[str]:
    below, own = f"{prefix}/", len(prefix.split("/"))
    # The last segments may be any of these; the first ones also what is asked for at their places.
    back, ends, longest = {fresh}, [""], 0
    for text in dict.fromkeys(test.text for test in tests.texts if test.kind == "end"):
        first, *rest = text.split("/")
        # The first part is the end of a segment, and the others are whole ones.
        back |= {*rest, first, fresh + first}
        ends.append(first)
        longest = max(longest, 1 + len(rest))
    front: dict[int, set[str]] = {}
    for one in tests.segments:
        for index in one.indices:
            front.setdefault(index - own, set()).update(word for word in one.strings if "/" not in word)
    for test in (test for test in tests.texts if test.kind != "end" and test.text.startswith(below)):
        parts = test.text.removeprefix(below).split("/")
        for place, word in enumerate(parts):
            front.setdefault(place, set()).add(word)
        if test.kind == "start":
            front[len(parts) - 1] |= {parts[-1] + fresh + end for end in ends}
    most = max(front, default=-1) + 1 + longest + 1
    usual = sorted(back - {""}, key=lambda word: (word != fresh, word))
    words = [[*usual, *sorted(front.get(place, set()) - {"", *usual})] for place in range(most)]
    paths = (below + "/".join(mix) for length in range(1, most + 1) for mix in product(*words[:length]))
    found = list(islice(paths, _MOST + 1))
    if len(found) > _MOST:
        raise UnsupportedError("too many kinds of path")
    yield from found


def _tests(trees: Iterable[Expr], shared: int) -> _Tests:
    texts: dict[Test, None] = {}
    about: dict[Segments, None] = {}
    waiting: list[object] = list(trees)
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting += node
            continue
        if not isinstance(node, Struct):
            continue
        known = _known(node, shared)
        if known is None:
            if node in _PATHS or (isinstance(node, Index) and node.operand == _REQUEST):
                raise UnsupportedError("a path that is taken apart in a way that a proof does not follow")
            waiting += [getattr(node, name) for name in node.__struct_fields__]
        elif isinstance(known, Segments):
            about[known] = None
        else:
            texts.update(dict.fromkeys(known))
    return _Tests(tuple(texts), tuple(about))


def _known(node: object, shared: int) -> Sequence[Test] | Segments | None:
    """Give what a node tests of the path; nothing where it looks at a segment that all paths of the model share."""
    match node:
        case Compare("==" | "!=", Select() as place, Str(text)) | Compare("==" | "!=", Str(text), Select() as place):
            return (Test("equal", text, _whole(place)),) if place in _PATHS else None
        case Compare("in", Select() as place, ListLit(items)) if place in _PATHS:
            if any(not isinstance(item, Str) for item in items):
                return None
            return [Test("equal", item.value, _whole(place)) for item in items if isinstance(item, Str)]
        case Compare("in", Select() as place, MapLit(entries)) if place in _PATHS:
            return [Test("equal", key, _whole(place)) for key, _ in entries]
        case Method(Select() as place, "startsWith" | "endsWith" as name, (Str(text),)) if place in _PATHS:
            return (Test("start" if name == "startsWith" else "end", text, _whole(place)),)
        case Has(place) if place in _PATHS:
            # A request always has a path.
            return ()
        case Index(operand, Int(number)) if number < shared and _is_split(operand):
            return ()
        case Index() as found:
            return segments(found)
        case _:
            return None


def _is_split(node: Expr) -> bool:
    """Tell whether these are the segments of the path, with or without something behind them."""
    match node:
        case Concat((first, *_)):
            return _is_split(first)
        case Method(Ternary(Has(there), then, Str("")), "split", (Str("/"),)):
            return there == then and then in _PATHS
        case Method(target, "split", (Str("/"),)):
            return target in _PATHS
        case _:
            return False


def _whole(place: Select) -> bool:
    return place.field == "path"
