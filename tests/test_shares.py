"""What two processes load and make is what one does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from children import forked, has_ended
from cli_support import SMALL, run, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler import pipeline, shares
from compiler.checks.run import check_intent
from compiler.intent.intent import Intent
from compiler.processes import Begun
from compiler.program.ir import Model, Program
from compiler.shares import Ahead, Wanted
from compiler.source import loading
from compiler.source.load import Loaded, load_folder
from compiler.source.loading import Loading
from compiler.targets.emit import Output

HERE = os.getpid()
MODELS = 12
MANY = SMALL.replace(
    "models:", "models:\n" + "".join(f"  m{n}: {{backend: {{kind: LLMInferenceService}}}}\n" for n in range(MODELS)), 1
)

# Files of all kinds: plain, of several documents, empty, wrong, with a secret, and none that can be read.
CONTENTS = (
    "a: 1\n",
    "b: [1, {c: d}]\n---\ne: f\n",
    "",
    "a: [\n",
    "a: &x 1\nb: *x\n",
    "token: eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJhIiwiYXVkIjoiYiJ9.c2lnbmF0dXJlc2lnbmF0dXJl\n",
    b"caf\xe9",
    None,
)


@pytest.fixture(autouse=True)
def _two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the smallest work be worth another process."""
    monkeypatch.setattr(loading, "_LITTLE", 0)
    monkeypatch.setattr(loading, "_MEANWHILE", 0)
    monkeypatch.setattr(shares, "_ALONE", 1)


def _told(loaded: Loaded) -> object:
    sources, found = loaded
    return [(one.file, one.index, one.text, one.data) for one in sources.documents], list(sources.texts.items()), found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(st.sampled_from(CONTENTS), max_size=6), meanwhile=st.integers(0, 200))
def test_two_processes_load_what_one_does(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, chosen: list[str | bytes | None], meanwhile: int
) -> None:
    """In the same order, with the same words about what is wrong, wherever the files are divided."""
    folder = tmp_path_factory.mktemp("config")
    for number, content in enumerate(chosen):
        path = folder / f"{number}.yaml"
        if content is None:
            path.symlink_to("nowhere.yaml")
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    monkeypatch.setattr(loading, "_MEANWHILE", meanwhile)
    assert _told(Loading(folder).loaded()) == _told(load_folder(folder))


def test_a_folder_that_is_not_there_is_told_in_the_same_words(tmp_path: Path) -> None:
    assert _told(Loading(tmp_path / "gone").loaded()) == _told(load_folder(tmp_path / "gone"))


def test_what_is_loaded_is_what_was_there_when_it_began(tmp_path: Path) -> None:
    """All of it is read at one time: half of an older configuration and half of a newer one were never written by anybody."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("a: 1\n", encoding="utf-8")
    begun = Loading(tmp_path)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.yaml").write_text("a: 2\n", encoding="utf-8")
    sources, _ = begun.loaded()
    assert [one.data for one in sources.documents] == [{"a": 1}] * 2


def _front(config: Path, ahead: Ahead | None = None) -> pipeline.Front:
    return pipeline.front(config, keep=False, loading=Loading(config), ahead=ahead)


def test_work_is_begun_ahead_whoever_loads(tmp_path: Path) -> None:
    """It waits for what is written, and not for another process that reads it."""
    write(tmp_path, {"config/maas.yaml": MANY})
    ahead = Ahead(Wanted())
    front = pipeline.front(tmp_path / "config", keep=False, ahead=ahead)
    assert ahead.begun is not None
    assert front.program is not None
    assert len(shares.made(front.program, Wanted(), ahead=ahead).texts) > MODELS


@pytest.mark.parametrize("brought", [False, True])
def test_what_was_made_ahead_is_what_is_made_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, brought: bool) -> None:
    """Text by text, in the same order, with the same sum for the gateway."""
    write(tmp_path, {"config/maas.yaml": MANY})
    wanted = Wanted(brought=brought)
    ahead = Ahead(wanted)
    front = _front(tmp_path / "config", ahead)
    assert front.program is not None, front.diagnostics
    assert len(front.program.models) > MODELS
    both = shares.made(front.program, wanted, ahead=ahead)
    at_once = shares.made(front.program, wanted)
    monkeypatch.setattr(shares, "_ALONE", 1000)
    alone = shares.made(front.program, wanted)
    for other in (both, at_once):
        assert list(other.texts.items()) == list(alone.texts.items())
        assert other.brought == alone.brought
        assert other.contribution.sizes.filter == alone.contribution.sizes.filter
        assert not other.contribution.found(1_000_000)
    assert bool(alone.brought) == brought


def test_another_process_makes_the_later_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins before the rules on what is written have run, and what it makes is taken."""
    write(tmp_path, {"config/maas.yaml": MANY})
    order: list[str] = []
    real = Ahead.begin

    def begin(ahead: Ahead, intent: Intent) -> None:
        order.append("begun")
        real(ahead, intent)

    def checked(intent: Intent) -> object:
        order.append("checked")
        return check_intent(intent)

    monkeypatch.setattr(Ahead, "begin", begin)
    monkeypatch.setattr(pipeline, "check_intent", checked)
    ahead = Ahead(Wanted())
    with forked() as children:
        front = _front(tmp_path / "config", ahead)
    assert order == ["begun", "checked"]
    assert front.program is not None
    made: list[int] = []

    def none(_: Program, models: Sequence[Model]) -> tuple[Output, ...]:
        made.append(len(models))
        return ()

    monkeypatch.setattr(shares, "of_models", none)
    shares.made(front.program, Wanted(), ahead=ahead)
    assert len(made) == 1
    assert made[0] < len(front.program.models) // 2 + 1
    ahead.stop()
    assert children
    assert all(map(has_ended, children))


def test_nothing_that_was_made_ahead_is_used_where_a_rule_stands_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the process that makes it is ended: it must not go on for a run that is over."""
    monkeypatch.chdir(tmp_path)
    stopped: list[bool] = []
    real = Begun.stop

    def stop(begun: Begun[object]) -> None:
        stopped.append(True)
        real(begun)

    monkeypatch.setattr(Begun, "stop", stop)
    write(
        Path(),
        {"config/maas.yaml": MANY.replace("models: [simulator], groups: [free-user]", "models: [simulator], groups: [gone]")},
    )
    found = run("build", "--no-prove")
    assert found.exit_code == 1
    assert stopped == [True]
    assert not Path("out").exists()


def test_where_no_process_can_be_begun_one_does_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading and making alike, and there is nothing to stop."""

    def refused() -> int:
        raise BlockingIOError

    write(tmp_path, {"config/maas.yaml": MANY})
    expected = _told(load_folder(tmp_path / "config"))
    monkeypatch.setattr(os, "fork", refused)
    assert _told(Loading(tmp_path / "config").loaded()) == expected
    ahead = Ahead(Wanted())
    front = _front(tmp_path / "config", ahead)
    assert front.program is not None
    assert len(shares.made(front.program, Wanted(), ahead=ahead).texts) > MODELS
    Begun(os.getpid).stop()
