"""Signatures of entries that wait to be sealed; those of sealed ones are in their leaves, for everybody to judge."""

from typing import Any

from sqlalchemy import Connection, select

from chain.proofs.domain import Domain, digest
from chain.proofs.signatures import recover
from webapp.commands.audit.findings import Findings, stream
from webapp.errors import ServiceUnavailableError
from webapp.extensions import table_of
from webapp.log.models import Author, Delegation, Entry, Log
from webapp.log.signers import wallet_accepts
from webapp.outbox.models import Chain

ENTRIES, AUTHORS, DELEGATIONS = table_of(Entry), table_of(Author), table_of(Delegation)
LOGS, CHAINS = table_of(Log), table_of(Chain)


def audit_signatures(connection: Connection, findings: Findings) -> None:
    """Check who signed each entry that is not sealed; the chain is asked for contract wallets alone."""
    columns = ("id", "author", "content", "signature")
    query = (
        select(
            *(ENTRIES.c[name] for name in columns),
            AUTHORS.c.signs,
            DELEGATIONS.c.delegate,
            DELEGATIONS.c.author.label("allowed_by"),
            LOGS.c.contract,
            CHAINS.c.chain_id,
        )
        .join(AUTHORS, AUTHORS.c.address == ENTRIES.c.author)
        .join(LOGS, LOGS.c.id == ENTRIES.c.log_id)
        .join(CHAINS, CHAINS.c.id == LOGS.c.chain_ref)
        .join(DELEGATIONS, DELEGATIONS.c.entry_id == ENTRIES.c.delegation_id, isouter=True)
        .where(ENTRIES.c.batch_id.is_(None))
        .order_by(ENTRIES.c.id)
    )
    for row in stream(connection, query):
        findings.saw("waiting entries")
        signed = row.signature is not None
        findings.check(
            "signature", signed == row.signs, f"Entry {row.id} is {_whether(signed)}signed."
        )
        if signed:
            _check_signer(findings, row)


def _check_signer(findings: Findings, row: Any) -> None:
    signing_digest = digest(Domain(row.chain_id, row.contract), row.content)
    recovered = recover(signing_digest, row.signature)
    device = row.delegate is not None and row.allowed_by == row.author
    if recovered == (row.delegate if device else row.author):
        return
    try:
        good = not device and wallet_accepts(row.author, signing_digest, row.signature)
    except ServiceUnavailableError:
        findings.saw("signatures that only the chain's node can judge, which is away")
        return
    whose = row.delegate if device else row.author
    findings.check("signature", good, f"The signature of entry {row.id} is not by {whose}.")


def _whether(signed: bool) -> str:
    return "" if signed else "not "
