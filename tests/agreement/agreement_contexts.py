"""Callers and requests as the runtime delivers them, the hostile ones too, and what expressions then see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.gateway.metadata import filter_roots
from compiler.gateway.policies import Cel
from compiler.gateway.release import RELEASES
from compiler.gateway.requests import HttpRequest, for_authorino, for_filter
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Program, Subjects
from compiler.program.methods import ApiKey, Introspection, Oidc, claims_of
from compiler.prove import raw
from compiler.prove.result import Example

Data = dict[str, object]

# Names that somebody's identity provider may give to a group or a user.
HOSTILE: Final = (
    "",
    " ",
    ",",
    "a,b",
    'quote"s',
    "it's",
    "back\\slash",
    "line\nbreak",
    "\t",
    "\x7f",
    "grüße",
    "😀",
    "e\u0301",
    "\u202egroup",
    "\ufeff",
    "\u2028",
    "{{ .x }}",
    '"] || true || ["',
    "\\u0041",
    "[]",
    "null",
    "0",
    "x" * 5_000,
)

_LONG: Final = 60_000
_VERY_LONG: Final = 100_000
_HOST: Final = "maas.apps.example.com"


class Caller(Struct, frozen=True):
    """A caller and a request: the identity as a TokenReview leaves it, and `request` as Authorino and the filter see it.

    `passed` is None where no request can look like this to the filter.
    """

    name: str
    identity: Mapping[str, object]
    seen: Mapping[str, object]
    passed: Mapping[str, object] | None


def user(username: str | None = "somebody", groups: Sequence[str] | None = None, **more: object) -> Data:
    """Give the status of a TokenReview; None is a field that is not there."""
    found: Data = {"uid": "1", **more}
    if username is not None:
        found["username"] = username
    if groups is not None:
        found["groups"] = list(groups)
    return {"authenticated": True, "user": found, "audiences": ["https://kubernetes.default.svc"]}


def caller(name: str, identity: Mapping[str, object], path: str, headers: Mapping[str, str] | None = None) -> Caller:
    """Give a caller whose request has a path and headers, which Envoy has in lower case."""
    request = HttpRequest("POST", _HOST, path)
    given = tuple((headers or {}).items())
    return Caller(name, identity, for_authorino(request, given), for_filter(request, given))


def callers(of: Program) -> Iterator[Caller]:
    """Give one caller for everything that can be odd about a caller or a request, all else being usual."""
    usual = f"{of.models[0].prefix}/v1/chat/completions"
    groups = groups_of(of)
    for name, identity in _identities(groups, users_of(of)):
        yield caller(f"identity: {name}", identity, usual)
    for method in of.platform.methods:
        for name, held in _held(of) if isinstance(method, Oidc | ApiKey | Introspection) else ():
            yield caller(f"{method.name}: {name}", raw.concrete(method, held), usual)
    everybody = user("alice", groups)
    for name, headers in _headers(keys_of(of)):
        yield caller(f"header: {name}", everybody, usual, headers)
    for key in (*keys_of(of), "", "unknown"):
        yield caller(f"header of a nobody: {key}", user(None), usual, {SUBSCRIPTION_HEADER: key})
    for path in _paths(of):
        yield caller(f"path: {path[:80]}", everybody, path)
    plain = caller("", everybody, usual)
    # Not delivered: Authorino always sees at least the pseudo headers, and a path.
    yield replace(plain, name="a request without headers", seen={"url_path": usual, "path": usual}, passed=None)
    yield replace(plain, name="a request without anything", seen={}, passed=None)


def _held(of: Program) -> Iterator[tuple[str, Example]]:
    """Give what credentials of other kinds than the cluster's tokens can say, and leave out."""
    groups, users, keys = groups_of(of), users_of(of), keys_of(of)
    bound = [*keys, *(key.removeprefix("team:") for key in keys)]
    empty = Example("", "", None, (), user=False, headers=(), target="")
    yield "nothing", empty
    yield (
        "objects with nothing in them",
        replace(empty, objects=("auth.identity.metadata.annotations", "auth.identity.realm_access")),
    )
    plain = tuple(group for group in groups if "," not in group)
    every = replace(empty, username="alice", groups=plain, models=("*",))
    yield "a claim for each rule", replace(every, claims=tuple(claim for one in of.platform.methods for claim in claims_of(one)))
    for word in dict.fromkeys(["", "unknown", *bound]):
        yield f"bound to {word}", replace(every, bound=word)
    for opened in (None, (), ("llm/other",), *((name,) for model in of.models for name in model.called)):
        yield f"opening {opened}", replace(every, bound=bound[0] if bound else "", models=opened)
    for name in (*users, *HOSTILE[::3]):
        yield f"a user called {name[:20]!r}", replace(every, username=name, groups=(name,))
    yield "hostile groups", replace(every, groups=HOSTILE)
    yield "reserved names", replace(every, username="system:admin", groups=("system:masters", "system:", *plain))


