"""What callers and requests can differ in, as far as any expression or the Program can tell."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

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

# The entry that a credential is bound to, as the credential says it: by its key, or by the name of its team. None where
# the credential says nothing.
BOUND: Final = Variable(15, "bound")
TEAM: Final = Variable(16, "team")

# The credential says which models it opens.
MODELS: Final = Fact("identity", "models")

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


def opens(name: str) -> Fact:
    """The credential opens the model that is called so."""
    return Fact("model", name, (MODELS,))


def an_object(path: str) -> Fact:
    """The identity has an object at this path, whatever is in it."""
    return Fact("object", path)


def claim(selector: str, operator: str, value: str) -> Fact:
    """What a selector finds in the identity compares so with a text."""
    return Fact("claim", f"{selector} {operator} {value}")


def compared(fact: Fact) -> tuple[str, str, str]:
    """Give selector, operator and text of a claim."""
    selector, operator, value = fact.name.split(" ", 2)
    return selector, operator, value


def header(name: str) -> Fact:
    """The request has this header; for headers whose value matters there is a variable instead."""
    return Fact("header", name, (HEADERS,))


def header_value(name: str) -> Variable:
    """The value of a header; None when the request has none of that name."""
    return Variable(_HEADER_LEVEL, name)


class World(Struct, frozen=True):
    """The requests of one model: the headers whose values matter, and a path with query for each kind of request.

    `targets` are paths with query, such that every other path below the model is treated like one of them. `reserved` are
    names that Kubernetes keeps to itself: all that anything mentions, and one that stands for the others.
    """

    terms: Terms
    targets: tuple[str, ...]
    valued: tuple[str, ...] = (SUBSCRIPTION_HEADER,)
    reserved: tuple[str, ...] = ()

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
