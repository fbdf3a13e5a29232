"""Why nobody can tell some mutants from the original: one predicate for each reason, and the operators it may excuse."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct
from mutation_manifests import GONE, Manifest, Mutant, Platform, Rewrite

from compiler.cel.parse import parse
from compiler.cel.printer import text
from compiler.cel.tree import (
    All,
    Compare,
    Concat,
    Expr,
    Has,
    Ident,
    Index,
    Int,
    ListLit,
    Macro,
    MapLit,
    Method,
    Not,
    Select,
    Str,
    Ternary,
)
from compiler.program.ir import Attach, Bridge, Entry, Model, Subjects
from compiler.program.methods import TierToken, credentials_of, vouches_for_group

_UNREACHABLE: Final = 10**12

Excuse = Callable[[Platform, Mutant], bool]


def models_of(of: Platform, mutant: Mutant) -> tuple[Model, ...]:
    """Give the models that the changed files are for; files of the gateway are for all."""
    own = [of.model(file) for file in sorted({str(change.where[0]) for change in mutant.changes})]
    known = tuple(model for model in own if model is not None)
    return known if len(known) == len(own) else of.program.models


def _at(of: Platform, where: tuple[Any, ...]) -> Any:  # noqa: ANN401 - plain data
    found: Any = of.manifests
    for key in where:
        found = found[key]
    return found


def _limit(of: Platform, mutant: Mutant) -> Manifest | None:
    where = mutant.changes[0].where
    return _at(of, where[:5]) if where[2:4] == ("spec", "limits") and len(where) > 4 else None


def _strings(texts: list[str]) -> set[str]:
    def inside(node: object) -> Iterator[str]:
        if isinstance(node, Str):
            yield node.value
        elif isinstance(node, tuple):
            for item in node:
                yield from inside(item)
        elif isinstance(node, Struct):
            for name in node.__struct_fields__:
                yield from inside(getattr(node, name))

    return {value for text in texts for value in inside(parse(text))}


def _entries(of: Platform, mutant: Mutant) -> set[str] | None:
    """Give the keys of the entries of which a limit's conditions speak."""
    limit = _limit(of, mutant)
    if limit is None or "when" not in limit:
        return None
    keys = {entry.key for model in of.program.models for entry in of.program.precedence(model)}
    return keys & _strings([condition["predicate"] for condition in limit["when"]])


def searched_only(_: Platform, mutant: Mutant) -> bool:
    """The order of a list that is only searched means nothing."""
    match mutant.rewrite:
        case None:
            return False
        case rewrite:
            around = rewrite.around[-1] if rewrite.around else None
            searched = isinstance(around, Compare) and around.op == "in" and around.right is rewrite.node
            both = isinstance(rewrite.node, ListLit) and isinstance(rewrite.other, ListLit)
            return searched and both and _same_items(rewrite.node, rewrite.other)


def _same_items(one: Expr, other: Expr) -> bool:
    return sorted(map(repr, getattr(one, "items", ()))) == sorted(map(repr, getattr(other, "items", ())))


def nobody(of: Platform, mutant: Mutant) -> bool:
    """Nobody may call the model, so what would be told and counted of a caller is not."""
    return all(of.dead(str(change.where[0])) for change in mutant.changes)


def out_of_reach(of: Platform, mutant: Mutant) -> bool:
    """Whoever the entry of the limit meters has no access to the model."""
    keys = _entries(of, mutant)
    models = models_of(of, mutant)
    if not keys or len(models) != 1 or models[0].grants:
        return False
    return not keys & {f"tier:{name}" for name in models[0].tiers}


def one_entry(of: Platform, mutant: Mutant) -> bool:
    """One entry alone is counted by the limit, so that its counters need not tell entries apart."""
    keys = _entries(of, mutant)
    dropped = mutant.changes[0].value is GONE and "counters" in mutant.changes[0].where
    alone = keys is not None and len(keys) == 1
    return dropped and alone and _at(of, mutant.changes[0].where)["expression"] == "auth.identity.selected_subscription"


