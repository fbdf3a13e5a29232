"""What is written of a key, what it means, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keys_support import BASE, SEALED, codes, compiled, key, program, team

from compiler import pipeline
from compiler.program.keys import External, Sealed
from compiler.render.layout import render
from compiler.source.sealed import is_sealed
from compiler.targets.emit import emit
from compiler.targets.keys import secret_name

EXTERNAL = "secret: {external: {store: vault, path: a}}"


def test_a_key_is_bound_to_its_team_and_has_the_groups_of_the_team(tmp_path: Path) -> None:
    found = key(tmp_path, f"{{dev: {{user: alice@example.com, {EXTERNAL}}}}}", groups="[ml-people, ml-people]")
    assert (found.user, found.groups, found.policy, found.bound, found.models) == (
        "alice",
        ("ml-people",),
        "plan",
        "team:demo",
        None,
    )
    assert found.secret == External("vault", "ClusterSecretStore", "a", None)


def test_a_key_is_bound_to_a_subscription_with_groups_and_models_of_its_own(tmp_path: Path) -> None:
    written = f"{{dev: {{user: alice, groups: [reviewers], subscription: gold, models: [other/qwen], {EXTERNAL}}}}}"
    found = key(tmp_path, written, groups="[ml-people]")
    assert (found.groups, found.policy, found.bound, found.models) == (("reviewers",), None, "gold", ("other/qwen",))


def test_models_are_named_with_their_namespace_in_order_and_once(tmp_path: Path) -> None:
    written = f"{{dev: {{user: alice, models: [granite, llm/granite], {EXTERNAL}}}}}"
    assert key(tmp_path, written).models == ("llm/granite",)


def test_keys_are_in_order_whatever_the_order_of_the_text(tmp_path: Path) -> None:
    keys = (
        "{z: {user: alice, secret: {external: {store: v, path: z}}}, a: {user: alice, secret: {external: {store: v, path: a}}}}"
    )
    assert [found.id for found in program(tmp_path, team(keys)).keys] == ["demo/a", "demo/z"]


@pytest.mark.parametrize("beside", [False, True])
def test_a_sealed_value_stands_in_the_text_or_in_a_file_beside_it(tmp_path: Path, beside: bool) -> None:  # noqa: FBT001
    folder = tmp_path / "config"
    if beside:
        (folder / "sealed").mkdir(parents=True)
        (folder / "sealed" / "dev.sealed").write_text(SEALED + "\n", encoding="utf-8")
    written = "sealed/dev.sealed" if beside else SEALED
    assert key(folder, f"{{dev: {{user: alice, secret: {{sealed: {written}}}}}}}").secret == Sealed(SEALED)


def test_the_digest_of_a_configuration_covers_the_files_beside_it(tmp_path: Path) -> None:
    """Or a new value would be no change, and a build would say that all is as it was."""
    file = tmp_path / "dev.sealed"
    file.write_text(SEALED, encoding="utf-8")
    before = compiled(tmp_path, team("{dev: {user: alice, secret: {sealed: dev.sealed}}}")).digest
    file.write_text(SEALED.replace("AAAAA", "AAAAB", 1), encoding="utf-8")
    assert pipeline.front(tmp_path).digest != before


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("{Dev: {user: alice, " + EXTERNAL + "}}", ["bad-name"]),
        ("{dev: {user: alice}}", ["missing-key"]),
        ("{dev: {user: alice, secret: {}}}", ["bad-value"]),
        ("{dev: {user: alice, secret: {sealed: a.sealed, external: {store: v, path: a}}}}", ["bad-value"]),
        ("{dev: {user: alice, secret: {external: {store: v, path: ''}}}}", ["bad-value"]),
        ("{dev: {user: alice, secret: {external: {store: Vault, path: a}}}}", ["bad-name"]),
        ("{dev: {user: alice, models: [], " + EXTERNAL + "}}", ["bad-value"]),
        ("{dev: {user: alice, models: [granit], " + EXTERNAL + "}}", ["unknown-model"]),
        ("{dev: {user: alice, groups: [reviewer], " + EXTERNAL + "}}", ["unknown-group"]),
        ("{dev: {user: alic, " + EXTERNAL + "}}", ["unknown-user"]),
        ("{dev: {user: bob, " + EXTERNAL + "}}", ["key-for-non-member"]),
        ("{dev: {user: alice, subscription: god, " + EXTERNAL + "}}", ["unknown-subscription"]),
        ("{dev: {user: alice, secret: {sealed: ../a.sealed}}}", ["no-sealed-file"]),
        ("{dev: {user: alice, secret: {sealed: /etc/a.sealed}}}", ["no-sealed-file"]),
    ],
)
def test_what_is_refused(tmp_path: Path, keys: str, expected: list[str]) -> None:
    assert codes(compiled(tmp_path, team(keys))) == expected


@pytest.mark.parametrize(
    ("keys", "advice"),
    [
        ("{dev: {user: alice, subscription: gold, " + EXTERNAL + "}}", "neither `alice` nor a group of the key is an owner"),
        ("{dev: {user: bob, subscription: gold, " + EXTERNAL + "}}", "nothing lets `bob` or a group of the key call"),
        ("{dev: {user: alice, models: [other/qwen, granite], " + EXTERNAL + "}}", "take the model out of the key"),
    ],
)
def test_a_key_that_would_be_refused_everywhere_is_an_error(tmp_path: Path, keys: str, advice: str) -> None:
    front = compiled(tmp_path, team(keys, members="[{user: alice}, {user: bob}]"))
    (found,) = (one for one in front.diagnostics if one.code != "unused-group")
    assert found.code == "key-opens-nothing"
    assert advice in str(found.help)


def test_a_grant_to_one_member_gives_no_key_to_another(tmp_path: Path) -> None:
    text = team("{dev: {user: bob, " + EXTERNAL + "}}", members="[{user: alice}, {user: bob}]")
    front = compiled(tmp_path, text.replace("{model: granite}", "{model: granite, user: alice}"))
    assert [(found.code, found.help) for found in front.diagnostics if found.code != "unused-group"] == [
        ("key-opens-nothing", "no grant of the team `demo` is for `bob` or a group of the key")
    ]


def test_two_keys_never_have_one_secret() -> None:
    """Neither a dash in a name nor its length makes two of them one."""
    names = [("a-b", "c"), ("a", "b-c"), ("a", "b"), ("t" * 63, "a" * 63), ("t" * 63, "a" * 62 + "b"), ("t" * 44, "b" * 20)]
    found = [secret_name(*name) for name in names]
    assert len(set(found)) == len(names)
    assert all(len(name) <= 63 for name in found)


_LABELS = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True)


@settings(max_examples=100, deadline=None)
@given(_LABELS, _LABELS)
def test_every_secret_has_a_name_that_kubernetes_takes(team: str, alias: str) -> None:
    """DNS labels joined by dots, wherever the name is cut."""
    parts = secret_name(team, alias).split(".")
    assert all(part and part.strip("-") == part for part in parts)


def test_a_team_that_is_taken_out_takes_its_keys_with_it(tmp_path: Path) -> None:
    """No path and no text of the output names the team any more."""
    with_team = render(emit(program(tmp_path, team("{dev: {user: alice, " + EXTERNAL + "}}")))).texts
    assert "teams/demo/key-dev.yaml" in with_team
    without = render(emit(program(tmp_path, team("{}").partition("teams:")[0]))).texts
    assert not any("demo" in path or "demo" in text for path, text in without.items())


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=600))
def test_what_nobody_sealed_is_not_taken_for_sealed(text: str) -> None:
    assert not is_sealed(text)


def test_what_was_sealed_is_known_by_its_form() -> None:
    assert is_sealed(SEALED)
    assert not is_sealed(SEALED[:364])
    assert is_sealed(SEALED[:368])
    assert not is_sealed("B" + SEALED[1:])
    assert not is_sealed(SEALED + "!")


@pytest.mark.parametrize(
    ("kind", "name", "keys"),
    [
        ("user", "{{x}}", "{dev: {user: '{{x}}', " + EXTERNAL + "}}"),
        ("group", "{{x}}", "{dev: {user: alice, groups: ['{{x}}'], " + EXTERNAL + "}}"),
        ("group", "a,b", "{dev: {user: alice, groups: ['a,b'], " + EXTERNAL + "}}"),
    ],
)
def test_names_that_would_not_arrive_are_refused_whatever_the_platform_allows(
    tmp_path: Path, kind: str, name: str, keys: str
) -> None:
    """A comma parts groups, and braces begin a template that the operator would fill in with the key itself."""
    text = team(keys, members="[{user: alice}, {user: '{{x}}'}]")
    text = text.replace("  modelNamespace", '  names: ".*"\n  modelNamespace')
    text = text.replace("  ml-people: {}", "  ml-people: {}\n  '{{x}}': {}\n  'a,b': {}").replace(
        "  bob: {}", "  bob: {}\n  '{{x}}': {}"
    )
    found = [one for one in compiled(tmp_path, text).diagnostics if one.code == "unfit-for-key"]
    assert [one.headline.startswith(f"the {kind} `{name}` of the key `demo/dev` ") for one in found] == [True]


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        ('{app: "b,c"}', ["bad-value"]),
        ('{app: "b,c=d"}', ["bad-value"]),
        ('{"a=b": c}', ["bad-name"]),
        ('{"a b": "x y z!"}', ["bad-name"]),
        ('{"Example.com/a": b}', ["bad-name"]),
        (f"{{a: {'b' * 64}}}", ["bad-value"]),
        (f"{{{'a' * 64}: b}}", ["bad-name"]),
        (f"{{{'a' * 63}: {'b' * 63}}}", []),
        ('{keys.example.com/for_Us.1: "", app: B_c.1}', []),
    ],
)
def test_labels_of_keys_are_labels_of_kubernetes(tmp_path: Path, labels: str, wanted: list[str]) -> None:
    front = compiled(tmp_path, BASE.replace("kind: apiKey}", f"kind: apiKey, labels: {labels}}}"))
    assert codes(front) == wanted


def test_a_label_of_no_good_name_is_shown_where_its_name_is(tmp_path: Path) -> None:
    front = compiled(tmp_path, BASE.replace("kind: apiKey}", 'kind: apiKey, labels: {"a=b": c}}'))
    (found,) = (one for one in front.diagnostics if one.code == "bad-name")
    assert found.place is not None
    assert found.place.key
    assert found.headline.endswith("found `a=b`")
