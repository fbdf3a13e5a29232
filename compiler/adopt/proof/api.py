"""What the MaaS API answers, over all callers and requests at once: the same as `maas_api` answers for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.adopt.maas_api import ALLOWED, KEY, SUBSCRIPTION, TIER, MaasApi, Owned
from compiler.program.ir import SUBSCRIPTION_HEADER
from compiler.prove import world
from compiler.prove.algebra import text
from compiler.prove.formula import FALSE, TRUE, Formula
from compiler.prove.terms import Terms
from compiler.prove.values import Alternative, Field, Item, Record, Text
from compiler.prove.values import Sequence as Listed
from compiler.prove.world import header_value


def owns(terms: Terms, one: Owned) -> Formula:
    """Tell who owns a subscription, or whom a policy is for."""
    groups = (terms.fact(world.group(group)) for group in sorted(one.groups))
    return terms.any([*groups, *(terms.fact(world.username(user)) for user in sorted(one.users) if user)])


def several(terms: Terms, api: MaasApi) -> Formula:
    """Tell who owns more than one subscription."""
    found, one = FALSE, FALSE
    for owned in (owns(terms, each) for each in api.subscriptions):
        found = terms.either(found, terms.both(one, owned))
        one = terms.either(one, owned)
    return found


def answers(terms: Terms, api: MaasApi, model: str) -> Record:
    """Give what the API would say of each caller of a model (`namespace/name`)."""
    tiers: list[tuple[Formula, str]] = []
    rest = TRUE
    for name, groups in api.tiers:
        mine = terms.any(terms.fact(world.group(group)) for group in sorted(groups))
        tiers.append((terms.both(rest, mine), name))
        rest = terms.both(rest, -mine)
    today = [one for one in api.subscriptions if model in one.models]
    allowed = terms.any(owns(terms, one) for one in api.policies if model in one.models)
    at_first = _chosen(terms, [(one, (one.name,)) for one in api.subscriptions])
    keyed = _chosen(terms, [(one, (f"{one.namespace}/{one.name}", one.name)) for one in today])
    said = {
        TIER: tiers,
        SUBSCRIPTION: [(where, one.name) for where, one in at_first],
        KEY: [(where, f"{one.namespace}/{one.name}@{model}") for where, one in keyed],
        ALLOWED: [(allowed, "true")],
    }
    return Record("auth.identity.user.extra", {name: _field(terms, choices) for name, choices in said.items()}, closed=True)


def _chosen(terms: Terms, known: Sequence[tuple[Owned, tuple[str, ...]]]) -> Iterable[tuple[Formula, Owned]]:
    """Choose among what callers own: what the header names, or else the only one; never among several."""
    own = [owns(terms, one) for one, _ in known]
    named: list[dict[str | None, Formula]] = [{} for _ in known]
    for wanted in dict.fromkeys(name for _, names in known for name in names):
        rest = TRUE
        for place, (_, names) in enumerate(known):
            if wanted in names:
                named[place][wanted] = terms.both(rest, own[place])
                rest = terms.both(rest, -own[place])
    before, after = _around(terms, own)
    for place, (one, _) in enumerate(known):
        alone = terms.all((own[place], before[place], after[place]))
        cases: dict[str | None, Formula] = {None: alone, "": alone, **named[place]}
        yield terms.switch(header_value(SUBSCRIPTION_HEADER), cases, FALSE), one


def _around(terms: Terms, own: Sequence[Formula]) -> tuple[list[Formula], list[Formula]]:
    """Give for each place whether none of those before, and none of those after, is owned."""
    before, after = [TRUE], [TRUE]
    for one in own:
        before.append(terms.both(before[-1], -one))
    for one in reversed(own):
        after.append(terms.both(after[-1], -one))
    return before[: len(own)], after[::-1][1:]


def _field(terms: Terms, choices: Sequence[tuple[Formula, str]]) -> Field:
    known = tuple((where, name) for where, name in choices if where != FALSE)
    value = Text(known) if known else text("")
    return Field(terms.any(where for where, _ in known), Listed((Alternative(TRUE, (Item(TRUE, value),)),)))
