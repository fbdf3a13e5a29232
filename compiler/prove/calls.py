"""The functions of strings and lists that expressions may call."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.program.methods import RESERVED_PREFIX
from compiler.prove.algebra import Algebra
from compiler.prove.formula import FALSE, TRUE, Formula
from compiler.prove.values import Joined, Sequence, Symbol, Text, Truth, UnsupportedError, Value


def called(algebra: Algebra, name: str, target: Value, argument: str, reserved: Iterable[str] = ()) -> Value:
    """Give `target.name(argument)`, which is never an error of the expression; `reserved` are the names of a World.

    Raises:
        UnsupportedError: the function, or what it is called on, is not understood.
    """
    match name, target:
        case "split", Text() | Joined():
            return algebra.split(target, argument)
        case "join", Sequence():
            if not all(isinstance(item.value, Text) for found in target.alternatives for item in found.items):
                raise UnsupportedError("a join of something else than strings")
            return Joined(target, argument)
        case "startsWith", Text() if argument == RESERVED_PREFIX:
            # Of names that nobody knows, all that begin so are treated like the one that stands for them.
            known = (choice for _, choice in target.choices if isinstance(choice, str) and choice.startswith(argument))
            return Truth(algebra.among(target, dict.fromkeys((*reserved, *known), TRUE)))
        case (("startsWith" | "endsWith"), Text()):
            return Truth(algebra.terms.any(_fits(name, choice, argument, guard) for guard, choice in target.choices))
        case _:
            raise UnsupportedError(f"the function `{name}` on a value of this type")


def _fits(name: str, choice: str | Symbol, argument: str, guard: Formula) -> Formula:
    if not isinstance(choice, str):
        raise UnsupportedError(f"`{name}` on a string that is unknown")
    fits = choice.startswith(argument) if name == "startsWith" else choice.endswith(argument)
    return guard if fits else FALSE
