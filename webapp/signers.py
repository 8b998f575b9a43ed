"""The signers of an installation: one for the log's batches, others for everything else.

Keys come from the environment, from encrypted keystores, or from the data folder of an embedded
installation. A key management service is one more kind of Signer, returned from here.
"""

from functools import cache
from pathlib import Path

from chain.keystore import read_keystore, read_private
from chain.signer import LocalSigner, Signer
from webapp.config import Settings, listed
from webapp.secrets import SecretsError, load_secrets


def anchorer_signer(settings: Settings) -> Signer:
    """Return the signer that anchors batches; raises SecretsError and KeystoreUnusable."""
    if settings.anchorer_keystore:
        return _open(settings.anchorer_keystore, settings)
    return _from_hex(load_secrets(settings).anchorer_key)


def deployer_signer(settings: Settings) -> Signer:
    """Return the signer that deploys contracts, the anchorer's where none is given; raises as it does."""
    key = load_secrets(settings).deployer_key
    return _from_hex(key) if key else anchorer_signer(settings)


def issuer_signer(settings: Settings) -> Signer | None:
    """Return the signer that vouches for people, None where this server vouches for nobody.

    Raises SecretsError, also for the address of another signer, and KeystoreUnusable.
    """
    if settings.issuer_keystore:
        found = _open(settings.issuer_keystore, settings)
    else:
        key = load_secrets(settings).issuer_key
        if not key:
            return None
        found = _from_hex(key)
    others = [anchorer_signer(settings), *sender_signers(settings)]
    if found.address in (one.address for one in others):
        raise SecretsError(
            f"{found.address} is the issuer's and another signer's; give TROTH_ISSUER_KEY a key of its own, "
            "since each orders its transactions by itself, and a stolen one must not vouch for people."
        )
    return found


def sender_signers(settings: Settings) -> list[Signer]:
    """Return the signers of all transactions but batches, in the order of the settings.

    Those given by key come first. None given: the deployer's on the embedded chain, nobody elsewhere.
    Raises SecretsError, also for an address that is given twice, and KeystoreUnusable.
    """
    found: list[Signer] = [_from_hex(key) for key in listed(settings.sender_keys)]
    found += [_open(path, settings) for path in listed(settings.sender_keystores)]
    if not found:
        return [deployer_signer(settings)] if settings.embedded_chain else []
    addresses = [anchorer_signer(settings).address, *(one.address for one in found)]
    for address in addresses:
        if addresses.count(address) > 1:
            raise SecretsError(
                f"{address} is given twice; anchorer and senders must all be different, "
                "since each orders its transactions by itself."
            )
    return found


def keystore_password(settings: Settings) -> str:
    """Return the password of the keystores; raises SecretsError and KeystoreUnusable."""
    if settings.keystore_password_file:
        return read_private(Path(settings.keystore_password_file)).removesuffix("\n")
    if settings.keystore_password:
        return settings.keystore_password
    raise SecretsError(
        "A keystore is given, but no password: set TROTH_KEYSTORE_PASSWORD_FILE or "
        "TROTH_KEYSTORE_PASSWORD."
    )


def _from_hex(key: str) -> Signer:
    return LocalSigner(bytes.fromhex(key.removeprefix("0x")))


def _open(path: str, settings: Settings) -> Signer:
    return _unlocked(Path(path), keystore_password(settings))


@cache
def _unlocked(path: Path, password: str) -> Signer:
    """Open a keystore once in a process: the key derivation is slow on purpose."""
    return LocalSigner(read_keystore(path, password))
