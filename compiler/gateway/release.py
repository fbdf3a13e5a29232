"""What each Kuadrant release does differently, as data: one value of `Release` for each line of versions."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct


class UnknownReleaseError(ValueError):
    """A release that nobody has described: how it answers is not known."""


class Release(Struct, frozen=True):
    """One line of releases; `versions` are the (minor, patch) numbers of Kuadrant 1.x that it stands for.

    - `lists`: list values of the auth metadata reach the filter (else they are dropped).
    - `whole_struct`: the metadata is one CEL map and an absent key is an error; else the filter fetches each dotted
      path that the text holds and an absent one is null.
    - `absorbing`: the predicates of a limit are one conjunction in which a false one outweighs an error; else they
      are tested in order.
    - `substring_in`: `"a" in "abc"` tests for a substring instead of being an error.
    - `null_range_crashes`: a macro over null or a string brings the filter down instead of being an error.
    - `null_index`: a missing key or position gives null instead of being an error.
    - `scalar_counters`: a null or a boolean counter is sent as text instead of being an error.
    - `query_matches`: a route that matches query parameters works; else the test is an error.
    - `route_error_denies`: an error while the action set is chosen answers 500; else the request passes unprotected.
    - `header_case_sensitive`: an injected header replaces only a client's header spelt the same way.
    - `injected_visible`: limits that run after auth see the injected headers in `request.headers`.
    - `sorted_limits`: limits of one policy run in the order of their names; else in an order nobody knows.
    - `report_waits`: the report of tokens waits for the response even if one of its counters is an error.

    All lines look hosts up case-sensitively and start an action only when the one before it has ended.
    """

    name: str
    versions: tuple[tuple[int, int], ...]
    lists: bool
    whole_struct: bool
    absorbing: bool
    substring_in: bool
    null_range_crashes: bool
    null_index: bool
    scalar_counters: bool
    query_matches: bool
    route_error_denies: bool
    header_case_sensitive: bool
    injected_visible: bool
    sorted_limits: bool
    report_waits: bool


# wasm-shim 0.11: its own CEL interpreter, headers set through the host, attributes read once before all actions.
_KUADRANT_1_3: Final = Release(
    name="1.3",
    versions=((3, 0), (3, 1)),
    lists=False,
    whole_struct=False,
    absorbing=False,
    substring_in=True,
    null_range_crashes=False,
    null_index=True,
    scalar_counters=True,
    query_matches=True,
    route_error_denies=True,
    header_case_sensitive=False,
    injected_visible=False,
    sorted_limits=False,
    report_waits=False,
)

# wasm-shim 0.12.0.
_KUADRANT_1_4_0: Final = Release(
    name="1.4.0",
    versions=((4, 0), (4, 1)),
    lists=False,
    whole_struct=False,
    absorbing=False,
    substring_in=True,
    null_range_crashes=True,
    null_index=False,
    scalar_counters=True,
    query_matches=False,
    route_error_denies=False,
    header_case_sensitive=True,
    injected_visible=True,
    sorted_limits=False,
    report_waits=False,
)

# wasm-shim 0.12.1 to 0.12.3: lists arrive.
_KUADRANT_1_4_2: Final = Release(
    name="1.4.2",
    versions=((4, 2), (4, 3), (4, 4), (4, 5), (4, 6)),
    lists=True,
    whole_struct=False,
    absorbing=False,
    substring_in=True,
    null_range_crashes=True,
    null_index=False,
    scalar_counters=True,
    query_matches=False,
    route_error_denies=False,
    header_case_sensitive=True,
    injected_visible=True,
    sorted_limits=False,
    report_waits=False,
)

# wasm-shim 0.14.1: actions are translated to typed ones, the metadata is a CEL value.
_KUADRANT_1_5: Final = Release(
    name="1.5",
    versions=((5, 0), (5, 1), (5, 2)),
    lists=True,
    whole_struct=True,
    absorbing=True,
    substring_in=False,
    null_range_crashes=False,
    null_index=False,
    scalar_counters=False,
    query_matches=False,
    route_error_denies=True,
    header_case_sensitive=True,
    injected_visible=True,
    sorted_limits=True,
    report_waits=True,
)

RELEASES: Final = (_KUADRANT_1_3, _KUADRANT_1_4_0, _KUADRANT_1_4_2, _KUADRANT_1_5)

_VERSION: Final = re.compile(r"v?1\.(\d{1,4})(?:\.(\d{1,4}))?\Z", re.ASCII)


def find_release(version: str) -> Release:
    """Find the line of a version such as `1.5` or `1.4.1`; without a patch number the first of the minor is meant.

    Raises:
        UnknownReleaseError: no line holds the version.
    """
    matched = _VERSION.match(version)
    wanted = (int(matched[1]), int(matched[2] or 0)) if matched else None
    for release in RELEASES:
        if wanted in release.versions:
            return release
    raise UnknownReleaseError(f"no Kuadrant release `{version}` is known; known are {', '.join(line.name for line in RELEASES)}")
