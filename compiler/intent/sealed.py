"""Put the values that lie in files of their own in the place of the files' names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from msgspec.structs import replace

from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.diagnostics.suggest import closest
from compiler.intent.api_keys import KeySpec
from compiler.intent.intent import Intent, Item
from compiler.intent.model import TeamSpec
from compiler.source.sealed import SUFFIX


def with_sealed(intent: Intent, files: Mapping[str, str]) -> tuple[Intent, tuple[Diagnostic, ...]]:
    """Give the Intent with every sealed value in it; `files` are the texts of files by their paths below the configuration."""
    reading = _Reading({name: text.strip() for name, text in files.items() if name.endswith(SUFFIX)})
    teams = {name: reading.team(team) for name, team in intent.teams.items()}
    return replace(intent, teams=teams), tuple(reading.missing)


@dataclass
class _Reading:
    files: Mapping[str, str]
    missing: list[Diagnostic] = field(default_factory=list)

    def team(self, team: Item[TeamSpec]) -> Item[TeamSpec]:
        found = dict(self._keys(team))
        if not found:
            return team
        return replace(team, spec=team.spec.changed(keys={**team.spec.keys, **found}))

    def _keys(self, team: Item[TeamSpec]) -> Iterator[tuple[str, KeySpec]]:
        """Give the keys that name a file, with what the file holds."""
        for alias, key in team.spec.keys.items():
            written = key.secret.sealed
            if written is None or not written.endswith(SUFFIX):
                continue
            place = team.place.at("keys", alias, "secret", "sealed")
            name = (PurePosixPath(place.file).parent / written).as_posix()
            if name not in self.files:
                self.missing.append(_missing(written, name, place, self.files))
            secret = key.secret.changed(sealed=self.files.get(name, ""))
            yield alias, key.changed(secret=secret)


def _missing(written: str, name: str, place: Place, files: Mapping[str, str]) -> Diagnostic:
    near = closest(name, sorted(files))
    return Diagnostic(
        "no-sealed-file",
        Severity.ERROR,
        f"there is no file `{written}` beside this one",
        place,
        "nothing is compiled: the key would have no value, and open nothing",
        help=f"did you mean `{near}`?" if near else "`maasc key new --cert` seals a value; `kubeseal --raw` prints one to save",
    )