def groups_of(of: Program) -> tuple[str, ...]:
    """Give every group that a Program mentions."""
    subjects = [*(tier.members for tier in of.tiers), *_subjects(of)]
    return tuple(dict.fromkeys(group for one in subjects for group in one.groups))


def users_of(of: Program) -> tuple[str, ...]:
    """Give every user whom a Program mentions."""
    return tuple(dict.fromkeys(user for one in _subjects(of) for user in one.users))


def _subjects(of: Program) -> Iterator[Subjects]:
    for model in of.models:
        yield from (grant.subjects for grant in model.grants)
        yield from (entry.subjects for entry in model.entries)


def keys_of(of: Program) -> tuple[str, ...]:
    """Give the key of every entry."""
    return tuple(dict.fromkeys(entry.key for model in of.models for entry in of.precedence(model)))


def _identities(groups: tuple[str, ...], users: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, object]]]:
    yield "nothing", {}
    yield "no user", {"authenticated": True}
    yield "an empty user", {"authenticated": True, "user": {}}
    yield "neither name nor groups", user(None)
    yield "no groups", user()
    yield "an empty list of groups", user(groups=[])
    yield "an empty name", user("", [])
    yield "an empty name in all groups", user("", groups)
    yield "no name in all groups", user(None, groups)
    for name in users:
        yield f"the user {name}", user(name, ["other"])
    for group in groups:
        yield f"the group {group}", user(groups=[group])
    yield "all groups", user(groups=groups)
    yield "all groups from behind", user(groups=groups[::-1])
    yield "every group twice", user(groups=[*groups, *groups])
    yield "almost the groups", user(groups=[odd for group in groups for odd in _almost(group)])
    yield "groups joined by a comma", user(groups=[",".join(groups)])
    yield "hostile groups", user(groups=HOSTILE)
    yield "hostile groups among others", user(groups=[*HOSTILE, *groups, *HOSTILE])
    yield "60 groups more", user(groups=[*(f"group-{number}" for number in range(60)), *groups])
    for name in HOSTILE[::2]:
        yield f"a user called {name[:20]!r}", user(name, [name])
    yield "more than is asked", user(groups=groups, extra={"scopes": ["user:full"]})
    # No TokenReview has these; overrides replace them all the same.
    forged = {"userid": "root", "groups": ["x"], "groups_str": "x", "tier": "x", "selected_subscription": "x"}
    yield "claims that look like facts", {**user(groups=groups), **forged}


def _almost(name: str) -> tuple[str, ...]:
    return (f"{name},x", f"x,{name}", f"{name} ", f" {name}", name.upper(), name[:-1], f"{name}x", f'"{name}"', f"{name}\n")


def _headers(keys: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, str]]]:
    values = [*keys, "", " ", "unknown", "tier:", f"{keys[0]} " if keys else "x ", ",".join(keys), "x" * _LONG, *HOSTILE[1::2]]
    for value in dict.fromkeys(values):
        yield repr(value[:30]), {SUBSCRIPTION_HEADER: value}
    for name in IDENTITY_HEADERS:
        yield name, {name: "x"}
        yield f"{name}, empty", {name: ""}
    yield "many", {f"x-{number}": "x" for number in range(100)}


def _paths(of: Program) -> Iterator[str]:
    for model in of.models:
        yield f"{model.prefix}/v1/chat/completions?x=/v1/models"
        yield model.listing_path
    prefix = of.models[0].prefix
    yield from (f"{prefix}/v1/models/", f"{prefix}/v1/models/x", f"{prefix}/v1", f"{prefix}x", f"{prefix}/v1/models?a=b", prefix)
    yield from ("", "?", "?x=/v1/models", "/", "//", "///////", "v1/models", "/v1/models", "/v1/models/x", "/v1/modelsx")
    yield from ("/maas-api", "/maas-api/v1/tokens", "/maas-apix", "/llm", "/llm/", "/a/b/v1/models", "/a/b/c/v1/models", "*")
    yield from ("/llm/grüße/😀", "/llm/%F0%9F%98%80/%2e%2e", "/llm/%zz", "/a\\b\"c'd", "/a\nb", "/llm/" + "%0a" * 10)
    yield "/llm/" + "x" * _VERY_LONG
    yield "/llm" * (_VERY_LONG // 4)


def filtered(text: str, request: Mapping[str, object], metadata: Mapping[str, object] | None) -> Iterator[Data]:
    """Give the roots of a limit's expression in every release, none twice."""
    found: list[Data] = []
    for release in RELEASES:
        roots = filter_roots(Cel(text, Place("")), release, request, metadata)
        if roots not in found:
            found.append(roots)
    yield from found


def later(request: Mapping[str, object], injected: Mapping[str, str]) -> Data:
    """Give the request as the filter sees it once the injected headers are set."""
    headers = request["headers"]
    assert isinstance(headers, dict)
    return {**request, "headers": {**headers, **injected}}
