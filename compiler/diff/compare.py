"""Compares two configurations: every model, every kind of credential, and what stands around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from compiler.diff import kept_keys, keys, platform, words
from compiler.diff.answers import Reader
from compiler.diff.causes import Causes, Clue, kind_of, sections_of
from compiler.diff.cover import TooManyKindsError, kinds
from compiler.diff.credentials import Credentials, credentials
from compiler.diff.edits import Edit, edits
from compiler.diff.findings import Finding, Pair
from compiler.diff.likeness import answering, likeness
from compiler.diff.meaning import Meanings
from compiler.diff.objects import object_changes
from compiler.diff.regions import NOBODY, Region, Regions
from compiler.diff.result import Callers, Diff, Row, merged
from compiler.diff.roster import Person
from compiler.diff.scope import Scope
from compiler.diff.side import Side
from compiler.diff.witness import Asked, witness
from compiler.program.ir import Model
from compiler.program.keys import Key
from compiler.program.mentioned import mentioned
from compiler.prove.formula import Fact

_REVIEW = (("tokenReview",), ("tokenReview",))


@dataclass
class Comparison:
    """One comparison; `outside` gathers what lies outside the scope."""

    base: Side
    head: Side
    roster: Sequence[Person] | None = None
    scope: Scope | None = None
    reader: Reader = field(default_factory=Reader)
    outside: list[str] = field(default_factory=list)
    _known: dict[object, tuple[_Told, ...]] = field(default_factory=dict)

    def run(self) -> Diff:
        """Tell all that has changed, apart from the way there.

        Raises:
            UndecidedError: some difference could not be decided.
        """
        meanings = Meanings(self.base, self.reader), Meanings(self.head, self.reader)
        tokens = self.tokens()
        found = edits(self.base, self.head)
        put_down = Causes(found, (self.base, self.head))
        around = [self._around(row, found) for row in platform.rows(tokens, *meanings)]
        own = [row for ident in self._models() for row in self._model(ident, meanings, tokens, put_down)]
        bearers = [self._bearer(told, found, put_down) for told in self._of_keys(meanings, tokens)]
        rows = merged([*around, *bearers, *own])
        objects = object_changes(self.base, self.head)
        told = {cause for row in rows for cause in row.causes}
        inert = tuple(edit.cause for edit in found if edit.cause not in told)
        if self.scope is not None:
            strange = [one for one in objects if self.scope.models and not self._inside(one.file)]
            self.outside += [f"{one.kind} {one.name} is {one.fate}" for one in strange]
        people = None if self.roster is None else len(self.roster)
        outside = None if self.scope is None else tuple(dict.fromkeys(self.outside))
        return Diff(rows, objects, (), inert, roster=people, outside=outside)

    def _of_keys(self, meanings: tuple[Meanings, Meanings], tokens: Sequence[Credentials]) -> Iterator[keys.Told]:
        yield from keys.changes(*meanings, self.reader.terms)
        if any(self._written(one) for one in tokens):
            yield from kept_keys.changes(*meanings, self.reader.terms)

    def _written(self, tokens: Credentials) -> bool:
        return kept_keys.only_written(tokens, self.base, self.head)

    def tokens(self) -> tuple[Credentials, ...]:
        """Give the kinds of tokens that the two sides tell apart."""
        return credentials(self.base.program.platform.methods, self.head.program.platform.methods)

    @cached_property
    def _tiers(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Give the groups of the tiers that are the same on both sides."""
        first, second = ({tier.name: tier.members.groups for tier in side.program.tiers} for side in (self.base, self.head))
        return tuple(sorted((name, groups) for name, groups in first.items() if second.get(name) == groups))

    def _inside(self, file: str) -> bool:
        """Tell whether an object may differ; of a team's keys the rows tell what that means."""
        folder, _, name = file.removesuffix(".yaml").partition("/")
        if folder == "teams":
            return True
        return folder == "models" and self.scope is not None and self.scope.model(name)

    def _models(self) -> list[str]:
        return sorted({*self.base.models, *self.head.models})

    def _around(self, row: Row, found: Sequence[Edit]) -> Row:
        if self.scope is not None:
            self.outside.append(f"{row.before} -> {row.after} concerns the whole platform")
        meant = [edit for edit in found if not edit.respelt]
        concerned = [edit for edit in meant if edit.section == "platform"] or meant
        words = {word for text in (row.before, row.after) for word in text.replace("`", " ").replace("/", " ").split()}
        near = [edit for edit in concerned if edit.words & words] or concerned
        return replace(row, causes=tuple(sorted(edit.cause for edit in near))[:3])

    def _bearer(self, told: keys.Told, found: Sequence[Edit], put_down: Causes) -> Row:
        row = told.row
        if self.scope is not None:
            reasons = [self.scope.outside_of(model, told.entries, told.people) for model in row.models or ("",)]
            self.outside += [f"{words.callers(row.callers)}: {row.before} -> {row.after}: {why}" for why in reasons if why]
        own = [edit for edit in found if told.edited and any(_is_of(edit, key) for key in told.keys)]
        causes = tuple(sorted(edit.cause for edit in own if not edit.respelt))[:3]
        if not causes:
            names = tuple(name for user, groups in told.people for name in (user, *groups))
            causes = put_down.of(Clue(told.because, frozenset(("teams",)), told.entries, row.models, names))
        people = None
        if self.roster is not None:
            named = {user for user, _ in told.people}
            people = tuple(user for user, _ in self.roster if user in named)
        return replace(row, causes=causes, people=people)

    def _model(
        self, ident: str, meanings: tuple[Meanings, Meanings], tokens: Sequence[Credentials], found: Causes
    ) -> Iterator[Row]:
        models = self.base.models.get(ident), self.head.models.get(ident)
        first, second = (answering(side, model) for side, model in zip((self.base, self.head), models, strict=True))
        if first == second:
            return
        key = likeness(first, second)
        if key not in self._known:
            self._known[key] = tuple(self._findings(ident, models, meanings, tokens))
        for told in self._known[key]:
            yield self._row(replace(told, models=models), found)

    def _findings(
        self,
        ident: str,
        models: tuple[Model | None, Model | None],
        meanings: tuple[Meanings, Meanings],
        tokens: Sequence[Credentials],
    ) -> Iterator[_Told]:
        # Of tokens that another kind of method accepts it is told once, and not model by model.
        both = [one for one in tokens if one.kinds[0] == one.kinds[1] and not self._written(one)]
        regions = Regions(self.reader.terms, *mentioned(side.only(ident) for side in (self.base, self.head)))
        told: list[tuple[Credentials, Finding]] = []
        for one in both:
            if one.base is not None and one.head is not None:
                pair = Pair(*meanings, models, (one.base, one.head), regions)
                told += [(one, finding) for finding in pair.findings()]
        for one, finding, everyone in self._together(told, regions):
            methods = () if everyone or len(both) == 1 else _names(one)
            try:
                described = kinds(regions, finding.callers, finding.allowed)
            except TooManyKindsError:
                described = None
            people = None
            if self.roster is not None:
                people = tuple(user for user, groups in self.roster if regions.has(finding.callers, user, groups))
            callers = Callers(described, finding.asked, finding.first, methods, self._tiers)
            yield _Told(one, finding, models, regions, callers, people)

    def _together(self, told: list[tuple[Credentials, Finding]], regions: Regions) -> Iterator[tuple[Credentials, Finding, bool]]:
        """Tell once what is so for all tokens: a tier token speaks of no groups but the tiers' own, and of the same users."""
        projected = {tier.projected for side in (self.base, self.head) for tier in side.program.tiers}
        silent = [fact for fact in regions.facts if fact.kind == "group" and fact.name not in projected]
        rest = [(one, finding) for one, finding in told if one.kinds != _REVIEW]
        for one, finding in told:
            if one.kinds != _REVIEW:
                continue
            seen = _seen(regions, finding.callers, silent)
            same = [other for other in rest if _alike(other[1], finding) and _seen(regions, other[1].callers, silent) == seen]
            yield one, finding, bool(same) or seen == NOBODY
            rest = [other for other in rest if other not in same]
        for one, finding in rest:
            yield one, finding, False

    def _row(self, told: _Told, found: Causes) -> Row:
        finding, regions = told.finding, told.regions
        sides = (
            Asked(self.base.program, told.models[0], told.credentials.base),
            Asked(self.head.program, told.models[1], told.credentials.head),
        )
        shown, decisions = witness(regions, finding.callers, finding.asked, sides, finding.entries)
        if self.scope is not None:
            why = self.scope.outside(told.model, finding.keys, regions, finding.callers)
            self.outside += [f"{told.model}: {finding.before} -> {finding.after}: {why}"] if why else []
        words = [word for one in told.callers.kinds or () for names in (*one.groups, one.users, one.but) for word in names]
        because = tuple(place for decision in decisions for place in decision.because)
        clue = Clue(
            because, sections_of(decisions), finding.keys, (told.model,), (*words, *shown.groups, shown.user), kind_of(decisions)
        )
        put_down = found.of(clue)
        return Row(finding.changes, (told.model,), told.callers, finding.before, finding.after, shown, put_down, told.people)


