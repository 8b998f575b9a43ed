"""Rows as the second release wrote them, at revision 0002: those of the first, and what it added to them.

They stay as they are: whatever migration comes later has to carry them over.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from tests.support import revision_0001
from tests.support.revision_0001 import ANCHORER, NOW, Row, at, hashed

# An earlier chain that the log has left, with no anchor on it any more, and the one that it is on.
GONE, HERE = 2, 1
# Up to which block the anchors that are final prove finality on the chain that the log is on.
PROVED = 2


def insert_rows(connection: Connection) -> Mapping[str, list[Row]]:
    """Insert the rows and return them by table."""
    return revision_0001.insert_all(connection, all_rows())


def all_rows() -> dict[str, list[Row]]:
    """Return rows of every table, in an order in which they can be inserted."""
    rows = revision_0001.all_rows()
    [chain] = rows["chains"]
    known = {"state_at": at(40), "head": 7, "base_fee": 1_000_000_007, "asked_at": at(41)}
    gone = {"id": GONE, "genesis": hashed("genesis", GONE), "sound_to": -1}
    halted = {"state": "halted_instance", "reason": "This chain is gone"}
    rows["chains"] = [
        {**chain, **known, "state": "following", "reason": None, "sound_to": None},
        {**chain, **known, **halted, **gone},
    ]
    rows["transactions"] = [_transaction(one) for one in rows["transactions"]]
    rows["attempts"] = [_attempt(one) for one in rows["attempts"]]
    rows["job_claims"] = [{**one, "seen_at": NOW} for one in rows["job_claims"]]
    rows["signers"] = [
        {
            "chain_ref": HERE,
            "address": ANCHORER,
            "role": "anchorer",
            "nonce": 5,
            "balance": str(10**21),
            "checked_at": at(42),
        }
    ]
    rows["nodes"] = [
        {
            "name": "node.example",
            "state": "ok",
            "breaker": "closed",
            "head": 7,
            "latency_ms": 12,
            "problem": None,
            "checked_at": at(43),
        }
    ]
    return rows


def _transaction(row: Row) -> Row:
    # What 0001 called signed may have been sent; this release says so of its own.
    state = "unknown" if row["state"] == "signed" else row["state"]
    return {**row, "state": state, "failures": 0, "abandoned_at": None}


def _attempt(row: Row) -> Row:
    number = row["block_number"]
    block = None if number is None else hashed("block", number)
    return {**row, "kind": "call", "answer": None, "block_hash": block}
