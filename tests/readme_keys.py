"""The tables of the README that have every key of the language, made of the models of what may be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Final, Literal, get_args, get_origin

from compiler.intent import scalars
from compiler.intent.model import ConfigFile, RateSpec
from compiler.intent.spec import Declared, Spec, declared

HEAD: Final = ("key", "what it takes", "unless given", "what it is")
# What a scalar of the language is called where it is taken; the page says what each of them is.
_CALLED: Final[Mapping[object, str]] = {
    scalars.Label: "a name",
    scalars.LabelName: "a label's name",
    scalars.LabelValue: "a label's value",
    scalars.Hostname: "a host",
    scalars.Endpoint: "a host",
    scalars.BasePath: "a path",
    scalars.Window: "a window",
    scalars.Port: "a number from 1 to 65,535",
    scalars.LimitAmount: f"a number from 0 to {scalars.MAX_LIMIT:,}",
}
_PLAIN: Final[Mapping[object, str]] = {str: "text", bool: "`true` or `false`", int: "a number"}
_MANY: Final = {"a rate": "rates", "a mapping": "mappings", "a name": "names", "text": "texts", "a label's value": "labels"}


@dataclass(frozen=True)
class Row:
    """A key: where it stands below an item of its section, what it takes, its default, its meaning, and of which kinds it is."""

    key: str
    takes: str
    default: str
    meaning: str
    kinds: tuple[str, ...] = ()

    def cells(self) -> tuple[str, ...]:
        """Give the cells of the row."""
        of = f", of {_either(self.kinds, 'and')}" if self.kinds else ""
        return f"`{self.key}`{of}", self.takes, self.default, self.meaning


def rows(section: str) -> tuple[Row, ...]:
    """Give a row for each key below an item of a section; rates have rows of their own."""
    return tuple(_of_specs(_specs(declared(ConfigFile)[section].annotation), ""))


def rates() -> tuple[Row, ...]:
    """Give the rows of a rate."""
    return tuple(_of_specs((RateSpec,), ""))


def _of_specs(specs: Sequence[type[Spec]], above: str) -> Iterator[Row]:
    """Give the keys of one mapping, which may be of several kinds; a key that is the same in all of them has one row."""
    names = dict.fromkeys(name for spec in specs for name in _names(spec))
    for name in names:
        alike: dict[Row, list[type[Spec]]] = {}
        below: dict[tuple[type[Spec], ...], str] = {}
        for spec in specs:
            field = declared(spec).get(name)
            if field is not None:
                alike.setdefault(_row(f"{above}{name}", field), []).append(spec)
                below[_specs(field.annotation)] = f"{above}{name}{_between(field.annotation)}."
        for row, having in alike.items():
            kinds = () if len(having) == len(specs) or name == "kind" else tuple(map(_kind, having))
            yield Row(row.key, row.takes, row.default, row.meaning, kinds)
        for inside, path in below.items():
            if inside != (RateSpec,):
                yield from _of_specs(inside, path)


def _names(spec: type[Spec]) -> list[str]:
    # As `maasc fmt` orders them: what a model adds comes before what it shares with others.
    fields = sorted(declared(spec).values(), key=lambda field: field.name not in spec.__annotations__)
    return [field.key for field in fields]


def _kind(spec: type[Spec]) -> str:
    return str(get_args(get_args(declared(spec)["kind"].annotation)[0])[0])


def _row(key: str, field: Declared) -> Row:
    return Row(key, _takes(field.annotation), _default(field), field.field.description or "")


def _default(field: Declared) -> str:
    if field.required:
        return "must be given"
    match field.default:
        case bool() as given:
            return f"`{str(given).lower()}`"
        case str() | int() as given:
            return f"`{given}`"
        case _:
            return ""


def _takes(annotation: object, bounds: tuple[object, ...] = ()) -> str:
    if annotation in _CALLED:
        return _CALLED[annotation]
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        # What a field says besides stands behind what makes it a scalar.
        named = next((called for scalar, called in _CALLED.items() if get_args(scalar)[1] == inside[1]), None)
        return named or _takes(inside[0], inside[1:])
    if origin is Literal:
        return _either(tuple(f'"{word}"' if word == "*" else word for word in inside), "or")
    if origin is list:
        one = _takes(inside[0])
        return f"a list of {_MANY.get(one) or f'any of {one}'.replace(' or ', ' and ')}"
    if origin is dict:
        return f"names with {_MANY[_takes(inside[1])]}"
    if inside:
        return " or ".join(dict.fromkeys(_takes(part) for part in inside if part is not NoneType))
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return "a rate" if annotation is RateSpec else "a mapping"
    limits = [getattr(bound, side) for side in ("ge", "le") for bound in bounds if getattr(bound, side, None) is not None]
    return f"a number from {limits[0]:,} to {limits[1]:,}" if limits else _PLAIN[annotation]


def _either(words: Sequence[str], word: str) -> str:
    *before, last = (f"`{one}`" for one in words)
    return f"{', '.join(before)} {word} {last}" if before else last


def _between(annotation: object) -> str:
    """Give what stands between a key and the keys of its mapping: a free name, or nothing; `[]` for the items of a list."""
    parts = tuple(_parts(annotation))
    return ".*" if dict in map(get_origin, parts) else "[]" if list in map(get_origin, parts) else ""


def _specs(annotation: object) -> tuple[type[Spec], ...]:
    found = (part for part in _parts(annotation) if isinstance(part, type) and issubclass(part, Spec))
    return tuple(dict.fromkeys(found))


def _parts(annotation: object) -> Iterator[object]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)
