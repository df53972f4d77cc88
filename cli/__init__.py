"""The command line ``yinbo``. Each command stands in a module of its own and is named in ``COMMANDS``."""

import errno
import sqlite3
from importlib import import_module
from typing import IO, Any

import click

from core.config import SettingsError, settings, unknown_names
from core.errors import DomainError

#: Imported when asked for, so that one command does not wait for what another needs.
COMMANDS = {
    "backup": "cli.backup:backup",
    "demo": "cli.demo:demo",
    "doctor": "cli.doctor:doctor",
    "editions": "cli.editions:editions",
    "exhibitors": "cli.exhibitors:exhibitors",
    "export": "cli.export:export",
    "help": "cli.help:help_",
    "keys": "cli.keys:keys",
    "ledger": "cli.ledger:ledger",
    "migrate": "cli.migrate:migrate",
    "privacy": "cli.privacy:privacy",
    "restore": "cli.backup:restore",
    "run": "cli.run:run",
    "worker": "cli.worker:worker",
    "tokens": "cli.tokens:tokens",
    "users": "cli.users:users",
}


class Refused(click.ClickException):
    """One line on stderr, exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"yinbo: {self.message}", err=True)


_NOT_OURS = {errno.EROFS, errno.EACCES, errno.EPERM}


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (SettingsError, DomainError) as error:
            raise Refused(str(error)) from error
        except BrokenPipeError:
            raise
        except (sqlite3.OperationalError, OSError) as error:
            raise Refused(_said(error)) from error


def _said(error: sqlite3.OperationalError | OSError) -> str:
    """A full or failing disk, a file that is no database: what the machine says, on one line."""
    mend = "give this user the right to write there"
    if isinstance(error, OSError) and error.filename and error.errno in _NOT_OURS:
        return f"{error.filename} cannot be written ({error.strerror}); {mend}"
    if isinstance(error, sqlite3.OperationalError) and ("unable to open" in str(error) or "readonly" in str(error)):
        return f"the database cannot be written ({error}); {mend}"
    return f"{type(error).__name__}: {error}"


@click.group(cls=Commands)
@click.version_option(package_name="yinbo", prog_name="yinbo", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Yinbo runs an expo from the first registration to the last signature.

    Settings are environment variables that begin with YINBO_, or lines of a file .env in the working directory.
    """
    if context.invoked_subcommand == "help":
        return
    settings()
    for line in unknown_names():
        click.echo(f"yinbo: warning: {line}", err=True)
