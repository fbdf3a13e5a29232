"""Which live Secrets are taken for API keys, and what the objects of `out/` say that is written on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.drift.dump import Key, Live
from compiler.drift.fields import ABSENT, shown
from compiler.drift.plain import at, mapping
from compiler.drift.result import Field
from compiler.program.keys import KEY_LABEL, WATCH_LABEL, WATCHED_BY

# What we write on keys is read wherever it stands, whether or not it was to be there.
_OURS: Final = KEY_LABEL.partition("/")[0] + "/"

Labels = Mapping[str, object]


def selectors(objects: Sequence[Live]) -> tuple[Labels, ...]:
    """Give the labels by which policies choose the Secrets that hold keys; Authorino sees only those that it watches."""
    found: list[Labels] = []
    for one in objects:
        methods = mapping(at(one.data, "spec", "rules", "authentication")) if one.key[1] == "AuthPolicy" else {}
        for method in methods.values():
            chosen = at(method, "apiKey", "selector", "matchLabels")
            if isinstance(chosen, Mapping):
                found.append({WATCH_LABEL: WATCHED_BY, **chosen})
    return tuple(one for index, one in enumerate(found) if one not in found[:index])


def opens(labels: Labels, chosen: Sequence[Labels]) -> bool:
    """Tell whether the value of a Secret with such labels is taken for an API key."""
    return any(one.items() <= labels.items() for one in chosen)


class Template(Struct, frozen=True):
    """What is written on a Secret, or what an object has its controller write on one."""

    labels: Labels
    annotations: Labels


def templates(objects: Sequence[Live]) -> Mapping[Key, Template]:
    """Give the Secrets that controllers make of objects of ours; each object makes one, of the name that it says."""
    found: dict[Key, Template] = {}
    for one in objects:
        _, kind, namespace, name = one.key
        if kind == "ExternalSecret":
            target = at(one.data, "spec", "target")
            template, name = at(target, "template", "metadata"), str(at(target, "name") or name)
        elif kind == "SealedSecret":
            template = at(one.data, "spec", "template", "metadata")
        else:
            continue
        found["", "Secret", namespace, name] = _template(template)
    return found


def said(secret: Live) -> Template:
    """Give what is written on a Secret."""
    return _template(secret.data.get("metadata"))


def _template(metadata: object) -> Template:
    labels, annotations = (mapping(at(metadata, part)) for part in ("labels", "annotations"))
    return Template(labels, annotations)


def rewritten(secret: Live, template: Template, chosen: Sequence[Labels]) -> Iterator[Field]:
    """Give the labels and annotations of a Secret that are not what was to be written on it, and that are read."""
    asked = {name for one in chosen for name in one}
    says = said(secret)
    for part, wanted, there in (
        ("labels", template.labels, says.labels),
        ("annotations", template.annotations, says.annotations),
    ):
        read = {name for name in there if name in asked or str(name).startswith(_OURS)}
        for name in sorted({*wanted, *read}, key=str):
            before, after = shown(wanted.get(name, ABSENT)), shown(there.get(name, ABSENT))
            if before != after:
                yield Field(f"metadata.{part}.{name}", before, after)
