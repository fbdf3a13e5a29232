"""Guess which known name a mistyped one was meant to be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

# One mistake in every three letters, and never more than this: further away a guess misleads more than it helps.
_LETTERS_PER_MISTAKE: Final = 3
_MOST_MISTAKES: Final = 4
# Below this length every name of the same length is one or two letters away.
_SHORTEST: Final = 3
# What a mail address, a model with its namespace or a ServiceAccount is made of: a long domain makes no two users alike.
_SECTIONS: Final = re.compile("[@/:]")
# From this length on a word that stands whole inside the other is worth showing (`premium`, `premium-users`).
_TELLING_LENGTH: Final = 4
# Beyond two mistakes a name is another name, and not a misspelt one.
_MOST_CERTAIN: Final = 2
_LONG: Final = 6
_PARTS: Final = re.compile(r"[^\W\d_]+|\d+|[\W_]")


def closest(word: str, known: Iterable[str]) -> str | None:
    """Give the known name that `word` was most likely meant to be, or None when nothing is near.

    Letter case does not count, a swap of two neighbours is one mistake, ties go to the first name in the order of
    code points, and `word` itself is never the answer; the order of `known` does not matter.
    """
    return next(iter(similar(word, known, most=1)), None)


def similar(word: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Give at most `most` names near to `word`, the nearest first."""
    scored = ((_score(word.casefold(), name.casefold()), name) for name in set(known) if name != word)
    return tuple(name for score, name in sorted((score, name) for score, name in scored if score is not None)[:most])


def certain(word: str, known: Collection[str]) -> str | None:
    """Give the one known name that `word` can only be a misspelling of, or None when there could be any doubt.

    Somebody is given what the name is given, so less is taken for a slip of the keyboard than a hint would take: one or two
    letters inside of one word of the name. `team-a` is not `team-b`, `granite-3` not `granite-2`, `pro` not `prod`, `external`
    not `internal`, and `admins` not `admin`. A name that is near to two is neither.
    """
    near = [name for name in known if name != word and _distance(word, name, _MOST_CERTAIN) is not None]
    return near[0] if len(near) == 1 and _slip(_PARTS.findall(word), _PARTS.findall(near[0])) else None


def _slip(word: list[str], name: list[str]) -> bool:
    different = [(one.casefold(), other.casefold()) for one, other in zip(word, name, strict=False) if one != other]
    if len(word) != len(name) or len(different) != 1:
        return False
    shorter, longer = sorted(different[0], key=len)
    allowed = min(_MOST_CERTAIN, len(shorter) // _LETTERS_PER_MISTAKE)
    if not (shorter.isalpha() and longer.isalpha()) or _distance(shorter, longer, allowed) is None:
        return False
    # A word that ends otherwise is rather another one, unless it is long; and one of many is not all of them.
    same_end = shorter[-1] == longer[-1] or (len(shorter) >= _LONG and longer != f"{shorter}s")
    return len(longer) >= _TELLING_LENGTH and shorter[0] == longer[0] and same_end


def _score(word: str, name: str) -> int | None:
    """Rate a pair, 0 being equal; None when the two have nothing to do with each other, or two sections of them have not."""
    rating = _rating(word, name)
    if rating is None:
        return None
    words, names = _SECTIONS.split(word), _SECTIONS.split(name)
    alike = len(words) != len(names) or all(_rating(*pair) is not None for pair in zip(words, names, strict=True))
    return rating if alike else None


def _rating(word: str, name: str) -> int | None:
    shortest = min(len(word), len(name))
    allowed = min(_MOST_MISTAKES, (shortest + 1) // _LETTERS_PER_MISTAKE) if shortest >= _SHORTEST else 0
    mistakes = _distance(word, name, allowed)
    if mistakes is not None:
        return mistakes
    shorter, longer = sorted((word, name), key=len)
    return _MOST_MISTAKES + len(longer) - len(shorter) if len(shorter) >= _TELLING_LENGTH and shorter in longer else None


def _distance(left: str, right: str, allowed: int) -> int | None:
    """Count the insertions, deletions, replacements and swaps of neighbours between two words; None above `allowed`.

    Only the diagonal band that can hold such a count is filled, so the cost is linear in the length of the words.
    """
    if abs(len(left) - len(right)) > allowed:
        return None
    left, right = _trimmed(left, right)
    beyond = allowed + 1
    before: list[int] = []
    above = [min(column, beyond) for column in range(len(right) + 1)]
    for row, letter in enumerate(left, 1):
        current = [beyond] * (len(right) + 1)
        current[0] = min(row, beyond)
        for column in range(max(1, row - allowed), min(len(right), row + allowed) + 1):
            replaced = above[column - 1] + (letter != right[column - 1])
            current[column] = min(above[column] + 1, current[column - 1] + 1, replaced, beyond)
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == right[column - 1]:
                current[column] = min(current[column], before[column - 2] + 1)
        if min(current) > allowed:
            return None
        before, above = above, current
    return above[-1] if above[-1] <= allowed else None


def _trimmed(left: str, right: str) -> tuple[str, str]:
    """Drop what two words share at both ends, which costs no mistake; names of one family share most of their length."""
    shortest = min(len(left), len(right))
    start = next((index for index in range(shortest) if left[index] != right[index]), shortest)
    room = shortest - start
    end = next((index for index in range(room) if left[-1 - index] != right[-1 - index]), room)
    return left[start : len(left) - end], right[start : len(right) - end]
