"""Every name that is used is defined: a misspelt one would allow, limit or lock out nobody it was meant for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic
from compiler.diagnostics.suggest import closest
from compiler.intent.intent import Intent
from compiler.intent.references import Reference, references, user_aliases

_CODES: Final[Mapping[str, tuple[str, str, str]]] = {
    "groups": ("unknown-group", "group", "no caller would ever match it: 403 for those it was meant for"),
    "users": ("unknown-user", "user", "no caller would ever match it: 403 for the one it was meant for"),
    "models": ("unknown-model", "model", "ignored: no manifest is made for a model that is not there"),
    "tiers": ("unknown-tier", "tier", "no caller has it: 403 for those it was meant for"),
    "subscriptions": ("unknown-subscription", "subscription", "the key is bound to nothing: 403 for whoever calls with it"),
    "policies": ("unknown-policy", "policy", "the team would have no budget: 403 for its members"),
}


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report each reference that leads nowhere."""
    known = {section: set(names) for section, names in intent.declared.items()}
    known["users"] |= set(user_aliases(intent))
    for reference in references(intent):
        if reference.name not in known[reference.section]:
            yield _unknown(reference, known[reference.section], intent.platform.spec.model_namespace)


def _unknown(reference: Reference, known: set[str], namespace: str | None) -> Diagnostic:
    code, kind, effect = _CODES[reference.section]
    suggestion = closest(reference.name, sorted(known))
    if suggestion and "/" not in reference.written:
        suggestion = suggestion.removeprefix(f"{namespace}/")
    advice = f"did you mean `{suggestion}`?" if suggestion else f"define it under `{reference.section}:`"
    return error(code, f"unknown {kind} `{reference.written}`", reference.place, effect, help=advice)
