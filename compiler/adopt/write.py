"""Writes the configuration, each item under a comment that says where it comes from, and what is left over beside it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from compiler.adopt.draft import Draft, Entry, Left
from compiler.adopt.objects import Plain
from compiler.adopt.oneline import one_line
from compiler.render import yaml as rendered
from compiler.source.load import load_text
from compiler.style.layout import formatted

# The files, and the sections of each; a section that is empty is not written.
_FILES: Final = {
    "platform.yaml": ("platform", "groups", "users"),
    "tiers.yaml": ("tiers",),
    "models.yaml": ("models",),
    "access.yaml": ("access",),
    "subscriptions.yaml": ("subscriptions",),
    "teams.yaml": ("policies", "teams"),
}
_WIDTH: Final = 110
_BITS: Final = 64
# Mappings and lists that fit on a line are written on one from this depth of an item on.
_FLOW_FROM: Final = 2
# Sections whose items are on one line.
_SHORT: Final = ("groups", "users")


def texts(draft: Draft) -> dict[str, str]:
    """Give the files of the configuration by their names."""
    found = {name: _file(draft, sections) for name, sections in _FILES.items()}
    return {name: _laid_out(name, text) for name, text in found.items() if text}


def _file(draft: Draft, sections: Sequence[str]) -> str:
    whole = CommentedMap()
    for section in sections:
        if section == "platform":
            whole[section] = _flowing(draft.platform.data, 1)
            whole.yaml_set_comment_before_after_key(section, before=_comment(draft.platform))
        elif draft.sections[section]:
            whole[section] = _section(draft.sections[section], _FLOW_FROM if section in _SHORT else 1)
            if len(whole) > 1:
                whole.yaml_set_comment_before_after_key(section, before="\n")
    return _dumped(whole) if whole else ""


def _laid_out(name: str, text: str) -> str:
    """Give a file as `maasc fmt` leaves it."""
    formatted_text, _ = formatted(name, text.encode())
    return text if formatted_text is None else formatted_text


def _section(items: Mapping[str, Entry], depth: int) -> CommentedMap:
    found = CommentedMap()
    for name, entry in sorted(items.items()):
        found[name] = _flowing(entry.data, depth)
        comment = _comment(entry)
        if comment:
            found.yaml_set_comment_before_after_key(name, before=comment, indent=2)
    return found


def _comment(entry: Entry) -> str:
    lines = [f"from {one}" for one in entry.origins] + [f"note: {one}" for one in entry.remarks]
    # A name may hold what ends a comment.
    return "\n".join(map(one_line, lines))


def _flowing(value: Any, depth: int) -> Any:  # noqa: ANN401 - plain data in and out
    """Give data as ruamel keeps it: short values deep inside an item stand on one line, as a person would write them."""
    if isinstance(value, dict):
        found = CommentedMap((key, _flowing(inner, depth + 1)) for key, inner in value.items())
        if not value or (depth >= _FLOW_FROM and len(_inline(value)) < _WIDTH - 2 * depth):
            found.fa.set_flow_style()
        return found
    if isinstance(value, list):
        listed = CommentedSeq(_flowing(inner, depth + 1) for inner in value)
        if len(_inline(value)) < _WIDTH - 2 * depth:
            listed.fa.set_flow_style()
        return listed
    return DoubleQuotedScalarString(value) if isinstance(value, str) and not _is_text(value) else value


def _inline(value: object) -> str:
    return repr(value)


def _is_text(value: str) -> bool:
    """Tell whether a text without quotes would be read as that text by readers of YAML 1.1 and of 1.2 alike."""
    documents, problems = load_text("", rendered.document({"x": value}).encode())
    plain, wrong = load_text("", f"x: {value}\n".encode())
    special = any(letter in value for letter in "{}[],&*#?|<>=!%@`'\":\n") or value != value.strip()
    return not special and not problems and not wrong and bool(plain) and plain[0].data == documents[0].data


def _dumped(whole: CommentedMap) -> str:
    writer = YAML()
    writer.width = _WIDTH + 20
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump(whole, stream)
    return stream.getvalue()


def leftovers(left: Sequence[Left]) -> dict[str, str]:
    """Give the objects that are left to others, one file a kind, each under the reasons why."""
    by_kind: dict[str, dict[str, tuple[Plain, list[str]]]] = {}
    for one in left:
        objects = by_kind.setdefault(one.found.kind.lower(), {})
        objects.setdefault(one.found.id, (one.found.data, []))[1].append(one.why)
    return {f"{kind}.yaml": _stream(objects) for kind, objects in sorted(by_kind.items())}


def _stream(objects: Mapping[str, tuple[Plain, list[str]]]) -> str:
    parts = []
    for _, (data, reasons) in sorted(objects.items()):
        said = "".join(f"# it {one_line(reason)}\n" for reason in dict.fromkeys(reasons))
        parts.append(said + rendered.document(_serialisable(data)))
    return "---\n".join(parts)


def _serialisable(value: Any) -> Any:  # noqa: ANN401 - plain data in and out
    """Give data with numbers as a manifest may have them: our own writer knows none with a fraction, or beyond 64 bits."""
    if isinstance(value, dict):
        return {str(key): _serialisable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_serialisable(inner) for inner in value]
    fits = not isinstance(value, float) and (not isinstance(value, int) or value.bit_length() < _BITS)
    return value if fits else str(value)
