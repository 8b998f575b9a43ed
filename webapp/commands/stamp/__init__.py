"""`troth stamp`: a file's digest into the log, and the bundle that proves it beside the file."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from chain.keystore import KeystoreUnusable, read_private
from webapp.commands.file_digest import FileUnusableError, digest_file
from webapp.commands.self_anchor.errors import SelfAnchorError
from webapp.commands.self_anchor.keys import read_key
from webapp.commands.stamp.client import StampClient, StampError
from webapp.config import InvalidSettingError, load_settings

DONE, REFUSED, UNUSABLE, WAITING = 0, 1, 2, 3
POLL_SECONDS = 0.5
# How far a stamp has come, for the progress bar; what is delayed stays where it was.
STEPS = {"saved": 0, "sealed": 1, "sent": 2, "mined": 3, "final": 4}


@dataclass(frozen=True)
class Keys:
    """What says who stamps: one of the three."""

    key_file: Path | None
    keystore: Path | None
    token_file: Path | None


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--url", help="The server. Default: the settings' own")
@click.option("--key-file", type=click.Path(path_type=Path), help="File with the wallet's key, hex")
@click.option(
    "--keystore", type=click.Path(path_type=Path), help="Encrypted keystore of the wallet's key"
)
@click.option(
    "--token-file", type=click.Path(path_type=Path), help="File with an access token, no wallet"
)
@click.option("--about", help="What it is, kept with the stamp. Default: the file's name and size")
@click.option("--id", "known", type=click.UUID, help="Wait for a stamp that was made before")
@click.option(
    "--wait", type=click.FloatRange(0), default=600.0, show_default=True, help="Seconds to wait"
)
def stamp(
    file: Path, url: str | None, about: str | None, known: UUID | None, wait: float, **keys: Any
) -> None:
    """Prove that FILE is held now: stamp its SHA-256, wait, and write FILE.troth.json beside it.

    The file itself never leaves this machine. Exit code 0: stamped, final and written; 1: refused;
    2: the file or the call is unusable; 3: stamped, and not final yet: call again with --id.
    """
    try:
        target = _target(file)
        digest = digest_file(file)
        client = _client((url or load_settings().base_url).rstrip("/"), Keys(**keys))
        made = _make(client, file, digest, about) if known is None else client.look(str(known))
        code = _finish(client, made, file, target, digest, wait)
    except (FileUnusableError, SelfAnchorError, KeystoreUnusable, InvalidSettingError) as error:
        click.echo(f"troth: {error}", err=True)
        code = UNUSABLE
    except (KeyError, TypeError) as error:
        click.echo(f"troth: the answer is no Troth API's ({error!r}).", err=True)
        code = REFUSED
    except (StampError, OSError) as error:
        click.echo(f"troth: {error}", err=True)
        code = REFUSED
    sys.exit(code)


def _target(file: Path) -> Path:
    target = file.with_name(file.name + ".troth.json")
    if target.exists():
        raise FileUnusableError(f"{target} is there already; move it away first.")
    return target


def _make(client: StampClient, file: Path, digest: bytes, about: str | None) -> dict[str, Any]:
    words = f"{file.name}, {file.stat().st_size} bytes" if about is None else about
    made = client.stamp(digest, words)
    click.echo(f"Stamp {made['id']} by {made['author']}")
    return made


def _finish(
    client: StampClient,
    made: dict[str, Any],
    file: Path,
    target: Path,
    digest: bytes,
    wait: float,
) -> int:
    if made["digest"] != "0x" + digest.hex():
        raise StampError(f"Stamp {made['id']} is of another file: {made['digest']}.")
    if not _wait(client, made, wait):
        click.echo(f"It is not final yet. Later: troth stamp {file} --id {made['id']} …", err=True)
        return WAITING
    target.write_bytes(client.bundle(made["id"]))
    click.echo(f"{target} proves it; check it with: troth verify {target} --file {file}")
    return DONE


def _client(base: str, keys: Keys) -> StampClient:
    if not (keys.token_file or keys.key_file or keys.keystore):
        raise SelfAnchorError(
            "Give the wallet's key by --key-file or --keystore; without a wallet, an access token by --token-file."
        )
    if keys.token_file is None:
        return StampClient.with_key(base, read_key(keys.key_file, keys.keystore))
    if keys.key_file or keys.keystore:
        raise SelfAnchorError("Give one of --key-file, --keystore and --token-file.")
    return StampClient.with_token(base, read_private(keys.token_file).strip())


def _wait(client: StampClient, made: dict[str, Any], seconds: float) -> bool:
    """Show how far the stamp has come until it is final, False if it is not in time; raises StampError."""
    deadline = time.monotonic() + seconds
    done = 0
    with click.progressbar(length=STEPS["final"], label="Waiting for the anchor") as progress:
        while True:
            anchoring = client.look(made["id"])["anchoring"]
            state = anchoring["state"]
            if state == "halted":
                raise StampError(f"Stamp {made['id']} was halted: {anchoring['reason']}")
            reached = STEPS.get(state, done)
            progress.update(max(0, reached - done))
            done = max(done, reached)
            if state == "final":
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
