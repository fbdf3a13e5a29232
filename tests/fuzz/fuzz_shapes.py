"""Hold what the reader of records makes of a text's data against what pydantic makes of it, by the same declarations."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from pydantic import ValidationError

from compiler.diagnostics.model import Place
from compiler.intent import resources
from compiler.intent.errors import explain
from compiler.intent.field import Refused
from compiler.intent.model import ConfigFile
from compiler.intent.pydantic_models import model_of
from compiler.intent.read import read
from compiler.intent.spec import Spec, plain
from compiler.suites.model import SuiteSpec

_RESOURCES: Final = tuple(resources.Resource.__subclasses__())
# How often another value is tried, and how often it replaces a mapping or a list as a whole.
_TIMES: Final = 3
_HERE: Final = 0.1
# What edits of a text seldom put in the place of a whole value.
_OTHERS: Final[tuple[object, ...]] = (
    *(None, True, False, 0, 1, 1.0, -1, 10**30, "", " ", "x\n", "*", "1h", "1h\n", "\u0661", "\x85", "x" * 2000),
    *([], {}, [[]], ["x"], {"x": "x"}, {"kind": True}),
)


def held_to_both(data: object, start: bytes) -> None:
    """Read data as all that it may be, and again with another value somewhere, which `start` chooses."""
    _held(data)
    chance = random.Random(start)  # noqa: S311 - the same text is always held the same way
    for _ in range(_TIMES):
        _held(_changed(data, chance))


def _changed(data: object, chance: random.Random) -> object:
    if not isinstance(data, dict | list) or not data or chance.random() < _HERE:
        return chance.choice(_OTHERS)
    where = chance.randrange(len(data))
    if isinstance(data, list):
        return [_changed(one, chance) if index == where else one for index, one in enumerate(data)]
    return {name: _changed(one, chance) if index == where else one for index, (name, one) in enumerate(data.items())}


def _held(data: object) -> None:
    """Hold the two against each other; where both refuse, it is said why."""
    for spec, part in _meant(data):
        try:
            record = read(spec, part)
        except Refused:
            record = None
        try:
            model = model_of(spec).model_validate(part)
        except ValidationError:
            model = None
        assert (record is None) == (model is None), (spec, part)
        if model is None:
            assert list(explain(spec, part, Place("maas.yaml")))
        else:
            # By spelling: to Python `True` is 1, and mappings in another order are equal.
            assert repr(plain(record)) == repr(model.model_dump(by_alias=True, exclude_defaults=True)), (spec, part)


def _meant(data: object) -> Iterator[tuple[type[Spec], object]]:
    """Give the parts of a document, so that what is wrong with one hides nothing of the others."""
    if not isinstance(data, dict):
        yield ConfigFile, data
        return
    if "apiVersion" in data:
        yield from ((spec, data) for spec in _RESOURCES)
        return
    suite = not data.keys().isdisjoint(("callers", "expect", "matrix", "metering"))
    for section, content in data.items():
        spec = SuiteSpec if suite else ConfigFile
        yield spec, {section: content}
        if isinstance(content, dict):
            yield from ((spec, {section: {name: item}}) for name, item in content.items())
        elif isinstance(content, list):
            yield from ((spec, {section: [item]}) for item in content)
