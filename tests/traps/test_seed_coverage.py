"""The page of seed items: complete, and true in every key of the language and every object that it names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from page_tables import CAPABILITIES, CODE, LATER, REFERENCE, ROOT, rows
from traps_bench import CASES, case

from compiler.intent.schema import schema_text

SIZES = {"S0": 68, "S1": 36, "S2": 39, "S3": 33, "S4": 18}
ITEMS = [f"{seed}.{number}" for seed, size in SIZES.items() for number in range(1, size + 1)]
ROWS = rows(ROOT / "compiler" / "COVERAGE.md")

KEYS = sorted({key for row in ROWS for key in CODE.findall(row[2])})
OBJECTS = sorted({name for row in ROWS for name in CODE.findall(row[3])})


def test_every_item_has_one_row() -> None:
    """In the order of their numbers; each is in the language, in the output, or left to something for a reason."""
    assert [row[0] for row in ROWS] == ITEMS
    assert all(len(row) == 5 and row[1] for row in ROWS)
    assert all(set(row[2:]) != {"-"} for row in ROWS)


def test_what_is_still_to_come_has_a_name() -> None:
    """No row is put off for something that nobody has planned."""
    found = {match for row in ROWS for match in LATER.findall(row[4])}
    assert found <= CAPABILITIES
    assert all("later" not in cell for row in ROWS for cell in row[:4])


def test_the_reference_has_no_other_items() -> None:
    """The numbers are those of the reference, wherever that is at hand."""
    seeds = REFERENCE / "seed-platform.md"
    if not seeds.is_file():
        pytest.skip("the documents that the page answers do not lie beside the repository (../shared/reference)")
    assert re.findall(r"^\| (S\d\.\d+) \|", seeds.read_text(encoding="utf-8"), re.MULTILINE) == ITEMS


def _arms(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give every alternative that a schema stands for."""
    if "$ref" in schema:
        yield from _arms(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    for arm in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _arms(arm, root)
    yield schema


def _below(schema: Mapping[str, Any], part: str, root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    name, item, _ = part.partition("[]")
    for arm in _arms(schema, root):
        named = [arm.get("additionalProperties"), *arm.get("patternProperties", {}).values()]
        values = (
            next((one for one in named if isinstance(one, dict)), None) if name == "*" else arm.get("properties", {}).get(name)
        )
        if not isinstance(values, dict):
            continue
        yield from (inner["items"] for inner in _arms(values, root) if "items" in inner) if item else (values,)


@cache
def _schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(schema_text())
    return found


@pytest.mark.parametrize("key", KEYS)
def test_the_key_is_in_the_language(key: str) -> None:
    """Every path of keys leads somewhere in the schema that editors are given."""
    found: list[Mapping[str, Any]] = [_schema()]
    for part in key.split("."):
        found = [below for schema in found for below in _below(schema, part, _schema())]
        assert found, part


@cache
def _emitted() -> frozenset[str]:
    return frozenset(f"{found['kind']}/{found['metadata']['name']}" for name in CASES for found in case(name).documents)


@pytest.mark.parametrize("name", OBJECTS)
def test_the_object_is_emitted(name: str) -> None:
    """One of the platforms of the tests has an object of that kind and name."""
    pattern = re.compile(re.sub(r"<(?:model|team|alias|tier|namespace)>", "[a-z0-9-]+", re.escape(name)))
    assert any(pattern.fullmatch(found) for found in _emitted())
