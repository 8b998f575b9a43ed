"""HTTP for the log."""

from typing import Any

from flask_smorest import Blueprint

from webapp.chain_access import settings
from webapp.extensions import db
from webapp.log.schemas import LogSchema
from webapp.log.service import log_facts

blueprint = Blueprint("log", __name__, description="The log and its pins")


@blueprint.get("/log")
@blueprint.response(200, LogSchema)
def log() -> dict[str, Any]:
    """Return what is needed to build a record, and the pins to check one by."""
    facts = log_facts(db.session(), settings().depth)
    return {
        "domain": {
            "chainId": facts.log.chain.chain_id,
            "verifyingContract": facts.log.contract,
        },
        "genesis": "0x" + facts.log.chain.genesis.hex(),
        "anchorer": facts.log.anchorer,
        "depth": facts.depth,
        "notBefore": {
            "number": facts.not_before.number,
            "hash": "0x" + facts.not_before.hash.hex(),
        },
    }
