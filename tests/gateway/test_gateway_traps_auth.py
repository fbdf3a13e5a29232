"""Traps 1 to 26: Authorino, and what the operator makes of an AuthPolicy."""

from __future__ import annotations

from base64 import b64encode

import pytest
from gateway_bench import (
    EXPORT,
    GATEWAY,
    MODEL,
    MODEL_PATH,
    REVIEW,
    TOKENS,
    Platform,
    auth,
    codes,
    limits,
    platform,
)

from compiler.gateway.identities import Identities, SignedToken
from compiler.gateway.manifests import Secret

GATEWAY_TARGET = "kind: Gateway, name: maas-default-gateway"


def model(rules: str, *, release: str = "1.5", world: Identities | None = None, strict: bool = True) -> Platform:
    """Give a platform whose one model has an AuthPolicy with these rules."""
    return platform(GATEWAY, MODEL, auth(rules), release=release, world=world or Identities(TOKENS), strict=strict)


def rule(patterns: str, *, when: str = "") -> str:
    """Write an authorization rule of patterns (a YAML flow list) behind a token review."""
    condition = f"when: {when}, " if when else ""
    return f"{REVIEW}    authorization:\n      rule: {{{condition}patternMatching: {{patterns: {patterns}}}}}\n"


def status(rules: str, caller: str | None = "freda", headers: dict[str, str] | None = None) -> int | None:
    """Ask the one model."""
    return model(rules).ask(caller, MODEL_PATH, headers).status


def test_trap_01_a_condition_that_errs_skips_the_rule() -> None:
    """The rule would refuse everybody, and refuses nobody."""
    assert status(rule('[{predicate: "false"}]')) == 403
    assert status(rule('[{predicate: "false"}]', when="[{predicate: \"request.headers['x-nope'] == 'a'\"}]")) == 200
    assert status(rule('[{predicate: "false"}]', when="[{predicate: \"request.method == 'POST'\"}]")) == 403
    assert status(rule("[{predicate: \"request.headers['x-nope'] == 'a'\"}]")) == 403


@pytest.mark.parametrize("patterns", ["[{patternRef: nobody}]", "[{value: x}]", "[{}]", "[{any: []}]"])
def test_trap_02_a_pattern_that_says_nothing_is_dropped(patterns: str) -> None:
    """What is left of the rule is an empty conjunction, which holds."""
    assert status(rule(patterns)) == 200


def test_trap_03_a_misspelt_nested_pattern_is_reported() -> None:
    """The cluster keeps it and ignores it; no answer is given for it."""
    found = model(rule('[{any: [{predicat: "false"}]}]'), strict=False)
    assert codes(found) == ["unmodelled"]
    assert "`predicat`" in found.diagnostics[0].headline


def test_trap_04_a_selector_that_leads_nowhere_passes_what_negates() -> None:
    """A typo in the path allows."""
    assert status(rule("[{selector: auth.identity.usr.username, operator: neq, value: freda}]")) == 200
    assert status(rule("[{selector: auth.identity.usr.groups, operator: excl, value: free-user}]")) == 200
    assert status(rule("[{selector: auth.identity.usr.username, operator: eq, value: ''}]")) == 200
    assert status(rule("[{selector: auth.identity.user.username, operator: neq, value: freda}]")) == 403
    assert status(rule("[{selector: auth.identity.user.groups, operator: incl, value: free-user}]")) == 200
    assert status(rule("[{selector: auth.identity.user.username, operator: incl, value: freda}]")) == 200


def test_trap_05_a_regular_expression_is_not_anchored() -> None:
    """It is found anywhere in the text."""
    assert status(rule("[{selector: auth.identity.user.username, operator: matches, value: red}]")) == 200
    assert status(rule("[{selector: auth.identity.user.username, operator: matches, value: ^red$}]")) == 403
    found = model(rule("[{selector: auth.identity.user.username, operator: matches, value: '(?i)RED'}]")).ask("freda", MODEL_PATH)
    assert (found.status, found.reason) == (None, "inconclusive")


