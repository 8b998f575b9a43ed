"""Addresses that follow from code alone (EIP-1014), by the deployer that most tools use.

It is Arachnid's deterministic-deployment-proxy: a transaction signed by nobody's key, whose sender is
funded and which then works on any chain that accepts transactions without a chain id.
"""

from eth_hash.auto import keccak

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
DEPLOYER_COST = 100_000 * 100 * 10**9  # wei


def address_of(salt: bytes, creation: bytes) -> str:
    """Return where the deployer puts creation code under a salt of 32 bytes, on every chain (EIP-1014)."""
    whole = keccak(b"\xff" + bytes.fromhex(DEPLOYER[2:]) + salt + keccak(creation))
    return "0x" + whole[-20:].hex()
