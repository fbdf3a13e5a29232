"""Reads plain data as records of the language, or refuses without a word: what is wrong with it is asked of pydantic."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from compiler.intent.field import Before, Check, Field, Refused
from compiler.intent.spec import Spec, declared, once

S = TypeVar("S", bound=Spec)
_Reader = Callable[[Any], Any]

# Records that are remembered, of each kind that is shared.
_MOST_SHARED: Final = 1 << 12


def read(spec: type[S], data: object) -> S:
    """Give the data as the record.

    Raises:
        Refused: it has another shape.
    """
    record: S = _record(spec)(data)
    return record


def _refuse() -> Refused:
    return Refused("bad-value", "this is not what may be written here")


@once
def _record(spec: type[Spec]) -> _Reader:
    fields = {key: (field.name, _reader(field.annotation), field.default) for key, field in declared(spec).items()}
    needed = frozenset(key for key, field in declared(spec).items() if field.required)
    hold = object.__setattr__
    new = object.__new__

    def read_record(data: object) -> Spec:
        if not isinstance(data, dict) or not needed <= data.keys():
            raise _refuse()
        record = new(spec)
        for key, value in data.items():
            if key not in fields:
                raise _refuse()
            name, reader, default = fields[key]
            found = reader(value)
            if found != default:
                hold(record, name, found)
        record.sound()
        return record

    return _sharing(spec, read_record) if spec.shared else read_record


def _sharing(spec: type[Spec], read_record: Callable[[Any], Spec]) -> _Reader:
    """Give one record for equal ones: many budgets are equal, and each weighs more than its text."""

    @lru_cache(maxsize=_MOST_SHARED)
    def first(record: Spec) -> Spec:
        return record

    # What holds words and numbers alone can be told from others before it is read. To Python 1, 1.0 and `True` are equal.
    @lru_cache(maxsize=_MOST_SHARED)
    def of(items: tuple[tuple[str, Any], ...], _: tuple[type, ...]) -> Spec:
        return first(read_record(dict(items)))

    def read_flat(data: object) -> Spec:
        if isinstance(data, dict) and all(isinstance(value, str | int) for value in data.values()):
            return of(tuple(data.items()), tuple(map(type, data.values())))
        return first(read_record(data))

    def read_deep(data: object) -> Spec:
        return first(read_record(data))

    return read_flat if all(_is_flat(field.annotation) for field in declared(spec).values()) else read_deep


def _is_flat(annotation: Any) -> bool:  # noqa: ANN401 - an annotation
    origin, inside = get_origin(annotation), get_args(annotation)
    return _is_flat(inside[0]) if origin is Annotated else annotation in (str, int)


def _reader(annotation: Any) -> _Reader:  # noqa: ANN401 - an annotation
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(inside[0], inside[1:])
    if origin in (Union, UnionType):
        return _either([_reader(arm) for arm in sorted(inside, key=lambda arm: arm is not NoneType)])
    if origin is Literal:
        return _literal(inside)
    if origin is list:
        return _list(_reader(inside[0]))
    if origin is dict:
        return _dict(_reader(inside[0]), _reader(inside[1]))
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return _record(annotation)
    return _PLAIN[annotation]


def _annotated(annotation: Any, said: tuple[object, ...]) -> _Reader:  # noqa: ANN401 - an annotation
    tag = next((part.discriminator for part in said if isinstance(part, Field) and part.discriminator), None)
    inner = _tagged(tag, get_args(annotation)) if tag else _reader(annotation)
    before = tuple(part.ask for part in said if isinstance(part, Before))
    after = tuple(ask for part in said for ask in _asked(part))
    if not before and not after:
        return inner

    def read_annotated(value: object) -> object:
        for ask in before:
            value = ask(value)
        found = inner(value)
        # Bounds and checks are about values, and nothing is what stands for a field that is left out.
        if found is not None:
            for ask in after:
                ask(found)
        return found

    return read_annotated


def _asked(part: object) -> Iterator[_Reader]:
    if isinstance(part, Check):
        yield part.ask
    if isinstance(part, Field) and (part.ge is not None or part.le is not None):
        yield _within(part.ge, part.le, lambda value: value)
    if isinstance(part, Field) and (part.min_length is not None or part.max_length is not None):
        yield _within(part.min_length, part.max_length, len)
    if isinstance(part, Field) and part.pattern is not None:
        yield _form(part.pattern)


def _within(least: int | None, most: int | None, measured: Callable[[Any], int]) -> _Reader:
    def bound(value: object) -> None:
        found = measured(value)
        if (least is not None and found < least) or (most is not None and found > most):
            raise _refuse()

    return bound


def _form(pattern: str) -> _Reader:
    # Python's `$` also stands before a line break at the end.
    form = re.compile(rf"{pattern[:-1]}\Z" if pattern.endswith("$") else pattern)

    def formed(value: str) -> None:
        if not form.search(value):
            raise _refuse()

    return formed


def _tagged(tag: str, arms: tuple[type[Spec], ...]) -> _Reader:
    records = {kind: _record(arm) for arm in arms for kind in _kinds(declared(arm)[tag].annotation)}

    def read_tagged(value: object) -> object:
        kind = value.get(tag) if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in records:
            raise _refuse()
        return records[kind](value)

    return read_tagged


def _kinds(annotation: Any) -> Iterator[str]:  # noqa: ANN401 - an annotation
    inside = get_args(annotation)
    yield from inside if get_origin(annotation) is Literal else _kinds(inside[0])


def _either(arms: list[_Reader]) -> _Reader:
    def read_either(value: object) -> object:
        for arm in arms:
            try:
                return arm(value)
            except Refused:
                continue
        raise _refuse()

    return read_either


def _literal(options: tuple[Any, ...]) -> _Reader:
    kinds = {type(option) for option in options}

    def read_literal(value: object) -> object:
        # By the type as well: to Python `True` is 1.
        if type(value) not in kinds or value not in options:
            raise _refuse()
        return value

    return read_literal


def _list(one: _Reader) -> _Reader:
    def read_list(value: object) -> object:
        if not isinstance(value, list):
            raise _refuse()
        return [one(item) for item in value]

    return read_list


def _dict(name: _Reader, one: _Reader) -> _Reader:
    def read_dict(value: object) -> object:
        if not isinstance(value, dict):
            raise _refuse()
        # Where many models have one budget, it is one object.
        known: dict[int, object] = {}
        found: dict[object, object] = {}
        for key, inner in value.items():
            if id(inner) not in known:
                known[id(inner)] = one(inner)
            found[name(key)] = known[id(inner)]
        return found

    return read_dict


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _refuse()
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _refuse() from None
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _refuse()
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise _refuse()
    return value


def _none(value: object) -> None:
    if value is not None:
        raise _refuse()


_PLAIN: Final[dict[object, _Reader]] = {str: _text, int: _whole, bool: _truth, NoneType: _none, Any: lambda value: value}
