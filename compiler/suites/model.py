"""The models of everything that may be written in a suite: strict, frozen, no extra fields."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from compiler.intent.field import Before, Check, Field, Refused
from compiler.intent.scalars import Window
from compiler.intent.spec import Spec

EVERY: Final = "*"
CHAT: Final = "chat"
LISTING: Final = "listing"

_LIMIT: Final = re.compile(r"[0-9]+ (?:tokens|requests) in (?:[0-9]+[smhdw])+(?: shared)?\Z")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MODEL: Final = re.compile(r"[a-z0-9-]{1,63}/[a-z0-9-]{1,63}\Z")


def _day(value: str) -> None:
    if not is_day(value):
        raise Refused("bad-value", "a day is written `YYYY-MM-DD`")


def is_day(value: str) -> bool:
    """Tell whether a text is a day, written `YYYY-MM-DD`."""
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return bool(_DAY.match(value))


def _limit(value: str) -> None:
    if not _LIMIT.match(value):
        message = "a limit is written as `100 tokens in 1m`, with ` shared` behind it where callers share the count"
        raise Refused("bad-value", message)


def _path(value: str) -> None:
    if value not in (CHAT, LISTING, EVERY) and not value.startswith("/"):
        message = "a path is `chat`, `listing`, or begins with a slash and is below the model"
        raise Refused("bad-value", message)


def _several(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote
    """Read one name, or one mapping, as a list of it."""
    return [value] if isinstance(value, str | dict) else value


def _unconfigured(value: str) -> None:
    if not _MODEL.match(value):
        raise Refused("bad-value", "a model that is not configured is written `namespace/name`")


Day = Annotated[str, Check(_day)]
LimitText = Annotated[str, Check(_limit)]
Path = Annotated[str, Check(_path)]
Names = Annotated[list[str], Before(_several), Field(min_length=1)]
Paths = Annotated[list[Path], Before(_several), Field(min_length=1)]
Headers = Annotated[list[dict[str, str]], Before(_several), Field(min_length=1)]
Text = Annotated[str, Field(min_length=1)]


class CallerSpec(Spec):
    """Somebody who calls.

    `user` is a declared user; without it the caller is somebody whom the configuration does not name. `method` is the one
    that accepts the credential, the first unless given. `key` is an API key, `team/alias`, that says itself whose it is;
    `bound` is the entry that a credential is bound to whose kind is. `headers` come with every request.
    """

    user: str | None = None
    groups: list[str] = []
    method: str | None = None
    key: str | None = None
    bound: str | None = None
    credential: Literal["none"] | None = None
    headers: dict[str, str] = {}

    def sound(self) -> None:
        """Hold nobody to being nobody, and a key to saying whose it is."""
        if self.credential is not None and (self.user is not None or self.groups or self.method or self.key or self.bound):
            message = "a caller without a credential has no user, no groups and no method"
            raise Refused("bad-value", message)
        if self.key is not None and (self.user is not None or self.groups or self.method or self.bound):
            message = "a key says itself whose it is and what it is bound to"
            raise Refused("bad-value", message)


class SkipSpec(Spec):
    """Why something is not run, and the last day on which it is not."""

    reason: Text
    until: Day


class MatrixSpec(Spec):
    """Every caller on every model and path: what no row of `expect` lists must be refused with 401 or 403."""

    callers: Names
    models: Names
    paths: Paths = [CHAT]


class RowSpec(Spec):
    """What callers get: with lists, all of them on all of the models and paths get the same."""

    name: Text | None = None
    caller: Names
    model: Names
    path: Paths = [CHAT]
    headers: dict[str, str] = {}
    status: Literal[200, 401, 403, 429]
    selected: str | None = None
    reason: str | None = None
    because: Names = []
    limits: list[LimitText] | None = None
    asserts: list[Text] = []
    skip: SkipSpec | None = None


class CountsSpec(Spec):
    """How many calls are answered with 200, and how many with 429."""

    ok: Annotated[int, Field(ge=0)]
    limited: Annotated[int, Field(ge=0)]


class MeteringSpec(Spec):
    """Calls over time.

    One caller, or several that take turns call by call on the same counters; the same for several sets of headers. With
    several models each is tried for itself.
    """

    name: Text | None = None
    caller: Names
    model: Names
    path: Path = CHAT
    headers: Headers = [{}]
    series: Text
    every: Window = "1m"
    concurrent: Annotated[int, Field(ge=1, le=1000)] = 1
    streaming: Literal["with-usage", "without-usage"] | None = None
    expect: CountsSpec
    skip: SkipSpec | None = None


class AssertSpec(Spec):
    """CEL that holds of the outcome of every case of the suite that it is about."""

    name: Text
    callers: Names = [EVERY]
    models: Names = [EVERY]
    paths: Paths = [EVERY]
    that: Text
    skip: SkipSpec | None = None


class SuiteSpec(Spec):
    """One suite. `unconfigured` are models that run in the cluster and that the configuration does not know."""

    description: str | None = None
    callers: dict[str, CallerSpec] = {}
    unconfigured: list[Annotated[str, Check(_unconfigured)]] = []
    matrix: MatrixSpec | None = None
    expect: list[RowSpec] = []
    metering: list[MeteringSpec] = []
    asserts: list[AssertSpec] = []
