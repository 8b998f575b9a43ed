"""`troth setup`: database up to date, contract deployed, log open. Doing it again changes nothing."""

from dataclasses import replace

import click
from flask_migrate import upgrade
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

import webapp
from chain import wire
from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import Sender, ensure_deployed
from chain.deployments import Deployment
from chain.signer import LocalSigner
from webapp.chain_access import any_chain, settings
from webapp.commands.run import ATTENTION
from webapp.config import Settings
from webapp.database import writing
from webapp.extensions import db
from webapp.log.errors import LogNotOpenError
from webapp.log.instance import NOTHING
from webapp.log.models import Anchor, Batch, Entry, Log
from webapp.log.service import current_log, open_log
from webapp.outbox.chains import HALTED, note_state
from webapp.outbox.models import Chain, ChainState, SignerAccount, SignerRole
from webapp.outbox.registries import know_registries
from webapp.outbox.service import register_signer
from webapp.signers import anchorer_signer, deployer_signer, issuer_signer, sender_signers

EMBEDDED_FUNDS = 1_000 * 10**18  # wei
# eth-tester's first account, whose key is the integer 1; it pays for everything on the embedded chain.
EMBEDDED_BANK = (1).to_bytes(32, "big")


class SetupError(Exception):
    """Something that setting up must not paper over; says what to do."""


class OtherChainError(SetupError):
    """The node serves another chain than the database's log is on; carries both."""

    def __init__(self, known: Chain, chain_id: int, genesis: bytes) -> None:
        self.chain_ref = known.id
        self.wiped = known.chain_id == chain_id
        remedy = (
            "Bring the chain's data back; if it is lost, `troth anchors rebuild` anchors everything "
            "again"
            if self.wiped
            else f"Let TROTH_CHAIN_URL lead to chain {known.chain_id}"
        )
        super().__init__(
            f"The database's log is on chain {known.chain_id} with genesis 0x{known.genesis.hex()}, "
            f"but the node serves chain {chain_id} with genesis 0x{genesis.hex()}. {remedy}; "
            "`troth doctor` says more."
        )


@click.command()
def setup() -> None:
    """Bring database and contract up to date and open the log."""
    app = webapp.create_app()
    with app.app_context():
        try:
            deployment = set_up()
        except OtherChainError as error:
            if not (error.wiped and settings().embedded_chain):
                raise
            # People go on posting while the operator decides; the log stands still and says so.
            click.echo(f"troth: {error}", err=True)
        else:
            click.echo(f"AnchorLog {deployment.contract} on chain {deployment.chain_id}")
            click.echo(f"Anchorer  {deployment.anchorer}, depth {settings().depth}")
        if why := halted():
            click.echo(f"{ATTENTION} nothing is anchored now. {' '.join(why.split())}")


def halted() -> str | None:
    """Return why the log stands still, in words for the operator; None while it does not."""
    try:
        chain = db.session.get_one(Chain, current_log(db.session()).chain_ref)
    except LogNotOpenError:
        return None
    return chain.reason if chain.state in HALTED else None


def set_up() -> Deployment:
    """Migrate, deploy and open the log; return where the log is.

    Raises SetupError, and the chain's and the database's own errors. With a wiped chain the log is
    halted before OtherChainError is raised.
    """
    upgrade()
    here = settings()
    try:
        deployment = deploy(here, any_chain())
    except OtherChainError as error:
        note_state(error.chain_ref, ChainState.HALTED_INSTANCE, str(error), NOTHING)
        raise
    deployment.save(here.data_dir)
    return deployment


def deploy(here: Settings, client: ChainClient) -> Deployment:
    """Make sure of contract, funds (on the embedded chain) and log; raises SetupError."""
    _check_same_chain(client.chain_id(), client.genesis())
    deployment = prepare_chain(here, client)
    open_deployed(here, client, deployment)
    return deployment


def open_deployed(here: Settings, client: ChainClient, deployment: Deployment) -> None:
    """Open the log of a contract that is there, and make its signers known; raises SetupError."""
    _open(client, deployment, here.depth)
    know_contracts(deployment)
    know_senders(here, deployment)