def test_trap_06_a_reference_inside_any_becomes_alternatives() -> None:
    """Each of its patterns is enough."""
    named = """    authentication:
      cluster: {kubernetesTokenReview: {audiences: ["https://kubernetes.default.svc"]}}
    authorization:
      rule: {patternMatching: {patterns: [{%s: [{patternRef: both}]}]}}
  patterns:
    both:
      allOf:
        - {selector: auth.identity.user.username, operator: eq, value: freda}
        - {selector: auth.identity.user.username, operator: eq, value: petra}
"""
    assert status(named % "any") == 200
    assert status(named % "all") == 403


def test_trap_07_neither_issuer_nor_audience_of_a_token_is_compared() -> None:
    """Whatever the issuer's keys have signed is accepted."""
    rules = "    authentication:\n      oidc: {jwt: {issuerUrl: https://keycloak.example.com/realms/maas}}\n"
    claims = {"iss": "https://evil.example.com", "aud": "another", "sub": "eve"}
    world = Identities(signed={"t": SignedToken("https://keycloak.example.com/realms/maas", claims)})
    assert model(rules, world=world).ask("t", MODEL_PATH).status == 200
    other = Identities(signed={"t": SignedToken("https://evil.example.com", claims)})
    assert model(rules, world=other).ask("t", MODEL_PATH).status == 401
    checked = (
        rules + "    authorization:\n      aud: {patternMatching: {patterns: [{predicate: 'auth.identity.aud == \"maas\"'}]}}\n"
    )
    assert model(checked, world=world).ask("t", MODEL_PATH).status == 403


def test_trap_08_no_authentication_is_anonymous() -> None:
    """Everybody is let in, with an identity that says so."""
    rules = "    authorization:\n      any: {patternMatching: {patterns: [{predicate: auth.identity.anonymous}]}}\n"
    assert status(rules, None) == 200


def test_trap_09_two_methods_of_one_priority_race() -> None:
    """Which identity wins is not known, so that no answer is given; alone either is fine."""
    rules = """    authentication:
      cluster: {kubernetesTokenReview: {audiences: ["https://kubernetes.default.svc"]}}
      everybody: {anonymous: {}, priority: %d}
"""
    raced = model(rules % 0).ask("freda", MODEL_PATH)
    assert (raced.status, raced.reason) == (None, "inconclusive")
    assert raced.why_not is not None
    assert "either may answer first" in raced.why_not
    assert model(rules % 0).ask(None, MODEL_PATH).method == "everybody"
    assert model(rules % 1).ask("freda", MODEL_PATH).method == "cluster"


def test_trap_10_a_predicate_that_is_no_boolean_crashes() -> None:
    """The process ends, the gateway answers 500."""
    found = model(rule("[{predicate: auth.identity.user.username}]")).ask("freda", MODEL_PATH)
    assert (found.status, found.reason) == (500, "auth-crash")


def test_trap_11_overrides_do_not_see_each_other() -> None:
    """They see the identity as it came; an error in one of them refuses the method."""
    rules = """    authentication:
      cluster:
        kubernetesTokenReview: {audiences: ["https://kubernetes.default.svc"]}
        overrides: {a: {value: x}, b: {expression: auth.identity.a}}
"""
    assert status(rules) == 401
    kept = rules.replace(
        "overrides: {a: {value: x}, b: {expression: auth.identity.a}}", "defaults: {user: {value: x}, b: {value: y}}"
    )
    both = 'auth.identity.user.username == "freda" && auth.identity.b == "y"'
    checked = f"    authorization:\n      r: {{patternMatching: {{patterns: [{{predicate: '{both}'}}]}}}}\n"
    assert status(kept + checked) == 200


def test_a_method_that_accepts_and_then_fails_among_others_is_inconclusive() -> None:
    """Its plain identity stays behind for the methods after it."""
    rules = """    authentication:
      cluster:
        kubernetesTokenReview: {audiences: ["https://kubernetes.default.svc"]}
        overrides: {b: {expression: auth.identity.nope}}
      everybody: {anonymous: {}, priority: 1}
"""
    assert model(rules).ask("freda", MODEL_PATH).status is None
    assert model(rules).ask("nobody", MODEL_PATH).method == "everybody"


