"""Tells what became of a dump: what was written, what is left, what decides otherwise, and what was wrong before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from compiler.adopt.compare import Comparison
from compiler.adopt.defects import gathered
from compiler.adopt.draft import Draft, Left
from compiler.adopt.gather import Dump
from compiler.adopt.verdict import REASONS, Difference, Reason
from compiler.diagnostics.model import Diagnostic, Severity

_LISTED = 8
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
    return Diagnostic(
        "not-imported",
        Severity.WARNING,
        f"the {first.found.said}{more} {first.why}",
        first.found.place,
        "nothing of it is in the configuration: it holds as long as it stays in the cluster",
        help="it is kept beside the report: decide whether it stays, goes, or is written natively",
    )


def unpaired(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Tell of quota without access, and of access without quota: the first of each, and how many more there are."""
    return tuple(told for code in _PAIRING for told in gathered(one for one in found if one.code == code))


def otherwise(found: Comparison) -> tuple[Diagnostic, ...]:
    """Tell of requests that are decided otherwise for no reason that is known, one a model."""
    by_model: dict[str, list[Difference]] = {}
    for one in found.of("other"):
        by_model.setdefault(one.asked.model, []).append(one)
    return tuple(_error(model, several) for model, several in by_model.items())


def _error(model: str, several: Sequence[Difference]) -> Diagnostic:
    one = several[0]
    return Diagnostic(
        "decides-otherwise",
        Severity.ERROR,
        f"{_requests(len(several))} to `{model}` would be answered otherwise than by the policies of the dump",
        None,
        f"{one.asked}: today {one.today}, then {one.then}",
        help="compare the policies of the dump with the items of the configuration, and write what is meant",
    )


def _requests(count: int) -> str:
    return f"{count} request{'' if count == 1 else 's'}"


def summary(dump: Dump, draft: Draft, found: Comparison | None) -> str:
    """Give the sections that end a report."""
    return "\n".join((*_read(dump), *_made(draft), *(_compared(found) if found is not None else ())))


def _read(dump: Dump) -> Iterable[str]:
    others = sum(dump.others.values())
    yield f"read {len(dump.objects) + others} objects: {len(dump.objects)} decide about requests"
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


def _compared(found: Comparison) -> Iterable[str]:
    differing = len(found.differences)
    unknown = found.asked - found.alike - differing
    yield (
        f"compared {found.asked} requests with the policies of the dump: {found.alike} are answered alike, "
        f"{differing} otherwise, {unknown} cannot be told"
    )
    for reason in REASONS:
        yield from _reason(reason, found)
    for why, asked in sorted(found.unknown.items()):
        yield f"- not known: {why}"
        yield f"    as when {asked}"


def _reason(reason: Reason, found: Comparison) -> Iterable[str]:
    several = found.of(reason)
    if several:
        models = len({one.asked.model for one in several})
        one = several[0]
        yield f"- {_requests(len(several))} of {models} model{'' if models == 1 else 's'}: {REASONS[reason]}"
        yield f"    as when {one.asked}: today {one.today}, then {one.then}"


def page(dump: Dump, draft: Draft, found: Comparison | None, told: Sequence[Diagnostic]) -> str:
    """Give the report as a page to keep beside what is left over."""
    lines = ["# What was imported, and what was not", "", *summary(dump, draft, found).splitlines(), ""]
    for title, codes in (("Left over", ("not-imported",)), ("Wrong in the cluster", ("controller-defect", *_PAIRING))):
        some = [one for one in told if one.code in codes]
        if some:
            lines += [f"## {title}", ""]
            for one in some:
                lines += [f"- {one.headline}", f"  - at run time: {one.effect}", f"  - {one.help}"]
            lines.append("")
    return "\n".join(lines)
