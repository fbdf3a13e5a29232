"""What is wrong with a resource is said of the resource, where it is written."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from resources_bench import PLATFORM, front, resource, told

SUBSCRIPTION = """\
  owner:
    groups: [{name: research}]
  modelRefs:
    - name: granite
      namespace: llm
      tokenRateLimits:
        - {limit: 10, window: 1m}"""
FIRST = """\
  owner: {groups: [{name: research}]}
  modelRefs:
    - name: granite
      tokenRateLimits: [{limit: 10, window: 1d}]"""
POLICY = """\
  modelRefs:
    - {name: granite, namespace: llm}
  subjects:
    groups: [{name: research}]
    users: [alice]"""
MODEL = "  modelRef: {kind: LLMInferenceService, name: qwen}"


def _edited(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


SAMPLES = {
    "today": resource("MaaSSubscription", SUBSCRIPTION),
    "first": resource("MaaSSubscription", FIRST),
    "access": resource("MaaSAuthPolicy", POLICY),
    "model": resource("MaaSModelRef", MODEL),
    "first-model": resource("MaaSModel", MODEL),
}
ROWS = yaml.safe_load((Path(__file__).parent / "wrong.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["says"])
def test_what_is_wrong_is_said_in_its_place(tmp_path: Path, row: dict[str, str]) -> None:
    """Code, line, column and headline; the same resource without the mistake has nothing wrong with it."""
    sample, (code, where, *headline) = SAMPLES[row["sample"]], row["says"].split(" ")
    assert not _wrong(told(front(tmp_path, {"platform.yaml": PLATFORM, "it.yaml": sample})))
    edited = _edited(sample, row["old"], row["new"])
    found = _wrong(told(front(tmp_path, {"platform.yaml": PLATFORM, "it.yaml": edited})))
    assert found[0].startswith(" ".join([code, f"it.yaml:{where}", *headline]))


def _wrong(lines: list[str]) -> list[str]:
    """Leave out what is said because a sample is small."""
    pairing = ("budget-without-access", "nobody-may-call", "access-without-budget", "unused-group")
    return [line for line in lines if not line.startswith(pairing)]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("{namespace: maas}", "missing-key it.yaml:3:1 the key `name` is missing"),
        ("{name: gold, namespace: maas, colour: red}", "unknown-key it.yaml:3:41 unknown key `colour`"),
        ("{name: Gold, namespace: maas}", "bad-name it.yaml:3:18 `Gold` is no Kubernetes name"),
        ("{name: 'a:b', namespace: maas}", "bad-name it.yaml:3:18 `a:b` is no Kubernetes name"),
        ("{name: gold, labels: {tier: 1}}", "wrong-type it.yaml:3:39 expected a string, found the number `1`"),
    ],
)
def test_names_are_checked_where_they_are_written(tmp_path: Path, metadata: str, expected: str) -> None:
    found = told(front(tmp_path, {"platform.yaml": PLATFORM, "it.yaml": resource("MaaSSubscription", SUBSCRIPTION, metadata)}))
    assert expected in found


def test_a_name_of_the_configuration_and_of_a_resource_is_one_too_many(tmp_path: Path) -> None:
    """Both places are shown, whichever of the two is read first."""
    native = "subscriptions: {gold: {owner: {groups: [sales]}, models: {granite: {tokens: [{limit: 1, window: 1h}]}}}}\n"
    for name, second in (("a.yaml", "it.yaml:3:18"), ("z.yaml", "z.yaml:1:17")):
        folder = tmp_path / name.removesuffix(".yaml")
        folder.mkdir()
        made = front(folder, {"platform.yaml": PLATFORM, "it.yaml": resource("MaaSSubscription", SUBSCRIPTION), name: native})
        (found,) = [one for one in made.diagnostics if one.code == "duplicate-name"]
        assert f"duplicate-name {second} `gold` is defined twice in `subscriptions`" in told(made)
        (note,) = found.notes
        assert note.place is not None
        assert {note.place.file, found.place.file if found.place else ""} == {"it.yaml", name}


@pytest.mark.parametrize(
    ("one", "other", "headline"),
    [
        (
            resource("MaaSModel", MODEL),
            resource("MaaSModelRef", MODEL),
            "`maas/gold` is written twice: as a `MaaSModel` of the first release, and as a `MaaSModelRef` of today",
        ),
        (
            resource("MaaSSubscription", FIRST),
            resource("MaaSSubscription", SUBSCRIPTION),
            "`maas/gold` is written twice: as a `MaaSSubscription` of the first release, and as a `MaaSSubscription` of today",
        ),
        (
            resource("MaaSAuthPolicy", POLICY, "{name: gold}"),
            resource("MaaSAuthPolicy", POLICY, "{name: gold}"),
            "`gold` is written twice: as a `MaaSAuthPolicy` of today, and as a `MaaSAuthPolicy` of today",
        ),
        (
            resource("MaaSAuthPolicy", POLICY, "{name: gold, namespace: blue}"),
            resource("MaaSAuthPolicy", POLICY, "{name: gold, namespace: green}"),
            "`gold` is defined twice in `access`",
        ),
        (
            resource("MaaSModelRef", MODEL, "{name: qwen, namespace: llm}"),
            resource("MaaSModel", MODEL.replace("}", ", namespace: llm}"), "{name: qwen, namespace: maas}"),
            "`llm/qwen` is defined twice in `models`",
        ),
        (
            resource("MaaSModelRef", MODEL, "{name: granite}"),
            "# nothing more\n---\ngroups: {}\n",
            "`llm/granite` is defined twice in `models`",
        ),
    ],
)  # fmt: skip
def test_one_name_is_one_thing(tmp_path: Path, one: str, other: str, headline: str) -> None:
    """In both releases, in several namespaces, in a resource and in the configuration: adding a file renames nothing."""
    found = front(tmp_path, {"platform.yaml": PLATFORM, "it.yaml": f"{one}---\n{other}"}).diagnostics
    assert [(error.code, error.headline) for error in found if error.code == "duplicate-name"] == [("duplicate-name", headline)]


def test_a_resource_that_is_refused_defines_its_name_nevertheless(tmp_path: Path) -> None:
    """One mistake is one error: what uses the model is not said to be wrong as well."""
    model = resource("MaaSModelRef", "  modelRef: {kind: Wrong, name: qwen}", "{name: qwen, namespace: llm}")
    files = {
        "platform.yaml": PLATFORM,
        "it.yaml": model,
        "use.yaml": resource("MaaSAuthPolicy", POLICY.replace("granite", "qwen")),
    }
    assert [one.split(" ")[0] for one in told(front(tmp_path, files))] == ["bad-value"]
