"""A backend that serves ServiceAccounts alone is called by nobody else, and one that asks nobody is known to."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error, warning
from compiler.diagnostics.model import Diagnostic, Note
from compiler.program.ir import Model, Program, Subjects
from compiler.program.methods import Method, kind_of, understood_by_cluster, vouches_for_group, vouches_for_user
from compiler.program.platform import BackendAuthorization


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report callers whom the gateway lets through and the backend refuses, and backends that rely on the gateway."""
    for model in program.models:
        if model.backend_authorization is BackendAuthorization.SERVICE_ACCOUNT and not model.chat_proxy:
            foreign = [
                one for one in program.platform.methods if not understood_by_cluster(one) and _reaches(program, model, one)
            ]
            if foreign:
                yield _refused(model, foreign)
        elif model.backend_authorization is BackendAuthorization.GATEWAY:
            yield warning(
                "backend-asks-nobody",
                f"the backend of `{model.id}` serves whoever reaches it",
                model.origin.at("backendAuthorization"),
                "whoever reaches its Service inside the cluster is not asked, and not counted",
                help="keep others from its Service, with a NetworkPolicy that lets the Gateway alone in",
            )


def _refused(model: Model, foreign: list[Method]) -> Diagnostic:
    names = ", ".join(f"`{method.name}`" for method in foreign)
    return error(
        "backend-refuses-callers",
        f"the backend of `{model.id}` serves ServiceAccounts alone, and callers by {names} are none",
        model.origin.at("backendAuthorization"),
        "the gateway lets them through and cannot exchange their credential: 401 or 403 from the backend for all of them",
        *(Note(f"`{method.name}` is of kind `{kind_of(method)}`", method.origin) for method in foreign),
        help=(
            f"give such callers ServiceAccount tokens (`tierToken`), and let in no group that {names} could tell of; "
            "or send chats through the MaaS API, which calls as a ServiceAccount: `chatProxy: true`; "
            "or let the gateway alone decide: `backendAuthorization: gateway`"
        ),
    )


def _reaches(program: Program, model: Model, method: Method) -> bool:
    """Tell whether a caller of the method may call the model."""
    projected = frozenset(tier.projected for tier in program.tiers)
    admitted = [
        *(grant.subjects for grant in model.grants),
        *(tier.members for tier in program.tiers if tier.name in model.tiers),
    ]
    return any(_vouches(method, subjects, projected) for subjects in admitted)


def _vouches(method: Method, subjects: Subjects, projected: frozenset[str]) -> bool:
    groups = any(vouches_for_group(method, group, projected) for group in subjects.groups)
    return groups or any(vouches_for_user(method, user) for user in subjects.users)
