"""A value that cannot be taken as it is comes with what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import SMALL, run, write

from compiler.checks.run import check_intent
from compiler.diagnostics.model import Diagnostic
from compiler.intent.parse import parse
from compiler.intent.scalars import window_seconds
from compiler.pipeline import front
from compiler.source.load import load_text

MORE = """\
tiers:
  small: {level: 0, groups: [free-user], tokens: [{limit: 5, window: 1m}]}
teams:
  ml: {defaultPolicy: plan, members: [], grants: [], groups: [free-user]}
policies:
  plan: {kind: TokenRateLimitPolicy, tokens: [{limit: 5, window: 1h}]}
invariants:
  - {name: capped, callers: {}, models: ["*"], atMost: {limit: 100, window: 1m}}
"""


def found(old: str, new: str, *further: tuple[str, str]) -> tuple[Diagnostic, ...]:
    """Read the configuration with one text instead of another, and further ones."""
    text = SMALL + MORE
    for before, after in ((old, new), *further):
        assert before in text
        text = text.replace(before, after, 1)
    documents, problems = load_text("a.yaml", text.encode())
    if problems:
        return problems
    intent, problems = parse(documents)
    return problems or (check_intent(intent) if intent is not None else ())


def advised(old: str, new: str) -> str | None:
    """Give the advice on the one error there is."""
    told = {one.help for one in found(old, new) if one.severity.value == "error"}
    assert len(told) == 1, told
    return told.pop()


def test_without_a_mistake_there_is_no_advice() -> None:
    assert [one for one in found("limit: 100", "limit: 101") if one.severity.value == "error"] == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("60", "60s"),
        ('"60"', "60s"),
        ("60 s", "60s"),
        ("1min", "1m"),
        ("1 Minute", "1m"),
        ("2 hours", "2h"),
        ("3days", "3d"),
        ("1 week", "1w"),
        ("1h 30m", "1h30m"),
        ("1H", "1h"),
        ("0.5h", "30m"),
        ("0.25m", "15s"),
        ("1.0h", "60m"),
        ("1.5m", "90s"),
    ],
)
def test_a_window_is_spelt_as_it_was_meant(written: str, meant: str) -> None:
    assert window_seconds(meant) > 0
    assert advised("window: 1m", f"window: {written}") == f"write `{meant}`"


@pytest.mark.parametrize("written", ["0", "1.3s", "0.5", "soon", "400d", "true", "[1m]", "500ms", "1 month"])
def test_a_window_that_nobody_can_guess_is_shown_by_example(written: str) -> None:
    assert advised("window: 1m", f"window: {written}") == "write whole numbers with a unit, such as `90s`, `15m`, `1h30m` or `1d`"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("groups: [free-user], tokens", "groups: free-user, tokens", "write a list: `groups: [free-user]`"),
        ("groups: [free-user], tokens", 'groups: "a, b", tokens', "write a list: `groups: [a, b]`"),
        ("groups: [free-user], tokens", "groups: ', ', tokens", None),
        ("groups: [free-user], tokens", "groups: true, tokens", None),
        ("tokens: [{limit: 5, window: 1m}]", "tokens: 5", "write a list: `tokens: [{limit: 5, window: 1h}]`"),
        ("tokens: [{limit: 5, window: 1m}]", "tokens: [5]", "write `{limit: 5, window: 1h}`"),
        ("grants: []", "grants: [simulator]", "write `{model: simulator}`"),
        ("members: []", "members: [alice]", "write `{user: alice}`"),
        ("backend: {kind: LLMInferenceService}", "backend: LLMInferenceService", "write `{kind: LLMInferenceService}`"),
        ("owner: {groups: [free-user]}", "owner: free-user", "write `{groups: [free-user]}`"),
        ("owner: {groups: [free-user]}", "owner: true", None),
        ("callers: {}", "callers: everybody", None),
        ("members: []", "members: {user: alice}", "write a list: put `[` before the mapping"),
        (
            "atMost: {limit: 100, window: 1m}",
            "atMost: [{limit: 100, window: 1m}]",
            "write the mapping alone, without a list: `atMost:",
        ),
        (
            "atMost: {limit: 100, window: 1m}",
            "atMost: [{limit: 100, window: 1m}, {limit: 9, window: 1s}]",
            "there is one amount here: write an invariant for each",
        ),
        ("owner: {groups: [free-user]}", "owner: [{groups: [free-user]}]", "write the mapping alone, without a list: `owner:"),
        ("owner: {groups: [free-user]}", "owner: [{groups: [a]}, {groups: [b]}]", None),
        ("backend: {kind: LLMInferenceService}", "backend: {kind: Service, name: a}", "such as `port: 8080`"),
        ("limit: 100,", "limit: 20k,", "write all digits: `20000`"),
        ("limit: 100,", "limit: 2M,", "write all digits: `2000000`"),
        ("limit: 100,", "limit: 2e4,", "write all digits: `20000`"),
        ("limit: 100,", "limit: 2.5,", None),
        ("limit: 100,", "limit: '100',", "remove the quotes"),
        ("limit: 100,", "limit: many,", None),
    ],
)
def test_the_shape_that_was_meant_is_shown(old: str, new: str, words: str | None) -> None:
    told = advised(old, new)
    assert (told is None) if words is None else (told is not None and told.startswith(words)), told


@pytest.mark.parametrize(
    ("section", "written", "words"),
    [
        (
            "access",
            "[{models: [a], groups: [b]}]",
            "write each item below a name, without `-`: `access: {<name>: {models: ..., groups: ...}}`",
        ),
        (
            "tiers",
            "[{name: top, level: 0, groups: [], tokens: [], requests: []}]",
            "`tiers: {top: {level: ..., groups: ..., tokens: ..., ...}}`",
        ),
        ("teams", "[{name: A team, groups: [a]}]", "`teams: {<name>: {name: ..., groups: ...}}`"),
        ("groups", "[staff, others]", "write a mapping: `groups: {staff: {}}`"),
        ("users", "alice", "write a mapping: `users: {alice: {}}`"),
        ("models", "[granite]", "write a mapping: `models: {granite: {...}}`"),
        ("access", "", "take the section out, or write `access: {}`"),
        ("access", "[]", None),
        ("access", "[[a]]", None),
        ("access", "true", None),
        ("invariants", "{a: {never: access}}", "write each with its name: `invariants: [{name: ...,"),
    ],
)
def test_a_section_of_another_shape_is_shown_as_it_is_meant(section: str, written: str, words: str | None) -> None:
    documents, problems = load_text("a.yaml", f"{section}: {written}\n".encode())
    assert not problems
    (told,) = (one.help for one in parse(documents)[1] if one.code == "wrong-type")
    assert (told is None) if words is None else (told is not None and words in told), told


@pytest.mark.parametrize(("written", "guess"), [("mistral", "known here: anthropic, "), ("opnai", "did you mean `openai`? ")])
def test_of_other_providers_it_is_told_what_they_are_called(written: str, guess: str) -> None:
    told = advised(
        "backend: {kind: LLMInferenceService}",
        f"backend: {{kind: ExternalModel, provider: {written}, endpoint: api.example.com, model: m}}",
    )
    assert told is not None
    assert told.startswith(guess)
    assert told.endswith(" any other that speaks the format of OpenAI is `openai-compatible`")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("models: [simulator]", 'models: ["*"]', 'only invariants have `models: ["*"]`; elsewhere list the models'),
        ("models: [simulator]", 'models: "*"', 'only invariants have `models: ["*"]`; elsewhere list the models'),
        ('models: ["*"]', 'models: "*"', 'write `models: ["*"]`'),
        ("models:\n  simulator: {", "models:\n  simulator: {tiers: ['*'], ", 'write `tiers: "*"`, without a list'),
        ("groups: [free-user], tokens", "groups: ['*'], tokens", "list the groups: `system:authenticated` has everybody"),
        ("groups: [free-user], tokens", "groups: '*', tokens", "list the groups: `system:authenticated` has everybody"),
        ("members: []", "members: [{user: '*'}]", "list the users"),
        ("defaultPolicy: plan", "defaultPolicy: '*'", "define it under `policies:`"),
    ],
)
def test_what_stands_for_all_is_told_where_it_does(old: str, new: str, words: str) -> None:
    assert (advised(old, new) or "").startswith(words)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("{limit: 100", "{limit:\u00a0100", "no-break space (U+00A0)"),
        ("groups: [free-user], tokens", "groups: [free-user\u00a0], tokens", "no-break space (U+00A0)"),
        ("groups: [free-user], tokens", "groups: [free\u200b-user], tokens", "zero width space (U+200B)"),
        ("policies:\n", "policies\u3164:\n", "hangul filler (U+3164)"),
        ("  plan:", "  plan\u00ad:", "soft hyphen (U+00AD)"),
        ("  free-user: {", "  free-user\u202e: {", "right-to-left override (U+202E)"),
    ],
)
def test_characters_that_nobody_sees_are_named(old: str, new: str, name: str) -> None:
    assert any(f"it holds a {name}, which nobody sees" in (one.help or "") for one in found(old, new))


@pytest.mark.parametrize(
    ("old", "new", "headline"),
    [
        ("groups: [free-user], tokens", "groups: [''], tokens", 'unknown group `""`'),
        ("groups:\n", "'':\n", 'unknown section `""`'),
        ("{limit: 100,", "{'': 1, limit: 100,", 'unknown key `""`'),
        ("{limit: 100,", "{'': 1, '': 2, limit: 100,", 'the key `""` is written twice'),
        ("policies:\n  plan", "policies:\n  ''", '`""` is no Kubernetes name'),
        ("groups:\n  free-user:", "groups:\n  '':", 'the group `""` matches no allowed name'),
        ("tiers:", "users: {'': {}}\ntiers:", 'the user `""` matches no allowed name'),
        ('models: ["*"]', "models: ['']", 'unknown model `""`'),
    ],
)
def test_an_empty_name_is_shown_as_one_would_write_it(old: str, new: str, headline: str) -> None:
    told = {one.headline: one.help for one in found(old, new)}
    assert headline in told, told
    assert told[headline] in ("it is empty: write the one that is meant, or remove it", None), told


@pytest.mark.parametrize(
    ("words", "headline"),
    [
        (["explain", "", "--group", "x"], 'unknown model `""`'),
        (["explain", "simulator", "--user", ""], '`""` cannot be the name of a user'),
        (["explain", "simulator", "--group", ""], '`""` cannot be the name of a group'),
        (["explain", "simulator", "--method", ""], 'unknown method `""`'),
        (["explain", "simulator", "--key", ""], 'unknown key `""`'),
        (["explain", "simulator", "--group", "x", "--header", ""], '`""` is no header'),
        (["effective", "--model", ""], 'unknown model `""`'),
        (["key", "list", "--team", ""], 'there is no team `""`'),
        (["rule", ""], 'no rule has the code `""`'),
    ],
)
def test_an_empty_word_of_a_command_is_shown_too(
    words: list[str], headline: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"config/a.yaml": SMALL})
    monkeypatch.chdir(tmp_path)
    assert run(*words).output.startswith(f"maasc: {headline}\n")


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> main", "||||||| 1234567"])
def test_a_conflict_of_git_is_told_as_one(marker: str) -> None:
    (told,) = found("tiers:\n", f"{marker}\ntiers:\n")
    assert (told.code, told.headline) == ("yaml-syntax", "a conflict of git is left in the file")
    assert told.place is not None
    assert told.place.span is not None
    assert (told.place.span.line, told.place.span.end_column) == (SMALL.count("\n") + 1, 8)


def test_what_only_looks_like_a_conflict_is_none() -> None:
    (told,) = found("tiers:\n", "description: |\n  =======\ntiers: [\n")
    assert told.headline != "a conflict of git is left in the file"


METHODS = "  authentication:\n"


@pytest.mark.parametrize(
    ("method", "advice"),
    [
        ("kind: tokenReview, audiences: [x], cache: 60", "write `60s`"),
        ("kind: introspection, endpoint: https://keys.example.com/ask", "such as `credentials: {secret: <name>}`"),
        ("kind: introspection, endpoint: https://keys.example.com/ask, credentials: foo", "write `{secret: foo}`"),
        ("kind: oidc, audience: maas", "such as `issuer: https://sso.example.com/realms/maas`"),
    ],
)
def test_a_way_in_that_lacks_something_is_shown_what(method: str, advice: str) -> None:
    assert advised(METHODS, f"{METHODS}    - {{name: extra, {method}}}\n") == advice


def test_what_only_a_duplicate_uses_is_not_unused(tmp_path: Path) -> None:
    """Of two items of one name the second is not kept, and the group that it names is used all the same."""
    more = "groups:\n  lab: {}\npolicies: {}\naccess:\n  all: {models: [granite], groups: [free-user]}\n"
    (tmp_path / "a.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(more, encoding="utf-8")
    (tmp_path / "c.yaml").write_text("access:\n  all: {models: [granite], groups: [lab]}\n", encoding="utf-8")
    assert [one.code for one in front(tmp_path).diagnostics if one.code in ("duplicate-name", "unused-group")] == [
        "duplicate-name"
    ]
    (tmp_path / "c.yaml").unlink()
    assert [one.code for one in front(tmp_path).diagnostics if one.code in ("duplicate-name", "unused-group")] == ["unused-group"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("groups: [free-user], tokens", "groups: [nope], tokens", "unknown-group"),
        ("groups: [free-user], tokens", "groups: ['system:nope'], tokens", "unknown-group"),
        ("groups: [free-user]}, models", "groups: [free-user], users: [nope]}, models", "unknown-user"),
        ("members: [], grants: [], groups: [free-user]", "grants: [{model: simulator, user: nope}]", "unknown-user"),
    ],
)
def test_of_a_name_that_is_not_declared_nothing_else_is_told(old: str, new: str, code: str) -> None:
    way_in = ('kind: tokenReview, audiences: ["https://kubernetes.default.svc"]', "kind: tierToken")
    (told,) = (one for one in found(old, new, way_in) if "nope" in one.headline)
    assert told.code == code


def test_a_model_without_its_namespace_is_found_in_another_one() -> None:
    """The likeliest slip with two namespaces."""
    further = ("  simulator: {backend", "  research/mixtral: {backend: {kind: LLMInferenceService}}\n  simulator: {backend")
    (told,) = [
        one for one in found("{models: [simulator], groups", "{models: [mixtral], groups", further) if one.code == "unknown-model"
    ]
    assert told.help == "did you mean `research/mixtral`?"
    assert "403" in str(told.effect)


@pytest.mark.parametrize(
    ("written", "help_"),
    [
        ("https://maas.example.com", "write `maas.example.com`"),
        ("MaaS.example.com:443", "write `maas.example.com`"),
        ("maas.example.com/v1?x", "write `maas.example.com`"),
        ("localhost", None),
        ("https://a b.example.com", None),
        ("-a.example.com", None),
    ],
)
def test_a_host_is_found_in_what_is_more(written: str, help_: str | None) -> None:
    assert advised("hostname: maas.apps.example.com", f"hostname: {written!r}") == help_


def test_a_model_beside_all_models_is_a_name_like_any_other() -> None:
    (told,) = found('models: ["*"], atMost', 'models: ["*", nope], atMost')
    assert (told.code, told.place and told.place.path[-2:]) == ("unknown-model", ("models", 1))


@pytest.mark.parametrize(
    ("old", "new", "effect"),
    [
        ("callers: {}", "callers: {groups: [nope]}", "the invariant would speak of nobody by that name"),
        ("callers: {}", "callers: {users: [nope]}", "the invariant would speak of nobody by that name"),
        ("callers: {}", "callers: {tiers: [nope]}", "the invariant would speak of nobody by that name"),
        ("callers: {}", "callers: {notGroups: [nope]}", "the invariant would leave out nobody by that name"),
        ("callers: {}", "callers: {notUsers: [nope]}", "the invariant would leave out nobody by that name"),
        ("callers: {}", "callers: {notTiers: [nope]}", "the invariant would leave out nobody by that name"),
        ('models: ["*"], atMost', "models: [nope], atMost", "the invariant would speak of no model of that name"),
        ('models: ["*"], atMost', 'models: ["*", nope], atMost', "the invariant would speak of no model of that name"),
        (
            "groups: [free-user], tokens",
            "groups: [nope], tokens",
            "no caller would ever match it",
        ),
    ],
)
def test_an_unknown_name_in_an_invariant_is_not_said_to_decide_about_requests(old: str, new: str, effect: str) -> None:
    (told,) = (one for one in found(old, new) if one.severity.value == "error")
    assert told.effect.partition(":")[0] == effect
