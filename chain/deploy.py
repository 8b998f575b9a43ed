"""Puts the contracts at the same addresses on every chain, once.

The address follows from the deployer contract, the salt and the creation code (EIP-1014), so that of
AnchorLog can be signed in records before any chain is there.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from chain import artifacts
from chain.client import ChainClient
from chain.create2 import (
    DEPLOYER,
    DEPLOYER_CODE,
    DEPLOYER_COST,
    DEPLOYER_SENDER,
    DEPLOYER_TRANSACTION,
    address_of,
)
from chain.deployments import Deployment, Place
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

_GAS_MARGIN = 5  # a fifth more than estimated: the state may differ when the transaction is mined


@dataclass(frozen=True)
class Standing:
    """A contract with one address on all chains. The salt is part of the address, so it never changes."""

    name: str
    salt: bytes

    @property
    def creation(self) -> bytes:
        """The creation code; raises ArtifactMissing."""
        return artifacts.load(self.name).bytecode

    @property
    def address(self) -> str:
        """Where it is, or will be; raises ArtifactMissing."""
        return address_of(self.salt, self.creation)

    @property
    def code_hash(self) -> bytes:
        """keccak256 of the runtime code as it is compiled here; raises ArtifactMissing."""
        return keccak(artifacts.load(self.name).deployed_bytecode)


ANCHOR_LOG = Standing("AnchorLog", keccak(b"troth:AnchorLog:1"))
IDENTITY_REGISTRY = Standing("IdentityRegistry", keccak(b"troth:IdentityRegistry:1"))
ASSET_REGISTRY = Standing("AssetRegistry", keccak(b"troth:AssetRegistry:1"))
ALL = (ANCHOR_LOG, IDENTITY_REGISTRY, ASSET_REGISTRY)


def anchor_log_address() -> str:
    """Compute where AnchorLog is, or will be, on every chain; raises ArtifactMissing (EIP-1014)."""
    return ANCHOR_LOG.address


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
    """Deploy each contract unless it is there, check its code, and say where it is.

    `signer` pays and may be another than `anchorer`, who defaults to it. `chain_id` is the chain that is
    expected, any if None. Waits at most `timeout` seconds for each transaction. Raises WrongChain,
    WrongCode, ReceiptTimeout, TransactionFailed, and what ChainClient raises.
    """
    actual = client.chain_id()
    if chain_id is not None and actual != chain_id:
        raise WrongChain(chain_id, actual)
    sender = Sender(client, signer, timeout)
    log, identities, assets = (_ensure(sender, contract) for contract in ALL)
    return Deployment(
        chain_id=actual,
        genesis=client.genesis(),
        contract=log.address,
        code_hash=log.code_hash,
        block=log.block,
        anchorer=(anchorer or signer.address).lower(),
        identity_registry=identities,
        asset_registry=assets,
    )


def anchor_log_code() -> bytes:
    """Return the keccak256 of AnchorLog's runtime code as it is compiled here."""
    return ANCHOR_LOG.code_hash


def check_code(client: ChainClient, address: str, contract: Standing = ANCHOR_LOG) -> bytes:
    """Return keccak256 of the code at an address after comparing it with the compiled contract.

    Raises NoCode and WrongCode.
    """
    expected = contract.code_hash
    code = client.code(address)
    if not code:
        raise NoCode(address)
    if keccak(code) != expected:
        raise WrongCode(address, expected, keccak(code))
    return expected


def _ensure(sender: Sender, contract: Standing) -> Place:
    client, address = sender.client, contract.address
    if not client.code(address):
        _deploy(sender, contract)
    return Place(
        address=address,
        code_hash=check_code(client, address, contract),
        block=_first_block_with_code(client, address),
    )


def _deploy(sender: Sender, contract: Standing) -> None:
    _ensure_deployer(sender)
    try:
        sender.send(DEPLOYER, contract.salt + contract.creation)
    except ChainError:
        # Somebody else may have deployed the same code meanwhile: then all is well.
        if not sender.client.code(contract.address):
            raise


def _ensure_deployer(sender: Sender) -> None:
    client = sender.client
    if not client.code(DEPLOYER):
        missing = DEPLOYER_COST - client.balance(DEPLOYER_SENDER)
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