class _Told(Struct, frozen=True):
    """A finding on one model, with what is needed to tell of it."""

    credentials: Credentials
    finding: Finding
    models: tuple[Model | None, Model | None]
    regions: Regions
    callers: Callers
    people: tuple[str, ...] | None

    @property
    def model(self) -> str:
        """Give the model, `namespace/name`."""
        return next(model.id for model in self.models if model is not None)


def _is_of(edit: Edit, key: Key) -> bool:
    """Tell whether an edit is of a key, or of all that it is part of."""
    path = ("keys", key.alias)
    return (edit.section, edit.item) == ("teams", key.team) and edit.path[:2] == path[: len(edit.path)]


def _names(tokens: Credentials) -> tuple[str, ...]:
    return tuple(dict.fromkeys(method.name for method in (tokens.base, tokens.head) if method is not None))


def _seen(regions: Regions, callers: Region, silent: Sequence[Fact]) -> Region:
    return regions.without(callers, silent)


def _alike(tier: Finding, review: Finding) -> bool:
    """Tell whether a finding on tier tokens says what one on others does.

    Where that one is also about asking, this one need not be: it is not told again of those who have the entry anyway.
    """
    if (tier.changes, tier.before, tier.after) != (review.changes, review.before, review.after):
        return False
    return (tier.asked, tier.first) == (review.asked, review.first) or (review.first and tier.asked is None)
