"""`maasc diff` as it is used: folders and revisions, gates, and every form of the report."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cli_support import SMALL, run, write

RAISED = SMALL.replace("limit: 100", "limit: 200")
GRANTED = (
    SMALL.replace("groups: [free-user]}\nsub", "groups: [free-user], users: [alice]}\nsub")
    .replace("owner: {groups: [free-user]}", "owner: {groups: [free-user], users: [alice]}")
    .replace("models:\n  sim", "users: {alice: {}}\nmodels:\n  sim")
)


def git(*words: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words], check=True, capture_output=True)  # noqa: S607


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(), {"config/a.yaml": SMALL, "raised/a.yaml": RAISED, "granted/a.yaml": GRANTED})


def test_the_same_is_one_line() -> None:
    result = run("diff", "config")
    assert (result.exit_code, result.output) == (0, "no change: the same callers, budgets, counters and manifests\n")


def test_layout_order_and_names_of_files_are_no_change() -> None:
    head, _, tail = SMALL.partition("groups:\n")
    moved = "# moved\ngroups:\n" + tail.replace("{groups: [free-user]}", '{"groups": ["free-user"]}')
    write(Path(), {"other/z.yaml": head, "other/plans/b.yaml": moved})
    assert len(run("diff", "config", "other").output.splitlines()) == 1


def test_a_change_is_told_with_its_line() -> None:
    result = run("diff", "config", "raised")
    assert result.exit_code == 0
    assert "[budget-raised][counters-reset] llm/simulator: callers in `free-user`" in result.output
    assert "because  raised/a.yaml:14 (subscriptions.free.models.simulator.tokens.0.limit)" in result.output
    assert "200 tokens per 1m by `free`" in result.output


@pytest.mark.parametrize(
    ("gates", "code"),
    [
        (("raised",), 1),
        (("lowered",), 0),
        (("gained,reset",), 1),
        (("lost", "unmetered"), 0),
        (("any",), 1),
        (("unsafe",), 0),
        ((), 0),
    ],
)
def test_gates_end_with_one(gates: tuple[str, ...], code: int) -> None:
    assert run("diff", "config", "raised", *(word for gate in gates for word in ("--fail-on", gate))).exit_code == code


def test_access_is_gained_and_lost() -> None:
    assert run("diff", "config", "granted", "--fail-on", "gained").exit_code == 1
    assert run("diff", "granted", "config", "--fail-on", "gained").exit_code == 0
    result = run("diff", "granted", "config", "--fail-on", "lost")
    assert result.exit_code == 1
    assert "callers named `alice` and not in `free-user`" in result.output
    assert "as it was)" in result.output


def test_an_unknown_gate_is_refused() -> None:
    result = run("diff", "config", "--fail-on", "gaind")
    assert result.exit_code == 2
    assert "`gaind` is none of gained, lost" in result.output


@pytest.mark.parametrize("words", ["", " ", ","])
def test_a_gate_without_a_name_is_refused(words: str) -> None:
    """It is what a script passes whose variable is empty, and nothing would ever fail."""
    result = run("diff", "config", "raised", "--fail-on", words)
    assert (result.exit_code, "nothing is named" in result.output) == (2, True)


def test_objects_alone_are_told_where_a_gate_stops_at_them() -> None:
    write(
        Path(),
        {"moved/a.yaml": SMALL.replace("limit: 100, window: 1m}]}}", "limit: 100, window: 1m}]}}, metadata: {organization: x}")},
    )
    result = run("diff", "config", "moved", "--fail-on", "any", "--format", "github")
    assert result.exit_code == 1
    assert "manifests-changed" in result.output
    assert "AuthPolicy" in result.output


def test_revisions_are_read_from_git() -> None:
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "one")
    write(Path(), {"config/a.yaml": RAISED, "config/notes.txt": "not read"})
    result = run("diff", "main")
    assert "because  config/a.yaml:14" in result.output
    assert run("diff", "main", "HEAD:raised").output == result.output.replace("because  config/", "because  HEAD:raised/")
    assert (
        "because  main:config/a.yaml:14 (subscriptions.free.models.simulator.tokens.0.limit)"
        in run("diff", "raised", "main").output
    )
    git("add", ".")
    git("commit", "-qm", "two")
    assert run("diff", "HEAD").output.startswith("no change")
    assert "1 changed" in run("diff", "HEAD~1", "HEAD").output


def test_a_revision_is_read_from_any_folder_of_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    git("init", "-q", "-b", "main")
    write(Path(), {"team/sub/notes.txt": "", "team/config/a.yaml": RAISED})
    git("add", ".")
    git("commit", "-qm", "one")
    monkeypatch.chdir("team/sub")
    assert run("diff", "main", "--config", "../config").output.startswith("no change")
    result = run("diff", "main:config", "--config", "../config")
    assert "[budget-raised]" in result.output, result.output
    monkeypatch.chdir("..")
    assert run("diff", "main").output.startswith("no change")


def test_what_git_cannot_give_could_not_be_run() -> None:
    result = run("diff", "main")
    assert (result.exit_code, "this is no git repository" in result.output) == (2, True)
    git("init", "-q", "-b", "main")
    git("add", "config")
    git("commit", "-qm", "one")
    for name, words in (
        ("nobody", "`nobody` is neither a folder nor a revision of this repository\nhelp: name a folder"),
        ("main:elsewhere", "`main` has no folder `elsewhere`"),
        ("main:config/a.yaml", "`main` has no folder `config/a.yaml`"),
        ("--output=x", "No such option"),
    ):
        result = run("diff", name)
        assert (result.exit_code, words in result.output) == (2, True), result.output
    result = run("diff", "--", "--output=x")
    assert (result.exit_code, Path("x").exists()) == (2, False)


def test_links_in_a_revision_are_not_followed() -> None:
    git("init", "-q", "-b", "main")
    Path("config/b.yaml").symlink_to("/etc/hostname")
    git("add", "config")
    git("commit", "-qm", "one")
    result = run("diff", "main")
    assert (result.exit_code, "`b.yaml` in `main` is no plain file" in result.output) == (2, True)


def test_without_git_folders_still_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "git is not installed here" in run("diff", "main").output
    assert run("diff", "config").exit_code == 0


def test_a_git_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("git", 1)

    monkeypatch.setattr("compiler.cli.revision.subprocess.run", hang)
    assert "git does not answer" in run("diff", "main").output


def test_a_side_that_does_not_compile_is_shown() -> None:
    write(Path(), {"broken/a.yaml": SMALL.replace("groups: [free-user]}", "groups: [fre-user]}")})
    before, after = run("diff", "broken", "config"), run("diff", "config", "broken")
    assert (before.exit_code, after.exit_code) == (2, 1)
    assert "error[unknown-group]" in before.output
    assert "broken/a.yaml:12" in after.output
    assert json.loads(run("diff", "config", "broken", "--format", "json").output)[0]["code"] == "unknown-group"


def test_a_roster_counts_people() -> None:
    write(Path(), {"people.csv": 'user,groups\nann,free-user;other\nben,"other, free-user"\ncat,other\n'})
    result = run("diff", "config", "raised", "--roster", "people.csv")
    assert "people: 2 of 3" in result.output
    assert "  people   2\n" in result.output
    assert "people.csv: no group on either side is `other`" in result.stderr


def test_people_may_be_listed_by_their_addresses() -> None:
    write(Path(), {"people.csv": "user,groups\nalice@example.com,free-usr\n", "base/a.yaml": f"{SMALL}users: {{alice: {{}}}}\n"})
    head = GRANTED.replace("alice: {}", "alice: {email: alice@example.com, sub: '17'}")
    write(Path(), {"head/a.yaml": head})
    result = run("diff", "base", "head", "--roster", "people.csv")
    assert "people: 1 of 1" in result.output
    assert "no group on either side is `free-usr`; did you mean `free-user`?" in result.stderr
    write(Path(), {"people.csv": "user,groups\nalice@example.com,\n17,free-user\n"})
    result = run("diff", "base", "head", "--roster", "people.csv")
    assert (result.exit_code, "people.csv: `alice@example.com` is `alice`, who is listed as well" in result.stderr) == (2, True)


def test_people_are_in_the_group_of_everybody() -> None:
    head = SMALL.replace("groups: [free-user]}", 'groups: ["system:authenticated"]}').replace(
        "free-user: {description: Free users}", '"system:authenticated": {builtin: true}'
    )
    base = head.replace('models: [simulator], groups: ["system:authenticated"]}', "models: [simulator], groups: [x]}")
    base = base.replace('"system:authenticated": {builtin: true}', '"system:authenticated": {builtin: true}\n  x: {}')
    write(Path(), {"people.csv": "user,groups\nann,\nben,system:authenticated\n", "base/a.yaml": base, "head/a.yaml": head})
    assert "people: 2 of 2" in run("diff", "base", "head", "--roster", "people.csv").output


def test_unknown_groups_of_a_roster_are_counted() -> None:
    write(Path(), {"people.csv": f"user,groups\nann,{';'.join(f'g{index}' for index in range(9))}\n"})
    assert "people.csv: nor 4 more groups" in run("diff", "config", "raised", "--roster", "people.csv").stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,groups\n", "people.csv:1: the first line is not `user,groups`"),
        ("", "people.csv:1: the first line is not `user,groups`"),
        ("user,groups\nann,a,b\n", "people.csv:2: a row is a user and"),
        ("user,groups\nann,a\n\nann,b\n", "people.csv:4: `ann` is listed twice"),
        ('user,groups\nann,"a\n', "people.csv:2: it is no CSV"),
    ],
)
def test_a_roster_that_cannot_be_read_is_refused(text: str, words: str) -> None:
    write(Path(), {"people.csv": text})
    result = run("diff", "config", "--roster", "people.csv")
    assert (result.exit_code, words in result.output) == (2, True), result.output


def test_a_roster_that_is_not_there_or_no_text() -> None:
    assert run("diff", "config", "--roster", "none.csv").exit_code == 2
    Path("people.csv").write_bytes(b"user,groups\n\xff,a\n")
    assert "people.csv is not UTF-8" in run("diff", "config", "--roster", "people.csv").output


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        ("models=sim*", 0),
        ("models=llm/simulator", 0),
        ("models=granite", 1),
        ("models=simulator|granite", 0),
        ("groups=free-user", 0),
        ("groups=other", 1),
        ("users=alice@example.com", 1),
        ("entries=free, models=*", 0),
        ("entries=gold", 1),
    ],
)
def test_a_scope_is_proved(scope: str, code: int) -> None:
    more = """\
