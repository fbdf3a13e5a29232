"""`maasc key`: what it writes, what it shows once, and what it never shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from certificates import certificate, opened, pair
from cli_support import contents, run, write
from click.testing import Result
from keys_support import BASE, SEALED

from compiler.cli.key_change import show
from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.pipeline import Front
from compiler.source.document import Sources

NOW = ("--now", "2026-06-01")
TEAM = """\
# of the demo
teams:
  demo: # the only one
    defaultPolicy: plan
    groups: [ml-people]
    members: [{user: alice}, {user: bob}]
    grants: [{model: granite}]
"""
VALUE = re.compile(r"[A-Za-z0-9]{48}\n")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"config/base.yaml": BASE, "config/teams.yaml": TEAM})
    Path("cluster.pem").write_bytes(certificate(pair()))


def new(*words: str, alias: str = "dev", user: str = "alice") -> Result:
    return run("key", "new", "--team", "demo", "--user", user, "--alias", alias, *words)


def entry(alias: str = "dev") -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path("config/teams.yaml").read_text())["teams"]["demo"]["keys"][alias]
    return found


def test_a_key_in_a_store_is_written_and_its_value_shown_once() -> None:
    found = new("--external", "vault:maas/dev")
    assert found.exit_code == 0
    assert VALUE.fullmatch(found.stdout)
    assert found.stderr == (
        "added the key `demo/dev` to config/teams.yaml; its value is not shown again\n"
        "next: put the value into the store `vault` at `maas/dev`, then `maasc build`\n"
    )
    assert contents(Path("config"))["teams.yaml"] == TEAM + (
        "    keys:\n      dev:\n        user: alice\n        secret: {external: {store: vault, path: maas/dev}}\n"
    )
    assert found.stdout.strip() not in "".join(contents(Path("config")).values())
    assert run("check", "--no-prove").exit_code == 0


def test_everything_that_an_entry_can_say_can_be_asked_for() -> None:
    words = ("--group", "reviewers", "--subscription", "gold", "--models", "other/qwen", "--store-kind", "SecretStore")
    assert new("--external", "vault:maas/dev#value", *words, user="alice@example.com").exit_code == 0
    assert entry() == {
        "user": "alice@example.com",
        "groups": ["reviewers"],
        "subscription": "gold",
        "models": ["other/qwen"],
        "secret": {"external": {"store": "vault", "storeKind": "SecretStore", "path": "maas/dev", "property": "value"}},
    }


def test_a_sealed_key_opens_in_the_cluster_to_what_was_shown() -> None:
    """From the command to the manifest: what the controller would open is the value that the caller has."""
    found = new("--cert", "cluster.pem", *NOW)
    assert found.exit_code == 0
    assert run("build", "--no-prove").exit_code == 0
    (document,) = yaml.safe_load_all(Path("out/teams/demo/key-dev.yaml").read_text())
    label = f"{document['metadata']['namespace']}/{document['metadata']['name']}"
    assert label == "kuadrant-system/maas-key-demo.dev"
    assert opened(document["spec"]["encryptedData"]["api_key"], label, pair()) == found.stdout.strip()
    everything = "".join([*contents(Path("config")).values(), *contents(Path("out")).values()])
    assert found.stdout.strip() not in everything


def test_two_keys_are_two_values() -> None:
    values = {new("--external", f"vault:{alias}", alias=alias).stdout for alias in ("a", "b", "c")}
    assert len(values) == 3


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 2, "the value needs one place"),
        (("--external", "vault:a", "--cert", "cluster.pem"), 2, "the value needs one place"),
        (("--external", "vault"), 2, "`vault` is no place in a store"),
        (("--external", "vault:a", "--team", "demp"), 2, "did you mean `demo`?"),
        (("--external", "vault:a", "--alias", "Dev"), 2, "`Dev` is no alias"),
        (("--external", "vault:a", "--user", "alicia"), 2, "there is no user `alicia`\nhelp: did you mean `alice`?"),
        (("--external", "vault:a", "--user", "carol"), 1, "key-for-non-member"),
        (("--external", "vault:a", "--models", "granit"), 1, "unknown-model"),
        (("--external", "vault:a", "--models", "granite,other/qwen"), 1, "key-opens-nothing"),
        (("--external", "vault:a", "--subscription", "gold"), 1, "key-opens-nothing"),
        (("--external", "vault:a", "--models", ""), 2, "names a model without a name"),
        (("--external", "vault:a", "--models", "granite,"), 2, "names a model without a name"),
        (("--external", "vault:a", "--models", "granite", "--models", " "), 2, "names a model without a name"),
        (("--external", "vault:a", "--now", "2026-06-01"), 2, "`--now` is about a certificate"),
        (("--cert", "cluster.pem", "--store-kind", "SecretStore"), 2, "`--store-kind` is about a store"),
        (("--cert", "nowhere.pem"), 2, "the certificate cannot be read"),
        (("--cert", "config/base.yaml"), 2, "holds no certificate in PEM"),
        (("--cert", "cluster.pem", "--now", "2036-01-02"), 2, "expired on 2036-01-01"),
        (("--cert", "cluster.pem", "--now", "2025-12-31T23:59:59Z"), 2, "is not valid before 2026-01-01"),
        (("--cert", "cluster.pem", "--now", "soon"), 2, "`soon` is no time"),
    ],
)
def test_what_cannot_be_meant_changes_nothing_and_shows_no_value(words: tuple[str, ...], status: int, said: str) -> None:
    write(Path(), {"config/base.yaml": BASE.replace("  bob: {}", "  bob: {}\n  carol: {}")})
    before = contents(Path("config"))
    found = new(*words)
    assert (found.exit_code, said in found.output) == (status, True), found.output
    assert contents(Path("config")) == before
    assert not re.search(r"[A-Za-z0-9]{48}", found.stdout)


@pytest.mark.parametrize(
    ("words", "shown", "said"),
    [
        (("--external", "vault:a", "--user", "carol"), "    members: [{user: alice}, {user: bob}]", "user: carol"),
        (("--external", "vault:a", "--models", "granit"), "  demo: # the only one", "models: [granit]"),
        (("--external", "vault:a", "--group", "nobodies"), "  demo: # the only one", "groups: [nobodies]"),
        (("--external", "vault:a", "--models", "granite,other/qwen"), "  demo: # the only one", "models: [granite, other/qwen]"),
    ],
)
def test_what_a_key_would_make_wrong_is_told_at_what_is_there(words: tuple[str, ...], shown: str, said: str) -> None:
    """And not at lines that nobody has, because nothing was written."""
    write(Path(), {"config/base.yaml": BASE.replace("  bob: {}", "  bob: {}\n  carol: {}")})
    assert new("--external", "vault:first", alias="first").exit_code == 0
    found = new(*words)
    assert found.exit_code == 1
    line = Path("config/teams.yaml").read_text(encoding="utf-8").splitlines().index(shown) + 1
    assert f" --> config/teams.yaml:{line}:" in found.stdout
    assert f"\n{line} | {shown}\n" in found.stdout
    assert f"the key `demo/dev` was not written; it was to say `{said}`\n" in found.stdout
    there = Path("config/teams.yaml").read_text(encoding="utf-8").splitlines()
    assert set(re.findall(r"^ *\d+ \| (.*)$", found.stdout, re.MULTILINE)) <= set(there)


def test_a_value_that_a_key_has_already_is_shown_at_that_key() -> None:
    assert new("--external", "vault:first", alias="first").exit_code == 0
    found = new("--external", "vault:first")
    assert (found.exit_code, "error[key-value-shared]" in found.stdout) == (1, True)
    there = Path("config/teams.yaml").read_text(encoding="utf-8").splitlines()
    assert set(re.findall(r"^ *\d+ \| (.*)$", found.stdout, re.MULTILINE)) == {line for line in there if "vault" in line}


def test_a_member_is_missed_where_a_team_has_none() -> None:
    write(Path(), {"config/teams.yaml": TEAM.replace("    members: [{user: alice}, {user: bob}]\n", "")})
    found = new("--external", "vault:a")
    assert (found.exit_code, " --> config/teams.yaml:3:3" in found.stdout) == (1, True), found.output


def test_a_key_that_is_there_is_not_made_again() -> None:
    new("--external", "vault:a")
    before = contents(Path("config"))
    assert "`maasc key rotate` gives it a new value" in new("--external", "vault:b").stderr
    assert contents(Path("config")) == before


def test_a_configuration_with_an_error_is_told_of_and_left() -> None:
    write(Path(), {"config/teams.yaml": TEAM.replace("granite", "granit")})
    found = new("--external", "vault:a")
    assert (found.exit_code, "unknown-model" in found.output) == (1, True)
    write(Path(), {"config/teams.yaml": "base: 1\n---\n" + TEAM})
    assert new("--external", "vault:a").exit_code == 1


def test_a_text_that_is_not_edited_is_said_to_be_so() -> None:
    write(Path(), {"config/teams.yaml": TEAM.replace("demo: # the only one", "demo: &d") + "  other: *d\n"})
    found = new("--external", "vault:a")
    assert (found.exit_code, "edit it by hand" in found.stderr) == (2, True)


def listed(*words: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(run("key", "list", "--format", "json", *words).stdout)


def test_keys_are_listed_without_any_value() -> None:
    assert run("key", "list").stdout == "no keys\n"
    values = [new("--external", "vault:a#b").stdout, new("--cert", "cluster.pem", *NOW, alias="ci", user="bob").stdout]
    shown = run("key", "list").stdout
    assert shown == (
        "team  alias  user   groups     bound to   models  value\n"
        "demo  ci     bob    ml-people  team:demo  *       sealed\n"
        "demo  dev    alice  ml-people  team:demo  *       vault:a#b\n"
    )
    both = shown + run("key", "list", "--format", "json").stdout
    assert not any(value.strip() in both for value in values)
    assert entry("ci")["secret"]["sealed"] not in both


def test_a_list_for_programs_says_what_becomes_of_each_key() -> None:
    new("--external", "vault:a#b", "--models", "granite")
    assert listed() == {
        "keys": [
            {
                "team": "demo",
                "alias": "dev",
                "user": "alice",
                "groups": ["ml-people"],
                "boundTo": "team:demo",
                "policy": "plan",
                "models": ["llm/granite"],
                "value": {"store": "vault", "storeKind": "ClusterSecretStore", "path": "a", "property": "b"},
                "secret": "kuadrant-system/maas-key-demo.dev",
                "file": "teams/demo/key-dev.yaml",
            }
        ],
        "total": 1,
    }


def test_what_is_in_the_way_of_a_list_is_told_in_its_form() -> None:
    """A program that reads the list reads why there is none."""
    write(Path(), {"config/more.yaml": "models: {other: {backend: {kind: LLMInferenceService}, tiers: [nowhere]}}\n"})
    found = run("key", "list", "--format", "json")
    assert [one["code"] for one in json.loads(found.stdout)] == ["unknown-tier"]
    assert (found.exit_code, found.stderr) == (1, "")
    assert run("key", "list").stdout.startswith("error[unknown-tier]")


def test_keys_of_a_team_or_a_user_are_listed() -> None:
    new("--external", "vault:a")
    new("--external", "vault:b", alias="ci", user="bob")
    assert [one["alias"] for one in listed("--user", "alice@example.com")["keys"]] == ["dev"]
    assert listed("--team", "demo")["total"] == 2
    assert "did you mean `alice`?" in run("key", "list", "--user", "alic").stderr
    assert run("key", "list", "--team", "dem").exit_code == 2


def test_a_key_is_revoked_with_all_that_was_made_of_it() -> None:
    new("--external", "vault:a")
    run("build", "--no-prove")
    found = run("key", "revoke", "dev", "--team", "demo")
    assert found.stdout == (
        "took the key `demo/dev` out of config/teams.yaml\n"
        "the next build removes `teams/demo/key-dev.yaml`; Argo CD prunes the object, and its Secret goes with it:\n"
        "from then on Authorino, which watches the Secret, answers 401 to whoever calls with the key\n"
        "the value is still in the store `vault` at `a`: delete it there\n"
    )
    assert contents(Path("config"))["teams.yaml"] == TEAM
    run("build", "--no-prove")
    assert not Path("out/teams").exists()


@pytest.mark.parametrize("outlet", [">&-", ">/dev/full"])
def test_a_key_is_revoked_though_nobody_listens_and_that_is_said_aside(outlet: str) -> None:
    """A key that has leaked cannot wait for somebody to read what follows."""
    new("--external", "vault:a")
    line = f"{sys.executable} -c 'import compiler.cli.main as m; m.program()' key revoke dev --team demo {outlet}"
    found = subprocess.run(["/bin/sh", "-c", line], check=False, capture_output=True, text=True)
    assert (found.returncode, contents(Path("config"))["teams.yaml"]) == (2, TEAM), found.stderr
    done = "maasc: took the key `demo/dev` out of config/teams.yaml, and standard output does not take what follows from it: "
    assert found.stderr.startswith(done)


def test_a_key_whose_revocation_nobody_reads_and_what_stands_in_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same within a run, with a configuration that does not compile: that is said as well."""
    new("--external", "vault:a")
    write(Path(), {"config/wrong.yaml": "access: {x: {models: [none]}}\n"})

    def full(said: object, **how: object) -> None:
        if not how.get("err"):
            raise OSError(28, "No space left on device")
        told.append(str(said))

    told: list[str] = []
    monkeypatch.setattr("compiler.cli.key_change.click.echo", full)
    assert run("key", "revoke", "dev", "--team", "demo").exit_code == 2
    assert "no space left on device" in told[0]
    assert told[1].startswith("until the configuration compiles nothing can be built")


