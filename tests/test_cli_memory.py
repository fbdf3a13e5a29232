"""A build that remembers what the last one made and proved leaves the same bytes as a build that does not."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cli_support import SMALL, contents, run, write
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.program.ir import Model, Program
from compiler.prove import shares
from compiler.prove.proof import Proof
from compiler.prove.prove import prove_some
from compiler.prove.result import ProofReport
from compiler.prove.view import View
from compiler.targets.emit import Output, of_models


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the memory of a test to itself, and its folder as the one where the user stands."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"config/maas.yaml": SMALL})
    return tmp_path / "cache" / "maasc"


def _build(*words: str) -> Result:
    return run("build", "--no-prove", *words)


TWO = (
    SMALL.replace("  simulator: {backend", "  granite: {backend: {kind: LLMInferenceService}}\n  simulator: {backend")
    .replace("[simulator]", "[simulator, granite]")
    .replace("models: {simulator", "models: {granite: {tokens: [{limit: 9, window: 1h}]}, simulator")
)


def _proves(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note from now on which models are proved."""
    done: list[str] = []

    def noted(proof: Proof, views: Sequence[View], *given: Any, **named: Any) -> ProofReport:  # noqa: ANN401 - passed on
        done.extend(view.model for view in views)
        return prove_some(proof, views, *given, **named)

    monkeypatch.setattr(shares, "prove_some", noted)
    return done


def test_only_what_changed_is_proved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model is proved again if anything changed that its proof depends on."""
    write(Path(), {"config/maas.yaml": TWO})
    done = _proves(monkeypatch)
    assert run("build").exit_code == 0
    assert sorted(done) == ["llm/granite", "llm/simulator"]
    for old, new, proved in (
        ("limit: 9", "limit: 10", ["llm/granite"]),
        ("Free users", "Users", []),
        ("invariants", "invariants", []),
        ("audiences: [", 'audiences: ["more", ', ["llm/granite", "llm/simulator"]),
        ("models: [simulator, granite]", "models: [simulator]", ["llm/granite"]),
    ):
        done.clear()
        text = Path("config/maas.yaml").read_text(encoding="utf-8").replace(old, new)
        write(Path(), {"config/maas.yaml": text})
        assert run("build").exit_code == 0
        assert sorted(done) == proved
    done.clear()
    assert run("build", "--no-cache").exit_code == 0
    assert sorted(done) == ["llm/granite", "llm/simulator"]


def test_an_invariant_is_proved_of_models_that_did_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was proved without it says nothing about it."""
    run("build")
    done = _proves(monkeypatch)
    never = "invariants:\n  - {name: nobody, callers: {groups: [free-user]}, models: [simulator], never: access}\n"
    write(Path(), {"config/maas.yaml": SMALL + never})
    assert run("build").exit_code == 1
    assert run("build").exit_code == 1
    assert done == ["llm/simulator", "llm/simulator"]


@pytest.mark.parametrize("spoilt", ["", "{}", "[1]"])
def test_spoilt_proofs_are_none(place: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str) -> None:
    """Everything is proved then."""
    run("build")
    [file] = place.glob("*.proofs.json")
    file.write_text(spoilt, encoding="utf-8")
    done = _proves(monkeypatch)
    write(Path(), {"config/maas.yaml": SMALL.replace("Free users", "Users")})
    run("build")
    assert done == ["llm/simulator"]