def beyond_reach(of: Platform, mutant: Mutant) -> bool:
    """A limit that nothing reaches only counts, and a limit of nothing denies whatever its window and its counters."""
    limit = _limit(of, mutant)
    amounts = [rate["limit"] for rate in limit["rates"]] if limit else []
    new = mutant.changes[0].value
    where = mutant.changes[0].where
    if "rates" in where and new is GONE:
        return False
    if new == "500ms" or (isinstance(new, int) and new < _UNREACHABLE):
        return False
    return bool(amounts) and (all(amount >= _UNREACHABLE for amount in amounts) or not any(amounts))


def sole_entry(of: Platform, mutant: Mutant) -> bool:
    """One entry alone can meter the model, and whoever has access is metered by it."""
    return all(_sole(of, model) for model in models_of(of, mutant))


def _sole(of: Platform, model: Model) -> bool:
    entries = of.program.precedence(model)
    return len(entries) == 1 and all(_within(grant.subjects, [entries[0].subjects]) for grant in model.grants)


def _within(inner: Subjects, outer: list[Subjects]) -> bool:
    groups = {group for one in outer for group in one.groups}
    users = {user for one in outer for user in one.users}
    return set(inner.groups) <= groups and set(inner.users) <= users


def only_entry(of: Platform, mutant: Mutant) -> bool:
    """One entry alone can meter whoever has access to the model, and the AuthPolicy refuses all others."""
    return _limit(of, mutant) is not None and all(len(_reachable(of, model)) == 1 for model in models_of(of, mutant))


def _reachable(of: Platform, model: Model) -> list[Entry]:
    entries = of.program.precedence(model)
    return [entry for entry in entries if entry.kind != "tier" or entry.name in model.tiers or model.grants]


def refused(_: Platform, mutant: Mutant) -> bool:
    """Whomever nothing meters the AuthPolicy refuses before any limit, so whether one denies the listing too is not seen."""
    return "deny-unmetered" in mutant.changes[0].where


def stranger(of: Platform, mutant: Mutant) -> bool:
    """Whoever is called `intruder` has no access: no grant names them, and no tier has any."""
    added = mutant.rewrite is not None and isinstance(mutant.rewrite.node, MapLit)
    return added and all(not model.tiers for model in models_of(of, mutant))


def overtaken(of: Platform, mutant: Mutant) -> bool:
    """Whoever has access to the model is metered by something better than what is no longer named."""
    models = models_of(of, mutant)
    return len(models) == 1 and bool(_lost(mutant)) and all(_overtaken(of, models[0], key) for key in _lost(mutant))


def _lost(mutant: Mutant) -> list[str]:
    """Give the strings that a list has no longer, or the one that is another now."""
    match mutant.rewrite:
        case Rewrite(ListLit(items), _, ListLit(kept)):
            return [item.value for item in items if isinstance(item, Str) and item not in kept]
        case Rewrite(Str(value), _, Str()):
            return [value]
    return []


def _overtaken(of: Platform, model: Model, key: str) -> bool:
    keys = [entry.key for entry in of.program.precedence(model)]
    if key not in keys or key in {f"tier:{name}" for name in model.tiers}:
        return False
    better = [entry.subjects for entry in of.program.precedence(model)[: keys.index(key)]]
    return all(_within(grant.subjects, better) for grant in model.grants)


def only_tiers(of: Platform, mutant: Mutant) -> bool:
    """A tier token has no candidate but its one tier, so the order of the others and their names mean nothing."""
    methods = {method.name for method in of.program.platform.methods if isinstance(method, TierToken)}
    where = mutant.changes[0].where
    entries = [entry for model in models_of(of, mutant) for entry in model.entries]
    projected = {tier.projected for tier in of.program.tiers}
    unreachable = all(not entry.subjects.users and not projected & set(entry.subjects.groups) for entry in entries)
    return bool(methods & set(where)) and unreachable and not any(name.startswith("tier:") for name in _lost(mutant))


