"""Read documents into the Intent: merge the sections of all files, then check each item's shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct

from compiler.cel.printer import spellable
from compiler.diagnostics.model import Diagnostic, Note, Place, Severity
from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import closest
from compiler.diagnostics.unseen import unseen
from compiler.intent import advice, model
from compiler.intent.described import described
from compiler.intent.intent import Intent, Item
from compiler.intent.platform import PlatformSpec
from compiler.intent.scalars import is_label
from compiler.intent.shape import validated
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
    "invariants": model.InvariantSpec,
}
# The one section that is a list: what must hold is read from top to bottom, and each item brings its name.
_LISTED: Final = "invariants"
_PLATFORM: Final = "platform"
DEFAULT_NAMES: Final = r"[A-Za-z0-9:._@/+-]+"


class _Names(Struct, frozen=True):
    """What the platform says about names: the namespace of models that name none, and what groups and users match."""

    namespace: str | None
    pattern: str | None

    def allow(self, name: str) -> bool:
        """Tell whether a group or a user may be called so."""
        if self.pattern is None:
            return bool(re.fullmatch(DEFAULT_NAMES, name))
        from compiler import regex  # noqa: PLC0415 - an engine that most configurations do without

        # Not by Python's own: there is a pattern over which it is busy for ever, and anybody may send one for review.
        return regex.fits(self.pattern, name)


@dataclass
class _Merged:
    """The raw items of all files, by section and name, while they are collected."""

    items: dict[str, dict[str, tuple[object, Place]]] = field(default_factory=lambda: {section: {} for section in _SECTIONS})
    platform: tuple[object, Place] | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)


def parse(documents: Iterable[Document]) -> tuple[Intent | None, tuple[Diagnostic, ...]]:
    """Read the documents of a configuration, in any order; of a document that was read nothing is held.

    Returns the Intent with every item that is well formed (None without a usable platform), and what is wrong.
    """
    merged = _Merged()
    for document in documents:
        _merge(document, merged)
    platform = _platform(merged)
    namespace = platform.spec.model_namespace if platform else None
    rules = _Names(namespace, platform.spec.names) if platform else None
    declared = {
        section: frozenset(_identity(section, name, namespace) for name in merged.items[section]) for section in _SECTIONS
    }
    sections = {section: _section(section, merged, rules) for section in _SECTIONS}
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
            _error(
                "not-a-section",
                f"a configuration file is a mapping of sections, found {described(document.data)}",
                place,
                "nothing in the file is read: what it was meant to allow or limit would not hold",
                f"sections are {_known_sections()}",
            )
        )
        return
    for section, content in document.data.items():
        here = place.at(section)
        if section == _PLATFORM:
            _merge_platform(content, here, merged)
        elif section not in _SECTIONS:
            merged.diagnostics.append(_unknown_section(section, here))
        elif section == _LISTED:
            _merge_listed(content, here, merged)
        elif not isinstance(content, dict):
            merged.diagnostics.append(
                _error(
                    "wrong-type",
                    f"expected a mapping of names below `{section}`, found {described(content)}",
                    here,
                    "nothing of the section is read: what it was meant to allow or limit would not hold",
                    advice.section(section, content),
                )
            )
        else:
            for name, value in content.items():
                _merge_item(section, name, (value, here.at(name)), merged)


def _merge_platform(content: object, here: Place, merged: _Merged) -> None:
    if merged.platform:
        merged.diagnostics.append(_twice("the section `platform` is written twice", here, merged.platform[1]))
    else:
        merged.platform = (content, here)


def _merge_listed(content: object, here: Place, merged: _Merged) -> None:
    if not isinstance(content, list):
        headline = f"expected a list below `{_LISTED}`, found {described(content)}"
        help_ = f"write each with its name: `{_LISTED}: [{{name: ..., callers: ..., models: ...}}]`"
        merged.diagnostics.append(_error("wrong-type", headline, here, "nothing of the section is read", help_))
        return
    for index, item in enumerate(content):
        name = item.get("name") if isinstance(item, dict) else None
        # An item without a usable name is kept under one that no item can have, and refused for its shape later.
        _merge_item(_LISTED, name if isinstance(name, str) else f"{here.file} {index}", (item, here.at(index)), merged)


def _merge_item(section: str, name: str, item: tuple[object, Place], merged: _Merged) -> None:
    known = merged.items[section]
    if name in known:
        merged.diagnostics.append(_twice(f"`{name}` is defined twice in `{section}`", item[1], known[name][1]))
    else:
        known[name] = item


def _platform(merged: _Merged) -> Item[PlatformSpec] | None:
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
    spec = validated(PlatformSpec, data, place, merged.diagnostics)
    return Item(_PLATFORM, spec, place) if spec is not None else None


def _section(section: str, merged: _Merged, rules: _Names | None) -> Any:  # noqa: ANN401 - one per section
    items: dict[str, Item[Any]] = {}
    namespace = rules.namespace if rules else None
    for name in sorted(merged.items[section]):
        data, place = merged.items[section].pop(name)
        problem = _name_problem(section, name, place.on_key(), rules)
        if problem:
            merged.diagnostics.append(problem)
        spec = validated(_SECTIONS[section], data, place, merged.diagnostics)
        if spec is None or problem:
            continue
        identity = _identity(section, name, namespace)
        if identity in items:
            merged.diagnostics.append(_twice(f"`{identity}` is defined twice in `{section}`", place, items[identity].place))
        else:
            items[identity] = Item(name, spec, place)
    return items


def _name_problem(section: str, name: str, place: Place, rules: _Names | None) -> Diagnostic | None:
    """Say what is wrong with a name; without a platform, only what is wrong whatever it says."""
    if section in ("groups", "users"):
        return _claim_problem(section, name, place, rules)
    if section == "models":
        space, _, short = qualify(name, rules.namespace if rules else None).rpartition("/")
        if not space:
            return _no_namespace(name, place) if rules else None
        valid = is_label(space) and is_label(short)
    else:
        # The items of a list bring their names as a value, which is checked with their shape.
        valid = section == _LISTED or is_label(name)
    if valid:
        return None
    return _error(
        "bad-name",
        f"{quoted(name)} is no Kubernetes name",
        place,
        "the API server would refuse the objects that carry it",
        unseen(name) or "lower-case letters, digits and `-`, at most 63, with a letter or digit at both ends",
    )


def _claim_problem(section: str, name: str, place: Place, rules: _Names | None) -> Diagnostic | None:
    """Say what is wrong with a name that is compared with what a token says."""
    code, kind = ("bad-group-name", "group") if section == "groups" else ("bad-user-name", "user")
    if not spellable(name):
        return _error(
            code,
            f"the {kind} `{name}` matches no allowed name: it holds a character that does not print",
            place,
            "the expression that tests the name would not parse: the gateway refuses the policy, or drops it",
            f"rename the {kind} at the identity provider, whatever `platform.names` allows",
        )
    if rules is None or rules.allow(name):
        return None
    return _error(
        code,
        f"the {kind} {quoted(name)} matches no allowed name",
        place,
        "no caller may ever match it: a slip of the keyboard looks like this, and so does a name made to break an expression",
        unseen(name) or f"allowed is `{rules.pattern or DEFAULT_NAMES}`, which `platform.names` can replace",
    )


def _no_namespace(name: str, place: Place) -> Diagnostic:
    return _error(
        "missing-namespace",
        f"the model `{name}` has no namespace",
        place,
        "its route and policies would have no place",
        f"write `<namespace>/{name}`, or set `platform.modelNamespace` for all models that name none",
    )


def _unknown_section(section: str, here: Place) -> Diagnostic:
    suggestion = closest(section, [*_SECTIONS, _PLATFORM])
    advice = unseen(section) or (f"did you mean `{suggestion}`?" if suggestion else f"known here: {_known_sections()}")
    effect = "a key nobody reads changes nothing: what it was meant to allow or limit would not hold"
    return Diagnostic("unknown-key", Severity.ERROR, f"unknown section {quoted(section)}", here.on_key(), effect, help=advice)


def _known_sections() -> str:
    return ", ".join(sorted([*_SECTIONS, _PLATFORM]))


def _twice(headline: str, second: Place, first: Place) -> Diagnostic:
    return Diagnostic(
        "duplicate-name",
        Severity.ERROR,
        headline,
        second.on_key(),
        "which of the two holds would depend on the order in which they are read",
        notes=(Note("first defined here", first.on_key()),),
        help="remove one of the two, or rename it",
    )


def _error(code: str, headline: str, place: Place, effect: str, advice: str | None = None) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, headline, place, effect, help=advice)
