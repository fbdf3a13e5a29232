"""Reads the few forms of Rego in which controllers let the MaaS API decide: what its answers must say where a rule holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

# Without escapes in texts and without numbers: whatever else Rego has stands in no form that is read here.
_TOKEN: Final = re.compile(r'[ \t\r]+|#[^\n]*|("[^"\\\n]*"|[A-Za-z_]\w*|:=|==|!=|[{}\[\](),.;=\n])', re.ASCII)
_TWO_WORDS: Final = re.compile(r"\w\w", re.ASCII)
_FIELD: Final = re.compile(r'\["([A-Za-z_]\w*)"\]', re.ASCII)
# All that a text may consist of, without any space that could be left out.
_RULE: Final = re.compile(r"\n*(?:default allow:?=false|allow(?::?=true)?(?: if)?\{((?:[^{}]|\{\})*)\})(?:\n+|\Z)")
_NAMING: Final = re.compile(r"([A-Za-z_]\w*):=(.*)", re.ASCII)


class Says(Enum):
    """What a rule asks of the answers of the API."""

    ALLOWED = "the caller may call the model"
    CHOSEN = "a subscription was chosen"
    NOT_REFUSED = "a subscription was chosen, or nobody answered"
    KEPT = "the subscription, if one was chosen, is not being deleted"
    VALID_KEY = "the key is one"
    NO_KEY = "nobody was asked about a key"


_METADATA: Final = "input.auth.metadata"
_INFO: Final = f'{_METADATA}["subscription-info"]'
_KEY: Final = f"{_METADATA}.apiKeyValidation"
_EMPTY: Final = '""'
_FALSE: Final = "false"


def _got(field: str, default: str) -> str:
    return f'object.get({_INFO},"{field}",{default})'


_PHASE: Final = _got("phase", _EMPTY)
# All that may be said in a rule; what is undefined does not hold in Rego, and a text that is empty does.
_STATEMENTS: Final = {
    f"{_INFO}.accessAllowed": Says.ALLOWED,
    f"{_INFO}.accessAllowed==true": Says.ALLOWED,
    _got("accessAllowed", _FALSE): Says.ALLOWED,
    f"{_got('accessAllowed', _FALSE)}==true": Says.ALLOWED,
    f"{_INFO}.name!={_EMPTY}": Says.CHOSEN,
    f"{_got('name', _EMPTY)}!={_EMPTY}": Says.CHOSEN,
    f"{_got('error', _EMPTY)}=={_EMPTY}": Says.CHOSEN,
    f'{_INFO}.phase=="Active"': Says.CHOSEN,
    f'{_PHASE}=="Active"': Says.CHOSEN,
    f'any([{_PHASE}=="Active",{_PHASE}=="Degraded"])': Says.CHOSEN,
    f"not {_INFO}.error": Says.NOT_REFUSED,
    f"not {_got('error', _FALSE)}": Says.NOT_REFUSED,
    f"{_got('deletionTimestamp', _EMPTY)}=={_EMPTY}": Says.KEPT,
    f"{_KEY}.valid": Says.VALID_KEY,
    f"{_KEY}.valid==true": Says.VALID_KEY,
    f'object.get({_METADATA},"apiKeyValidation",{{}})': Says.VALID_KEY,
    f"not {_KEY}": Says.NO_KEY,
}
# What may be given a name: what is there wherever anybody answered.
_NAMED: Final = (_INFO, _PHASE)


class _UnreadError(ValueError):
    """The text says something else than what is read here."""


def asked_of(rego: str) -> frozenset[Says]:
    """Give what the answers say wherever a rule in Rego holds, and only there; nothing where its text is not read.

    One about keys holds for valid ones, and for callers without.
    """
    try:
        bodies = [frozenset(_said(body)) for body in _bodies(_plainly(rego))]
    except _UnreadError:
        return frozenset()
    keys, nobodys = frozenset({Says.VALID_KEY}), frozenset({Says.NO_KEY})
    if nobodys in bodies:
        return nobodys if {*bodies} <= {keys, nobodys} else frozenset()
    if len(bodies) != 1 or bodies[0] & {*keys, *nobodys}:
        return frozenset()
    telling = bodies[0] - {Says.KEPT}
    # Whatever else is asked says that somebody answered.
    return telling if len(telling) <= 1 else telling - {Says.NOT_REFUSED}


def _plainly(rego: str) -> str:
    """Write a text without comments, and without any space that could be left out."""
    found, place = "", 0
    words: list[str] = []
    while place < len(rego):
        token = _TOKEN.match(rego, place)
        if token is None:
            raise _UnreadError
        place = token.end()
        said = token[1] or ""
        words += [" ", said] if _TWO_WORDS.fullmatch(f"{found[-1:]}{said[:1]}") else [said]
        found = said or found
    return _FIELD.sub(r".\1", "".join(words))


def _bodies(text: str) -> Iterator[str]:
    """Give the body of each rule for `allow`; there are no other rules, and by default it does not hold."""
    place = 0
    while place < len(text):
        rule = _RULE.match(text, place)
        if rule is None:
            raise _UnreadError
        place = rule.end()
        if rule[1] is not None:
            yield rule[1]


def _said(body: str) -> Iterator[Says]:
    names: dict[str, str] = {}
    for statement in filter(None, re.split(r"[;\n]", body)):
        told = re.sub(r'(?<![\w."])[A-Za-z_]\w*', lambda word: names.get(word[0], word[0]), statement, flags=re.ASCII)
        naming = _NAMING.fullmatch(told)
        if naming is not None and naming[2] in _NAMED:
            names[naming[1]] = naming[2]
        elif told in _STATEMENTS:
            yield _STATEMENTS[told]
        else:
            raise _UnreadError
