"""Finds the models and groups that somebody asks about by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import closest
from compiler.effective.subjects import Subject
from compiler.intent.intent import Intent
from compiler.intent.parse import qualify
from compiler.program.ir import Model, Program


class UnknownNameError(LookupError):
    """A name that the configuration does not have; `advice` says what may have been meant."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = closest(name, names)
        super().__init__(f"unknown {kind} {quoted(name)}")
        listed = ", ".join(f"`{one}`" for one in names) or "none"
        self.advice = f"did you mean `{near}`?" if near else f"known {kind}s: {listed}"


def chosen_models(program: Program, intent: Intent, names: Sequence[str]) -> tuple[Model, ...]:
    """Give the models of these names (`name` or `namespace/name`), each once; all models for no names.

    Raises:
        UnknownNameError: there is no such model.
    """
    if not names:
        return program.models
    namespace = intent.platform.spec.model_namespace
    wanted: dict[str, Model] = {}
    for name in names:
        model = program.model(qualify(name, namespace))
        if model is None:
            known = [one.id if "/" in name else one.id.removeprefix(f"{namespace}/") for one in program.models]
            raise UnknownNameError("model", name, known)
        wanted[model.id] = model
    return tuple(wanted.values())


def chosen_subjects(subjects: Sequence[Subject], groups: Sequence[str]) -> tuple[Subject, ...]:
    """Give the subjects that are one of the groups; all subjects for no groups.

    Raises:
        UnknownNameError: no subject is that group.
    """
    known = {one.group for one in subjects if one.group is not None}
    for group in groups:
        if group not in known:
            raise UnknownNameError("group", group, known)
    return tuple(one for one in subjects if not groups or one.group in groups)