def prepare_chain(here: Settings, client: ChainClient) -> Deployment:
    """Make sure of the contract, and of funds and depth on the embedded chain; touches no table."""
    anchorer, deployer = anchorer_signer(here), deployer_signer(here)
    issuer = issuer_signer(here)
    if here.embedded_chain:
        bank = Sender(client, LocalSigner(EMBEDDED_BANK))
        for signer in (anchorer, deployer, *([issuer] if issuer else [])):
            if client.balance(signer.address) < EMBEDDED_FUNDS // 2:
                bank.send(signer.address, value=EMBEDDED_FUNDS)
    deployment = ensure_deployed(client, deployer, anchorer=anchorer.address)
    deployment = replace(deployment, issuer=issuer.address if issuer else None)
    if here.embedded_chain and (missing := here.depth - client.head().number) > 0:
        # It mines only what is sent: without these blocks none would be deep enough, and no log open.
        client.request("evm_mine", [{"blocks": missing}])
    return deployment


def _check_same_chain(chain_id: int, genesis: bytes) -> None:
    """Refuse, before anything is sent, a chain that the database's log is not on."""
    newest = select(Chain).join(Log, Log.chain_ref == Chain.id).order_by(Log.id.desc()).limit(1)
    known = db.session.scalars(newest).first()
    db.session.rollback()
    if known and (known.chain_id, known.genesis) != (chain_id, genesis):
        raise OtherChainError(known, chain_id, genesis)


def newest_blocks(client: ChainClient, depth: int) -> list[wire.Block]:
    """Return the newest blocks, oldest first, down to one at ``depth`` (or the first of all)."""
    head = client.head()
    blocks = [client.block(number) for number in range(max(0, head.number - depth), head.number)]
    return [*(block for block in blocks if block is not None), head]


def know_contracts(found: Deployment) -> None:
    """Make the registries known, so that the indexer follows them."""
    with writing() as session:
        know_registries(session, _chain_of(session, found), found)


def know_senders(here: Settings, found: Deployment) -> None:
    """Make issuer and senders of other transactions known, so that these can be owed to them."""
    issuer = issuer_signer(here)
    with writing() as session:
        chain_ref = _chain_of(session, found)
        former = update(SignerAccount).where(SignerAccount.chain_ref == chain_ref)
        former = former.where(SignerAccount.role == SignerRole.ISSUER)
        former = former.where(SignerAccount.address != (issuer.address if issuer else ""))
        session.execute(former.values(role=SignerRole.FORMER_ISSUER))
        if issuer is not None:
            register_signer(session, chain_ref, issuer.address, SignerRole.ISSUER)
        for signer in sender_signers(here):
            register_signer(session, chain_ref, signer.address, SignerRole.SENDER)


def _chain_of(session: Session, found: Deployment) -> int:
    terms = {"chain_id": found.chain_id, "genesis": found.genesis}
    return session.scalars(select(Chain.id).filter_by(**terms)).one()


def _open(client: ChainClient, found: Deployment, depth: int) -> None:
    blocks = newest_blocks(client, depth)
    written, _ = AnchorLog(client, found.contract).next(found.anchorer)
    with writing() as session:
        log = open_log(
            session,
            chain_id=found.chain_id,
            genesis=found.genesis,
            contract=found.contract,
            anchorer=found.anchorer,
            blocks=blocks,
            depth=depth,
        )
        _check_nothing_stranded(session, log)
        if written > log.next_sequence:
            raise SetupError(
                f"The chain holds {written} batches of {found.anchorer}, the database only "
                f"{log.next_sequence}. Restore the newest backup of the database, or set "
                "TROTH_ANCHORER_KEY to a fresh key to begin a new log; `troth doctor` says more."
            )


def _check_nothing_stranded(session: Session, log: Log) -> None:
    """Refuse another anchorer while records of the log before are not final: nobody could anchor them."""
    final = select(Anchor.root).where(
        Anchor.log_id == Batch.log_id, Anchor.root == Batch.root, Anchor.final_at.is_not(None)
    )
    waiting = (
        select(Entry.id)
        .join(Log, Log.id == Entry.log_id)
        .outerjoin(Batch, Batch.id == Entry.batch_id)
        # Logs of a chain that is gone were given up by `troth anchors rebuild`.
        .where(Entry.log_id != log.id, Log.chain_ref == log.chain_ref)
        .where(or_(Batch.id.is_(None), ~final.exists()))
        .limit(1)
    )
    if session.scalar(waiting) is not None:
        raise SetupError(
            f"Records of an earlier log are not final yet, and {log.anchorer} cannot anchor them. "
            "Start with the earlier TROTH_ANCHORER_KEY until they are, and change it then."
        )
