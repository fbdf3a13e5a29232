"""Which models an object of a dump is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from compiler.adopt.draft import Draft
from compiler.adopt.gather import Dump
from compiler.adopt.objects import Object
from compiler.adopt.planned import Planned
from compiler.adopt.policies import POLICIES, target
from compiler.adopt.ways import is_known, methods
from compiler.diagnostics.model import Diagnostic, Severity
from compiler.program.ir import SUBSCRIPTION_HEADER

# What is not on a route is about all models that there are.
_EVERYWHERE: Final = ("Gateway", "Role", "RoleBinding")


class Reach(Struct, frozen=True):
    """Tells by the routes of a dump; `models` are all that were taken over."""

    draft: Draft
    models: tuple[str, ...]

    def of(self, one: Object) -> tuple[str, ...]:
        """Give the models that an object is about: a route's, or all of them for what is on the Gateway."""
        kind, name = target(one) if one.kind != "HTTPRoute" else ("HTTPRoute", one.name)
        if kind == "Gateway" or one.kind in _EVERYWHERE:
            return self.models
        model = self.draft.routes.get((one.namespace, name))
        return (model,) if model is not None else ()

    def closed(self, findings: Sequence[Diagnostic], objects: Sequence[Object | None]) -> dict[str, str]:
        """Give the models whose answers are worth nothing, because a policy on them is not understood, and why."""
        found: dict[str, str] = {}
        for finding in findings:
            one = objects[finding.place.document] if finding.place is not None and finding.place.file == "dump" else None
            if finding.severity is Severity.ERROR and one is not None:
                for model in self.of(one):
                    found.setdefault(model, f"{one.said}: {finding.headline}")
        return found

    def planned(self, found: Planned) -> dict[str, str]:
        """Give the models with plans of which nothing is known, and why."""
        return {model: f"{one.said}: {why}" for one, why in found.refused for model in self.of(one)}

    def unasked(self, dump: Dump) -> dict[str, tuple[str, ...]]:
        """Give by model the ways in that no method of the configuration is for."""
        found: dict[str, list[str]] = {}
        for one in dump.of("AuthPolicy"):
            lost = [f"`{name}` of the AuthPolicy {one.id}" for name, method in methods(one) if not is_known(one, name, method)]
            for model in self.of(one) if lost else ():
                found.setdefault(model, []).extend(lost)
        return {model: tuple(names) for model, names in found.items()}

    def looking(self, dump: Dump) -> frozenset[str]:
        """Give the models with a policy that looks at the header by which callers ask for a subscription."""
        policies = (one for one in dump.of(*POLICIES) if SUBSCRIPTION_HEADER in str(one.spec))
        return frozenset(model for one in policies for model in self.of(one))
