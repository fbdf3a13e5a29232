"""Changes of the emitted manifests that matter, and what the caller looks like whom each one hits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plain_views import Manifest, Manifests
from prove_bench import BY_SUFFIX

from compiler.prove.result import Counterexample, Property

USERNAME = 'has(auth.identity.user) ? (has(auth.identity.user.username) ? auth.identity.user.username : "") : ""'
GROUPS = "has(auth.identity.user) ? (has(auth.identity.user.groups) ? auth.identity.user.groups : []) : []"


def policy(found: Manifests, kind: str, model: str) -> Manifest:
    documents = found[f"models/llm/{model}.yaml"]
    return next(document for document in documents if document["kind"] == kind)


def without_when(found: Manifests) -> None:
    limit = policy(found, "TokenRateLimitPolicy", "simulator-model")["spec"]["limits"]["tokens-100-per-1m"]
    limit["when"] = limit["when"][1:]


def without_deny(found: Manifests) -> None:
    """Take the last resort away, and the first group out of reach of its entry."""
    del policy(found, "TokenRateLimitPolicy", "simulator-model")["spec"]["limits"]["tokens-100-per-1m"]
    del policy(found, "TokenRateLimitPolicy", "simulator-model")["spec"]["limits"]["deny-unmetered"]


def without_counter(found: Manifests) -> None:
    del policy(found, "TokenRateLimitPolicy", "simulator-model")["spec"]["limits"]["tokens-100-per-1m"]["counters"][0]


def renamed_property(found: Manifests) -> None:
    properties = exported(found)
    properties["selected"] = properties.pop("selected_subscription")


def exported(found: Manifests) -> Manifest:
    success = policy(found, "AuthPolicy", "simulator-model")["spec"]["rules"]["response"]["success"]
    properties: Manifest = success["filters"]["identity"]["json"]["properties"]
    return properties


def wrong_userid(found: Manifests) -> None:
    exported(found)["userid"]["expression"] = "auth.identity.tier"


def without_identity_headers(found: Manifests) -> None:
    del policy(found, "AuthPolicy", "simulator-model")["spec"]["rules"]["authorization"]["identity-headers"]


def other_audience(found: Manifests) -> None:
    methods = policy(found, "AuthPolicy", "simulator-model")["spec"]["rules"]["authentication"]
    methods["openshift"]["kubernetesTokenReview"]["audiences"] = ["https://elsewhere"]


def second_limit(found: Manifests) -> None:
    limits = policy(found, "TokenRateLimitPolicy", "simulator-model")["spec"]["limits"]
    limits["tokens-more"] = limits["tokens-100-per-1m"]


def longer_window(found: Manifests) -> None:
    limits = policy(found, "TokenRateLimitPolicy", "simulator-model")["spec"]["limits"]
    limits["tokens-100-per-1m"]["rates"][0]["window"] = "2m"


def unlimited(found: Manifests) -> None:
    limits = policy(found, "TokenRateLimitPolicy", "simulator-model")["spec"]["limits"]
    limits["tokens-100-per-1m"]["rates"][0]["limit"] = 10**12


@dataclass(frozen=True)
class Mutant:
    """A change of a case's manifests, the property that it breaks, and what the example must look like."""

    change: Callable[[Manifests], None] | tuple[str, str]
    property: Property
    hits: Callable[[Counterexample], bool]
    case: str = "subscriptions"


def through(found: Counterexample) -> bool:
    return found.meant.through and not found.emitted.through


