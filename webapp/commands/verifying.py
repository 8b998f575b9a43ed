"""The command `troth verify`: its words, and what its exit codes never say by mistake."""

import sys
import traceback
from pathlib import Path

import click

from chain.errors import ChainError
from webapp.commands.verify import UNUSABLE, Wanted, verify_file
from webapp.config import InvalidSettingError, load_settings


@click.command(name="verify")
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
@click.option(
    "--registry", metavar="ADDRESS", help="Pin: the IdentityRegistry contract, for claims"
)
@click.option(
    "--issuer",
    "issuers",
    metavar="ADDRESS",
    multiple=True,
    help="Pin: whom you believe about people",
)
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
    """Check a bundle, or a claim file: a verdict for each of its claims.

    Exit code 0: all that was asked for holds; 1: something fails; 2: the file or the call is
    unusable; 3: something asked for could not be decided.
    """
    wanted = Wanted(file=file, offline=offline, **pins)  # type: ignore[arg-type]
    try:
        code = verify_file(wanted, load_settings(), as_json=as_json)
    except (ChainError, InvalidSettingError) as error:
        click.echo(f"troth: {error}", err=True)
        code = UNUSABLE
    except Exception:  # noqa: BLE001 - 1 means "a claim fails"; a bug of ours must not say that
        traceback.print_exc()
        code = UNUSABLE
    sys.exit(code)
