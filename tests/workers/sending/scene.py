"""One signer, one contract and one database, with the controls of the node under both."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.signer import LocalSigner
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.models import Attempt, Chain, SignerRole, Transaction
from webapp.outbox.service import owe, register_signer
from workers.sending import GWEI, Sending, SendingPolicy

ETHER = 10**18
CAP = 500 * GWEI
PATIENT = SendingPolicy(CAP, stuck_seconds=3_600, depth=1)


def root_of(sequence: int) -> bytes:
    """Return the root of a batch: any 32 bytes but zero do."""
    return (sequence + 1).to_bytes(32)


@dataclass
class Scene:
    """Batches are owed by number; their transactions are known by the same number."""

    app: Flask
    client: ChainClient
    contract: str
    signer: LocalSigner
    policy: SendingPolicy = PATIENT
    chain_ref: int = 0
    ids: dict[int, int] = field(default_factory=dict)

    def open(self) -> "Scene":
        """Make the rows that a chain needs, and fund the signer."""
        known = {"chain_id": self.client.chain_id(), "genesis": self.client.genesis()}
        with writing() as session:
            chain = session.scalars(select(Chain).filter_by(**known)).first()
            if chain is None:
                chain = Chain(**known, first_block=0)
                session.add(chain)
                session.flush()
            self.chain_ref = chain.id
        self.fund(10 * ETHER)
        return self

    def rpc(self, method: str, *params: object) -> Any:
        """Use one of the node's own methods."""
        return self.client.request(method, list(params))

    def fund(self, wei: int) -> None:
        self.rpc("anvil_setBalance", self.signer.address, hex(wei))

    def mine(self, blocks: int = 1) -> None:
        self.rpc("anvil_mine", hex(blocks))

    def owe(self, *sequences: int, gas: int = 120_000) -> None:
        """Owe batches, in this order."""
        for sequence in sequences:
            root = root_of(sequence)
            data = AnchorLog.anchor(sequence, root, 1)
            key = f"anchor:{self.signer.address}:0x{root.hex()}"
            self.ids[sequence] = self.owe_call(key, self.contract, data, gas)

    def owe_call(self, key: str, to: str, data: bytes = b"", gas: int = 21_000) -> int:
        """Owe any call; return the transaction's id."""
        with writing() as session:
            register_signer(session, self.chain_ref, self.signer.address, SignerRole.ANCHORER)
            call = {"key": key, "to": to, "data": data, "gas": gas}
            role = SignerRole.ANCHORER
            return owe(session, chain_ref=self.chain_ref, role=role, **call).id

    def sending(self, client: ChainClient | None = None, **policy: Any) -> Sending:
        chosen = replace(self.policy, **policy)
        return Sending(client or self.client, self.signer, self.chain_ref, chosen)

    def run(self, times: int = 1, client: ChainClient | None = None, **policy: Any) -> None:
        for _ in range(times):
            self.sending(client, **policy).run()

    def settle(self, rounds: int = 12, **policy: Any) -> None:
        """Sweep and mine until nothing changes any more, or for so many rounds."""
        for _ in range(rounds):
            if not self.sending(**policy).run() and set(self.states()) == {"mined"}:
                return
            self.mine()

    def row(self, sequence: int) -> Transaction:
        return self.by_id(self.ids[sequence])

    def by_id(self, transaction_id: int) -> Transaction:
        db.session.rollback()
        found = db.session.get_one(Transaction, transaction_id, populate_existing=True)
        db.session.expunge(found)
        db.session.rollback()
        return found

    def states(self) -> list[str]:
        """Return the states of the owed batches, in order."""
        return [self.row(sequence).state for sequence in sorted(self.ids)]

    def attempts(self, sequence: int | None = None) -> list[Attempt]:
        db.session.rollback()
        query = select(Attempt).order_by(Attempt.id).execution_options(populate_existing=True)
        if sequence is not None:
            query = query.where(Attempt.transaction_id == self.ids[sequence])
        found = list(db.session.scalars(query))
        db.session.rollback()
        return found

    def stand_ins(self) -> list[Transaction]:
        db.session.rollback()
        query = select(Transaction).where(Transaction.key.startswith("nonce:"))
        return list(db.session.scalars(query.execution_options(populate_existing=True)))

    def anchored(self) -> list[int]:
        """Return the batches that the chain holds, in the order of their anchoring."""
        log = AnchorLog(self.client, self.contract)
        found = {
            sequence: state.sequence
            for sequence in sorted(self.ids)
            if (state := log.anchor_of(self.signer.address, root_of(sequence)))
        }
        assert all(sequence == place for sequence, place in found.items())
        return list(found)

    def foreign(
        self, nonce: int, gwei: int = 50, to: str | None = None, data: bytes = b""
    ) -> bytes:
        """Send another's transaction with our key."""
        signed = self.signer.sign_transaction(
            {
                "type": 2,
                "chainId": self.client.chain_id(),
                "nonce": nonce,
                "to": bytes.fromhex((to or self.signer.address)[2:]),
                "value": 0,
                "data": data,
                "gas": 120_000,
                "maxFeePerGas": gwei * GWEI,
                "maxPriorityFeePerGas": gwei * GWEI,
            }
        )
        return self.client.send_raw(signed.raw)

    def check(self, *, mined: Sequence[int]) -> None:
        """Hold the invariants against the node: nonces dense and one's own, fees under the cap."""
        assert self.anchored() == sorted(mined)
        db.session.rollback()
        held = list(db.session.scalars(select(Transaction.nonce).order_by(Transaction.nonce)))
        nonces = [nonce for nonce in held if nonce is not None]
        assert nonces == sorted(set(nonces))
        assert all(one.max_fee <= self.policy.fee_cap for one in self.attempts())
        assert all(one.priority_fee <= one.max_fee for one in self.attempts())
        assert utc_now() >= max(one.created_at for one in self.attempts())
