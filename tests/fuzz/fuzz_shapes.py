"""Hold what the reader of records makes of a text's data against what pydantic makes of it, by the same declarations."""

from __future__ import annotations

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


def held_to_both(data: object) -> None:
    """Read data as all that it may be; where both refuse, it is said why."""
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
