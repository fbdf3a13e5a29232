"""How callers, witnesses and causes are told in words; names are always in backticks."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.diagnostics.count import counted
from compiler.diagnostics.visible import visible
from compiler.diff.cover import Kind
from compiler.diff.result import Also, Answered, Callers, Cause, Change, Row, Step, Trip, Witness

# Names and kinds of callers that are listed; the rest is counted.
_MOST_NAMES = 8
_MOST_KINDS = 4

SPLIT = "split it: first what takes away or lowers, and once that is rolled out what gives or raises"

TITLES = {
    Change.UNMETERED: "newly unmetered",
    Change.GAINED: "access gained",
    Change.RAISED: "budget raised",
    Change.MIXED: "budget changed both ways",
    Change.IDENTITY: "identity changed",
    Change.MOVED: "model moved",
    Change.LOST: "access lost",
    Change.LOWERED: "budget lowered",
    Change.RESET: "counters reset",
    Change.PLATFORM: "platform changed",
}


def callers(found: Callers) -> str:
    """Describe callers, with what they ask for and which method accepts them where that matters."""
    if found.kinds == ():
        return found.methods[0] if found.methods else "everything"
    if found.kinds is None:
        words = "callers of too many kinds to list"
    else:
        shown = [_kind(one, found) for one in found.kinds[:_MOST_KINDS]]
        more = len(found.kinds) - len(shown)
        words = "; or ".join(shown) + (f"; or {counted(more, 'more kind')} of callers" if more else "")
        words = words if words.startswith("all") else f"callers {words}"
    asking = f", asking for {_name(found.asking)}" if found.asking is not None else ""
    asking += " or having it first" if found.first else ""
    methods = f", by {_listed(found.methods)}" if found.methods else ""
    return f"{words}{asking}{methods}"


def _kind(one: Kind, of: Callers) -> str:
    parts = [f"in {_any(group, of)}" for group in one.groups]
    parts += [f"named {_any(one.users)}"] if one.users else []
    parts += [f"not in {_any(one.but, of)}"] if one.but else []
    parts += [f"not named {_any(one.not_users)}"] if one.not_users else []
    return " and ".join(parts) or "all callers"


def _any(names: Sequence[str], of: Callers | None = None) -> str:
    tiers = [(tier, groups) for tier, groups in of.tiers if len(groups) > 1 and set(groups) <= set(names)] if of else []
    rest = [name for name in names if not any(name in groups for _, groups in tiers)]
    if not tiers:
        return _name(names[0]) if len(names) == 1 else f"any of {_listed(names)}"
    groups = [f"the groups of tier {_name(tier)}" for tier, _ in tiers]
    return f"any of {', '.join([*groups, *([_listed(rest)] if rest else [])])}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(_name, names[:_MOST_NAMES]))
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _name(name: str) -> str:
    return f"`{visible(name)}`"


def also(row: Row) -> list[str]:
    """Tell what else changes for the callers of a row, by the entry that their requests name."""
    return [_also(one) for one in row.also[:_MOST_NAMES]] + (
        [f"for {counted(len(row.also) - _MOST_NAMES, 'more entry', 'more entries')}"] if len(row.also) > _MOST_NAMES else []
    )


def _also(one: Also) -> str:
    asking = f"for {_name(one.asking)}" if one.asking is not None else "for none"
    return f"{asking}{' or having it first' if one.first else ''}: {one.before}, then {one.after}"


def models(row: Row | Step) -> str:
    """Name the models of a row."""
    if not row.models:
        return "all models"
    shown = ", ".join(row.models[:_MOST_NAMES])
    more = len(row.models) - _MOST_NAMES
    return f"{shown} and {counted(more, 'more model')}" if more > 0 else shown


def titles(row: Row) -> str:
    """Name what has changed."""
    return ", ".join(TITLES[change] for change in row.changes)


def counts(rows: Sequence[Row]) -> list[str]:
    """Count what has changed, the worst first: on how many models, and of a roster for how many people."""
    found: list[str] = []
    for change in Change:
        concerned = [row for row in rows if change in row.changes]
        if concerned:
            people = {user for row in concerned for user in row.people or ()}
            listed = any(row.people is not None for row in concerned)
            found.append(_counted(change, concerned) + (f" for {counted(len(people), 'person', 'people')}" if listed else ""))
    return found


def _counted(change: Change, rows: Sequence[Row]) -> str:
    number = counted(len({model for row in rows for model in row.models}), "model")
    if change is Change.PLATFORM:
        return TITLES[change]
    if change is Change.MOVED:
        return f"{number} moved"
    return f"{TITLES[change]} on {number if all(row.models for row in rows) else 'all models'}"


def cause(found: Cause) -> str:
    """Tell where a line is and what it says."""
    where = f"{found.file}:{found.line}" if found.line else found.file
    return f"{visible(where)} ({visible(found.what)}{', as it was' if found.side == 'base' else ''})"


def witness(found: Witness) -> str:
    """Tell of a caller and a request in one line, with both answers."""
    who = f"user {_name(found.user)}" if found.user else "a user without a name"
    groups = f" in {_listed(found.groups)}" if found.groups else " in no group"
    headers = "".join(f", {name}: {visible(value)}" for name, value in found.headers)
    return f"{who}{groups}{headers}: {_answer(found.before)}, then {_answer(found.after)}"


def _answer(found: Answered) -> str:
    return f"{found.status} by {_name(found.selected)}" if found.selected else str(found.status)


def gate(found: Trip) -> str:
    """Tell what a gate stops at."""
    parts = ((found.rows, "change"), (found.steps, "step"), (found.objects, "object"))
    what = ", ".join(counted(count, one) for count, one in parts if count)
    return f"gate {_name(found.gate)}: {f'tripped by {what}' if what else 'nothing'}"
