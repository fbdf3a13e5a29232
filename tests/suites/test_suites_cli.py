"""`maasc test` as its user sees it."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path

import pytest
from cli_support import SMALL, run, write

from compiler.cli import test as command
from compiler.cli.progress import Progress
from compiler.suites.starter import Starter
from compiler.suites.watch import snapshot

SUITE = """\
callers:
  dana: {groups: [free-user]}
  stranger: {}
matrix: {callers: "*", models: "*"}
expect:
  - {caller: dana, model: simulator, status: 200, selected: free}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder with a configuration and one suite."""
    write(tmp_path, {"config/maas.yaml": SMALL, "config/tests/plans.yaml": SUITE})
    monkeypatch.chdir(tmp_path)


def test_a_suite_that_passes_is_exit_0() -> None:
    result = run("test", "--now", "2026-01-01")
    assert (result.exit_code, result.output) == (0, "2 passed\n")
    assert run("test", "-q").output == ""


def test_a_failure_is_exit_1_in_any_format() -> None:
    write(Path(), {"config/tests/plans.yaml": SUITE.replace("status: 200", "status: 403")})
    for form in ("text", "json", "junit", "github"):
        assert run("test", "--format", form, "-q").exit_code == 1
    assert "FAILED config/tests/plans.yaml:6:5  dana asks simulator for chat\n" in run("test").output


def test_what_cannot_be_read_is_exit_2() -> None:
    write(Path(), {"config/tests/plans.yaml": "a: ["})
    assert run("test").exit_code == 2
    assert run("test", "elsewhere.yaml").exit_code == 2


def test_a_suite_with_unknown_names_is_exit_1() -> None:
    """The place is in the suite, and the suggestion is a caller of it."""
    write(Path(), {"config/tests/plans.yaml": SUITE.replace("caller: dana", "caller: dan")})
    result = run("test")
    assert result.exit_code == 1
    assert "error[unknown-caller]: unknown caller `dan`\n --> config/tests/plans.yaml:6:14\n" in result.output
    assert json.loads(run("test", "--format", "json").output)[0]["code"] == "unknown-caller"


def test_a_configuration_with_errors_is_told_first() -> None:
    write(Path(), {"config/maas.yaml": SMALL.replace("groups: [free-user]}", "groups: [free-usr]}", 1)})
    result = run("test")
    assert result.exit_code == 1
    assert "error[unknown-group]" in result.output


def test_without_suites_nothing_was_tested() -> None:
    """An empty selection is never a success."""
    Path("config/tests/plans.yaml").unlink()
    for _ in ("an empty folder", "none"):
        result = run("test")
        assert result.exit_code == 2
        assert result.output == "maasc: there is no suite below config/tests\nhelp: `maasc test --init` writes a first one\n"
        if Path("config/tests").exists():
            Path("config/tests").rmdir()


def test_cases_are_chosen_by_a_regular_expression() -> None:
    """It is searched in the name of the suite and of the case; none is exit 2."""
    assert run("test", "--run", "dana asks").output == "1 passed\n"
    assert run("test", "--run", "plans.yaml .*chat$").output == "2 passed\n"
    assert run("test", "--run", "nobody").exit_code == 2
    assert "is no regular expression" in run("test", "--run", "(").output
    assert run("test", "--run", "(").exit_code == 2


def test_files_are_chosen_by_name() -> None:
    write(Path(), {"other.yaml": SUITE.replace("status: 200", "status: 403")})
    assert run("test", "config/tests").exit_code == 0
    assert run("test", "other.yaml").exit_code == 1


def test_the_day_is_given_or_today() -> None:
    """A skip that has ended long ago runs today; a day that is none could not be run."""
    row = "status: 403, skip: {reason: later, until: 2020-01-01}"
    write(Path(), {"config/tests/plans.yaml": SUITE.replace("status: 200, selected: free", row)})
    assert run("test", "--now", "2019-12-31").output.endswith("1 passed, 1 skipped\n")
    assert run("test").exit_code == 1
    assert run("test", "--now", "tomorrow").exit_code == 2


def test_coverage_below_the_bound_is_exit_1() -> None:
    result = run("test", "--coverage=100")
    assert result.exit_code == 1
    assert "not covered: config/maas.yaml:14:" in result.output
    assert "coverage is " in result.output
    assert run("test", "--coverage").exit_code == 0
    assert run("test", "--coverage=101").exit_code == 2
    assert run("test", "--coverage=much").exit_code == 2


def test_mutants_below_the_bound_are_exit_1() -> None:
    result = run("test", "--mutate=100%")
    assert result.exit_code == 1
    assert "survived: config/maas.yaml:" in result.output
    assert "survived: out/models/llm/simulator.yaml:" in result.output
    assert "mutation is " in result.output


def test_a_first_suite_is_written_once() -> None:
    """It passes, it covers everything, and it is never written over."""
    result = run("test", "--init")
    assert (result.exit_code, result.output) == (0, "wrote config/tests/starter.yaml\n")
    assert run("test", "config/tests/starter.yaml", "--coverage=100").exit_code == 0
    again = run("test", "--init")
    assert again.exit_code == 2
    assert "already there" in again.output
    assert run("test", "--init", "elsewhere/mine.yaml").exit_code == 0
    assert Path("elsewhere/mine.yaml").read_text(encoding="utf-8").startswith("# Written by `maasc test --init`")


@pytest.mark.parametrize(
    "words", [("a.yaml", "b.yaml"), ("--watch",), ("--run", "x"), ("--coverage=1",), ("--mutate",), ("--now", "2026-01-01")]
)
def test_what_a_first_suite_would_not_heed_is_refused(words: tuple[str, ...]) -> None:
    result = run("test", "--init", *words)
    assert (result.exit_code, "--init writes one suite, into one file, and runs nothing" in result.output) == (2, True)
    assert not Path("config/tests/starter.yaml").exists()


def test_a_file_of_the_configuration_is_told_apart_from_a_suite() -> None:
    result = run("test", "config")
    assert result.exit_code == 1
    assert "error[wrong-type]: this is a file of the configuration, and no suite\n --> config/maas.yaml:1:1" in result.output
    assert "help: suites lie in the folder `tests` of the configuration" in result.output


def test_a_first_suite_is_written_quietly() -> None:
    result = run("test", "--init", "-q")
    assert (result.exit_code, result.output) == (0, "")
    assert Path("config/tests/starter.yaml").is_file()


def test_a_snapshot_sees_a_link_to_nothing(tmp_path: Path) -> None:
    before = snapshot((tmp_path,))
    (tmp_path / "x.yaml").symlink_to(tmp_path / "nowhere")
    assert snapshot((tmp_path,)) != before


def test_what_a_first_suite_leaves_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.cli.test.Starter", partial(Starter, most=4))
    result = run("test", "--init")
    assert "left out, so that it can be read: " in result.output


def test_a_first_suite_needs_a_configuration_that_compiles() -> None:
    write(Path(), {"config/maas.yaml": "platform: 1"})
    assert run("test", "--init").exit_code == 1


def test_a_folder_that_cannot_be_written_is_told() -> None:
    Path("taken").write_text("", encoding="utf-8")
    result = run("test", "--init", "taken/suite.yaml")
    assert result.exit_code == 2
    assert "cannot write" in result.output or "already there" in result.output


def test_progress_is_told_when_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a second, and not at all when nobody wants to know."""
    monkeypatch.setattr("compiler.cli.progress._AFTER", 0.0)
    assert run("test").stderr == "1 of 2 cases\n2 of 2 cases\n"
    assert run("test", "-q").stderr == ""
    assert "mutants\n" in run("test", "--mutate").stderr


