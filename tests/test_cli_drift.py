"""`maasc drift`: what it reads, in which forms it tells, how it ends, and that it never shows a value of a dump."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli_support import SMALL, dumped, run, write
from click.testing import CliRunner

from compiler.cli.main import maasc

POLICY = "maas-trlp-simulator"


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    write(folder, {"config/a.yaml": SMALL})
    result = CliRunner().invoke(maasc, ["build", "-q", "--no-prove", "--config", f"{folder}/config", "--out", f"{folder}/out"])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(autouse=True)
def _here(_built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(_built, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def objects() -> list[dict[str, Any]]:
    """Give the objects of `out/`."""
    files = sorted(Path("out").rglob("*.yaml"))
    found = [one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]
    return [one for one in found if one["kind"] != "Kustomization"]


def limits(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the limits of the model."""
    found: dict[str, Any] = next(one for one in items if one["metadata"]["name"] == POLICY)["spec"]["limits"]
    return found


def dump(items: list[dict[str, Any]], name: str = "live.yaml") -> str:
    """Write a dump as kubectl prints it."""
    listed = {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}
    text = json.dumps(listed, indent=4) if name.endswith(".json") else yaml.safe_dump(listed)
    Path(name).write_text(text, encoding="utf-8")
    return name


def raised() -> str:
    """Write a dump in which a budget is not as written."""
    items = objects()
    limits(items)["tokens-100-per-1m"]["rates"][0]["limit"] = 900
    return dump(items)


@pytest.mark.parametrize(
    "given",
    [
        lambda: [dump(objects())],
        lambda: [dump(objects(), "live.json")],
        lambda: [dump(objects()[:1], "one.yaml"), dump(objects()[1:], "rest.yaml")],
        lambda: [dump(objects(), "one.yaml"), dump(objects()[1:], "again.yaml")],
        lambda: ["out"],
        lambda: [str(Path("out/models/llm/simulator.yaml")), "out/gateway"],
    ],
    ids=["a list", "json", "two dumps", "the same twice", "a folder", "documents"],
)
def test_a_cluster_as_it_is_written_is_no_drift(given: Callable[[], list[str]]) -> None:
    found = run("drift", *given())
    assert found.exit_code == 0, found.output
    assert found.output == f"no drift: {len(objects())} objects are live as written\n"


@pytest.mark.parametrize("metadata", [None, {"continue": None}])
def test_what_a_list_in_brackets_says_is_not_set_is_not(metadata: object) -> None:
    """In other YAML a value that was cut off looks like that."""
    whole = {"apiVersion": "v1", "items": objects(), "kind": "List", "metadata": metadata}
    write(Path(), {"live.json": json.dumps(whole), "live.yaml": yaml.safe_dump(whole)})
    assert [run("drift", "live.json").exit_code, run("drift", "live.yaml").exit_code] == [0, 2]


def test_a_dump_may_come_from_a_pipe() -> None:
    text = Path(dump(objects())).read_text(encoding="utf-8")
    found = CliRunner().invoke(maasc, ["drift", "-"], input=text)
    assert found.exit_code == 0, found.output