def test_only_a_key_that_is_there_is_revoked() -> None:
    new("--external", "vault:a")
    found = run("key", "revoke", "dve", "--team", "demo")
    assert (found.exit_code, "did you mean `dev`?" in found.stderr) == (2, True)
    assert run("key", "revoke", "dev", "--team", "x").exit_code == 2


def test_a_leaked_key_is_revoked_whatever_else_is_wrong() -> None:
    """Nothing is built before the rest is right, which is said; an error that is there already is no reason to keep the key."""
    new("--external", "vault:a")
    write(Path(), {"config/base.yaml": BASE.replace("limit: 50", "limit: -1")})
    found = run("key", "revoke", "dev", "--team", "demo")
    assert (found.exit_code, contents(Path("config"))["teams.yaml"]) == (0, TEAM)
    assert found.stdout.startswith("took the key `demo/dev` out of config/teams.yaml\n")
    assert "delete it there" in found.stdout
    assert "until the configuration compiles nothing can be built, and the key opens what it did" in found.stderr


def test_a_key_in_a_text_that_cannot_be_read_is_said_not_to_be_revoked() -> None:
    new("--external", "vault:a")
    write(Path(), {"config/teams.yaml": contents(Path("config"))["teams.yaml"] + "  x: [\n"})
    before = contents(Path("config"))
    found = run("key", "revoke", "dev", "--team", "demo")
    assert (found.exit_code, contents(Path("config"))) == (2, before)
    assert "the key was not revoked" in found.stderr
    assert "yaml-syntax" in found.output


