"""The ``troth`` command."""

import os
import sys
import traceback
from pathlib import Path

import click

from chain.errors import ChainError
from webapp import create_app
from webapp.accounts.service import UnknownRoleError, grant_role
from webapp.chain_access import settings as app_settings
from webapp.commands import anchors as anchors_command
from webapp.commands import demo as demo_command
from webapp.commands import doctor as doctor_command
from webapp.commands import keys as keys_command
from webapp.commands import keystore as keystore_command
from webapp.commands import run as run_command
from webapp.commands import setup as setup_command
from webapp.commands import transactions as transactions_command
from webapp.commands import verify as verify_command
from webapp.commands.audit import audit
from webapp.commands.moderation import moderation
from webapp.commands.monitor import monitor
from webapp.commands.rebuild import rebuild
from webapp.commands.recount import recount
from webapp.commands.self_anchor import self_anchor
from webapp.commands.stamp import stamp
from webapp.commands.status import status
from webapp.config import InvalidSettingError, load_settings
from webapp.database import writing
from webapp.errors import ProblemError
from webapp.events.failures import try_parked_again
from webapp.keyring import KeyringError
from webapp.outbox.errors import OutboxError
from webapp.secrets import SecretsError
from webapp.supervisor import SupervisorError

UNUSABLE = 2

# Failures that are sentences for people; everything else is a bug and shows its trace.
EXPECTED = (
    ChainError,
    InvalidSettingError,
    KeyringError,
    OutboxError,
    ProblemError,
    SecretsError,
    SupervisorError,
    UnknownRoleError,
    setup_command.SetupError,
    demo_command.DemoError,
)


@click.group()
@click.version_option(package_name="troth")
def cli() -> None:
    """Troth: a social network's backend that keeps its word."""
    os.umask(0o077)  # database, keys and logs are nobody else's to read


@cli.command()
def run() -> None:
    """Start everything on this machine; Ctrl-C stops every process."""
    sys.exit(run_command.run_everything(load_settings()))


@cli.command()
def setup() -> None:
    """Bring database and contract up to date and open the log."""
    app = create_app()
    with app.app_context():
        try:
            deployment = setup_command.set_up()
        except setup_command.OtherChainError as error:
            if not (error.wiped and app_settings().embedded_chain):
                raise
            # People go on posting while the operator decides; the log stands still and says so.
            click.echo(f"troth: {error}", err=True)
            return
        click.echo(f"AnchorLog {deployment.contract} on chain {deployment.chain_id}")
        click.echo(f"Anchorer  {deployment.anchorer}, depth {app_settings().depth}")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--rpc",
    metavar="URL",
    help="JSON-RPC node to ask. Default: TROTH_CHAIN_URL, else the embedded chain",
)
@click.option("--chain-id", type=int, help="Pin: the chain's id")
@click.option("--genesis", metavar="HASH", help="Pin: the hash of block 0")
@click.option("--contract", metavar="ADDRESS", help="Pin: the AnchorLog contract")
@click.option("--anchorer", metavar="ADDRESS", help="Pin: who writes the log's roots")
@click.option("--depth", type=click.IntRange(0), help="Pin: blocks above that make one final")
@click.option(
    "--api", metavar="URL", help="Also read the public log there, for 'authority' and 'latest'"
)
@click.option(
    "--file",
    "held",
    type=click.Path(path_type=Path),
    help="Also check that this is the file that a stamp (or a post's media) names",
)
@click.option("--offline", is_flag=True, help="Ask no node; check what the file alone can show")
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON")
def verify(file: Path, as_json: bool, offline: bool, **pins: object) -> None:
    """Check a bundle: a verdict for each of its claims.

    Exit code 0: all that was asked for holds; 1: something fails; 2: the file or the call is
    unusable; 3: something asked for could not be decided.
    """
    wanted = verify_command.Wanted(file=file, offline=offline, **pins)  # type: ignore[arg-type]
    try:
        code = verify_command.verify_file(wanted, load_settings(), as_json=as_json)
    except EXPECTED as error:
        click.echo(f"troth: {error}", err=True)
        code = UNUSABLE
    except Exception:  # noqa: BLE001 - 1 means "a claim fails"; a bug of ours must not say that
        traceback.print_exc()
        code = UNUSABLE
    sys.exit(code)


@cli.command()
@click.option("--url", help="A running instance. Default: the settings' own, or a fresh one")
@click.option("--rpc", metavar="URL", help="JSON-RPC node to verify with. Default: as for verify")
def demo(url: str | None, rpc: str | None) -> None:
    """Two new wallets publish, answer, edit and delete; then everything is verified."""
    sys.exit(demo_command.run_demo(load_settings(), url, rpc))


@cli.group()
def admin() -> None:
    """Do what only the operator may do."""


@admin.command()
@click.argument("handle")
@click.argument("role")
def grant(handle: str, role: str) -> None:
    """Give the account with HANDLE the ROLE member, moderator or operator."""
    with create_app().app_context():
        account = grant_role(handle, role)
        click.echo(f"{account.handle} is now {account.role}")


@cli.group()
def events() -> None:
    """Look after the delivery of what happened to feeds and notifications."""


@events.command()
def retry() -> None:
    """Try again the events that were given up after too many failures."""
    with create_app().app_context(), writing() as session:
        click.echo(f"{try_parked_again(session)} events are tried again")


cli.add_command(keystore_command.keystore)
cli.add_command(keys_command.keys)
cli.add_command(status)
cli.add_command(anchors_command.anchors)
cli.add_command(doctor_command.doctor)
cli.add_command(rebuild)
cli.add_command(audit)
cli.add_command(monitor)
cli.add_command(recount)
cli.add_command(moderation)
cli.add_command(self_anchor)
cli.add_command(stamp)
cli.add_command(transactions_command.transactions)


def main() -> None:
    """Run the command; an expected failure is one sentence and exit code 1, misuse is 2."""
    try:
        cli(standalone_mode=True)
    except EXPECTED as error:
        detail = error.detail if isinstance(error, ProblemError) else str(error)
        click.echo(f"troth: {detail}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