def padded(_: Platform, mutant: Mutant) -> bool:
    """Whatever is split has at least one part, so that one part less behind it is still enough."""
    rewrite = mutant.rewrite
    if rewrite is None or len(rewrite.around) < 2 or not isinstance(rewrite.other, ListLit):
        return False
    match rewrite.around[-2:]:
        case (Index(_, Int(place)), Concat((Method(_, "split"), padding))):
            return padding is rewrite.node and place <= len(rewrite.other.items)
    return False


def first_only(_: Platform, mutant: Mutant) -> bool:
    """Of the list only an element before the added one is taken."""
    rewrite = mutant.rewrite
    if rewrite is None or len(rewrite.around) < 2:
        return False
    match rewrite.around[-2:]:
        case (Index(_, Int()), Concat(parts)):
            return parts[-1] is rewrite.node
    return False


def first_entry(of: Platform, mutant: Mutant) -> bool:
    """Whoever has access is metered by the best entry of all, so that the best of theirs is the best of all."""
    models = models_of(of, mutant)
    return all(
        not model.tiers and all(_within(grant.subjects, [of.program.precedence(model)[0].subjects]) for grant in model.grants)
        for model in models
    )


def no_others(of: Platform, mutant: Mutant) -> bool:
    """All groups that the string may hold are either asked for or excluded, so that one of them is all of them."""
    rewrite, models = mutant.rewrite, models_of(of, mutant)
    if rewrite is None or not rewrite.around or len(models) != 1 or of.program.platform.bridge is not Bridge.GROUPS:
        return False
    subjects = [*(one.subjects for one in models[0].grants), *(one.subjects for one in of.program.precedence(models[0]))]
    held = {group for one in subjects for group in one.groups if "," not in group}
    return isinstance(rewrite.around[-1], All) and held <= set(_strings([text(rewrite.around[-1])]))


def covered(of: Platform, mutant: Mutant) -> bool:
    """Whoever an entry meters has access, so that asking for the one is asking for the other."""
    grants = [(model, [grant.subjects for grant in model.grants]) for model in models_of(of, mutant)]
    own = all(_within(entry.subjects, subjects) for model, subjects in grants for entry in model.entries)
    tiers = all(tier.name in model.tiers for model, _ in grants for tier in of.program.tiers)
    return own and tiers and "model-access" in mutant.changes[0].where


def metered_anyway(of: Platform, mutant: Mutant) -> bool:
    """Whomever an entry meters has access by another name than the one that is lost, and whom none meters is refused."""
    lost = set(_lost(mutant))
    if not lost or "model-access" not in mutant.changes[0].where:
        return False
    for model in models_of(of, mutant):
        left = [Subjects(tuple(set(one.subjects.groups) - lost), tuple(set(one.subjects.users) - lost)) for one in model.grants]
        metering = [entry for entry in of.program.precedence(model) if entry.name not in model.tiers or entry.kind != "tier"]
        if not all(_within(entry.subjects, left) for entry in metering):
            return False
    return True


def unvouched(of: Platform, mutant: Mutant) -> bool:
    """The method vouches for the groups of one of the tiers alone, so that no caller of it has two."""
    methods = [method for method in of.program.platform.methods if method.name in mutant.changes[0].where]
    rewrite = mutant.rewrite
    if len(methods) != 1 or rewrite is None or not isinstance(rewrite.node, ListLit):
        return False
    named = {item.value for item in rewrite.node.items if isinstance(item, Str)}
    projected = {tier.projected for tier in of.program.tiers}
    vouched = [
        tier for tier in of.program.tiers if any(vouches_for_group(methods[0], group, projected) for group in tier.members.groups)
    ]
    return named <= {one for tier in of.program.tiers for one in (tier.name, tier.entry.key)} and len(vouched) < 2


def apart(of: Platform, mutant: Mutant) -> bool:
    """No credential is for both methods: what stands before them in the header differs."""
    names = {change.where[-2] for change in mutant.changes}
    priorities = {change.value for change in mutant.changes}
    policy = _at(of, mutant.changes[0].where[:2])["spec"]["rules"]["authentication"]
    met = [name for name, rule in policy.items() if name in names or rule["priority"] in priorities]
    prefixes = [
        kind.prefix for method in of.program.platform.methods if method.name in met for kind in credentials_of(method)[:1]
    ]
    return len(prefixes) == len(set(prefixes))


