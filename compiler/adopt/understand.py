"""From the objects of a dump to the configuration that says the same."""

from __future__ import annotations

import re
from typing import Final

from compiler.adopt.budgets import budgets
from compiler.adopt.draft import Draft, mentioned
from compiler.adopt.elsewhere import divided
from compiler.adopt.gather import Dump
from compiler.adopt.keys import keys
from compiler.adopt.models import routed, routes, services
from compiler.adopt.plans import plans
from compiler.adopt.platform import Wanted, gateway_of, platform
from compiler.adopt.resources import resources
from compiler.adopt.routes import by_hand
from compiler.adopt.tiers import of_models, tiers
from compiler.cel.printer import spellable
from compiler.diagnostics.model import Diagnostic
from compiler.intent.parse import DEFAULT_NAMES

# Kinds of which no part becomes configuration, and why.
_WHOLE: Final = {
    "TelemetryPolicy": "says what is measured, and decides about no request",
    "OIDCPolicy": "logs callers in by a browser",
    "DNSPolicy": "is about names, and decides about no request",
    "TLSPolicy": "is about certificates, and decides about no request",
    "Secret": "holds an API key: it goes on working once it has what a method `kind: apiKey` reads, and its key is in no file",
    "GRPCRoute": "leads to no model that is called by HTTP",
}
_ELSEWHERE: Final = {
    "AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy", "PlanPolicy", "HTTPRoute", "Gateway", "LLMInferenceService",
    "ConfigMap", "Role", "RoleBinding", "ExternalModel", "MaaSModel", "MaaSModelRef", "MaaSAuthPolicy", "MaaSSubscription",
    "ExternalSecret",
}  # fmt: skip


def understand(dump: Dump, wanted: Wanted) -> tuple[Draft, Diagnostic | None]:
    """Give the configuration of a dump, and what stands in the way of it if anything does."""
    draft = Draft()
    gateway = gateway_of(dump, wanted)
    if isinstance(gateway, Diagnostic):
        return draft, gateway
    name, found = gateway
    dump, draft.left = divided(dump, name)
    tiers(dump, draft)
    resources(dump, draft)
    services(dump, draft)
    routed(dump, draft)
    routes(dump, draft)
    of_models(dump, draft, name.rpartition("/")[2])
    by_hand(dump, draft)
    plans(dump, draft)
    budgets(draft)
    for one in dump.objects:
        if one.kind in _WHOLE or one.kind not in _ELSEWHERE:
            draft.leave(one, _WHOLE.get(one.kind, "is of a kind that nothing is made of"))
    problem = platform(dump, draft, name, found, wanted)
    if problem is not None:
        return draft, problem
    keys(dump, draft)
    _people(draft)
    _finish(draft)
    return draft, None


def _people(draft: Draft) -> None:
    """Declare all groups and users that are named; those of Kubernetes itself are marked."""
    groups, users = mentioned(draft)
    for group in sorted(groups):
        draft.add("groups", group, {"builtin": True} if group.startswith("system:") else {})
    for user in sorted(users):
        draft.add("users", user, {})
    odd = [name for name in (*groups, *users) if not re.fullmatch(DEFAULT_NAMES, name) and spellable(name)]
    if odd:
        extra = "".join(sorted({re.escape(letter) for name in odd for letter in name if not re.match(r"[A-Za-z0-9]", letter)}))
        draft.platform.data["names"] = f"[A-Za-z0-9:._@/+{extra}-]+"
        draft.platform.remarks.append("some names have characters that are not usual in one")


def _finish(draft: Draft) -> None:
    """Take out what only helped to put things together."""
    for entry in draft.sections["models"].values():
        entry.data["backend"].pop("of", None)
