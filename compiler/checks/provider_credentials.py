"""A provider's key is put in by the policy of a route, travels encrypted, and lies where no caller is."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error, warning
from compiler.diagnostics.model import Diagnostic, Note
from compiler.lower.lower import tier_namespace
from compiler.program.backends import ExternalModel
from compiler.program.ir import Attach, Program


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report keys that nobody would put in, that would be sent in the clear, or that lie with a tier's accounts."""
    platform = program.platform
    homes = {tier_namespace(platform.gateway.name, tier.name): tier for tier in program.tiers}
    for model in program.models:
        if not isinstance(model.backend, ExternalModel) or (key := model.backend.credential) is None:
            continue
        place = model.origin.at("backend", "credential")
        if platform.attach is Attach.GATEWAY:
            yield error(
                "credential-needs-routes",
                f"the key of `{model.id}` needs a policy on its route, and `attach: gateway` makes none",
                place,
                "the provider would get no key, or every backend would get it",
                Note("attachment chosen here", platform.origin.at("attach")),
                help="use `attach: route`",
            )
        if key.namespace in homes:
            yield error(
                "exposed-credential",
                f"the Secret `{key.secret}` is in `{key.namespace}`, with the accounts of the tier `{homes[key.namespace].name}`",
                place,
                "whoever may read there has the platform's key, and is neither limited nor counted with it",
                help="keep it beside the model, or in a namespace of its own",
            )
        if not model.backend.tls:
            yield warning(
                "plaintext-credential",
                f"the key of `{model.id}` is sent without encryption",
                model.origin.at("backend", "tls"),
                "whoever is on the way to the provider reads the key, and all prompts and answers",
                help="leave out `tls: false`, or the credential",
            )
