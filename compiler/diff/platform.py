"""What changes for whole credentials, and what is said of the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from compiler.diff.credentials import Credentials
from compiler.diff.findings import Pair
from compiler.diff.meaning import REFUSED, Meanings
from compiler.diff.regions import Regions
from compiler.diff.result import WEIGHT, Callers, Change, Row, Witness
from compiler.diff.witness import Asked, witness
from compiler.program.ir import Platform
from compiler.program.mentioned import mentioned
from compiler.program.methods import ClaimPath, Introspection, Method, Oidc, cached


def accepted(tokens: Credentials, base: Meanings, head: Meanings) -> Row | None:
    """Tell of tokens that one side alone accepts, or that are taken for another kind of caller."""
    if tokens.kinds[0] == tokens.kinds[1]:
        return None
    names = "; ".join(" and ".join(map(str, kinds)) for kinds in tokens.credentials)
    before, after = (_words(method) for method in (tokens.base, tokens.head))
    if tokens.base is not None and tokens.head is not None:
        return _otherwise(Row((Change.IDENTITY,), (), Callers((), methods=(names,)), before, after, None), tokens, base, head)
    here, method = (head, tokens.head) if tokens.base is None else (base, tokens.base)
    change = Change.GAINED if tokens.base is None else Change.LOST
    if method is None:
        return None
    reached = tuple(_reached(here, method))
    if not reached:
        return Row((Change.IDENTITY,), (), Callers((), methods=(names,)), before, after, None)
    regions = Regions(here.terms, *mentioned((here.side.program,)))
    model = here.side.program.model(reached[0])
    outcomes = here.outcomes(model, method, regions, None)
    outcome = next(one for one in outcomes if one != REFUSED)
    sides = (Asked(base.side.program, model, tokens.base), Asked(head.side.program, model, tokens.head))
    expected = (None, outcome.key) if tokens.base is None else (outcome.key, None)
    shown, _ = witness(regions, outcomes[outcome], None, sides, expected)
    return Row((change, Change.IDENTITY), reached, Callers((), methods=(names,)), before, after, shown)


def _otherwise(row: Row, tokens: Credentials, base: Meanings, head: Meanings) -> Row:
    """Tell of tokens that another kind of method accepts, with all that this changes on any model."""
    programs = (base.side.program, head.side.program)
    regions = Regions(base.terms, *mentioned(programs))
    changes = {Change.IDENTITY}
    concerned: list[str] = []
    shown: Witness | None = None
    if tokens.base is None or tokens.head is None:
        return row
    for ident in sorted({*base.side.models, *head.side.models}):
        models = base.side.models.get(ident), head.side.models.get(ident)
        found = list(Pair(base, head, models, (tokens.base, tokens.head), regions).findings())
        changes.update(change for one in found for change in one.changes)
        concerned += [ident] if found else []
        if found and shown is None:
            sides = Asked(programs[0], models[0], tokens.base), Asked(programs[1], models[1], tokens.head)
            shown, _ = witness(regions, found[0].callers, found[0].asked, sides, found[0].entries)
    return replace(row, changes=tuple(sorted(changes, key=WEIGHT.__getitem__)), models=tuple(concerned), witness=shown)


def _words(method: Method | None) -> str:
    if method is None:
        return "refused with 401"
    return f"accepted by `{method.name}`{_reading(method)}"


def _reading(method: Method) -> str:
    """Say from where a method reads what it tells of a caller, where that is the configuration's to say."""
    match method:
        case Oidc():
            return f" (for `{method.audience}`, user from {_claim(method.username)}, groups from {_claim(method.groups)})"
        case Introspection():
            fields = {"user": method.user, "groups": method.groups, "team": method.team, "models": method.models}
            return f" ({', '.join(f'{name} from {_claim(path)}' for name, path in fields.items())})"
        case _:
            return ""


def _claim(path: ClaimPath) -> str:
    """Spell a claim as the configuration does: by dots, or as a list where a name has a dot in it."""
    return f"`[{', '.join(path)}]`" if any("." in part for part in path) else f"`{'.'.join(path)}`"


def _reached(side: Meanings, method: Method) -> Iterator[str]:
    """Give the models that somebody whom a method accepts may call."""
    regions = Regions(side.terms, *mentioned((side.side.program,)))
    for model in side.side.program.models:
        if side.outcomes(model, method, regions, None).keys() - {REFUSED}:
            yield model.id


def around(base: Platform, head: Platform) -> Iterator[Row]:
    """Tell of what the cluster is said to be, and of where all models are served."""
    for name, before, after in (
        ("Kuadrant", _release(base), _release(head)),
        ("the gateway", f"{base.gateway.namespace}/{base.gateway.name}", f"{head.gateway.namespace}/{head.gateway.name}"),
        ("the host of all models", base.gateway.hostname, head.gateway.hostname),
        ("where policies attach", base.attach.value, head.attach.value),
        ("what crosses to the limits", base.bridge.value, head.bridge.value),
        ("how long accepted credentials are remembered", _remembered(base), _remembered(head)),
        ("where Authorino reads keys", base.kuadrant_namespace, head.kuadrant_namespace),
        ("who lower-cases hosts", _lowercased(base), _lowercased(head)),
        ("how large the filter's configuration may be", _allowed(base), _allowed(head)),
        ("what Limitador has room for", _room(base), _room(head)),
        ("the MaaS API", _api(base), _api(head)),
        ("what is made of the platform", _made(base), _made(head)),
    ):
        if before != after:
            yield Row((Change.PLATFORM,), (), Callers(()), f"{name}: {before}", f"{name}: {after}", None)


def _release(platform: Platform) -> str:
    return ".".join(str(part) for part in platform.kuadrant if part is not None)


def _remembered(platform: Platform) -> str:
    times = sorted((method.name, cached(method)) for method in platform.methods if cached(method))
    return ", ".join(f"`{name}` {seconds}s" for name, seconds in times) or "not at all"


def _lowercased(platform: Platform) -> str:
    return "somebody in front of the gateway" if platform.gateway.lowercases_host else "nobody"


def _allowed(platform: Platform) -> str:
    return f"{platform.gateway.max_filter_bytes:,} bytes"


def _room(platform: Platform) -> str:
    told = platform.limitador
    return f"{told.max_counters:,} counters, with {told.users:,} callers" if told else "not said"


def _api(platform: Platform) -> str:
    api = platform.maas_api
    return f"{api.namespace}/{api.service}:{api.port}"


def _made(platform: Platform) -> str:
    """Tell which objects are emitted beside policies, as far as they can differ."""
    made, found = platform.made, []
    if made.gateway is not None:
        new = made.gateway
        whose = "every namespace" if new.namespaces is None else ", ".join(f"`{name}`" for name in new.namespaces)
        by = f" by `{new.controller}`" if new.controller else ""
        listens = " and without TLS" if new.plain_http else ""
        found.append(f"the Gateway of `{new.class_name}`{by} with `{new.secret}`{listens}, for routes of {whose}")
    asked = (
        (made.maas_api_route, "the route of the MaaS API"),
        (made.tier_namespaces, "tier namespaces"),
        (made.kuadrant, "Kuadrant"),
    )
    return "; ".join([*found, *(name for wanted, name in asked if wanted)]) or "nothing"


def rows(tokens: Sequence[Credentials], base: Meanings, head: Meanings) -> tuple[Row, ...]:
    """Give all that changes for whole credentials and for the cluster."""
    found = [row for one in tokens if (row := accepted(one, base, head)) is not None]
    return (*found, *around(base.side.program.platform, head.side.program.platform))
