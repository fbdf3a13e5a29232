"""Turns suites into cases: names become callers and models, lists become products, and the matrix what nobody lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Place
from compiler.explain.question import Question
from compiler.intent.intent import Intent
from compiler.intent.scalars import window_seconds
from compiler.program.ir import Program
from compiler.suites.asking import Asking
from compiler.suites.case import Assert, Call, Case, Empty, Expected, Metered, Skip
from compiler.suites.load import Suite
from compiler.suites.model import CHAT, EVERY, LISTING, AssertSpec, MeteringSpec, RowSpec, SkipSpec
from compiler.suites.series import steps

# What a matrix expects where no row says otherwise.
REFUSED = (401, 403)

# Caller, model and path as a suite names them.
Cell = tuple[str, str, str]


class Resolved(Struct, frozen=True):
    """The cases of all suites in the order of their files, and what is wrong."""

    cases: tuple[Case, ...]
    diagnostics: tuple[Diagnostic, ...]


def resolve(suites: Sequence[Suite], program: Program, intent: Intent) -> Resolved:
    """Resolve every name of the suites; a suite with an unknown name gives no cases."""
    cases: list[Case] = []
    diagnostics: list[Diagnostic] = []
    for suite in suites:
        found = _Suite(suite, Asking(suite, program, intent))
        made = list(found.cases())
        diagnostics += found.asking.found
        cases += made
    return Resolved(tuple(cases), tuple(diagnostics))


@dataclass
class _Suite:
    """One suite while its cases are made; `rows` are the cells that rows have listed."""

    suite: Suite
    asking: Asking
    rows: set[Cell] = field(default_factory=set)

    def cases(self) -> Iterator[Case]:
        spec, place = self.suite.spec, self.suite.place
        calls = [call for index, row in enumerate(spec.expect) for call in self._row(row, place.at("expect", index))]
        calls += list(self._matrix(place.at("matrix")))
        tried = {(call.caller, call.model, call.path) for call in calls}
        about = [(one, self._cells(one, tried, place.at("asserts", index))) for index, one in enumerate(spec.asserts)]
        for call in calls:
            cell = (call.caller, call.model, call.path)
            asserts = [_assert(one, place.at("asserts", index)) for index, (one, cells) in enumerate(about) if cell in cells]
            yield replace(call, asserts=(*call.asserts, *asserts))
        for index, (one, cells) in enumerate(about):
            if not cells:
                why = "no case of the suite has one of these callers, models and paths"
                yield Empty(self.suite.file, f"assert {one.name}", place.at("asserts", index), why, _skip(one.skip))
        for index, metering in enumerate(spec.metering):
            yield from self._metering(metering, place.at("metering", index))

    def _row(self, row: RowSpec, place: Place) -> Iterator[Call]:
        expected = Expected(
            statuses=(row.status,),
            selected=row.selected,
            reason=row.reason,
            because=tuple(row.because),
            limits=None if row.limits is None else tuple(row.limits),
        )
        own = tuple(Assert(text, text, place.at("asserts", index)) for index, text in enumerate(row.asserts))
        for cell in self._product(row.caller, row.model, row.path, place):
            if not row.headers:
                self.rows.add(cell)
            question = self.asking.question(*cell, row.headers, place)
            if question is not None:
                name = _named(row.name, cell, row.headers)
                yield Call(self.suite.file, name, place, *cell, question, expected, own, listed=True, skip=_skip(row.skip))

    def _matrix(self, place: Place) -> Iterator[Call]:
        matrix = self.suite.spec.matrix
        if matrix is None:
            return
        for cell in self._product(
            matrix.callers, matrix.models, matrix.paths, place, caller="callers", model="models", path="paths"
        ):
            question = self.asking.question(*cell, {}, place) if cell not in self.rows else None
            if question is not None:
                yield Call(self.suite.file, _named(None, cell, {}), place, *cell, question, Expected(REFUSED), (), listed=False)

    def _product(  # noqa: PLR0913 - three lists, and what each is called where it is written
        self,
        callers: list[str],
        models: list[str],
        paths: list[str],
        place: Place,
        *,
        caller: str = "caller",
        model: str = "model",
        path: str = "path",
    ) -> list[Cell]:
        """Give every cell of a product in the order written; `*` is all that the suite, or the configuration, has."""
        who = self._expanded(callers, self.asking.callers, place.at(caller))
        which = self._expanded(models, self.asking.models, place.at(model))
        where = self._expanded(paths, (CHAT, LISTING), place.at(path))
        for name, here in who:
            self.asking.check_caller(name, here)
        for name, here in which:
            self.asking.check_model(name, here)
        return [(one, self.asking.spelt(other), third) for one, _ in who for other, _ in which for third, _ in where]

    def _expanded(self, names: list[str], every: Iterable[str], place: Place) -> list[tuple[str, Place]]:
        if names == [EVERY]:
            return [(name, place) for name in every]
        return [(name, place.at(index)) for index, name in enumerate(names)]

    def _cells(self, spec: AssertSpec, tried: set[Cell], place: Place) -> set[Cell]:
        """Give the cells that are tried and that an assertion is about; `*` is every path, also those that only a row has."""
        named = sorted({path for _, _, path in tried}) if spec.paths == [EVERY] else spec.paths
        cells = self._product(spec.callers, spec.models, named, place, caller="callers", model="models", path="paths")
        return tried & set(cells)

    def _metering(self, spec: MeteringSpec, place: Place) -> Iterator[Metered]:
        tokens = steps(spec.series)
        for model in self._models_of(spec, place):
            turns: list[Question] = []
            callers = self._expanded(spec.caller, self.asking.callers, place.at("caller"))
            for headers in spec.headers:
                for caller, where in callers:
                    self.asking.check_caller(caller, where)
                    question = self.asking.question(caller, model, spec.path, headers, place)
                    if question is not None:
                        turns.append(question)
            if turns:
                cell = (", ".join(spec.caller), model, spec.path)
                yield Metered(
                    suite=self.suite.file,
                    name=f"{_named(spec.name, cell, *spec.headers)}: {spec.series}",
                    place=place,
                    turns=tuple(turns),
                    steps=tokens,
                    seconds=window_seconds(spec.every),
                    concurrent=spec.concurrent,
                    reported=spec.streaming != "without-usage",
                    ok=spec.expect.ok,
                    limited=spec.expect.limited,
                    skip=_skip(spec.skip),
                )

    def _models_of(self, spec: MeteringSpec, place: Place) -> list[str]:
        found = self._expanded(spec.model, self.asking.models, place.at("model"))
        for name, here in found:
            self.asking.check_model(name, here)
        return [self.asking.spelt(name) for name, _ in found]


def _assert(spec: AssertSpec, place: Place) -> Assert:
    return Assert(spec.name, spec.that, place.at("that"), _skip(spec.skip))


def _skip(spec: SkipSpec | None) -> Skip | None:
    return Skip(spec.reason, spec.until) if spec is not None else None


def _named(name: str | None, cell: Cell, *headers: dict[str, str]) -> str:
    caller, model, path = cell
    told = "".join(f", {key}: {value}" for one in headers for key, value in one.items())
    prefix = f"{name}: " if name else ""
    return f"{prefix}{caller} asks {model} for {path}{told}"
