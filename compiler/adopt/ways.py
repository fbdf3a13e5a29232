"""Ways in that are no tokens of the cluster: what the language has for them, and why it has nothing for others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from compiler.adopt import policies
from compiler.adopt.objects import Object, Plain, mapping, mappings
from compiler.program.keys import BOUND_ANNOTATION, USER_ANNOTATION

_BEARER: Final = "Bearer"
# Paths as a dump has them, to be recognised: none of them is emitted.
_IDENTITY: Final = "auth.identity."
_AUDIENCE: Final = _IDENTITY + "aud"
_ISSUER: Final = _IDENTITY + "iss"
_CLAIM: Final = re.compile(re.escape(_IDENTITY) + r"((?:[A-Za-z_]\w*)(?:\.[A-Za-z_]\w*)*)\Z", re.ASCII)
# Fields of a policy's own making, and claims that say nothing of groups.
_NO_GROUPS: Final = frozenset({"aud", "iss", "userid", "azp"})
_KINDS: Final = ("jwt", "apiKey", "oauth2Introspection", "plain", "x509", "anonymous")


class NoWayError(ValueError):
    """A way in that the language does not have; says why, as a sentence without its subject."""


def way_of(policy: Object, called: str, method: Plain) -> Plain | None:
    """Give what `platform.authentication` says of a way in; None for tokens of the cluster.

    Raises:
        NoWayError: nothing there says the same.
    """
    kind = next((one for one in _KINDS if one in method), None)
    if kind is None:
        return None
    name = {"name": re.sub(r"[^a-z0-9]+", "-", called.lower()).strip("-") or "method"}
    lets_in = f"lets callers in by `{kind}` (`{called}`)"
    if method.get("when"):
        raise NoWayError(f"{lets_in} under a condition: add the method to `platform.authentication` if it is for all")
    match kind:
        case "jwt":
            return name | _oidc(policy, method, lets_in)
        case "apiKey":
            return name | _keys(method, lets_in)
        case _:
            raise NoWayError(f"{lets_in}: add the method to `platform.authentication`")


def is_known(policy: Object, called: str, method: Plain) -> bool:
    """Tell whether callers of a way in can be asked about: tokens of the cluster, and what the configuration has."""
    try:
        return way_of(policy, called, method) is not None or "kubernetesTokenReview" in method
    except NoWayError:
        return False


def claims(policy: Object) -> tuple[frozenset[str], frozenset[str]]:
    """Give the selectors by which a policy finds the groups and the names that its identity providers tell."""
    groups, users = set(), set()
    for called, method in methods(policy):
        try:
            found = way_of(policy, called, method)
        except NoWayError:
            continue
        if found is not None and found["kind"] == "oidc":
            groups.add(_IDENTITY + found["groups"])
            users.add(_IDENTITY + found["username"])
    return frozenset(groups), frozenset(users)


def methods(policy: Object) -> Iterator[tuple[str, Plain]]:
    """Give the ways in of a policy by their names."""
    found = mapping(mapping(policies.body(policy).get("rules")).get("authentication"))
    for name, method in sorted(found.items()):
        if isinstance(method, dict):
            yield str(name), method


def _oidc(policy: Object, method: Plain, lets_in: str) -> Plain:
    issuer = mapping(method.get("jwt")).get("issuerUrl")
    if not isinstance(issuer, str) or not issuer.startswith("https://"):
        raise NoWayError(f"{lets_in}, of which no `https` issuer is known")
    if _prefix(method) != _BEARER:
        raise NoWayError(f"{lets_in}, which is sent in another way than as `{_BEARER}`")
    audiences = sorted(set(_audiences(policy)))
    if len(audiences) != 1:
        raise NoWayError(f"{lets_in}, and no rule asks that `{_AUDIENCE}` includes one text: say the `audience` of `kind: oidc`")
    user = _claim(_source(method, "userid"))
    if user is None:
        raise NoWayError(f"{lets_in}, and its `userid` is no claim of the token")
    groups = _claim(_source(method, "groups")) if _source(method, "groups") else _groups(policy)
    if groups is None:
        raise NoWayError(f"{lets_in}, and which claim holds the groups is not clear")
    return {"kind": "oidc", "issuer": issuer, "audience": audiences[0], "username": user, "groups": groups}


def _keys(method: Plain, lets_in: str) -> Plain:
    asked = mapping(method.get("apiKey"))
    labels = mapping(mapping(asked.get("selector")).get("matchLabels"))
    prefix = _prefix(method)
    if asked.get("allNamespaces") or not labels or "matchExpressions" in mapping(asked.get("selector")) or prefix is None:
        raise NoWayError(f"{lets_in}, and looks for Secrets in another way than by labels where Authorino is")
    told = str(mapping(method.get("defaults"))) + str(mapping(method.get("overrides")))
    missing = next((one for one in (USER_ANNOTATION, BOUND_ANNOTATION) if one not in told), None)
    if missing is not None:
        raise NoWayError(f"{lets_in}, and does not read the annotation `{missing}` of its Secrets, as `kind: apiKey` does")
    return {"kind": "apiKey", "prefix": prefix, "labels": {str(label): str(value) for label, value in sorted(labels.items())}}


def _prefix(method: Plain) -> str | None:
    """Give the word before a credential in `authorization`; None where it is somewhere else."""
    credentials = mapping(method.get("credentials"))
    if not credentials:
        return _BEARER
    found = mapping(credentials.get("authorizationHeader")).get("prefix", _BEARER)
    return found if "authorizationHeader" in credentials and isinstance(found, str) else None


def _source(method: Plain, name: str) -> str:
    said = mapping(mapping(method.get("overrides")).get(name)) or mapping(mapping(method.get("defaults")).get(name))
    return str(said.get("selector", said.get("expression", "")))


def _claim(text: str) -> str | None:
    found = _CLAIM.match(text)
    return found[1] if found else None


def _rules(policy: Object) -> Iterator[Plain]:
    for _, rule in sorted(mapping(mapping(policies.body(policy).get("rules")).get("authorization")).items()):
        yield mapping(rule)


def _audiences(policy: Object) -> Iterator[str]:
    for rule in _rules(policy):
        if is_about_tokens(rule):
            for pattern in mappings(mapping(rule.get("patternMatching")).get("patterns")):
                if pattern.get("selector") == _AUDIENCE:
                    yield str(pattern.get("value"))


def is_about_tokens(rule: Plain) -> bool:
    """Tell whether a rule only compares whom a token is for and whom it is from, which `kind: oidc` does as well."""
    patterns = mapping(rule.get("patternMatching")).get("patterns")
    if not isinstance(patterns, list) or not patterns or rule.get("when"):
        return False
    return all(
        isinstance(one, dict)
        and set(one) == {"selector", "operator", "value"}
        and (one["selector"], one["operator"]) in ((_AUDIENCE, "incl"), (_ISSUER, "eq"))
        for one in patterns
    )


def _groups(policy: Object) -> str | None:
    """Give the one claim that rules look for groups in."""
    found = {
        claim
        for rule in _rules(policy)
        if not is_about_tokens(rule)
        for pattern in _patterns(mapping(rule.get("patternMatching")).get("patterns"))
        if pattern.get("operator") in ("incl", "excl") and (claim := _claim(str(pattern.get("selector")))) is not None
    }
    found -= _NO_GROUPS
    return found.pop() if len(found) == 1 else None


def _patterns(value: object) -> Iterator[Plain]:
    for one in mappings(value):
        yield one
        yield from _patterns(one.get("any"))
        yield from _patterns(one.get("all"))
