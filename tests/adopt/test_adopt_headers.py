"""Only a rule that asks for nothing but that nobody brings identity headers is left out without a word."""

from __future__ import annotations

import pytest

from compiler.adopt.headers import refuses_headers
from compiler.adopt.objects import Plain

USER, GROUP, TIER = (f'"x-maas-{name}" in request.headers' for name in ("username", "group", "tier"))


def rule(*predicates: str) -> Plain:
    """Give a rule."""
    return {"patternMatching": {"patterns": [{"predicate": text} for text in predicates]}}


@pytest.mark.parametrize(
    "one",
    [
        rule(f"!({USER})"),
        rule(f"!({USER})", f"!({GROUP})", f"!({TIER})"),
        rule(f"!({USER}) && !({GROUP})"),
        rule(f"!({USER} || {GROUP})"),
        rule(f"has(request.headers) ? !({USER}) : true"),
        {**rule(f"!({USER})"), "priority": 0},
    ],
)
def test_a_refusal_of_identity_headers_is_known(one: Plain) -> None:
    assert refuses_headers(one)


@pytest.mark.parametrize(
    "one",
    [
        rule('!("x-maas-blocked" in request.headers)'),
        rule(f'!({USER}) && auth.identity.user.groups.exists(g, g == "paid")'),
        rule(f"!({USER})", 'auth.identity.userid == "alice"'),
        rule(USER),
        rule(f"!({USER} && {GROUP})"),
        rule('request.headers["x-maas-group"] == "admins"'),
        rule(f"has(request.headers) ? !({USER}) : false"),
        rule(f"has(auth.identity) ? !({USER}) : true"),
        rule('!("x-maas-username" in auth.identity)'),
        rule("!("),
        {**rule(f"!({USER})"), "when": [{"predicate": "false"}]},
        {"patternMatching": {"patterns": []}},
        {"patternMatching": {"patterns": [f"!({USER})"]}},
        {"patternMatching": {"patterns": [{"predicate": f"!({USER})", "selector": "x"}]}},
        {"opa": {"rego": "x-maas-username"}},
        {},
    ],
)
def test_whatever_else_a_rule_asks_must_be_understood(one: Plain) -> None:
    assert not refuses_headers(one)
