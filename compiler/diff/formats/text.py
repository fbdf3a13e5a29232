"""A comparison for people at a terminal: the verdict, then each change with before, after, cause and witness."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.diagnostics.count import counted
from compiler.diff import words
from compiler.diff.result import ANYBODY, Diff, Row, Safety, Step
from compiler.diff.verdict import verdict

# Lines of each list that are shown.
_MOST = 40
_MOST_CAUSES = 8


def render(diff: Diff) -> str:
    """Give the whole text; one line when nothing has changed."""
    return "".join(f"{line}\n" for line in _lines(diff))


def brief(diff: Diff) -> str:
    """Give the verdict, and what makes the run fail."""
    outside = _listed("[out-of-scope] outside the scope:", list(diff.outside)) if diff.outside else ()
    return "".join(f"{line}\n" for line in (verdict(diff), *outside, *map(words.gate, diff.gates)))


def _lines(diff: Diff) -> Iterator[str]:
    yield verdict(diff)
    for row in diff.rows:
        yield ""
        yield from row_lines(row)
    for step in diff.steps:
        if step.safety is not Safety.INTERRUPTED:
            yield ""
            yield from step_lines(step)
    interrupted = [step for step in diff.steps if step.safety is Safety.INTERRUPTED]
    if interrupted:
        yield ""
        yield from _listed("for a moment, between two waves:", [interruption(step) for step in interrupted])
    if diff.objects:
        yield ""
        alone = not diff.rows and any(one.objects for one in diff.gates)
        yield from _listed(
            f"{'[manifests-changed] ' if alone else ''}objects:", [f"{one.fate:8} {one.kind} {one.name}" for one in diff.objects]
        )
    if diff.inert:
        yield ""
        yield from _listed("edited, and no change above is put down to it:", [words.cause(one) for one in diff.inert])
    if diff.outside is not None:
        yield ""
        if diff.outside:
            yield from _listed("[out-of-scope] outside the scope:", list(diff.outside))
        else:
            yield "nothing outside the scope has changed, for any caller"
    if diff.gates:
        yield ""
        yield from (words.gate(one) for one in diff.gates)


def row_lines(row: Row, sides: tuple[str, str] = ("before", "after")) -> Iterator[str]:
    """Tell of one change; `sides` are what is compared, in at most eight letters each."""
    codes = "".join(f"[{change.value}]" for change in row.changes)
    yield f"{codes} {words.models(row)}: {words.callers(row.callers)}"
    yield f"  {sides[0]:8} {row.before}"
    yield f"  {sides[1]:8} {row.after}"
    for one in words.also(row):
        yield f"  asking   {one}"
    for cause in row.causes[:_MOST_CAUSES]:
        yield f"  because  {words.cause(cause)}"
    if len(row.causes) > _MOST_CAUSES:
        yield f"  because  {counted(len(row.causes) - _MOST_CAUSES, 'more line')}"
    if row.witness is not None:
        yield f"  witness  {words.witness(row.witness)}"
    if row.people is not None:
        yield f"  people   {len(row.people):,}"


def step_lines(step: Step) -> Iterator[str]:
    """Tell of one step of the roll-out."""
    yield (
        f"[{step.safety.value}-step] {words.models(step)}: {words.callers(step.callers)}"
        if step.callers != ANYBODY
        else (f"[{step.safety.value}-step] {words.models(step)}")
    )
    yield f"  when     {', '.join(step.applied) or 'nothing'} applied, and not yet {', '.join(step.missing)}"
    yield f"  then     {step.says}"
    if step.person:
        yield f"  witness  {step.person}"
    yield f"  help     {words.SPLIT}"


def interruption(step: Step) -> str:
    """Tell of callers who are refused for a moment."""
    return f"{words.models(step)}: {words.callers(step.callers)}: {step.says}"


def _listed(head: str, lines: list[str]) -> Iterator[str]:
    yield head
    for line in lines[:_MOST]:
        yield f"  {line}"
    if len(lines) > _MOST:
        yield f"  and {len(lines) - _MOST:,} more"
