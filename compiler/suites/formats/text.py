"""The report for people: what failed and why, then what was covered and which mutants survived."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.diagnostics.count import counted
from compiler.diagnostics.visible import visible
from compiler.suites.coverage import Coverage
from compiler.suites.formats.words import failure, summary
from compiler.suites.mutation import Mutation
from compiler.suites.report import Report, percent

# Items of one kind that are told; after that many, the next one helps nobody.
_MOST = 20


def render(report: Report) -> str:
    """Give the report, which ends with a line that counts."""
    lines: list[str] = []
    for number, result in enumerate(report.results):
        where = report.suites.of(result.case.place)
        if result.status == "skipped":
            lines.append(f"skipped {where}  {result.case.name}: {result.note}")
        elif result.status == "failed":
            lines.append(f"FAILED {where}  {result.case.name}")
            lines += [f"  {line}" for line in failure(number, result, report)]
            lines.append("")
    if report.coverage is not None:
        lines += _coverage(report.coverage, report)
    if report.mutation is not None:
        lines += _mutation(report.mutation, report)
    lines += [str(bound) for bound in report.bounds if not bound.reached]
    lines.append(summary(report))
    return "".join(f"{visible(line)}\n" for line in lines)


def _coverage(coverage: Coverage, report: Report) -> Iterator[str]:
    told = ", ".join(f"{kind} {covered} of {total}" for kind, covered, total in coverage.counts)
    yield f"coverage {percent(coverage.share)}: {told}"
    missed = coverage.missed
    for item in missed[:_MOST]:
        where = report.config.of(item.place) if item.kind != "branches" else report.out.of(item.place)
        yield f"  not covered: {where}  {item.says}"
    if len(missed) > _MOST:
        yield f"  and {len(missed) - _MOST} more"


def _mutation(mutation: Mutation, report: Report) -> Iterator[str]:
    left_out = f", {mutation.left_out:,} not tried" if mutation.left_out else ""
    tried = f"{mutation.killed} of {counted(mutation.killed + len(mutation.survivors), 'mutant')} killed"
    stillborn = f", {mutation.stillborn} refused by the compiler" if mutation.stillborn else ""
    others = f"{mutation.equivalent} equivalent, {mutation.unobservable} that no request shows{stillborn}{left_out}"
    yield f"mutation {percent(mutation.share)}: {tried}, {others}"
    if mutation.left_out:
        most = f"at most {mutation.most:,} of the configuration and as many of the manifests are, spread evenly over all"
        yield f"  not tried: {most}"
    for survivor in mutation.survivors[:_MOST]:
        where = (report.out if survivor.emitted else report.config).of(survivor.place)
        yield f"  survived: {where}  {survivor.says}"
        yield from (f"    {line}" for line in survivor.test)
    if len(mutation.survivors) > _MOST:
        yield f"  and {len(mutation.survivors) - _MOST} more"