def test_a_list_of_one_kind_does_not_repeat_it() -> None:
    policies = [one for one in objects() if one["kind"] == "AuthPolicy"]
    items = [{key: value for key, value in one.items() if key not in ("apiVersion", "kind")} for one in policies]
    whole = {"apiVersion": "kuadrant.io/v1", "kind": "AuthPolicyList", "items": items, "metadata": {"resourceVersion": "1"}}
    Path("policies.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    rest = dump([one for one in objects() if one["kind"] != "AuthPolicy"])
    assert run("drift", "policies.yaml", rest).exit_code == 0


def test_drift_is_told_with_its_meaning() -> None:
    found = run("drift", raised())
    assert found.exit_code == 1
    assert found.output.startswith("drift: budget raised on 1 model; objects: 1 changed\n")
    assert "[budget-raised] llm/simulator: callers in `free-user`\n  out/     100 tokens per 1m by `free`\n" in found.output
    assert "  cluster  900 tokens per 1m by `free`\n" in found.output
    changed = f"[drift-changed] TokenRateLimitPolicy llm/{POLICY} (out/models/llm/simulator.yaml)\n"
    assert changed in found.output
    assert "  spec.limits.tokens-100-per-1m.rates[0].limit: `100` -> `900`\n" in found.output


def test_programs_get_all_of_it() -> None:
    told = json.loads(run("drift", raised(), "--format", "json").output)
    assert {key: told[key] for key in ("drift", "unknown", "unmeant", "remarks")} == {
        "drift": True,
        "unknown": [],
        "unmeant": None,
        "remarks": [],
    }
    assert [(row["changes"], row["before"], row["after"]) for row in told["rows"]] == [
        (["budget-raised"], "100 tokens per 1m by `free`", "900 tokens per 1m by `free`")
    ]
    (one,) = told["objects"]
    assert (one["fate"], one["kind"], one["file"]) == ("changed", "TokenRateLimitPolicy", "out/models/llm/simulator.yaml")
    assert one["fields"] == [
        {"path": "spec.limits.tokens-100-per-1m.rates[0].limit", "written": "100", "live": "900", "secret": False}
    ]


def test_code_scanning_gets_the_object_and_what_it_means() -> None:
    log = json.loads(run("drift", raised(), "--format", "sarif").output)
    results = log["runs"][0]["results"]
    assert {one["ruleId"] for one in results} == {"budget-raised", "drift-changed"}
    places = [one["locations"][0]["physicalLocation"] for one in results]
    assert {place["artifactLocation"]["uri"] for place in places} == {"out/models/llm/simulator.yaml"}
    assert all(place["region"]["startLine"] > 1 for place in places)
    assert "::warning file=out/models/llm/simulator.yaml" in run("drift", raised(), "--format", "github").output


def test_a_comment_gets_tables() -> None:
    found = run("drift", raised(), "--format", "markdown").output
    assert found.startswith("**drift: budget raised on 1 model; objects: 1 changed**\n\n| drift | models |")
    assert "#### Objects\n\n- changed TokenRateLimitPolicy llm/" in found


def test_what_cannot_be_understood_is_inconclusive() -> None:
    items = objects()
    items[0]["spec"]["rules"] = {"authorization": {"own": {"opa": {"rego": "allow = true"}}}}
    dumped = dump(items)
    found = run("drift", dumped)
    assert found.exit_code == 4
    assert "[undecided] llm/simulator: what its callers have is not known: " in found.output
    assert "#### Not known" in run("drift", dumped, "--format", "markdown").output
    log = json.loads(run("drift", dumped, "--format", "sarif").output)
    assert "undecided" in {one["ruleId"] for one in log["runs"][0]["results"]}


def test_a_kind_that_nobody_dumped_is_remarked() -> None:
    found = run("drift", dump([one for one in objects() if one["kind"] != "TokenRateLimitPolicy"])).output
    assert "note: the dump holds no TokenRateLimitPolicy at all: 2 are missing, unless nobody asked for them\n" in found


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif", "github"])
def test_a_policy_that_is_not_in_force_is_drift(form: str) -> None:
    items = objects()
    policy = next(one for one in items if one["metadata"]["name"] == "maas-auth-simulator")
    policy["status"] = {"conditions": ["odd", {"type": "Accepted", "status": "False", "reason": "Invalid"}]}
    found = run("drift", dump(items), "--format", form)
    assert found.exit_code == 1
    assert "Accepted is False, Invalid" in found.output


def test_drift_that_is_known_wins_over_what_is_not() -> None:
    """Whoever lets what is not known pass must not let a planted key pass with it."""
    items = objects()
    items[0]["spec"]["rules"] = {"authorization": {"own": {"opa": {"rego": "allow = true"}}}}
    left = {"app.kubernetes.io/managed-by": "maasc"}
    planted = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "llm", "labels": left}}
    assert run("drift", dump(items)).exit_code == 4
    assert run("drift", dump([*items, planted])).exit_code == 1