def test_a_key_that_something_needs_is_said_not_to_be_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    new("--external", "vault:a")
    before = contents(Path("config"))

    def worse(sources: Sources, *_: object) -> Front:
        return Front(sources, None, None, (Diagnostic("no-keys", Severity.ERROR, "no keys", Place("teams.yaml"), "none work"),))

    monkeypatch.setattr("compiler.cli.key_revoke.pipeline.front_of", worse)
    found = run("key", "revoke", "dev", "--team", "demo")
    assert (found.exit_code, contents(Path("config"))) == (1, before)
    assert "the key was not revoked, because of what the configuration would then say" in found.stderr


def test_a_key_whose_text_is_not_edited_or_written_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = "    keys: &k {dev: {user: alice, secret: {external: {store: v, path: p}}}}\n"
    write(Path(), {"config/teams.yaml": TEAM + keys + "policies: {other: {kind: TokenRateLimitPolicy, tokens: *k}}\n"})
    assert "edit it by hand" in run("key", "revoke", "dev", "--team", "demo").stderr
    write(Path(), {"config/teams.yaml": TEAM + keys.replace("&k ", "")})
    monkeypatch.setattr("compiler.cli.overwrite.os.open", _refused)
    before = contents(Path("config"))
    found = run("key", "revoke", "dev", "--team", "demo")
    assert (found.exit_code, "cannot-write" in found.output, contents(Path("config"))) == (2, True, before)


