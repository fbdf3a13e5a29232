"""The smallest description of a set of callers that can be found: few kinds of callers, each by few groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from msgspec import Struct

from compiler.diff.regions import ANYBODY, NOBODY, Region, Regions
from compiler.prove.leaf import UndecidedError

# A kind of callers: levels that are so, and levels that are not.
_Cube = tuple[frozenset[int], frozenset[int]]

# Beyond this many kinds nobody reads a description, and finding it could take for ever.
_MOST_CUBES = 512

# Squares of words of all kinds, beyond which it is not tried to say each in fewer.
_MOST_WORK = 200_000


class TooManyKindsError(Exception):
    """A set of callers has no description that could be read."""


class Kind(Struct, frozen=True, order=True):
    """Callers in at least one group of each of the alternatives, with the name if one is given, and nothing of `but`.

    `users` are names of which the caller has one; without any, the name does not matter. `not_users` are excluded.
    """

    groups: tuple[tuple[str, ...], ...] = ()
    users: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    not_users: tuple[str, ...] = ()


def kinds(regions: Regions, region: Region, allowed: Region | None = None) -> tuple[Kind, ...]:
    """Describe the callers of a region; the description may also cover callers of `allowed`, if that makes it shorter.

    Raises:
        TooManyKindsError: it takes more kinds of callers than anybody would read.
    """
    upper = regions.any((region if allowed is None else allowed, regions.diagram.negate(regions.callers)))
    try:
        cubes = _Cover(regions).between(region, upper)[1]
        return _factored(regions, _irredundant(regions, _prime(regions, cubes, upper), region))
    except (RecursionError, UndecidedError) as error:
        raise TooManyKindsError from error


class _Cover:
    """Irredundant sums of products of everything between two functions (the method of Minato and Morreale)."""

    def __init__(self, regions: Regions) -> None:
        self._regions = regions
        self._diagram = regions.diagram
        self._done: dict[tuple[Region, Region], tuple[Region, tuple[_Cube, ...]]] = {}

    def between(self, lower: Region, upper: Region) -> tuple[Region, tuple[_Cube, ...]]:
        if lower == NOBODY:
            return NOBODY, ()
        if upper == ANYBODY:
            return ANYBODY, ((frozenset(), frozenset()),)
        found = self._done.get((lower, upper))
        if found is None:
            found = self._done[lower, upper] = self._split(lower, upper)
            if len(found[1]) > _MOST_CUBES:
                raise TooManyKindsError
        return found

    def _split(self, lower: Region, upper: Region) -> tuple[Region, tuple[_Cube, ...]]:
        but = self._regions.but
        level = min(self._diagram.split(node)[0] for node in (lower, upper) if node not in (NOBODY, ANYBODY))
        (low0, low1), (up0, up1) = self._branches(lower, level), self._branches(upper, level)
        without, absent = self.between(but(low0, up1), up0)
        within, present = self.between(but(low1, up0), up1)
        rest, either = self.between(self._regions.any((but(low0, without), but(low1, within))), self._diagram.both(up0, up1))
        node = self._diagram.choose(
            self._diagram.fact(level), self._regions.any((within, rest)), self._regions.any((without, rest))
        )
        cubes = [(yes, no | {level}) for yes, no in absent]
        cubes += [(yes | {level}, no) for yes, no in present]
        return node, (*cubes, *either)

    def _branches(self, node: Region, level: int) -> tuple[Region, Region]:
        if node in (NOBODY, ANYBODY):
            return node, node
        found, low, high = self._diagram.split(node)
        return (low, high) if found == level else (node, node)


def _node(regions: Regions, cube: _Cube) -> Region:
    found = ANYBODY
    for level in sorted((*cube[0], *cube[1]), reverse=True):
        fact = regions.diagram.fact(level)
        found = regions.diagram.choose(fact, *((found, NOBODY) if level in cube[0] else (NOBODY, found)))
    return found


def _prime(regions: Regions, cubes: Sequence[_Cube], upper: Region) -> list[_Cube]:
    """Drop every word that a cube does not need; of very many words only those that no description has."""
    unsaid = [level for level, fact in enumerate(regions.facts) if fact.kind == "identity"]
    work = sum((len(yes) + len(no)) ** 2 for yes, no in cubes)
    grown: list[_Cube] = []
    for yes, no in cubes:
        # What is not so is dropped first: a description says rather who is meant than who is not.
        words = (*sorted(no), *sorted(yes)) if work <= _MOST_WORK else unsaid
        for level in words:
            smaller = (yes - {level}, no - {level})
            if level in yes | no and regions.but(_node(regions, smaller), upper) == NOBODY:
                yes, no = smaller  # noqa: PLW2901 - the cube as it is by now
        if (yes | no).intersection(unsaid):
            raise TooManyKindsError
        if (yes, no) not in grown:
            grown.append((yes, no))
    return sorted(grown, key=lambda cube: (len(cube[0]) + len(cube[1]), sorted(cube[0]), sorted(cube[1])))


def _irredundant(regions: Regions, cubes: list[_Cube], lower: Region) -> list[_Cube]:
    """Drop every cube that the others make up for, the longest first."""
    nodes = [_node(regions, cube) for cube in cubes]
    before = list(accumulate(nodes, lambda one, other: regions.any((one, other)), initial=NOBODY))
    kept: list[_Cube] = []
    after = NOBODY
    for index in reversed(range(len(cubes))):
        if regions.but(lower, regions.any((before[index], after))) != NOBODY:
            kept.append(cubes[index])
            after = regions.any((nodes[index], after))
    return kept


def _factored(regions: Regions, cubes: list[_Cube]) -> tuple[Kind, ...]:
    """Join cubes that differ in one group, or in the user, into one kind."""
    names = [fact.name for fact in regions.facts]
    users = {level for level, fact in enumerate(regions.facts) if fact.exclusive}
    found = {
        (
            frozenset(frozenset((names[level],)) for level in yes - users),
            frozenset(names[level] for level in yes & users),
            frozenset(names[level] for level in no - users),
            frozenset(names[level] for level in no & users),
        )
        for yes, no in cubes
    }
    while (alike := _alike(found)) is not None:
        found = (found - set(alike)) | {_joined(alike)}
    return tuple(sorted(Kind(*_plain(one)) for one in found))


_Parts = tuple[frozenset[frozenset[str]], frozenset[str], frozenset[str], frozenset[str]]


def _plain(parts: _Parts) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    groups = tuple(sorted(tuple(sorted(any_of)) for any_of in parts[0]))
    users, but, not_users = (tuple(sorted(names)) for names in parts[1:])
    return groups, users, but, not_users


def _alike(found: set[_Parts]) -> list[_Parts] | None:
    """Give the most kinds of which any two differ in one alternative only, or in the name only."""
    alike: dict[tuple[object, ...], list[_Parts]] = {}
    for one in sorted(found, key=_plain):
        if one[1]:
            alike.setdefault((one[0], "name", *one[2:]), []).append(one)
        for clause in one[0]:
            alike.setdefault((one[0] - {clause}, "group", *one[1:]), []).append(one)
    several = [members for members in alike.values() if len(members) > 1]
    return max(several, key=lambda members: (len(members), [_plain(one) for one in members]), default=None)


def _joined(alike: list[_Parts]) -> _Parts:
    common = frozenset.intersection(*(one[0] for one in alike))
    users = frozenset(name for one in alike for name in one[1])
    different = frozenset(name for one in alike for clause in one[0] - common for name in clause)
    return common | ({different} if different else frozenset()), users, *alike[0][2:]
