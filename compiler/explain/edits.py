"""Looks for the lines of the configuration that would flip the answer; each is lowered and decided anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from msgspec.structs import replace

from compiler.explain.covering import Covered, covering, item_of
from compiler.explain.editing import Edit, Section, edited, subjects
from compiler.explain.flip import flips
from compiler.explain.question import Question
from compiler.explain.team_edits import join, leave
from compiler.intent.intent import Item
from compiler.intent.model import AccessSpec, ModelSpec, PolicySpec, RateSpec, SubscriptionSpec, TeamSpec, TierSpec
from compiler.intent.parse import qualify
from compiler.lower.lower import lower
from compiler.program.decide import Decision, access_of, decide
from compiler.program.ir import SUBSCRIPTION_HEADER, Entry

_UNITS: Final[tuple[Literal["tokens", "requests"], ...]] = ("tokens", "requests")
_MOST_TRIED: Final = 50


def flipping(of: Question, decision: Decision) -> tuple[Edit, ...]:
    """Give the edits that flip the answer and touch the fewest.

    Where very many lines could be meant, not all of them are tried.
    """
    found: list[Edit] = []
    for edit in sorted(_edits(of, decision), key=lambda edit: edit.reach)[:_MOST_TRIED]:
        if found and edit.reach > found[0].reach:
            break
        if flips(decision, decided(of, edit)):
            found.append(edit)
    return tuple(found)


def decided(of: Question, edit: Edit) -> Decision:
    """Decide the same question after an edit."""
    # Other models cannot matter, and lowering them would take most of the time.
    one = replace(edit.intent, models={of.model.id: edit.intent.models[of.model.id]})
    return decide(lower(one), of.caller, of.request)


def _edits(of: Question, decision: Decision) -> Iterator[Edit]:
    match decision.reason:
        case "no-access":
            yield from _let_in(of)
            yield from join(of, tuple(of.intent.teams.values()))
        case "no-candidate":
            yield from _own(of, of.model.entries)
            yield from join(of, tuple(of.intent.teams.values()))
        case "not-a-candidate":
            named = of.request.headers.get(SUBSCRIPTION_HEADER)
            yield from _own(of, [entry for entry in of.model.entries if entry.key == named])
            yield from join(of, [team for team in of.intent.teams.values() if f"team:{team.name}" == named])
        case "zero-budget":
            yield from _raise(of, decision)
        case "allowed" | "listing":
            yield from _shut_out(of)
        case _:
            pass


def _let_in(of: Question) -> Iterator[Edit]:
    namespace = of.intent.platform.spec.model_namespace
    for item in of.intent.access.values():
        spec = item.spec
        models = {qualify(name, namespace) for name in spec.models}
        for section, name in subjects(of) if of.model.id in models else ():
            says = f"add `{name}` to the {section} of the access entry `{item.name}`"
            place = item.place.at(section) if getattr(spec, section) else item.place.on_key()
            yield Edit(says, place, int(section == "groups"), edited(of.intent, "access", item, **_added(spec, section, name)))
        if of.model.id not in models and covering(of.intent, item.place, of.caller):
            says = f"add `{of.model.id}` to the models of the access entry `{item.name}`"
            after = edited(of.intent, "access", item, models=[*spec.models, of.model.id])
            yield Edit(says, item.place.at("models"), 1, after)
    tier = of.program.tier_of(of.caller.groups)
    model = of.intent.models[of.model.id]
    if tier is not None and not isinstance(model.spec.tiers, str) and tier.name not in model.spec.tiers:
        says = f"add `{tier.name}` to the tiers of the model `{of.model.id}`"
        place = model.place.at("tiers") if model.spec.tiers else model.place.on_key()
        yield Edit(says, place, 1, edited(of.intent, "models", model, tiers=[*model.spec.tiers, tier.name]))


def _added(spec: AccessSpec, section: Literal["users", "groups"], name: str) -> dict[str, object]:
    return {section: [*getattr(spec, section), name]}


def _own(of: Question, entries: Sequence[Entry]) -> Iterator[Edit]:
    """Make the caller an owner of a subscription, by its user, its own group, or the group that gives it access."""
    place = access_of(of.model, of.caller, of.program.tier_of(of.caller.groups))
    by = covering(of.intent, place, of.caller) if place is not None else None
    who = dict.fromkeys(subjects(of))
    if not who and by is not None and by.what == "group":
        who = {("groups", by.name): None}
    for entry in entries:
        item = item_of(of.intent, entry.origin)
        if item is None or not isinstance(item.spec, SubscriptionSpec):
            continue
        owner = item.spec.owner
        for section, name in who:
            says = f"add `{name}` to the {section} that own the subscription `{item.name}`"
            changed = owner.changed(**{section: [*getattr(owner, section), name]})
            where = item.place.at("owner", section) if getattr(owner, section) else item.place.at("owner").on_key()
            yield Edit(says, where, int(section == "groups"), edited(of.intent, "subscriptions", item, owner=changed))


def _raise(of: Question, decision: Decision) -> Iterator[Edit]:
    """Give a limit of nothing the smallest amount there is, where it is the only one of its budget."""
    entry = next(one for one in of.program.precedence(of.model) if one.key == decision.selected)
    found = _budget_of(of, entry)
    if found is None:
        return
    section, item, spec, path = found
    zeros = [(unit, index) for unit in _UNITS for index, rate in enumerate(getattr(spec, unit)) if rate.limit == 0]
    if len(zeros) != 1:
        return
    unit, index = zeros[0]
    rates: list[RateSpec] = list(getattr(spec, unit))
    rates[index] = rates[index].changed(limit=1)
    place = item.place.at(*path, unit, index, "limit")
    if section == "subscriptions":
        models = {**item.spec.models, path[-1]: spec.changed(**{unit: rates})}
        after = edited(of.intent, section, item, models=models)
    else:
        after = edited(of.intent, section, item, **{unit: rates})
    yield Edit(f"raise the limit of 0 {unit} of `{entry.key}`", place, 0, after)


def _budget_of(of: Question, entry: Entry) -> tuple[Section, Item[Any], Any, tuple[str, ...]] | None:
    """Find where an entry's budget is written: section, item, what holds the rates, and the way to it."""
    item = item_of(of.intent, entry.origin)
    if item is None:
        return None
    match item.spec:
        case SubscriptionSpec(models=models):
            written = str(entry.origin.path[-1])
            return "subscriptions", item, models[written], ("models", written)
        case TeamSpec(default_policy=str() as name):
            policy: Item[PolicySpec] = of.intent.policies[name]
            return "policies", policy, policy.spec, ()
        case TierSpec():
            return "tiers", item, item.spec, ()
        case _:
            return None


