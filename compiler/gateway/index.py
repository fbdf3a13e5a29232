"""Tables over everything that was read, so that one answer does not look at every route."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from compiler.gateway.attachment import Path
from compiler.gateway.effective import Effective
from compiler.gateway.manifests import Match


class Entry(Struct, frozen=True):
    """One match of one rule, with what holds there."""

    match: Match
    effective: Effective


# Entries by host name, then by the path that the match is for, without slashes at its end.
Hosts = Mapping[str, Mapping[str, tuple[Entry, ...]]]


class Index(Struct, frozen=True):
    """By route (`namespace/name`) what holds there; by Gateway what Envoy serves, and what the filter has policies for."""

    routes: Mapping[str, tuple[Effective, ...]] = field(default_factory=dict)
    served: Mapping[str, Hosts] = field(default_factory=dict)
    guarded: Mapping[str, Hosts] = field(default_factory=dict)


def index_of(effectives: Sequence[Effective]) -> Index:
    """Build the tables; entries keep the order of the paths."""
    routes: dict[str, list[Effective]] = {}
    for effective in effectives:
        routes.setdefault(effective.path.route.id, []).append(effective)
    return Index(
        routes={name: tuple(found) for name, found in routes.items()},
        served=_hosts(effectives, lambda path: path.hostnames),
        guarded=_hosts([found for found in effectives if found.guarded], lambda path: path.guarded_hostnames),
    )


def _hosts(effectives: Sequence[Effective], names: Callable[[Path], tuple[str, ...]]) -> Mapping[str, Hosts]:
    tables: dict[str, dict[str, dict[str, tuple[Entry, ...]]]] = {}
    for effective in effectives:
        hosts = tables.setdefault(effective.path.gateway.id, {})
        for name in names(effective.path):
            paths = hosts.setdefault(name, {})
            for match in effective.path.rule.matches:
                key = match.path.rstrip("/")
                paths[key] = (*paths.get(key, ()), Entry(match, effective))
    return tables


def entries(hosts: Hosts, host: str, path: str) -> Iterator[Entry]:
    """Give the entries of a host whose path begins the path of a request, whatever else they ask for."""
    table = hosts[host]
    for length in range(len(path) + 1):
        yield from table.get(path[:length], ())
