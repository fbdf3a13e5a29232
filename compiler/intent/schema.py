"""The JSON Schema of a configuration file, for editors: generated from the models, so that it cannot disagree."""

from __future__ import annotations

import json

from compiler.intent.model import ConfigFile
from compiler.intent.pydantic_models import model_of


def schema_text() -> str:
    """Give the schema (draft 2020-12) as JSON text with sorted keys."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model_of(ConfigFile).model_json_schema(by_alias=True),
        "title": "maasc configuration",
    }
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
