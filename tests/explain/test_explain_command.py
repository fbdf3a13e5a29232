"""`maasc explain` as its users run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import SMALL, run, write
from explain_support import CASES, ROOT

from compiler import pipeline
from compiler.engines.celpy_engine import CelpyEngine
from compiler.program.ir import Program
from compiler.render.layout import Bundle
from compiler.validate.crds import Crds

GOLDEN = Path(__file__).parent / "golden"

REQUESTS = {
    "alice-by-email": ("config", "qwen3 --user alice@example.com --group free-user --group system:authenticated"),
    "free-user-refused": ("config", "qwen3 --group free-user"),
    "nobody-may-call": ("config", "llama-guard-internal --group admin-group"),
    "no-credential": ("config", "qwen3 --no-credential"),
    "identity-header": ("config", "qwen3 --group research --header x-maas-username:root"),
    "precedence": ("subscriptions", "simulator-model --group free-user --group premium-user"),
    "no-budget": ("subscriptions", "other/granite --group premium-user"),
    "unlimited": ("subscriptions", "other/granite --group research"),
    "listing": ("teams", "simulator-model --user bob --path /llm/simulator-model/v1/models?limit=1"),
    "team": ("teams", "simulator-model --group ml-people --group system:authenticated"),
    "zero-budget": ("odd-names", "m --group grüße-😀"),
    "tier-token": (
        "tiers-on-routes",
        "qwen3 --method tier-tokens --group system:serviceaccounts:maas-default-gateway-tier-premium --group premium-group",
    ),
    "show-emitted": ("subscriptions", "premium-model --group premium-user --show-emitted"),
    "show-emitted-refused": ("tiers-on-the-gateway", "granite --group premium-group --show-emitted"),
}


@pytest.fixture(autouse=True)
def _one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are extras, and every law asks them."""
    monkeypatch.setattr("compiler.cli.explain.installed", lambda: (CelpyEngine(),))


