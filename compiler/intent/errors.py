"""Turn what pydantic found wrong into diagnostics that speak of the user's text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from compiler.diagnostics.model import Diagnostic, Fix, PathPart, Place, Severity
from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import closest
from compiler.diagnostics.unseen import unseen
from compiler.intent import advice
from compiler.intent.described import described, unquoted
from compiler.intent.pydantic_models import model_of
from compiler.intent.scalars import window_meant, window_seconds
from compiler.intent.spec import Spec

# The last part of where pydantic says that the key of a mapping is wrong, and not what it holds.
_KEY: Final = "[key]"

# Keys whose value is a window.
_WINDOWS: Final = frozenset({"window", "cache"})

_EXPECTED: Final = {
    "string_type": "a string",
    "int_type": "a whole number",
    "bool_type": "`true` or `false`",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}

# What quotes keep from being what is expected.
_UNQUOTED: Final = {"int_type": int, "bool_type": bool}

_EFFECTS: Final = {
    "unknown-key": "a key nobody reads changes nothing: what it was meant to allow or limit would not hold",
    "missing-key": "nothing is compiled: the compiler never fills in what decides about access or budget",
    "wrong-type": "nothing is compiled: the value has no meaning here",
    "bad-value": "nothing is compiled: the value has no meaning here",
    "bad-window": "whoever reads it may refuse the policy, cut the window to 0 seconds and never limit, or leave the budget out",
    "bad-limit": "a negative limit counts as 0 and denies everyone; one beyond any use never stops anyone",
    "bad-name": "the API server would refuse the objects that carry the name, and Argo CD would stop half-way",
    "bad-url": "the gateway would ask nobody, or somebody else, whether credentials are good",
    "bad-hostname": "the gateway would match no request, or requests for another host, against the policies",
}
_OTHER_PROVIDERS: Final = "any other that speaks the format of OpenAI is `openai-compatible`"

# A host that is called, and not one that is asked for.
_OF_PROVIDER: Final = "the gateway would reach no provider, or another one: the model answers nobody"


def explain(spec: type[Spec], data: object, place: Place) -> Iterator[Diagnostic]:
    """Give one diagnostic for each thing wrong with `data`, which stands at `place` and was refused as a `spec`."""
    try:
        model_of(spec).model_validate(data)
    except ValidationError as error:
        yield from _explained(error, data, place)
    else:
        # What is refused stays refused; where the two differ, the tests are there to tell.
        yield _error("bad-value", f"{described(data)} is not what may be written here", place)


def _explained(error: ValidationError, data: object, place: Place) -> Iterator[Diagnostic]:
    seen: set[tuple[PathPart, ...]] = set()
    for details in error.errors(include_url=False):
        path, found = _follow(details["loc"], data)
        if path in seen and details["type"] != "missing":
            continue  # the arms of a union complain about the same value one after the other
        seen.add(path)
        if path and details["loc"][-2:] == (path[-1], _KEY):
            yield from _one(details, place.at(*path).on_key(), path[-1])
        else:
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
        key = str(details["loc"][-1])
        yield _error("missing-key", f"the key `{key}` is missing", place.on_key(), advice.example(key))
    elif kind == "union_tag_not_found":
        yield _error("missing-key", "the key `kind` is missing", place.on_key())
    elif kind == "union_tag_invalid":
        known = str(context["expected_tags"]).replace("'", "")
        # Pydantic gives what is no text as one.
        yield _kind(found["kind"] if isinstance(found, dict) else context["tag"], known, place.at("kind"))
    elif kind in _EXPECTED:
        found_instead = f"expected {_EXPECTED[kind]}, found {described(found)}"
        fix = _window(found, place)
        yield _error("wrong-type", found_instead, place, _meant(kind, found, place.path), fix)
    elif kind in _EFFECTS:
        whole = isinstance(found, dict | list)
        headline = details["msg"] if whole else f"{details['msg']}, found {described(found)}"
        fix = _window(found, place)
        guess = {"bad-window": advice.window, "bad-hostname": advice.host}.get(kind)
        yield _error(kind, headline, place, guess(found) if guess else None, fix)
    elif kind == "literal_error":
        known = str(context["expected"]).replace(" or ", ", ").replace("'", "")
        suggestion = closest(found, known.split(", ")) if isinstance(found, str) else None
        plain = isinstance(found, str | bool)
        headline = f"unknown value {described(found)}" if plain else f"{described(found)} is none of the values for this place"
        listed = _listed(known, suggestion)
        other = f"{'' if suggestion else ';'} {_OTHER_PROVIDERS}" if "openai-compatible" in known else ""
        yield _error("bad-value", headline, place, listed + other)
    else:
        yield _error("bad-value", _bounds(kind, context, found) or _plain(details["msg"]), place, _example(details["loc"], kind))


def _kind(tag: object, known: str, place: Place) -> Diagnostic:
    """Tell of a kind that there is not; in brackets it is meant without them."""
    inside = next(iter(tag), None) if isinstance(tag, list | dict) else tag
    names = known.split(", ")
    suggestion = inside if inside in names else closest(inside, names) if isinstance(inside, str) else None
    said = "unknown kind" if isinstance(tag, str) else "expected the name of a kind, found"
    return _error("bad-value", f"{said} {described(tag)}", place, _listed(known, str(suggestion) if suggestion else None))


def _bounds(kind: str, context: Mapping[str, object], found: object) -> str | None:
    """Say which bound a value does not keep, where pydantic's words are about types and not about values."""
    match kind:
        case "too_short" | "string_too_short":
            return "the text is empty" if isinstance(found, str) else "nothing is listed here, and at least one item is needed"
        case "too_long" | "string_too_long":
            return f"the text has more than the {context['max_length']} characters that fit here"
        case "int_parsing_size":
            return f"{described(found)} is none of the numbers that may stand here"
        case "greater_than_equal":
            return f"the smallest value here is {context['ge']}, found {described(found)}"
        case "less_than_equal":
            return f"the largest value here is {context['le']}, found {described(found)}"
        case "string_pattern_mismatch":
            return f"{described(found)} does not have the form that is needed here"
        case _:
            return None


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:].replace("'", "`")


