"""Writes a first suite from a configuration: its boundary callers, what they get today, and each budget at its boundary.

What it says is what the configuration means, so it passes as it is; it is worth something once somebody has read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.count import counted
from compiler.diagnostics.model import Place
from compiler.explain.question import Question
from compiler.intent.intent import Intent
from compiler.program.decide import Decision, candidates_of, decide
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Model, Program, Rate, Tier
from compiler.program.mentioned import subjects
from compiler.program.methods import Method, TierToken, binds
from compiler.program.words import window
from compiler.suites.case import Metered
from compiler.suites.judge import spelt_limits, spelt_place
from compiler.suites.meter import meant
from compiler.suites.model import CHAT, LISTING
from compiler.suites.probes import Probes
from compiler.suites.representatives import MOST_CASES, telling, unlike
from compiler.suites.resolve import REFUSED
from compiler.suites.rows import flow
from compiler.suites.series import steps

_PASSED = 200
# Each caller asks each model for a completion and for the listing.
_PATHS = 2
_HEAD = """\
# Written by `maasc test --init`: what the configuration means today. Read it, and correct what was not intended.
description: Who may call which model, and which budget they use
"""


class Starter(Struct, frozen=True, dict=True):
    """Makes the suite of a configuration."""

    program: Program
    intent: Intent
    most: int = MOST_CASES

    @property
    def left_out(self) -> str | None:
        """Say which models and callers have no case, because there would be too many; None where all have."""
        models = len(self.program.models) - len(self._models)
        callers = len(self._everybody(self._models)) - len(self._callers)
        if not models and not callers:
            return None
        parts = [f"{counted(models, 'model')} of {len(self.program.models)}"] if models else []
        parts += [f"{counted(callers, 'caller')} of {callers + len(self._callers)}"] if callers else []
        return f"left out, so that it can be read: {' and '.join(parts)}; add those that matter to you"

    def text(self) -> str:
        """Give the text of the suite."""
        lines = [_HEAD, *([f"# {self.left_out}\n"] if self.left_out else []), "callers:\n"]
        lines += [f"  {flow(name)}: {flow(spec)}\n" for name, (spec, _) in self._callers.items()]
        models = "*" if len(self._models) == len(self.program.models) else [self._spelt(model) for model in self._models]
        matrix = flow({"callers": "*", "models": models, "paths": [CHAT, LISTING]})
        lines.append(f"\n# Whatever is not listed below must be refused.\nmatrix: {matrix}\n\n")
        rows = [*self._rows(CHAT), *self._rows(LISTING), *self._headers()]
        lines += ["expect:\n", *(f"  - {flow(row)}\n" for row in rows)] if rows else []
        metering = list(self._metering())
        lines += ["\nmetering:\n", *(f"  - {flow(one)}\n" for one in metering)] if metering else []
        return "".join(lines)

    @cached_property
    def _models(self) -> tuple[Model, ...]:
        """Give the models that are asked about: all, or one of each kind where that would be too many cases."""
        models = self.program.models
        return models if self._fit(models, self._everybody(models)) else unlike(models)

    @cached_property
    def _callers(self) -> Mapping[str, _Named]:
        """Give the callers who ask: all, or one for each way to be answered where that would be too many cases."""
        everybody = self._everybody(self._models)
        if self._fit(self._models, everybody):
            return everybody
        return telling(everybody, lambda one: self._answers(one[1]), self.most // (_PATHS * len(self._models)))

    def _fit(self, models: Sequence[Model], callers: Mapping[str, _Named]) -> bool:
        return _PATHS * len(models) * len(callers) <= self.most

    def _answers(self, caller: Caller) -> tuple[object, ...]:
        decisions = (_decided(self._asks(caller, model)) for model in self._models)
        return (caller.method, *((one.status, one.reason, one.selected) for one in decisions))

    def _everybody(self, models: Sequence[Model]) -> Mapping[str, _Named]:
        """Give each caller by name, as the suite spells it and as what it comes to."""
        methods = self.program.platform.methods
        plain = [method for method in methods if not isinstance(method, TierToken) and not binds(method)]
        first = next(iter(plain), methods[0])
        found: dict[str, _Named] = {"nobody": ({"credential": "none"}, Caller(None))}

        def add(name: str, groups: Sequence[str] = (), user: str | None = None, method: Method = first) -> None:
            spec: dict[str, object] = {"user": user} if user is not None else {}
            spec |= {"groups": list(groups)} if groups else {}
            spec |= {"method": method.name} if method is not methods[0] else {}
            found.setdefault(name, (spec, Caller(method, tuple(groups), user)))

        add("in-no-group")
        for group in self._groups(models):
            add(f"only-{_slug(group)}", (group,))
        for user in dict.fromkeys(user for model in models for user in self._probes.users(model)):
            add(f"only-the-user-{_slug(user)}", user=user)
        for lower, higher in self._steps(models):
            add(f"{_slug(lower)}-and-{_slug(higher)}", (lower, higher))
        for groups, named in self._needing_access(first, models):
            add("-and-".join(_slug(one) for one in (*([named] if named else []), *groups)), groups, user=named)
        for method in methods:
            for tier in self.program.tiers if isinstance(method, TierToken) else ():
                add(f"service-account-of-{tier.name}", (tier.projected,), method=method)
        return found

    @cached_property
    def _probes(self) -> Probes:
        return Probes(self.program, self.intent)

    def _groups(self, models: Sequence[Model]) -> tuple[str, ...]:
        """Give every group that some policy mentions and that a provider puts people into."""
        projected = {tier.projected for tier in self.program.tiers}
        asked = subjects(replace(self.program, models=tuple(models)))
        return tuple(dict.fromkeys(group for one in asked for group in one.groups if group not in projected))

    def _steps(self, models: Sequence[Model]) -> Iterator[tuple[str, str]]:
        """Give a group of each tier or entry, and one of the next higher."""
        tiers: list[Tier] = [tier for tier in reversed(self.program.tiers) if tier.groups]
        yield from ((lower.groups[0], higher.groups[0]) for lower, higher in pairwise(tiers))
        for model in models:
            owners = [entry.subjects.groups[0] for entry in reversed(model.entries) if entry.subjects.groups]
            top = [tiers[-1].groups[0]] if tiers else []
            yield from ((low, high) for low, high in zip([*top, *owners], owners, strict=False) if low != high)

    def _needing_access(self, method: Method, models: Sequence[Model]) -> Iterator[tuple[tuple[str, ...], str | None]]:
        """Give those who own an entry on a model that they reach by something else only: groups, and a user or None."""
        for model in models:
            opening = [group for grant in model.grants for group in grant.subjects.groups]
            opening += [tier.groups[0] for tier in self.program.tiers if tier.name in model.tiers and tier.groups]
            for entry in model.entries if opening else ():
                for group in entry.subjects.groups:
                    if _decided(self._asks(Caller(method, (group,)), model)).status != _PASSED:
                        yield (group, opening[0]), None
                for user in entry.subjects.users:
                    if _decided(self._asks(Caller(method, (), user), model)).status != _PASSED:
                        yield (opening[0],), user

    def _asks(self, caller: Caller, model: Model, path: str = CHAT, headers: Mapping[str, str] | None = None) -> Question:
        target = model.listing_path if path == LISTING else None
        return self._probes.asks(model, caller.method, caller.groups, caller.user, headers or {}, target)

    def _rows(self, path: str) -> Iterator[Mapping[str, object]]:
        """Give a row for each entitlement: who is metered by it, on which models."""
        by_answer: dict[tuple[object, ...], dict[str, list[str]]] = {}
        for model in self._models:
            for name, (_, caller) in self._callers.items():
                decision = _decided(self._asks(caller, model, path))
                if decision.status in REFUSED:
                    continue
                key = (
                    decision.status,
                    spelt_place(decision.because[-1]),
                    decision.selected,
                    spelt_limits(decision),
                    decision.reason,
                )
                by_answer.setdefault(key, {}).setdefault(name, []).append(self._spelt(model))
        for (status, because, selected, limits, reason), answered in by_answer.items():
            for models, callers in _together(answered):
                row: dict[str, object] = {"caller": _one_or_more(callers), "model": _one_or_more(models)}
                row |= {"path": path} if path != CHAT else {}
                row |= {"status": status, "selected": selected, "reason": reason}
                yield row | {"because": because, "limits": limits}

    def _headers(self) -> Iterator[Mapping[str, object]]:
        """Give rows in which headers choose an entry, or say what they must not, for each method and all alike models."""
        models_of: dict[tuple[str, str, str, Decision], list[str]] = {}
        for model in self._models:
            for method in self.program.platform.methods:
                by_method = [(name, caller) for name, (_, caller) in self._callers.items() if caller.method == method]
                if not by_method:
                    continue
                name, caller = max(by_method, key=lambda pair: self._rank(pair[1], model))
                chosen = [(SUBSCRIPTION_HEADER, key) for key in (*self._entries(caller, model), "no-such-entry")]
                for header, value in (*chosen, *((header, "somebody") for header in IDENTITY_HEADERS)):
                    decision = _decided(self._asks(caller, model, headers={header: value}))
                    plain = replace(decision, because=(), limits=())
                    models_of.setdefault((name, header, value, plain), []).append(self._spelt(model))
        for (name, header, value, decision), models in models_of.items():
            row: dict[str, object] = {"caller": name, "model": _one_or_more(models), "headers": {header: value}}
            row |= {"status": decision.status, "reason": decision.reason}
            yield row | ({"selected": decision.selected} if decision.selected is not None else {})

    def _rank(self, caller: Caller, model: Model) -> tuple[bool, int]:
        """Prefer callers who are let in, and of those the ones with a choice."""
        return _decided(self._asks(caller, model)).status == _PASSED, len(self._entries(caller, model))

    def _entries(self, caller: Caller, model: Model) -> list[str]:
        question = self._asks(caller, model)
        tier = self.program.tier_of(question.caller.groups)
        return [entry.key for entry in candidates_of(self.program, model, question.caller, tier)]

    def _metering(self) -> Iterator[Mapping[str, object]]:
        """Give each window of each budget once: calls up to its boundary, and the first beyond it."""
        seen: set[tuple[Place, str]] = set()
        for model in self._models:
            for name, (_, caller) in self._callers.items():
                question = self._asks(caller, model)
                decision = _decided(question)
                entry = next((one for one in self.program.precedence(model) if one.key == decision.selected), None)
                if decision.status != _PASSED or entry is None:
                    continue
                for unit, rates in (("tokens", entry.budget.tokens), ("requests", entry.budget.requests)):
                    if (entry.origin, unit) not in seen:
                        seen.add((entry.origin, unit))
                        yield from self._boundaries(name, question, unit, rates)

    def _boundaries(self, name: str, question: Question, unit: str, rates: Sequence[Rate]) -> Iterator[Mapping[str, object]]:
        for index, rate in enumerate(rates):
            series, every = boundary(unit, rates[:index], rate)
            if series is None:
                continue
            place = Place("")
            turns = (question,)
            found = meant(Metered("", "", place, turns, steps(series), every, 1, reported=True, ok=0, limited=0), self.program)
            row: dict[str, object] = {"name": f"{rate.limit} {unit} in {window(rate.seconds)}", "caller": name}
            row |= {"model": self._spelt(question.model), "series": series, "every": window(every)}
            yield row | {"expect": {"ok": found.ok, "limited": found.limited}}

    def _spelt(self, model: Model) -> str:
        return model.name if model.namespace == self.intent.platform.spec.model_namespace else model.id


class Caller(Struct, frozen=True):
    """A caller before it asks anything; without a method it has no credential."""

    method: Method | None
    groups: tuple[str, ...] = ()
    user: str | None = None


# A caller as the suite spells it, and as what it comes to.
_Named = tuple[Mapping[str, object], Caller]


def boundary(unit: str, shorter: Sequence[Rate], rate: Rate) -> tuple[str | None, int]:
    """Give a series that uses a window up to its last unit and two calls more, and the seconds of its steps.

    Steps are as long as the longest of the `shorter` windows, so that those begin anew; None where it would take too long.
    """
    every = max((one.seconds for one in shorter), default=1)
    most = min((one.limit for one in shorter), default=rate.limit)
    if unit == "requests":
        return (
            (f"1x{rate.limit + 2}", every)
            if rate.limit < _MOST_CALLS and (rate.limit + 2) * every <= rate.seconds
            else (None, every)
        )
    full, rest = divmod(max(rate.limit - 1, 0), max(most, 1))
    parts = [*([f"{most}x{full}"] if full else []), *([f"{rest}x1"] if rest else []), "1x2"]
    return (" ".join(parts), every) if full < _MOST_CALLS and (full + 3) * every <= rate.seconds else (None, every)


# Calls of one series that a starter writes; more would take longer than a first try should.
_MOST_CALLS = 500


def _decided(question: Question) -> Decision:
    return decide(question.program, question.caller, question.request)


def _together(models_of: Mapping[str, Sequence[str]]) -> Iterable[tuple[tuple[str, ...], list[str]]]:
    """Gather the callers who have the same models."""
    found: dict[tuple[str, ...], list[str]] = {}
    for caller, models in models_of.items():
        found.setdefault(tuple(models), []).append(caller)
    return found.items()


def _one_or_more(names: Sequence[str]) -> object:
    return names[0] if len(names) == 1 else list(names)


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "x"
