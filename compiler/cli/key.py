"""`maasc key`: make, list, replace and revoke API keys. A value is shown once, when it is made, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from compiler.cli import named, options
from compiler.cli.key_change import configured, refuse, report_of, show, writable
from compiler.cli.key_revoke import revoked
from compiler.cli.key_seal import place, seal, sealer
from compiler.diagnostics.suggest import closest
from compiler.intent.intent import Intent
from compiler.intent.references import user_aliases
from compiler.intent.scalars import is_label
from compiler.keys import edit
from compiler.keys.entry import NewKey
from compiler.keys.listing import FORMATS, place_of
from compiler.keys.unwritten import at_what_is_there
from compiler.keys.value import new_value
from compiler.program.keys import External, Sealed
from compiler.source.sealed import SUFFIX
from compiler.targets.keys import file_of

Command = TypeVar("Command", bound=Callable[..., Any])


def _sealing(command: Command) -> Command:
    with_now = click.option(
        "--now",
        metavar="TIME",
        help="When the certificate must be valid, as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`; now by default.",
    )(command)
    return click.option(
        "--cert",
        type=named.FILE,
        help="The certificate of the cluster's sealed-secrets controller, in PEM: the value is sealed with it, offline.",
    )(with_now)


@click.group("key")
def command() -> None:
    """Make, list, replace and revoke API keys; their values are kept in a store or sealed, and nowhere in the clear."""


@command.command("new")
@click.option("--team", required=True, help="The team that the key belongs to.")
@click.option("--user", required=True, help="The member who calls with it, by name, e-mail address or subject.")
@click.option("--alias", required=True, help="What the team calls the key.")
@click.option("--group", "groups", multiple=True, help="A group of whoever calls with it, instead of the team's; several times.")
@click.option("--subscription", help="The subscription that meters it, instead of the team's policy.")
@click.option("--models", multiple=True, metavar="NAMES", help="The only models that it opens, with commas; several times.")
@click.option(
    "--external", metavar="STORE:PATH", help="Where the value will be in a store, as `STORE:PATH` or `STORE:PATH#PROPERTY`."
)
@click.option(
    "--store-kind",
    type=click.Choice(["ClusterSecretStore", "SecretStore"]),
    help="Kind of the store; ClusterSecretStore by default.",
)
@_sealing
@options.config
def new(  # noqa: PLR0913 - one parameter for each option
    *,
    team: str,
    user: str,
    alias: str,
    groups: tuple[str, ...],
    subscription: str | None,
    models: tuple[str, ...],
    external: str | None,
    store_kind: str | None,
    cert: Path | None,
    now: str | None,
    config: Path,
) -> None:
    """Make a key: write its entry into the configuration, and its value on standard output, this once.

    With `--cert` the value is sealed into the entry; with `--external` you put it into the store yourself.
    """
    if (external is None) == (cert is None):
        refuse("the value needs one place", "give either `--external STORE:PATH` or `--cert FILE`")
    if cert is not None and store_kind is not None:
        refuse("`--store-kind` is about a store, and the value is sealed", "leave it out")
    if cert is None and now is not None:
        refuse("`--now` is about a certificate, and the value is kept in a store", "leave it out")
    opens = tuple(name.strip() for names in models for name in names.split(","))
    if not all(opens):
        refuse("`--models` names a model without a name", "leave it out for a key that opens every model")
    writable((external or "", subscription or "", *groups, *opens))
    found = configured(config)
    owner = found.team(team)
    if not is_label(alias):
        refuse(f"`{alias}` is no alias", "lower-case letters, digits and `-`, at most 63, with a letter or digit at both ends")
    _known(user, found.intent, f"declare it below `users:`, and make it a member of `{team}`")
    if alias in owner.keys:
        refuse(f"the team `{team}` has a key `{alias}` already", "`maasc key rotate` gives it a new value")
    value = new_value()
    secret: External | Sealed
    if cert is not None:
        secret = seal(value, found.program.platform.kuadrant_namespace, team, alias, sealer(cert, now))
    else:
        secret = place(external or "", store_kind or "ClusterSecretStore")
    entry = NewKey(alias, user, secret, groups, subscription, opens)
    text = edit.added(owner.document, owner.place.path, entry)
    told = partial(at_what_is_there, team=owner.place, entry=entry)
    file = found.write(owner.place.file, text, lambda: show(value), told)
    _tell(f"added the key `{team}/{alias}` to {file}; its value is not shown again")
    if isinstance(secret, External):
        _tell(f"next: put the value into the store `{secret.store}` at `{place_of(secret)}`, then `maasc build`")
    else:
        _tell("next: `maasc build`")


def _known(user: str, intent: Intent, advice: str) -> str:
    """Give the name of a user whom a reference means; the run ends where there is none."""
    users = user_aliases(intent)
    if user not in users:
        near = closest(user, users)
        refuse(f"there is no user `{user}`", f"did you mean `{near}`?" if near else advice)
    return users[user]


@command.command("list")
@click.option("--team", help="Only keys of this team.")
@click.option("--user", help="Only keys of this user.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True, help="Form of the list.")
@options.config
def listed(*, team: str | None, user: str | None, form: str, config: Path) -> None:
    """List the keys: whose each is, what meters it, what it opens, and where its value is kept."""
    found = configured(config, "json" if form == "json" else "text")
    if team is not None:
        found.team(team)
    wanted = user and _known(user, found.intent, "users are those below `users:`")
    keys = [key for key in found.program.keys if team in (None, key.team) and wanted in (None, key.user)]
    click.echo(FORMATS[form](found.program, keys), nl=False)


@command.command("revoke")
@click.argument("alias")
@click.option("--team", required=True, help="The team that the key belongs to.")
@options.config
def revoke(*, alias: str, team: str, config: Path) -> None:
    """Take the key ALIAS out of the configuration, and tell what goes with it."""
    taken = revoked(config, team, alias)
    lines = [
        f"the next build removes `{file_of(team, alias)}`; Argo CD prunes the object, and its Secret goes with it:",
        "from then on Authorino, which watches the Secret, answers 401 to whoever calls with the key",
    ]
    if taken.store is not None:
        lines.append(
            f"the value is still in the store `{taken.store.get('store')}` at `{taken.store.get('path')}`: delete it there"
        )
    try:
        report_of(f"took the key `{team}/{alias}` out of {taken.file}", lines)
    finally:
        if not taken.compiles:
            _tell("until the configuration compiles nothing can be built, and the key opens what it did: see `maasc check`")


@command.command("rotate")
@click.argument("alias")
@click.option("--team", required=True, help="The team that the key belongs to.")
@_sealing
@options.config
def rotate(*, alias: str, team: str, cert: Path | None, now: str | None, config: Path) -> None:
    """Give the key ALIAS a new value, shown on standard output this once; the old one ends when the new one arrives.

    One Secret holds one value, so there is no time in which both are good. Where callers need some, make a second key with
    `maasc key new`, move them, and revoke the first.
    """
    found = configured(config)
    owner = found.team(team)
    key = found.key(owner, alias)
    if key.secret.external is not None and cert is not None:
        refuse(f"the value of `{team}/{alias}` is kept in a store", "leave out `--cert`, and put the new value there")
    value = new_value()
    if key.secret.external is not None:
        if now is not None:
            refuse("`--now` is about a certificate, and there is none", "leave it out")
        show(value)
        _tell(
            f"put the value into the store `{key.secret.external.store}` at `{key.secret.external.path}`; it is not shown again"
        )
        _tell("the configuration stays as it is; the old value is good until the operator reads the store, within the hour")
        return
    if cert is None:
        refuse(f"the value of `{team}/{alias}` is sealed", "give `--cert FILE`, the certificate of the cluster's controller")
    secret = seal(value, found.program.platform.kuadrant_namespace, team, alias, sealer(cert, now))
    written = owner.sealed_as(alias)
    if written.endswith(SUFFIX):
        file = found.overwrite((Path(owner.place.file).parent / written).as_posix(), f"{secret.value}\n", lambda: show(value))
    else:
        text = edit.resealed(owner.document, owner.place.path, alias, secret.value)
        file = found.write(owner.place.file, text, lambda: show(value))
    _tell(f"sealed a new value of `{team}/{alias}` into {file}; it is not shown again")
    _tell("next: `maasc build`; the old value is good until the cluster has the new one")


def _tell(line: str) -> None:
    click.echo(line, err=True)
