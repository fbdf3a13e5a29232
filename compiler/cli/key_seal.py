"""Where the value of a key is to be kept, as the user says it: a place in a store, or a certificate to seal it with."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from compiler.cli.key_change import refuse
from compiler.cli.report import Reporting, show
from compiler.cli.verdict import code
from compiler.diagnostics.model import Diagnostic, Place, Severity
from compiler.program.keys import External, Sealed
from compiler.source.folder import reason
from compiler.source.texts import Texts
from compiler.targets.keys import secret_name

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_PLACE: Final = re.compile(r"(?P<store>[a-z0-9][-a-z0-9]*):(?P<path>[^#]+)(?:#(?P<property>.+))?\Z")


def place(written: str, kind: str) -> External:
    """Read `STORE:PATH` or `STORE:PATH#PROPERTY`; the run ends where it is neither."""
    found = _PLACE.match(written)
    if found is None:
        refuse(f"`{written}` is no place in a store", "write it as `STORE:PATH`, or `STORE:PATH#PROPERTY`")
    return External(found["store"], kind, found["path"], found["property"])


def sealer(file: Path, now: str | None) -> RSAPublicKey:
    """Give the key of the cluster's certificate; the run ends where it has none that can be used `now`."""
    from compiler.keys.seal import CertificateError, public_key  # noqa: PLC0415 - cryptography, which no other command needs

    moment = _moment(now)
    try:
        return public_key(file.read_bytes(), moment)
    except OSError as error:
        _unusable(file, f"the certificate cannot be read: {reason(error)}")
    except CertificateError as error:
        _unusable(file, str(error))


def seal(value: str, namespace: str, team: str, alias: str, key: RSAPublicKey) -> Sealed:
    """Seal a value for the Secret of a key."""
    from compiler.keys.seal import sealed  # noqa: PLC0415 - cryptography, which no other command needs

    return Sealed(sealed(value, namespace, secret_name(team, alias), key))


def _moment(now: str | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(now)
    except ValueError:
        refuse(f"`{now}` is no time", "write it as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _unusable(file: Path, headline: str) -> NoReturn:
    found = Diagnostic(
        "bad-certificate",
        Severity.ERROR,
        headline,
        Place(file.as_posix()),
        "no key is made: the cluster could not open it, or somebody else could",
        help="`kubeseal --fetch-cert` prints the certificate that the cluster uses now",
    )
    show((found,), Texts({}), Reporting("text", "auto", quiet=True))
    sys.exit(code((found,)))
