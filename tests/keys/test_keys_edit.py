"""A key is written into a text and out of it without touching anything else there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keys_support import SEALED

from compiler.keys.edit import added, removed, resealed
from compiler.keys.entry import NewKey
from compiler.program.keys import External, Sealed
from compiler.source.document import Document
from compiler.source.load import load_text

TEAM = ("teams", "demo")
KEY = NewKey("dev", "alice", External("vault", "ClusterSecretStore", "a/b", None))
ENTRY = "dev:\n        user: alice\n        secret: {external: {store: vault, path: a/b}}\n"

INLINE = "dev: {user: alice, secret: {external: {store: vault, path: a/b}}}"


def document(text: str, index: int = 0) -> Document:
    documents, found = load_text("a.yaml", text.encode())
    assert found == ()
    return documents[index]


BLOCK = """\
# ours
teams:
  demo: # of the demo
    members: [{user: alice}] # alone

    # end of demo
  other: {}
"""
TEXTS = [
    (
        BLOCK,
        BLOCK.replace("# alone\n", "# alone\n    keys:\n      " + ENTRY),
    ),
    (
        "teams:\n  demo:\n    keys:\n      ci:   {user: b, secret: {sealed: x}} # b\n    name: D\n",
        "teams:\n  demo:\n    keys:\n      ci:   {user: b, secret: {sealed: x}} # b\n      " + ENTRY + "    name: D\n",
    ),
    (
        "teams:\n  demo:\n    keys:\n      ci:\n        user: b # b\n",
        "teams:\n  demo:\n    keys:\n      ci:\n        user: b # b\n      " + ENTRY,
    ),
    (
        "teams: {demo: {name: D}}\n",
        "teams: {demo: {name: D, keys: {dev: {user: alice, secret: {external: {store: vault, path: a/b}}}}}}\n",
    ),
    ("teams:\n  demo: {}\n", "teams:\n  demo: {keys: {dev: {user: alice, secret: {external: {store: vault, path: a/b}}}}}\n"),
    (
        "teams:\n  demo:\n    keys: {\n      ci: {user: b},\n    }\n",
        "teams:\n  demo:\n    keys: {\n      ci: {user: b}, " + INLINE + "\n    }\n",
    ),
    (
        "teams:\n  ? demo\n  : {name: D # why\n  }\n",
        "teams:\n  ? demo\n  : {name: D, keys: {" + INLINE + "} # why\n  }\n",
    ),
    (
        "teams:\r\n  demo:\r\n    name: D\r\n",
        "teams:\r\n  demo:\r\n    name: D\r\n    keys:\r\n      " + ENTRY.replace("\n", "\r\n"),
    ),
    ("teams:\n  demo:\n    name: D", "teams:\n  demo:\n    name: D\n    keys:\n      " + ENTRY),
    (
        "teams:\n  demo:\n    description: |\n      long\n\n  x: {}\n",
        "teams:\n  demo:\n    description: |\n      long\n\n    keys:\n      " + ENTRY + "  x: {}\n",
    ),
]


@pytest.mark.parametrize(("before", "after"), TEXTS)
def test_a_key_is_added_where_the_eye_looks_for_it(before: str, after: str) -> None:
    assert added(document(before), TEAM, KEY) == after


@pytest.mark.parametrize(("before", "after"), [pair for pair in TEXTS if pair[0].endswith("\n") and "{\n" not in pair[0]])
def test_what_was_added_is_removed_without_a_trace(before: str, after: str) -> None:
    assert removed(document(after), TEAM, "dev") == before


def test_the_one_after_it_stays() -> None:
    text = "teams: {demo: {keys: {dev: {user: a}, ci: {user: b}}, name: D}}\n"
    assert removed(document(text), TEAM, "dev") == "teams: {demo: {keys: {ci: {user: b}}, name: D}}\n"
    assert removed(document(text), TEAM, "ci") == "teams: {demo: {keys: {dev: {user: a}}, name: D}}\n"
    lines = "teams:\n  demo:\n    keys:\n      # of dev\n      dev: {user: a}\n      # of ci\n      ci: {user: b}\n"
    assert removed(document(lines), TEAM, "ci") == lines.replace("      ci: {user: b}\n", "")


def test_another_document_of_the_file_stays() -> None:
    text = "teams:\n  demo:\n    name: first\n---\nteams:\n  demo:\n    name: second\n"
    after = added(document(text, 1), TEAM, KEY)
    assert after is not None
    assert after.startswith("teams:\n  demo:\n    name: first\n---\n")
    assert [one.data["teams"]["demo"]["name"] for one in load_text("a", after.encode())[0] if isinstance(one.data, dict)] == [
        "first",
        "second",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "teams:\n  demo: &d\n    name: D\n  other: *d\n",
        "base: &b\n  name: D\nteams:\n  demo: *b\n",
        "base: &b\n  keys: {ci: {user: b}}\nteams:\n  demo:\n    <<: *b\n",
        "teams:\n  ? demo\n  : {name:\n  }\n",
    ],
)
def test_a_text_that_is_not_understood_is_left_alone(text: str) -> None:
    """Nothing is better than something else than what was asked for."""
    assert added(document(text), TEAM, KEY) is None


def test_another_sealed_value_takes_the_place_of_the_first() -> None:
    text = "teams: {demo: {keys: {dev: {secret: {sealed: 'old'}, user: a}}}} # why\n"
    assert resealed(document(text), TEAM, "dev", SEALED) == text.replace("'old'", SEALED)


_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(_NAMES, st.lists(_NAMES, max_size=2), _NAMES, st.booleans())
def test_whatever_the_names_are_the_text_says_them(user: str, groups: list[str], path: str, block: bool) -> None:  # noqa: FBT001
    key = NewKey("dev", user, External("vault", "SecretStore", path, "p"), tuple(groups), "gold", ("llm/granite",))
    text = "teams:\n  demo:\n    name: D\n" if block else "teams: {demo: {name: D}}\n"
    if any("\ufeff" in word or "\ufffe" <= word <= "\uffff" for word in (user, path, *groups)):
        return
    after = added(document(text), TEAM, key)
    if after is None:
        # A character that no YAML text may hold as it is.
        return
    data: Any = document(after).data
    assert data["teams"]["demo"]["keys"]["dev"]["user"] == user
    assert data["teams"]["demo"]["keys"]["dev"].get("groups", []) == groups
    assert data["teams"]["demo"]["keys"]["dev"]["secret"]["external"]["path"] == path


def test_a_sealed_value_stands_without_quotes() -> None:
    after = added(document("teams: {demo: {}}\n"), TEAM, NewKey("dev", "alice", Sealed(SEALED)))
    assert after == f"teams: {{demo: {{keys: {{dev: {{user: alice, secret: {{sealed: {SEALED}}}}}}}}}}}\n"
