"""The pattern that `platform.names` gives for names of groups and users."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from compiler.intent.parse import parse
from compiler.source.load import load_text

LONG = "a" * 60


def codes(names: str, group: str) -> list[str]:
    text = f"""
platform:
  kuadrant: "1.5"
  gateway: {{namespace: ingress, name: gw, hostname: maas.example.com}}
  names: '{names}'
  authentication: [{{name: cluster, kind: tokenReview, audiences: [a]}}]
groups: {{'{group}': {{}}}}
"""
    documents, loading = load_text("a.yaml", text.encode())
    assert not loading
    return [one.code for one in parse(documents)[1]]


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """End what would go on for ever; whatever ends takes a small part of the time."""

    def ended(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ended)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("names", "group", "found"),
    [
        ("[a-z ]+", "some people", []),
        ("[a-z]+", "some people", ["bad-group-name"]),
        # As a whole, and not only in part.
        ("some|people", "some people", ["bad-group-name"]),
        (r"\w+", "gruppe", []),
    ],
)
def test_names_are_matched_as_a_whole(names: str, group: str, found: list[str]) -> None:
    assert codes(names, group) == found


@pytest.mark.parametrize("names", ["(a+)+", "(a|a)*", "(a*)*b", "(.*a){20}"])
def test_no_pattern_takes_for_ever(names: str) -> None:
    """Anybody may send one for review, and it must not hold up whoever checks it."""
    with within(60):
        assert codes(names, f"{LONG}!") == ["bad-group-name"]


@pytest.mark.parametrize("names", ["(", "(?=a)a", "(?<!a)b", r"(a)\1"])
def test_what_only_other_engines_know_is_refused(names: str) -> None:
    assert codes(names, "a") == ["bad-value"]
