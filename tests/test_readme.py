"""The README is true: what it shows is run, what it quotes is there, and what it lists is generated (`--golden` writes it)."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, get_args

import click
import pytest
import readme_keys
from click.testing import CliRunner

from compiler.cli.main import maasc
from compiler.diagnostics.rule import codes, rule
from compiler.intent.keys import key_order
from compiler.intent.model import ConfigFile
from compiler.intent.schema import schema_text
from compiler.intent.spec import Spec, declared
from compiler.prove.result import Property

ROOT: Final = Path(__file__).parent.parent
README: Final = ROOT / "README.md"
TEXT: Final = README.read_text(encoding="utf-8")
BASH: Final = shutil.which("bash") or "bash"

_QUOTED: Final = re.compile(r"<!-- from (\S+) -->\n```yaml\n(.*?)```\n", re.DOTALL)
# What is run, and files that are there when it is; both from the top of the page to its end.
_EXECUTED: Final = re.compile(r"(<!-- (?:executed|file (\S+)) -->\n```(?:console|yaml)\n)(.*?)(```\n)", re.DOTALL)
# Where the mapping of an item of a section stands, of those sections that are not a mapping of names.
_WHERE: Final[dict[str, tuple[str | int, ...]]] = {"platform": ("platform",), "invariants": ("invariants", 0)}
# What stands between such a section and the keys of its item; between others and theirs a name does.
_ITEM: Final[dict[str, str]] = {"platform": "", "invariants": "[]"}
_GENERATED: Final = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end -->\n)", re.DOTALL)


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _commands() -> str:
    context = click.Context(maasc)
    rows = []
    for name in maasc.list_commands(context):
        command = maasc.get_command(context, name)
        assert command is not None
        rows.append((f"`maasc {name}`", (command.help or "").split("\n\n")[0].replace("\n", " ")))
    return _table(("command", "what it does"), iter(rows))


def _formats() -> str:
    """List the forms of each command's report, and what `-q` leaves of it; commands with the same stand together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, command in _leaves(maasc):
        options = {option.name: option for option in command.params if isinstance(option, click.Option)}
        kind = next((option.type for option in options.values() if "--format" in option.opts), None)
        forms = ", ".join(f"`{form}`" for form in kind.choices) if isinstance(kind, click.Choice) else ""
        quiet = (options["quiet"].help or "").removesuffix(".") if "quiet" in options else ""
        if forms or quiet:
            alike.setdefault((forms, quiet), []).append(f"`{name}`")
    return _table(
        ("command", "`--format`", "`-q`"), ((", ".join(names), forms, quiet) for (forms, quiet), names in alike.items())
    )


