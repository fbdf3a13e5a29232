"""What a credential brings, as it is asked about: the method that accepts it, its user and groups, and what it is bound to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from compiler.diagnostics.quoted import quoted
from compiler.diagnostics.suggest import closest
from compiler.explain.asked import Asked, UnaskableError, advice
from compiler.explain.words import listed
from compiler.program.bearer import holder, method_of
from compiler.program.decide import Caller
from compiler.program.ir import Model, Program
from compiler.program.keys import EVERY_MODEL, Key
from compiler.program.methods import Method, binds, bound_as, kind_of, vouches_for_group, vouches_for_user


class Brought(Struct, frozen=True):
    """A caller with the groups that count, those that the credential carries, and what is to be known of it."""

    method: Method
    caller: Caller
    groups: tuple[str, ...]
    named: bool
    notes: tuple[str, ...]


def of_key(program: Program, written: str) -> Brought:
    """Give the caller of an API key, named `team/alias`.

    Raises:
        UnaskableError: there is no such key, or no way in for keys.
    """
    key, method = _key(program, written), method_of(program)
    if method is None:
        raise UnaskableError("no way in takes the keys of teams", "add a method of kind `apiKey` to `platform.authentication`")
    return Brought(method, holder(method, key), key.groups, named=True, notes=())


def of_caller(program: Program, method: Method, userid: str, groups: tuple[str, ...], asked: Asked) -> Brought:
    """Give the caller that a method makes of a user and groups.

    Raises:
        UnaskableError: it is to be bound to what its kind of credential cannot be bound to.
    """
    notes = tuple(_lost(program, method, groups))
    projected = {tier.projected for tier in program.tiers}
    counted = frozenset(group for group in groups if vouches_for_group(method, group, projected))
    if asked.user is not None and not vouches_for_user(method, userid):
        notes = (*notes, f"`{method.name}` does not vouch for the user `{userid}`: Kubernetes keeps the name to itself")
        userid = ""
    bound, models = None, None
    if binds(method):
        bound, models = asked.bound or "", frozenset((EVERY_MODEL,))
        if asked.bound is not None and bound_as(method, asked.bound) is None:
            raise UnaskableError(
                f"a credential of `{method.name}` cannot be bound to `{asked.bound}`", "name a team: `team:<name>`"
            )
    elif asked.bound is not None:
        binding = [one.name for one in program.platform.methods if binds(one)]
        known = f"methods that do: {listed(binding)}" if binding else "no way in does"
        raise UnaskableError(f"`{method.name}` ({kind_of(method)}) does not bind its credentials to an entry", known)
    return Brought(method, Caller(method.name, userid, counted, bound, models), groups, asked.user is not None, notes)


def unbound(program: Program, model: Model, brought: Brought, bound: str | None) -> Iterator[str]:
    """Tell what to ask instead about a credential whose kind is bound, and that is bound to nothing, or to nothing known."""
    entries = [one.key for one in program.precedence(model) if bound_as(brought.method, one.key) is not None]
    known = f"; `--bound` names one: {listed(entries)}" if entries else ""
    if brought.caller.bound == "":
        key = program.keys[0].id if program.keys and brought.method == method_of(program) else None
        asked = f"; `--key` asks for a key of a team, such as `{key}`" if key is not None else ""
        yield f"a credential of `{brought.method.name}` is bound to an entry, and this one to none{known}{asked}"
    elif bound is not None and bound not in entries:
        yield f"no entry of `{model.id}` is called `{bound}`{known}"


def _lost(program: Program, method: Method, groups: tuple[str, ...]) -> Iterator[str]:
    projected = {tier.projected for tier in program.tiers}
    lost = sorted(group for group in groups if not vouches_for_group(method, group, projected))
    if not lost:
        return
    if kind_of(method) == "tierToken":
        yield f"`{method.name}` vouches for no groups but those of the tiers' own ServiceAccounts, so not for {listed(lost)}"
    else:
        yield f"`{method.name}` does not vouch for {listed(lost)}: Kubernetes keeps such names to itself"


def _key(program: Program, written: str) -> Key:
    known = {key.id: key for key in program.keys}
    if written in known:
        return known[written]
    near = closest(written, known)
    raise UnaskableError(f"unknown key {quoted(written)}", advice(near, f"known keys: {listed(sorted(known))}"))
