"""Names that Kubernetes keeps to itself: all that anything could compare a caller's with, and one for all the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count

from compiler.cel.tree import Expr, Str
from compiler.program.ir import Program
from compiler.program.mentioned import mentioned
from compiler.program.methods import RESERVED_PREFIX, Introspection, Oidc
from compiler.prove.targets import walk


def reserved_by(program: Program) -> tuple[str, ...]:
    """Give those that the Program mentions, where a way in has to leave any out."""
    if not any(isinstance(method, (Oidc, Introspection)) for method in program.platform.methods):
        return ()
    groups, users = mentioned((program,))
    return tuple(sorted(name for name in groups | users if name.startswith(RESERVED_PREFIX)))


def reserved_names(mentioned: tuple[str, ...], texts: Iterable[str], tree: Callable[[str], Expr]) -> tuple[str, ...]:
    """Give all names that an expression or the Program could compare with, and one more; nothing where nothing asks.

    Raises:
        UnsupportedError: a text does not parse.
    """
    asking = [text for text in dict.fromkeys(texts) if RESERVED_PREFIX in text]
    if not any("startsWith" in text for text in asking) and not mentioned:
        return ()
    found = dict.fromkeys(mentioned)
    for text in asking:
        literals = (node.value for node in walk(tree(text)) if isinstance(node, Str))
        found.update(dict.fromkeys(one for one in literals if one.startswith(RESERVED_PREFIX) and one != RESERVED_PREFIX))
    fresh = next(name for number in count() if (name := f"{RESERVED_PREFIX}anything-{number}") not in found)
    return (*found, fresh)
