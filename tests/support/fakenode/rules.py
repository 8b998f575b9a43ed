"""In what nodes differ: how they admit transactions, what they forget, and how they word refusals."""

from dataclasses import dataclass, field


class RpcError(Exception):
    """A request that the node refuses, as JSON-RPC puts it."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data

    def as_json(self) -> dict[str, object]:
        """Return the `error` member of the answer (JSON-RPC 2.0, section 5.1)."""
        error: dict[str, object] = {"code": self.code, "message": self.message}
        return error if self.data is None else error | {"data": self.data}


_GETH_WORDS = {
    "already_known": (-32000, "already known"),
    "nonce_too_low": (-32000, "nonce too low: next nonce {next}, tx nonce {nonce}"),
    "underpriced": (-32000, "replacement transaction underpriced"),
    "funds": (
        -32000,
        (
            "insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, "
            "overshot {missing}"
        ),
    ),
    "funds_value": (-32000, "insufficient funds for transfer"),
    "intrinsic": (-32000, "intrinsic gas too low: gas {gas}, minimum needed {needed}"),
    "floor": (
        -32000,
        "insufficient gas for floor data gas cost: gas {gas}, minimum needed {needed}",
    ),
    "block_gas": (-32000, "exceeds block gas limit"),
    "tip": (
        -32000,
        (
            "max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: {tip}, "
            "maxFeePerGas: {max_fee}"
        ),
    ),
    "base_fee": (
        -32000,
        "max fee per gas less than block base fee: maxFeePerGas: {max_fee}, baseFee: {base_fee}",
    ),
    "chain_id": (-32000, "invalid sender: invalid chain id for signer: have {have} want {want}"),
    "undecodable": (-32000, "rlp: {problem}"),
    "no_block": (-32000, "header not found"),
    "unknown_block": (-32000, "unknown block"),
    "no_method": (-32601, "the method {method} does not exist/is not available"),
    "call_gas": (-32000, "out of gas"),
    "estimate_gas": (-32000, "gas required exceeds allowance ({gas})"),
}
_ANVIL_WORDS = {
    "already_known": (-32003, "transaction already imported"),
    "nonce_too_low": (-32003, "nonce too low"),
    "underpriced": (-32003, "replacement transaction underpriced"),
    "funds": (-32003, "Insufficient funds for gas * price + value"),
    "funds_value": (-32003, "Insufficient funds for gas * price + value"),
    "intrinsic": (-32000, "intrinsic gas too low"),
    "floor": (-32000, "intrinsic gas too low"),
    "block_gas": (-32000, "intrinsic gas too high -- tx.gas_limit > env.block.gas_limit"),
    "tip": (-32003, "max priority fee per gas higher than max fee per gas"),
    "base_fee": (-32003, "max fee per gas less than block base fee"),
    "chain_id": (-32003, "invalid chain id for signer"),
    "undecodable": (-32602, "Failed to decode transaction"),
    "no_block": (
        -32602,
        "BlockOutOfRangeError: block height is {height} but requested was {number}",
    ),
    "unknown_block": (-32000, "unknown block"),
    "no_method": (-32601, "Method not found"),
    "call_gas": (-32603, "EVM error OutOfGas"),
    "estimate_gas": (-32003, "Out of gas: gas required exceeds allowance: {gas}"),
}


@dataclass(frozen=True)
class Rules:
    """The habits of one kind of node; `replacement_percent` is how much both fees must rise.

    `replacement_percent` None means that a higher max fee alone is enough.
    """

    name: str
    replacement_percent: int | None
    # Whether a max fee below the next base fee is refused, and leaves the pool when a block has none below.
    refuses_below_base_fee: bool
    # Whether fees and funds are looked at before it is noticed that the very same bytes wait already.
    notices_known_last: bool
    # Whether what waits in the pool counts when a further transaction must be paid.
    counts_waiting_cost: bool
    # Whether transactions with later nonces leave the pool with one that is dropped or cannot be mined, and
    # only what has no gap before it is looked at.
    drops_later_nonces: bool
    # Whether blocks and logs of a branch that lost are still served by hash.
    keeps_lost_blocks: bool
    # Whether a gas limit that the calldata alone uses up is refused when it is sent.
    refuses_below_calldata_gas: bool
    # Whether an estimate fails for a sender who cannot pay the value.
    estimates_need_funds: bool
    words: dict[str, tuple[int, str]] = field(repr=False)

    def error(self, kind: str, **values: object) -> RpcError:
        """Return the refusal in this node's words."""
        code, message = self.words[kind]
        return RpcError(code, message.format(**values))


# go-ethereum 1.14 to 1.16: core/txpool/validation.go, core/txpool/legacypool, internal/ethapi.
GETH = Rules(
    name="geth",
    replacement_percent=10,
    refuses_below_base_fee=False,
    notices_known_last=False,
    counts_waiting_cost=True,
    drops_later_nonces=False,
    keeps_lost_blocks=True,
    refuses_below_calldata_gas=True,
    estimates_need_funds=True,
    words=_GETH_WORDS,
)
# anvil 1.7.1, by trying.
ANVIL = Rules(
    name="anvil",
    replacement_percent=None,
    refuses_below_base_fee=True,
    notices_known_last=True,
    counts_waiting_cost=False,
    drops_later_nonces=True,
    keeps_lost_blocks=False,
    refuses_below_calldata_gas=False,
    estimates_need_funds=False,
    words=_ANVIL_WORDS,
)
