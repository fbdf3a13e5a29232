"""What of Authorino's metadata the filter's expressions see, release by release."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.gateway.evaluate import InconclusiveError
from compiler.gateway.policies import Cel
from compiler.gateway.release import Release
from compiler.gateway.texts import Path, mentioned


def filter_roots(
    cel: Cel, release: Release, request: Mapping[str, object], metadata: Mapping[str, object] | None
) -> dict[str, object]:
    """Give the roots for one text; `metadata` is None as long as Authorino has not been asked.

    Raises:
        InconclusiveError: the filter reads another path from the text than it shows.
    """
    if release.whole_struct:
        return {"request": request, "auth": metadata}
    mentions = mentioned(cel.text)
    if mentions.selects_from_group:
        raise InconclusiveError(f"`{cel.text}` selects from something in parentheses", cel.place)
    paths = [path for path in mentions.paths if path[0] == "auth" and len(path) > 1]
    return {"request": request, "auth": _tree(paths, release, metadata or {}) if paths else None}


def _tree(paths: list[Path], release: Release, metadata: Mapping[str, object]) -> dict[str, object]:
    """Build a map of just the paths that a text holds. A path that starts another takes its place, whatever is below."""
    tree: dict[str, object] = {}
    fetched: list[Path] = []
    for path in sorted(set(paths), key=lambda path: (len(path), path)):
        if any(path[: len(shorter)] == shorter for shorter in fetched):
            continue
        fetched.append(path)
        node = tree
        for name in path[1:-1]:
            below = node.setdefault(name, {})
            node = below if isinstance(below, dict) else {}
        node[path[-1]] = _leaf(path, release, metadata)
    return tree


def _leaf(path: Path, release: Release, metadata: Mapping[str, object]) -> object:
    """Fetch one value: maps are only stored by their leaves, and absent is null."""
    value: object = metadata
    for name in path[1:]:
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    if isinstance(value, Mapping) or (isinstance(value, list) and not release.lists):
        return None
    return value
