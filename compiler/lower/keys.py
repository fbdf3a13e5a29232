"""Lower the keys of the teams: what each says of its caller, and what meters it."""

from __future__ import annotations

from compiler.intent.api_keys import KeySpec, SecretSpec
from compiler.intent.intent import Intent, Item
from compiler.intent.model import TeamSpec
from compiler.intent.parse import qualify
from compiler.intent.references import user_aliases
from compiler.program.keys import External, Key, Sealed


def keys(intent: Intent) -> tuple[Key, ...]:
    """Give all keys by team and alias; every reference must have been checked before."""
    users = user_aliases(intent)
    namespace = intent.platform.spec.model_namespace
    return tuple(
        _key(team, alias, spec, users[spec.user], namespace)
        for _, team in sorted(intent.teams.items())
        for alias, spec in sorted(team.spec.keys.items())
    )


def _key(team: Item[TeamSpec], alias: str, spec: KeySpec, user: str, namespace: str | None) -> Key:
    return Key(
        team=team.name,
        alias=alias,
        user=user,
        groups=tuple(sorted(set(team.spec.groups if spec.groups is None else spec.groups))),
        policy=team.spec.default_policy if spec.subscription is None else None,
        bound=f"team:{team.name}" if spec.subscription is None else spec.subscription,
        models=None if spec.models is None else tuple(sorted({qualify(model, namespace) for model in spec.models})),
        secret=_secret(spec.secret),
        origin=team.place.at("keys", alias),
    )


def _secret(spec: SecretSpec) -> External | Sealed:
    if spec.external is None:
        return Sealed(spec.sealed or "")
    return External(spec.external.store, spec.external.store_kind, spec.external.path, spec.external.property)