def _leaves(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _leaves(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


def _first_sentence(text: str | None) -> str:
    return (text or "").split("\n\n")[0].replace("\n", " ")


def _language() -> str:
    rows = []
    for name, field in declared(ConfigFile).items():
        spec = next(kind for kind in _inside(field.annotation) if issubclass(kind, Spec))
        keys = ", ".join(f"`{key}`" for key in key_order(_WHERE.get(name, (name, "any"))) or ())
        rows.append((f"`{name}`", _first_sentence(spec.__doc__), keys))
    return _table(("section", "what each item is", "its keys"), iter(rows))


def _inside(annotation: object) -> Iterator[type]:
    yield from (part for part in _parts(annotation) if isinstance(part, type))


def _keys() -> str:
    """Give a table for each section, which a reader opens: all of them at once would be a wall."""
    tables = {f"<code>{section}</code>": readme_keys.rows(section) for section in declared(ConfigFile)}
    tables["a rate: an item of <code>tokens</code> or <code>requests</code>, or <code>atMost</code>"] = readme_keys.rates()
    return "\n".join(
        f"<details><summary>{name}</summary>\n\n{_table(readme_keys.HEAD, (row.cells() for row in rows))}\n</details>\n"
        for name, rows in tables.items()
    )


def _parts(annotation: object) -> Iterator[object]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _properties() -> str:
    meaning = {
        "methods": "exactly the tokens that are meant are accepted, in the order that is meant",
        "no-errors": "no expression can end in an error, whatever the caller sends",
        "access": "who is let through",
        "selection": "which entry meters each request, and that the header can name no other",
        "identity": "what limits and backends are told of the caller",
        "budgets": "exactly the selected entry's limits count, listings alone are free, and nobody is unmetered",
        "invariant": "each of the `invariants`",
    }
    return _table(("property", "what holds for every caller"), iter((f"`{name}`", meaning[name]) for name in get_args(Property)))


def _diagnostics() -> str:
    pages = (rule(code) for code in codes())
    return _table(
        ("code", "severity", "what is wrong"), iter((f"`{page.code}`", page.severity.value, page.meaning) for page in pages)
    )


def _folders() -> str:
    rows = []
    for folder in sorted(path.parent for path in (ROOT / "compiler").glob("*/__init__.py")):
        sentence = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        rows.append((f"`{folder.name}`", _first_sentence(sentence)))
    return _table(("folder", "what it is for"), iter(rows))


SECTIONS: Final[dict[str, Callable[[], str]]] = {
    "commands": _commands,
    "formats": _formats,
    "language": _language,
    "keys": _keys,
    "properties": _properties,
    "diagnostics": _diagnostics,
    "folders": _folders,
}


def _executed(block: str, folder: Path) -> str:
    """Run each line that starts with `$`, and give the block with what is printed below each."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "120",
        "LC_ALL": "C.UTF-8",
    }
    pieces = []
    for line in block.splitlines():
        if line.startswith("$ "):
            done = subprocess.run(
                [BASH, "-c", f"{line[2:]} 2>&1"], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            pieces.append(f"{line}\n{done.stdout}")
    return "".join(pieces)


def test_what_is_shown_is_run_and_what_is_listed_is_generated(tmp_path: Path, golden: bool) -> None:  # noqa: FBT001 - a fixture
    def run(found: re.Match[str]) -> str:
        if found[2]:
            (tmp_path / found[2]).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / found[2]).write_text(found[3], encoding="utf-8")
            return found[0]
        return found[1] + _executed(found[3], tmp_path) + found[4]

    text = _EXECUTED.sub(run, TEXT)
    text = _GENERATED.sub(lambda found: f"{found[1]}\n{SECTIONS[found[2]]()}\n{found[4]}", text)
    if golden:
        README.write_text(text, encoding="utf-8")
    assert set(SECTIONS) == {found[1] for found in _GENERATED.findall(text)}
    assert text == README.read_text(encoding="utf-8")


def test_every_key_that_the_schema_has_is_in_a_table() -> None:
    """Where the schema has it, with what it takes and what it is."""
    rows = {section: readme_keys.rows(section) for section in declared(ConfigFile)}
    rate = {row.key for row in readme_keys.rates()}
    schema = json.loads(schema_text())
    wanted = {key for key in _in_schema(schema, schema, "") if key.rpartition(".")[2] not in rate} - set(declared(ConfigFile))
    found = {f"{section}{_ITEM.get(section, '.*')}.{row.key}" for section, table in rows.items() for row in table}
    assert found == wanted
    assert rate == {"limit", "window"}
    told = [row for table in (*rows.values(), readme_keys.rates()) for row in table]
    assert [row.key for row in told if not (row.takes and row.meaning)] == []
    page = README.read_text(encoding="utf-8")
    assert all(f"| {row.cells()[0]} | {row.takes} |" in page for row in told)


def _in_schema(schema: dict[str, Any], here: dict[str, Any], path: str) -> Iterator[str]:
    """Give the path of every key that a schema names; `*` stands for names that are free, and `[]` for the items of a list."""
    here = schema["$defs"][here["$ref"].rpartition("/")[2]] if "$ref" in here else here
    for name, value in here.get("properties", {}).items():
        yield f"{path}{name}"
        yield from _in_schema(schema, value, f"{path}{name}.")
    for inside in (*here.get("anyOf", ()), *here.get("oneOf", ())):
        yield from _in_schema(schema, inside, path)
    free = [*here.get("patternProperties", {}).values(), here.get("additionalProperties")]
    for inside, sign in [(here.get("items"), "[]."), *((one, ".*.") for one in free)]:
        if isinstance(inside, dict):
            yield from _in_schema(schema, inside, path.removesuffix(".") + sign)


@pytest.mark.parametrize(("file", "quoted"), _QUOTED.findall(TEXT))
def test_what_is_quoted_is_there(file: str, quoted: str) -> None:
    assert quoted in (ROOT / file).read_text(encoding="utf-8")


def test_it_has_ten_decisions_and_every_link_leads_somewhere() -> None:
    decisions = TEXT.split("## Decisions")[1].split("\n## ")[0]
    assert re.findall(r"^(\d+)\. \*\*", decisions, re.MULTILINE) == [str(number) for number in range(1, 11)]
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / target).exists(), target


def test_the_suite_that_is_shown_passes(tmp_path: Path) -> None:
    shown = re.search(
        r"^## Testing a policy$.*?^```yaml\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert shown is not None
    suite = tmp_path / "suite.yaml"
    suite.write_text(shown[1], encoding="utf-8")
    result = CliRunner().invoke(maasc, ["test", str(suite), "--config", str(ROOT / "config")])
    assert result.exit_code == 0, result.output


def test_the_configuration_that_is_shown_compiles(tmp_path: Path) -> None:
    """It has one of each section, and nothing to object to."""
    shown = re.search(r"^<!-- compiles -->\n```yaml\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert shown is not None
    (tmp_path / "all.yaml").write_text(shown[1], encoding="utf-8")
    assert all(f"\n{section}:" in f"\n{shown[1]}" for section in declared(ConfigFile))
    result = CliRunner().invoke(maasc, ["check", "--config", str(tmp_path)])
    assert (result.exit_code, "warning" in result.output) == (0, False), result.output


def _options(name: str) -> list[click.Option]:
    command = dict(_leaves(maasc))[name]
    return [option for option in command.params if isinstance(option, click.Option)]


def test_the_scope_that_is_shown_can_be_asked_for_here_and_at_the_beginning(tmp_path: Path) -> None:
    """In the configuration of this repository, and in the one that `init` writes; what else changes is outside of it."""
    shown = re.search(r'--scope "([^"]+)"', TEXT)
    assert shown is not None
    assert f"`{shown[1]}`" in (next(one.help for one in _options("diff") if one.name == "meant") or "")
    starter = tmp_path / "starter"
    CliRunner().invoke(maasc, ["init", "--config", str(starter)])
    premium, free = ("limit: 50000", "limit: 60000"), ("limit: 100,", "limit: 200,")
    for config, old, new, code in ((starter, *premium, 0), (starter, *free, 1), (ROOT / "config", "", "", 0)):
        changed = tmp_path / "changed"
        shutil.copytree(config, changed)
        tiers = changed / "tiers.yaml"
        before = tiers.read_text(encoding="utf-8")
        assert old in before
        tiers.write_text(before.replace(old, new, 1), encoding="utf-8")
        result = CliRunner().invoke(maasc, ["diff", str(config), str(changed), "--scope", shown[1]])
        assert result.exit_code == code, result.output
        shutil.rmtree(changed)


def test_every_option_of_an_import_is_told_of() -> None:
    section = TEXT.split("## Adopting a running platform")[1].split("\n### ")[0]
    found = {name for one in _options("import") for name in one.opts if name.startswith("--")}
    assert {name for name in found - {"--format", "--color", "--quiet", "--config"} if f"`{name}`" not in section} == set()


def test_what_is_emitted_is_not_imported(tmp_path: Path) -> None:
    """As the section says: nothing of it is claimed to be taken over."""
    words = ["import", str(ROOT / "out"), "--config", str(tmp_path / "config"), "--unmanaged", str(tmp_path / "unmanaged")]
    result = CliRunner().invoke(maasc, words)
    assert result.exit_code == 1
    assert {"not-imported", "no-budget"} <= set(re.findall(r"\[([a-z-]+)\]: ", result.output))