@pytest.mark.parametrize("value", [0.5, 2**70])
def test_numbers_that_nobody_would_write_are_not_known(value: float) -> None:
    items = objects()
    methods = items[0]["spec"]["rules"]["authentication"]
    next(iter(methods.values()))["priority"] = value
    found = run("drift", dump(items))
    assert found.exit_code in {1, 4}, found.output
    assert f"priority: `0` -> `{value}`" in found.output


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda: shutil.rmtree("config"), "there is no configuration at `config`"),
        (lambda: Path("config/a.yaml").write_text("a: [\n"), "the configuration at `config` does not compile"),
        (
            lambda: Path("config/a.yaml").write_text(SMALL.replace("limit: 100", "limit: 5")),
            "`out` was built from another configuration",
        ),
        (lambda: Path("out/maasc.lock").unlink(), "nothing in `out` says which configuration it was built from"),
    ],
)
def test_without_the_configuration_objects_are_compared(spoil: Callable[[], object], why: str) -> None:
    dumped = raised()
    assert run("drift", dump(objects(), "same.yaml")).exit_code == 0
    spoil()
    found = run("drift", dumped)
    assert found.exit_code == 1
    assert found.output.startswith("drift: objects: 1 changed\n")
    assert f"what this means for callers is not told: {why}" in found.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("apiVersion: v1\nitems:\n- apiVersion: kuadrant.io/v1\n", "a list without `kind: List`: the dump was cut off"),
        ("apiVersion: v1\nitems: []\nkind: List\nmetadata: {continue: abc}\n", "the list goes on in another answer"),
        ("apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  continue:", "the list goes on in another answer"),
        ("apiVersion: v1\nitems: []\nkind: List\nmetadata: con", "the `metadata` of the list is no mapping"),
        ("Warning: old\napiVersion: v1\nitems: []\nkind: List\n", "`Warning` stands beside the items, and no list says that"),
        ("apiVersion: v1\nitems: []\nkind: List\nError from server: timeout\n", "`Error from server` stands beside the items"),
        ("apiVersion: v1\nitems: {}\nkind: List\n", "the items of a list are no list"),
        ("apiVersion: v1\nitems: [x]\nkind: List\n", "an item of the list is no object"),
        ("apiVersion: v1\nitems: [{}]\nkind: List\n", "`apiVersion` is missing"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {}\n", "`metadata.name` is missing"),
        ("platform: {}\n", "this is no Kubernetes object: `apiVersion` is missing"),
        ("- x\n", "this is no Kubernetes object"),
        ("", "the dump holds nothing"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: y}\n",
            "no object of the dump is of a kind that `out/` holds",
        ),
        ("apiVersion: v1\nkind: [\n", "error[truncated-dump]: the text ends too early"),
        ("apiVersion: v1\nkind: a: b\nmetadata: {}\n", "error[yaml-syntax]"),
        ('{"apiVersion": "v1"}\n{"apiVersion": "v1"}\n', "help: write `---` on a line of its own between the two"),
    ],
)
def test_what_is_no_dump_could_not_be_run(text: str, said: str) -> None:
    write(Path(), {"live.yaml": text})
    found = run("drift", "live.yaml")
    assert found.exit_code == 2
    assert said in found.output
    assert "live.yaml" in found.output
    assert "effect: nothing is compared" in found.output


@pytest.mark.parametrize("form", ["list", "json", "stream", "raw", "comment", "marked", "unsorted"])
def test_a_dump_that_was_cut_off_is_told_as_such(form: str) -> None:
    """Wherever it ends within a line, also within a character or an escape; not where documents end."""
    whole = dumped(objects())[form]
    for length in (*range(1, len(whole) - 60, 97), *range(len(whole) - 60, len(whole) - 40)):
        if whole[:length].endswith((b"\n", b"\n---")):
            continue
        Path("cut").write_bytes(whole[:length])
        found = run("drift", "cut")
        assert found.exit_code == 2, whole[:length][-40:]
        assert "error[truncated-dump]" in found.output, whole[:length][-40:]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"apiVersion: v1\nkind: \xc3", "truncated-dump]: the last character is not all there"), (b"kind: \xff\n", "not-utf8]")],
)
def test_bytes_that_end_within_a_character_were_cut_off(content: bytes, said: str) -> None:
    """And others are no text."""
    Path("cut").write_bytes(content)
    found = run("drift", "cut")
    assert (found.exit_code, f"error[{said}" in found.output) == (2, True), found.output


def test_a_last_line_without_an_end_is_no_matter_behind_the_kind_of_a_list() -> None:
    for form, whole in dumped(objects()).items():
        Path("whole").write_bytes(whole.rstrip())
        found = run("drift", "whole")
        refused = form in {"stream", "mixed", "unsorted"}
        assert found.exit_code == (2 if refused else 0), (form, found.output)
        assert ("error[truncated-dump]: " in found.output) == refused
        assert ("the last line has no end" in found.output) == refused


