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
    MINT_GIVEN,
    PERMIT,
    PERMIT_FIRST,
    PERMIT_GIVEN,
    RENEW,
    REVOKE,
    TRANSFER,
    TRANSFER_HELD,
)
from chain.gas.running import creation_gas, each
from chain.local import LocalChain
from chain.permissions import Permission
from chain.proofs.domain import Domain
from chain.tokens import token_id

# Of no meaning, but of full width: zero bytes of calldata cost less.
_EXPIRES = 4_102_444_800  # 2100-01-01
_ROYALTY = 500
_FIRST_HOLDER = "0x" + keccak(b"troth:a first holder")[-20:].hex()
_OTHER_HOLDER = "0x" + keccak(b"troth:another first holder")[-20:].hex()
_ANOTHER_CREATOR = 2
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

    digests = [keccak(bytes([number])) for number in range(6)]
    many = [(keccak(number.to_bytes(2)), _ROYALTY) for number in range(50)]
    domain = Domain(chain.client.chain_id(), place.address)

    def permitted(to: str, digest: bytes, maker: int = 0) -> int:
        permission = Permission(chain.accounts[maker].address, to, digest, _ROYALTY, _EXPIRES)
        signature = _sign(chain, maker, permission.signed_hash(domain))
        return used(AssetRegistry.mint_with_permission(permission, signature), account=1)

    def transferred(digest: bytes) -> int:
        return used(TRANSFER_FROM.encode(creator, NEW_HOLDER, token_id(creator, digest, _ROYALTY)))

    another = chain.accounts[_ANOTHER_CREATOR].address
    return {
        DEPLOY_ASSETS.name: creation_gas(chain.client, place.block),
        MINT_FIRST.name: used(AssetRegistry.mint(creator, digests[0], _ROYALTY)),
        MINT.name: used(AssetRegistry.mint(creator, digests[1], _ROYALTY)),
        MINT_GIVEN.name: used(AssetRegistry.mint(_FIRST_HOLDER, digests[2], _ROYALTY)),
        PERMIT_FIRST.name: permitted(another, digests[3], _ANOTHER_CREATOR),
        PERMIT.name: permitted(creator, digests[4]),
        PERMIT_GIVEN.name: permitted(_OTHER_HOLDER, digests[5]),
        MINT_50.name: each(used(AssetRegistry.mint_many(creator, many)), len(many)),
        TRANSFER.name: transferred(digests[0]),
        TRANSFER_HELD.name: transferred(digests[1]),
    }


def _sign(chain: LocalChain, account: int, digest: bytes) -> bytes:
    """Sign as an account, whose key is its number and one."""
    key = PrivateKey((account + 1).to_bytes(32))
    if key.public_key.to_address() != chain.accounts[account].address:
        raise ValueError(f"account {account} has another key than expected")
    signature = key.sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes([27 + signature[64]])
