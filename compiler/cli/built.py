"""Says what is wrong with manifests that were loaded from an output folder, in words that are about them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from compiler.cli.report import in_folder
from compiler.diagnostics.model import Diagnostic, failed
from compiler.source.document import Sources
from compiler.source.errors import NOT_COMPILED
from compiler.write.report import never_built

_NO_FOLDER = "no-config"


def faults(out: Path, loaded: Sources, unread: Sequence[Diagnostic], effect: str) -> tuple[Diagnostic, ...]:
    """Give what stands in the way of reading what was built, with its effect on a command; nothing if nothing does."""
    absent = all(one.code == _NO_FOLDER for one in unread) and (out.is_dir() or not os.path.lexists(out))
    if absent and not loaded.texts:
        return in_folder((never_built(),), out)
    return in_folder([_about(one, effect) for one in unread], out) if failed(tuple(unread)) else ()


def _about(found: Diagnostic, effect: str) -> Diagnostic:
    """Tell of a finding as of manifests: what is said of files is said of those of a configuration."""
    if found.code not in NOT_COMPILED:
        return found
    return replace(found, effect=effect, help="`--out` names another folder" if found.code == _NO_FOLDER else found.help)
