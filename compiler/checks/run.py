"""Find and run the rules of this folder: a rule is a module with `on_intent`, `on_program` or both."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

import compiler.checks
from compiler.diagnostics.model import Diagnostic
from compiler.intent.intent import Intent
from compiler.program.ir import Program

_MACHINERY = frozenset({"run", "report"})


@cache
def rules() -> tuple[ModuleType, ...]:
    """Give every rule's module, by name."""
    found = sorted(module.name for module in pkgutil.iter_modules(compiler.checks.__path__))
    return tuple(importlib.import_module(f"compiler.checks.{name}") for name in found if name not in _MACHINERY)


def check_intent(intent: Intent) -> tuple[Diagnostic, ...]:
    """Run the rules on what is written; an Intent that fails must not be lowered."""
    return tuple(found for rule in rules() if hasattr(rule, "on_intent") for found in rule.on_intent(intent))


def check_program(program: Program) -> tuple[Diagnostic, ...]:
    """Run the rules on what is meant."""
    return tuple(found for rule in rules() if hasattr(rule, "on_program") for found in rule.on_program(program))