def _shut_out(of: Question) -> Iterator[Edit]:
    """Take back what lets the caller in."""
    tier = of.program.tier_of(of.caller.groups)
    place = access_of(of.model, of.caller, tier)
    if place is None:
        return
    covered = covering(of.intent, place, of.caller)
    if covered is not None and isinstance(covered.item.spec, AccessSpec):
        yield from _without(of, covered)
    if covered is not None and isinstance(covered.item.spec, TeamSpec):
        yield from leave(of, covered, covered.item)
    model: Item[ModelSpec] = of.intent.models[of.model.id]
    if place == of.model.origin.at("tiers") and tier is not None and not isinstance(model.spec.tiers, str):
        says = f"remove `{tier.name}` from the tiers of the model `{of.model.id}`"
        rest = [name for name in model.spec.tiers if name != tier.name]
        where = model.place.at("tiers", model.spec.tiers.index(tier.name))
        yield Edit(says, where, 1, edited(of.intent, "models", model, tiers=rest))


def _without(of: Question, covered: Covered) -> Iterator[Edit]:
    """Take one word out of an access entry; the whole entry where it is the only one."""
    item = covered.item
    if not isinstance(item.spec, AccessSpec):
        return
    section, index = covered.place.path[-2:]
    rest = [name for at, name in enumerate(getattr(item.spec, str(section))) if at != index]
    after = edited(of.intent, "access", item, **{str(section): rest})
    alone = len(item.spec.groups) + len(item.spec.users) == 1
    says = f"remove the access entry `{item.name}`" if alone else f"remove `{covered.name}` from the access entry `{item.name}`"
    yield Edit(says, item.place.on_key() if alone else covered.place, 1, after)