@pytest.mark.parametrize("form", ["list", "json", "raw", "stream", "mixed"])
@pytest.mark.parametrize("marker", ["---", "..."])
def test_a_last_line_that_only_marks_the_end_of_a_document_needs_no_end(marker: str, form: str) -> None:
    Path("live.yaml").write_bytes(dumped(objects())[form].rstrip() + b"\n" + marker.encode())
    found = run("drift", "live.yaml")
    assert "truncated-dump" not in found.output, found.output


@pytest.mark.parametrize("end", ["", "---\n"])
def test_a_list_that_says_what_it_is_before_its_items_may_end_anywhere(end: str) -> None:
    Path("whole").write_bytes(dumped(objects())["unsorted"] + end.encode())
    found = run("drift", "whole")
    assert found.exit_code == 2
    assert "error[truncated-dump]: nothing tells this list from one that was cut off" in found.output
    assert "`kubectl get ... -A -o yaml`, which writes the `kind` behind the items" in found.output


def test_an_empty_cluster_misses_everything() -> None:
    found = run("drift", dump([]))
    assert found.exit_code == 1
    assert "everybody gets through, without any credential" in found.output
    assert found.output.count("[drift-missing]") == len(objects())


@pytest.mark.parametrize("command", ["drift", "import"])
@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("no-files", "error[bad-dump]: no `.yaml` or `.json` file in the folder"),
        ("nothing.yaml", "error[bad-dump]: the dump holds nothing"),
        ("no-object.yaml", "error[bad-dump]: this is no Kubernetes object"),
        ("two", "error[bad-dump]: the "),
        ("twice.yaml", "error[duplicate-key]: the key `kind` is written twice"),
        ("itemless.yaml", "error[truncated-dump]: a list stands here without items, or among those of another"),
        ("nested.yaml", "error[truncated-dump]: a list stands here without items, or among those of another"),
    ],
)
def test_what_cannot_be_read_is_told_alike_by_both_readers_of_dumps(name: str, headline: str, command: str) -> None:
    Path("no-files").mkdir()
    nested = {"apiVersion": "v1", "items": [{"apiVersion": "v1", "items": [], "kind": "List"}], "kind": "List"}
    texts = {"nothing.yaml": "", "no-object.yaml": "a: 1\n", "twice.yaml": "apiVersion: v1\nkind: Pod\nkind: Pod\n"}
    write(Path(), texts | {"itemless.yaml": "apiVersion: v1\nkind: List\n", "nested.yaml": yaml.safe_dump(nested)})
    write(Path("two"), {"a.yaml": Path(dump(objects())).read_text(encoding="utf-8"), "b.yaml": Path(raised()).read_text("utf-8")})
    found = run(command, name, *(["--config", "new"] if command == "import" else []))
    assert found.exit_code == 2, found.output
    assert found.output.startswith(headline), found.output
    assert ("twice, and not the same" in found.output) == (name == "two")
    assert ("between two dumps in one file write `---`" in found.output) == (name == "twice.yaml")


def test_a_dump_that_is_not_there_could_not_be_run() -> None:
    found = run("drift", "nowhere.yaml")
    assert found.exit_code == 2
    assert found.output.startswith(
        "error[unreadable-file]: the file cannot be read: no such file or directory\n --> nowhere.yaml"
    )


def test_two_dumps_of_different_times_are_refused() -> None:
    first, second = dump(objects(), "first.yaml"), raised()
    found = run("drift", first, second)
    assert found.exit_code == 2
    assert "is in the dumps twice, and not the same" in found.output


def test_a_folder_that_was_never_built_could_not_be_run() -> None:
    dumped = dump(objects())
    shutil.rmtree("out")
    found = run("drift", dumped)
    assert found.exit_code == 2
    assert "error[stale-output]" in found.output


SECRET = "c2VjcmV0LXZhbHVl"  # noqa: S105 - it is what must not be shown


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif", "github"])
def test_no_value_of_a_secret_is_shown(form: str) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "left",
            "namespace": "llm",
            "labels": {"app.kubernetes.io/managed-by": "maasc"},
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": SECRET},
        },
        "data": {"api_key": SECRET},
        "stringData": {"more": SECRET},
    }
    found = run("drift", dump([*objects(), secret]), "--format", form)
    assert found.exit_code == 1
    assert "left" in found.output
    assert SECRET not in found.output


