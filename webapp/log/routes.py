"""HTTP for the log."""

from typing import Any

from webapp.chain_access import settings
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.log.schemas import LogSchema
from webapp.log.service import current_log, newest_final_block

blueprint = ApiBlueprint("log", __name__, description="The log and its pins")


@blueprint.get("/log")
@blueprint.response(200, LogSchema)
def log() -> dict[str, Any]:
    """Return what is needed to build a record, and the pins to check one by."""
    depth = settings().depth
    here = current_log(db.session())
    block = newest_final_block(db.session(), here, depth)
    return {
        "domain": {"chainId": here.chain_id, "verifyingContract": here.contract},
        "genesis": "0x" + here.genesis.hex(),
        "anchorer": here.anchorer,
        "depth": depth,
        "notBefore": {"number": block.number, "hash": "0x" + block.hash.hex()},
    }
