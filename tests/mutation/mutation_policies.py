"""Changes of policies as a whole: where they attach, which rules they have, and what they export."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final

from mutation_manifests import GONE, Change, Mutant, Platform, Where

KINDS: Final = ("AuthPolicy", "TokenRateLimitPolicy", "RateLimitPolicy")


def _change(where: Where, value: object) -> Mutant:
    return Mutant((Change(where, value),))


def _rules(of: Platform, *path: str) -> Iterator[tuple[Where, dict[str, Any]]]:
    """Give a section of the rules of every AuthPolicy that has it."""
    for at, policy in of.documents("AuthPolicy"):
        found: Any = policy["spec"]["rules"]
        for name in path:
            found = found.get(name, {})
        if found:
            yield (*at, "spec", "rules", *path), found


def swap_targets(of: Platform) -> Iterator[Mutant]:
    """Let two policies of one kind exchange their targets."""
    for kind in KINDS:
        found = [(at, policy) for at, policy in of.documents(kind) if policy["spec"]["targetRef"]["kind"] == "HTTPRoute"]
        for (at, one), (there, other) in itertools.pairwise(found):
            if one["metadata"]["namespace"] == other["metadata"]["namespace"]:
                yield Mutant(
                    (
                        Change((*at, "spec", "targetRef"), other["spec"]["targetRef"]),
                        Change((*there, "spec", "targetRef"), one["spec"]["targetRef"]),
                    )
                )


def other_target(of: Platform) -> Iterator[Mutant]:
    """Point at another kind, at something that is not there, or at a part."""
    for at, policy in of.documents(*KINDS):
        where = (*at, "spec", "targetRef")
        on_route = policy["spec"]["targetRef"]["kind"] == "HTTPRoute"
        if not of.dead(str(at[0])):  # where nobody may call, all that changes is a Gateway that is assumed to be there
            yield _change((*where, "kind"), "Gateway" if on_route else "HTTPRoute")
        yield _change((*where, "name"), f"{policy['spec']['targetRef']['name']}-x")
        yield _change((*where, "sectionName"), "elsewhere")


def drop_policy(kind: str) -> Callable[[Platform], Iterator[Mutant]]:
    """Make the operator that takes a document of a kind away."""

    def operator(of: Platform) -> Iterator[Mutant]:
        for at, _ in of.documents(kind):
            yield _change(at, GONE)

    return operator


def second_policy(of: Platform) -> Iterator[Mutant]:
    """Put a second policy of another name on a target."""
    for at, policy in of.documents(*KINDS):
        copy = {**policy, "metadata": {**policy["metadata"], "name": f"{policy['metadata']['name']}-x"}}
        yield _change((at[0], len(of.manifests[str(at[0])])), copy)


def other_namespace(of: Platform) -> Iterator[Mutant]:
    """Move an object into another namespace."""
    for at, _ in of.documents(*KINDS, "HTTPRoute", "Role", "RoleBinding", "ConfigMap"):
        yield _change((*at, "metadata", "namespace"), "elsewhere")


def wrapped(word: str) -> Callable[[Platform], Iterator[Mutant]]:
    """Make the operator that turns a policy into defaults or overrides."""

    def operator(of: Platform) -> Iterator[Mutant]:
        for at, policy in of.documents(*KINDS):
            body = {key: value for key, value in policy["spec"].items() if key != "targetRef"}
            yield _change((*at, "spec"), {"targetRef": policy["spec"]["targetRef"], word: body})

    return operator


def condition_of_policy(of: Platform) -> Iterator[Mutant]:
    """Let a policy hold under a condition only."""
    for at, _ in of.documents(*KINDS):
        yield _change((*at, "spec", "when"), [{"predicate": 'request.url_path != "/x"'}])


def condition_of_rule(of: Platform) -> Iterator[Mutant]:
    """Let a method, an authorization or an exported item hold under a condition only."""
    for path in (("authentication",), ("authorization",), ("response", "success", "filters"), ("response", "success", "headers")):
        for where, found in _rules(of, *path):
            for name in found:
                yield _change((*where, name, "when"), [{"predicate": 'request.url_path != "/x"'}])


def rename_policy(of: Platform) -> Iterator[Mutant]:
    """Call a policy something else."""
    for at, policy in of.documents(*KINDS):
        yield _change((*at, "metadata", "name"), f"{policy['metadata']['name']}-x")


def _exports(of: Platform) -> Iterator[tuple[Where, dict[str, Any]]]:
    for where, found in _rules(of, "response", "success", "filters"):
        for name, item in found.items():
            yield (*where, name, "json", "properties"), item["json"]["properties"]


def rename_export(of: Platform) -> Iterator[Mutant]:
    """Export a fact under another name."""
    for where, found in _exports(of):
        for name, value in found.items():
            yield Mutant((Change((*where, name), GONE), Change((*where, f"{name}_x"), value)))


def drop_export(of: Platform) -> Iterator[Mutant]:
    """Do not export a fact."""
    for where, found in _exports(of):
        for name in found:
            yield _change((*where, name), GONE)


def other_export(of: Platform) -> Iterator[Mutant]:
    """Export one fact under the name of another."""
    for where, found in _exports(of):
        names = list(found)
        for name, other in itertools.pairwise(names):
            if found[name] != found[other]:
                yield _change((*where, name), found[other])


def rename_item(of: Platform) -> Iterator[Mutant]:
    """Export the facts under another root, or not at all."""
    for where, found in _rules(of, "response", "success", "filters"):
        for name, item in found.items():
            yield Mutant((Change((*where, name), GONE), Change((*where, "usr"), item)))
            yield _change((*where, name), GONE)


def swap_priorities(of: Platform) -> Iterator[Mutant]:
    """Try the methods in another order, or at once."""
    for where, found in _rules(of, "authentication"):
        names = list(found)
        for one, other in itertools.pairwise(names):
            first, second = found[one]["priority"], found[other]["priority"]
            yield Mutant((Change((*where, one, "priority"), second), Change((*where, other, "priority"), first)))
            yield _change((*where, other, "priority"), first)


def other_audience(of: Platform) -> Iterator[Mutant]:
    """Accept tokens for another audience, instead or as well, or for the host's."""
    for where, found in _rules(of, "authentication"):
        for name, method in found.items():
            if "kubernetesTokenReview" not in method:
                continue
            audiences = method["kubernetesTokenReview"]["audiences"]
            at = (*where, name, "kubernetesTokenReview", "audiences")
            yield _change((*at, 0), f"{audiences[0]}x")
            yield _change(at, [*audiences, "everybody"])
            yield _change(at, GONE)


