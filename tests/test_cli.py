"""The commands as their users run them: what they print, what they write, and with which code they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_support import SMALL, contents, run, write
from jsonschema import Draft202012Validator

from compiler.cli import main as entry
from compiler.diagnostics.rule import codes
from compiler.intent.schema import schema_text

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _in_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_init_writes_compiles() -> None:
    assert run("init").exit_code == 0
    assert run("check").exit_code == 0
    assert run("build").exit_code == 0
    assert run("build", "--check").exit_code == 0
    assert Path("out/models/llm/simulator-model.yaml").is_file()
    assert Path("out/kustomization.yaml").is_file()


def test_init_never_overwrites() -> None:
    write(Path(), {"config/tiers.yaml": "mine"})
    result = run("init")
    assert result.exit_code == 2
    assert "config/tiers.yaml is already there; nothing was written" in result.output
    assert contents(Path("config")) == {"tiers.yaml": "mine"}


@pytest.mark.parametrize("name", ["all.yml", "deep/models.YAML"])
def test_init_writes_nothing_beside_a_configuration(name: str) -> None:
    """The two would be one, and contradict each other."""
    write(Path(), {f"config/{name}": "groups: {}\n", "config/tests/suite.yaml": "a: 1\n"})
    result = run("init")
    assert (result.exit_code, f"config/{name} is already there; nothing was written" in result.output) == (2, True)
    Path("config", name).unlink()
    assert run("init").exit_code == 0


def test_init_says_when_it_cannot_write() -> None:
    Path("config").write_text("a file")
    result = run("init", "--config", "config/below")
    assert result.exit_code == 2
    assert "cannot write config/below: " in result.output


def test_check_writes_nothing() -> None:
    write(Path(), {"config/a.yaml": SMALL})
    result = run("check")
    assert result.exit_code == 0
    assert "1 models" not in result.output
    assert "1 model," in result.output
    assert not Path("out").exists()


def test_build_writes_what_changed_and_prunes_what_is_gone() -> None:
    write(Path(), {"config/a.yaml": SMALL})
    assert "created" in run("build").output
    assert "created" not in run("build").output
    write(Path(), {"config/a.yaml": SMALL.replace("limit: 100", "limit: 200")})
    stale = run("build", "--check")
    assert stale.exit_code == 1
    assert "[stale-output]" in stale.output
    assert "1 updated" in run("build").output
    write(Path(), {"config/a.yaml": SMALL.replace("simulator", "renamed")})
    assert "1 removed" in run("build").output
    assert not Path("out/models/llm/simulator.yaml").exists()


def test_out_is_untouched_by_a_configuration_with_errors() -> None:
    write(Path(), {"config/a.yaml": SMALL})
    run("build")
    before = contents(Path("out"))
    write(Path(), {"config/b.yaml": "access: {other: {models: [simulatr], groups: [free-user]}}"})
    result = run("build")
    assert result.exit_code == 1
    assert "did you mean `simulator`?" in result.output
    assert contents(Path("out")) == before


def test_hand_edited_and_foreign_files_stop_a_build_unless_forced() -> None:
    write(Path(), {"config/a.yaml": SMALL})
    run("build")
    before = contents(Path("out"))
    write(Path(), {"out/models/llm/simulator.yaml": "mine\n", "config/a.yaml": SMALL.replace("limit: 100", "limit: 7")})
    assert "[hand-edited]" in run("build").output
    assert run("build").exit_code == 1
    assert Path("out/models/llm/simulator.yaml").read_text() == "mine\n"
    assert run("build", "--force").exit_code == 0
    assert contents(Path("out")) != before
    assert run("build", "--check").exit_code == 0


FORMATS = ("text", "json", "sarif", "github", "junit")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_ends_with_the_same_code(form: str) -> None:
    write(Path(), {"config/a.yaml": SMALL.replace("groups: [free-user]}, models", "groups: [fre-user]}, models")})
    result = run("check", "--format", form)
    assert result.exit_code == 1
    assert "unknown-group" in result.output


def test_quiet_leaves_the_errors() -> None:
    write(Path(), {"config/a.yaml": SMALL})
    assert run("check", "-q").output == ""
    assert "host-case-bypass" in run("check").output


def test_places_are_named_from_where_the_user_stands() -> None:
    write(Path("deep"), {"settings/a.yaml": SMALL + "extra: 1\n"})
    result = run("check", "--config", "deep/settings")
    assert " --> deep/settings/a.yaml:15:1" in result.output


def test_colours_are_a_choice() -> None:
    write(Path(), {"config/a.yaml": SMALL + "extra: 1\n"})
    assert "\x1b[" in run("check", "--color", "always").output
    assert "\x1b[" not in run("check").output


def test_a_folder_that_is_not_there_is_said() -> None:
    result = run("check", "--config", "gone")
    assert result.exit_code == 2
    assert "[no-config]" in result.output


def test_rules_are_listed_and_explained() -> None:
    listed = run("rule").output
    assert all(code in listed for code in codes())
    assert "unknown-key" in run("rule", "unknown-key").output
    wrong = run("rule", "unknown-keys")
    assert wrong.exit_code == 2
    assert "unknown-key" in wrong.output


def test_the_schema_in_the_repository_is_the_one_of_the_models() -> None:
    assert (ROOT / "schemas" / "config.schema.json").read_text(encoding="utf-8") == schema_text()
    assert run("schema").output == schema_text()
    Draft202012Validator.check_schema(json.loads(schema_text()))


def test_the_schema_says_of_every_key_what_it_means() -> None:
    schema = json.loads(schema_text())
    keys = {
        (name, key): content
        for name, spec in {"file": schema, **schema["$defs"]}.items()
        for key, content in spec["properties"].items()
    }
    assert len(keys) > 60
    assert [key for key, content in keys.items() if not content.get("description")] == []
    words = {(key, word) for key, content in keys.items() for word in content.get("enum", [content.get("const", "")])}
    assert [(key, word) for key, word in words if f"`{word}`" not in f"``{keys[key]['description']}"] == []


def test_a_bug_is_a_bug_and_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(**_: object) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr(entry.maasc, "main", broken)
    monkeypatch.setattr("compiler.cli.main.signal.signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 3
    assert "this is a bug in maasc" in capsys.readouterr().err


def test_it_starts_as_a_program() -> None:
    done = subprocess.run([Path(sys.executable).parent / "maasc", "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "build" in done.stdout
    wrong = subprocess.run([Path(sys.executable).parent / "maasc", "biuld"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "maasc: interrupted"),
        (OSError(28, "No space left on device"), 2, "the system refused: No space left on device"),
    ],
)
def test_what_stops_a_run_is_no_bug(
    raised: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(**_: object) -> None:
        raise raised

    monkeypatch.setattr(entry.maasc, "main", stopped)
    monkeypatch.setattr("compiler.cli.main.signal.signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-16"])
def test_what_is_written_has_the_same_bytes_whatever_the_locale(encoding: str) -> None:
    """Also characters that its encoding has not: a page says of itself that it is UTF-8."""
    write(Path(), {"config/a.yaml": SMALL.replace("Free users", "Gäste → 名前")})

    def said(in_: str, words: list[str]) -> tuple[int, bytes, bytes]:
        command = [str(Path(sys.executable).parent / "maasc"), *words]
        done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": in_})
        return done.returncode, done.stdout, done.stderr

    for words, code in ((["report"], 0), (["report", "--format", "mermaid"], 0), (["effective", "--model", "→"], 2)):
        assert said(encoding, words) == said("utf-8", words)
        assert said(encoding, words)[0] == code


def test_a_reader_who_leaves_ends_the_run_quietly() -> None:
    write(Path(), {"config/a.yaml": SMALL})
    program = Path(sys.executable).parent / "maasc"
    with subprocess.Popen([program, "rule"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run_:
        assert run_.stdout is not None
        run_.stdout.close()
        assert run_.stderr is not None
        assert b"Traceback" not in run_.stderr.read()
        assert run_.wait() == -signal.SIGPIPE


@pytest.mark.parametrize("out", ["config", ".", "config/out"])
def test_the_folders_must_be_apart(out: str) -> None:
    write(Path(), {"config/a.yaml": SMALL})
    for command in ("build", "prove"):
        result = run(command, "--out", out)
        assert result.exit_code == 2
        assert "are one, or one lies in the other" in result.output
    assert contents(Path()) == {"config/a.yaml": SMALL}


# What people write by mistake, and what some write on purpose: code, exit code, and what the message must tell.
BAD_INPUT = {
    "unknown key": (
        SMALL.replace("groups: [free-user]}\nsub", "grups: [free-user]}\nsub"),
        "unknown-key",
        1,
        "did you mean `groups`?",
    ),
    "wrong type": (SMALL.replace("limit: 100", "limit: many"), "wrong-type", 1, "expected a whole number, found `many`"),
    "unknown group": (SMALL.replace("[free-user]}\nsub", "[free-usr]}\nsub"), "unknown-group", 1, "did you mean `free-user`?"),
    "unknown model": (
        SMALL.replace("models: [simulator]", "models: [simulater]"),
        "unknown-model",
        1,
        "did you mean `simulator`?",
    ),
    "unknown tier": (SMALL.replace("vice}}", "vice}, tiers: [fre]}"), "unknown-tier", 1, "403"),
    "unknown policy": (SMALL + "teams: {t: {defaultPolicy: pro, groups: [free-user]}}\n", "unknown-policy", 1, "pro"),
    "empty file": ("", "empty-file", 1, "the file holds nothing"),
    "no YAML": ("{]", "yaml-syntax", 2, "nothing is compiled"),
    "a list": ("- a\n", "not-a-section", 1, "mapping of sections"),
    "ten megabytes": ("#" * 10_000_000, "file-too-large", 2, "larger than 4 MiB"),
    "a bomb of aliases": (
        "".join(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}' if level else 'x'] * 10)}]\n" for level in range(9)),
        "alias-limit",
        2,
        "the aliases repeat more than",
    ),
    "deep nesting": ("a: " + "[" * 10_000, "nesting-too-deep", 2, "64 levels"),
    "no Kubernetes name": (SMALL.replace("simulator", "Simulator_1"), "bad-name", 1, "the API server would refuse"),
    "a quote in a group": (SMALL.replace("free-user", "free'user"), "bad-group-name", 1, "matches no allowed name"),
    "a comma in a group": (SMALL.replace("free-user", '"a,b"'), "bad-group-name", 1, "`a,b`"),
    "a line break in a group": (SMALL.replace("free-user", '"a\\nb"'), "bad-group-name", 1, "matches no allowed name"),
    "an emoji in a group": (SMALL.replace("free-user", "free😀"), "bad-group-name", 1, "matches no allowed name"),
    "a window of 500ms": (SMALL.replace("window: 1m", "window: 500ms"), "bad-window", 1, "500ms"),
    "a window of 0": (SMALL.replace("window: 1m", "window: 0s"), "bad-window", 1, "never limit"),
    "a negative limit": (SMALL.replace("limit: 100", "limit: -1"), "bad-limit", 1, "-1"),
    "a huge limit": (SMALL.replace("limit: 100", "limit: 100000000000"), "bad-limit", 1, "100000000000"),
    "the same window twice": (
        SMALL.replace("[{limit: 100, window: 1m}]", "[{limit: 100, window: 1m}, {limit: 90, window: 60s}]"),
        "same-window-twice",
        1,
        "60",
    ),
    "a tier level twice": (
        SMALL
        + "tiers: {a: {level: 1, groups: [free-user], unlimited: true}, b: {level: 1, groups: [free-user], unlimited: true}}\n",
        "tier-level-twice",
        1,
        "level",
    ),
}


@pytest.mark.parametrize("what", BAD_INPUT)
def test_bad_input_is_a_clear_message_and_leaves_out_alone(what: str) -> None:
    text, code, exit_code, words = BAD_INPUT[what]
    write(Path(), {"config/a.yaml": SMALL})
    run("build")
    before = contents(Path("out"))
    write(Path(), {"config/a.yaml": text})
    result = run("build")
    assert result.exit_code == exit_code, result.output[:2000]
    assert f"[{code}]" in result.output
    assert words in result.output
    assert "effect: " in result.output
    assert "Traceback" not in result.output
    assert contents(Path("out")) == before


def test_a_name_in_two_files_shows_both_places() -> None:
    write(Path(), {"config/a.yaml": SMALL, "config/b.yaml": "access:\n  free: {models: [simulator], groups: [free-user]}\n"})
    result = run("check")
    assert result.exit_code == 1
    assert "config/a.yaml:12:3" in result.output
    assert "config/b.yaml:2:3" in result.output


def test_several_mistakes_are_told_in_one_run_and_in_order() -> None:
    text = (
        SMALL.replace("[free-user]}\nsub", "[free-usr]}\nsub")
        .replace("limit: 100", "limit: -1")
        .replace("kind: LLM", "kind: LML")
    )
    write(Path(), {"config/b.yaml": text, "config/a.yaml": "groups: {UPPER case: {}}\n"})
    result = run("check")
    places = [line.split()[-1] for line in result.output.splitlines() if line.lstrip().startswith("-->")]
    assert len(places) >= 3
    assert places == sorted(places, key=lambda place: (place.split(":")[0], int(place.split(":")[1])))


def test_an_unknown_code_is_answered_with_those_near_to_it() -> None:
    result = run("rule", "unknow-tier")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, "maasc: no rule has the code `unknow-tier`")
    assert "help: did you mean `unknown-tier`" in result.stderr
    assert run("rule", "zzz").stderr.endswith("help: `maasc rule` lists all\n")
    assert "no rule has the code `\\x1b[31m\\n`" in run("rule", "\x1b[31m\n").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("diff", "config"),
        ("effective",),
        ("explain", "simulator"),
        ("report", "--format", "svg"),
        ("test",),
        ("check",),
        ("drift", "none"),
    ],
)
def test_every_report_of_files_can_be_coloured(words: tuple[str, ...]) -> None:
    write(Path(), {"config/a.yaml": SMALL.replace("free-user]}\nsub", "fre-user]}\nsub")})
    assert "\x1b[" in run(*words, "--color", "always").output
    assert "\x1b[" not in run(*words, "--color", "never").output


def test_quiet_commands_tell_the_answer_alone() -> None:
    assert run("init", "-q").output == ""
    write(Path(), {"small/a.yaml": SMALL, "raised/a.yaml": SMALL.replace("limit: 100", "limit: 200")})
    answer = run("explain", "simulator", "--group", "free-user", "--config", "small", "-q").output
    assert answer.startswith("200 allowed, metered by `free`")
    assert answer.count("\n") == 1
    told = run("diff", "small", "raised", "-q", "--fail-on", "raised,lost", "--scope", "groups=free-user").output
    assert told == (
        "budget raised on 1 model; counters reset on 1 model; objects: 1 changed\n"
        "gate `lost`: nothing\ngate `raised`: tripped by 1 change\n"
    )
    everybody = SMALL.replace("groups: [free-user]", 'groups: ["system:authenticated"]')
    write(Path(), {"all/a.yaml": everybody.replace("  free-user: {", '  "system:authenticated": {builtin: true, ')})
    assert "as every token of the cluster is" in run("effective", "--config", "all").output
    assert "as every token of the cluster is" not in run("effective", "--config", "all", "-q").output


def test_what_cannot_be_told_to_anybody_is_a_run_that_failed() -> None:
    """A full disk behind the output must not end as if all had been said."""
    maasc = Path(sys.executable).parent / "maasc"
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("the system has no device that is always full")
    with full.open("wb") as nowhere:
        assert subprocess.run([maasc, "rule"], stdout=nowhere, stderr=subprocess.PIPE, check=False).returncode == 2


def test_an_entry_of_a_secret_that_has_no_good_name_is_told_with_the_form_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    provider = "kind: ExternalModel, provider: openai, endpoint: api.openai.com, model: a, credential: {secret: s, key: a.b}"
    write(Path(), {"config/a.yaml": SMALL.replace("kind: LLMInferenceService", provider)})
    found = run("check")
    assert found.exit_code == 1
    assert "`a.b` does not have the form that is needed here" in found.output
    assert "help: letters, digits, `-` and `_`: a dot would lead further down" in found.output
