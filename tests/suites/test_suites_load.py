"""What suites must not say, each with a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from suites_bench import CALLERS, Bench

from compiler.cli.verdict import code
from compiler.suites.load import NOT_TESTED, files_of, load
from compiler.suites.resolve import resolve

ROW = f"{CALLERS}expect:\n  - {{caller: fred, model: sim, status: 200"


@pytest.mark.parametrize(
    ("suite", "wrong"),
    [
        (f"{ROW}}}\n  - {{caller: fret, model: sim, status: 200}}", ("unknown-caller", "unknown caller `fret`")),
        (f"{ROW}}}\n  - {{caller: fred, model: simm, status: 200}}", ("unknown-model", "unknown model `simm`")),
        (f"{ROW}, pat: chat}}", ("unknown-key", "unknown key `pat`")),
        (
            f"{ROW}, path: chatter}}",
            ("bad-value", "a path is `chat`, `listing`, or begins with a slash and is below the model, found `chatter`"),
        ),
        (f"{ROW}, limits: [100 a minute]}}", ("bad-value", None)),
        (f"{ROW}, skip: {{reason: later, until: someday}}}}", ("bad-value", "a day is written `YYYY-MM-DD`, found `someday`")),
        (f"{ROW}, skip: {{reason: later, until: 2026-02-30}}}}", ("bad-value", None)),
        (f"{ROW}, skip: {{reason: later}}}}", ("missing-key", "the key `until` is missing")),
        (f"{ROW}, asserts: ['status ==']}}", ("bad-value", None)),
        (f"{ROW}, headers: {{'x y': z}}}}", ("bad-value", "`x y: z` is no header")),
        (f"{ROW}, caller: fred}}", ("duplicate-key", None)),
        ("callers: {a: {user: alise}}\nmatrix: {callers: a, models: sim}", ("unknown-user", "unknown user `alise`")),
        ("callers: {a: {groups: [free-usr]}}\nmatrix: {callers: a, models: sim}", ("unknown-group", "unknown group `free-usr`")),
        ("callers: {a: {method: opensift}}\nmatrix: {callers: a, models: sim}", ("bad-value", "unknown method `opensift`")),
        ("callers: {a: {method: keys}}\nmatrix: {callers: a, models: sim}", ("bad-value", "unknown method `keys`")),
        (
            "callers: {a: {credential: none, groups: [free-user]}}\nmatrix: {callers: a, models: sim}",
            ("bad-value", None),
        ),
        (
            "callers: {a: {}}\nunconfigured: [llm/sim]\nmatrix: {callers: a, models: sim}",
            ("bad-value", "the model `llm/sim` is configured"),
        ),
        ("callers: {a: {}}\nunconfigured: [sim]\nmatrix: {callers: a, models: sim}", ("bad-value", None)),
        (
            "callers: {a: {}}\nmatrix: {callers: [], models: sim}",
            ("bad-value", "nothing is listed here, and at least one item is needed"),
        ),
        ("callers: {a: {}}", ("empty-suite", "the suite has no case")),
        ("# nothing yet\n", ("empty-suite", "the suite has no case")),
        ("[]", ("wrong-type", "a suite is a mapping, found a list")),
        ("a: 1\n---\nb: 2\n", ("bad-value", "a file holds one suite, and this is a second document")),
        ("a: [", ("yaml-syntax", None)),
        (
            f"{CALLERS}metering:\n  - {{caller: fred, model: sim, series: 1xx, expect: {{ok: 1, limited: 0}}}}",
            ("bad-series", "the series cannot be read: `1xx` is not of the form `<tokens>x<count>`, such as `900x25`"),
        ),
        (
            f"{CALLERS}metering:\n  - {{caller: fred, model: simm, series: 1x1, expect: {{ok: 1, limited: 0}}}}",
            ("unknown-model", "unknown model `simm`"),
        ),
        (
            f"{CALLERS}metering:\n  - {{caller: fret, model: sim, series: 1x1, expect: {{ok: 1, limited: 0}}}}",
            ("unknown-caller", "unknown caller `fret`"),
        ),
        (
            f"{ROW}}}\nasserts:\n  - {{name: x, that: 'true', callers: fret}}",
            ("unknown-caller", "unknown caller `fret`"),
        ),
    ],
)
def test_what_cannot_be_meant_is_told(small: Bench, suite: str, wrong: tuple[str, str | None]) -> None:
    """Each is one diagnostic with a place in the suite, and tells that the suite is not run."""
    loaded = small.loaded(suite)
    found = small.codes(suite)
    assert [name for name, _ in found] == [wrong[0]], found
    if wrong[1] is not None:
        assert found[0][1] == wrong[1]
    for one in loaded.diagnostics:
        assert one.place is not None
        assert one.place.file == (small.folder / "0.yaml").as_posix()
        assert one.code == "empty-suite" or "not run" in one.effect


def test_an_unknown_name_is_told_once_for_each_place(small: Bench) -> None:
    """A caller in a product with many models is still one mistake."""
    suite = f'{CALLERS}expect:\n  - {{caller: [fred, fret], model: "*", path: [chat, listing], status: 200}}'
    assert small.codes(suite) == [("unknown-caller", "unknown caller `fret`")]


def test_suggestions_are_given(small: Bench) -> None:
    """Whatever is near is proposed; with nothing near, what is known."""
    near = small.loaded("callers: {fred: {}}\nmatrix: {callers: frd, models: sim}")
    assert not near.diagnostics
    found = [*_resolved(small, "callers: {fred: {}}\nmatrix: {callers: frd, models: zzz}")]
    assert found == ["did you mean `fred`?", "for a model that only the cluster knows, list it under `unconfigured`"]
    assert _resolved(small, "matrix: {callers: x, models: sim}") == ["known callers: none"]


def _resolved(small: Bench, suite: str) -> list[str | None]:
    return [one.help for one in resolve(small.loaded(suite).suites, small.program, small.intent).diagnostics]


def test_a_file_that_is_not_there_could_not_be_run(tmp_path: Path) -> None:
    """What cannot be read is exit 2, and so is a text that is no YAML."""
    found = load([tmp_path / "no.yaml"])
    assert [(one.code, one.effect) for one in found.diagnostics] == [("unreadable-file", NOT_TESTED)]
    assert code(found.diagnostics) == 2
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")
    assert code(load([tmp_path / "bad.yaml"]).diagnostics) == 2
    (tmp_path / "latin.yaml").write_bytes(b"\xff\xfe")
    assert load([tmp_path / "latin.yaml"]).sources.texts == {}


def test_suites_are_found_below_folders_in_order(tmp_path: Path) -> None:
    """Hidden files and other endings are no suites; a file is read once."""
    (tmp_path / "deep").mkdir()
    for name in ("b.yaml", "a.yml", "deep/c.yaml", ".hidden.yaml", "note.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    found, unread = files_of([tmp_path, tmp_path / "b.yaml"])
    assert unread == ()
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["a.yml", "b.yaml", "deep/c.yaml"]