@pytest.mark.parametrize(
    "rules",
    [
        REVIEW + "    metadata:\n      m: {http: {url: 'http://x'}}\n",
        rule('[{predicate: "true"}]').replace("rule: {", "rule: {cache: {key: {selector: request.path}}, "),
        "    authorization:\n      o: {opa: {rego: 'allow = true'}}\n",
        "    authentication:\n      p: {plain: {selector: request.headers.x}}\n",
        REVIEW + "    callbacks:\n      c: {http: {url: 'http://x'}}\n",
        "    authorization:\n      s: {kubernetesSubjectAccessReview: {user: {value: x}}}\n",
    ],
)
def test_traps_12_to_19_what_is_not_modelled_is_reported(rules: str) -> None:
    """Caches, metadata, callbacks, Rego and access reviews without a resource: no guess is made."""
    assert "unmodelled" in codes(model(rules, strict=False))


def test_trap_18_an_api_key_in_the_wrong_place_is_not_found() -> None:
    """The Secret must be where Authorino looks, and carry its label."""
    rules = """    authentication:
      keys:
        apiKey: {selector: {matchLabels: {app: maas}}%s}
        credentials: {authorizationHeader: {prefix: APIKEY}}
        overrides: {userid: {selector: auth.identity.metadata.annotations.user}}
    response:
      success: {headers: {x-user: {plain: {expression: auth.identity.userid}}}}
"""
    data = (("api_key", b64encode(b"secret").decode()),)
    labels = (("app", "maas"), ("authorino.kuadrant.io/managed-by", "authorino"))

    def ask(secret: Secret, *, everywhere: str = "") -> int | None:
        found = model(rules % everywhere, world=Identities(secrets=(secret,))).ask(
            None, MODEL_PATH, {"authorization": "APIKEY secret"}
        )
        assert found.status != 200 or ("x-user", "dana") in found.headers
        return found.status

    annotations = (("user", "dana"),)
    assert ask(Secret("kuadrant-system", "k", labels, annotations, data)) == 200
    assert ask(Secret("llm", "k", labels, annotations, data)) == 401
    assert ask(Secret("llm", "k", labels, annotations, data), everywhere=", allNamespaces: true") == 200
    assert ask(Secret("kuadrant-system", "k", labels[:1], annotations, data)) == 401
    assert ask(Secret("kuadrant-system", "k", labels[1:], annotations, data)) == 401
    assert ask(Secret("kuadrant-system", "k", labels, annotations, ())) == 401


def test_trap_20_a_failing_response_item_takes_the_metadata_with_it() -> None:
    """Alone it is just missing, and the limit that needs it is an error: unmetered. With siblings nobody knows."""
    response = """    response:
      success:
        filters:
          identity: {json: {properties: {userid: {expression: auth.identity.nope}}}}
"""
    limit = limits("    l: {rates: [{limit: 0, window: 1m}], when: [{predicate: 'auth.identity.userid != \"\"'}]}\n")
    found = platform(GATEWAY, MODEL, auth(REVIEW + response), limit).ask("freda", MODEL_PATH)
    assert (found.status, found.metadata, found.limits) == (200, {}, ())
    sibling = response + "        headers: {x-a: {plain: {value: x}}}\n".replace("{value: x}", "{expression: request.method}")
    found = platform(GATEWAY, MODEL, auth(REVIEW + sibling), limit).ask("freda", MODEL_PATH)
    assert (found.status, found.reason) == (None, "inconclusive")


