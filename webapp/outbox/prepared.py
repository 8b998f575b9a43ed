"""Transactions for people's own wallets: prepared here, sent there, found by the indexer."""

from dataclasses import dataclass

from marshmallow import Schema, fields


@dataclass(frozen=True)
class Prepared:
    """A transaction as a wallet takes it: ``sender`` signs and pays; no ether goes with it."""

    sender: str
    to: str
    data: bytes
    chain_id: int


class PreparedSchema(Schema):
    """A transaction as wallets take it; ``from`` signs it and pays."""

    sender = fields.String(required=True, data_key="from")
    to = fields.String(required=True)
    data = fields.Function(lambda one: "0x" + one.data.hex(), required=True)
    value = fields.Function(lambda _: "0x0", required=True)
    chain_id = fields.Integer(required=True, data_key="chainId")
