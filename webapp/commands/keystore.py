"""`troth keystore`: private keys in encrypted files, for TROTH_ANCHORER_KEYSTORE and TROTH_SENDER_KEYSTORES."""

import re
import secrets
from pathlib import Path

import click

from chain.keystore import read_keystore, write_keystore
from chain.signer import LocalSigner
from webapp.config import Settings, load_settings
from webapp.signers import keystore_password

KEY = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")


@click.group()
def keystore() -> None:
    """Keep private keys in encrypted files."""


@keystore.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--import", "given", is_flag=True, help="Ask for a private key instead of a fresh one"
)
def create(file: Path, *, given: bool) -> None:
    """Write a new keystore to FILE and print its address.

    The password is that of the settings, else it is asked for.
    """
    settings = load_settings()
    key = _asked_key() if given else secrets.token_bytes(32)
    try:
        signer = LocalSigner(key)
    except ValueError as error:
        raise click.UsageError("This is no private key: it is not on the curve.") from error
    write_keystore(file, key, _password(settings, new=True))
    click.echo(signer.address)


@keystore.command()
@click.argument("file", type=click.Path(path_type=Path))
def address(file: Path) -> None:
    """Open the keystore FILE and print its address."""
    click.echo(LocalSigner(read_keystore(file, _password(load_settings(), new=False))).address)


def _asked_key() -> bytes:
    found = KEY.fullmatch(str(click.prompt("Private key (hex)", hide_input=True, err=True)).strip())
    if found is None:
        raise click.UsageError("A private key is 64 hex digits.")
    return bytes.fromhex(found.group(1))


def _password(settings: Settings, *, new: bool) -> str:
    if settings.keystore_password or settings.keystore_password_file:
        return keystore_password(settings)
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=new, err=True))
