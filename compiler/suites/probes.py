"""Boundary callers: who is just inside and just outside of whatever a model's policies mention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

from msgspec import Struct
from msgspec.structs import replace

from compiler.explain.question import Question
from compiler.intent.intent import Intent
from compiler.program.backends import InferenceService
from compiler.program.decide import Caller, Request, candidates_of, decide
from compiler.program.ir import IDENTITY_HEADERS, SUBSCRIPTION_HEADER, Model, Program
from compiler.program.keys import EVERY_MODEL
from compiler.program.methods import Method, TierToken, binds, bound_as, vouches_for_group, vouches_for_user
from compiler.suites.case import Metered

_PASSED = 200
_COMPLETIONS = "/v1/chat/completions"
_NO_ENTRY = "no-such-entry"
_UNCONFIGURED = "deployed-without-a-policy"
# Groups of one model up to which every pair of them is tried.
_MOST_PAIRED = 24

Headers = Mapping[str, str]
_NONE: Headers = {}


class Probes(Struct, frozen=True):
    """Makes the boundary callers of models; `anybody` is a user whom the configuration does not name."""

    program: Program
    intent: Intent
    anybody: str = "somebody"

    def of(self, model: Model) -> Iterator[Question]:
        """Give the callers of a model, the plainest first: those who are one thing only, then those who are two."""
        yield from self.alone(model)
        yield from self.pairs(model)

    def alone(self, model: Model) -> Iterator[Question]:
        """Give the callers without a credential, in no group, in one group, and named; then the same with headers."""
        yield self.asks(model, None)
        for method in self.program.platform.methods:
            alone = self._alone(model, method)
            for groups, user in alone:
                yield self.asks(model, method, groups, user)
                yield self.asks(model, method, groups, user, path=model.listing_path)
            for groups, user in alone:
                for headers in self._headers(model):
                    yield self.asks(model, method, groups, user, headers)

    def _alone(self, model: Model, method: Method) -> list[tuple[tuple[str, ...], str | None]]:
        in_groups = [((group,), None) for group in self.groups(model, method)]
        return [((), None), *in_groups, *(((), user) for user in self.users(model))]

    def pairs(self, model: Model) -> Iterator[Question]:
        """Give the callers in two groups, or in a group and named, without a header and with each entry they may name."""
        for method in self.program.platform.methods:
            groups = self.groups(model, method)
            both: list[tuple[tuple[str, ...], str | None]]
            both = [(pair, None) for pair in (combinations(groups, 2) if len(groups) <= _MOST_PAIRED else pairwise(groups))]
            both += [((group,), user) for user in self.users(model) for group in groups]
            for together, user in both:
                plain = self.asks(model, method, together, user)
                yield plain
                tier = self.program.tier_of(plain.caller.groups)
                for entry in candidates_of(self.program, model, plain.caller, tier):
                    yield self.asks(model, method, together, user, {SUBSCRIPTION_HEADER: entry.key})

    def groups(self, model: Model, method: Method) -> tuple[str, ...]:
        """Give the groups that matter for a model and that a credential of the method carries."""
        if isinstance(method, TierToken):
            return tuple(tier.projected for tier in self.program.tiers)
        subjects = [grant.subjects for grant in model.grants] + [entry.subjects for entry in self.program.precedence(model)]
        groups = dict.fromkeys(group for one in subjects for group in one.groups)
        return tuple(group for group in groups if vouches_for_group(method, group, ()))

    def users(self, model: Model) -> tuple[str, ...]:
        """Give the users that a model's policies name."""
        subjects = [grant.subjects for grant in model.grants] + [entry.subjects for entry in model.entries]
        return tuple(dict.fromkeys(user for one in subjects for user in one.users))

    def _headers(self, model: Model) -> Iterator[Headers]:
        for entry in self.program.precedence(model):
            yield {SUBSCRIPTION_HEADER: entry.key}
        yield {SUBSCRIPTION_HEADER: _NO_ENTRY}
        for name in IDENTITY_HEADERS:
            yield {name: "somebody"}

    def asks(  # noqa: PLR0913, PLR0917 - a caller and a request
        self,
        model: Model,
        method: Method | None,
        groups: tuple[str, ...] = (),
        user: str | None = None,
        headers: Headers = _NONE,
        path: str | None = None,
    ) -> Question:
        """Give the question of one caller."""
        caller = Caller(None)
        if method is not None:
            projected = {tier.projected for tier in self.program.tiers}
            counted = frozenset(group for group in groups if vouches_for_group(method, group, projected))
            caller = Caller(method.name, user if user and vouches_for_user(method, user) else self.anybody, counted)
            if binds(method):
                # What others ask for in the header such a credential is bound to.
                asked = headers.get(SUBSCRIPTION_HEADER, "")
                headers = {name: value for name, value in headers.items() if name != SUBSCRIPTION_HEADER}
                bound = asked if bound_as(method, asked) is not None else ""
                caller = replace(caller, bound=bound, models=frozenset((EVERY_MODEL,)))
        request = Request(model.id, path or model.prefix + _COMPLETIONS, headers)
        return Question(self.program, self.intent, model, method, caller, groups, user is not None, request, ())


def alternating(probes: Probes, model: Model) -> Iterator[Metered]:
    """Give series in which one caller uses two entries of one budget in turn, which count apart."""
    program = probes.program
    seen: set[tuple[str, str]] = set()
    for question in probes.pairs(model):
        if question.request.headers or decide(program, question.caller, question.request).status != _PASSED:
            continue
        candidates = candidates_of(program, model, question.caller, program.tier_of(question.caller.groups))
        for one, other in combinations(candidates, 2):
            limits = [rate.limit for rate in one.budget.tokens]
            if one.budget.tokens == other.budget.tokens and limits and min(limits) and (one.key, other.key) not in seen:
                seen.add((one.key, other.key))
                named = [{SUBSCRIPTION_HEADER: entry.key} for entry in (one, other)]
                turns = tuple(replace(question, request=replace(question.request, headers=headers)) for headers in named)
                yield Metered("", "", model.origin, turns, (min(limits),) * 2, 1, 1, reported=True, ok=2, limited=0)


def strange(probes: Probes) -> Iterator[Question]:
    """Give callers of a model that runs in the cluster and that the configuration does not know."""
    program = probes.program
    namespace = program.models[0].namespace if program.models else "default"
    place = program.platform.origin
    model = Model(namespace, _UNCONFIGURED, InferenceService(_UNCONFIGURED), (), (), (), place)
    if program.model(model.id) is None:
        yield probes.asks(model, None)
        yield from (probes.asks(model, method) for method in program.platform.methods)
