"""Platforms of every era are taken over from what their clusters hold, and decide as before."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import adopt_tiers
import adopt_today
import pytest
import yaml
from adopt_cluster import Access, FirstRelease, Plain, Subscription, write
from cli_support import run
from click.testing import Result
from ruamel.yaml import YAML

from compiler import pipeline
from compiler.adopt.compare import Comparison, compare
from compiler.adopt.engine import QuickEngine
from compiler.adopt.gather import gather
from compiler.adopt.platform import Wanted
from compiler.adopt.understand import understand
from compiler.engines.celpy_engine import CelpyEngine

MODELS = {f"model-{number}": "llm" if number < 15 else "prelude" for number in range(22)}
NAMES = tuple(MODELS)


def first_release() -> list[Plain]:
    """Give a platform of 22 models and 16 subscriptions; nobody need be in two teams."""
    access = [Access("everybody", NAMES[:10], ("free-user", "premium-user"), ("alice",))]
    access += [Access(f"team-{number}", NAMES[number : number + 4], (f"team-{number}",)) for number in range(15)]
    subscriptions = [
        Subscription(
            f"sub-{number}",
            {model: [] if number % 5 == 0 else [(1000 * (number + 1), "1h")] for model in NAMES[number : number + 4]},
            (f"team-{number}",),
            priority=number,
        )
        for number in range(15)
    ]
    free = {model: [(100, "1m"), (1000, "24h")] for model in NAMES[:10]}
    subscriptions.append(Subscription("free", free, ("free-user",), ("alice",), -1, {"organizationId": "acme"}))
    return FirstRelease(MODELS, access, subscriptions).objects()


def today() -> list[Plain]:
    """Give a platform of today's controller."""
    models = [*(f"llm/model-{number}" for number in range(5)), "llm/gpt-4o"]
    access = [
        Access("everybody", tuple(models[:4]), ("free-user", "premium-user")),
        Access("research", tuple(models[2:]), ("research",), ("alice",)),
    ]
    free = Subscription("free", {model: [(100, "1m"), (1000, "24h")] for model in models[:4]}, ("free-user",))
    gold = Subscription("gold", {model: [(9000, "1h")] for model in models[2:]}, ("research",), ("alice",), 5)
    return adopt_today.cluster(models, access, [free, gold])


def tiers() -> list[Plain]:
    """Give a platform of tiers, with a model for some, for all, and for nobody."""
    return adopt_tiers.cluster({"llm/a": ["free", "premium"], "llm/b": ["premium"], "llm/c": [], "other/d": None})


