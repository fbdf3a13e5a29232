"""What a list of objects says of itself beside its items, and what of that shows that it is not all there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.diagnostics.quoted import quoted
from compiler.source.cut import truncated
from compiler.source.nulls import without_nulls

BAD_DUMP: Final = "bad-dump"
# What `kubectl` and the API server write in a list, sorted or not.
_KEYS: Final = frozenset({"apiVersion", "items", "kind", "metadata"})
_LONGEST: Final = 60


def fault(data: Mapping[str, object], place: Place, effect: str) -> Diagnostic | None:
    """Give what is wrong with a list, whose items may have been taken out.

    Its `metadata` may stand last: a value that was cut short there is told from none by its key alone.
    """
    metadata = data.get("metadata", {})
    if not isinstance(metadata, Mapping):
        return truncated("the `metadata` of the list is no mapping: the dump was cut off", place, effect)
    if metadata.get("continue", "") != "" or metadata.get("remainingItemCount"):
        advice = "leave out `--limit` and `limit=`"
        return bad("the list goes on in another answer of the API server", place, effect, advice)
    if not isinstance(data.get("items"), list | None):
        advice = "write it anew with `kubectl get ... --all-namespaces -o yaml`"
        return bad("the items of a list are no list", place.at("items"), effect, advice)
    strange = next((name for name in data if name not in _KEYS), None)
    if strange is not None:
        advice = "keep messages out of the dump, as `kubectl get ... > dump.yaml` does without `2>&1`, and see what they say"
        return bad(f"{quoted(strange[:_LONGEST])} stands beside the items, and no list says that", place, effect, advice)
    return None


def itemless(place: Place, effect: str) -> Diagnostic:
    """Say of what is named a list that it is none."""
    return truncated("a list stands here without items, or among those of another", place, effect)


def without_unset(data: Mapping[str, object]) -> dict[str, object]:
    """Give a list that stands in brackets without what its `metadata` says is not set; its items stay as they are.

    Go leaves that out (`omitempty`), and other programs write `null`. Only brackets that close tell it from a value that was cut
    off.
    """
    rest = {name: value for name, value in data.items() if name != "metadata"}
    return {**rest, **without_nulls({"metadata": data.get("metadata")})}


def bad(headline: str, place: Place | None, effect: str, advice: str) -> Diagnostic:
    """Say that something is no dump that can be relied on."""
    return Diagnostic(BAD_DUMP, Severity.ERROR, headline, place, effect, help=advice)
