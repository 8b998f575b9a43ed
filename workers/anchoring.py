"""The sweep: seal, send, index, in this order, each under its claim. Needs no broker."""

import structlog

from chain.client import ChainClient
from chain.deploy import check_code
from chain.errors import ChainError, NodeUnavailable
from chain.signer import LocalSigner
from webapp.chain_access import chain_client, settings
from webapp.extensions import db
from webapp.log.errors import LogNotOpenError
from webapp.log.models import Log
from webapp.log.service import current_log
from webapp.secrets import load_secrets
from workers.claims import claimed
from workers.indexing import DeepReorgError, Indexing
from workers.sealing import seal_due
from workers.sending import Sending, SendingPolicy

log = structlog.get_logger(__name__)


def sweep() -> None:
    """Bring everything that waits one step further; problems of the chain are logged, not raised."""
    try:
        open_log = current_log(db.session())
    except LogNotOpenError:
        return
    finally:
        db.session.rollback()
    log_id = open_log.id
    seal(log_id)
    try:
        send(log_id)
        index(log_id)
    except NodeUnavailable as error:
        log.warning("sweep.node_away", problem=str(error))
    except (ChainError, DeepReorgError) as error:
        # The sentence says all; a trace every second would drown it.
        log.error("sweep.halted", problem=str(error))  # noqa: TRY400


def seal(log_id: int) -> None:
    """Seal what is due in a log."""
    with claimed(f"seal:{log_id}") as mine:
        while mine and seal_due(log_id, settings()) is not None:
            continue


def send(log_id: int) -> None:
    """Send what is owed for a log; raises ChainError."""
    here = settings()
    with claimed(f"send:{log_id}") as mine:
        if not mine:
            return
        client = chain_client()
        chain_ref = check_instance(client, log_id)
        signer = LocalSigner(bytes.fromhex(load_secrets(here).anchorer_key.removeprefix("0x")))
        Sending(client, signer, chain_ref, SendingPolicy.of(here)).run()


def index(log_id: int) -> None:
    """Index a log's events; raises ChainError and DeepReorgError."""
    with claimed(f"index:{log_id}") as mine:
        if mine:
            client = chain_client()
            check_instance(client, log_id)
            Indexing(client, log_id, settings().depth).run()


class WrongInstanceError(ChainError):
    """The node serves another chain than the log is on."""

    def __init__(self, log_id: int, problem: str) -> None:
        self.log_id, self.problem = log_id, problem
        super().__init__(f"Nothing is sent for log {log_id}: {problem}.")


def check_instance(client: ChainClient, log_id: int) -> int:
    """Check chain id, genesis and code before anything is sent; return the chain's row id.

    Raises WrongInstanceError, NoCode and WrongCode.
    """
    row = db.session.get_one(Log, log_id)
    chain_ref, contract = row.chain_ref, row.contract
    wanted = (row.chain.chain_id, row.chain.genesis)
    db.session.rollback()
    found = (client.chain_id(), client.genesis())
    if found[0] != wanted[0]:
        raise WrongInstanceError(log_id, f"the node serves chain {found[0]}, not {wanted[0]}")
    if found[1] != wanted[1]:
        raise WrongInstanceError(log_id, f"the chain's genesis is 0x{found[1].hex()}, another one")
    check_code(client, contract)
    return chain_ref
