"""A group whose name holds a comma cannot cross the bridge of groups, which joins names by commas."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.intent.intent import Intent


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report such groups where `bridge: groups` is chosen."""
    if intent.platform.spec.bridge != "groups":
        return
    for group in intent.groups.values():
        if "," in group.name:
            yield error(
                "comma-in-group",
                f"the group `{group.name}` holds a comma",
                group.place.on_key(),
                "the gateway would read it as several groups: a member could pass for a member of another group",
                help="rename the group, or choose `bridge: selected`",
            )
