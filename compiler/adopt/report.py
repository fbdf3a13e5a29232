"""Tells what became of a dump: what was written, what is left, what decides otherwise, and what was wrong before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from compiler.adopt.compare import Comparison
from compiler.adopt.defects import gathered
from compiler.adopt.draft import Draft, Left
from compiler.adopt.gather import Dump
from compiler.adopt.objects import Object
from compiler.adopt.oneline import one_line
from compiler.adopt.policies import is_ours
from compiler.adopt.proven import by_model, compared
from compiler.diagnostics.model import Diagnostic, Note, Severity

_LISTED = 8
_UNPROVED = "nothing is proved, and nothing was tried: the configuration does not compile"
# What every check says of a configuration; in a platform that is taken over it is a defect of the platform.
_PAIRING = ("budget-without-access", "access-without-budget")


def left_over(left: Sequence[Left]) -> tuple[Diagnostic, ...]:
    """Warn of each thing that did not become configuration; the same of several objects is told once."""
    grouped: dict[tuple[str, str], list[Left]] = {}
    for one in left:
        grouped.setdefault((one.found.kind, one.why), []).append(one)
    return tuple(_warning(several) for several in grouped.values())


def _warning(several: Sequence[Left]) -> Diagnostic:
    first = several[0]
    more = f", and {len(several) - 1} more of the kind," if len(several) > 1 else ""
    if first.instead is not None:
        return _outdone(first, first.instead, more)
    return Diagnostic(
        "not-imported",
        Severity.WARNING,
        f"the {first.found.said}{more} {first.why}",
        first.found.place,
        "nothing of it is in the configuration, and it stays in force in the cluster until you delete it",
        help="it is kept beside the report: decide whether it stays, goes, or is written natively",
    )


def _outdone(left: Left, instead: Object, more: str) -> Diagnostic:
    """Warn of what is not in the configuration because another object says something else."""
    return Diagnostic(
        "not-imported",
        Severity.WARNING,
        f"the {left.found.said}{more} {left.why}",
        left.found.place,
        "callers whom the cluster allows more have less from then on; the proof tells of each",
        (Note("the smaller amount is said here", instead.place),),
        "decide which of the two is meant, and write that into the configuration",
    )


def unpaired(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Tell of quota without access, and of access without quota: the first of each, and how many more there are."""
    return tuple(told for code in _PAIRING for told in gathered(one for one in found if one.code == code))


def summary(dump: Dump, draft: Draft, found: Comparison | None) -> str:
    """Give the sections that end a report."""
    return "\n".join((*_read(dump), *_made(draft), *(compared(found) if found is not None else (_UNPROVED,))))


def advice(found: Comparison | None) -> str:
    """Say what comes next."""
    if found is None:
        return "mend in the configuration what the errors name, then `maasc check`; read the report, for nothing has been proved"
    return "read the report and the configuration, then `maasc check` and `maasc build`"


def _read(dump: Dump) -> Iterable[str]:
    others = sum(dump.others.values())
    yield f"read {len(dump.objects) + others} objects: {len(dump.objects)} decide about requests"
    ours = sum(is_ours(one) for one in dump.objects)
    if ours:
        yield f"{ours} of these `maasc` has built: their configuration says all of it, and what is read back does not"
    if others:
        told = [f"{count} {name}" for name, count in sorted(dump.others.items(), key=lambda one: (-one[1], one[0]))]
        more = f", and {len(told) - _LISTED} more kinds" if len(told) > _LISTED else ""
        yield f"not looked at, because no request depends on them: {', '.join(told[:_LISTED])}{more}"


def _made(draft: Draft) -> Iterable[str]:
    told = [f"{section} ({len(items)})" for section, items in draft.sections.items() if items]
    yield f"made of them: {', '.join(told) or 'nothing'}"
    kinds = Counter(one.found.kind for one in {one.found.id + one.found.kind: one for one in draft.left}.values())
    if kinds:
        yield f"left over: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}"


def page(dump: Dump, draft: Draft, found: Comparison | None, told: Sequence[Diagnostic]) -> str:
    """Give the report as a page to keep beside what is left over."""
    lines = ["# What was imported, and what was not", "", *summary(dump, draft, found).splitlines(), ""]
    for title, codes in (("Left over", ("not-imported",)), ("Wrong in the cluster", ("controller-defect", *_PAIRING))):
        some = [one for one in told if one.code in codes]
        if some:
            lines += [f"## {title}", ""]
            for one in some:
                lines += [f"- {one_line(one.headline)}", f"  - at run time: {one_line(one.effect)}", *_advice(one)]
            lines.append("")
    return "\n".join((*lines, *(by_model(found) if found is not None else _standing_in_the_way(told))))


def _standing_in_the_way(told: Sequence[Diagnostic]) -> Iterable[str]:
    """List the errors without which something could be proved."""
    yield from ("## Why nothing is proved", "")
    for one in told:
        if one.severity is Severity.ERROR:
            yield f"- {one_line(one.headline)}"
            if one.place is not None:
                yield f"  - in `{one.place.file}`"
            yield from _advice(one)
    yield ""


def _advice(one: Diagnostic) -> Iterable[str]:
    return (f"  - {one_line(one.help)}",) if one.help else ()