@pytest.mark.parametrize(
    "spoilt", ["  data: {api_key: 0123_SECRET: x}\n", "  data: {api_key: 1_000_000}\n", "  data: !x SECRET\n"]
)
def test_no_line_of_a_dump_is_shown(spoilt: str) -> None:
    write(Path(), {"live.yaml": f"apiVersion: v1\nitems:\n- kind: Secret\n{spoilt}kind: List\n"})
    found = run("drift", "live.yaml")
    assert found.exit_code == 2
    assert "SECRET" not in found.output
    assert "1_000_000" not in found.output


def test_long_values_are_cut_where_they_differ() -> None:
    items = objects()
    policy = next(one for one in items if one["metadata"]["name"] == "maas-auth-simulator")
    method = policy["spec"]["rules"]["authentication"]["openshift"]["overrides"]["selected_subscription"]
    method["expression"] += " + 'x'"
    found = run("drift", dump(items)).output
    line = next(one for one in found.splitlines() if "selected_subscription.expression: " in one)
    assert len(line) < 300
    assert "...`" not in line.partition(" -> ")[2] or "'x'" in line


def test_many_objects_and_fields_are_counted() -> None:
    many = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"old-{number}", "namespace": "llm", "labels": {"app.kubernetes.io/managed-by": "maasc"}},
        }
        for number in range(60)
    ]
    items = objects()
    limits(items)["tokens-100-per-1m"].update({f"x{number}": number for number in range(12)})
    dumped = dump([*items, *many])
    found = run("drift", dumped).output
    assert "and 21 more objects\n" in found
    assert "  and 4 more fields\n" in found
    assert "11 lines left out; `maasc drift` tells all.\n" in run("drift", dumped, "--format", "markdown").output


def test_whoever_waits_is_told_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.cli.progress._AFTER", 0.0)
    monkeypatch.setattr("compiler.drift.reading._OFTEN", 50)
    items = objects()
    limits(items)["tokens-100-per-1m"]["rates"][0]["limit"] = 900
    names = [dump(items[:1], "one.json"), dump(items[1:], "rest.json")]
    result = run("drift", *names)
    counted = [int(line.split()[0]) for line in result.stderr.splitlines() if line.endswith("lines read")]
    assert counted == sorted(set(counted))
    assert counted[-1] > Path("one.json").read_text(encoding="utf-8").count("\n")
    assert "0 of 1 models compared\n" in result.stderr
    assert run("drift", "--format", "json", *names).stderr == ""


def test_without_the_gateways_policies_routes_are_open_and_not_handed_on() -> None:
    """Of a cluster without anything no Gateway's policy holds instead of the Gateway's own."""
    found = run("drift", dump([])).output
    told = dict(zip(found.splitlines(), found.splitlines()[1:], strict=False))
    gateways = {line: effect for line, effect in told.items() if line.startswith("[drift-missing]") and "(out/gateway/" in line}
    kinds = {line.split()[1] for line in gateways}
    assert {"AuthPolicy", "TokenRateLimitPolicy"} <= kinds
    assert not any("instead" in effect for effect in gateways.values())
    assert "  a route without a policy of its own is open to everybody\n" in found
    assert "  nobody's tokens are counted on a route without limits of its own\n" in found
    assert "the Gateway's policy holds for the route instead" in found


def test_a_list_of_manifests_is_no_dump() -> None:
    found = run("drift", "out/kustomization.yaml")
    assert found.exit_code == 2, found.output
    assert "this is no dump: it says which manifests there are" in found.output
    assert "drift-missing" not in found.output


def test_fields_of_a_policy_that_does_not_hold_are_told_from_that() -> None:
    items = objects()
    limits(items)["tokens-100-per-1m"]["rates"][0]["limit"] = 900
    policy = next(one for one in items if one["metadata"]["name"] == POLICY)
    policy["status"] = {"conditions": [{"type": "Accepted", "status": "False", "reason": "Invalid"}]}
    lines = run("drift", dump(items)).output.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("[drift-idle]"))
    assert lines[first + 2] == "  also differs:"
    assert "-> `900`" in lines[first + 3]
