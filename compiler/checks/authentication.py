"""Each way in has a name of its own, and credentials that no other one takes."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Note, Place
from compiler.program.ir import Attach, Bridge, Program
from compiler.program.methods import (
    ApiKey,
    Credential,
    Introspection,
    Method,
    Oidc,
    TierToken,
    TokenReview,
    binds,
    credentials_of,
)

_WRITTEN = {TokenReview: "audiences", TierToken: "audience", Oidc: "issuer", ApiKey: "labels", Introspection: "endpoint"}


def on_program(program: Program) -> Iterator[Diagnostic]:
    """Report methods of one name, credentials that two methods accept, and bound ones that cannot be honoured."""
    names: dict[str, Method] = {}
    taken: dict[Credential, Method] = {}
    for method in program.platform.methods:
        other = names.setdefault(method.name, method)
        if other is not method:
            yield error(
                "duplicate-method",
                f"two authentication methods are called `{method.name}`",
                method.origin.at("name"),
                "a rule replaces another of the same name: one of the two ways in would be closed",
                Note("first used here", other.origin.at("name")),
                help="rename one of them",
            )
        for credential in credentials_of(method):
            first = taken.setdefault(credential, method)
            if first is not method:
                yield _twice(first, method, credential)
        yield from _overlapping(method)
        if binds(method):
            yield from _unbindable(program, method)


def _twice(first: Method, second: Method, credential: Credential) -> Diagnostic:
    audience = credential.kind == "audience"
    such = "token" if audience else "credential"
    return error(
        "audience-twice" if audience else "credential-twice",
        f"the methods `{first.name}` and `{second.name}` accept the audience `{credential.name}`"
        if audience
        else f"the methods `{first.name}` and `{second.name}` both accept {credential}",
        _place(second),
        f"`{first.name}` always answers first for such a {such}, and `{second.name}` is never asked",
        Note(f"`{first.name}` accepts it here", _place(first)),
        help="give each method an audience of its own" if audience else "keep one of them",
    )


def _overlapping(method: Method) -> Iterator[Diagnostic]:
    """Report a claim that is to be two things at once."""
    match method:
        case Oidc():
            claims = {"username": method.username, "groups": method.groups}
        case Introspection():
            claims = {"user": method.user, "groups": method.groups, "team": method.team, "models": method.models}
        case _:
            return
    known = list(claims.items())
    for index, (name, path) in enumerate(known):
        for other, before in known[:index]:
            shorter = min(len(path), len(before))
            if path[:shorter] == before[:shorter]:
                yield error(
                    "overlapping-claims",
                    f"`{name}` and `{other}` of the method `{method.name}` are read from one claim",
                    method.origin.at(name),
                    "one value cannot be both a text and a list: every token would be refused",
                    help="name the claim that holds each",
                )


def _unbindable(program: Program, method: Method) -> Iterator[Diagnostic]:
    """Report bound credentials where the limits or the attachment cannot tell what a credential is bound to."""
    platform = program.platform
    if platform.bridge is Bridge.GROUPS:
        yield error(
            "unbindable",
            f"the method `{method.name}` binds its credentials to an entry, which `bridge: groups` cannot tell the limits",
            method.origin.at("kind"),
            "limits would choose by the groups of the key, not by what it is bound to",
            help="write `bridge: selected`",
        )
    if platform.attach is Attach.GATEWAY:
        yield error(
            "unbindable",
            f"the method `{method.name}` binds its credentials to an entry, and with `attach: gateway` there are tiers only",
            method.origin.at("kind"),
            "every key would be refused: it is bound to a team or a subscription, and neither is there",
            help="write `attach: route`",
        )


def _place(method: Method) -> Place:
    """Give where the credentials are written; a default that is not written points at the method as a whole."""
    return method.origin.at(_WRITTEN[type(method)])
