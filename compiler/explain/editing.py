"""One line of the configuration changed: what all kinds of edits share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.explain.question import Question
from compiler.intent.intent import Intent, Item

Section = Literal["access", "subscriptions", "tiers", "models", "policies", "teams"]


class Edit(Struct, frozen=True):
    """One line to change at `place`, and the configuration after it; `reach` is 0 where only the caller is touched, else 1."""

    says: str
    place: Place
    reach: int
    intent: Intent


def edited(intent: Intent, section: Section, item: Item[Any], **update: object) -> Intent:
    """Give the configuration with other values in one item."""
    items = dict(getattr(intent, section))
    key = next(name for name, one in items.items() if one is item)
    items[key] = replace(item, spec=item.spec.changed(**update))
    changed: dict[str, Any] = {section: items}
    return replace(intent, **changed)


def subjects(of: Question) -> Iterator[tuple[Literal["users", "groups"], str]]:
    """Give what stands for the caller alone: the user if it is declared, else its one declared group of its own."""
    if of.named and of.caller.userid in of.intent.users:
        yield "users", of.caller.userid
        return
    groups = [group for group in sorted(of.caller.groups) if group in of.intent.groups and not group.startswith("system:")]
    if len(groups) == 1:
        yield "groups", groups[0]
