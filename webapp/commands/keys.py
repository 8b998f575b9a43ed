"""`troth keys`: the keys that private messages are encrypted with."""

import click

import webapp
from webapp.chain_access import settings
from webapp.identities import rotation as claims
from webapp.keyring import KeyringError, add_key, drop_keys, fresh_key
from webapp.messages.encryption import keyring
from webapp.messages.rotation import reencrypt_all, rows_by_key


@click.group()
def keys() -> None:
    """Look at and change the keys of private messages."""


@keys.command("list")
def list_keys() -> None:
    """Show the keys by name, how many rows each encrypted, and whether one is missing."""
    with webapp.create_app().app_context():
        rows, ring = rows_by_key() + claims.rows_by_key(), keyring()
        for key in ring.keys:
            now = "  encrypts" if key == ring.current else ""
            click.echo(f"{key.id}  {rows.pop(key.id, 0)} rows{now}")
        for key_id, count in sorted(rows.items()):
            click.echo(f"{key_id}  {count} rows  MISSING: nobody can read them")


@keys.command()
def rotate() -> None:
    """Add a fresh key that encrypts from now on; older ones go on decrypting.

    The hourly upkeep then encrypts older rows anew, `troth keys reencrypt` does so at once.
    """
    app = webapp.create_app()
    with app.app_context():
        if settings().message_keys:
            raise KeyringError(
                "The keys come from TROTH_MESSAGE_KEYS. Put a fresh one at its end and restart every "
                "process; then move it to the front and restart again. Here is one: " + fresh_key()
            )
        ring = add_key(settings())
        click.echo(
            f"{ring.current.id} encrypts from now on; {len(ring.keys) - 1} older stay readable"
        )


@keys.command()
def reencrypt() -> None:
    """Encrypt everything that older keys encrypted with the present one."""
    with webapp.create_app().app_context():
        click.echo(
            f"{reencrypt_all() + claims.reencrypt_claims()} rows encrypted anew with {keyring().current.id}"
        )


@keys.command()
@click.option("--yes", is_flag=True, help="Do it; without it, only say what would be dropped")
def prune(*, yes: bool) -> None:
    """Drop the keys in the data folder that no row needs; a backup from before needs them still."""
    with webapp.create_app().app_context():
        if settings().message_keys:
            raise KeyringError("The keys come from TROTH_MESSAGE_KEYS; take older ones out there.")
        used = set(rows_by_key() + claims.rows_by_key())
        unused = {key.id for key in keyring().keys[1:]} - used
        if yes:
            drop_keys(settings(), unused)
        verb = "dropped" if yes else "would be dropped"
        click.echo(f"{', '.join(sorted(unused)) or 'no key'} {verb}")
