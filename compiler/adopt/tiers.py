"""Tiers: the ConfigMap says whose they are, the Gateway's limits how much, annotations and bindings on which models."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.adopt import policies
from compiler.adopt.draft import Draft, origin
from compiler.adopt.gather import Dump
from compiler.adopt.objects import MODELS_OF_TIERS, TIER_MAP, Object, Plain, listed_tiers, mapping, mappings
from compiler.adopt.predicates import UnknownShapeError, condition
from compiler.adopt.rbac import called
from compiler.intent.scalars import is_label
from compiler.source.load import load_text


def tiers(dump: Dump, draft: Draft) -> None:
    """Add the tiers of the ConfigMap with the budgets that the Gateway's policies give them."""
    maps = [one for one in dump.of("ConfigMap") if one.name == TIER_MAP]
    for other in maps[1:]:
        draft.leave(other, "is a second mapping of tiers")
    for found in maps[:1]:
        _levels(found, [entry for entry in _entries(found, draft) if _usable(entry, found, draft)], draft)
    for policy in dump.of(*policies.LIMITING):
        if policies.target(policy)[0] == "Gateway":
            _budgets(policy, draft)


def _entries(found: Object, draft: Draft) -> list[Plain]:
    data = found.data.get("data")
    text = data.get("tiers") if isinstance(data, dict) else None
    documents, problems = load_text("tiers", text.encode()) if isinstance(text, str) else ((), ())
    listed = documents[0].data if len(documents) == 1 and not problems else None
    if not isinstance(listed, list):
        draft.leave(found, "holds no list of tiers under the key `tiers`")
        return []
    return [entry for entry in listed if isinstance(entry, dict)]


def _usable(entry: Plain, found: Object, draft: Draft) -> bool:
    name, groups = entry.get("name"), entry.get("groups")
    if not isinstance(name, str) or not is_label(name):
        draft.leave(found, f"names a tier `{name}`, which is no Kubernetes name")
        return False
    if not isinstance(groups, list) or not groups or not all(isinstance(group, str) for group in groups):
        draft.leave(found, f"gives the tier `{name}` to no group")
        return False
    return True


def _levels(found: Object, entries: list[Plain], draft: Draft) -> None:
    """Add tiers by level; the MaaS API takes the first of a level in the order written, so equal levels are told apart."""
    ordered = sorted(entries, key=lambda entry: -_level(entry))
    written = [_level(entry) for entry in ordered]
    clear = len(set(written)) == len(written) and all(0 <= level <= 2**31 - 1 for level in written)
    for place, entry in enumerate(ordered):
        data: Plain = {"level": written[place] if clear else len(ordered) - 1 - place}
        data |= {
            key: entry[key] for key in ("displayName", "description") if isinstance(entry.get(key), str) and entry[key].strip()
        }
        data["groups"] = list(dict.fromkeys(entry["groups"]))
        added = draft.add("tiers", entry["name"], data, origin(found))
        if not clear:
            added.remarks.append(f"the level was {written[place]}: of tiers with one level the first one written counts")


def _level(entry: Plain) -> int:
    level = entry.get("level", 0)
    return level if isinstance(level, int) and not isinstance(level, bool) else 0


def _budgets(policy: Object, draft: Draft) -> None:
    unit = policies.LIMITING[policy.kind]
    for name, limit in policies.limits(policy):
        if policies.is_denying(limit) or not policies.is_of_tiers(limit):
            # Whoever nothing meters is denied anyway: the Gateway's deny is emitted with every configuration.
            continue
        try:
            named, found = _of_tiers(limit)
        except (UnknownShapeError, policies.UnusableError) as error:
            draft.leave_limit(policy, name, f"which is no tier's: {error}")
            continue
        for tier in named:
            entry = draft.sections["tiers"].get(tier)
            if entry is None:
                draft.leave(policy, f"limits the tier `{tier}`, which no mapping gives to anybody")
                continue
            entry.data.setdefault(unit, []).extend(draft.say(found, policy, f"limit `{name}`"))
            entry.origins.append(origin(policy, f"limit `{name}`"))


def _of_tiers(limit: Plain) -> tuple[list[str], list[Plain]]:
    """Give the tiers that a limit is for, and its rates.

    Raises:
        UnknownShapeError: it is for others than tiers.
        UnusableError: it counts in a way that cannot be said.
    """
    asked = condition(policies.predicates(limit))
    if asked.who is None or asked.without or asked.who.groups or asked.who.users:
        raise UnknownShapeError("it is for others than one tier")
    if policies.counters(limit) != ("auth.identity.userid",):
        raise policies.UnusableError("its counters are not one for each user")
    return sorted(asked.who.tiers), policies.rates(limit)


def of_models(dump: Dump, draft: Draft, instance: str) -> None:
    """Say on each model which tiers may call it: by its annotation, or by bindings that were written by hand."""
    for found in dump.of("LLMInferenceService"):
        annotated = found.annotations.get(MODELS_OF_TIERS)
        if annotated is not None:
            _annotated(found, annotated, draft)
    for found, model, tier in _bound(dump, draft, instance):
        entry = draft.sections["models"].get(model)
        if entry is not None and isinstance(entry.data.get("tiers", []), list) and tier not in entry.data.get("tiers", []):
            entry.data.setdefault("tiers", []).append(tier)
            entry.origins.append(origin(found))


def _annotated(found: Object, text: str, draft: Draft) -> None:
    listed = listed_tiers(text)
    if listed is None:
        draft.leave(found, f"has an annotation `{MODELS_OF_TIERS}` that is no JSON list of names")
        return
    known = [one for one in dict.fromkeys(listed) if one in draft.sections["tiers"]]
    for one in listed:
        if one not in known:
            draft.leave(found, f"lists the tier `{one}`, which no mapping gives to anybody")
    for entry in (entry for entry in draft.sections["models"].values() if entry.data["backend"].get("of") == found.id):
        if known or not listed:
            entry.data["tiers"] = known or "*"
            entry.origins.append(origin(found, "its annotation"))


def _bound(dump: Dump, draft: Draft, instance: str) -> Iterator[tuple[Object, str, str]]:
    """Give each model that a binding lets the ServiceAccounts of a tier call."""
    roles = {(role.namespace, role.name): role for role in dump.of("Role")}
    for binding in dump.of("RoleBinding"):
        role = roles.get((binding.namespace, str(mapping(binding.data.get("roleRef")).get("name"))))
        names = None if role is None else called(role)
        if names is None:
            continue
        tiers_named = []
        for subject in mappings(binding.data.get("subjects")):
            tier = _tier(subject, instance)
            if tier is None or tier not in draft.sections["tiers"]:
                draft.leave(binding, "gives models to somebody else than the ServiceAccounts of a known tier")
            else:
                tiers_named.append(tier)
        for model, entry in draft.sections["models"].items():
            namespace, _, served = str(entry.data["backend"].get("of", "")).partition("/")
            if namespace == binding.namespace and (not names or served in names):
                yield from ((binding, model, tier) for tier in tiers_named)


def _tier(subject: Plain, instance: str) -> str | None:
    prefix = f"system:serviceaccounts:{instance}-tier-"
    name = subject.get("name")
    if subject.get("kind") == "Group" and isinstance(name, str) and name.startswith(prefix):
        return name.removeprefix(prefix)
    return None