def _refused(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("outlet", [">&-", ">/dev/full"])
@pytest.mark.parametrize("words", ["new --user alice --alias two --external vault:b", "rotate dev"])
def test_no_file_changes_for_a_value_that_nobody_gets(words: str, outlet: str) -> None:
    """Standard output is closed, or its disk is full."""
    new("--cert", "cluster.pem", *NOW)
    before = contents(Path("config"))
    cert = "--cert cluster.pem --now 2026-06-01" if "rotate" in words else ""
    line = f"{sys.executable} -c 'import compiler.cli.main as m; m.program()' key {words} --team demo {cert} {outlet}"
    found = subprocess.run(["/bin/sh", "-c", line], check=False, capture_output=True, text=True)
    assert (found.returncode, contents(Path("config"))) == (2, before), found.stderr
    assert "standard output does not take the value, so nothing was written" in found.stderr


def test_a_sealed_key_gets_a_new_value_in_its_place() -> None:
    first = new("--cert", "cluster.pem", *NOW).stdout
    before, old = contents(Path("config"))["teams.yaml"], entry()["secret"]["sealed"]
    second = run("key", "rotate", "dev", "--team", "demo", "--cert", "cluster.pem", *NOW)
    sealed = entry()["secret"]["sealed"]
    assert VALUE.fullmatch(second.stdout)
    assert second.stdout != first
    assert opened(sealed, "kuadrant-system/maas-key-demo.dev", pair()) == second.stdout.strip()
    assert contents(Path("config"))["teams.yaml"] == before.replace(old, sealed)


def test_a_value_in_a_file_of_its_own_is_replaced_there() -> None:
    keys = "    keys: {dev: {user: alice, secret: {sealed: values/dev.sealed}}}\n"
    write(Path(), {"config/teams/demo.yaml": TEAM + keys, "config/teams/values/dev.sealed": SEALED})
    Path("config/teams.yaml").unlink()
    found = run("key", "rotate", "dev", "--team", "demo", "--cert", "cluster.pem", *NOW)
    assert found.exit_code == 0
    sealed = Path("config/teams/values/dev.sealed").read_text().strip()
    assert opened(sealed, "kuadrant-system/maas-key-demo.dev", pair()) == found.stdout.strip()
    assert contents(Path("config"))["teams/demo.yaml"] == TEAM + keys


def test_a_value_in_a_store_is_only_made() -> None:
    first = new("--external", "vault:a").stdout
    before = contents(Path("config"))
    found = run("key", "rotate", "dev", "--team", "demo")
    assert VALUE.fullmatch(found.stdout)
    assert found.stdout != first
    assert "put the value into the store `vault` at `a`" in found.stderr
    assert contents(Path("config")) == before


def test_a_value_is_replaced_where_it_is_kept_and_nowhere_else() -> None:
    new("--external", "vault:a")
    new("--cert", "cluster.pem", *NOW, alias="ci")
    before = contents(Path("config"))
    assert run("key", "rotate", "dev", "--team", "demo", "--cert", "cluster.pem", *NOW).exit_code == 2
    assert run("key", "rotate", "ci", "--team", "demo").exit_code == 2
    assert "`--now` is about a certificate" in run("key", "rotate", "dev", "--team", "demo", *NOW).stderr
    assert contents(Path("config")) == before


def test_a_file_that_cannot_be_written_costs_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value is shown only once it is good for something."""
    monkeypatch.setattr("compiler.cli.overwrite.os.open", _refused)
    found = new("--external", "vault:a")
    assert (found.exit_code, "cannot-write" in found.output) == (2, True)
    assert not re.search(r"[A-Za-z0-9]{48}", found.output)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("namespace: kuadrant-system", "namespace: llm"),
        ("maas.opendatahub.io/user: alice", "maas.opendatahub.io/user: bob"),
        ("managed-by: authorino", "managed-by: nobody"),
    ],
)
def test_a_secret_that_was_edited_by_hand_is_no_proof(old: str, new: str) -> None:
    """In another namespace Authorino never reads it; with another user it opens somebody else's door."""
    words = ("key", "new", "--team", "demo", "--user", "alice", "--alias", "dev", "--external", "vault:a")
    assert run(*words).exit_code == 0
    assert run("build", "--no-prove").exit_code == 0
    file = Path("out/teams/demo/key-dev.yaml")
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    found = run("prove")
    assert (found.exit_code, "error[refuted]" in found.output, "key `demo/dev`" in found.output) == (1, True, True)


def test_only_a_key_that_is_there_gets_a_new_value() -> None:
    new("--external", "vault:a")
    assert "did you mean `dev`?" in run("key", "rotate", "dve", "--team", "demo").stderr
    assert "`maasc key list` shows those that there are" in run("key", "rotate", "other", "--team", "demo").stderr


def test_a_value_that_is_not_taken_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same within a run: what standard output says is what is told."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    said: list[str] = []
    monkeypatch.setattr("compiler.cli.key_change.refuse", lambda what, _: said.append(what))
    monkeypatch.setattr("compiler.cli.key_change.click.echo", full)
    show("value")
    assert said == ["standard output does not take the value, so nothing was written: no space left on device"]
