"""Rego is read in the forms that controllers write, and in no other: whoever reads more into it lets somebody in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.adopt.rego import Says, asked_of

INFO = 'input.auth.metadata["subscription-info"]'
KEY = "input.auth.metadata.apiKeyValidation"


def _got(field: str, default: str = '""') -> str:
    return f'object.get({INFO}, "{field}", {default})'


CHOSEN = f"""
    {_got("name")} != ""
    {_got("error")} == ""
    phase := {_got("phase")}
    any([phase == "Active", phase == "Degraded"])
    {_got("deletionTimestamp")} == ""
"""
KEYS = (
    f'allow {{\n  object.get(input.auth.metadata, "apiKeyValidation", {{}})\n  {KEY}.valid == true\n}}\nallow {{\n  not {KEY}\n}}'
)


@pytest.mark.parametrize(
    ("rego", "says"),
    [
        (f"allow {{\n  {_got('accessAllowed', 'false')} == true\n}}", {Says.ALLOWED}),
        (f"allow {{{CHOSEN}}}", {Says.CHOSEN}),
        (f'allow {{ {_got("name")} != "" }} # a comment {{', {Says.CHOSEN}),
        (f"allow {{ not {_got('error', 'false')} }}", {Says.NOT_REFUSED}),
        (f'allow {{ info := {INFO}; not info.error; info.phase == "Active" }}', {Says.CHOSEN}),
        (f'\n\ndefault allow := false\r\nallow {{ {INFO}.accessAllowed\n{_got("name")} != "" }}', {Says.ALLOWED, Says.CHOSEN}),
        (KEYS, {Says.NO_KEY}),
        (f"allow {{ not {KEY} }}", {Says.NO_KEY}),
    ],
)
def test_what_controllers_write_is_read(rego: str, says: set[Says]) -> None:
    assert asked_of(rego) == says


@pytest.mark.parametrize(
    "rego",
    [
        "",
        "allow",
        "allow {}",
        "allow { true }",
        "default allow = false",
        "default allow = true",
        f"allow {{ {INFO} }}",
        f'allow {{ {_got("name", "false")} != "" }}',
        f'allow {{ {_got("deletionTimestamp")} == "" }}',
        f"allow {{ not {_got('error')} }}",
        f'allow {{ {INFO}.phase == "Pending" }}',
        f"allow {{ {INFO}.accessAllowed; {KEY}.valid }}",
        f"allow {{ {INFO}.accessAllowed }}\nallow {{ not {KEY} }}",
        f"allow {{ {INFO}.accessAllowed }} {{ true }}",
        f"allow {{ {INFO}.accessAllowed }} allow {{ true }}",
        f"allow if {INFO}.accessAllowed",
        f'allow {{ x := {INFO}.accessAllowed; "x" == "x"; x }}',
        f"allow {{ info.accessAllowed; info := {INFO} }}",
        f"allow {{ some info; info := {INFO}; info.accessAllowed }}",
        f"allow {{ input := {INFO}; input.accessAllowed; 1 }}",
        f"allow {{ {INFO}.accessAllowed",
        f'allow {{ {INFO}.accessAllowed; "}}" }}',
        f"deny {{ {INFO}.accessAllowed }}",
        f"allow {{ `{INFO}.accessAllowed` }}",
        "allow " * 40_000,
        "allow{" * 40_000,
        "\n" * 40_000,
    ],
    ids=lambda rego: rego[:60],
)
def test_nothing_else_is_read(rego: str) -> None:
    assert asked_of(rego) == frozenset()


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_rule_that_was_touched_anywhere_says_the_same_or_is_not_read(data: st.DataObject) -> None:
    """Taking out, putting in or exchanging a word of what is read never makes a rule that says something else of it."""
    written = data.draw(st.sampled_from((f"allow {{{CHOSEN}}}", f"allow {{ {INFO}.accessAllowed == true }}", KEYS)))
    place = data.draw(st.integers(0, len(written)))
    words = ("not ", "!", "=", ";", "}", "{", " else ", "true", "false", "allow ", "x", "\n", '"', "default ", ".", "|")
    touched = written[:place] + data.draw(st.sampled_from(words)) + written[place + data.draw(st.integers(0, 3)) :]
    assert asked_of(touched) in (asked_of(written), frozenset())
