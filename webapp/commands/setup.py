"""`troth setup`: database up to date, contract deployed, log open. Doing it again changes nothing."""

from flask_migrate import upgrade
from sqlalchemy import select

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import Sender, ensure_deployed
from chain.deployments import Deployment
from chain.signer import LocalSigner
from webapp.chain_access import chain_client, settings
from webapp.config import Settings
from webapp.database import writing
from webapp.extensions import db
from webapp.log.models import Log
from webapp.log.service import open_log
from webapp.outbox.models import Chain
from webapp.secrets import load_secrets

EMBEDDED_FUNDS = 1_000 * 10**18  # wei
# eth-tester's first account, whose key is the integer 1; it pays for everything on the embedded chain.
EMBEDDED_BANK = (1).to_bytes(32, "big")


class SetupError(Exception):
    """Something that setting up must not paper over; says what to do."""


def set_up() -> Deployment:
    """Migrate, deploy and open the log; return where the log is.

    Raises SetupError, and the chain's and the database's own errors.
    """
    upgrade()
    here = settings()
    deployment = deploy(here, chain_client())
    deployment.save(here.data_dir)
    return deployment


def deploy(here: Settings, client: ChainClient) -> Deployment:
    """Make sure of contract, funds (on the embedded chain) and log; raises SetupError."""
    _check_same_chain(client.chain_id(), client.genesis())
    keys = load_secrets(here)
    anchorer = LocalSigner(bytes.fromhex(keys.anchorer_key.removeprefix("0x")))
    deployer = LocalSigner(bytes.fromhex(keys.deployer_key.removeprefix("0x")))
    if here.embedded_chain:
        bank = Sender(client, LocalSigner(EMBEDDED_BANK))
        for signer in (anchorer, deployer):
            if client.balance(signer.address) < EMBEDDED_FUNDS // 2:
                bank.send(signer.address, value=EMBEDDED_FUNDS)
    deployment = ensure_deployed(client, deployer, anchorer=anchorer.address)
    _open(client, deployment)
    return deployment


def _check_same_chain(chain_id: int, genesis: bytes) -> None:
    """Refuse, before anything is sent, a chain that the database's log is not on."""
    newest = select(Chain).join(Log, Log.chain_ref == Chain.id).order_by(Log.id.desc()).limit(1)
    known = db.session.scalars(newest).first()
    wanted = (known.chain_id, known.genesis) if known else None
    db.session.rollback()
    if wanted and wanted != (chain_id, genesis):
        raise SetupError(
            f"The database's log is on chain {wanted[0]} with genesis 0x{wanted[1].hex()}, but the "
            f"node serves chain {chain_id} with genesis 0x{genesis.hex()}. "
            "Bring the chain's data back, or start with another TROTH_DATA_DIR."
        )


def _open(client: ChainClient, found: Deployment) -> None:
    head = client.head()
    written, _ = AnchorLog(client, found.contract).next(found.anchorer)
    with writing() as session:
        log = open_log(
            session,
            chain_id=found.chain_id,
            genesis=found.genesis,
            contract=found.contract,
            anchorer=found.anchorer,
            head=head,
        )
        if written > log.next_sequence:
            raise SetupError(
                f"The chain holds {written} batches of {found.anchorer}, the database only "
                f"{log.next_sequence}. Restore the newest backup of the database, or set "
                "TROTH_ANCHORER_KEY to a fresh key to begin a new log."
            )