def _example(location: Sequence[PathPart], kind: str) -> str | None:
    """Show what is meant where a pattern would have to be read."""
    examples = {
        "kuadrant": 'write a release, such as `"1.5"` or `"1.4.2"`',
        "pricePerMillionTokens": 'such as `"2.50"`',
        "key": "letters, digits, `-` and `_`: a dot would lead further down, so put the value below another name in the Secret",
    }
    return examples.get(str(location[-1])) if location and kind == "string_pattern_mismatch" else None


def _unknown_keys(context: Mapping[str, object], place: Place) -> Iterator[Diagnostic]:
    keys, known = context["keys"], context["known"]
    if not isinstance(keys, list) or not isinstance(known, list):
        return
    for key in keys:
        suggestion = closest(str(key), known)
        help_ = unseen(str(key)) or _listed(", ".join(known), suggestion)
        yield _error("unknown-key", f"unknown key {quoted(str(key))}", place.at(key).on_key(), help_)


def _listed(known: str, suggestion: str | None) -> str:
    return f"did you mean `{suggestion}`?" if suggestion else f"known here: {known}"


def _meant(kind: str, found: object, path: Sequence[PathPart]) -> str | None:
    """Guess what was meant by a value of another type."""
    match kind:
        case "string_type" if path and path[-1] in _WINDOWS:
            return advice.window(found)
        case "list_type":
            return advice.items(found, path)
        case "model_type" | "model_attributes_type" | "dict_type":
            return advice.mapping(found, path)
        case "int_type":
            return _quoting(kind, found) or advice.number(found)
        case _:
            return _quoting(kind, found)


def _quoting(kind: str, found: object) -> str | None:
    """Advise quotes where YAML read a number or a boolean and text is meant, and the other way round."""
    if kind == "string_type":
        scalar = isinstance(found, int | float | bool) or found is None
        return "write it in quotes to make it a string" if scalar else None
    meant = _UNQUOTED.get(kind)
    return "remove the quotes" if isinstance(found, str) and type(unquoted(found)) is meant else None


def _window(found: object, place: Place) -> Fix | None:
    """Give the window that is meant, where one is expected and what is written can only mean that."""
    meant = window_meant(found) if place.path and place.path[-1] in _WINDOWS else None
    if meant is None or meant == found:
        return None
    bare = str(found).strip().isdecimal()
    unit = ": a number without a unit counts seconds" if bare else ""
    return Fix(str(found), meant, f"{window_seconds(meant):,} seconds{unit}")


def _error(code: str, headline: str, place: Place, help_: str | None = None, fix: Fix | None = None) -> Diagnostic:
    of_provider = code == "bad-hostname" and place.path[-1:] == ("endpoint",)
    effect = _OF_PROVIDER if of_provider else _EFFECTS[code]
    return Diagnostic(code, Severity.ERROR, headline, place, effect, help=help_, fix=fix)
