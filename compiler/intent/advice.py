"""What was probably meant by a value that cannot be taken as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from compiler.diagnostics.model import PathPart
from compiler.intent.scalars import is_hostname, window_meant, window_seconds

EVERYTHING: Final = "*"

_PART: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,6})( *[A-Za-z]+)")
_URL: Final = re.compile(r"(?:[A-Za-z]+://)?([A-Za-z0-9.-]+)(?:[:/?#].*)?\Z")
_THOUSANDS: Final = MappingProxyType({"k": 1_000, "m": 1_000_000, "g": 1_000_000_000, "b": 1_000_000_000})

# What an item of a list looks like where a word alone stands for it.
_ITEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "grants": "{{model: {}}}",
        "members": "{{user: {}}}",
        "tokens": "{{limit: {}, window: 1h}}",
        "requests": "{{limit: {}, window: 1h}}",
        "authentication": "{{name: {}, kind: tokenReview, audiences: [...]}}",
        "backend": "{{kind: {}}}",
        "owner": "{{groups: [{}]}}",
        "credential": "{{secret: {}}}",
        "credentials": "{{secret: {}}}",
    }
)


def window(found: object) -> str | None:
    """Spell a window that is written with another unit, or without one; a number alone is most often meant in seconds.

    None where a window is written as others are: what this one may not be is said elsewhere.
    """
    spelt = window_meant(found) or _in_smaller_units(str(found).strip())
    if spelt is not None and spelt == found:
        return None
    return f"write `{spelt}`" if spelt else "write whole numbers with a unit, such as `90s`, `15m`, `1h30m` or `1d`"


def _in_smaller_units(found: str) -> str | None:
    """Spell a part of a unit, such as half an hour, if it comes to whole seconds."""
    match = _PART.fullmatch(found)
    unit = window_meant(f"1{match[3]}") if match else None
    if match is None or unit is None:
        return None
    seconds, rest = divmod(int(match[1] + match[2]) * window_seconds(unit), 10 ** len(match[2]))
    return None if rest else window_meant(f"{seconds}s" if seconds % 60 else f"{seconds // 60}m")


def host(found: object) -> str | None:
    """Give the host of what has a scheme, a port, a path or capitals as well."""
    match = _URL.match(found) if isinstance(found, str) else None
    meant = match[1].lower() if match else ""
    return f"write `{meant}`" if is_hostname(meant) and meant != found else None


def items(found: object, path: Sequence[PathPart]) -> str | None:
    """Show the list that a single value was meant to be."""
    key = path[-1] if path else ""
    if found == EVERYTHING:
        return 'write `models: ["*"]`' if path[:1] == ("invariants",) and key == "models" else EVERY_ITEM.get(str(key))
    if isinstance(found, str | int) and not isinstance(found, bool):
        names = [_ITEMS[str(key)].format(found)] if key in _ITEMS else [name.strip() for name in str(found).split(",")]
        return f"write a list: `{key}: [{', '.join(names)}]`" if all(names) else None
    if isinstance(found, Mapping) and str(key) in _ITEMS:
        return f"write a list: put `[` before the mapping and `]` behind it, or begin it with `- ` below `{key}:`"
    return None


# What `*` is where a list of names is expected, and where it stands in one.
EVERY_ITEM: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tiers": 'write `tiers: "*"`, without a list, for all tiers of a model',
        "models": 'only invariants have `models: ["*"]`; elsewhere list the models',
        "groups": "list the groups: `system:authenticated` has everybody whom the cluster knows",
        "users": "list the users, or the groups that they are in",
    }
)


def section(name: str, found: object) -> str | None:
    """Show the mapping of names that the list of a section, or a word alone, was meant to be."""
    if found is None:
        return f"take the section out, or write `{name}: {{}}`"
    first = found[0] if isinstance(found, list) and found else found
    if isinstance(first, str) and _WORD.fullmatch(first):
        return f"write a mapping: `{name}: {{{first}: {'{}' if name in _BARE else '{...}'}}}`"
    if not isinstance(found, list) or not isinstance(first, Mapping):
        return None
    # The name of a team is one for people.
    own = first.get("name") if name != "teams" else None
    called = own if isinstance(own, str) and _WORD.fullmatch(own) else None
    keys = [key for key in first if isinstance(key, str) and _WORD.fullmatch(key) and (key != "name" or called is None)]
    inside = ", ".join([f"{key}: ..." for key in keys[:_MOST_KEYS]] + ["..."] * (len(keys) > _MOST_KEYS))
    return f"write each item below a name, without `-`: `{name}: {{{called or '<name>'}: {{{inside}}}}}`"


def mapping(found: object, path: Sequence[PathPart]) -> str | None:
    """Show the mapping that a word alone, or a list, was meant to be."""
    keys = [part for part in path if isinstance(part, str)]
    if isinstance(found, list) and keys and all(isinstance(item, Mapping) for item in found):
        if len(found) == 1:
            return f"write the mapping alone, without a list: `{keys[-1]}: {{...}}`"
        return "there is one amount here: write an invariant for each" if found and keys[-1] == "atMost" else None
    if not isinstance(found, str | int) or isinstance(found, bool) or not keys or keys[-1] not in _ITEMS:
        return None
    return f"write `{_ITEMS[keys[-1]].format(found)}`"


# A word that may be shown as it is written.
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,62}")

# Sections whose items need no keys.
_BARE: Final = frozenset({"groups", "users"})
_MOST_KEYS: Final = 3


# What is written below a key that has to be there, where its name alone does not tell.
_EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "audience": "{}: maas",
        "audiences": '{}: ["https://kubernetes.default.svc"]',
        "authentication": "{}: [{{name: openshift, kind: tokenReview, audiences: [...]}}]",
        "backend": "{}: {{kind: LLMInferenceService}}",
        "credential": "{}: {{secret: <name>}}",
        "credentials": "{}: {{secret: <name>}}",
        "endpoint": "{}: https://keys.example.com/introspect",
        "gateway": "{}: {{namespace: ..., name: ..., hostname: ...}}",
        "issuer": "{}: https://sso.example.com/realms/maas",
        "owner": "{}: {{groups: [...]}}",
        "port": "{}: 8080",
        "window": "{}: 1h",
    }
)


def example(key: str) -> str | None:
    """Show how a key that is missing is written."""
    return f"such as `{_EXAMPLES[key].format(key)}`" if key in _EXAMPLES else None


def number(found: object) -> str | None:
    """Write a whole number out that is written with a letter or with an exponent."""
    if isinstance(found, float) and found.is_integer() and found >= 0:
        return f"write all digits: `{int(found)}`"
    match = re.fullmatch(r"([0-9]{1,9})([kKmMgGbB])", found) if isinstance(found, str) else None
    return f"write all digits: `{int(match[1]) * _THOUSANDS[match[2].lower()]}`" if match else None
