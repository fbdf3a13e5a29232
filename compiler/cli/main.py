"""The ordinary way: find the command, run it, and turn what happens into an exit code."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn

import click

from compiler.cli.exit import BUG, COULD_NOT_RUN, FINE, INTERRUPTED, tell
from compiler.cli.streams import made_fit

if TYPE_CHECKING:
    from compiler.cli.again import Asked

# One line for each command, so that telling of all of them imports none.
COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "build": "Compile the configuration into manifests, and prove them.",
        "check": "Check the configuration and its manifests, and mend slips.",
        "diff": "Compare what two configurations mean.",
        "drift": "Compare what is live in a cluster with `out/`.",
        "effective": "Tabulate who can call which model, metered by what.",
        "explain": "Explain how one request to a model is answered.",
        "fmt": "Lay configuration files out in the one canonical way.",
        "import": "Make configuration of what a cluster has.",
        "init": "Write a small configuration to start from.",
        "key": "Make, list, replace and revoke API keys.",
        "prove": "Prove that the manifests on disk mean what is written.",
        "report": "Show who may call what as one page, or as a picture.",
        "rule": "Explain a diagnostic by its code.",
        "schema": "Print the JSON Schema of a configuration file.",
        "test": "Run the suites of requests and expected answers.",
    }
)

# Commands whose module cannot bear their name: `import` is a word of Python's, and `report` is how the command line prints.
MODULES: Final[Mapping[str, str]] = MappingProxyType({"import": "import_", "report": "html"})


class _Commands(click.Group):
    """Commands by name, each in a module of its own that is read only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"compiler.cli.{MODULES.get(cmd_name, cmd_name)}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine; 1 the gate tripped; 2 could not run; 3 a bug in maasc; 4 inconclusive; 130 interrupted.",
)
@click.version_option(package_name="maasc", message="%(prog)s %(version)s")
def maasc() -> None:
    """Compile declarative Models-as-a-Service policy into Kuadrant and Gateway API manifests."""


def program(asked: Asked | None = None) -> NoReturn:
    """Run `maasc` as a process of its own, and end it without taking a large configuration apart piece by piece."""
    try:
        made_fit()
        main(asked)
    except SystemExit as ended:
        # Here, where it still holds on to all that was made.
        _end(ended.code if isinstance(ended.code, int) else BUG)
    except OSError:
        # Not even why can be said.
        _end(COULD_NOT_RUN)
    _end(FINE)


def _end(code: int) -> NoReturn:
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except OSError:
        code = COULD_NOT_RUN
    os._exit(code)


def main(asked: Asked | None = None) -> None:
    """Run `maasc`, and let a build remember what came of what was `asked`."""
    # A run builds frozen trees and ends: there is no garbage to look for.
    gc.disable()
    # Whoever stops reading ends the run, as with any other program; click would tell of it as a gate that tripped.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        maasc.main(prog_name="maasc", standalone_mode=False, obj=asked)
    except click.ClickException as error:
        error.show()
        sys.exit(COULD_NOT_RUN)
    except (click.Abort, KeyboardInterrupt):
        click.echo("maasc: interrupted", err=True)
        sys.exit(INTERRUPTED)
    except OSError as error:
        _tell_refusal(error)
        sys.exit(COULD_NOT_RUN)
    except Exception as error:  # noqa: BLE001 - whatever it is, the user gets one line and a code
        click.echo(f"maasc: this is a bug in maasc, not in your configuration: {type(error).__name__}: {error}", err=True)
        click.echo("please report it together with the configuration that causes it; nothing was written", err=True)
        sys.exit(BUG)


def _tell_refusal(error: OSError) -> None:
    """Say what the system refused, of which file where it says that, or that there is nowhere to look for any."""
    try:
        os.getcwd()  # noqa: PTH109 - `pathlib` takes long to import, and `--help` needs none
    except OSError:
        tell("the folder that this is run in is gone", "change to one that is there")
        return
    of = f": `{os.fsdecode(error.filename)}`" if isinstance(error.filename, str | bytes) else ""
    tell(f"the system refused: {error.strerror or error}{of}")
