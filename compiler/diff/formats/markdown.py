"""A comparison as a comment of a pull request: the verdict first, the worst rows first, never too long to be posted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from compiler.diagnostics.count import counted
from compiler.diff import words
from compiler.diff.result import ANYBODY, Cause, Diff, Row, Safety, Step
from compiler.diff.verdict import verdict

# What CI looks for to edit its comment instead of writing another one; never changes.
MARKER: Final = "<!-- maasc-diff -->"

# GitHub refuses longer comments.
MOST: Final = 65_536

# Room for the line that counts what was left out.
_RESERVED: Final = 300

_UNSAFE: Final = "Steps of the roll-out that are not safe"

# A cell ends at a bar, and a name must not become a link, a mention or HTML.
_SPECIAL: Final = re.compile(r"[\\|<>\[\]@#*_~]")
_CODE: Final = re.compile(r"`([^`]*)`")


def render(diff: Diff) -> str:
    """Give the whole comment; sections that do not fit are left out from the end, and counted."""
    head = f"{MARKER}\n**{escaped(verdict(diff))}**\n"
    head += "".join(f"\n{escaped(words.gate(one))}\n" for one in diff.gates)
    parts: list[tuple[str, list[str]]] = []
    if diff.rows:
        parts.append((_TABLE, [_row(row) for row in diff.rows]))
    unsafe = [step for step in diff.steps if step.safety is not Safety.INTERRUPTED]
    interrupted = [step for step in diff.steps if step.safety is Safety.INTERRUPTED]
    for title, lines in (
        ("Outside the scope", [f"- {escaped(one)}\n" for one in diff.outside or ()]),
        (f"{_UNSAFE}\n\nFor each of them: {words.SPLIT}.", [_step(step) for step in unsafe]),
        ("Refused for a moment, between two waves", [f"- {escaped(_interrupted(step))}\n" for step in interrupted]),
        ("Objects", [f"- {one.fate} {one.kind} `{one.name}`\n" for one in diff.objects]),
        ("Edited, and no change above is put down to it", [f"- {_cause(one)}\n" for one in diff.inert]),
    ):
        if lines:
            parts.append((f"\n#### {title}\n\n", lines))
    if diff.outside is not None and not diff.outside:
        head += "\nNothing outside the scope has changed, for any caller.\n"
    return _fitted(head, parts)


def _fitted(head: str, parts: Sequence[tuple[str, list[str]]]) -> str:
    pieces = [head]
    length = len(head.encode())
    left = 0
    for title, lines in parts:
        room = MOST - _RESERVED - length - len(title.encode())
        kept: list[str] = []
        for line in lines:
            room -= len(line.encode())
            if room < 0:
                break
            kept.append(line)
        left += len(lines) - len(kept)
        if kept:
            pieces += [title, *kept]
            length += sum(len(piece.encode()) for piece in (title, *kept))
    if left:
        pieces.append(f"\n{counted(left, 'line')} left out because a comment cannot be longer; `maasc diff` tells all.\n")
    return "".join(pieces)


_COLUMNS: Final = ("change", "models", "callers", "before", "after", "because", "witness")
_TABLE: Final = f"\n| {' | '.join(_COLUMNS)} |\n{'| --- ' * len(_COLUMNS)}|\n"


def _row(row: Row) -> str:
    people = "" if row.people is None else f" ({counted(len(row.people), 'person', 'people')})"
    cells = [
        words.titles(row),
        words.models(row),
        words.callers(row.callers) + people,
        row.before,
        "; ".join((row.after, *(f"asking {one}" for one in words.also(row)))),
        ", ".join(words.cause(one) for one in row.causes),
        words.witness(row.witness) if row.witness else "",
    ]
    return f"| {' | '.join(escaped(cell) for cell in cells)} |\n"


def _step(step: Step) -> str:
    who = f": {words.callers(step.callers)}" if step.callers != ANYBODY else ""
    when = f"when {', '.join(step.applied) or 'nothing'} applied, and not yet {', '.join(step.missing)}"
    witness = f" (witness: {step.person})" if step.person else ""
    return f"- {escaped(f'{step.safety.value}: {words.models(step)}{who}: {when}: {step.says}{witness}')}\n"


def _interrupted(step: Step) -> str:
    return f"{words.models(step)}: {words.callers(step.callers)}: {step.says}"


def _cause(found: Cause) -> str:
    return escaped(words.cause(found))


def escaped(text: str) -> str:
    """Escape what Markdown would take for markup; what is in backticks stays code."""
    return "".join(_escaped(text))


def _escaped(text: str) -> Iterator[str]:
    end = 0
    for found in _CODE.finditer(text):
        yield _SPECIAL.sub(r"\\\g<0>", text[end : found.start()])
        # In a table a bar ends the cell even within code.
        yield "`" + found[1].replace("|", "\\|") + "`"
        end = found.end()
    yield _SPECIAL.sub(r"\\\g<0>", text[end:])