MUTANTS = {
    "a group less has access": Mutant(
        ('g in ["free-user", "premium-user", "research"]', 'g in ["free-user", "research"]'),
        "access",
        lambda found: "premium-user" in found.example.groups and through(found),
    ),
    "a group more has access": Mutant(
        ('exists(g, g in ["premium-user", "research"])', 'exists(g, g in ["premium-user", "research", "free-user"])'),
        "access",
        lambda found: "free-user" in found.example.groups and found.meant.status == 403,
    ),
    "a group less is selected for": Mutant(
        ('"premium-user": ["premium"], ', ""), "access", lambda found: "premium-user" in found.example.groups and through(found)
    ),
    "a group is selected for another entry": Mutant(
        ('"premium-user": ["premium"]', '"premium-user": ["free"]'),
        "selection",
        lambda found: (found.meant.selected, found.emitted.selected) == ("premium", "free"),
    ),
    "the order of entries is swapped": Mutant(
        ('["research-gold", "premium", "free"].filter', '["premium", "research-gold", "free"].filter'),
        "selection",
        lambda found: {"premium-user"} < {*found.example.groups, found.example.username},
    ),
    "a comparison is flipped": Mutant(
        ('auth.identity.selected_subscription == "free"', 'auth.identity.selected_subscription != "free"'),
        "budgets",
        lambda found: len(found.emitted.allowances) != len(found.meant.allowances),
    ),
    "a header is not asked": Mutant(
        ('? (c.exists(l, request.headers["x-maas-subscription"] in l) ? request.headers["x-maas-subscription"] : "")', '? ""'),
        "access",
        lambda found: "x-maas-subscription" in dict(found.example.headers) and through(found),
    ),
    "a header is believed": Mutant(
        (
            '(c.exists(l, request.headers["x-maas-subscription"] in l) ? request.headers["x-maas-subscription"] : "")',
            'request.headers["x-maas-subscription"]',
        ),
        "access",
        lambda found: found.meant.status == 403 and found.emitted.through,
    ),
    "a limit holds without its condition": Mutant(
        without_when, "budgets", lambda found: len(found.emitted.allowances) > len(found.meant.allowances)
    ),
    "nothing meters an entry": Mutant(without_deny, "budgets", lambda found: found.meant.counted and not found.emitted.counted),
    "a limit is larger": Mutant(unlimited, "budgets", lambda found: found.emitted.counted and not found.emitted.allowances),
    "a window is longer": Mutant(longer_window, "budgets", lambda found: found.emitted.allowances[0].seconds == 120),
    "a counter is missing": Mutant(without_counter, "budgets", lambda found: found.emitted.allowances[0].shared),
    "two limits hold at once": Mutant(second_limit, "budgets", lambda found: len(found.emitted.allowances) == 2),
    "an exported property has another name": Mutant(renamed_property, "no-errors", lambda found: found.emitted.error is not None),
    "another userid is exported": Mutant(wrong_userid, "identity", lambda found: dict(found.emitted.told)["userid"] == ""),
    "identity headers are let in": Mutant(
        without_identity_headers, "access", lambda found: "x-maas-tier" in dict(found.example.headers) or found.emitted.through
    ),
    "a listing is told by the path with its query": Mutant(
        ('request.url_path != "/llm/simulator-model/v1/models"', '!(request.path.endsWith("/v1/models"))'),
        "budgets",
        lambda found: found.example.target.endswith("/v1/models") and not found.emitted.counted,
    ),
    "a listing is told by its suffix": Mutant(
        ('request.url_path != "/llm/simulator-model/v1/models"', BY_SUFFIX),
        "budgets",
        lambda found: found.example.target != "/llm/simulator-model/v1/models" and not found.emitted.counted,
    ),
    "a listing is longer than a listing": Mutant(
        (' && s[5] == "/"', ""),
        "budgets",
        lambda found: found.example.target.startswith("/llm/simulator-model/v1/models/") and not found.emitted.counted,
        "tiers-on-the-gateway",
    ),
    "a listing is told by one segment": Mutant(
        ('s[3] == "v1" && s[4] == "models"', 's[4] == "models"'),
        "budgets",
        lambda found: "/v1/" not in found.example.target and not found.emitted.counted,
        "tiers-on-the-gateway",
    ),
    "a listing costs budget": Mutant(
        ('request.url_path != "/llm/simulator-model/v1/models"', 'request.url_path != "/llm/simulator-model/v1/model"'),
        "budgets",
        lambda found: found.emitted.counted != found.meant.counted,
    ),
    "a missing key is an error": Mutant(
        (USERNAME, 'has(auth.identity.user.username) ? auth.identity.user.username : ""'),
        "no-errors",
        lambda found: not found.example.user,
    ),
    "a missing key is an error where both sides count": Mutant(
        (
            '!(has(request.headers) ? "x-maas-tier" in request.headers : false)',
            '!(has(request.headers) && "x-maas-tier" in request.headers)',
        ),
        "no-errors",
        lambda found: not found.example.headers,
    ),
    "tokens for another audience are accepted": Mutant(
        other_audience, "methods", lambda found: found.meant.status == 401 or found.emitted.status == 401
    ),
    "a tier token speaks of groups that are no tier's": Mutant(
        (f'({GROUPS}).filter(g, g == "system:serviceaccounts:maas-default-gateway-tier-free")', GROUPS),
        "access",
        lambda found: found.example.method == "tier-tokens" and "ml-people" in found.example.groups,
        "teams",
    ),
    "groups cross the bridge unfiltered": Mutant(
        (
            'auth.identity.groups.filter(g, g in ["free-user", "premium-user", "research"]).join(",")',
            'auth.identity.groups.join(",")',
        ),
        "budgets",
        lambda found: any("," in group for group in found.example.groups),
        "subscriptions-by-groups",
    ),
    "a better entry does not exclude a worse one": Mutant(
        (' && !(auth.identity.groups_str.split(",").exists(g, g == "premium-user"))', ""),
        "budgets",
        lambda found: {"free-user", "premium-user"} <= set(found.example.groups),
        "subscriptions-by-groups",
    ),
    "a role allows another tier": Mutant(
        (
            "system:serviceaccounts:maas-default-gateway-tier-enterprise",
            "system:serviceaccounts:maas-default-gateway-tier-nobody",
        ),
        "access",
        lambda found: not found.emitted.through or not found.meant.through,
        "tiers-on-the-gateway",
    ),
    "a higher tier passes on a lower one": Mutant(
        (
            "auth.identity.tier in m ? [m[auth.identity.tier]] : []",
            'auth.identity.tier in m ? [m[auth.identity.tier], "system:serviceaccounts:maas-default-gateway-tier-free"] : []',
        ),
        "access",
        lambda found: found.meant.status == 403 and found.emitted.through,
        "tiers-on-the-gateway",
    ),
}
