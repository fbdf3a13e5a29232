"""Data that is nearly what may be written: drawn from the declarations, and taken from the repository's own files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import ValidationError

from compiler.intent import api_keys, model, resources
from compiler.intent.field import Field
from compiler.intent.pydantic_models import model_of
from compiler.intent.spec import Spec, declared, once
from compiler.source.load import load_text
from compiler.suites import model as suites

ROOT: Final = Path(__file__).parents[2]
_FILES: Final = ("config/*.yaml", "config/tests/*.yaml", "tests/cases/*/config/**/*.yaml", "tests/errors/*/config/**/*.yaml")


def _below(spec: type[Spec]) -> Iterator[type[Spec]]:
    for below in spec.__subclasses__():
        yield below
        yield from _below(below)


# All that is declared when this module is imported: tests declare some of their own later.
_DECLARING: Final = (model, resources, suites)
SPECS: Final = tuple(sorted(set(_below(Spec)), key=lambda spec: (spec.__module__, spec.__name__)))

_MEANT: Final = (
    *("llm", "x", "granite", "llm/granite", "a.example.com", "https://a.example.com/realms/maas", "http://keys/introspect"),
    *("1.5", "2.50", "1h", "90s", "2026-01-31", "100 tokens in 1m", "chat", "/v1/chat", "sub", "realm_access.roles", "[a-z]+"),
    *("openshift.io/gateway-controller/v1", "APIKEY", "example.com/app", "a b", "*", "", 0, 1, 100, 65535, True, False, None),
)
# What the loader never gives is among it: half a character, an infinity, a key that is no text.
_SCALARS: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, 1.0, 1.5, -1, 200, 200.0, 2**31, 10**30, 16**390, float("nan"), float("inf")),
    *("", " ", "x", "a\n", "1h", "1h\n", "01h", "*", "\u00e9", "\ud800", "\x00", "\x1c", "\x85", "\u2028", "\ufeff", "\u0661"),
    *("A" * 2000, "1.5\n", "\u0661.\u0665", "https://[", "https://[::1", "https://a\u2100b/", "(", "a{999999}"),
    *("https://a b/", " https://a.b/", "https://a.b:x/", "https://a.b:99999/", "https://[::1]/"),
    *(
        "2026-02-30",
        "20260131",
        "2026-W01-1",
        "\u0661 tokens in 1m",
        "1000000000s",
        "0s",
        "999999999s",
        "3\u00b3h",
        "Service",
        "oidc",
    ),
)
_NESTED: Final[tuple[Any, ...]] = (
    *(
        [],
        {},
        (),
        ("x",),
        [[]],
        ["*"],
        [None],
        ["a", "a\ud800"],
        {"": {}},
        {"x": {}},
        {"\ud800": {}},
        {"x": "\ud800"},
        {1: {}},
        {None: "x"},
    ),
    *({"kind": "Service"}, {"kind": ["x"]}, {"kind": True}, {"kind": "\ud800"}, {"kind": None}, {"kind": {}}),
    *({"limit": 1, "window": "1h"}, {"limit": True, "window": "1h"}, {"limit": 1}, {"external": None, "sealed": None}),
)
# What is needed besides, so that fields go together.
_SOUND: Final[Mapping[type[Spec], Mapping[str, object]]] = {
    api_keys.SecretSpec: {"sealed": "AgBy"},
    model.InvariantSpec: {"never": "access"},
}
# Names of attributes, which are no keys where the declaration gives another one, and names of what a record itself has.
_KEYS: Final = sorted(
    {name for spec in SPECS for field in declared(spec).values() for name in (field.name, field.key)}
    | {"shared", "sound", "changed", "__dict__", "__class__", "_hold", "", "\ud800", "model_config", "[key]", "<<"}
)


def _unwrapped(annotation: Any) -> tuple[Any, tuple[object, ...]]:  # noqa: ANN401 - an annotation
    inside = get_args(annotation)
    return (inside[0], inside[1:]) if get_origin(annotation) is Annotated else (annotation, ())


@cache
def drawn(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - an annotation
    """Draw what an annotation takes, or nearly: fields are not held against each other, nor lists against all their bounds."""
    core, said = _unwrapped(annotation)
    origin, inside = get_origin(core), get_args(core)
    few = min(1, max((part.min_length or 0 for part in said if isinstance(part, Field)), default=0))
    if isinstance(core, type) and issubclass(core, Spec):
        return records(core)
    if origin in (Union, UnionType):
        return st.one_of([drawn(arm) for arm in inside])
    if origin is Literal:
        return st.sampled_from(inside)
    if origin is list:
        return st.lists(drawn(inside[0]), min_size=few, max_size=3)
    if origin is dict:
        return st.dictionaries(drawn(inside[0]), drawn(inside[1]), min_size=few, max_size=3)
    return st.sampled_from(_taken(annotation))


def holding(annotation: Any) -> type[Spec]:  # noqa: ANN401 - an annotation
    """Declare a mapping with one key, `value` unless the annotation calls it otherwise."""
    return type("Holding", (Spec,), {"__annotations__": {"value": annotation}})


def _taken(annotation: Any) -> tuple[object, ...]:  # noqa: ANN401 - an annotation
    """Give of some values those that an annotation takes: as pydantic has it, which is not what is tested."""
    one = holding(annotation)
    key = next(iter(declared(one)))

    def takes(value: object) -> bool:
        try:
            model_of(one).model_validate({key: value})
        except ValidationError:
            return False
        return True

    return tuple(value for value in _MEANT if takes(value))


@once
def records(spec: type[Spec]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw the plain data of a record, its keys in any order."""
    fields = declared(spec).values()
    needed = {field.key: drawn(field.annotation) for field in fields if field.required}
    others = {field.key: drawn(field.annotation) for field in fields if not field.required}
    return st.fixed_dictionaries(needed, optional=others)


