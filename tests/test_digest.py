"""The digest by which a lock knows its configuration."""

from __future__ import annotations

import json

import pytest
from cli_support import SMALL
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compiler.intent.digest import canonical, digest
from compiler.intent.parse import parse
from compiler.source.load import load_text


def of(text: str) -> str:
    documents, loading = load_text("maas.yaml", text.encode())
    intent, found = parse(documents)
    assert intent is not None
    assert not (*loading, *found)
    return digest(intent)


def test_a_digest_outlives_releases() -> None:
    """A key that comes with a new release is not written in any older configuration: no output is stale for it."""
    assert of(SMALL) == "7bfe15f27e103affe7a1a27ede2029ce1e6251d3cfb8c20e70879cb725364961"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        # What is so anyway.
        ("  modelNamespace: llm\n", "  modelNamespace: llm\n  attach: route\n", True),
        ("hostname: maas.apps.example.com}", "hostname: maas.apps.example.com, maxFilterBytes: 1000000}", True),
        ("{tokens: [{limit: 100, window: 1m}]}", "{tokens: [{limit: 100, window: 1m}], unlimited: false}", True),
        # What is not, or is spelt otherwise.
        ("  modelNamespace: llm\n", "  modelNamespace: llm\n  bridge: groups\n", False),
        ("limit: 100", "limit: 101", False),
        ("window: 1m", "window: 60s", False),
        ("{description: Free users}", "{description: free users}", False),
    ],
)
def test_only_defaults_change_nothing(old: str, new: str, *, same: bool) -> None:
    """Whatever else is written is another configuration."""
    assert old in SMALL
    assert (of(SMALL.replace(old, new)) == of(SMALL)) is same


_TEXT = st.text(st.characters(max_codepoint=0x2FFF))
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT, lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner), max_leaves=8
)


@settings(max_examples=100, deadline=None)
@given(_PLAIN)
@example("".join(map(chr, range(0x100))))
@example({"\ud800": 2**80, "é": "\u2028"})
def test_the_quick_spelling_is_that_of_the_standard_library(value: object) -> None:
    """What locks say must not depend on which of the two wrote it: every byte is the same, whatever the text."""
    assert canonical(value) == json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
