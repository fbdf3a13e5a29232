"""Turns what somebody asks on a command line into a caller and a request, refusing whatever cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from compiler.cel.printer import spellable
from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import closest
from compiler.explain.asked import Asked, UnaskableError, advice
from compiler.explain.bringing import Brought, of_caller, of_key, unbound
from compiler.explain.words import listed
from compiler.intent.intent import Intent
from compiler.intent.parse import qualify
from compiler.intent.references import user_aliases
from compiler.program.decide import Caller, Request
from compiler.program.ir import EVERYBODY, IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Model, Program
from compiler.program.mentioned import mentioned
from compiler.program.methods import Method, TokenReview

# Who calls when nobody is named: every real token has a name, and the configuration must not know this one.
_SOMEBODY: Final = "somebody"
_SERVICE_ACCOUNT: Final = "system:serviceaccount:"
# What can stand in the first line of a request, and bytes beyond ASCII, which gateways pass on.
_SENDABLE: Final = re.compile(r"[^\x00-\x20\x7f-\x9f\ud800-\udfff]*")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_COMPLETIONS: Final = "/v1/chat/completions"
# Headers of ours whose misspelling would silently change nothing.
_OURS: Final = (SUBSCRIPTION_HEADER, *IDENTITY_HEADERS)


class Question(Struct, frozen=True):
    """A question that can be answered.

    `caller` has the groups that count with `method`; `brought` are all that the credential carries. `named` tells whether
    the user was named, else `caller.userid` stands for anybody whom the configuration does not know. `notes` are what
    the one who asks should know before the answer.
    """

    program: Program
    intent: Intent
    model: Model
    method: Method | None
    caller: Caller
    brought: tuple[str, ...]
    named: bool
    request: Request
    notes: tuple[str, ...]


def question(program: Program, intent: Intent, asked: Asked) -> Question:
    """Resolve what was asked; `intent` is what `program` was lowered from.

    Raises:
        UnaskableError: a model, a user or a method that is not there, or something that no request can bring.
    """
    model = find_model(program, intent, asked.model)
    headers = dict(_headers(asked.headers))
    notes = [*_misspelt(headers)]
    request = Request(model.id, _path(model, asked.path), headers)
    if not asked.credential:
        if asked.user is not None or asked.groups or any((asked.method, asked.key, asked.bound)):
            raise UnaskableError(
                "a request without a credential has no user, no groups and no method",
                "ask either with `--no-credential`, or with `--user`, `--group`, `--method`, `--key` and `--bound`",
            )
        return Question(program, intent, model, None, Caller(None), (), named=False, request=request, notes=tuple(notes))
    brought = _brought(program, intent, asked)
    notes += [*_unmentioned(program, intent, brought.groups), *brought.notes, *unbound(program, model, brought, asked.bound)]
    notes += _left_out(program, brought.method, brought.caller.groups)
    return Question(program, intent, model, brought.method, brought.caller, brought.groups, brought.named, request, tuple(notes))


def _brought(program: Program, intent: Intent, asked: Asked) -> Brought:
    if asked.key is not None:
        if asked.user is not None or asked.groups or asked.method is not None or asked.bound is not None:
            raise UnaskableError(
                "a key says itself whose it is, and what it is bound to",
                "ask either with `--key`, or with `--user`, `--group`, `--method` and `--bound`",
            )
        return of_key(program, asked.key)
    groups = tuple(sorted({_carried(group, "group") for group in asked.groups}))
    userid = _somebody(intent) if asked.user is None else _user(intent, asked.user)
    return of_caller(program, _method(program, asked.method), userid, groups, asked)


def find_model(program: Program, intent: Intent, written: str) -> Model:
    """Find a model by its name or `namespace/name`.

    Raises:
        UnaskableError: there is none.
    """
    found = program.model(qualify(written, intent.platform.spec.model_namespace))
    if found is not None:
        return found
    known = [model.id for model in program.models]
    elsewhere = [ident for ident in known if ident.rpartition("/")[2] == written.rpartition("/")[2]]
    near = closest(written, [*known, *(ident.rpartition("/")[2] for ident in known)])
    suggestion = elsewhere[0] if elsewhere else near
    raise UnaskableError(f"unknown model {quoted(written)}", advice(suggestion, f"known models: {listed(known)}"))


def _method(program: Program, written: str | None) -> Method:
    methods = program.platform.methods
    if written is None:
        return methods[0]
    for method in methods:
        if method.name == written:
            return method
    names = [method.name for method in methods]
    raise UnaskableError(f"unknown method {quoted(written)}", advice(closest(written, names), f"known methods: {listed(names)}"))


def _user(intent: Intent, written: str) -> str:
    """Give the name that the gateway knows a user by; the cluster's own ServiceAccounts need not be declared."""
    aliases = user_aliases(intent)
    if written in aliases:
        return aliases[written]
    if _carried(written, "user").startswith(_SERVICE_ACCOUNT):
        return written
    other = "for anybody whom the configuration does not name, leave `--user` out: only groups decide then"
    near = closest(written, aliases)
    raise UnaskableError(f"unknown user {quoted(written)}", f"did you mean `{near}`? {other}" if near else other)


