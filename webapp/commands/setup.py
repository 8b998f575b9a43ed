"""`troth setup`: database up to date, contract deployed, log open. Doing it again changes nothing."""

from flask_migrate import upgrade
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from chain import wire
from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import Sender, ensure_deployed
from chain.deployments import Deployment
from chain.signer import LocalSigner
from webapp.chain_access import chain_client, settings
from webapp.config import Settings
from webapp.database import writing
from webapp.extensions import db
from webapp.log.models import Anchor, Batch, Entry, Log
from webapp.log.service import open_log
from webapp.outbox.models import Chain
from webapp.signers import anchorer_signer, deployer_signer

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
    anchorer, deployer = anchorer_signer(here), deployer_signer(here)
    if here.embedded_chain:
        bank = Sender(client, LocalSigner(EMBEDDED_BANK))
        for signer in (anchorer, deployer):
            if client.balance(signer.address) < EMBEDDED_FUNDS // 2:
                bank.send(signer.address, value=EMBEDDED_FUNDS)
    deployment = ensure_deployed(client, deployer, anchorer=anchorer.address)
    if here.embedded_chain and (missing := here.depth - client.head().number) > 0:
        # It mines only what is sent: without these blocks none would be deep enough, and no log open.
        client.request("evm_mine", [{"blocks": missing}])
    _open(client, deployment, here.depth)
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


def _newest_blocks(client: ChainClient, depth: int) -> list[wire.Block]:
    """Return the newest blocks, oldest first, down to one at ``depth`` (or the first of all)."""
    head = client.head()
    blocks = [client.block(number) for number in range(max(0, head.number - depth), head.number)]
    return [*(block for block in blocks if block is not None), head]


def _open(client: ChainClient, found: Deployment, depth: int) -> None:
    blocks = _newest_blocks(client, depth)
    written, _ = AnchorLog(client, found.contract).next(found.anchorer)
    with writing() as session:
        log = open_log(
            session,
            chain_id=found.chain_id,
            genesis=found.genesis,
            contract=found.contract,
            anchorer=found.anchorer,
            blocks=blocks,
        )
        _check_nothing_stranded(session, log)
        if written > log.next_sequence:
            raise SetupError(
                f"The chain holds {written} batches of {found.anchorer}, the database only "
                f"{log.next_sequence}. Restore the newest backup of the database, or set "
                "TROTH_ANCHORER_KEY to a fresh key to begin a new log."
            )


def _check_nothing_stranded(session: Session, log: Log) -> None:
    """Refuse another anchorer while records of the log before are not final: nobody could anchor them."""
    final = select(Anchor.root).where(
        Anchor.log_id == Batch.log_id, Anchor.root == Batch.root, Anchor.final_at.is_not(None)
    )
    waiting = (
        select(Entry.id)
        .outerjoin(Batch, Batch.id == Entry.batch_id)
        .where(Entry.log_id != log.id)
        .where(or_(Batch.id.is_(None), ~final.exists()))
        .limit(1)
    )
    if session.scalar(waiting) is not None:
        raise SetupError(
            f"Records of an earlier log are not final yet, and {log.anchorer} cannot anchor them. "
            "Start with the earlier TROTH_ANCHORER_KEY until they are, and change it then."
        )
