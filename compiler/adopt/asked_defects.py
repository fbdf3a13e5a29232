"""What is wrong with policies and shows only when a request is put to them: errors of conditions, and limits that overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from compiler.adopt.callers import Asked
from compiler.adopt.defects import defect
from compiler.adopt.objects import Object
from compiler.diagnostics.model import Diagnostic
from compiler.gateway.answer import Answer

_LIMITS = ("tokens", "requests")
_PASSED = 200


@dataclass
class Watch:
    """What was seen while requests were put to the policies of a dump: the first request that shows each thing."""

    errors: dict[tuple[int, str], Asked] = field(default_factory=dict)
    overlaps: dict[tuple[str, ...], tuple[int, Asked]] = field(default_factory=dict)

    def see(self, asked: Asked, found: Answer) -> None:
        """Look at one answer and the way to it."""
        for step in found.trace:
            if step.phase in _LIMITS and step.outcome.startswith("error") and step.place is not None and step.rule:
                self.errors.setdefault((step.place.document, step.rule), asked)
        for unit in _LIMITS:
            applied = [one for one in found.limits if one.unit == unit]
            names = tuple(sorted({f"{one.policy}#{one.name}" for one in applied}))
            if len(names) > 1 and found.status == _PASSED:
                self.overlaps.setdefault(names, (applied[0].place.document, asked))

    def defects(self, objects: Sequence[Object | None]) -> Iterator[Diagnostic]:
        """Say what was seen; `objects` are by the number of the document that stood for them."""
        for (document, name), asked in sorted(self.errors.items(), key=lambda one: one[0]):
            found = objects[document]
            if found is not None:
                yield defect(
                    f"a condition of the limit `{name}` of the {found.said} can end in an error",
                    found,
                    f"the limit does not count then, as when {asked}: whoever nothing else meters is unmetered",
                    advice="no condition that is emitted can end in an error",
                )
        for names, (document, asked) in sorted(self.overlaps.items()):
            found = objects[document]
            if found is not None:
                told = ", ".join(f"`{name.partition('#')[2]}`" for name in names)
                yield defect(
                    f"the limits {told} of the {found.said} count one request",
                    found,
                    f"which of them ends a request that is over both is a matter of order: {asked}",
                    advice="exactly one entry meters a request from now on",
                )
