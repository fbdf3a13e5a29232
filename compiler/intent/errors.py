"""Turn what pydantic found wrong into diagnostics that speak of the user's text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from compiler.diagnostics.model import Diagnostic, PathPart, Place, Severity
from compiler.diagnostics.suggest import closest

_EXPECTED: Final = {
    "string_type": "a string",
    "int_type": "a whole number",
    "bool_type": "`true` or `false`",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}

_EFFECTS: Final = {
    "unknown-key": "a key nobody reads changes nothing: what it was meant to allow or limit would not hold",
    "missing-key": "nothing is compiled: the compiler never fills in what decides about access or budget",
    "wrong-type": "nothing is compiled: the value has no meaning here",
    "bad-value": "nothing is compiled: the value has no meaning here",
    "bad-window": "Kuadrant would refuse the policy, or cut the window to 0 seconds and never limit",
    "bad-limit": "Limitador counts a negative limit as 0 and a huge one as none",
    "bad-name": "the API server would refuse the objects that carry the name, and Argo CD would stop half-way",
    "bad-hostname": "the gateway would match no request, or requests for another host, against the policies",
}


def explain(error: ValidationError, data: object, place: Place) -> Iterator[Diagnostic]:
    """Give one diagnostic for each thing wrong with `data`, which stands at `place`."""
    seen: set[tuple[PathPart, ...]] = set()
    for details in error.errors(include_url=False):
        path, found = _follow(details["loc"], data)
        if path in seen and details["type"] != "missing":
            continue  # the arms of a union complain about the same value one after the other
        seen.add(path)
        yield from _one(details, place.at(*path), found)


def _follow(location: Sequence[PathPart], data: object) -> tuple[tuple[PathPart, ...], object]:
    """Keep the parts of pydantic's location that exist in the text; union arms and missing keys do not."""
    path: list[PathPart] = []
    here = data
    for part in location:
        if (isinstance(here, dict) and part in here) or (isinstance(here, list) and isinstance(part, int) and part < len(here)):
            path.append(part)
            here = here[part]  # type: ignore[index]  # the two tests above make sure that the part fits
    return tuple(path), here


def _one(details: ErrorDetails, place: Place, found: object) -> Iterator[Diagnostic]:
    kind = details["type"]
    context: Mapping[str, object] = details.get("ctx", {})
    if kind == "unknown-key":
        yield from _unknown_keys(context, place)
    elif kind == "missing":
        yield _error("missing-key", f"the key `{details['loc'][-1]}` is missing", place.on_key())
    elif kind == "union_tag_not_found":
        yield _error("missing-key", "the key `kind` is missing", place)
    elif kind == "union_tag_invalid":
        known = str(context["expected_tags"]).replace("'", "")
        suggestion = closest(str(context["tag"]), known.split(", "))
        yield _error("bad-value", f"unknown kind `{context['tag']}`", place.at("kind"), _listed(known, suggestion))
    elif kind in _EXPECTED:
        yield _error("wrong-type", f"expected {_EXPECTED[kind]}, found {_described(found)}", place, _quoting(kind, found))
    elif kind in _EFFECTS:
        yield _error(kind, f"{details['msg']}, found {_described(found)}", place)
    else:
        message = details["msg"]
        yield _error("bad-value", message[:1].lower() + message[1:].replace("'", "`"), place)


def _unknown_keys(context: Mapping[str, object], place: Place) -> Iterator[Diagnostic]:
    keys, known = context["keys"], context["known"]
    if not isinstance(keys, list) or not isinstance(known, list):
        return
    for key in keys:
        suggestion = closest(str(key), known)
        yield _error("unknown-key", f"unknown key `{key}`", place.at(key).on_key(), _listed(", ".join(known), suggestion))


def _listed(known: str, suggestion: str | None) -> str:
    return f"did you mean `{suggestion}`?" if suggestion else f"known here: {known}"


def _quoting(kind: str, found: object) -> str | None:
    """Advise quotes where YAML read a number or a boolean and text is meant."""
    scalar = isinstance(found, int | float | bool) or found is None
    return "write it in quotes to make it a string" if kind == "string_type" and scalar else None


def _described(found: object) -> str:
    match found:
        case None:
            return "nothing"
        case bool():
            return f"`{str(found).lower()}`"
        case int() | float():
            return f"the number `{found}`"
        case str():
            return f"`{found}`"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _error(code: str, headline: str, place: Place, advice: str | None = None) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, headline, place, _EFFECTS[code], help=advice)
