"""Every name that is used is defined: a misspelt one would allow, limit or lock out nobody it was meant for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from compiler.checks.report import error
from compiler.diagnostics.model import Diagnostic, Fix
from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import certain, closest
from compiler.diagnostics.unseen import unseen
from compiler.intent.advice import EVERY_ITEM, EVERYTHING
from compiler.intent.intent import Intent, Item
from compiler.intent.references import Reference, references, user_aliases
from compiler.intent.spec import Spec

_CODES: Final[Mapping[str, tuple[str, str, str]]] = {
    "groups": ("unknown-group", "group", "no caller would ever match it: 403 for those it was meant for"),
    "users": ("unknown-user", "user", "no caller would ever match it: 403 for the one it was meant for"),
    "models": ("unknown-model", "model", "no model would be opened or metered by it: 403 for those it was meant for"),
    "tiers": ("unknown-tier", "tier", "no caller has it: 403 for those it was meant for"),
    "subscriptions": ("unknown-subscription", "subscription", "the key is bound to nothing: 403 for whoever calls with it"),
    "policies": ("unknown-policy", "policy", "the team would have no budget: 403 for its members"),
}

# An invariant decides about no request: what it misses is what it was to prove.
_SPEAKS_OF_NOBODY: Final = "the invariant would speak of nobody by that name: it proves nothing of those it was meant for"
_SPEAKS_OF_NO_MODEL: Final = "the invariant would speak of no model of that name: it proves nothing of the one it was meant for"
_LEAVES_OUT_NOBODY: Final = "the invariant would leave out nobody by that name: it asks the same of those who are not meant"

# What only the identity provider defines: to declare it here says no more than that it is meant as written.
_DECLARED: Final = ("groups", "users")


def on_intent(intent: Intent) -> Iterator[Diagnostic]:
    """Report each reference that leads nowhere."""
    known = {section: set(names) for section, names in intent.declared.items()}
    known["users"] |= set(user_aliases(intent))
    for several in references(intent):
        # Nearly all are known: one by one they are only looked at where one is not.
        if not known[several.section].issuperset(several.names):
            unknown = (reference for reference in several.each() if reference.name not in known[reference.section])
            yield from (_unknown(reference, known, intent) for reference in unknown)


def _unknown(reference: Reference, known: Mapping[str, set[str]], intent: Intent) -> Diagnostic:
    code, kind, _ = _CODES[reference.section]
    suggestion = closest(reference.name, sorted(known[reference.section])) or _elsewhere(reference, known)
    if suggestion:
        suggestion = _as_written(suggestion, reference, intent)
    # Whoever writes a character that nobody sees, or `*`, does not mean a name that could be declared.
    odd = unseen(reference.written) or (EVERY_ITEM.get(reference.section) if reference.written == EVERYTHING else None)
    advice = odd or (f"did you mean `{suggestion}`?" if suggestion else f"define it under `{reference.section}:`")
    fix = None if odd else _fix(reference, known, intent)
    return error(code, f"unknown {kind} {quoted(reference.written)}", reference.place, _effect(reference), help=advice, fix=fix)


def _elsewhere(reference: Reference, known: Mapping[str, set[str]]) -> str | None:
    """Give the model of that name in another namespace: a name alone means one in the namespace of the platform."""
    _, _, name = reference.name.rpartition("/")
    found = sorted(one for one in known["models"] if one.rpartition("/")[2] == name) if reference.section == "models" else ()
    return found[0] if found else None


def _effect(reference: Reference) -> str:
    match reference.place.path:
        case ("invariants", _, "callers", str(key), *_):
            return _LEAVES_OUT_NOBODY if key.startswith("not") else _SPEAKS_OF_NOBODY
        case ("invariants", _, "models", *_):
            return _SPEAKS_OF_NO_MODEL
        case _:
            return _CODES[reference.section][2]


def _as_written(name: str, reference: Reference, intent: Intent) -> str:
    namespace = intent.platform.spec.model_namespace
    return name if "/" in reference.written else name.removeprefix(f"{namespace}/")


def _fix(reference: Reference, known: Mapping[str, set[str]], intent: Intent) -> Fix | None:
    """Give what the reference can only mean; a name that something else has may be a slip of another kind."""
    section, name = reference.section, reference.name
    if any(name in names or reference.written in names for names in known.values()):
        return None
    # People have names that are a letter apart, and who is meant may be somebody whom nobody has declared yet.
    meant = certain(name, known[section]) if section != "users" else None
    if meant is not None:
        items: Mapping[str, Item[Spec]] = getattr(intent, section)
        item = items.get(meant)
        if item is None:
            return None
        says = f"the {_CODES[section][1]} `{item.name}`, declared in {item.place.file}"
        return Fix(reference.written, _as_written(meant, reference, intent), says)
    near = closest(name, {one for names in known.values() for one in names})
    # Who is written as an address or a number is known by another name, which nobody can tell from it.
    named = section == "groups" or not ("@" in name or any(letter.isdigit() for letter in name))
    if section not in _DECLARED or near is not None or not named:
        return None
    says = f"a {_CODES[section][1]} of that name at the identity provider; nothing like it is declared"
    return Fix(reference.written, name, says, section)
