"""The pydantic models of the language, made of its declarations: asked for what is wrong, and for the schema of editors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import pydantic
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    create_model,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from compiler.intent.field import Before, Check, Field, Refused
from compiler.intent.spec import Spec, declared, once, plain


class _Whole:
    """Text of whole characters: pydantic looks for half of one only where it has something else to hold the text against."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: Any = {**handler(source), "min_length": 0}
        return cast("CoreSchema", schema)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {name: value for name, value in handler(schema).items() if (name, value) != ("minLength", 0)}


class _Strict(BaseModel):
    """The base of all models: a key that is not known is refused together with the keys that are."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote
        known = {field.alias or name for name, field in cls.model_fields.items()}
        if isinstance(data, dict) and not known.issuperset(data):
            unknown = [key for key in data if key not in known]
            raise PydanticCustomError("unknown-key", "unknown key", {"keys": unknown, "known": sorted(known)})
        return data


@once
def model_of(spec: type[Spec]) -> type[BaseModel]:
    """Give the model that takes what `spec` takes, with the same attributes."""
    fields: dict[str, Any] = {
        field.name: (_translated(field.annotation), ... if field.required else _default(field.default))
        for field in declared(spec).values()
    }
    sound: dict[str, Any] = {"sound": model_validator(mode="after")(_sound(spec))}
    return create_model(spec.__name__, __base__=_Strict, __doc__=spec.__doc__, __validators__=sound, **fields)


def _sound(spec: type[Spec]) -> Callable[[Any], Any]:
    def sound(model: Any) -> Any:  # noqa: ANN401 - it has the attributes of `spec`
        _told(spec.sound)(model)
        return model

    return sound


def _default(value: object) -> object:
    return model_of(type(value)).model_validate(plain(value)) if isinstance(value, Spec) else value


def _translated(annotation: Any) -> Any:  # noqa: ANN401 - an annotation
    origin, inside = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return model_of(annotation)
    if annotation is str:
        return Annotated[str, _Whole()]
    if origin is Literal and not all(isinstance(option, str) for option in inside):
        return Annotated[annotation, BeforeValidator(_of_type(inside))]
    if not inside or origin is Literal:
        return annotation
    if origin is Annotated:
        said = tuple(one for part in inside[1:] for one in _said(part))
        return Annotated[_translated(inside[0]), *said]
    parts = tuple(_translated(part) for part in inside)
    return reduce(or_, parts) if origin in (Union, UnionType) else origin[parts]


def _of_type(options: tuple[Any, ...]) -> Callable[[Any], Any]:
    """Have pydantic tell apart what Python takes for equal, such as 200 and 200.0."""

    def of_type(value: object) -> object:
        if any(value == option and type(value) is not type(option) for option in options):
            raise PydanticCustomError("literal_error", "one of {expected}", {"expected": " or ".join(map(repr, options))})
        return value

    return of_type


def _said(part: object) -> Iterator[object]:
    if isinstance(part, Before):
        yield BeforeValidator(_told(part.ask))
    if isinstance(part, Check):
        yield AfterValidator(_kept(_told(part.ask)))
        yield pydantic.Field(json_schema_extra={**part.schema})
    if isinstance(part, Field):
        given = {name: getattr(part, name) for name in Field.__slots__}
        yield pydantic.Field(**{name: value for name, value in given.items() if value is not None})


def _kept(ask: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def kept(value: object) -> object:
        if value is not None:  # what stands for a field that is left out is held against nothing
            ask(value)
        return value

    return kept


def _told(ask: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Have pydantic tell why a check refuses a value."""

    def told(value: object) -> object:
        try:
            return ask(value)
        except Refused as refused:
            raise PydanticCustomError(refused.code, "{reason}", {"reason": str(refused)}) from None

    return told
