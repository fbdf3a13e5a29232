"""The base of the pydantic models: strict, frozen, and a key that is not known is refused with those that are."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError


@cache
def _keys(spec: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in spec.model_fields.items())


class Spec(BaseModel):
    """The base of all models: a key that is not known is refused together with the keys that are."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote
        if isinstance(data, dict) and not (known := _keys(cls)).issuperset(data):
            unknown = [key for key in data if key not in known]
            raise PydanticCustomError("unknown-key", "unknown key", {"keys": unknown, "known": sorted(known)})
        return data
