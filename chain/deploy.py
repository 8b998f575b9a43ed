"""Puts AnchorLog at the same address on every chain, once.

The address follows from the deployer contract, the salt and the creation code (EIP-1014), so it can be
signed in records before any chain is there. The deployer is the one that most tools use
(Arachnid's deterministic-deployment-proxy): a transaction signed by nobody's key, whose sender is
funded and which then works on any chain that accepts transactions without a chain id.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from chain import artifacts
from chain.client import ChainClient
from chain.deployments import Deployment
from chain.errors import (
    AlreadyKnown,
    ChainError,
    NoCode,
    NonceTooLow,
    StateUnavailable,
    TransactionFailed,
    WrongChain,
    WrongCode,
)
from chain.signer import SignedTransaction, Signer
from chain.wire import Receipt

DEPLOYER = "0x4e59b44847b379578588920ca78fbf26c0b4956c"
DEPLOYER_SENDER = "0x3fab184622dc19b6109349b94811493bf2a45362"
DEPLOYER_CODE = bytes.fromhex(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)
# The pre-signed creation: nonce 0, 100,000 gas at 100 gwei, r and s all twos.
DEPLOYER_TRANSACTION = bytes.fromhex(
    "f8a58085174876e800830186a08080b853604580600e600039806000f350fe"
    + DEPLOYER_CODE.hex()
    + "1ba0"
    + "22" * 32
    + "a0"
    + "22" * 32
)
_DEPLOYER_COST = 100_000 * 100 * 10**9

# Part of the address of the contract, so it never changes.
SALT = keccak(b"troth:AnchorLog:1")

_GAS_MARGIN = 5  # a fifth more than estimated: the state may differ when the transaction is mined


def anchor_log_address() -> str:
    """Compute where AnchorLog is, or will be, on every chain; raises ArtifactMissing (EIP-1014)."""
    creation = keccak(artifacts.load("AnchorLog").bytecode)
    whole = keccak(b"\xff" + bytes.fromhex(DEPLOYER[2:]) + SALT + creation)
    return "0x" + whole[-20:].hex()


@dataclass(frozen=True)
class Sender:
    """Sends transactions one by one and waits for each: for deploying and for tests, not for the log.

    Waits at most `timeout` seconds for each.
    """

    client: ChainClient
    signer: Signer
    timeout: float = 120

    def send(self, to: str | None, data: bytes = b"", value: int = 0) -> Receipt:
        """Sign, send and wait; `value` is in wei; without `to`, `data` is creation code.

        Raises ContractReverted before anything is sent, ReceiptTimeout, TransactionFailed, and what
        ChainClient raises.
        """
        fees = self.client.fees()
        gas = self.client.estimate_gas(to, data, sender=self.signer.address, value=value)
        transaction: dict[str, Any] = {
            "type": 2,
            "chainId": self.client.chain_id(),
            "nonce": self.client.nonce(self.signer.address, "pending"),
            "value": value,
            "data": data,
            "gas": gas + gas // _GAS_MARGIN,
            "maxFeePerGas": fees.max_fee,
            "maxPriorityFeePerGas": fees.priority,
        }
        if to is not None:
            transaction["to"] = bytes.fromhex(to[2:])
        return self.send_signed(self.signer.sign_transaction(transaction))

    def send_signed(self, signed: SignedTransaction) -> Receipt:
        """Send a signed transaction and wait; one that the node has already is waited for as well."""
        with suppress(AlreadyKnown):
            self.client.send_raw(signed.raw)
        receipt = self.client.wait_for_receipt(signed.hash, self.timeout)
        if not receipt.succeeded:
            raise TransactionFailed(signed.hash, receipt.block_number)
        return receipt


def ensure_deployed(
    client: ChainClient,
    signer: Signer,
    *,
    anchorer: str | None = None,
    chain_id: int | None = None,
    timeout: float = 120,
) -> Deployment:
    """Deploy AnchorLog unless it is there, check its code, and say where it is.

    `signer` pays and may be another than `anchorer`, who defaults to it. `chain_id` is the chain that is
    expected, any if None. Waits at most `timeout` seconds for each transaction. Raises WrongChain,
    WrongCode, ReceiptTimeout, TransactionFailed, and what ChainClient raises.
    """
    actual = client.chain_id()
    if chain_id is not None and actual != chain_id:
        raise WrongChain(chain_id, actual)
    contract = anchor_log_address()
    if not client.code(contract):
        _deploy(Sender(client, signer, timeout), contract)
    return Deployment(
        chain_id=actual,
        genesis=client.genesis(),
        contract=contract,
        code_hash=check_code(client, contract),
        block=_first_block_with_code(client, contract),
        anchorer=(anchorer or signer.address).lower(),
    )


def anchor_log_code() -> bytes:
    """Return the keccak256 of AnchorLog's runtime code as it is compiled here."""
    return keccak(artifacts.load("AnchorLog").deployed_bytecode)


def check_code(client: ChainClient, contract: str) -> bytes:
    """Return keccak256 of the code at an address after comparing it with the compiled AnchorLog.

    Raises NoCode and WrongCode.
    """
    expected = anchor_log_code()
    code = client.code(contract)
    if not code:
        raise NoCode(contract)
    if keccak(code) != expected:
        raise WrongCode(contract, expected, keccak(code))
    return expected


def _deploy(sender: Sender, contract: str) -> None:
    _ensure_deployer(sender)
    try:
        sender.send(DEPLOYER, SALT + artifacts.load("AnchorLog").bytecode)
    except ChainError:
        # Somebody else may have deployed the same code meanwhile: then all is well.
        if not sender.client.code(contract):
            raise


def _ensure_deployer(sender: Sender) -> None:
    client = sender.client
    if not client.code(DEPLOYER):
        missing = _DEPLOYER_COST - client.balance(DEPLOYER_SENDER)
        if missing > 0:
            sender.send(DEPLOYER_SENDER, value=missing)
        # NonceTooLow: mined since we looked; the code below tells.
        with suppress(NonceTooLow):
            sender.send_signed(
                SignedTransaction(DEPLOYER_TRANSACTION, keccak(DEPLOYER_TRANSACTION))
            )
    code = client.code(DEPLOYER)
    if code != DEPLOYER_CODE:
        raise WrongCode(DEPLOYER, keccak(DEPLOYER_CODE), keccak(code))


def _first_block_with_code(client: ChainClient, contract: str) -> int:
    """Search for the block of the deployment; 0, which is always right, where old state is pruned."""
    low, high = 0, client.head().number
    try:
        while low < high:
            middle = (low + high) // 2
            if client.code(contract, middle):
                high = middle
            else:
                low = middle + 1
    except StateUnavailable:
        return 0
    return low
