"""Where two sides answer otherwise, as a formula for each reason that is known, and one for what none explains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from compiler.adopt.maas_api import MaasApi
from compiler.adopt.proof.api import several
from compiler.adopt.proof.outcome import Outcome
from compiler.adopt.verdict import Reason
from compiler.program.ir import IDENTITY_HEADERS, LISTING_SUFFIX, SUBSCRIPTION_HEADER, Model
from compiler.program.methods import RESERVED_PREFIX
from compiler.prove.formula import FALSE, TRUE, Fact, Formula
from compiler.prove.terms import Terms
from compiler.prove.world import TARGET, World, header_value

# Unit, limit and seconds of a window.
_WITHOUT_SHARING: Final = 3
# No subscription is called so.
_NO_NAME: Final = "/"


class About(Struct, frozen=True):
    """What is known of a model: whether today's policies look at the header for a subscription, and all windows it may have."""

    model: Model
    looks: bool
    windows: frozenset[tuple[str, int, int]]
    api: MaasApi
    of_cluster: bool = True


def differing(terms: Terms, today: Outcome, then: Outcome) -> Formula:
    """Tell where one side lets through and the other does not, or both do with other windows."""
    otherwise = terms.any(terms.differ(*_pair(today, then, window)) for window in {**today.windows, **then.windows})
    return terms.either(terms.differ(today.passes, then.passes), terms.all((today.passes, then.passes, otherwise)))


def _pair(today: Outcome, then: Outcome, window: tuple[str, int, int, bool]) -> tuple[Formula, Formula]:
    return today.windows.get(window, FALSE), then.windows.get(window, FALSE)


def reasons(of: World, today: Outcome, then: Outcome, about: About) -> Mapping[Reason, Formula]:
    """Give where each reason explains a difference, in the order in which they are tried."""
    terms = of.terms
    asked = of.has_header(SUBSCRIPTION_HEADER)
    every = {**today.windows, **then.windows}
    fewer = terms.all(terms.either(-_pair(today, then, one)[1], _pair(today, then, one)[0]) for one in every)
    more = terms.all(terms.either(-_pair(today, then, one)[0], _pair(today, then, one)[1]) for one in every)
    unmetered = terms.all(-where for where in today.windows.values())
    told = terms.all(-where for one, where in today.windows.items() if one[:_WITHOUT_SHARING] not in about.windows)
    brought = terms.any(of.has_header(name) for name in IDENTITY_HEADERS)
    parts = terms.any(terms.fact(fact) for fact in list(terms.facts()) if fact.kind == "part")
    reserved = FALSE if about.of_cluster else terms.any(map(terms.fact, _reserved(terms)))
    through = terms.both(today.passes, then.passes)

    def on(wanted: Callable[[str], bool]) -> Formula:
        return terms.any(of.is_target(one) for one in of.targets if wanted(one))

    def ending(path: str) -> bool:
        return path.endswith(LISTING_SUFFIX) and path.partition("?")[0] != about.model.listing_path

    return {
        "identity": terms.both(brought, -then.passes),
        "header": FALSE if about.looks else asked,
        "empty": terms.switch(header_value(SUBSCRIPTION_HEADER), {"": TRUE}, FALSE),
        "qualified": terms.all((today.passes, -then.passes, _names(terms, today, about.api))),
        "several": terms.all((-today.passes, then.passes, -asked, _several(of, today, then, about))),
        "bare": terms.all((-today.passes, then.passes, on(lambda path: path.startswith(f"{about.model.prefix}?")))),
        "listing": terms.all((through, fewer, on(lambda path: path.partition("?")[0] == about.model.listing_path))),
        "ending": terms.all((today.passes, more, on(lambda path: "?" not in path and ending(path)))),
        "query": terms.all((today.passes, more, on(lambda path: "?" in path and ending(path)))),
        "unmetered": terms.both(today.passes, unmetered),
        "overlap": terms.all((through, told, fewer)),
        # Whatever else is wrong shows without a comma as well.
        "other": terms.both(-parts, -reserved),
        "reserved": -parts,
        "comma": TRUE,
    }


def _reserved(terms: Terms) -> Iterator[Fact]:
    """Give the names that Kubernetes keeps to itself, as far as any formula speaks of them."""
    for fact in list(terms.facts()):
        if fact.kind in ("group", "username") and fact.name.startswith(RESERVED_PREFIX):
            yield fact


def _names(terms: Terms, today: Outcome, api: MaasApi) -> Formula:
    """Tell which requests name a subscription together with its namespace, and would be refused if they named none that is."""
    names = {f"{one.namespace}/{one.name}": TRUE for one in api.subscriptions}
    named = header_value(SUBSCRIPTION_HEADER)
    return terms.both(terms.switch(named, names, FALSE), -terms.at(today.passes, named, _NO_NAME))


def _several(of: World, today: Outcome, then: Outcome, about: About) -> Formula:
    """Tell who has several subscriptions, and gets through today once they name the one that they get from now on.

    What else counts them then is another matter.
    """
    terms, names = of.terms, {about.model.id, about.model.id.partition("/")[2]}
    default = _asking(of, then, None)
    named = [_asking(of, today, one.name) for one in about.api.subscriptions if one.models & names]
    same = terms.any(terms.both(one.passes, terms.all(_at_least(terms, one, default))) for one in named)
    return terms.all((several(terms, about.api), default.passes, same))


def _at_least(terms: Terms, one: Outcome, other: Outcome) -> Iterator[Formula]:
    for window, where in other.windows.items():
        yield terms.either(-where, one.windows.get(window, FALSE))


def _asking(of: World, outcome: Outcome, wanted: str | None) -> Outcome:
    """Give what usual requests come to that ask for a subscription, or for none."""

    def then(where: Formula) -> Formula:
        usual = of.terms.at(where, TARGET, of.targets[0])
        return of.terms.at(usual, header_value(SUBSCRIPTION_HEADER), wanted)

    return Outcome(then(outcome.passes), {window: then(where) for window, where in outcome.windows.items()})