def test_trap_21_a_mixed_case_header_does_not_replace_the_clients() -> None:
    """Since 1.4 the filter compares names as they are spelt; the backend sees the client's first."""
    rules = REVIEW + "    response:\n      success: {headers: {X-User: {plain: {expression: auth.identity.user.username}}}}\n"
    sent = {"x-user": "root"}

    def seen(release: str) -> list[str]:
        found = model(rules, release=release).ask("freda", MODEL_PATH, sent)
        return [value for name, value in found.headers if name == "x-user"]

    assert seen("1.5") == ["root", "freda"]
    assert seen("1.4") == ["root", "freda"]
    assert seen("1.4.6") == ["root", "freda"]
    assert seen("1.3") == ["freda"]


def test_trap_22_plain_headers_are_written_as_go_does() -> None:
    """Nothing is `<nil>`, a list has brackets and spaces; `@tostr` gives JSON."""
    rules = (
        REVIEW
        + """    response:
      success:
        headers:
          x-nil: {plain: {selector: auth.identity.nope}}
          x-list: {plain: {expression: auth.identity.user.groups}}
          x-json: {plain: {selector: auth.identity.user.groups.@tostr}}
          x-object: {json: {properties: {b: {expression: request.method}, a: {value: "<"}}}}
"""
    )
    found = dict(model(rules).ask("freda", MODEL_PATH).headers)
    assert found["x-nil"] == "<nil>"
    assert found["x-list"] == "[system:authenticated free-user]"
    assert found["x-json"] == '["system:authenticated","free-user"]'
    assert found["x-object"] == '{"a":"\\u003c","b":"POST"}'


@pytest.mark.parametrize(
    "text", ['request.?method == "POST"', 'has(request.headers["x"])', 'queryMap(request.query)["a"] == "b"', "nobody == 1"]
)
def test_trap_23_a_policy_condition_that_the_operator_refuses_is_reported(text: str) -> None:
    """The operator would leave the whole policy out."""
    found = platform(GATEWAY, MODEL, auth(f"{REVIEW}  when: [{{predicate: '{text}'}}]\n"), strict=False)
    assert "unmodelled" in codes(found)


def test_trap_24_a_policy_condition_on_the_caller() -> None:
    """Nobody is known yet: 1.4 compares with null and skips Authorino, 1.5 answers 500."""
    rules = f"{REVIEW}  when: [{{predicate: 'auth.identity.userid == \"freda\"'}}]\n"
    old, new = model(rules, release="1.4.6").ask(None, MODEL_PATH), model(rules, release="1.5").ask(None, MODEL_PATH)
    assert (old.status, old.reason) == (200, "auth-skipped")
    assert (new.status, new.reason) == (500, "auth-when-error")


def test_trap_25_limits_on_the_caller_without_an_auth_policy_are_dropped() -> None:
    """The operator refuses the text: requests are unlimited, of tokens only that limit is gone."""
    body = """    mine: {rates: [{limit: 0, window: 1m}], when: [{predicate: 'auth.identity.userid == "x" || true'}]}
    all: {rates: [{limit: 0, window: 1m}]}
"""
    requests = platform(GATEWAY, MODEL, limits(body, kind="RateLimitPolicy")).ask("freda", MODEL_PATH)
    assert (requests.status, requests.limits) == (200, ())
    tokens = platform(GATEWAY, MODEL, limits(body)).ask("freda", MODEL_PATH)
    assert (tokens.status, [limit.name for limit in tokens.limits]) == (429, ["all"])


def test_trap_26_one_bad_predicate_takes_all_limits_of_requests_with_it() -> None:
    """They are one call; limits of tokens are calls of their own."""
    body = """    bad: {rates: [{limit: 5, window: 1m}], when: [{predicate: 'auth.identity.nope == "x"'}]}
    zero: {rates: [{limit: 0, window: 1m}], when: [{predicate: 'auth.identity.userid == "freda"'}]}
"""
    policy = auth(REVIEW + EXPORT)
    assert platform(GATEWAY, MODEL, policy, limits(body, kind="RateLimitPolicy")).ask("freda", MODEL_PATH).status == 200
    assert platform(GATEWAY, MODEL, policy, limits(body)).ask("freda", MODEL_PATH).status == 429
