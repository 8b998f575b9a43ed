"""Checks of content: what the disk has lost, and the IPFS node that pins beside it."""

from webapp.assets.content.node import NodeError, pinning
from webapp.assets.content.status import ContentStatus, content_status
from webapp.commands.doctor.findings import Finding, fail, ok, warn
from webapp.config import Settings
from webapp.extensions import db

CHECK = "content"


def check_content(here: Settings) -> list[Finding]:
    """Make every check of content; asks the node, if there is one, what it is."""
    status = content_status(db.session.connection())
    db.session.rollback()
    found = []
    if status.damaged:
        says = f"{status.damaged} contents are not on the disk as they were kept, {status.example} for one."
        do = "Put their files back under content/ in TROTH_DATA_DIR from a backup or another IPFS node: a "
        do += "worker looks again each hour. Whoever uploads one again mends it too."
        found.append(fail(CHECK, says, do))
    return [*found, *_node(here, status)] or [
        ok(CHECK, "What is kept is whole, as far as it was asked for.")
    ]


def _node(here: Settings, status: ContentStatus) -> list[Finding]:
    pins = status.pins
    waiting = f"{pins.waiting} pins wait, {pins.failed} failed"
    waiting += f" ({pins.problem})." if pins.problem else "."
    node = pinning(here)
    if node is None:
        if not pins.waiting + pins.failed:
            return []
        do = "Set TROTH_IPFS_URL to the node that has pinned content, so that it lets go of what was erased."
        return [warn(CHECK, f"No IPFS node is set, and {waiting}", do)]
    try:
        version = node.version()
    except NodeError as error:
        do = "Start the node, or mend TROTH_IPFS_URL; content is served meanwhile, and pins wait."
        return [warn(CHECK, f"The IPFS node cannot be used: {error} {waiting}", do)]
    if pins.failed:
        do = "Look at the node's own log; each is tried again within the hour."
        return [fail(CHECK, f"The IPFS node ({version}) answers, but {waiting}", do)]
    return [ok(CHECK, f"The IPFS node ({version}) answers; {waiting}")]
