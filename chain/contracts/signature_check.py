"""Contract wallets' signatures, checked in one eth_call."""

from eth_abi.abi import encode
from eth_hash.auto import keccak

from chain import artifacts
from chain.client import BlockId, ChainClient
from chain.errors import ContractReverted

# What marks a signature of a wallet that need not be deployed yet (ERC-6492).
ERC6492_SUFFIX = bytes.fromhex("6492" * 16)
# A signature names the code that checks it, so whoever signs chooses the work: enough for a wallet's
# deployment and check, and far below a block.
_SIGNATURE_GAS = 3_000_000
# Nobody's address, but not zero: some wallets relax their checks for calls from the zero address.
_SIGNATURE_CALLER = "0x" + keccak(b"troth:signature check")[-20:].hex()


def is_valid_signature(
    client: ChainClient, signer: str, digest: bytes, signature: bytes, block: BlockId
) -> bool:
    """Ask a contract wallet, deployed or not yet, whether it accepts a signature after `block`.

    Nothing is deployed: the check runs as creation code in one eth_call (ERC-1271, ERC-6492). False for
    an address without code. Raises StateUnavailable, OutOfGas, NodeUnavailable.
    """
    if not signature.endswith(ERC6492_SUFFIX) and not client.code(signer, block):
        return False
    check = artifacts.load("SignatureCheck").bytecode
    arguments = encode(("address", "bytes32", "bytes"), (signer, digest, signature))
    try:
        answer = client.call(
            None, check + arguments, block, sender=_SIGNATURE_CALLER, gas=_SIGNATURE_GAS
        )
    except ContractReverted:
        return False  # a wrapped signature that cannot be unwrapped
    return answer == b"\x01"
