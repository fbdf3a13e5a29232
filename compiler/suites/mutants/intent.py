"""Mutants of the configuration: one word, amount or rank written otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Place
from compiler.intent.intent import Intent, Item
from compiler.intent.model import BudgetSpec, RateSpec
from compiler.intent.parse import qualify
from compiler.intent.scalars import MAX_SECONDS, window_seconds

# The smallest changes of an amount; a test that tries the boundary notices either.
_STEPS = (-1, 1)
_UNITS = ("tokens", "requests")


class IntentMutant(Struct, frozen=True):
    """A configuration that differs in one thing; `says` tells which, `place` where it would be written."""

    says: str
    place: Place
    intent: Intent


def intent_mutants(intent: Intent) -> Iterator[IntentMutant]:
    """Give every mutant, in the order of sections and names; some of them may not compile, or mean the same."""
    yield from _access(intent)
    yield from _subscriptions(intent)
    yield from _tiers(intent)
    yield from _models(intent)
    yield from _teams(intent)
    yield from _policies(intent)
    yield from _methods(intent)


def _with(intent: Intent, section: str, key: str, **update: object) -> Intent:
    return _holding(intent, section, key, getattr(intent, section)[key].spec.changed(**update))


def _holding(intent: Intent, section: str, key: str, spec: object) -> Intent:
    items: dict[str, Item[Any]] = dict(getattr(intent, section))
    items[key] = replace(items[key], spec=spec)
    changed: dict[str, Any] = {section: items}
    return replace(intent, **changed)


def _without(names: Sequence[str]) -> Iterator[tuple[int, str, list[str]]]:
    for index, name in enumerate(names):
        yield index, name, [*names[:index], *names[index + 1 :]]


def _added(names: Sequence[str], known: Mapping[str, object]) -> Iterator[tuple[str, list[str]]]:
    for name in known:
        if name not in names:
            yield name, [*names, name]


def _access(intent: Intent) -> Iterator[IntentMutant]:
    for key, item in intent.access.items():
        for section in ("models", "groups", "users"):
            names = getattr(item.spec, section)
            for index, name, rest in _without(names):
                place = item.place.at(section, index)
                yield IntentMutant(
                    f"the access entry `{key}` loses `{name}`", place, _with(intent, "access", key, **{section: rest})
                )
        for group, more in _added(item.spec.groups, intent.groups):
            place = item.place.on_key()
            yield IntentMutant(
                f"the access entry `{key}` gains the group `{group}`", place, _with(intent, "access", key, groups=more)
            )
        namespace = intent.platform.spec.model_namespace
        for model in intent.models:
            if model not in {qualify(name, namespace) for name in item.spec.models}:
                changed = _with(intent, "access", key, models=[*item.spec.models, model])
                yield IntentMutant(f"the access entry `{key}` gains the model `{model}`", item.place.on_key(), changed)


def _subscriptions(intent: Intent) -> Iterator[IntentMutant]:
    ranks = [item.spec.priority for item in intent.subscriptions.values()]
    for key, item in intent.subscriptions.items():
        owner, what = item.spec.owner, f"the subscription `{key}`"
        for section in ("groups", "users"):
            for index, name, rest in _without(getattr(owner, section)):
                changed = _with(intent, "subscriptions", key, owner=owner.changed(**{section: rest}))
                yield IntentMutant(f"{what} loses its owner `{name}`", item.place.at("owner", section, index), changed)
        for group, more in _added(owner.groups, intent.groups):
            changed = _with(intent, "subscriptions", key, owner=owner.changed(groups=more))
            yield IntentMutant(f"{what} gains the owner `{group}`", item.place.at("owner").on_key(), changed)
        for rank, word in ((min(ranks) - 1, "lowest"), (max(ranks) + 1, "highest")):
            changed = _with(intent, "subscriptions", key, priority=rank)
            yield IntentMutant(f"{what} has the {word} priority", item.place.at("priority"), changed)
        for model, budget in item.spec.models.items():
            place = item.place.at("models", model)
            rest_of = {name: one for name, one in item.spec.models.items() if name != model}
            yield IntentMutant(f"{what} loses `{model}`", place.on_key(), _with(intent, "subscriptions", key, models=rest_of))
            shared = {"user": "subscription", "subscription": "user"}[budget.per]
            for says, where, other in (
                *_budgets(budget, place),
                (f"counts per {shared}", place, budget.changed(per=shared)),
            ):
                changed = _with(intent, "subscriptions", key, models={**item.spec.models, model: other})
                yield IntentMutant(f"{what} on `{model}` {says}", where, changed)


def _budgets(budget: BudgetSpec, place: Place) -> Iterator[tuple[str, Place, BudgetSpec]]:
    """Give a budget with another amount, with another window, and without one of its rates."""
    for unit in _UNITS:
        rates: list[RateSpec] = getattr(budget, unit)
        for index, rate in enumerate(rates):
            where = place.at(unit, index)
            for step in _STEPS:
                if rate.limit + step >= 0:
                    other = rate.changed(limit=rate.limit + step)
                    changed = budget.changed(**{unit: [*rates[:index], other, *rates[index + 1 :]]})
                    yield f"allows {other.limit} {unit} instead of {rate.limit}", where.at("limit"), changed
            other = rate.changed(window=_another(rate.window))
            changed = budget.changed(**{unit: [*rates[:index], other, *rates[index + 1 :]]})
            yield f"has a window of {other.window} instead of {rate.window}", where.at("window"), changed
            left: dict[str, object] = {unit: [*rates[:index], *rates[index + 1 :]]}
            if unit == "tokens" and len(rates) == 1:
                left["unlimited"] = True
            yield f"loses its {rate.limit} {unit} in {rate.window}", where, budget.changed(**left)


def _another(window: str) -> str:
    """Give a window that is a second longer, or shorter where no longer one is allowed."""
    seconds = window_seconds(window)
    return f"{seconds + 1 if seconds < MAX_SECONDS else seconds - 1}s"


def _tiers(intent: Intent) -> Iterator[IntentMutant]:
    levels = [item.spec.level for item in intent.tiers.values()]
    for key, item in intent.tiers.items():
        what = f"the tier `{key}`"
        for index, name, rest in _without(item.spec.groups):
            place = item.place.at("groups", index)
            yield IntentMutant(f"{what} loses the group `{name}`", place, _with(intent, "tiers", key, groups=rest))
        for group, more in _added(item.spec.groups, intent.groups):
            place = item.place.at("groups")
            yield IntentMutant(f"{what} gains the group `{group}`", place, _with(intent, "tiers", key, groups=more))
        if item.spec.level != max(levels):
            changed = _with(intent, "tiers", key, level=max(levels) + 1)
            yield IntentMutant(f"{what} is the highest", item.place.at("level"), changed)
        for says, where, other in _budgets(item.spec, item.place):
            yield IntentMutant(f"{what} {says}", where, _holding(intent, "tiers", key, other))


def _models(intent: Intent) -> Iterator[IntentMutant]:
    for key, item in intent.models.items():
        tiers = list(intent.tiers) if isinstance(item.spec.tiers, str) else item.spec.tiers
        for index, name, rest in _without(tiers):
            place = item.place.at("tiers") if isinstance(item.spec.tiers, str) else item.place.at("tiers", index)
            yield IntentMutant(f"the model `{key}` loses the tier `{name}`", place, _with(intent, "models", key, tiers=rest))
        for tier, more in _added(tiers, intent.tiers):
            place = item.place.at("tiers") if item.spec.tiers else item.place.on_key()
            yield IntentMutant(f"the model `{key}` gains the tier `{tier}`", place, _with(intent, "models", key, tiers=more))


def _teams(intent: Intent) -> Iterator[IntentMutant]:
    for key, item in intent.teams.items():
        what = f"the team `{key}`"
        for index, name, rest in _without(item.spec.groups):
            place = item.place.at("groups", index)
            yield IntentMutant(f"{what} loses the group `{name}`", place, _with(intent, "teams", key, groups=rest))
        for section in ("members", "grants"):
            several = getattr(item.spec, section)
            for index in range(len(several)):
                kept = [*several[:index], *several[index + 1 :]]
                place = item.place.at(section, index)
                word = several[index].user if section == "members" else several[index].model
                yield IntentMutant(f"{what} loses `{word}`", place, _with(intent, "teams", key, **{section: kept}))


def _policies(intent: Intent) -> Iterator[IntentMutant]:
    for key, item in intent.policies.items():
        for says, where, other in _budgets(item.spec, item.place):
            yield IntentMutant(f"the policy `{key}` {says}", where, _holding(intent, "policies", key, other))


def _methods(intent: Intent) -> Iterator[IntentMutant]:
    item = intent.platform
    methods = item.spec.authentication
    for index, method in enumerate(methods if len(methods) > 1 else ()):
        rest = [*methods[:index], *methods[index + 1 :]]
        changed = replace(intent, platform=replace(item, spec=item.spec.changed(authentication=rest)))
        yield IntentMutant(f"nobody gets in by `{method.name}`", item.place.at("authentication", index), changed)
