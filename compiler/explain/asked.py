"""A question as somebody asks it, and the refusal of one that cannot be meant."""

from __future__ import annotations

from msgspec import Struct


class UnaskableError(ValueError):
    """The question names what is not there, or contradicts itself; `advice` says what to ask instead."""

    def __init__(self, headline: str, advice: str) -> None:
        super().__init__(headline)
        self.headline = headline
        self.advice = advice


class Asked(Struct, frozen=True):
    """A question as it was asked: `headers` as `name: value`, `path` with its query string, None for the default.

    `key` is an API key as `team/alias`, with all that it says of its caller; `bound` is the entry that a credential is bound
    to whose kind is.
    """

    model: str
    user: str | None = None
    groups: tuple[str, ...] = ()
    method: str | None = None
    headers: tuple[str, ...] = ()
    path: str | None = None
    credential: bool = True
    key: str | None = None
    bound: str | None = None


def advice(suggestion: str | None, otherwise: str) -> str:
    """Ask whether a suggestion is meant, or say something else."""
    return f"did you mean `{suggestion}`?" if suggestion else otherwise
