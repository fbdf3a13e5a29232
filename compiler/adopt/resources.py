"""MaaS custom resources of a dump: they say the same as below `config/`, once what nobody honours is set aside."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from compiler.adopt.draft import Draft, origin
from compiler.adopt.gather import Dump
from compiler.adopt.objects import Object, Plain, mapping, mappings
from compiler.adopt.policies import LIMITING
from compiler.diagnostics.model import Severity
from compiler.resources.translate import translated
from compiler.source.document import Document, Sources

KINDS: Final = ("MaaSModel", "MaaSModelRef", "ExternalModel", "MaaSAuthPolicy", "MaaSSubscription")
_EXPOSING: Final = KINDS[:2]
_SERVING: Final = KINDS[:3]

# Fields that decide nothing about a request, and what becomes of what they say.
_SET_ASIDE: Final = {
    "endpointOverride": "the address that is told to those who list models stays with the MaaS API",
    "meteringMetadata": "nobody reads it: what use is put down to is said by subscriptions",
}


def resources(dump: Dump, draft: Draft) -> None:
    """Add what the resources of both releases say."""
    found = [one for one in dump.of(*KINDS) if _alive(one, draft)]
    outside = {(one.namespace, one.name) for one in found if one.kind == "ExternalModel"}
    found = [one for one in found if not _elsewhere(one, outside, draft)]
    exposed = {(one.namespace, one.name) for one in found if one.kind in _EXPOSING}
    names = {name for _, name in exposed}
    prepared = [(one, _prepared(one, exposed, names, draft)) for one in found]
    usable = [(one, data) for one, data in prepared if data is not None]
    for one, item in _translated(_apart(usable), draft):
        section, name, data = item
        if section == "models" and one.kind != "ExternalModel":
            namespace = name.partition("/")[0]
            service = data["backend"].get("name", one.name)
            data = {"backend": {"kind": "LLMInferenceService", "of": f"{namespace}/{service}"} | data["backend"]}
        if section == "subscriptions":
            data = data | {"models": {model: _said(budget, one, draft) for model, budget in data["models"].items()}}
        entry = draft.add(section, name, data, origin(one))
        if name.rpartition("/")[2] != one.name:
            entry.remarks.append(f"called `{one.name}` in the cluster, where another namespace has one of the name as well")
        if section == "subscriptions":
            _remark_defaults(one, entry.remarks)


def _alive(one: Object, draft: Draft) -> bool:
    if "deletionTimestamp" in one.data["metadata"]:
        draft.leave(one, "is being deleted")
        return False
    return True


def _elsewhere(one: Object, outside: set[tuple[str, str]], draft: Draft) -> bool:
    """Tell whether a model is served by what is not in the dump, or behind another gateway."""
    if one.kind not in _EXPOSING:
        return False
    ref = mapping(one.spec.get("modelRef"))
    where = (str(ref.get("namespace") or one.namespace), str(ref.get("name")))
    if ref.get("kind") == "ExternalModel" and where not in outside:
        draft.leave(one, f"exposes the ExternalModel {'/'.join(where)}, which is not in the dump")
        return True
    if one.spec.get("tenantRef"):
        draft.leave(one, "belongs to a tenant with a gateway of its own: import it into another configuration")
        return True
    return False


def _prepared(one: Object, exposed: set[tuple[str, str]], names: set[str], draft: Draft) -> Plain | None:
    """Give a resource without what nobody honours; None when nothing is left."""
    data: Plain = copy.deepcopy(one.data)
    data["metadata"].pop("labels", None)
    spec = data.get("spec")
    if not isinstance(spec, dict):
        draft.leave(one, "has no spec")
        return None
    for field, why in _SET_ASIDE.items():
        if spec.pop(field, None):
            draft.leave(one, f"has a `{field}`: {why}")
    if one.kind in _SERVING:
        return data
    who = spec.get("subjects" if one.kind == "MaaSAuthPolicy" else "owner")
    if not isinstance(who, dict) or not (who.get("groups") or who.get("users")):
        draft.leave(one, "is for nobody")
        return None
    refs = spec.get("modelRefs")
    kept = [ref for ref in refs if _known(ref, exposed, names)] if isinstance(refs, list) else []
    for ref in refs if isinstance(refs, list) else []:
        if ref not in kept:
            draft.leave(one, f"names the model `{_named(ref)}`, which is not among the models taken over")
    if not kept:
        return None
    spec["modelRefs"] = kept
    if one.kind == "MaaSSubscription":
        _one_price(one, kept, draft)
    return data


def _named(ref: object) -> str:
    name = ref.get("name") if isinstance(ref, dict) else ref
    namespace = ref.get("namespace") if isinstance(ref, dict) else None
    return f"{namespace}/{name}" if namespace else str(name)


def _known(ref: object, exposed: set[tuple[str, str]], names: set[str]) -> bool:
    namespace, _, name = _named(ref).rpartition("/")
    return (namespace, name) in exposed if namespace else name in names


def _one_price(one: Object, refs: Sequence[object], draft: Draft) -> None:
    rates = [ref.get("billingRate") for ref in refs if isinstance(ref, dict)]
    if any(rate != rates[0] for rate in rates):
        for ref in refs:
            if isinstance(ref, dict):
                ref.pop("billingRate", None)
        draft.leave(one, "has several prices, and a subscription has one: no price is taken over")
    for ref in refs:
        if isinstance(ref, dict) and ref.pop("tokenRateLimitRef", None):
            draft.leave(one, "has a `tokenRateLimitRef`, which no controller ever read")


def _apart(usable: Sequence[tuple[Object, Plain]]) -> list[tuple[Object, Plain]]:
    """Give resources of one kind and name in several namespaces names of their own: an item's name stands for one thing."""
    taken: set[tuple[str, str]] = set()
    for one, data in usable:
        if one.kind in _SERVING:
            continue
        name = one.name if (one.kind, one.name) not in taken else f"{one.namespace}-{one.name}"
        taken.add((one.kind, name))
        data["metadata"]["name"] = name
    return list(usable)


