"""The ``troth`` command. Each part of it is imported when it is asked for, so that a small one starts at once."""

import os
import sys
from importlib import import_module

import click

# Where each command is, as module and name in it.
COMMANDS = {
    "admin": ("admin", "admin"),
    "anchors": ("anchors", "anchors"),
    "audit": ("audit", "audit"),
    "claims": ("claims", "claims"),
    "demo": ("demo", "demo"),
    "doctor": ("doctor", "doctor"),
    "events": ("events", "events"),
    "keys": ("keys", "keys"),
    "keystore": ("keystore", "keystore"),
    "moderation": ("moderation", "moderation"),
    "monitor": ("monitor", "monitor"),
    "rebuild": ("rebuild", "rebuild"),
    "recount": ("recount", "recount"),
    "run": ("run", "run_command"),
    "self-anchor": ("self_anchor", "self_anchor"),
    "setup": ("setup", "setup"),
    "stamp": ("stamp", "stamp"),
    "status": ("status", "status"),
    "transactions": ("transactions", "transactions"),
    "verify": ("verifying", "verify"),
}


class Commands(click.Group):
    """The commands of the table."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names of all."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, cmd_name: str) -> click.Command | None:
        """Import one; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command = getattr(import_module(f"webapp.commands.{module}"), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"webapp.commands.{module}.{name} is no command: {command!r}")
        return command


@click.group(cls=Commands)
@click.version_option(package_name="troth")
def cli() -> None:
    """Troth: a social network's backend that keeps its word."""
    os.umask(0o077)  # database, keys and logs are nobody else's to read


def main() -> None:
    """Run the command; an expected failure is one sentence and exit code 1, misuse is 2."""
    try:
        cli(standalone_mode=True)
    except Exception as error:
        sentence = import_module("webapp.commands.expected").sentence_of(error)
        if sentence is None:
            raise
        click.echo(f"troth: {sentence}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