def example(annotation: Any) -> Any:  # noqa: ANN401 - an annotation
    """Give the simplest that an annotation takes."""
    core, _ = _unwrapped(annotation)
    origin, inside = get_origin(core), get_args(core)
    if isinstance(core, type) and issubclass(core, Spec):
        return least(core)
    if origin is Literal:
        return inside[0]
    if origin in (Union, UnionType):
        return example(inside[0])
    if origin is list:
        return [example(inside[0])]
    if origin is dict:
        return {example(inside[0]): example(inside[1])}
    return next(iter(_taken(annotation)))


def least(spec: type[Spec]) -> dict[str, Any]:
    """Give the plain data of a record with no more than is needed."""
    needed = {field.key: example(field.annotation) for field in declared(spec).values() if field.required}
    return {**needed, **_SOUND.get(spec, {})}


def paths(data: object) -> Iterator[tuple[str | int, ...]]:
    """Give the paths to all that data holds, itself first."""
    yield ()
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for part, inner in inside:
        yield from ((part, *path) for path in paths(inner))


def replaced(data: Any, path: tuple[str | int, ...], change: Callable[[Any], object]) -> Any:  # noqa: ANN401 - plain data
    """Give the data with a change at a path."""
    if not path:
        return change(data)
    if isinstance(data, dict):
        return {key: replaced(inner, path[1:], change) if key == path[0] else inner for key, inner in data.items()}
    return [replaced(inner, path[1:], change) if index == path[0] else inner for index, inner in enumerate(data)]


NASTY: Final = (*_SCALARS, *_NESTED)


@st.composite
def _changes(draw: st.DrawFn) -> Callable[[Any], object]:
    value, key, other = draw(st.sampled_from(NASTY)), draw(st.sampled_from(_KEYS)), draw(st.integers(0, 9))

    def with_key(here: Any) -> object:  # noqa: ANN401 - plain data
        return {**here, key: value} if isinstance(here, dict) else [*here, value] if isinstance(here, list) else {key: here}

    def renamed(here: Any) -> object:  # noqa: ANN401 - plain data
        if not isinstance(here, dict) or not here:
            return [here]
        old = list(here)[other % len(here)]
        return {key if name == old else name: inner for name, inner in here.items()}

    def without(here: Any) -> object:  # noqa: ANN401 - plain data
        if not isinstance(here, dict | list) or not here:
            return str(here)[:100]
        gone = other % len(here)
        if isinstance(here, list):
            return [inner for index, inner in enumerate(here) if index != gone]
        return {name: inner for index, (name, inner) in enumerate(here.items()) if index != gone}

    changes: tuple[Callable[[Any], object], ...] = (lambda _: value, with_key, renamed, without)
    found: Callable[[Any], object] = draw(st.sampled_from(changes))
    return found


@st.composite
def changed(draw: st.DrawFn, data: object) -> object:
    """Change data in some places: a value, a key, or what sort of thing it is."""
    for change in draw(st.lists(_changes(), min_size=1, max_size=3)):
        data = replaced(data, draw(st.sampled_from(list(paths(data)))), change)
    return data


@once
def written(spec: type[Spec]) -> tuple[dict[str, Any], ...]:
    """Give the mappings of the repository's own files whose keys are those of a record, whatever they hold."""
    fields = declared(spec)
    needed = {key for key, field in fields.items() if field.required}
    return tuple(data for data in _mappings() if needed <= data.keys() <= fields.keys())


@cache
def _mappings() -> tuple[dict[str, Any], ...]:
    files = (path for pattern in _FILES for path in sorted(ROOT.glob(pattern)))
    documents = (document.data for path in files for document in load_text(path.name, path.read_bytes())[0])
    return tuple({repr(found): found for data in documents for found in _inside(data)}.values())


def _inside(data: object) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _inside(inner)
