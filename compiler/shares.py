"""Makes the files of a Program: those of many models in two shares, each by a process of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from compiler.incremental import Known
from compiler.intent.intent import Intent
from compiler.lower.lower import lower
from compiler.processes import Begun
from compiler.program.ir import Model, Program
from compiler.render.layout import File, files, kustomizations
from compiler.targets.emit import file_of, of_models, shared
from compiler.validate.contribution import Contribution, Plain

if TYPE_CHECKING:
    from compiler.validate.crds import Crds

# Models whose files one process makes; where there are more, two share the work.
_ALONE: Final = 500
# Of a hundred models, those that the other process takes; it has more time where it begins while this one still checks.
_AT_ONCE: Final = 50
_AHEAD: Final = 55


class Wanted(Struct, frozen=True):
    """What is wanted of files beside their texts: plain data, and what each brings to the checks of the whole."""

    crds: Crds | None = None
    keep: bool = False
    brought: bool = False


class Share:
    """Some files of the output, and what is to be said of them."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.contribution = Contribution(wanted.crds)
        self.texts: dict[str, str] = {}
        self.documents: dict[str, tuple[Mapping[str, object], ...]] = {}
        self.brought: dict[str, Plain] = {}

    def add(self, rendered: Iterable[File]) -> None:
        """Take in files that were made just now."""
        for file in rendered:
            if self._wanted.brought:
                self._bring(file)
            else:
                self.contribution.add(file.path, file.documents, file.text)
            self.texts[file.path] = file.text
            if self._wanted.keep:
                self.documents[file.path] = file.documents

    def _bring(self, file: File) -> None:
        alone = Contribution(self._wanted.crds)
        alone.add(file.path, file.documents, file.text)
        plain = alone.plain()
        if plain is not None:
            self.brought[file.path] = plain
        self.contribution.join(alone)

    def take(self, path: str, file: Known) -> None:
        """Take in a file that is there already."""
        self.contribution.join(file.contribution)
        self.brought[path] = file.made.brought
        self.texts[path] = file.text

    def join(self, other: Share) -> None:
        """Take in all of another share."""
        self.contribution.join(other.contribution)
        self.texts |= other.texts
        self.documents |= other.documents
        self.brought |= other.brought


class Ahead:
    """The files of the later models, made by another process while this one still checks what is written.

    If nothing is wrong they are of the Program that is lowered here as well; if something is, nobody asks for them.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.begun: Begun[Share] | None = None

    def begin(self, intent: Intent) -> None:
        """Begin, where there is enough to do; the rules on what is written need not have run yet."""
        if len(intent.models) > _ALONE:
            self.begun = Begun(lambda: self._theirs(lower(intent)))

    def _theirs(self, program: Program) -> Share:
        return _share(program, _divided(program.models, _AHEAD)[1], self._wanted)

    def stop(self) -> None:
        """End what was begun, if nobody waited for it."""
        if self.begun is not None:
            self.begun.stop()


def made(program: Program, wanted: Wanted, known: Mapping[str, Known] | None = None, ahead: Ahead | None = None) -> Share:
    """Make all files of a Program but those that are `known`; of those, nothing was begun `ahead`."""
    whole = Share(wanted)
    whole.add(files(shared(program)))
    known = known or {}
    models = [model for model in program.models if file_of(model) not in known]
    begun = ahead.begun if ahead else None
    # Plain data and definitions would take longer to hand over than they take to make.
    if wanted.keep or wanted.crds or (begun is None and len(models) <= _ALONE):
        whole.add(files(of_models(program, models)))
    else:
        ours, theirs = _divided(models, _AT_ONCE if begun is None else _AHEAD)
        begun = begun or Begun(lambda: _share(program, theirs, wanted))
        whole.add(files(of_models(program, ours)))
        whole.join(begun.come() or _share(program, theirs, wanted))
    for path, file in known.items():
        whole.take(path, file)
    whole.add(kustomizations(list(whole.texts)))
    return whole


def _divided(models: Sequence[Model], percent: int) -> tuple[Sequence[Model], Sequence[Model]]:
    """Divide models into those of this process and those of the other."""
    ours = len(models) * (100 - percent) // 100
    return models[:ours], models[ours:]


def _share(program: Program, models: Iterable[Model], wanted: Wanted) -> Share:
    share = Share(wanted)
    share.add(files(of_models(program, models)))
    return share
