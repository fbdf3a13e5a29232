"""What callers and requests can differ in, as far as any expression or the Program can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from compiler.program.ir import SUBSCRIPTION_HEADER
from compiler.prove.formula import FALSE, TRUE, Fact, Formula, Variable
from compiler.prove.terms import Terms

# The identity as a TokenReview leaves it: Authorino leaves out what is empty, so a key is there exactly if it holds
# something. A user with neither a name nor groups still has a uid.
USER: Final = Fact("identity", "user")
USERNAME: Final = Fact("identity", "username", (USER,))
GROUPS: Final = Fact("identity", "groups", (USER,))

# Some header beside those whose value matters.
HEADERS: Final = Fact("headers", "any")

# The exported key of the entry that meters the request, as the limits see it.
SELECTED: Final = Variable(10, "selected")

# The path with its query string.
TARGET: Final = Variable(20, "target")

_HEADER_LEVEL: Final = 30


def username(name: str) -> Fact:
    """The raw user name is this one; a raw user name is never empty."""
    return Fact("username", name, (USERNAME, USER), exclusive=True)


def group(name: str) -> Fact:
    """One of the raw groups has this name."""
    return Fact("group", name, (GROUPS, USER))


def part(name: str) -> Fact:
    """One of the raw groups has a comma in its name, and this between two of its commas."""
    return Fact("part", name, (GROUPS, USER))


def header(name: str) -> Fact:
    """The request has this header; for headers whose value matters there is a variable instead."""
    return Fact("header", name, (HEADERS,))


def header_value(name: str) -> Variable:
    """The value of a header; None when the request has none of that name."""
    return Variable(_HEADER_LEVEL, name)


@dataclass(frozen=True)
class World:
    """The requests of one model: the headers whose values matter, and a path with query for each kind of request.

    `targets` are paths with query, such that every other path below the model is treated like one of them.
    """

    terms: Terms
    targets: tuple[str, ...]
    valued: tuple[str, ...] = (SUBSCRIPTION_HEADER,)

    def has_header(self, name: str) -> Formula:
        """Tell whether the request has a header."""
        if name != name.lower():
            return FALSE  # both Authorino and the filter know headers by their lower-case names
        if name in self.valued:
            return self.terms.switch(header_value(name), {None: FALSE}, TRUE)
        return self.terms.fact(header(name))

    def has_headers(self) -> Formula:
        """Tell whether the request has any header at all."""
        valued = [self.has_header(name) for name in self.valued]
        return self.terms.any([*valued, self.terms.fact(HEADERS)])

    def is_target(self, target: str) -> Formula:
        """Tell whether the request is for this path and query."""
        if target == self.targets[-1]:
            return self.terms.switch(TARGET, dict.fromkeys(self.targets[:-1], FALSE), TRUE)
        return self.terms.switch(TARGET, {target: TRUE}, FALSE)