groups: {other: {}}
users: {alice: {email: alice@example.com}}
models: {granite: {backend: {kind: LLMInferenceService}}}
subscriptions: {gold: {owner: {groups: [other]}, models: {granite: {tokens: [{limit: 1, window: 1m}]}}}}
"""
    write(Path(), {"config/b.yaml": more, "raised/b.yaml": more})
    result = run("diff", "config", "raised", "--scope", scope)
    assert result.exit_code == code
    assert ("nothing outside the scope has changed, for any caller" in result.output) == (code == 0)


@pytest.mark.parametrize("scope", ["models=simulatr", "models=gpt*|simulator", "groups=free-usr", "users=bob", "entries=fre"])
def test_a_scope_of_what_is_not_there_is_refused(scope: str) -> None:
    """It would be taken for narrower than it is."""
    result = run("diff", "config", "raised", "--scope", scope)
    assert (result.exit_code, "on either side is `" in result.output) == (2, True)
    near = {"models=simulatr": "simulator", "groups=free-usr": "free-user", "entries=fre": "free"}.get(scope)
    assert ("help: " in result.output) == (near is not None)
    assert near is None or f"did you mean `{near}`?" in result.output


@pytest.mark.parametrize("scope", ["colour=red", "models", "models=", "team=ml", "tier=gold"])
def test_a_scope_that_says_nothing_is_refused(scope: str) -> None:
    result = run("diff", "config", "--scope", scope)
    assert (result.exit_code, "--scope: " in result.output) == (2, True)


def test_json_tells_everything() -> None:
    found = json.loads(run("diff", "config", "granted", "--format", "json").output)
    (row,) = found["rows"]
    assert row["changes"] == ["access-gained"]
    assert row["callers"]["kinds"] == [{"groups": [], "users": ["alice"], "notGroups": ["free-user"], "notUsers": []}]
    assert row["witness"]["before"] == {"method": "openshift", "status": 403, "selected": None}
    assert row["witness"]["after"] == {"method": "openshift", "status": 200, "selected": "free"}
    assert row["because"][0]["what"] == "access.free.users"
    assert found["changed"] is True


def test_annotations_point_at_the_edited_line() -> None:
    result = run("diff", "config", "granted", "--format", "github", "--fail-on", "gained")
    assert result.output.startswith("::error file=granted/a.yaml,line=13,")
    assert result.exit_code == 1
    assert run("diff", "config", "raised", "--format", "github").output.startswith("::warning file=raised/a.yaml,line=14,")


def test_code_scanning_gets_a_place_even_for_what_is_gone() -> None:
    found = json.loads(run("diff", "granted", "config", "--format", "sarif", "--scope", "groups=free-user").output)
    results = found["runs"][0]["results"]
    assert {result["ruleId"] for result in results} == {"access-lost", "out-of-scope"}
    assert all(result["locations"] for result in results)


def test_a_comment_begins_with_its_marker_and_its_verdict() -> None:
    lines = run("diff", "config", "raised", "--format", "markdown").output.splitlines()
    assert lines[0] == "<!-- maasc-diff -->"
    assert lines[1] == "**budget raised on 1 model; counters reset on 1 model; objects: 1 changed**"
    assert run("diff", "config", "--format", "markdown").output.splitlines()[1].startswith("**no change")


def test_what_cannot_be_decided_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    from compiler.prove import bdd  # noqa: PLC0415 - only to make its diagrams small

    monkeypatch.setattr(bdd.Diagram.__init__, "__defaults__", (3,))
    result = run("diff", "config", "raised")
    assert (result.exit_code, "could not be decided" in result.output) == (4, True)