Imported = Mapping[str, tuple[Path, Result]]
PLATFORMS = {"first release": first_release, "today": today, "tiers": tiers}
# What changes on purpose, and nothing else does.
CHANGES = {
    "first release": {"several", "listing", "identity"},
    "today": {"several", "query"},
    "tiers": {"listing", "query", "identity"},
}
# With what the proof finds of callers and requests that nobody would think of trying.
EXPLAINED = {
    "first release": {*CHANGES["first release"], "comma", "overlap"},
    "today": {*CHANGES["today"], "empty", "ending", "identity", "listing", "qualified"},
    "tiers": {*CHANGES["tiers"], "bare", "ending", "header"},
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Import each platform once, into a folder of its own."""
    found = {}
    for platform, objects in PLATFORMS.items():
        folder = tmp_path_factory.mktemp("platform")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            write(Path("dump"), objects())
            found[platform] = folder, run("import", "dump/dump.yaml")
    return found


def _compared(dump: Path) -> Comparison:
    found = gather([dump])
    assert found.findings == []
    draft, problem = understand(found, Wanted("1.5"))
    assert problem is None
    front = pipeline.front(Path("config"))
    assert front.program is not None
    texts = {path.relative_to("out").as_posix(): path.read_text(encoding="utf-8") for path in Path("out").rglob("*.yaml")}
    return compare(found, draft, front.program, texts, QuickEngine(CelpyEngine()))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_moves_from_a_dump_to_manifests_that_decide_alike(
    platform: str, imported: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way of the README: dump, import, check, build; what was written decides as the policies of the dump."""
    folder, result = imported[platform]
    monkeypatch.chdir(folder)
    assert result.exit_code == 0, result.output
    assert run("check", "-q").exit_code == 0
    assert run("build", "-q").exit_code == 0
    found = _compared(Path("dump"))
    assert found.unknown == {}
    assert {one.reason for one in found.differences} == CHANGES[platform]
    assert found.alike + len(found.differences) == found.asked
    assert found.alike > len(found.differences)
    assert found.proofs
    assert {proof.verdict for proof in found.proofs} <= {"alike", "explained"}, (
        "of every caller, and not only of those that were tried"
    )
    assert {one.reason for proof in found.proofs for one in proof.differences} == EXPLAINED[platform]


def test_the_policies_of_the_first_release_are_replaced_where_they_are(
    imported: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same kind, namespace and name: nothing of the controller's stays beside what is emitted, and limits come before access."""
    folder, _ = imported["first release"]
    monkeypatch.chdir(folder)
    assert run("build", "-q").exit_code == 0
    emitted = [one for path in Path("out/models").rglob("*.yaml") for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
    named = {(one["kind"], one["metadata"]["namespace"], one["metadata"]["name"]): one for one in emitted if "metadata" in one}
    policies = [
        one for one in gather([Path("dump")]).of("AuthPolicy", "TokenRateLimitPolicy") if one.namespace != "openshift-ingress"
    ]
    assert len(policies) > 30
    for one in policies:
        assert (one.kind, one.namespace, one.name) in named
    waves = {
        kind: {
            int(one["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"]) for key, one in named.items() if key[0] == kind
        }
        for kind in ("TokenRateLimitPolicy", "AuthPolicy")
    }
    assert max(waves["TokenRateLimitPolicy"]) < min(waves["AuthPolicy"])


def test_the_report_says_what_it_was_made_of(imported: Imported) -> None:
    """Both on the screen and beside what is left over; of a realistic platform nothing is left."""
    folder, result = imported["first release"]
    shown = result.output
    assert "made of them: groups (17), users (1), models (22), access (16), subscriptions (16)" in shown
    assert re.search(
        r"compared \d+ requests with the policies of the dump: \d+ are answered alike, \d+ otherwise, 0 cannot be told", shown
    )
    page = (folder / "unmanaged" / "README.md").read_text(encoding="utf-8")
    assert "several subscriptions who names none is refused today" in page
    assert "## Left over" not in page
    assert "lets everybody in whom nobody answers about" in page
    assert sorted(path.name for path in (folder / "unmanaged").iterdir()) == ["README.md"]


def test_every_item_says_where_it_comes_from(imported: Imported) -> None:
    """As a comment, without the folders of a machine; defaults of the controller are told of."""
    folder, _ = imported["first release"]
    for file in ("models.yaml", "access.yaml", "subscriptions.yaml"):
        lines = (folder / "config" / file).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if re.match(r"  \S", line) and not line.startswith("  #"):
                assert re.match(r"  # (from|note:) ", lines[number - 1]), line
        assert str(folder) not in "\n".join(lines)
    text = (folder / "config" / "subscriptions.yaml").read_text(encoding="utf-8")
    assert "# from MaaSSubscription opendatahub/free (dump.yaml:" in text
    assert "# note: the budget on `model-5` is the controller's default: the resource says none" in text


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_written_keeps_its_layout_in_later_edits(
    platform: str, imported: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is as `fmt` would have it, and a round trip keeps every comment and the order of keys."""
    monkeypatch.chdir(imported[platform][0])
    assert run("fmt", "--check").exit_code == 0
    for path in Path("config").iterdir():
        before = path.read_text(encoding="utf-8")
        editor = YAML()
        editor.width = 200
        editor.preserve_quotes = True
        editor.indent(mapping=2, sequence=4, offset=2)
        data = editor.load(before)
        stream = StringIO()
        editor.dump(data, stream)
        assert stream.getvalue() == before


def test_two_imports_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In whichever order the objects come; only the lines that they came from differ."""
    found = []
    for name, objects in (("one", today()), ("other", today()[::-1])):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        write(Path("dump"), objects)
        assert run("import", "dump/dump.yaml").exit_code == 0
        texts = {path.as_posix(): path.read_text(encoding="utf-8") for path in Path("config").iterdir()}
        found.append({name: re.sub(r"dump\.yaml:\d+", "dump.yaml", text) for name, text in texts.items()})
    assert found[0] == found[1]


def test_nobodys_work_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("dump"), tiers())
    assert run("import", "dump/dump.yaml").exit_code == 0
    again = run("import", "dump/dump.yaml")
    assert again.exit_code == 2
    assert "config is not empty" in again.output
    shutil.rmtree("config")
    assert "unmanaged is not empty" in run("import", "dump/dump.yaml").output
    assert not Path("config").exists()