_EDITS = st.lists(
    st.sampled_from(
        [
            ("limit: 100", "limit: 200"),
            ("limit: 200", "limit: 100"),
            ("limit: 9,", "limit: 8,"),
            ("limit: 8,", "limit: 9,"),
            ("granite, ", ""),
            ("[simulator]", "[granite, simulator]"),
            ("window: 1m", "window: 60s"),
            ("free-user", "paying-user"),
            ("paying-user", "free-user"),
            ("simulator", "granite"),
            ("granite", "simulator"),
            ("models: [", "models: [ "),
            ("Free users", "Users"),
            ("{limit", "{limits"),
            ("{limits", "{limit"),
        ]
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(_EDITS)
def test_any_edits_leave_the_bytes_of_builds_without_a_memory(edits: list[tuple[str, str]]) -> None:
    """Two folders see the same edits, one with a memory and one without; after each they are the same, and so is what is said."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(Path(folder, "cache")))
        text = TWO
        write(Path(), {"config/maas.yaml": text})
        for old, new in (("", ""), *edits, ("", "")):
            text = text.replace(old, new) if old else text
            write(Path(), {"config/maas.yaml": text})
            kept = _build()
            copy = Path("copy")
            if copy.exists():
                shutil.rmtree(copy)
            fresh = _build("--no-cache", "--out", "copy")
            assert kept.exit_code == fresh.exit_code
            assert kept.stdout == fresh.stdout.replace("copy/", "out/")
            assert fresh.exit_code or contents(Path("out")) == contents(copy)


def _makes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note from now on which models' manifests are made."""
    done: list[str] = []

    def noted(program: Program, models: Iterable[Model]) -> Iterator[Output]:
        some = tuple(models)
        done.extend(model.id for model in some)
        return of_models(program, some)

    monkeypatch.setattr("compiler.shares.of_models", noted)
    return done


def test_only_what_changed_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model is made again if anything changed that its manifests depend on, and if they are not there as they were."""
    write(Path(), {"config/maas.yaml": TWO})
    done = _makes(monkeypatch)
    assert _build().exit_code == 0
    assert done == ["llm/granite", "llm/simulator"]
    for old, new, made in (
        ("limit: 9", "limit: 10", ["llm/granite"]),
        ("Free users", "Users", []),
        ("audiences: [", 'audiences: ["more", ', ["llm/granite", "llm/simulator"]),
        ("models: [simulator, granite]", "models: [simulator]", ["llm/granite"]),
    ):
        done.clear()
        text = Path("config/maas.yaml").read_text(encoding="utf-8")
        assert old in text
        write(Path(), {"config/maas.yaml": text.replace(old, new)})
        assert _build().exit_code == 0
        assert done == made
        assert _build("--no-cache", "--check").exit_code == 0
    done.clear()
    Path("out/models/llm/granite.yaml").unlink()
    file = Path("out/models/llm/simulator.yaml")
    file.write_text(file.read_text(encoding="utf-8").replace("403", "200"), encoding="utf-8")
    assert _build("--force").exit_code == 0
    assert done == ["llm/granite", "llm/simulator"]
    done.clear()
    assert _build("--no-cache").exit_code == 0
    assert done == ["llm/granite", "llm/simulator"]


def _kept(content: str) -> str:
    return f'["{hashlib.sha256(content.encode()).hexdigest()}",{content}]'


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: [],
        lambda made: dict.fromkeys(made, 1),
        lambda made: {path: [token, digest, {}] for path, (token, digest, _) in made.items()},
        lambda made: {path: [token, digest, {**brought, "neighbours": [[1]]}] for path, (token, digest, brought) in made.items()},
        lambda made: {path: [token, "0" * 64, brought] for path, (token, _, brought) in made.items()},
        # Each file claims to hold the objects of the other one as well.
        lambda made: {path: [*made[path][:2], made[other][2]] for path, other in zip(made, [*made][::-1], strict=True)},
    ],
    ids=["nothing", "a list", "numbers", "nothing brought", "odd neighbours", "another text", "somebody else's objects"],
)
def test_what_is_remembered_of_files_never_changes_a_byte(
    place: Path, spoil: Callable[[dict[str, Any]], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands there, the outcome is that of a build without it."""
    write(Path(), {"config/maas.yaml": TWO})
    _build()
    [file] = place.glob("*.made.json")
    spoilt = spoil(json.loads(file.read_text(encoding="utf-8"))[1])
    file.write_text(spoilt if isinstance(spoilt, str) else _kept(json.dumps(spoilt)), encoding="utf-8")
    write(Path(), {"config/maas.yaml": TWO.replace("limit: 9", "limit: 10")})
    done = _makes(monkeypatch)
    assert _build().exit_code == 0
    assert "llm/granite" in done
    assert _build("--no-cache", "--check").exit_code == 0


def test_what_a_disk_spoilt_is_as_if_it_were_not_there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is JSON of nearly the right shape, which ended as a bug of the compiler."""
    _build()
    [file] = place.glob("*.made.json")
    spoilt, places = re.subn(r'("routes":\[\["llm","[^"]*",\d+,\d+,)\d+', r"\1[]", file.read_text(encoding="utf-8"))
    assert places == 1
    file.write_text(spoilt, encoding="utf-8")
    write(Path(), {"config/maas.yaml": SMALL.replace("Free users", "Users")})
    done = _makes(monkeypatch)
    assert _build().exit_code == 0
    assert done == ["llm/simulator"]
