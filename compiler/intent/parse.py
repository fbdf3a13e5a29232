"""Read documents into the Intent: merge the sections of all files, then check each item's shape."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from compiler.cel.printer import spellable
from compiler.diagnostics.model import Diagnostic, Note, Place, Severity
from compiler.diagnostics.suggest import closest
from compiler.intent import model
from compiler.intent.errors import explain
from compiler.intent.intent import Intent, Item
from compiler.intent.scalars import is_label
from compiler.source.document import Document

_SECTIONS: Final[Mapping[str, Any]] = {
    "groups": model.GroupSpec,
    "users": model.UserSpec,
    "tiers": model.TierSpec,
    "models": model.ModelSpec,
    "access": model.AccessSpec,
    "subscriptions": model.SubscriptionSpec,
    "policies": model.PolicySpec,
    "teams": model.TeamSpec,
}
_PLATFORM: Final = "platform"
DEFAULT_NAMES: Final = r"[A-Za-z0-9:._@/+-]+"


@dataclass
class _Merged:
    """The raw items of all files, by section and name, while they are collected."""

    items: dict[str, dict[str, tuple[object, Place]]] = field(default_factory=lambda: {section: {} for section in _SECTIONS})
    platform: tuple[object, Place] | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)


def parse(documents: Sequence[Document]) -> tuple[Intent | None, tuple[Diagnostic, ...]]:
    """Read the documents of a configuration, in any order.

    Returns the Intent with every item that is well formed (None without a usable platform), and what is wrong.
    """
    merged = _Merged()
    for document in documents:
        _merge(document, merged)
    platform = _platform(merged)
    namespace = platform.spec.model_namespace if platform else None
    names = re.compile(platform.spec.names if platform and platform.spec.names else DEFAULT_NAMES)
    sections = {section: _section(section, merged, names, namespace) for section in _SECTIONS}
    declared = {
        section: frozenset(_identity(section, name, namespace) for name in merged.items[section]) for section in _SECTIONS
    }
    diagnostics = tuple(merged.diagnostics)
    if platform is None:
        return None, diagnostics
    return Intent(platform=platform, declared=declared, **sections), diagnostics


def qualify(name: str, namespace: str | None) -> str:
    """Give the `namespace/name` of a model that may be written without its namespace."""
    return name if "/" in name else f"{namespace or ''}/{name}"


def _identity(section: str, name: str, namespace: str | None) -> str:
    return qualify(name, namespace) if section == "models" else name


def _merge(document: Document, merged: _Merged) -> None:
    place = Place(document.file, document=document.index)
    if not isinstance(document.data, dict):
        merged.diagnostics.append(
            _error("not-a-section", "a configuration file is a mapping of sections", place, "nothing in the file is read")
        )
        return
    for section, content in document.data.items():
        here = place.at(section)
        if section == _PLATFORM:
            _merge_platform(content, here, merged)
        elif section not in _SECTIONS:
            merged.diagnostics.append(_unknown_section(section, here))
        elif not isinstance(content, dict):
            merged.diagnostics.append(
                _error("wrong-type", f"expected a mapping of names below `{section}`", here, "nothing of the section is read")
            )
        else:
            for name, value in content.items():
                _merge_item(section, name, (value, here.at(name)), merged)


def _merge_platform(content: object, here: Place, merged: _Merged) -> None:
    if merged.platform:
        merged.diagnostics.append(_twice("the section `platform` is written twice", here, merged.platform[1]))
    else:
        merged.platform = (content, here)


def _merge_item(section: str, name: str, item: tuple[object, Place], merged: _Merged) -> None:
    known = merged.items[section]
    if name in known:
        merged.diagnostics.append(_twice(f"`{name}` is defined twice in `{section}`", item[1], known[name][1]))
    else:
        known[name] = item


def _platform(merged: _Merged) -> Item[model.PlatformSpec] | None:
    if merged.platform is None:
        merged.diagnostics.append(
            Diagnostic(
                "missing-platform",
                Severity.ERROR,
                "the section `platform` is missing",
                None,
                "nothing is compiled: the gateway, Kuadrant's release and the ways in are unknown",
                help="add `platform:` to one of the files; `maasc rule missing-platform` shows one",
            )
        )
        return None
    data, place = merged.platform
    spec = _validated(model.PlatformSpec, data, place, merged.diagnostics)
    return Item(_PLATFORM, spec, place) if spec is not None else None


def _section(section: str, merged: _Merged, names: re.Pattern[str], namespace: str | None) -> Any:  # noqa: ANN401 - one per section
    items: dict[str, Item[Any]] = {}
    for name, (data, place) in sorted(merged.items[section].items()):
        problem = _name_problem(section, name, names, namespace)
        if problem:
            merged.diagnostics.append(_error(*problem[:2], place.on_key(), problem[2]))
        spec = _validated(_SECTIONS[section], data, place, merged.diagnostics)
        if spec is None or problem:
            continue
        identity = _identity(section, name, namespace)
        if identity in items:
            merged.diagnostics.append(_twice(f"`{identity}` is defined twice in `{section}`", place, items[identity].place))
        else:
            items[identity] = Item(name, spec, place)
    return items


def _name_problem(section: str, name: str, names: re.Pattern[str], namespace: str | None) -> tuple[str, str, str] | None:
    """Say what is wrong with a name: the code, the headline, the effect."""
    if section in ("groups", "users"):
        if not spellable(name) or not names.fullmatch(name):
            effect = "a policy could not tell the name from another, or the expression that tests it would not parse"
            return "bad-group-name" if section == "groups" else "bad-user-name", f"`{name}` matches no allowed name", effect
        return None
    if section == "models":
        space, _, short = qualify(name, namespace).rpartition("/")
        if not space:
            return "missing-namespace", f"the model `{name}` has no namespace", "its route and policies would have no place"
        valid = is_label(space) and is_label(short)
    else:
        valid = is_label(name)
    if valid:
        return None
    return "bad-name", f"`{name}` is no Kubernetes name", "the API server would refuse the objects that carry it"


@cache
def _adapter(spec: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - a model class
    return TypeAdapter(spec)


def _validated(spec: Any, data: object, place: Place, diagnostics: list[Diagnostic]) -> Any:  # noqa: ANN401 - an instance of spec
    try:
        return _adapter(spec).validate_python(data)
    except ValidationError as error:
        diagnostics.extend(explain(error, data, place))
        return None


def _unknown_section(section: str, here: Place) -> Diagnostic:
    known = sorted([*_SECTIONS, _PLATFORM])
    suggestion = closest(section, known)
    advice = f"did you mean `{suggestion}`?" if suggestion else f"known here: {', '.join(known)}"
    effect = "a key nobody reads changes nothing: what it was meant to allow or limit would not hold"
    return Diagnostic("unknown-key", Severity.ERROR, f"unknown section `{section}`", here.on_key(), effect, help=advice)


def _twice(headline: str, second: Place, first: Place) -> Diagnostic:
    return Diagnostic(
        "duplicate-name",
        Severity.ERROR,
        headline,
        second.on_key(),
        "which of the two holds would depend on the order of files",
        notes=(Note("first defined here", first.on_key()),),
    )


def _error(code: str, headline: str, place: Place, effect: str) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, headline, place, effect)
