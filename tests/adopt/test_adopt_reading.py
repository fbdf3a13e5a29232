"""Dumps are read as they come: cut off, of any length, full of other kinds, and with secrets that go nowhere."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest
import yaml
from adopt_cluster import Plain, gateway, listing, thing
from adopt_tiers import cluster
from cli_support import dumped, run

from compiler.adopt.gather import Dump, gather

MATERIAL = "zGq7Wc2LpX9vRt4KsD8mHn3YbF6jQa1E"


def _dump(tmp_path: Path, text: str, name: str = "dump.yaml") -> Dump:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return gather([tmp_path / name])


def _codes(dump: Dump) -> list[str]:
    return [found.code for found in dump.findings]


@pytest.mark.parametrize("form", ["list", "json", "stream", "raw", "comment", "marked"])
def test_a_dump_that_was_cut_off_is_told_as_such(tmp_path: Path, form: str) -> None:
    """Wherever it ends within a line, also within a character or an escape; not where documents end."""
    whole = dumped(cluster({"llm/a": ["free"]}))[form]
    for length in (*range(1, len(whole) - 120, 53), *range(len(whole) - 120, len(whole) - 40)):
        if not whole[:length].endswith((b"\n", b"\n---")):
            (tmp_path / "cut.yaml").write_bytes(whole[:length])
            assert set(_codes(gather([tmp_path / "cut.yaml"]))) == {"truncated-dump"}, whole[:length][-40:]


def test_bytes_that_end_within_a_character_were_cut_off(tmp_path: Path) -> None:
    for content, code in (
        (b"apiVersion: v1\nkind: \xc3", "truncated-dump"),
        (b"\xef", "truncated-dump"),
        (b"kind: \xff\n", "not-utf8"),
    ):
        (tmp_path / "cut.yaml").write_bytes(content)
        assert _codes(gather([tmp_path / "cut.yaml"])) == [code]


def test_a_last_line_without_an_end_is_no_matter_behind_the_kind_of_a_list(tmp_path: Path) -> None:
    for form, whole in dumped(cluster({"llm/a": ["free"]})).items():
        (tmp_path / "whole.yaml").write_bytes(whole.rstrip())
        told = [found.headline for found in gather([tmp_path / "whole.yaml"]).findings]
        unended = ["the last line has no end: a dump that was cut off looks like this"]
        unknown = ["nothing tells this list from one that was cut off: its `kind` stands before its items"]
        assert told == {"stream": unended, "mixed": unended, "unsorted": unknown}.get(form, []), form


@pytest.mark.parametrize("form", ["list", "json", "raw", "stream", "mixed"])
@pytest.mark.parametrize("marker", ["---", "..."])
def test_a_last_line_that_only_marks_the_end_of_a_document_needs_no_end(marker: str, form: str, tmp_path: Path) -> None:
    whole = dumped(cluster({"llm/a": ["free"]}))[form].rstrip() + b"\n"
    for end in ("", "\n"):
        (tmp_path / "dump.yaml").write_bytes(whole + marker.encode() + end.encode())
        assert _codes(gather([tmp_path / "dump.yaml"])) == []
    (tmp_path / "dump.yaml").write_bytes(b"kind: Pod\n" + marker.encode() + b"x")
    assert _codes(gather([tmp_path / "dump.yaml"])) != []


def test_a_list_that_says_what_it_is_before_its_items_may_end_anywhere(tmp_path: Path) -> None:
    """So no part of it is believed, and neither is the whole; brackets would tell."""
    whole = dumped(cluster({"llm/a": ["free"]}))["unsorted"]
    for length in (*range(1, len(whole), 97), *range(len(whole) - 60, len(whole) + 1)):
        (tmp_path / "cut.yaml").write_bytes(whole[:length])
        assert set(_codes(gather([tmp_path / "cut.yaml"]))) == {"truncated-dump"}, whole[:length][-40:]
    for text in ("kind: List\napiVersion: v1\nitems: []\n", "apiVersion: v1\nkind: List\nitems:\n"):
        assert _codes(_dump(tmp_path, text)) == ["truncated-dump"]


def test_a_list_that_ends_between_two_objects_is_refused(tmp_path: Path) -> None:
    text = listing(cluster({"llm/a": ["free"]}))
    between = "\n".join(text.splitlines()[: text.splitlines().index("kind: List")])
    assert _codes(_dump(tmp_path, between)) == ["truncated-dump"]


def test_nothing_is_written_of_half_a_dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dump.yaml").write_text(listing(cluster({"llm/a": ["free"]}))[:3000], encoding="utf-8")
    assert run("import", "dump.yaml").exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump.yaml"]


def test_every_form_of_a_dump_is_read(tmp_path: Path) -> None:
    """A list as YAML or JSON, several documents, a folder of files; nothing twice."""
    objects = cluster({"llm/a": ["free"]})
    whole = _dump(tmp_path, listing(objects))
    as_json = _dump(tmp_path, json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}, indent=1), "dump.json")
    apart = _dump(tmp_path, "---\n".join(yaml.safe_dump(json.loads(json.dumps(one))) for one in objects), "apart.yml")
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    for number, one in enumerate(objects):
        (tmp_path / "folder" / "deep" / f"{number}.yaml").write_text(
            yaml.safe_dump(json.loads(json.dumps(one))), encoding="utf-8"
        )
    (tmp_path / "folder" / "notes.txt").write_text("no manifest", encoding="utf-8")
    for other in (as_json, apart, gather([tmp_path / "folder"]), gather([tmp_path / "dump.yaml", tmp_path / "dump.json"])):
        assert other.findings == []
        assert [one.data for one in other.objects] == [one.data for one in whole.objects]


def test_an_object_that_is_there_twice_and_differs_is_refused(tmp_path: Path) -> None:
    one, other = gateway(), gateway()
    other["spec"]["gatewayClassName"] = "another"
    assert _codes(_dump(tmp_path, listing([one, other]))) == ["bad-dump"]


@pytest.mark.parametrize("text", ["- 1\n", "kind: Gateway\n", "just words\n", "apiVersion: v1\n"])
def test_what_is_no_object_is_refused(tmp_path: Path, text: str) -> None:
    assert _codes(_dump(tmp_path, text)) == ["bad-dump"]


def test_other_kinds_are_counted_and_forgotten(tmp_path: Path) -> None:
    """Also Roles that are about other things, and lists that are empty."""
    role: Plain = thing(
        "rbac.authorization.k8s.io/v1", "Role", "x", "r", rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]}]
    )
    binding = thing(
        "rbac.authorization.k8s.io/v1", "RoleBinding", "x", "b", roleRef={"kind": "ClusterRole", "name": "view"}, subjects=[]
    )
    pods = [thing("v1", "Pod", "x", f"p{number}", spec={}) for number in range(3)]
    found = _dump(tmp_path, listing([gateway(), role, binding, *pods]) + "---\napiVersion: v1\nitems: []\nkind: List\n")
    assert found.findings == []
    assert [one.kind for one in found.objects] == ["Gateway"]
    kinds = {"Pod": 3, "Role.rbac.authorization.k8s.io": 1, "RoleBinding.rbac.authorization.k8s.io": 1}
    assert dict(found.others) == kinds


class _Endless:
    """A dump of many megabytes that is nowhere as a whole."""

    def __init__(self, pods: int) -> None:
        item = f"- apiVersion: v1\n  kind: Pod\n  metadata: {{name: p, namespace: x}}\n  spec: {{note: {'x' * 900}}}\n"
        self._left = [b"apiVersion: v1\nitems:\n", *([item.encode()] * pods), b"kind: List\n"][::-1]
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, size: int = -1) -> bytes:
        while self._left and len(self._rest) < size:
            self._rest += self._left.pop()
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """Make a path that opens as a dump of so many pods."""

    def make(pods: int) -> Path:
        monkeypatch.setattr(Path, "open", lambda _, __: _Endless(pods))
        return Path("dump.yaml")

    return make


def test_memory_does_not_grow_with_the_dump(endless: Callable[[int], Path]) -> None:
    """Five times the objects take no more room: one is looked at, and let go."""
    peaks = []
    for pods in (500, 2500):
        path = endless(pods)
        tracemalloc.start()
        found = gather([path])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found.findings == []
        assert found.others == {"Pod": pods}
    assert peaks[1] < peaks[0] + 500_000


def test_an_object_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    huge = thing("v1", "ConfigMap", "x", "c", data={"text": "y" * (5 * 1024 * 1024)})
    assert _codes(_dump(tmp_path, listing([huge]))) == ["file-too-large"]


def _everything(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file() and path.name != "dump.yaml")


def test_keys_in_secrets_are_read_into_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the data, nor what `kubectl` repeats of it in an annotation, nor a Secret of another kind."""
    monkeypatch.chdir(tmp_path)
    key = thing(
        "v1",
        "Secret",
        "kuadrant-system",
        "alice",
        labels={"authorino.kuadrant.io/managed-by": "authorino"},
        annotations={"secret.kuadrant.io/user-id": "alice", "some/thing": MATERIAL},
        data={"api_key": MATERIAL},
    )
    key["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json.dumps({"stringData": MATERIAL})
    other = thing("v1", "Secret", "x", "password", data={"password": MATERIAL})
    Path("dump.yaml").write_text(listing([*cluster({"llm/a": ["free"]}), key, other]), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert result.exit_code == 0, result.output
    kept = yaml.safe_load(Path("unmanaged/secret.yaml").read_text(encoding="utf-8"))
    assert kept["metadata"]["annotations"] == {"secret.kuadrant.io/user-id": "alice"}
    assert MATERIAL not in result.output + _everything(tmp_path)


def test_a_secret_in_any_other_object_is_refused_and_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    objects = cluster({"llm/a": ["free"]})
    policy = next(one for one in objects if one["kind"] == "AuthPolicy")
    policy["spec"]["rules"]["metadata"]["matchedTier"]["http"]["headers"] = {"authorization": {"value": f"Bearer sk-{MATERIAL}"}}
    Path("dump.yaml").write_text(listing(objects), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert result.exit_code == 1
    assert "error[plaintext-secret]" in result.output
    assert MATERIAL not in result.output + _everything(tmp_path)
    assert not Path("config").exists()


def test_what_cannot_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    assert _codes(gather([tmp_path / "empty"])) == ["bad-dump"]
    (tmp_path / "dump.yaml").write_bytes(b"\xff\xfe")
    (unread,) = gather([tmp_path / "dump.yaml"]).findings
    assert unread.code == "not-utf8"
    assert unread.effect.startswith("nothing is imported")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    (unread,) = gather([tmp_path / "dump.yaml"]).findings
    assert unread.code == "unreadable-file"
    assert unread.effect.startswith("nothing is imported")


@pytest.mark.parametrize("text", ["", "---\n", "# nothing\n"])
def test_a_file_of_nothing_is_no_dump(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that wrote nothing failed: that no policy is in it says nothing of the cluster."""
    monkeypatch.chdir(tmp_path)
    Path("whole.yaml").write_text(listing(cluster({"llm/a": ["free"]})), encoding="utf-8")
    Path("rest.yaml").write_text(text, encoding="utf-8")
    result = run("import", "whole.yaml", "rest.yaml")
    assert result.exit_code == 2
    assert "error[bad-dump]: the dump holds nothing\n --> rest.yaml" in result.output
    assert not Path("config").exists()


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ("metadata: {continue: eyJ2IjoibWV0YS5rOHMuaW8vdjEi}\n", "the list goes on in another answer of the API server"),
        ("metadata: {remainingItemCount: 900}\n", "the list goes on in another answer of the API server"),
        ("metadata:\n  continue:", "the list goes on in another answer of the API server"),
        ("metadata:\n  cont", "the `metadata` of the list is no mapping: the dump was cut off"),
        ("metadata:", "the `metadata` of the list is no mapping: the dump was cut off"),
        ("Error from server: timeout\n", "`Error from server` stands beside the items, and no list says that"),
        ("spec: {}\n", "`spec` stands beside the items, and no list says that"),
    ],
)
def test_what_a_list_says_beside_its_items_may_show_that_it_is_not_all(beside: str, said: str, tmp_path: Path) -> None:
    for items in (" []\n", "\n- {apiVersion: v1, kind: Pod, metadata: {name: x}}\n"):
        (found,) = _dump(tmp_path, f"apiVersion: v1\nitems:{items}kind: List\n{beside}").findings
        assert found.headline == said
        assert found.effect.startswith("nothing is imported")


@pytest.mark.parametrize("metadata", [None, {"continue": None}, {"continue": None, "remainingItemCount": None}])
def test_what_a_list_in_brackets_says_is_not_set_is_not(metadata: object, tmp_path: Path) -> None:
    """In other YAML a value that was cut off looks like that."""
    whole = {"apiVersion": "v1", "items": [gateway()], "kind": "List", "metadata": metadata}
    assert _codes(_dump(tmp_path, json.dumps(whole))) == []
    assert _codes(_dump(tmp_path, yaml.safe_dump(json.loads(json.dumps(whole))))) != []


@pytest.mark.parametrize("between", ["", "\n", "\nerror: timeout\n"])
def test_two_documents_in_brackets_want_a_line_between_them(between: str, tmp_path: Path) -> None:
    whole = json.dumps({"apiVersion": "v1", "items": [gateway()], "kind": "List"})
    (found,) = _dump(tmp_path, f"{whole}{between}{whole}\n").findings
    assert (found.code, found.headline) == (
        "yaml-syntax",
        "one document ends before this, and nothing says that another begins",
    )
    assert (found.help or "").startswith("write `---` on a line of its own between the two")
    assert _codes(_dump(tmp_path, f"{whole}\n---\n{whole}\n")) == []


def test_messages_before_a_list_are_no_part_of_one(tmp_path: Path) -> None:
    (found,) = _dump(tmp_path, f"Warning: v1 is deprecated\n{listing([gateway()])}").findings
    assert (found.code, found.headline) == ("bad-dump", "`Warning` stands beside the items, and no list says that")
    assert found.help is not None
    assert "2>&1" in found.help


@pytest.mark.parametrize("items", ["{}", "x", "{a: [{apiVersion: v1, kind: Pod}]}"])
def test_items_that_are_no_list_are_no_empty_list(items: str, tmp_path: Path) -> None:
    assert _codes(_dump(tmp_path, f"apiVersion: v1\nitems: {items}\nkind: List\n")) == ["bad-dump"]


@pytest.mark.parametrize("second", ["[]", "null", "\n- {apiVersion: v1, kind: Pod, metadata: {name: y}}"])
@pytest.mark.parametrize("first", ["[]", "null", "\n- {apiVersion: v1, kind: Pod, metadata: {name: x}}"])
def test_a_list_that_has_items_twice_is_refused(first: str, second: str, tmp_path: Path) -> None:
    """Most readers of YAML take the second one for all there is."""
    (found,) = _dump(tmp_path, f"apiVersion: v1\nitems: {first}\nitems: {second}\nkind: List\n").findings
    assert (found.code, found.headline) == ("duplicate-key", "the key `items` is written twice")
    assert found.effect.startswith("nothing is imported")
    assert found.notes[0].text == "first written here"


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: List\n",
        "apiVersion: v1\nitems:\n- {apiVersion: v1, items: [{apiVersion: v1}], kind: List}\nkind: List\n",
    ],
)
def test_a_list_without_items_of_its_own_is_not_passed_over(text: str, tmp_path: Path) -> None:
    assert _codes(_dump(tmp_path, text)) == ["truncated-dump"]


def test_a_list_of_nothing_is_a_dump(tmp_path: Path) -> None:
    assert _codes(_dump(tmp_path, "apiVersion: v1\nitems: []\nkind: List\nmetadata: {}\n")) == []


@pytest.mark.parametrize("metadata", [None, {}, {"name": None}, {"name": ""}, {"name": "x", "namespace": 3}, "x"])
def test_an_object_without_a_name_is_not_passed_over(metadata: object, tmp_path: Path) -> None:
    kinds = [("kuadrant.io/v1", "AuthPolicy"), ("serving.kserve.io/v1alpha1", "LLMInferenceService")]
    kinds += [("rbac.authorization.k8s.io/v1", "RoleBinding")]
    for version, kind in kinds:
        dump = _dump(tmp_path, yaml.safe_dump({"apiVersion": version, "kind": kind, "metadata": metadata}))
        assert _codes(dump) == ["bad-dump"]
        assert not dump.others
    harmless = _dump(tmp_path, yaml.safe_dump({"apiVersion": "v1", "kind": "Pod", "metadata": metadata}))
    assert (_codes(harmless), harmless.others) == ([], {"Pod": 1})


@pytest.mark.parametrize("kind", ["kuadrant.io/v1 AuthPolicy", "gateway.networking.k8s.io/v1 HTTPRoute"])
def test_an_object_that_ends_before_its_spec_is_not_passed_over(kind: str, tmp_path: Path) -> None:
    version, _, name = kind.partition(" ")
    for spec in ("", "spec:\n"):
        text = f"apiVersion: {version}\nkind: {name}\nmetadata: {{name: x, namespace: y}}\n{spec}"
        assert _codes(_dump(tmp_path, text)) == ["truncated-dump"]


def test_an_object_without_a_version_is_none(tmp_path: Path) -> None:
    assert _codes(_dump(tmp_path, "apiVersion: 1\nkind: AuthPolicy\nmetadata: {name: x}\n")) == ["bad-dump"]


@pytest.mark.parametrize("number", [0.5, 2**63, -(2**70), 2**63 - 1])
def test_numbers_that_nobody_would_write_are_kept_beside_the_report(
    number: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    odd = thing("extensions.kuadrant.io/v1alpha1", "TelemetryPolicy", "llm", "odd", spec={"x": [number]})
    Path("dump.yaml").write_text(listing([*cluster({"llm/a": ["free"]}), odd]), encoding="utf-8")
    result = run("import", "dump.yaml")
    assert result.exit_code in {0, 4}, result.output
    (left,) = yaml.safe_load_all(Path("unmanaged/telemetrypolicy.yaml").read_text(encoding="utf-8"))
    assert [str(one) for one in left["spec"]["x"]] == [str(number)]
