"""What an expression may read of the identity that each kind of method leaves: fields, each absent or of its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from compiler.cel.environment import TOKEN_REVIEW
from compiler.cel.kinds import Items, Kind, Record, Table, Text
from compiler.program.methods import ApiKey, ClaimPath, Introspection, Method, Oidc, TierToken, TokenReview


def fields(method: Method) -> Record:
    """Give the identity before any override."""
    match method:
        case TokenReview() | TierToken():
            return TOKEN_REVIEW
        case Oidc():
            return _record({method.username: Text(), method.groups: Items(Text())})
        case ApiKey():
            return _record({("metadata", "annotations"): Table(Text())})
        case Introspection():
            texts, lists = (method.user, method.team), (method.groups, method.models)
            return _record(dict.fromkeys(texts, Text()) | dict.fromkeys(lists, Items(Text())))
        case _:
            assert_never(method)


def _record(leaves: Mapping[ClaimPath, Kind]) -> Record:
    inside: dict[str, dict[ClaimPath, Kind]] = {}
    for path, kind in leaves.items():
        inside.setdefault(path[0], {})[path[1:]] = kind
    return Record(possible={name: below[()] if () in below else _record(below) for name, below in inside.items()})
