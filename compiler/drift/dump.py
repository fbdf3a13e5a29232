"""Reads what `kubectl get -o yaml` prints: a List, several documents, or an object, as YAML or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, cast

from msgspec import Struct

from compiler.diagnostics.model import Diagnostic, Place
from compiler.drift.normal import group_of, normal
from compiler.drift.reading import NOTHING, is_list, read
from compiler.source.cut import truncated
from compiler.source.document import Document
from compiler.source.listing import bad as bad_dump
from compiler.source.listing import fault, itemless
from compiler.source.nulls import without_nulls

_LIST: Final = "List"
_KUSTOMIZE: Final = "kustomize.config.k8s.io"
_HELP: Final = "write it anew with `kubectl get ... --all-namespaces -o yaml`"

# API group, kind, namespace (empty for cluster-wide objects) and name.
Key = tuple[str, str, str, str]


class Live(Struct, frozen=True):
    """An object with its identity and its place in a dump."""

    key: Key
    data: Mapping[str, object]
    place: Place


def key_of(data: Mapping[str, object]) -> Key | None:
    """Give the identity of an object, or None if it has none."""
    metadata, kind, version = data.get("metadata"), data.get("kind"), data.get("apiVersion")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if not isinstance(metadata, Mapping) or not all(isinstance(one, str) and one for one in (name, kind, version)):
        return None
    return group_of(data), str(kind), str(metadata.get("namespace") or ""), str(name)


def objects(
    files: Mapping[str, bytes], tell: Callable[[int], None] = lambda _: None
) -> tuple[tuple[Live, ...], tuple[Diagnostic, ...]]:
    """Give the objects of dumps by their file names, and what is wrong with these.

    `tell` is told now and then how many lines have been read.
    """
    before = 0
    found: dict[Key, Live] = {}
    wrong: list[Diagnostic] = []
    beside: list[Place] = []
    for file, content in sorted(files.items()):
        documents, unread = read(file, content, partial(_further, tell, before))
        before += content.count(b"\n")
        wrong += unread
        for document in documents:
            for one in _of(document, wrong):
                first = found.setdefault(one.key, one)
                if first is not one and normal(first.data) != normal(one.data):
                    headline = f"the {one.key[1]} `{one.key[3]}` is in the dumps twice, and not the same"
                    wrong.append(bad(headline, one.place, "dump everything at once: between two dumps the cluster has changed"))
        if not documents and not unread:
            wrong.append(bad("the dump holds nothing", Place(file)))
        if not found and documents and all(map(_of_kustomize, documents)):
            beside.append(Place(file))
    if beside and not found and not wrong:
        wrong.append(bad("this is no dump: it says which manifests there are, and holds no object of a cluster", beside[0]))
    return tuple(found.values()), tuple(wrong)


def _further(tell: Callable[[int], None], before: int, lines: int) -> None:
    tell(before + lines)


def bad(headline: str, place: Place | None, advice: str = _HELP) -> Diagnostic:
    """Say that something is no dump that can be relied on."""
    return bad_dump(headline, place, NOTHING, advice)


def _of_kustomize(document: Document) -> bool:
    return isinstance(document.data, dict) and group_of(document.data) == _KUSTOMIZE


def _of(document: Document, wrong: list[Diagnostic]) -> Iterator[Live]:
    place = Place(document.file, document=document.index)
    if not isinstance(document.data, dict):
        wrong.append(bad("this is no Kubernetes object", place))
        return
    data = cast("dict[str, object]", document.data)
    kind = data.get("kind")
    if _of_kustomize(document):
        # It says which files there are, and is in no cluster: a folder of manifests can be compared as well.
        return
    if "items" not in data:
        yield from _one(data, place, wrong)
    elif not isinstance(kind, str) or not is_list(data):
        # Keys are printed in the order of the alphabet: what ends within the items has no kind.
        wrong.append(truncated("a list without `kind: List`: the dump was cut off", place, NOTHING))
    elif (wrongly := fault(data, place, NOTHING)) is not None:
        wrong.append(wrongly)
    else:
        # Items of a list of one kind, as the API itself gives it, do not repeat what they are.
        typed = {"apiVersion": data.get("apiVersion"), "kind": kind.removesuffix(_LIST)} if kind != _LIST else {}
        for index, item in enumerate(cast("list[object]", data["items"] or [])):
            here = place.at("items", index)
            if isinstance(item, dict):
                yield from _one({**typed, **item}, here, wrong)
            else:
                wrong.append(bad("an item of the list is no object", here))


def _one(said: dict[str, object], place: Place, wrong: list[Diagnostic]) -> Iterator[Live]:
    data = without_nulls(said)
    key = key_of(data)
    if key is None and str(data.get("kind", "")).endswith(_LIST):
        wrong.append(itemless(place, NOTHING))
        return
    if key is None:
        missing = next(one for one in ("apiVersion", "kind", "metadata.name") if not _has(data, one))
        wrong.append(bad(f"this is no Kubernetes object: `{missing}` is missing", place))
        return
    yield Live(key, data, place)


def _has(data: Mapping[str, object], path: str) -> bool:
    here: object = data
    for part in path.split("."):
        here = here.get(part) if isinstance(here, Mapping) else None
    return isinstance(here, str) and bool(here)