def intruder(_: Platform, mutant: Mutant) -> bool:
    """Nothing that the policy itself made is called `intruder`: no key, no tier, no path."""
    rewrite = mutant.rewrite
    if rewrite is None:
        return False
    around = rewrite.around[-1] if rewrite.around else None
    match rewrite.node, around:
        case ListLit(), Macro("filter", target, _, Compare("in", _, Ident())):
            return target is rewrite.node
        case ListLit(), Compare("in", Select(_, field), right):
            return right is rewrite.node and field in ("selected_subscription", "tier", "url_path")
        case MapLit(), _:
            return "properties" in mutant.changes[0].where or "authorizationGroups" in mutant.changes[0].where
    return False


def lowest_tier(of: Platform, mutant: Mutant) -> bool:
    """Whoever gets the lowest tier by it keeps a higher one of their own, or is refused because no entry meters them."""
    if mutant.rewrite is None or of.program.platform.attach is not Attach.GATEWAY:
        return False
    other = mutant.rewrite.other
    in_tier = mutant.changes[0].where[-2:] == ("tier", "expression")
    return in_tier and isinstance(other, MapLit) and other.entries[-1] == ("intruder", Str(of.program.tiers[-1].name))


def one_tier(of: Platform, mutant: Mutant) -> bool:
    """Nothing but the caller's one tier is a candidate, so that all candidates are whichever one is."""
    own = of.program.platform.attach is Attach.GATEWAY or all(not model.entries for model in models_of(of, mutant))
    return own and "selected_subscription" in mutant.changes[0].where


def named(_: Platform, mutant: Mutant) -> bool:
    """The AuthPolicy refuses whoever names an entry that is not theirs, so a limit need not ask again."""
    rewrite = mutant.rewrite
    if rewrite is None or "limits" not in mutant.changes[0].where:
        return False
    chain = (*rewrite.around, rewrite.node)
    for outer, inner in itertools.pairwise(chain):
        if isinstance(outer, Ternary) and outer.then is inner and _asks_header(outer.condition):
            return True
    return False


def _asks_header(condition: Expr) -> bool:
    match condition:
        case Ternary(Has(), Compare("in", Str("x-maas-subscription"), _), _):
            return True
        case Compare("in", Str("x-maas-subscription"), _):
            return True
    return False


def said_twice(of: Platform, mutant: Mutant) -> bool:
    """Across the bridge of groups a tier excludes the higher ones as a tier, and once more as what has precedence."""
    limit = next((name for name in mutant.changes[0].where if str(name).startswith("tier-")), None)
    return of.program.platform.bridge is Bridge.GROUPS and limit is not None and _excludes(mutant)


def _excludes(mutant: Mutant) -> bool:
    match mutant.rewrite:
        case None:
            return False
        case Rewrite(All(terms), _, All(kept)):
            return all(isinstance(term, Not) for term in terms if term not in kept)
        case Rewrite(node, around, _):
            return any(isinstance(one, Not) for one in (node, *around))


def same_beginning(_: Platform, mutant: Mutant) -> bool:
    """A path with its query begins as it does without."""
    rewrite = mutant.rewrite
    around = rewrite.around[-1] if rewrite and rewrite.around else None
    return isinstance(around, Method) and around.name == "startsWith" and rewrite is not None and around.target is rewrite.node


def same_policies(of: Platform, mutant: Mutant) -> bool:
    """The two policies say the same, whichever is where."""
    said = [{**_at(of, change.where[:3]), "targetRef": None} for change in mutant.changes]
    return json.dumps(said[0], sort_keys=True) == json.dumps(said[1], sort_keys=True)


def same_strategy(of: Platform, mutant: Mutant) -> bool:
    """A bare policy is one of defaults, and overrides bind only what is below them."""
    spec = mutant.changes[0].value
    policy = _at(of, mutant.changes[0].where[:2])
    below = [
        other
        for _, other in of.documents(policy["kind"])
        if policy["spec"]["targetRef"]["kind"] == "Gateway" and other["spec"]["targetRef"]["kind"] == "HTTPRoute"
    ]
    return isinstance(spec, dict) and ("defaults" in spec or not below)


