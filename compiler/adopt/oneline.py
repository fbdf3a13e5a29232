"""Puts texts that may hold anything a name in a cluster can hold where a line is one statement: comments, items of a list."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Give a text on one line, with whatever no file may hold as it is spelt as an escape."""
    line = " ".join(text.split())
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in line)