def _somebody(intent: Intent) -> str:
    name = _SOMEBODY
    while name in intent.users:
        name += "-else"
    return name


def _carried(name: str, what: str) -> str:
    if name and spellable(name):
        return name
    raise UnaskableError(f"{quoted(name)} cannot be the name of a {what}", "a name is not empty and has no control characters")


def _unmentioned(program: Program, intent: Intent, groups: Sequence[str]) -> Iterator[str]:
    known, _ = mentioned((program,))
    for group in groups:
        if group not in known:
            near = closest(group, known) if group not in intent.groups else None
            yield f"no policy mentions the group `{group}`" + (f"; did you mean `{near}`?" if near else "")


def _left_out(program: Program, method: Method, groups: frozenset[str]) -> Iterator[str]:
    """Tell of the group that nobody thinks of naming, because everybody has it."""
    if isinstance(method, TokenReview):
        known, _ = mentioned((program,))
        for group in known & {EVERYBODY} - groups:
            yield f"every token of the cluster is in `{group}` too; ask with `--group {group}` for what it gets"


def _headers(written: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give the headers as the gateway sees them: names in lower case, repeated ones joined by commas."""
    found: dict[str, str] = {}
    for one in written:
        name, colon, value = one.partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon or not _HEADER_NAME.fullmatch(name) or not spellable(value):
            example = f"write it as `name: value`, such as `{SUBSCRIPTION_HEADER}: gold`"
            raise UnaskableError(f"{quoted(one)} is no header", example)
        if name in ("authorization", "host"):
            instead = "the credential follows from `--user`, `--group` and `--method`, the host from the configuration"
            raise UnaskableError(f"the header `{name}` is not for you to choose here", instead)
        found[name] = f"{found[name]},{value}" if name in found else value
    yield from found.items()


def _misspelt(headers: dict[str, str]) -> Iterator[str]:
    for name in headers:
        near = closest(name, _OURS) if name not in _OURS else None
        if near:
            yield f"the header `{name}` means nothing to the gateway; did you mean `{near}`?"


def _path(model: Model, written: str | None) -> str:
    if written is None:
        return model.prefix + _COMPLETIONS
    if not _SENDABLE.fullmatch(written):
        raise UnaskableError(f"`{written}` cannot be the path of a request", "write it as a client sends it, in percent-encoding")
    path = written.partition("?")[0]
    if path == model.prefix or path.startswith(f"{model.prefix}/"):
        return written
    below = model.prefix + (written if written.startswith("/") else f"/{written}")
    raise UnaskableError(
        f"the path {quoted(written)} is not below `{model.prefix}`, where `{model.id}` is", f"did you mean `{below}`?"
    )