def denies_anyway(of: Platform, mutant: Mutant) -> bool:
    """Whoever the Gateway's policy lets in, it denies: which denial it is makes no difference."""
    return of.program.platform.attach is Attach.ROUTE and mutant.changes[0].where[0] == "gateway/gateway-auth-policy.yaml"


def elsewhere(of: Platform, mutant: Mutant) -> bool:
    """The condition is about a path that no request for a model has, and where there is no model the AuthPolicy denies."""
    own = str(mutant.changes[0].where[0]).startswith("models/") or of.program.platform.attach is Attach.GATEWAY
    return own and mutant.changes[0].where[-1] == "when"


def always(_: Platform, __: Mutant) -> bool:
    """Rules of one phase all hold, in any order; names of limits and policies, and the order of counters, mean nothing."""
    return True


def nobody_is_named(_: Platform, mutant: Mutant) -> bool:
    """No binding is to a user, so that whom the review is about makes no difference."""
    return mutant.changes[0].where[-1] == "user"


_ANYWHERE: Final[tuple[Excuse, ...]] = (out_of_reach, sole_entry)

# What may excuse the survivors of an operator, beside that nobody may call the model.
EXCUSES: Final[dict[str, tuple[Excuse, ...]]] = {
    "a name less in a list": (overtaken, metered_anyway, only_tiers, padded, *_ANYWHERE),
    "a name more in a list": (intruder, first_only, *_ANYWHERE),
    "a list turned around": (searched_only, one_tier, only_tiers, unvouched, *_ANYWHERE),
    "a string renamed": (refused, out_of_reach, named, said_twice, overtaken, only_tiers),
    "a string emptied": (refused, out_of_reach, named, said_twice, overtaken, only_tiers),
    "a key more in a map": (intruder, lowest_tier, stranger, *_ANYWHERE),
    "a key less in a map": _ANYWHERE,
    "a comparison flipped": (out_of_reach, named, said_twice),
    "a negation dropped": (out_of_reach, named, said_twice),
    "a condition negated": (out_of_reach,),
    "a condition made constant": (refused, out_of_reach, only_entry, covered),
    "and for or": (refused, out_of_reach, named, said_twice),
    "a term dropped": (refused, out_of_reach, named, said_twice),
    "all for exists": (refused, no_others, sole_entry, only_tiers, out_of_reach, named, said_twice, one_tier),
    "a filter dropped": (sole_entry, first_entry),
    "another field": (out_of_reach, named, same_beginning),
    "a wider listing": (refused, out_of_reach),
    "targets swapped": (same_policies,),
    "overrides": (same_strategy,),
    "defaults": (same_strategy,),
    "a condition of a policy": (elsewhere,),
    "no conditions": (only_entry,),
    "a condition less": (refused, out_of_reach, only_entry),
    "a limit less": (out_of_reach,),
    "one more": (beyond_reach, out_of_reach),
    "one less": (out_of_reach,),
    "another unit": (beyond_reach, out_of_reach),
    "a window of nothing": (beyond_reach, out_of_reach),
    "a rate less": (beyond_reach, out_of_reach),
    "a counter less": (one_entry, beyond_reach, out_of_reach),
    "a counter more": (beyond_reach,),
    "counters turned around": (always,),
    "a limit renamed": (always,),
    "a policy renamed": (always,),
    "priorities swapped": (denies_anyway, apart),
    "another audience": (denies_anyway,),
    "a method less": (denies_anyway,),
    "an authorization less": (covered,),
    "authorizations reordered": (always,),
    "another access review": (nobody_is_named,),
}


def excuse(operator: str, of: Platform, mutant: Mutant) -> str | None:
    """Give the reason why nobody can tell a mutant of an operator from the original, if one is claimed."""
    for claimed in (*EXCUSES.get(operator, ()), nobody):
        if claimed(of, mutant):
            return claimed.__doc__
    return None
