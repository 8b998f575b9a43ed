"""The keys of an installation: given by environment, or made once and kept in the data folder."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chain.keystore import save_private
from webapp.config import Settings, variable
from webapp.keyring import Keyring, KeyringError, load_keyring, make_keyring

FILE_NAME = "secrets.json"
VERSION = 2
# The first version had no key of an issuer; it is added at the next start.
FIRST_VERSION = 1


class SecretsError(Exception):
    """Secrets that are missing or cannot be read; says which and what to do."""


@dataclass(frozen=True)
class Secrets:
    """The JWT secret, and the private keys (hex) of anchorer, deployer and issuer of claims.

    The anchorer's is empty where a keystore holds it, the deployer's where it is the anchorer's, the issuer's
    where a keystore holds it or this server vouches for nobody.
    """

    jwt_secret: str
    anchorer_key: str
    deployer_key: str
    issuer_key: str


def load_secrets(settings: Settings) -> Secrets:
    """Return the secrets in use: the environment's win over the data folder's.

    Raises SecretsError if one is in neither place.
    """
    path = settings.data_dir / FILE_NAME
    kept = _read(path) if path.exists() else {}
    found: dict[str, str] = {}
    for name in ("jwt_secret", "anchorer_key", "deployer_key"):
        value = getattr(settings, name) or kept.get(name, "")
        if name == "anchorer_key" and settings.anchorer_keystore:
            value = ""
        elif not value and name == "deployer_key":
            value = found["anchorer_key"]
        elif not value:
            raise SecretsError(
                f"{variable(name)} is not set and {path} does not hold it; "
                "set it, or start once with `troth run` on the embedded defaults."
            )
        found[name] = value
    # Unlike the others not made up for an external chain, where somebody has to pay for what it does.
    made_up = kept.get("issuer_key", "") if settings.embedded_chain else ""
    issuer = "" if settings.issuer_keystore else settings.issuer_key or made_up
    return Secrets(**found, issuer_key=issuer)


def load_message_keys(settings: Settings) -> Keyring:
    """Return the keys of private messages; raises SecretsError."""
    try:
        return load_keyring(settings)
    except KeyringError as error:
        raise SecretsError(str(error)) from error


def make_secrets(settings: Settings) -> Secrets:
    """Return the secrets, writing fresh ones at the first start on embedded defaults.

    Raises SecretsError against an external chain or database when secrets were not given.
    """
    external = not (settings.embedded_chain and settings.embedded_database)
    path = settings.data_dir / FILE_NAME
    if external:
        given = {
            "jwt_secret": settings.jwt_secret,
            "anchorer_key": settings.anchorer_key or settings.anchorer_keystore,
            "message_keys": settings.message_keys,
        }
        missing = [name for name, value in given.items() if not value]
        if missing:
            names = " and ".join(variable(name) for name in missing)
            raise SecretsError(
                f"{names} must be set: keys are not made up against an external chain or database. "
                "TROTH_ANCHORER_KEYSTORE may stand in for the anchorer's key; message keys are 64 hex "
                "digits each, for instance of `openssl rand -hex 32`."
            )
    else:
        if not path.exists():
            _write(path, _fresh())
        elif (kept := _read(path))["version"] == FIRST_VERSION:
            _write(path, Secrets(**_own(kept), issuer_key=_new_key()))
        make_keyring(settings)
    return load_secrets(settings)


def _fresh() -> Secrets:
    return Secrets(secrets.token_hex(32), *(_new_key() for _ in range(3)))


def _new_key() -> str:
    return "0x" + secrets.token_hex(32)


def _own(kept: dict[str, Any]) -> dict[str, str]:
    """Return what a file of the first version holds."""
    return {
        name: str(kept.get(name, "")) for name in ("jwt_secret", "anchorer_key", "deployer_key")
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        kept: Any = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SecretsError(f"{path} cannot be read ({error}); restore it from a backup.") from error
    if not isinstance(kept, dict) or kept.get("version") not in (FIRST_VERSION, VERSION):
        raise SecretsError(
            f"{path} is not of version {FIRST_VERSION} or {VERSION}, which this release reads; use the release that "
            "wrote it, or restore it from a backup."
        )
    found: dict[str, Any] = kept
    return found


def _write(path: Path, fresh: Secrets) -> None:
    save_private(path, json.dumps({"version": VERSION, **asdict(fresh)}, indent=2).encode())
