"""The forms of a report, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from compiler.suites.formats import github, json, junit, text
from compiler.suites.report import Report

FORMATS: Final[Mapping[str, Callable[[Report], str]]] = {
    "text": text.render,
    "json": json.render,
    "junit": junit.render,
    "github": github.render,
}
