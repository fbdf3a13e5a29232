"""Hold one object against one CustomResourceDefinition: version, scope, schema, and its rules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from jsonschema import ValidationError
from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Note, PathPart, Severity
from compiler.validate import formats
from compiler.validate.cel import NotEvaluatedError, RuleFailedError, Rules
from compiler.validate.definition import Definition, Version
from compiler.validate.instance import cel_value, defaulted
from compiler.validate.structural import Schema
from compiler.validate.words import REFUSED, Subject, reason, short, where

_DROPPED: Final = "the API server would drop the field silently, and nobody would enforce what it says"
_UNKNOWN: Final = "the API server may refuse the object"


def violations(subject: Subject, definition: Definition, rules: Rules) -> Iterator[Diagnostic]:
    """Give everything that the definition has against an object of its kind; rules only where the schema is satisfied."""
    name = subject.content["apiVersion"].rpartition("/")[2]
    version = definition.versions.get(name)
    if version is None or not version.served:
        served = ", ".join(f"`{known}`" for known, one in definition.versions.items() if one.served) or "no version at all"
        headline = f"{subject.title} is of version `{name}`, which the cluster does not serve"
        notes = (Note(f"`{definition.file}` serves {served}"),)
        yield Diagnostic("crd-violation", Severity.ERROR, headline, subject.place.at("apiVersion"), REFUSED, notes)
        return
    yield from _scope(subject, definition)
    content = defaulted(dict(subject.content), version.schema)
    found = False
    for error in version.validator.iter_errors(content):
        diagnostic = _broken(subject, definition, error)
        found = found or diagnostic.severity is Severity.ERROR
        yield diagnostic
    if not found:
        yield from _rules(subject, definition, version, content, rules)


def _scope(subject: Subject, definition: Definition) -> Iterator[Diagnostic]:
    match subject.content:
        case {"metadata": {"namespace": str()}}:
            namespaced = True
        case _:
            namespaced = False
    if namespaced is not definition.namespaced:
        headline = f"{subject.title} {'has no namespace' if definition.namespaced else 'has a namespace, and its kind has none'}"
        notes = (_from(definition),)
        yield Diagnostic("crd-violation", Severity.ERROR, headline, subject.place.at("metadata"), REFUSED, notes)


def _broken(subject: Subject, definition: Definition, error: ValidationError) -> Diagnostic:
    place, at = subject.place.at(*error.absolute_path), where(tuple(error.absolute_path))
    if error.validator == "format" and error.validator_value in formats.UNCHECKED:
        headline = f"the format `{error.validator_value}` in the definition of {definition.kind} is not checked here"
        return Diagnostic("crd-rule-unverified", Severity.WARNING, headline, place, _UNKNOWN, (_from(definition),))
    headline = f"{subject.title} breaks its CustomResourceDefinition at {at}: {reason(error)}"
    dropped = error.validator == "additionalProperties"
    return Diagnostic(
        "crd-violation",
        Severity.ERROR,
        headline,
        place.on_key() if dropped else place,
        _DROPPED if dropped else REFUSED,
        (_from(definition),),
    )


def _rules(
    subject: Subject, definition: Definition, version: Version, content: dict[str, Any], rules: Rules
) -> Iterator[Diagnostic]:
    for node in _nodes((), content, version.schema, whole=True):
        for rule in node.schema.get("x-kubernetes-validations", ()):
            if _is_transition(rule):
                continue
            try:
                held = _holds(rules, rule, node)
            except NotEvaluatedError as error:
                yield Diagnostic(
                    "crd-rule-unverified",
                    Severity.WARNING,
                    f"a rule in the definition of {definition.kind} could not be evaluated",
                    subject.place.at(*node.path),
                    _UNKNOWN,
                    (_text(rule), Note(f"cel-python says: {error}"), _from(definition)),
                    help="ask the API server: `kubectl apply --dry-run=server`",
                )
                continue
            if held is not None:
                headline = f"{subject.title} breaks a rule of its CustomResourceDefinition at {where(node.path)}: {held}"
                notes = (_text(rule), _from(definition))
                yield Diagnostic("crd-violation", Severity.ERROR, headline, subject.place.at(*node.path), REFUSED, notes)


class _Node(Struct, frozen=True, dict=True):
    """A value with its schema; `whole` where the value is the object itself."""

    path: tuple[PathPart, ...]
    value: Any
    schema: Schema
    whole: bool = False

    @cached_property
    def variables(self) -> dict[str, Any]:
        """Give what rules about this value speak of.

        Raises:
            NotEvaluatedError: celpy cannot hold the value.
        """
        try:
            return {"self": cel_value(self.value, self.schema, whole=self.whole)}
        except ValueError as error:
            raise NotEvaluatedError(short(str(error))) from error


def _nodes(path: tuple[PathPart, ...], value: object, schema: Schema, *, whole: bool = False) -> Iterator[_Node]:
    """Give every value that has a schema; rules say nothing about null."""
    if value is None:
        return
    yield _Node(path, value, schema, whole)
    match value:
        case dict():
            fields, others = schema.get("properties", {}), schema.get("additionalProperties")
            for name, item in value.items():
                below = fields.get(name, others)
                if isinstance(below, dict):
                    yield from _nodes((*path, name), item, below)
        case list():
            for index, item in enumerate(value):
                yield from _nodes((*path, index), item, schema.get("items", {}))


def _holds(rules: Rules, rule: Schema, node: _Node) -> str | None:
    """Give what the definition says about a rule that does not hold.

    Raises:
        NotEvaluatedError: it may hold or not.
    """
    if rule.get("optionalOldSelf") is True:
        message = "it also speaks of the object as it was before"
        raise NotEvaluatedError(message)
    try:
        verdict = rules.evaluate(rule["rule"], node.variables)
    except RuleFailedError as error:
        return f"the rule ends in an error, {error}"
    if not isinstance(verdict, bool):
        message = "it gives no truth value"
        raise NotEvaluatedError(message)
    return None if verdict else _message(rules, rule, node)


def _message(rules: Rules, rule: Schema, node: _Node) -> str:
    fixed = str(rule.get("message", "it has no message"))
    try:
        said = rules.evaluate(rule["messageExpression"], node.variables) if "messageExpression" in rule else fixed
    except (NotEvaluatedError, RuleFailedError):
        said = fixed  # as on the API server
    return short(str(said)).rstrip(".")


def _is_transition(rule: Schema) -> bool:
    """Tell whether a rule compares with the object as it was before, and so says nothing of one that is created."""
    return "oldSelf" in rule["rule"] and rule.get("optionalOldSelf") is not True


def _text(rule: Schema) -> Note:
    return Note(f"the rule is `{short(rule['rule'])}`")


def _from(definition: Definition) -> Note:
    return Note(f"the definition is `{definition.file}`")