def drop_method(of: Platform) -> Iterator[Mutant]:
    """Refuse whom a method accepts."""
    for where, found in _rules(of, "authentication"):
        for name in found:
            yield _change((*where, name), GONE)


def add_method(of: Platform) -> Iterator[Mutant]:
    """Accept everybody in the end."""
    for where, _ in _rules(of, "authentication"):
        yield _change((*where, "everybody"), {"priority": 9, "anonymous": {}})


def other_credentials(of: Platform) -> Iterator[Mutant]:
    """Look for the credential elsewhere."""
    for where, found in _rules(of, "authentication"):
        for name in found:
            yield _change((*where, name, "credentials"), {"customHeader": {"name": "x-token"}})


def drop_override(of: Platform) -> Iterator[Mutant]:
    """Leave a fact out of the identity, or only fill it in where the token says nothing."""
    for where, found in _rules(of, "authentication"):
        for name, method in found.items():
            for fact, value in method.get("overrides", {}).items():
                yield _change((*where, name, "overrides", fact), GONE)
                yield Mutant(
                    (
                        Change((*where, name, "overrides", fact), GONE),
                        Change((*where, name, "defaults"), {fact: value}),
                    )
                )


def swap_overrides(of: Platform) -> Iterator[Mutant]:
    """Give the identity of one method the facts of another."""
    for where, found in _rules(of, "authentication"):
        for one, other in zip(found, list(found)[1:], strict=False):
            mine, theirs = found[one].get("overrides", {}), found[other].get("overrides", {})
            for fact in mine:
                if mine[fact] != theirs[fact]:
                    yield _change((*where, one, "overrides", fact), theirs[fact])