def test_a_short_run_tells_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(quiet=False)
    progress.tell("cases", 1, 2)
    progress.done()
    assert capsys.readouterr().err == ""


def test_watching_runs_again_when_a_file_changes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The first round runs; a round without a change does not; a changed suite does; an interrupt ends it."""
    rounds = iter(("nothing", "change", "end"))

    def sleep(seconds: float) -> None:
        assert seconds > 0
        match next(rounds):
            case "change":
                Path("config/tests/plans.yaml").write_text(SUITE.replace("status: 200", "status: 403"), encoding="utf-8")
            case "end":
                raise KeyboardInterrupt
            case _:
                pass

    monkeypatch.setattr("compiler.cli.test.time.sleep", sleep)
    with pytest.raises(KeyboardInterrupt):
        command.command.callback(  # type: ignore[misc]  # click's commands have one
            files=(),
            config=Path("config"),
            pattern=None,
            least=None,
            mutate=None,
            watch=True,
            init=False,
            now=None,
            form="text",
            quiet=False,
            color="auto",
        )
    told = capsys.readouterr()
    assert told.out.startswith("2 passed\nFAILED ")
    assert told.err.count("watching for changes\n") == 2


def test_a_snapshot_sees_every_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another size, another time, another file, a file that is gone; not other kinds of files."""
    folder = tmp_path / "seen"
    write(folder, {"a.yaml": "1", "deep/b.yml": "2", "c.txt": "3"})
    first = snapshot((folder, folder / "a.yaml"))
    assert [Path(name).name for name, _, _ in first] == ["a.yaml", "b.yml"]
    os.utime(folder / "a.yaml", ns=(1, 1))
    second = snapshot((folder,))
    assert second != first
    (folder / "deep/b.yml").unlink()
    assert snapshot((folder,)) == second[:1]
    # Listed, and gone before it is looked at.
    monkeypatch.setattr(Path, "rglob", lambda *_: iter((folder / "a.yaml", folder / "gone.yaml")))
    assert snapshot((folder,)) == second[:1]
