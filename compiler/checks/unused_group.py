"""A declared group that nothing mentions is a leftover, or a reference that was forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import warning
from compiler.diagnostics.model import Diagnostic
from compiler.intent.intent import Intent
from compiler.intent.references import references_but_of_budgets


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report groups without a reference, unless something was refused that may have used them."""
    if any(len(names) > len(getattr(intent, section)) for section, names in intent.declared.items()):
        return
    used = {name for several in references_but_of_budgets(intent) if several.section == "groups" for name in several.names}
    for group in intent.groups.values():
        if group.name not in used:
            yield warning(
                "unused-group",
                f"the group `{group.name}` is declared and never used",
                group.place.on_key(),
                "its members get nothing from it",
                help="use it, or remove the declaration",
            )
