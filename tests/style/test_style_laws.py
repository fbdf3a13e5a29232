"""Laws of the layout, on random texts with comments in odd places: it is settled at once, and loses and changes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.intent.digest import digest
from compiler.intent.parse import parse
from compiler.source.load import load_text
from compiler.style.layout import comments, formatted

ROOT = Path(__file__).parents[2]
CONFIGS = sorted(
    [*ROOT.glob("config/**/*.yaml"), *ROOT.glob("tests/cases/*/config/*.yaml"), *ROOT.glob("compiler/cli/starter/*.yaml")]
)

WORDS = st.sampled_from(
    ["a", "b c", "free-user", "system:authenticated", "1m", "60", "'it''s'", '"q \\"x\\" # no"', "~", "", "*"]
)
PLAIN = WORDS.filter(lambda word: word != "*")
KEYS = st.sampled_from(
    ["level", "groups", "tiers", "description", "models", "limit", '"window"', "kind", "backend", "it's", "per"]
)
NOTES = st.sampled_from(["", "", "", " # why", "   #loose", "  # a: b, [c] {d}"])
ABOVE = st.lists(st.sampled_from(["", "# own line", "#tight", "# - a: b"]), max_size=3)


class Author:
    """Writes a random text as a careless author would."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.lines: list[str] = []

    def above(self, indent: int) -> None:
        """Write comments and blank lines above something."""
        for comment in self.draw(ABOVE):
            shift = self.draw(st.integers(0, 3))
            self.lines.append(f"{' ' * (indent + shift)}{comment}" if comment else self.draw(st.sampled_from(["", "  "])))

    def block(self, indent: int, depth: int, start: str = "") -> None:
        """Write a collection; `start` is what its first line begins with instead of white space."""
        mapping = self.draw(st.booleans())
        keys = self.draw(st.lists(KEYS, min_size=1, max_size=4, unique=True))
        for number, key in enumerate(keys):
            pad = start if start and not number else " " * indent
            if not (start and not number):
                self.above(indent)
            self.entry(f"{pad}{key}:" if mapping else f"{pad}-", indent, depth, mapping=mapping)

    def entry(self, start: str, indent: int, depth: int, *, mapping: bool) -> None:
        """Write the value of a key or a dash."""
        below = indent + self.draw(st.integers(1, 4))
        kind = self.draw(st.sampled_from(["leaf", "flow", "long", "text", *(["block", "block", "compact"] if depth else [])]))
        if kind == "block":
            self.lines.append(f"{start}{self.draw(NOTES)}")
            self.above(below)
            self.block(below, depth - 1)
        elif kind == "compact" and not mapping:
            gap = " " * self.draw(st.integers(1, 3))
            self.block(indent + 1 + len(gap), depth - 1, f"{start}{gap}")
        elif kind == "flow":
            self.lines.append(f"{start} {self.flow(2, below)}{self.draw(NOTES)}")
        elif kind == "long":
            self.lines += [f"{start} some words", f"{' ' * below}and more", f"{' ' * below}of them{self.draw(NOTES)}"]
        elif kind == "text":
            header = self.draw(st.sampled_from(["|", ">", "|-", ">+", "|  # said"]))
            self.lines += [f"{start} {header}", f"{' ' * below}first # no comment", "", f"{' ' * below}  second"]
        else:
            self.lines.append(f"{start} {self.draw(PLAIN)}{self.draw(NOTES)}")

    def flow(self, depth: int, indent: int) -> str:
        """Give a collection in brackets."""
        broken = self.draw(st.booleans())
        mapping = self.draw(st.booleans())
        keys = self.draw(st.lists(KEYS, max_size=3, unique=True))
        end = f"\n{' ' * (indent + 1)}" if broken else self.draw(st.sampled_from(["", " "]))
        items = []
        for number, key in enumerate(keys):
            value = (
                self.flow(depth - 1, indent)
                if depth and self.draw(st.booleans())
                else self.draw(st.sampled_from(["x", "1", "y z"]))
            )
            comma = "," if number < len(keys) - 1 else ""
            note = self.draw(NOTES) if broken else ""
            items.append(f"{f'{key}: ' if mapping else ''}{value}{comma}{note}")
        inner = end.join([*([""] if items else []), *items, ""]) if broken else f"{end}{' '.join(items)}{end}"
        return f"{{{inner}}}" if mapping else f"[{inner}]"


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Give a text of one or two documents."""
    author = Author(draw)
    for number in range(draw(st.integers(1, 2))):
        if number or draw(st.booleans()):
            author.above(0)
            author.lines.append(f"---{draw(NOTES)}")
        author.above(0)
        author.block(0, 3)
    author.above(0)
    breaks = draw(st.sampled_from(["\n", "\r\n"]))
    return breaks.join(author.lines) + breaks * draw(st.integers(1, 3))


def _data(text: str) -> str:
    documents, found = load_text("x.yaml", text.encode())
    assert not found, found
    return json.dumps([document.data for document in documents], sort_keys=True)


@settings(max_examples=100, deadline=None)
@given(texts())
def test_the_layout_is_settled_at_once_and_keeps_meaning_and_comments(text: str) -> None:
    if load_text("x.yaml", text.encode())[1]:
        return
    once, found = formatted("x.yaml", text.encode())
    assert once is not None, found
    assert _data(once) == _data(text)
    twice, _ = formatted("x.yaml", once.encode())
    assert twice == once
    assert comments("x.yaml", once) == comments("x.yaml", text.replace("\r\n", "\n"))
    # What stands on a line by itself is a comment to everybody.
    own = re.findall(r"^ *(# own line|#tight|# - a: b)$", text.replace("\r", ""), re.MULTILINE)
    assert sorted(own) == sorted(re.findall(r"^ *(# own line|#tight|# - a: b)$", once, re.MULTILINE))
    assert once.endswith("\n")
    assert not once.endswith("\n\n") or "+" in text


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(CONFIGS), st.data())
def test_a_configuration_with_comments_anywhere_keeps_its_intent(path: Path, data: st.DataObject) -> None:
    before = path.read_text(encoding="utf-8")
    lines = before.split("\n")
    for number in data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=8)):
        note = f"# note {number}"
        lines[number] = f"{lines[number]} {note}" if data.draw(st.booleans()) else f"{note}\n{lines[number]}"
    text = "\n".join(lines)
    once, found = formatted(path.name, text.encode())
    assert once is not None, found
    assert _digest(once) == _digest(before)
    assert formatted(path.name, once.encode())[0] == once
    assert sorted(re.findall(r"# note \d+", once)) == sorted(re.findall(r"# note \d+", text))


def _digest(text: str) -> str:
    intent, _ = parse(load_text("x.yaml", text.encode())[0])
    return digest(intent) if intent else json.dumps([one.data for one in load_text("x.yaml", text.encode())[0]], sort_keys=True)


@pytest.mark.parametrize(
    "path",
    [*sorted(ROOT.glob("config/**/*.yaml")), *sorted(ROOT.glob("compiler/cli/starter/*.yaml"))],
    ids=lambda path: str(path.name),
)
def test_what_this_repository_writes_is_laid_out_so(path: Path) -> None:
    assert formatted(path.name, path.read_bytes())[0] == path.read_text(encoding="utf-8")