@pytest.mark.parametrize("name", REQUESTS)
def test_it_tells_what_was_reviewed(name: str, golden: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a fixture
    case, words = REQUESTS[name]
    monkeypatch.chdir(CASES[case].parent)
    result = run("explain", *words.split())
    assert result.exit_code == 0
    file = GOLDEN / f"{name}.txt"
    text = f"$ maasc explain {words}\n{result.output}"
    if golden:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_scripts_get_the_keys_they_were_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = json.loads(run("explain", "qwen3", "--user", "alice", "--format", "json").output)
    assert {key: found[key] for key in ("status", "reason", "selected", "limits", "because", "emitted")} == {
        "status": 200,
        "reason": "allowed",
        "selected": "research-gold",
        "limits": [
            {"unit": "tokens", "limit": 20000, "seconds": 3600, "per": ["user"]},
            {"unit": "tokens", "limit": 200000, "seconds": 86400, "per": ["user"]},
        ],
        "because": [
            {"file": "config/plans/research.yaml", "line": 5, "column": 5},
            {"file": "config/plans/research.yaml", "line": 14, "column": 14},
        ],
        "emitted": {"status": 200, "selected": "research-gold"},
    }
    assert [step["step"] for step in found["steps"]][:3] == ["credential", "identity headers", "model"]
    assert found["flip"]["config"]["change"] == "remove `alice` from the access entry `research`"
    refused = json.loads(run("explain", "qwen3", "--no-credential", "--format", "json").output)
    assert (refused["status"], refused["selected"], refused["limits"]) == (401, None, [])
    assert refused["emitted"] == {"status": 401, "selected": None}


def test_values_of_expressions_are_for_scripts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = json.loads(run("explain", "qwen3", "--user", "alice", "--show-emitted", "--format", "json").output)
    facts = {one["name"]: one["value"] for one in found["expressions"][0]["shown"]}
    assert facts["selected_subscription"] == '"research-gold"'


def test_places_are_named_from_where_the_user_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("deep/settings"), {"a.yaml": SMALL})
    found = json.loads(
        run("explain", "simulator", "--group", "free-user", "--config", "deep/settings", "--format", "json").output
    )
    assert {one["file"] for one in found["because"]} == {"deep/settings/a.yaml"}
    monkeypatch.chdir("deep/settings")
    assert " a.yaml:12:3 " in run("explain", "simulator", "--group", "free-user", "--config", ".").output


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_cannot_be_asked_ends_with_2_and_nothing_on_standard_output(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = run("explain", "qwen4", "--format", form)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "maasc: unknown model `qwen4`\nhelp: did you mean `qwen3`?\n"


def test_a_configuration_with_errors_is_not_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("explain", "simulator")
    assert result.exit_code == 2
    assert "[no-config]" in result.output
    write(Path(), {"config/a.yaml": SMALL.replace("models: [simulator]", "models: [simulater]")})
    result = run("explain", "simulator", "--format", "json")
    assert result.exit_code == 1
    assert [found["code"] for found in json.loads(result.output)] == ["unknown-model"]


def tampered(monkeypatch: pytest.MonkeyPatch, before: str, after: str) -> None:
    """Make the compiler emit something else than it means to."""
    right = pipeline.back

    def wrong(program: Program, crds: Crds | None = None) -> pipeline.Back:
        found = right(program, crds)
        texts = {path: text.replace(before, after) for path, text in found.bundle.texts.items()}
        assert texts != found.bundle.texts
        return pipeline.Back(Bundle(found.bundle.documents, texts), found.diagnostics)

    monkeypatch.setattr(pipeline, "back", wrong)


@pytest.mark.parametrize("form", ["text", "json"])
def test_manifests_that_answer_otherwise_are_loud(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    tampered(monkeypatch, 'g in ["research"]', 'g in ["reserch"]')
    result = run("explain", "qwen3", "--group", "research", "--format", form)
    assert result.exit_code == 1
    assert "do not answer this request as the configuration means it" in result.output
    assert "403 (unauthorized)" in result.output
    if form == "json":
        assert [found["code"] for found in json.loads(result.output)] == ["refuted"]


def test_what_cannot_be_known_is_said_and_ends_with_4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = run("explain", "qwen3", "--group", "research", "--path", "/llm/qwen3/%zz")
    assert result.exit_code == 4
    assert "error[undecided]" in result.output
    assert "the path `/llm/qwen3/%zz` is not modelled" in result.output


def test_manifests_that_cannot_be_read_back_end_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    tampered(monkeypatch, "kind: TokenRateLimitPolicy", "kind: TokenLimitPolicy")
    result = run("explain", "qwen3")
    assert result.exit_code == 4
    assert "[unmodelled]" in result.output


def test_text_steers_no_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(), {"config/a.yaml": SMALL})
    result = run("explain", "simulator\x1b[2J")
    assert result.exit_code == 2
    assert "\x1b" not in result.output


def test_a_credential_that_is_bound_to_nothing_known_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keys = "    - {name: keys, kind: apiKey}\ngroups:"
    write(Path(), {"config/a.yaml": SMALL.replace("groups:", keys, 1)})
    asked = ("explain", "simulator", "--method", "keys", "--group", "free-user")
    known = "`--bound` names one: `free`"
    assert f"note: no entry of `llm/simulator` is called `fre`; {known}\n" in run(*asked, "--bound", "fre").output
    assert f"bound to an entry, and this one to none; {known}\n" in run(*asked).output
    assert "`--bound` names one" not in run(*asked, "--bound", "free").output


KEYED = (
    SMALL.replace("groups:", "    - {name: keys, kind: apiKey}\ngroups:", 1)
    + """\
users: {ann: {}}
policies:
  plan: {kind: TokenRateLimitPolicy, tokens: [{limit: 7, window: 1m}]}
teams:
  crew:
    name: Crew
    defaultPolicy: plan
    members: [{user: ann}]
    grants: [{model: simulator}]
    keys: {a: {user: ann, secret: {external: {store: vault, path: a}}}}
"""
)


def test_of_a_credential_that_is_bound_to_nothing_it_is_told_what_each_binding_would_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(), {"config/a.yaml": KEYED})
    asked = ("explain", "simulator", "--method", "keys", "--user", "ann", "--group", "free-user")
    found = run(*asked).output
    assert "`--key` asks for a key of a team, such as `crew/a`\n" in found
    assert "  no  selection         the credential is bound to no entry, so none meters it\n" in found
    assert "  bind the credential to `free`: 200 allowed, metered by `free` (100 tokens in 1m)\n" in found
    assert "  bind the credential to `team:crew`: 200 allowed, metered by `team:crew` (7 tokens in 1m)\n" in found
    elsewhere = run(*asked, "--bound", "fre").output
    assert "  no  selection         the credential names `fre`, which is no candidate\n" in elsewhere
    assert "bind the credential to `free`: 200" in elsewhere
    assert "bind the credential" not in run(*asked, "--bound", "free").output
