"""The base of what may be written: records that never change, and that say field by field what they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import (
    Annotated,
    Any,
    Final,
    NamedTuple,
    Never,
    Self,
    TypeVar,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from compiler.intent.field import Field

T = TypeVar("T")


class _Required:
    """What stands for the default of a field that must be given."""


REQUIRED: Final = _Required()
_UNNAMED: Final = Field()


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Spec:
    """A mapping of the language. What a field takes is its annotation, what it is unless given its value in the class.

    A record holds what differs from the defaults, and nothing else; for the defaults Python asks the class. With `shared`
    equal records that are read are one object: of some there are many more than differ.
    """

    shared = False

    def __init__(self, **given: object) -> None:
        unknown = given.keys() - _names(type(self))
        if unknown:
            message = f"a {type(self).__name__} has no {', '.join(sorted(unknown))}"
            raise TypeError(message)
        for name, value in given.items():
            self._hold(name, value)

    def __init_subclass__(cls, *, shared: bool = False) -> None:
        cls.shared = shared

    def _hold(self, name: str, value: object) -> None:
        if value != getattr(type(self), name, REQUIRED):
            object.__setattr__(self, name, value)

    def changed(self, **changes: object) -> Self:
        """Give the record with other values in some fields."""
        return type(self)(**{**self.__dict__, **changes})

    def sound(self) -> None:
        """Hold the fields against each other; raises `Refused` where they do not go together."""

    def __setattr__(self, name: str, value: object) -> Never:
        message = f"a {type(self).__name__} never changes"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> Never:
        message = f"a {type(self).__name__} never changes"
        raise AttributeError(message)

    def __eq__(self, other: object) -> bool:
        """Compare what was written: defaults are held by neither."""
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        """Give a hash that equal records share, in whatever order they were written; none where a mapping is held."""
        return hash(frozenset((name, tuple(held) if isinstance(held, list) else held) for name, held in self.__dict__.items()))

    def __repr__(self) -> str:
        """Show what is held."""
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"


class Declared(NamedTuple):
    """A field: its attribute, its key where it is written, all that it takes, what it says of itself, and its default."""

    name: str
    key: str
    annotation: Any
    field: Field
    default: Any

    @property
    def required(self) -> bool:
        """Tell whether it must be given."""
        return self.default is REQUIRED


def once(make: Callable[[type[Spec]], T]) -> Callable[[type[Spec]], T]:
    """Remember what is made of each class: mypy holds `functools.cache` against the hash of records, and not of classes."""
    return cast("Callable[[type[Spec]], T]", cache(make))


@once
def declared(spec: type[Spec]) -> Mapping[str, Declared]:
    """Give the fields by their keys, those of the base first."""
    fields = (_declared(spec, name, hint) for name, hint in get_type_hints(spec, include_extras=True).items())
    return {field.key: field for field in fields}


@once
def _names(spec: type[Spec]) -> frozenset[str]:
    return frozenset(field.name for field in declared(spec).values())


def _declared(spec: type[Spec], name: str, annotation: Any) -> Declared:  # noqa: ANN401 - an annotation
    last = get_args(annotation)[-1] if get_origin(annotation) is Annotated else None
    field = last if isinstance(last, Field) and (last.alias or last.description) else _UNNAMED
    return Declared(name, field.alias or name, annotation, field, getattr(spec, name, REQUIRED))


def plain(value: object, known: dict[int, Any] | None = None) -> Any:  # noqa: ANN401 - of a record a mapping, else what it is
    """Give what is written, as plain data without what says no more than a default; keys are in the order of declarations.

    Of records that are shared `known` has what was given, by identity: whoever passes it keeps the records.
    """
    if isinstance(value, Spec):
        if known is None or not value.shared:
            return _plain(value, known)
        found = known.get(id(value))
        if found is None:
            found = known[id(value)] = _plain(value, known)
        return found
    if isinstance(value, list):
        return [plain(inner, known) for inner in value]
    if isinstance(value, dict):
        return {key: plain(inner, known) for key, inner in value.items()}
    return value


def _plain(record: Spec, known: dict[int, Any] | None) -> dict[str, Any]:
    held = record.__dict__
    return {key: plain(held[field.name], known) for key, field in declared(type(record)).items() if field.name in held}
