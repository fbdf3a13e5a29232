"""Limits as the filter evaluates them: whether one applies, with which counter values, and what Limitador is then asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from compiler.diagnostics.model import Place
from compiler.engines.base import Failure
from compiler.gateway.effective import EffectiveLimit
from compiler.gateway.evaluate import Dialect, Evaluator, InconclusiveError
from compiler.gateway.gotext import stringified
from compiler.gateway.limitador import Counted, CounterId, LimitId, Unit
from compiler.gateway.metadata import filter_roots
from compiler.gateway.policies import Cel, Rate
from compiler.gateway.release import Release


class View(Struct, frozen=True):
    """What the expressions of limits see at one moment."""

    release: Release
    request: Mapping[str, object]
    metadata: Mapping[str, object] | None

    @property
    def dialect(self) -> Dialect:
        """Give how the release departs from CEL."""
        release = self.release
        return Dialect(release.substring_in, release.null_range_crashes, release.null_index)

    def roots(self, cel: Cel) -> dict[str, object]:
        """Give the roots for one text."""
        return filter_roots(cel, self.release, self.request, self.metadata)


class Matched(Struct, frozen=True):
    """A limit that applies to a request, one of its rates.

    `limit` units in `seconds`, counted apart for each value of `counters` (expression and value). `enforced` tells
    whether it is certain to be looked at before the request is passed on; `exceeded` whether it is used up.
    """

    policy: str
    name: str
    unit: Unit
    limit: int
    seconds: int
    counters: tuple[tuple[str, str], ...]
    enforced: bool
    exceeded: bool
    counted: Counted
    place: Place


class Applying(Struct, frozen=True):
    """A limit whose predicates hold, and the values of its counters or why they have none."""

    limit: EffectiveLimit
    values: tuple[str, ...] | Failure


def applies(predicates: Sequence[Cel], view: View, evaluator: Evaluator) -> bool | Failure:
    """Tell whether all predicates hold, in the way of the release."""
    failure: Failure | None = None
    for predicate in predicates:
        held = evaluator.holds(predicate, view.roots(predicate), view.dialect)
        if held is False:
            return False
        if isinstance(held, Failure):
            if not view.release.absorbing:
                return held
            failure = failure or held
    return failure or True


def applying(limit: EffectiveLimit, view: View, evaluator: Evaluator) -> Applying | Failure | None:
    """Give a limit that applies, an error of its predicates, or None when it does not apply."""
    held = applies(limit.predicates, view, evaluator)
    if isinstance(held, Failure):
        return held
    return Applying(limit, _values(limit, view, evaluator)) if held else None


def _values(limit: EffectiveLimit, view: View, evaluator: Evaluator) -> tuple[str, ...] | Failure:
    found: list[str] = []
    for counter in limit.counters:
        outcome = evaluator.ask(counter, view.roots(counter), view.dialect)
        text = outcome if isinstance(outcome, Failure) else _text(outcome.value, view.release)
        if isinstance(text, Failure):
            return text
        found.append(text)
    return tuple(found)


def _text(value: object, release: Release) -> str | Failure:
    if value is None or isinstance(value, bool):
        written = "null" if value is None else str(value).lower()
        return written if release.scalar_counters else Failure("a counter is null or a boolean")
    if isinstance(value, (str, int, float)):
        return stringified(value)
    return Failure("a counter is a list or a map")


def heard(limit: EffectiveLimit) -> bool:
    """Tell whether Limitador finds the counters under the names it looks for: the trimmed texts, backslashes decoded."""
    return all(counter.text == counter.text.strip() and "\\" not in counter.text for counter in limit.counters)


def told_apart(limit: EffectiveLimit) -> tuple[Rate, ...]:
    """Give the rates of a limit by their seconds, which is all that Limitador tells them apart by.

    Raises:
        InconclusiveError: two have one number of seconds and not one amount.
    """
    found: dict[int, Rate] = {}
    for rate in limit.rates:
        if found.setdefault(rate.seconds, rate).limit != rate.limit:
            reason = f"the limit `{limit.name}` has two rates for one window, of which Limitador keeps one that is not known"
            raise InconclusiveError(reason, rate.place)
    return tuple(found.values())


def calls(route: str, unit: Unit, found: Applying) -> Iterator[tuple[Counted, Matched]]:
    """Give what Limitador counts for a limit.

    Raises:
        InconclusiveError: two rates have one number of seconds, and Limitador keeps only one of them.
    """
    if isinstance(found.values, Failure) or not heard(found.limit):
        return
    limit = found.limit
    values = dict(zip((counter.text for counter in limit.counters), found.values, strict=True))
    variables = tuple(sorted(values))
    for rate in told_apart(limit):
        identity = LimitId(route, unit, limit.policy, limit.name, rate.seconds, variables)
        counted = Counted(CounterId(identity, tuple(values[name] for name in variables)), rate.limit)
        yield (
            counted,
            Matched(
                policy=limit.policy,
                name=limit.name,
                unit=unit,
                limit=rate.limit,
                seconds=rate.seconds,
                counters=tuple((name, values[name]) for name in variables),
                enforced=True,
                exceeded=False,
                counted=counted,
                place=rate.place,
            ),
        )