def drop_pattern(of: Platform) -> Iterator[Mutant]:
    """Take one of several conditions of an authorization away."""
    for where, found in _rules(of, "authorization"):
        for name, rule in found.items():
            patterns = rule.get("patternMatching", {}).get("patterns", [])
            for index in range(len(patterns)):
                if len(patterns) > 1:
                    yield _change((*where, name, "patternMatching", "patterns", index), GONE)


def drop_authorization(of: Platform) -> Iterator[Mutant]:
    """Leave an authorization out."""
    for where, found in _rules(of, "authorization"):
        for name in found:
            yield _change((*where, name), GONE)


def reorder_authorization(of: Platform) -> Iterator[Mutant]:
    """Ask for the authorizations in another order."""
    for where, found in _rules(of, "authorization"):
        for name, rule in found.items():
            yield _change((*where, name, "priority"), 5 - rule["priority"])


def other_review(of: Platform) -> Iterator[Mutant]:
    """Ask the cluster about something else, or somebody else."""
    for where, found in _rules(of, "authorization"):
        for name, rule in found.items():
            at = (*where, name, "kubernetesSubjectAccessReview")
            for attribute in rule.get("kubernetesSubjectAccessReview", {}).get("resourceAttributes", {}):
                yield _change((*at, "resourceAttributes", attribute), {"value": "x"})
                yield _change((*at, "resourceAttributes", attribute), GONE)
            if "kubernetesSubjectAccessReview" in rule:
                yield _change((*at, "authorizationGroups"), {"expression": "auth.identity.groups"})
                yield _change((*at, "authorizationGroups"), GONE)
                yield _change((*at, "user"), {"value": "system:admin"})


def other_code(of: Platform) -> Iterator[Mutant]:
    """Deny with another code."""
    for where, found in _rules(of, "response"):
        for name in ("unauthenticated", "unauthorized"):
            if name in found:
                yield _change((*where, name, "code"), 302)


def mixed_case_header(of: Platform) -> Iterator[Mutant]:
    """Inject a header in upper case, beside the client's own."""
    for where, found in _rules(of, "response", "success", "headers"):
        for name, item in found.items():
            yield Mutant((Change((*where, name), GONE), Change((*where, name.title()), item)))


def drop_header(of: Platform) -> Iterator[Mutant]:
    """Do not inject a header."""
    for where, found in _rules(of, "response", "success", "headers"):
        for name in found:
            yield _change((*where, name), GONE)


def other_header_value(of: Platform) -> Iterator[Mutant]:
    """Inject the value of another header."""
    for where, found in _rules(of, "response", "success", "headers"):
        names = list(found)
        for name, other in zip(names, [*names[1:], names[0]], strict=True):
            yield _change((*where, name), found[other])


def more_headers(of: Platform) -> Iterator[Mutant]:
    """Inject a header that decides what the next hop believes."""
    for where, _ in _rules(of, "response", "success", "headers"):
        yield _change((*where, "authorization"), {"priority": 1, "plain": {"value": "Bearer x"}})


def scalars(of: Platform) -> Iterator[Mutant]:
    """Write a value where an expression was, in an export."""
    for where, found in _exports(of):
        for name in found:
            yield _change((*where, name), {"value": "x"})


OPERATORS: Final = {
    "targets swapped": swap_targets,
    "another target": other_target,
    **{f"no {kind}": drop_policy(kind) for kind in KINDS},
    "a second policy": second_policy,
    "another namespace": other_namespace,
    "overrides": wrapped("overrides"),
    "defaults": wrapped("defaults"),
    "a condition of a policy": condition_of_policy,
    "a condition of a rule": condition_of_rule,
    "a policy renamed": rename_policy,
    "an export renamed": rename_export,
    "an export less": drop_export,
    "another export": other_export,
    "a written export": scalars,
    "another root": rename_item,
    "priorities swapped": swap_priorities,
    "another audience": other_audience,
    "a method less": drop_method,
    "anybody": add_method,
    "other credentials": other_credentials,
    "an override less": drop_override,
    "overrides swapped": swap_overrides,
    "a pattern less": drop_pattern,
    "an authorization less": drop_authorization,
    "authorizations reordered": reorder_authorization,
    "another access review": other_review,
    "another code": other_code,
    "a header in mixed case": mixed_case_header,
    "a header less": drop_header,
    "a header more": more_headers,
    "another header": other_header_value,
}