Item = tuple[str, str, Plain]


def _translated(usable: Sequence[tuple[Object, Plain]], draft: Draft) -> list[tuple[Object, Item]]:
    """Translate as many as can be; one that is wrong is left, and the others are read again without it."""
    rest = list(usable)
    while True:
        documents = tuple(Document("dump", index, "", data) for index, (_, data) in enumerate(rest))
        sources, told = translated(Sources(documents))
        wrong = {found.place.document: found for found in told if found.severity is Severity.ERROR and found.place}
        if not wrong:
            return list(_items(zip((one for one, _ in rest), sources.documents, strict=True), draft))
        for index, found in wrong.items():
            draft.leave(rest[index][0], f"cannot be read: {found.headline}")
        rest = [one for index, one in enumerate(rest) if index not in wrong]


def _items(translated_ones: Iterable[tuple[Object, Document]], draft: Draft) -> Iterator[tuple[Object, Item]]:
    for one, document in translated_ones:
        if document.data:
            yield one, _item(document)
        elif one.kind == "ExternalModel":
            draft.leave(one, "is exposed by no `MaaSModelRef`")


def _item(document: Document) -> Item:
    data: Any = document.data
    ((section, items),) = data.items()
    ((name, item),) = items.items()
    return section, name, item


def _said(budget: Plain, one: Object, draft: Draft) -> Plain:
    return budget | {unit: draft.say(budget[unit], one) for unit in LIMITING.values() if unit in budget}


def _remark_defaults(one: Object, remarks: list[str]) -> None:
    silent = [ref for ref in mappings(one.spec.get("modelRefs")) if not ref.get("tokenRateLimits")]
    remarks.extend(f"the budget on `{ref.get('name')}` is the controller's default: the resource says none" for ref in silent)
