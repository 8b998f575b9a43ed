"""What claims and tokens cost, in transactions whole, their base cost and calldata included."""

from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey

from chain.claims import HANDLE
from chain.contracts import AssetRegistry, IdentityRegistry, NewClaim
from chain.contracts.asset_registry import TRANSFER_FROM
from chain.deployments import Place
from chain.gas.figures import (
    CLAIM,
    CLAIM_100,
    DECLINE,
    DEPLOY_ASSETS,
    DEPLOY_IDENTITIES,
    MINT,
    MINT_50,
    MINT_FIRST,
    PERMIT,
    RENEW,
    REVOKE,
    TRANSFER,
)
from chain.gas.running import creation_gas, each
from chain.local import LocalChain
from chain.permissions import Permission
from chain.proofs.domain import Domain
from chain.tokens import token_id

# Of no meaning, but of full width: zero bytes of calldata cost less.
_EXPIRES = 4_102_444_800  # 2100-01-01
_ROYALTY = 500
NEW_HOLDER = "0x" + keccak(b"troth:a new holder")[-20:].hex()


def measure_claims(chain: LocalChain, place: Place) -> dict[str, int]:
    """Measure IdentityRegistry on a chain where nobody was vouched for."""
    issuer, subject = chain.accounts[0].address, chain.accounts[1].address
    alone = NewClaim(subject, HANDLE, keccak(b"alone"), _EXPIRES)
    many = [
        NewClaim("0x" + keccak(digest)[-20:].hex(), HANDLE, digest, _EXPIRES)
        for digest in (keccak(number.to_bytes(2)) for number in range(100))
    ]
    declined = NewClaim(subject, HANDLE, keccak(b"declined"), _EXPIRES)

    def used(calldata: bytes, account: int = 0) -> int:
        return chain.sender(account).send(place.address, calldata).gas_used

    claim = used(IdentityRegistry.issue(alone))
    used(IdentityRegistry.issue(declined))
    return {
        DEPLOY_IDENTITIES.name: creation_gas(chain.client, place.block),
        CLAIM.name: claim,
        CLAIM_100.name: each(used(IdentityRegistry.issue_many(many)), len(many)),
        RENEW.name: used(
            IdentityRegistry.issue(NewClaim(subject, HANDLE, alone.digest, _EXPIRES + 1))
        ),
        REVOKE.name: used(IdentityRegistry.revoke(subject, HANDLE, alone.digest, 2)),
        DECLINE.name: used(IdentityRegistry.decline(issuer, HANDLE, declined.digest), account=1),
    }


def measure_tokens(chain: LocalChain, place: Place) -> dict[str, int]:
    """Measure AssetRegistry on a chain without tokens."""
    creator = chain.accounts[0].address

    def used(calldata: bytes, account: int = 0) -> int:
        return chain.sender(account).send(place.address, calldata).gas_used

    first, second, third = (keccak(bytes([number])) for number in range(3))
    many = [(keccak(number.to_bytes(2)), _ROYALTY) for number in range(50)]
    permission = Permission(creator, creator, third, _ROYALTY, _EXPIRES)
    domain = Domain(chain.client.chain_id(), place.address)
    moved = token_id(creator, first, _ROYALTY)
    return {
        DEPLOY_ASSETS.name: creation_gas(chain.client, place.block),
        MINT_FIRST.name: used(AssetRegistry.mint(creator, first, _ROYALTY)),
        MINT.name: used(AssetRegistry.mint(creator, second, _ROYALTY)),
        PERMIT.name: used(
            AssetRegistry.mint_with_permission(
                permission, _sign(chain, permission.signed_hash(domain))
            ),
            account=1,
        ),
        MINT_50.name: each(used(AssetRegistry.mint_many(creator, many)), len(many)),
        TRANSFER.name: used(TRANSFER_FROM.encode(creator, NEW_HOLDER, moved)),
    }


def _sign(chain: LocalChain, digest: bytes) -> bytes:
    """Sign as account 0, whose key is the number 1."""
    key = PrivateKey((1).to_bytes(32))
    if key.public_key.to_address() != chain.accounts[0].address:
        raise ValueError("account 0 has another key than expected")
    signature = key.sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes([27 + signature[64]])
